// Indexing.h: elements at places that integers say, and sums made in place, from Indexing.td.
#ifndef NNC_IR_OPS_INDEXING_H
#define NNC_IR_OPS_INDEXING_H

#include "ir/Dialect.h"

#define GET_OP_CLASSES
#include "ir/ops/Indexing.h.inc"

#endif
