// Reduce.h: reductions over axes, from Reduce.td.
#ifndef NNC_IR_OPS_REDUCE_H
#define NNC_IR_OPS_REDUCE_H

#include "ir/Dialect.h"

#define GET_OP_CLASSES
#include "ir/ops/Reduce.h.inc"

#endif
