// Schedules.h: schedules of kernels without a matrix product (those are in Gemm.h).
#ifndef NNC_CODEGEN_HALIDE_SCHEDULES_H
#define NNC_CODEGEN_HALIDE_SCHEDULES_H

#include "codegen/halide/Emitter.h"

namespace nnc {

/// Places the computation of several results before the first store, element by element of the vectorized loop over
/// `lane`, where it stays in registers.
void stageResults(LoopNest &nest, const Halide::Var &lane);

/// No loops of its own: vectors along the last axis, tasks of whole rows (or of a stretch of a single axis).
void schedulePointwise(LoopNest &nest, const KernelTarget &target);

/// Reductions that run along contiguous memory: their partial sums in registers, once for each group of kept
/// variables, and the group's other elements right behind, while the row is in the cache.
void scheduleLanes(LoopNest &nest, const KernelTarget &target);

/// Reductions across contiguous memory: a vector of results each, vectors of columns as tasks.
void scheduleColumns(LoopNest &nest, const KernelTarget &target);

/// Any region at all: each anchor in its reader's innermost loop (see Emitter.h).
void schedulePerUse(LoopNest &nest, const std::vector<Halide::Func> &anchors);

} // namespace nnc

#endif
