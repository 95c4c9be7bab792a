// Structure.h: models, functions, variables, kernels, from Structure.td.
#ifndef NNC_IR_OPS_STRUCTURE_H
#define NNC_IR_OPS_STRUCTURE_H

#include "ir/Dialect.h"

namespace nnc {
class ScanOp; // a parent of nn.yield
}

#define GET_OP_CLASSES
#include "ir/ops/Structure.h.inc"

#endif
