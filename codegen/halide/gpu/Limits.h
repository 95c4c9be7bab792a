// gpu/Limits.h: what a launch may ask of a GPU.
//
// CUDA's limits for compute capability 5.0 and newer (programming guide, "Technical specifications per compute capability"):
// 2^31 - 1 blocks along the first dimension of a grid, 65535 along the second and third; 1024 threads of a block; 48 KB of
// shared memory of a block that asks for no more than any device has. Numbers of threads and bytes of shared memory
// have bounds that are known while compiling, and are checked then; the numbers of blocks may depend on sizes of the call.
#ifndef NNC_CODEGEN_HALIDE_GPU_LIMITS_H
#define NNC_CODEGEN_HALIDE_GPU_LIMITS_H

#include "codegen/halide/Targets.h"
#include <vector>

namespace nnc {

/// Bounds of what the blocks of a launch have.
struct BlockNeeds {
  int64_t threads = 1, sharedBytes = 0;
};

/// Adds a pass that makes one row of blocks of a grid whose second or third dimension is not known to fit, and throws a
/// std::runtime_error that names the limit where a block asks for more than `gpu` has. `launches`, if given, gets the needs
/// of each launch when the pipeline is lowered.
void addLimitsPass(Halide::Pipeline &pipeline, const Gpu &gpu, std::vector<BlockNeeds> *launches = nullptr);

} // namespace nnc

#endif
