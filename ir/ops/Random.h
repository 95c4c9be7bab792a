// Random.h: random tensors, from Random.td.
#ifndef NNC_IR_OPS_RANDOM_H
#define NNC_IR_OPS_RANDOM_H

#include "ir/Dialect.h"

#define GET_OP_CLASSES
#include "ir/ops/Random.h.inc"

#endif
