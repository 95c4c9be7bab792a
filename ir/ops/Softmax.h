// Softmax.h: ops of softmax and cross entropy, from Softmax.td.
#ifndef NNC_IR_OPS_SOFTMAX_H
#define NNC_IR_OPS_SOFTMAX_H

#include "ir/Dialect.h"

#define GET_OP_CLASSES
#include "ir/ops/Softmax.h.inc"

namespace nnc {
mlir::Value softmaxCrossEntropyGradient(GraphBuilder &g, SoftmaxCrossEntropyOp op, mlir::Value dy);

} // namespace nnc

#endif
