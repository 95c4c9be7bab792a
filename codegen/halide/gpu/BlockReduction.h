// gpu/BlockReduction.h: reductions by the threads of a block.
//
// A thread adds up every laneCount-th element of what is reduced, taken as one row whatever its axes; then the sums of
// lanes are added in shared memory, by halving. Their number depends on sizes alone, and so do the bits.
//
// With parts (gpu/Scratch.h) the lanes of all parts take turns: a part's lanes are neighbours, the parts as well.
//
// Where the last axis is reduced, neighbouring threads are lanes, and a block has a few results of the last kept axis side
// by side. Else neighbouring threads have neighbouring results. A block then computes all else that its results are
// read for: the elements of a row by the lanes of the row.
#ifndef NNC_CODEGEN_HALIDE_GPU_BLOCKREDUCTION_H
#define NNC_CODEGEN_HALIDE_GPU_BLOCKREDUCTION_H

#include "codegen/halide/Emitter.h"

namespace nnc {

/// Is the innermost axis reduced?
bool runsAlongRows(const ReduceSpec &spec);

/// Lanes for `results` results, so that the device has threads enough and each of them some elements.
int lanesOfBlock(const ReduceSpec &spec, double results, const Gpu &gpu);

/// Schedules a nest of the form Device with reductions, and `anchors` of the form PerUse within its threads.
void scheduleBlocks(LoopNest &nest, const std::vector<Halide::Func> &anchors);

} // namespace nnc

#endif
