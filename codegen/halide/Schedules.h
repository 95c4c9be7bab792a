// Schedules.h: schedules of kernels without a matrix product (those are in Gemm.h).
#ifndef NNC_CODEGEN_HALIDE_SCHEDULES_H
#define NNC_CODEGEN_HALIDE_SCHEDULES_H

#include "codegen/halide/Emitter.h"

namespace nnc {

/// No loops of its own: vectors along the last axis, tasks of whole rows (or of a stretch of a single axis).
void schedulePointwise(EmittedKernel &kernel, const KernelTarget &target);

/// Reductions that run along contiguous memory: their partial sums in registers, once for each group of kept
/// variables, and the group's other elements right behind, while the row is in the cache.
void scheduleLanes(EmittedKernel &kernel, const KernelTarget &target);

/// Reductions across contiguous memory: a vector of results each, vectors of columns as tasks.
void scheduleColumns(EmittedKernel &kernel, const KernelTarget &target);

/// Any region at all: each anchor in its reader's innermost loop (see Emitter.h).
void schedulePerUse(EmittedKernel &kernel, const std::vector<Halide::Func> &anchors);

} // namespace nnc

#endif
