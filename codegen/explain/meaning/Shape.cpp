// Shape.cpp: constants, sizes, and elements that move.
#include "codegen/explain/meaning/Meaning.h"
#include "ir/ops/Shape.h"

using namespace mlir;

namespace nnc::explain {

static Math fill(FillOp op, Element &) { return op.getValue().convertToDouble(); }

static Math constant(ConstantDataOp op, Element &element) {
  // Row-major numbers, one choice per element.
  Math number = 0;
  for (auto [axis, index] : llvm::enumerate(element.index()))
    number = number * element.size(op.getY(), axis) + index;
  auto elements = cast<DenseElementsAttr>(op.getValue());
  bool isFloat = isa<FloatType>(elements.getElementType()), isSigned = !elements.getElementType().isUnsignedInteger();
  std::vector<double> values;
  for (int64_t i = 0; i < elements.getNumElements(); ++i)
    values.push_back(isFloat ? elements.getValues<APFloat>()[i].convertToDouble()
                     : isSigned && !elements.getElementType().isInteger(1)
                         ? static_cast<double>(elements.getValues<APInt>()[i].getSExtValue())
                         : static_cast<double>(elements.getValues<APInt>()[i].getZExtValue()));
  Math value = values.empty() ? Math(0) : Math(values.back());
  for (size_t i = values.size(); i-- > 1;)
    value = Math::where(Math::compare("<", number, static_cast<int64_t>(i)), values[i - 1], value);
  return value;
}

static Math size(SizeOp op, Element &) { return sizeMath(*Dim::parse(op.getDim().getText())); }

static Math broadcast(BroadcastOp op, Element &element) {
  std::vector<Math> place;
  Dims from = dimsOf(op.getX()), to = dimsOf(op.getY());
  for (auto [axis, target] : llvm::enumerate(op.getDims()))
    place.push_back(from[axis] == to[target] ? element.index()[target] : Math(0));
  return element.at(0, place);
}

static Math hold(HoldOp, Element &element) { return element.at(0, element.index()); }

/// The place in the other shape with the same number in row-major order.
static Math reshape(ReshapeOp op, Element &element) {
  Math number = 0;
  for (auto [axis, index] : llvm::enumerate(element.index()))
    number = number * element.size(op.getY(), axis) + index;
  size_t rank = dimsOf(op.getX()).size();
  std::vector<Math> place(rank, 0);
  Math block = 1;
  for (size_t axis = rank; axis-- > 0;) {
    Math size = element.size(op.getX(), axis);
    Math quotient = block.isNumber(1) ? number : Math::call("floor", {number / block});
    place[axis] = axis == 0 ? quotient : Math::call("mod", {quotient, size});
    block = block * size;
  }
  return element.at(0, place);
}

static Math transpose(TransposeOp op, Element &element) {
  std::vector<Math> place(element.index().size(), 0);
  for (auto [axis, source] : llvm::enumerate(op.getPermutation()))
    place[source] = element.index()[axis];
  return element.at(0, place);
}

void attachShapeMeanings(MLIRContext &context) {
  attachMeaning<FillOp, fill>(context);
  attachMeaning<ConstantDataOp, constant>(context);
  attachMeaning<SizeOp, size>(context);
  attachMeaning<BroadcastOp, broadcast>(context);
  attachMeaning<HoldOp, hold>(context);
  attachMeaning<ReshapeOp, reshape>(context);
  attachMeaning<TransposeOp, transpose>(context);
}

} // namespace nnc::explain
