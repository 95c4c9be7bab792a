// gpu/Lowering.h: what is done to the statements of a GPU kernel before Halide parts them into device code and launches.
#ifndef NNC_CODEGEN_HALIDE_GPU_LOWERING_H
#define NNC_CODEGEN_HALIDE_GPU_LOWERING_H

#include "codegen/halide/gpu/Limits.h"

namespace nnc {

/// `value`, with a reading of `other` that is taken out again. Halide 21 finds out when memory that threads share is last read
/// without heed to loops, and gives what a loop reads in each turn to what the loop computes later in the turn: a reading at
/// the end of the turn keeps it.
Halide::Expr keptAlive(const Halide::Expr &value, const Halide::Expr &other);

/// Adds the passes for the kernels of `target`, which is one with a GPU:
///
///   Asserts on arguments are left out (unless kernels check them): host code has made these checks, and a kernel may take
///   a tensor as one long row. Asserts on launches stay.
///
///   Functions named private..., computed by a block's threads and stored in registers, become registers of each thread.
///
///   Loops that copy to shared memory what they compute with copy ahead (Prefetch.h).
///
///   Launches keep within what a GPU takes (Limits.h).
///
///   Functions of the C library become those of the device's.
///
/// `launches`, if given, gets what blocks need of each launch when the pipeline is lowered.
void addDevicePasses(Halide::Pipeline &pipeline, const KernelTarget &target, std::vector<BlockNeeds> *launches = nullptr);

} // namespace nnc

#endif
