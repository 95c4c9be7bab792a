// Indexing.cpp: elements that integers name, and running sums.
#include "codegen/explain/meaning/Meaning.h"
#include "ir/ops/Indexing.h"

using namespace mlir;

namespace nnc::explain {

/// [before..., at, after...].
static std::vector<Math> placed(llvm::ArrayRef<Math> before, llvm::ArrayRef<Math> at,
                                llvm::ArrayRef<Math> after) {
  std::vector<Math> place = before.vec();
  place.insert(place.end(), at.begin(), at.end());
  place.insert(place.end(), after.begin(), after.end());
  return place;
}

static Math gather(GatherOp op, Element &element) {
  size_t axis = op.getAxis(), rank = dimsOf(op.getIndex()).size();
  llvm::ArrayRef<Math> y = element.index();
  Math row = element.at(1, y.slice(axis, rank));
  Math inside =
      Math::compare(">=", row, 0) * Math::compare("<", row, element.size(op.getTable(), axis));
  return Math::where(inside, element.at(0, placed(y.take_front(axis), row, y.drop_front(axis + rank))), 0);
}

static Math scatterAdd(ScatterAddOp op, Element &element) {
  size_t axis = op.getAxis();
  llvm::ArrayRef<Math> y = element.index();
  std::vector<Math> sizes;
  for (size_t i = 0; i < dimsOf(op.getIndex()).size(); ++i)
    sizes.push_back(element.size(op.getIndex(), i));
  return element.fold("sum", sizes, [&](llvm::ArrayRef<Math> k) {
    return element.at(0, placed(y.take_front(axis), k, y.drop_front(axis + 1))) *
           Math::compare("==", element.at(1, k), y[axis]);
  });
}

static Math cumsum(CumsumOp op, Element &element) {
  std::vector<Math> place = element.index();
  Math t = place[op.getAxis()];
  llvm::StringRef takes = op.getReverse() ? (op.getExclusive() ? ">" : ">=") : op.getExclusive() ? "<" : "<=";
  return element.fold("sum", element.size(op.getX(), op.getAxis()), [&](llvm::ArrayRef<Math> s) {
    place[op.getAxis()] = s[0];
    return element.at(0, place) * Math::compare(takes, s[0], t);
  });
}

void attachIndexingMeanings(MLIRContext &context) {
  attachMeaning<GatherOp, gather>(context);
  attachMeaning<ScatterAddOp, scatterAdd>(context);
  attachMeaning<CumsumOp, cumsum>(context);
}

} // namespace nnc::explain
