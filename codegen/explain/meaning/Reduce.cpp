// Reduce.cpp: folds over axes.
#include "codegen/explain/meaning/Meaning.h"
#include "ir/ops/Reduce.h"
#include <limits>

using namespace mlir;

namespace nnc::explain {

/// A fold over `axes` of the first operand, of what `body` makes of its element and the folded indices.
static Math overAxes(Element &element, llvm::StringRef how, Value x, llvm::ArrayRef<int64_t> axes,
                     llvm::function_ref<Math(Math, llvm::ArrayRef<Math>)> body) {
  std::vector<Math> sizes;
  for (int64_t axis : axes)
    sizes.push_back(element.size(x, axis));
  return element.fold(how, sizes, [&](llvm::ArrayRef<Math> k) {
    std::vector<Math> place;
    llvm::ArrayRef<Math> kept = element.index(), folded = k;
    for (int64_t axis = 0, rank = dimsOf(x).size(); axis < rank; ++axis) {
      llvm::ArrayRef<Math> &from = llvm::is_contained(axes, axis) ? folded : kept;
      place.push_back(from.front());
      from = from.drop_front();
    }
    return body(element.at(0, place), k);
  });
}

static Math itself(Math value, llvm::ArrayRef<Math>) { return value; }

static Math sum(SumOp op, Element &element) {
  return overAxes(element, "sum", op.getX(), op.getAxes(), itself);
}
static Math prod(ProdOp op, Element &element) {
  return overAxes(element, "prod", op.getX(), op.getAxes(), itself);
}
static Math max(MaxOp op, Element &element) {
  return overAxes(element, "max", op.getX(), op.getAxes(), itself);
}
static Math min(MinOp op, Element &element) {
  return overAxes(element, "min", op.getX(), op.getAxes(), itself);
}
static Math mean(MeanOp op, Element &element) {
  Math count = 1;
  for (int64_t axis : op.getAxes())
    count = count * element.size(op.getX(), axis);
  return overAxes(element, "sum", op.getX(), op.getAxes(), itself) / count;
}

/// The first place of the element that `how` chooses.
template <typename OpT> static Math position(OpT op, Element &element, llvm::StringRef how) {
  int64_t axis = op.getAxis();
  Math best = overAxes(element, how, op.getX(), axis, itself);
  return overAxes(element, "min", op.getX(), axis, [&](Math value, llvm::ArrayRef<Math> k) {
    return Math::where(Math::compare("==", value, best), k[0], std::numeric_limits<double>::infinity());
  });
}
static Math argmax(ArgmaxOp op, Element &element) { return position(op, element, "max"); }
static Math argmin(ArgminOp op, Element &element) { return position(op, element, "min"); }

void attachReduceMeanings(MLIRContext &context) {
  attachMeaning<SumOp, sum>(context);
  attachMeaning<ProdOp, prod>(context);
  attachMeaning<MaxOp, max>(context);
  attachMeaning<MinOp, min>(context);
  attachMeaning<MeanOp, mean>(context);
  attachMeaning<ArgmaxOp, argmax>(context);
  attachMeaning<ArgminOp, argmin>(context);
}

} // namespace nnc::explain
