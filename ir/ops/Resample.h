// Resample.h: an axis read at other places, from Resample.td.
#ifndef NNC_IR_OPS_RESAMPLE_H
#define NNC_IR_OPS_RESAMPLE_H

#include "ir/Dialect.h"

#define GET_OP_CLASSES
#include "ir/ops/Resample.h.inc"

#endif
