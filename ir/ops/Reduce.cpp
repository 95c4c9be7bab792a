// Reduce.cpp: type rules of reductions.
#include "ir/Dialect.h"
#include "ir/GraphBuilder.h"
#include "ir/ops/Reduce.h"
#include "ir/ops/Softmax.h"

using namespace mlir;

namespace nnc {

/// The type left after removing `axes`, which must be sorted, distinct and inside the rank.
static LogicalResult inferReduced(StringRef name, std::optional<Location> loc, Type operand,
                                  llvm::ArrayRef<int64_t> axes, Type elementType,
                                  llvm::SmallVectorImpl<Type> &types) {
  Dims dims = dimsOf(cast<RankedTensorType>(operand));
  int64_t rank = dims.size(), previous = -1;
  for (int64_t axis : axes) {
    if (axis <= previous || axis >= rank)
      return emitOptionalError(loc, "'", name, "' op expects sorted, distinct axes in [0, ", rank,
                               "), found ", axis,
                               previous >= 0 ? " after " + std::to_string(previous) : std::string());
    previous = axis;
  }
  Dims kept;
  for (int64_t axis = 0; axis < rank; ++axis)
    if (!llvm::is_contained(axes, axis))
      kept.push_back(dims[axis]);
  types.push_back(makeTensor(kept, elementType));
  return success();
}

#define NNC_REDUCTION(OpT)                                                                                   \
  LogicalResult OpT::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor,           \
                                      llvm::SmallVectorImpl<Type> &types) {                                  \
    Type x = adaptor.getX().getType();                                                                       \
    return inferReduced(getOperationName(), loc, x, adaptor.getAxes(), getElementTypeOrSelf(x), types);      \
  }
NNC_REDUCTION(SumOp)
NNC_REDUCTION(MeanOp)
NNC_REDUCTION(MaxOp)
NNC_REDUCTION(MinOp)
#undef NNC_REDUCTION

#define NNC_POSITION(OpT)                                                                                    \
  LogicalResult OpT::inferReturnTypes(MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,    \
                                      llvm::SmallVectorImpl<Type> &types) {                                  \
    int64_t axis = adaptor.getAxis();                                                                        \
    return inferReduced(getOperationName(), loc, adaptor.getX().getType(), axis,                             \
                        IntegerType::get(context, 32), types);                                               \
  }
NNC_POSITION(ArgmaxOp)
NNC_POSITION(ArgminOp)
#undef NNC_POSITION

LogicalResult LogSumExpOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
                                            llvm::SmallVectorImpl<Type> &types) {
  Type x = adaptor.getX().getType();
  int64_t axis = adaptor.getAxis();
  return inferReduced(getOperationName(), loc, x, axis, getElementTypeOrSelf(x), types);
}

void registerReduceOps(NNDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "ir/ops/Reduce.cpp.inc"
      >();
}

} // namespace nnc

using namespace nnc;
#define GET_OP_CLASSES
#include "ir/ops/Reduce.cpp.inc"
