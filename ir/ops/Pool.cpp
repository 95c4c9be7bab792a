// Pool.cpp: type rules and gradients of pools.
#include "ir/ops/Pool.h"
#include "ir/GraphBuilder.h"

using namespace mlir;

namespace nnc {

/// The sizes after pooling x, or nothing, with the reason.
static std::optional<Dims> pooledSizes(Type x, const Window &window, std::string &whyNot) {
  if (!window.isValid(whyNot))
    return std::nullopt;
  return window.positions(dimsOf(cast<RankedTensorType>(x)), whyNot);
}

template <typename Adaptor>
static LogicalResult inferPooled(StringRef name, std::optional<Location> loc, Adaptor adaptor,
                                 Type elementType, SmallVectorImpl<Type> &types) {
  Window window(adaptor.getSizes(), adaptor.getStrides(), adaptor.getDilations(), adaptor.getLow(),
                adaptor.getHigh());
  std::string whyNot;
  std::optional<Dims> y = pooledSizes(adaptor.getX().getType(), window, whyNot);
  if (!y)
    return emitOptionalError(loc, "'", name, "' op ", whyNot);
  types.push_back(makeTensor(*y, elementType));
  return success();
}

LogicalResult MaxPoolOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  return inferPooled(getOperationName(), loc, adaptor, getElementTypeOrSelf(adaptor.getX().getType()), types);
}
LogicalResult AvgPoolOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  return inferPooled(getOperationName(), loc, adaptor, getElementTypeOrSelf(adaptor.getX().getType()), types);
}
LogicalResult MaxPoolIndexOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                               Adaptor adaptor, SmallVectorImpl<Type> &types) {
  return inferPooled(getOperationName(), loc, adaptor, IntegerType::get(context, 32), types);
}
LogicalResult MaxPoolGatherOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
                                                SmallVectorImpl<Type> &types) {
  if (failed(inferPooled(getOperationName(), loc, adaptor, getElementTypeOrSelf(adaptor.getX().getType()),
                         types)))
    return failure();
  Dims expected = dimsOf(cast<RankedTensorType>(types.front())), found = dimsOf(adaptor.getIndex());
  if (expected != found)
    return emitOptionalError(loc, "'nn.max_pool_gather' op expects an index of sizes ", dimsText(expected),
                             ", found ", dimsText(found));
  return success();
}

/// The values of an op that undoes a pool have the sizes of a pool of its result.
template <typename OpT> static LogicalResult verifyUnpool(OpT op) {
  std::string whyNot;
  std::optional<Dims> pooled = pooledSizes(op.getY().getType(), op.window(), whyNot);
  if (!pooled)
    return op.emitOpError(whyNot);
  if (*pooled != dimsOf(op.getValues()))
    return op.emitOpError("expects values of sizes ")
           << dimsText(*pooled) << ", found " << dimsText(dimsOf(op.getValues()));
  if (getElementTypeOrSelf(op.getValues().getType()) != getElementTypeOrSelf(op.getY().getType()))
    return op.emitOpError("element types of values and result differ");
  return success();
}
LogicalResult AvgUnpoolOp::verify() { return verifyUnpool(*this); }
LogicalResult MaxUnpoolOp::verify() {
  if (dimsOf(getIndex()) != dimsOf(getValues()))
    return emitOpError("expects an index of sizes ")
           << dimsText(dimsOf(getValues())) << ", found " << dimsText(dimsOf(getIndex()));
  return verifyUnpool(*this);
}

SmallVector<Value> maxPoolGradient(GraphBuilder &g, MaxPoolOp op, Value dy) {
  Value index = g.create<MaxPoolIndexOp>(op.getX(), op.getSizes(), op.getStrides(), op.getDilations(),
                                         op.getLow(), op.getHigh());
  return {g.create<MaxUnpoolOp>(op.getX().getType(), dy, index, op.getSizes(), op.getStrides(),
                                op.getDilations(), op.getLow(), op.getHigh())};
}

SmallVector<Value> maxUnpoolGradient(GraphBuilder &g, MaxUnpoolOp op, Value dy) {
  return {g.create<MaxPoolGatherOp>(dy, op.getIndex(), op.getSizes(), op.getStrides(), op.getDilations(),
                                    op.getLow(), op.getHigh()),
          Value()};
}

SmallVector<Value> maxPoolGatherGradient(GraphBuilder &g, MaxPoolGatherOp op, Value dy) {
  return {g.create<MaxUnpoolOp>(op.getX().getType(), dy, op.getIndex(), op.getSizes(), op.getStrides(),
                                op.getDilations(), op.getLow(), op.getHigh()),
          Value()};
}

SmallVector<Value> avgPoolGradient(GraphBuilder &g, AvgPoolOp op, Value dy) {
  return {g.create<AvgUnpoolOp>(op.getX().getType(), dy, op.getSizes(), op.getStrides(), op.getDilations(),
                                op.getLow(), op.getHigh(), op.getCountPadding())};
}

SmallVector<Value> avgUnpoolGradient(GraphBuilder &g, AvgUnpoolOp op, Value dy) {
  return {g.create<AvgPoolOp>(dy, op.getSizes(), op.getStrides(), op.getDilations(), op.getLow(),
                              op.getHigh(), op.getCountPadding())};
}

void registerPoolOps(NNDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "ir/ops/Pool.cpp.inc"
      >();
}

} // namespace nnc

using namespace nnc;
#define GET_OP_CLASSES
#include "ir/ops/Pool.cpp.inc"
