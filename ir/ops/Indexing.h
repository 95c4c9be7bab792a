// Indexing.h: elements at places that integers say, and sums made in place, from Indexing.td.
#ifndef NNC_IR_OPS_INDEXING_H
#define NNC_IR_OPS_INDEXING_H

#include "ir/Dialect.h"

namespace nnc {
/// Indices into `axis` are below this; the largest number if its size is known at run time only.
int64_t boundOf(mlir::Value table, int64_t axis);
} // namespace nnc

#define GET_OP_CLASSES
#include "ir/ops/Indexing.h.inc"

#endif
