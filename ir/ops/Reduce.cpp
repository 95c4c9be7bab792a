// Reduce.cpp: type rules of reductions.
#include "ir/ops/Reduce.h"
#include "ir/Dialect.h"
#include "ir/GraphBuilder.h"
#include "ir/ops/Access.h"
#include "ir/ops/Elementwise.h"
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

Value SumOp::sumOverTurns(GraphBuilder &g, ValueRange operands) {
  llvm::SmallVector<int64_t> axes = {0};
  for (int64_t axis : getAxes())
    axes.push_back(axis + 1);
  return g.create<SumOp>(operands[0], axes);
}

#define NNC_REDUCTION(OpT)                                                                                   \
  LogicalResult OpT::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor,           \
                                      llvm::SmallVectorImpl<Type> &types) {                                  \
    Type x = adaptor.getX().getType();                                                                       \
    return inferReduced(getOperationName(), loc, x, adaptor.getAxes(), getElementTypeOrSelf(x), types);      \
  }
NNC_REDUCTION(SumOp)
NNC_REDUCTION(MeanOp)
NNC_REDUCTION(ProdOp)
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

// In the space of x and once more the axes of the product, where an element meets itself stands 1.
Value productOfOthers(GraphBuilder &g, Value x, llvm::ArrayRef<int64_t> axes) {
  Dims dims = dimsOf(x), pairs = dims;
  const int64_t rank = dims.size(), all = rank + axes.size();
  for (int64_t axis : axes)
    pairs.push_back(dims[axis]);
  llvm::SmallVector<Coordinate, 4> others;
  for (int64_t axis = 0; axis < rank; ++axis)
    others.push_back(Coordinate::ofIndex(all, axis));
  llvm::SmallVector<int64_t> folded;
  Value isSame;
  auto positionType = makeTensor(pairs, IntegerType::get(x.getContext(), 32));
  for (auto [place, axis] : llvm::enumerate(axes)) {
    folded.push_back(rank + place);
    others[axis] = Coordinate::ofIndex(all, rank + place);
    Value same =
        g.compare(ComparePredicate::eq, iota(g, axis, positionType), iota(g, rank + place, positionType));
    isSame = isSame ? g.create<AndOp>(same.getType(), isSame, same) : same;
  }
  if (!isSame)
    return g.fill(1.0, x);
  Value wide = access(g, x, pairs, others);
  return g.create<ProdOp>(g.select(isSame, g.fill(1.0, wide), wide), folded);
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
