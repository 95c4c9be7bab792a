// Shape.cpp: rules and simplifications of ops that move elements.
#include "ir/GraphBuilder.h"
#include "ir/ops/Reduce.h"
#include "ir/ops/Shape.h"

using namespace mlir;

namespace nnc {

OpFoldResult FillOp::fold(FoldAdaptor) { return getValueAttr(); }
OpFoldResult ConstantDataOp::fold(FoldAdaptor) { return getValueAttr(); }

OpFoldResult SizeOp::fold(FoldAdaptor) {
  std::optional<Dim> dim = Dim::parse(getDim().getText());
  if (!dim || !dim->isStatic())
    return {};
  return FloatAttr::get(Float64Type::get(getContext()), static_cast<double>(dim->value()));
}

//===--------------------------------------------------------------------------------------------------===//
// Broadcast
//===--------------------------------------------------------------------------------------------------===//

LogicalResult BroadcastOp::verify() {
  auto from = cast<RankedTensorType>(getX().getType());
  auto to = cast<RankedTensorType>(getType());
  if (from.getElementType() != to.getElementType())
    return emitOpError("element types differ: ") << from.getElementType() << " and " << to.getElementType();
  if (static_cast<int64_t>(getDims().size()) != from.getRank())
    return emitOpError("expects one entry of dims per axis of the operand, found ")
           << getDims().size() << " for rank " << from.getRank();
  Dims source = dimsOf(from), target = dimsOf(to);
  int64_t previous = -1;
  for (auto [axis, place] : llvm::enumerate(getDims())) {
    if (place <= previous || place >= to.getRank())
      return emitOpError("expects strictly increasing dims below rank ")
             << to.getRank() << ", found " << place;
    previous = place;
    if (source[axis] != target[place] && source[axis] != Dim(1))
      return emitOpError("axis ") << axis << " has size " << source[axis].str() << ", result axis " << place
                                  << " has size " << target[place].str();
  }
  return success();
}

OpFoldResult BroadcastOp::fold(FoldAdaptor adaptor) {
  if (getX().getType() == getType())
    return getX();
  if (auto number = dyn_cast_or_null<FloatAttr>(adaptor.getX()))
    return number;
  // broadcast(broadcast(x)) => broadcast(x) to the outer type, in place.
  if (auto inner = getX().getDefiningOp<BroadcastOp>()) {
    llvm::SmallVector<int64_t> dims;
    for (int64_t place : inner.getDims())
      dims.push_back(getDims()[place]);
    setDims(dims);
    getXMutable().assign(inner.getX());
    return getResult();
  }
  return {};
}

Value broadcastGradient(GraphBuilder &g, BroadcastOp op, Value dy) {
  Dims source = dimsOf(op.getX()), target = dimsOf(op.getY());
  llvm::SmallVector<int64_t> repeated;
  int64_t next = 0, rank = target.size();
  llvm::ArrayRef<int64_t> dims = op.getDims();
  for (int64_t axis = 0; axis < rank; ++axis) {
    bool comesFromOperand = next < static_cast<int64_t>(dims.size()) && dims[next] == axis;
    if (!comesFromOperand || source[next] != target[axis])
      repeated.push_back(axis);
    next += comesFromOperand;
  }
  Value sum = repeated.empty() ? dy : g.create<SumOp>(dy, repeated);
  return sum.getType() == op.getX().getType() ? sum : g.create<ReshapeOp>(op.getX().getType(), sum);
}

//===--------------------------------------------------------------------------------------------------===//
// Reshape, transpose
//===--------------------------------------------------------------------------------------------------===//

LogicalResult ReshapeOp::verify() {
  auto from = cast<RankedTensorType>(getX().getType());
  auto to = cast<RankedTensorType>(getType());
  if (from.getElementType() != to.getElementType())
    return emitOpError("element types differ: ") << from.getElementType() << " and " << to.getElementType();
  std::optional<Dim> before = elementCount(dimsOf(from)), after = elementCount(dimsOf(to));
  if (!before || !after)
    return emitOpError("the number of elements exceeds 64 bits");
  if (*before != *after)
    return emitOpError("numbers of elements differ: ")
           << dimsText(dimsOf(from)) << " has " << before->str() << ", " << dimsText(dimsOf(to)) << " has "
           << after->str();
  return success();
}

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getX().getType() == getType())
    return getX();
  if (auto number = dyn_cast_or_null<FloatAttr>(adaptor.getX()))
    return number;
  if (auto inner = getX().getDefiningOp<ReshapeOp>()) {
    getXMutable().assign(inner.getX());
    return getResult();
  }
  return {};
}

LogicalResult TransposeOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
                                            llvm::SmallVectorImpl<Type> &types) {
  auto from = cast<RankedTensorType>(adaptor.getX().getType());
  Dims dims = dimsOf(from), permuted;
  llvm::SmallVector<bool> seen(dims.size());
  if (adaptor.getPermutation().size() != dims.size())
    return emitOptionalError(loc, "'nn.transpose' op expects a permutation of ", dims.size(), " axes, found ",
                             adaptor.getPermutation().size());
  for (int64_t axis : adaptor.getPermutation()) {
    if (axis < 0 || axis >= static_cast<int64_t>(dims.size()) || seen[axis])
      return emitOptionalError(loc, "'nn.transpose' op axis ", axis, " is outside of rank ", dims.size(),
                               " or named twice");
    seen[axis] = true;
    permuted.push_back(dims[axis]);
  }
  types.push_back(makeTensor(permuted, from.getElementType()));
  return success();
}

OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  if (auto number = dyn_cast_or_null<FloatAttr>(adaptor.getX()))
    return number;
  if (llvm::is_sorted(getPermutation()))
    return getX();
  if (auto inner = getX().getDefiningOp<TransposeOp>()) {
    llvm::SmallVector<int64_t> composed;
    for (int64_t axis : getPermutation())
      composed.push_back(inner.getPermutation()[axis]);
    setPermutation(composed);
    getXMutable().assign(inner.getX());
    return getResult();
  }
  return {};
}

void registerShapeOps(NNDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "ir/ops/Shape.cpp.inc"
      >();
}

} // namespace nnc

using namespace nnc;
#define GET_OP_CLASSES
#include "ir/ops/Shape.cpp.inc"
