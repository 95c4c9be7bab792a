// gpu/Grid.h: schedules of GPU kernels: which thread computes what.
//
// A kernel is one launch for each nest (two for a nest that is initialized and then updated). Nothing but operands and
// results is in the device's memory: what a thread computes on the way is in its registers, what threads of a block
// say to each other in shared memory.
#ifndef NNC_CODEGEN_HALIDE_GPU_GRID_H
#define NNC_CODEGEN_HALIDE_GPU_GRID_H

#include "codegen/halide/Emitter.h"

namespace nnc {

/// The variable of a thread, the innermost loop that runs as one, and of its block.
struct GridLevel {
  Halide::Var block, thread;
};

/// Fuses loops (outermost first, of these sizes) to a few, innermost first, in each of which Halide finds the single element
/// of a turn: only the outermost of what is fused may have a run-time size.
std::vector<Halide::Var> fuseLoops(Halide::Stage stage, const std::vector<Halide::Var> &vars,
                                   const Dims &sizes);

/// Makes blocks of the first of some loops, as many as a grid has dimensions left; others are loops around launches.
void makeBlocks(Halide::Stage stage, llvm::ArrayRef<Halide::Var> loops, size_t dimensions);

/// Gives each turn of the loops `vars` (outermost first, of these sizes) of a stage a thread of its own, neighbours in
/// the last loop to neighbouring threads.
GridLevel makeGrid(Halide::Stage stage, std::vector<Halide::Var> vars, const Dims &sizes);

/// Numbers in one access to memory: 4 where the last axis allows 16-byte words, else 1. Halide takes the begin of each
/// tensor to be aligned as its vectors are; a slice of a larger one, as loops over time read, is so where its own size is a
/// multiple.
int vectorOf(const LoopNest &nest);

/// A thread for each element, or for four along the last axis that lie in one 16-byte word. Sums of the form PerUse, which
/// `anchors` are, run within their thread.
void scheduleThreads(LoopNest &nest, const std::vector<Halide::Func> &anchors);

} // namespace nnc

#endif
