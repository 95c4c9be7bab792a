// Indexing.cpp: type rules of ops that integers steer.
#include "ir/ops/Indexing.h"
#include "ir/GraphBuilder.h"

using namespace mlir;

namespace nnc {

/// The sizes of `table` with those of `index` in place of axis `axis`.
static Dims gatheredSizes(llvm::ArrayRef<Dim> table, llvm::ArrayRef<Dim> index, int64_t axis) {
  Dims sizes(table.take_front(axis));
  sizes.append(index.begin(), index.end());
  sizes.append(table.begin() + axis + 1, table.end());
  return sizes;
}

LogicalResult GatherOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
                                         llvm::SmallVectorImpl<Type> &types) {
  Dims table = dimsOf(adaptor.getTable());
  int64_t axis = adaptor.getAxis(), rank = table.size();
  if (axis < 0 || axis >= rank)
    return emitOptionalError(loc, "'nn.gather' op axis ", axis, " is outside of rank ", rank);
  types.push_back(makeTensor(gatheredSizes(table, dimsOf(adaptor.getIndex()), axis),
                             getElementTypeOrSelf(adaptor.getTable().getType())));
  return success();
}

LogicalResult ScatterAddOp::verify() {
  Dims x = dimsOf(getX()), y = dimsOf(getY());
  int64_t axis = getAxis(), rank = y.size();
  if (getElementTypeOrSelf(getX().getType()) != getElementTypeOrSelf(getType()))
    return emitOpError("element types differ: ")
           << getElementTypeOrSelf(getX().getType()) << " and " << getElementTypeOrSelf(getType());
  if (axis < 0 || axis >= rank)
    return emitOpError("axis ") << axis << " is outside of rank " << rank;
  Dims expected = gatheredSizes(y, dimsOf(getIndex()), axis);
  if (x != expected)
    return emitOpError("operand sizes ")
           << dimsText(x) << " are not the result's with the index in place of axis " << axis << ", "
           << dimsText(expected);
  return success();
}

LogicalResult CumsumOp::verify() {
  int64_t rank = cast<RankedTensorType>(getType()).getRank(), axis = getAxis();
  if (axis < 0 || axis >= rank)
    return emitOpError("axis ") << axis << " is outside of rank " << rank;
  return success();
}

void registerIndexingOps(NNDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "ir/ops/Indexing.cpp.inc"
      >();
}

} // namespace nnc

using namespace nnc;
#define GET_OP_CLASSES
#include "ir/ops/Indexing.cpp.inc"
