// Shape.h: constants, sizes, and ops that move elements, from Shape.td.
#ifndef NNC_IR_OPS_SHAPE_H
#define NNC_IR_OPS_SHAPE_H

#include "ir/Dialect.h"

#define GET_OP_CLASSES
#include "ir/ops/Shape.h.inc"

namespace nnc {
mlir::Value broadcastGradient(GraphBuilder &g, BroadcastOp op, mlir::Value dy);

} // namespace nnc

#endif
