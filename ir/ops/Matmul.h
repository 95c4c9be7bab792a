// Matmul.h: contractions, from Matmul.td.
#ifndef NNC_IR_OPS_MATMUL_H
#define NNC_IR_OPS_MATMUL_H

#include "ir/Dialect.h"

#define GET_OP_CLASSES
#include "ir/ops/Matmul.h.inc"

namespace nnc {
// The gradient, longer than a few lines.
llvm::SmallVector<mlir::Value> matmulGradient(GraphBuilder &g, MatmulOp op, mlir::Value dy);
/// As of OperationCountOpInterface.
std::optional<Dim> matmulOperations(MatmulOp op);

} // namespace nnc

#endif
