// Schedules.h: how the loops of a nest run, and which way is chosen for which nest.
//
// chooseSchedule is the one place of the choice. It looks at the anchors the nest holds, first row that fits:
//
//   Own        the emitter of a WholeKernel op wrote and scheduled the nest itself (Attention.cpp, Indexing.cpp)
//   Product    one matrix product or convolution and no reduction: its register tiles decide the loops (Gemm.h,
//              DirectConv.h, FilterGradient.h)
//   Pointwise  no anchor
//   Columns    reductions over outer axes, all read at the same variables: vectors of results
//   Lanes      reductions along the last axis, all read at the same variables: vectors of partial results
//   PerUse     anything else, and every nest where kernels are checked (-O0)
//
// On a GPU (gpu/Grid.h):
//
//   Own        as above
//   Product    one matrix product and no reduction (gpu/Product.h)
//   Threads    no anchor but such as run within a thread
//   Blocks     reductions at the same variables: a block of threads for a few of their results (gpu/BlockReduction.h)
//   PerUse     likewise, every nest where kernels are checked
//
// A long sum of few results, of a product or not, is cut into parts, which are nests of their own in scratch memory
// (gpu/Scratch.h).
//
// Sizes and the machine (Targets.h) then decide the numbers: vectors, tiles, elements of a task. A new schedule is a
// name in the enum, a row here, its condition in chooseSchedule and its function in scheduleNest.
#ifndef NNC_CODEGEN_HALIDE_SCHEDULES_H
#define NNC_CODEGEN_HALIDE_SCHEDULES_H

#include "codegen/halide/Emitter.h"

namespace nnc {

enum class Schedule { Own, Product, Pointwise, Columns, Lanes, PerUse, Threads, Blocks };

/// What remarks call it.
llvm::StringRef nameOf(Schedule schedule);

/// For a nest that was written in the shared form. PerUse: no schedule of that form fits it, write it anew.
Schedule chooseSchedule(const LoopNest &nest, const KernelTarget &target);

/// Schedules the nest as `nest.schedule` says. `anchors`: those that run within their readers.
void scheduleNest(LoopNest &nest, const KernelTarget &target, const std::vector<Halide::Func> &anchors);

/// Places the computation of several results before the first store, element by element of the vectorized loop over
/// `lane`, where it stays in registers.
void stageResults(LoopNest &nest, const Halide::Var &lane);

/// No loops of its own: vectors along the last axis, tasks of whole rows (or of a stretch of a single axis).
void schedulePointwise(LoopNest &nest, const KernelTarget &target);

} // namespace nnc

#endif
