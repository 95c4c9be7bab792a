// Reduce.h: reductions over axes, from Reduce.td.
#ifndef NNC_IR_OPS_REDUCE_H
#define NNC_IR_OPS_REDUCE_H

#include "ir/Dialect.h"

#define GET_OP_CLASSES
#include "ir/ops/Reduce.h.inc"

namespace nnc {
/// For each element of `x` the product, along `axes`, of all elements but itself.
mlir::Value productOfOthers(GraphBuilder &g, mlir::Value x, llvm::ArrayRef<int64_t> axes);
} // namespace nnc

#endif
