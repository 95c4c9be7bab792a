// IndependentRows.h: loops that do the same for each row by itself.
#ifndef NNC_IR_INDEPENDENTROWS_H
#define NNC_IR_INDEPENDENTROWS_H

#include "ir/ops/Scan.h"
#include <optional>
#include <string>

namespace nnc {

/// The run-time dimension, if there is one, that is the first axis of all that a loop over planned kernels reads by turns,
/// carries and computes, and along which each element depends on elements of the same index alone: the examples of a
/// batch. Then some of the rows can go through all turns before, or beside, the others.
std::optional<std::string> independentRows(ScanOp scan);

} // namespace nnc

#endif
