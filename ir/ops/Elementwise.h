// Elementwise.h: elementwise ops, from Elementwise.td.
#ifndef NNC_IR_OPS_ELEMENTWISE_H
#define NNC_IR_OPS_ELEMENTWISE_H

#include "ir/Dialect.h"

#define GET_OP_CLASSES
#include "ir/ops/Elementwise.h.inc"

#endif
