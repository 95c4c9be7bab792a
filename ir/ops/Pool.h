// Pool.h: pools, from Pool.td.
#ifndef NNC_IR_OPS_POOL_H
#define NNC_IR_OPS_POOL_H

#include "ir/Dialect.h"
#include "ir/Window.h"

#define GET_OP_CLASSES
#include "ir/ops/Pool.h.inc"

namespace nnc {

// The gradients.
llvm::SmallVector<mlir::Value> maxPoolGradient(GraphBuilder &g, MaxPoolOp op, mlir::Value dy);
llvm::SmallVector<mlir::Value> maxUnpoolGradient(GraphBuilder &g, MaxUnpoolOp op, mlir::Value dy);
llvm::SmallVector<mlir::Value> maxPoolGatherGradient(GraphBuilder &g, MaxPoolGatherOp op, mlir::Value dy);
llvm::SmallVector<mlir::Value> avgPoolGradient(GraphBuilder &g, AvgPoolOp op, mlir::Value dy);
llvm::SmallVector<mlir::Value> avgUnpoolGradient(GraphBuilder &g, AvgUnpoolOp op, mlir::Value dy);

} // namespace nnc

#endif
