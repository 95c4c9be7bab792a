// Attention.h: scaled dot product attention and its gradient, from Attention.td.
#ifndef NNC_IR_OPS_ATTENTION_H
#define NNC_IR_OPS_ATTENTION_H

#include "ir/Dialect.h"

#define GET_OP_CLASSES
#include "ir/ops/Attention.h.inc"

namespace nnc {
llvm::SmallVector<mlir::Value> attentionGradient(GraphBuilder &g, AttentionOp op, mlir::ValueRange dResults);
llvm::SmallVector<mlir::Value> attentionSecondGradient(GraphBuilder &g, AttentionGradientOp op,
                                                       mlir::ValueRange dResults);
/// As of OperationCountOpInterface, of the products alone: as many along the rows of q and k, and of v, for each query
/// and each key that it sees but for the mask.
std::optional<Dim> attentionOperations(mlir::Value q, mlir::Value k, mlir::Value v, bool causal, int64_t products,
                                       int64_t valueProducts);

} // namespace nnc

#endif
