// gpu/Prefetch.h: a loop whose turns copy to shared memory what they compute with, run so that the copies of the next turn are
// under way meanwhile.
//
// Halide makes of such a loop
//
//     for turn:  copy to shared memory; barrier; compute; barrier
//
// in which every turn waits for memory. Here it becomes
//
//     load what turn 0 copies
//     for turn:  store what was loaded to half `turn % 2` of the shared memory; barrier;
//                load what the next turn copies; compute from that half
//
// What is loaded waits in registers, one for each number that a thread copies. With two halves one barrier per turn is
// enough: who stores to a half has passed the barrier after which nobody computes from it any more.
#ifndef NNC_CODEGEN_HALIDE_GPU_PREFETCH_H
#define NNC_CODEGEN_HALIDE_GPU_PREFETCH_H

#include "codegen/halide/HalideHeader.h"

namespace nnc {

/// The name of such a loop, within a function that is computed by a block's threads. What its turns copy are functions
/// named staged_..., in shared memory and of nothing else there.
inline constexpr const char *stagedLoop = "staged_turn";

void addPrefetchPass(Halide::Pipeline &pipeline);

} // namespace nnc

#endif
