// gpu/Scratch.h: long sums of few results, by more blocks than there are results for.
//
// A sum of which too few threads have a result to do (the gradient of a bias, a loss, the product of a small layer over a
// large batch) is cut into parts. Blocks compute the parts, which lie in scratch memory; another launch, or the threads that
// read the result, adds them up in order. The number of parts depends on sizes alone, and so do the bits. No atomics.
//
// Scratch memory is the one thing on the device that a kernel takes: launches of one stream run one after another, so
// that one block of memory, as large as the hungriest kernel's, serves all kernels of an instance (runtime/cuda/launch.c).
//
// How many parts is a matter of time, in microseconds by the numbers of a `Gpu` (Targets.h):
//
//   reduction   the longer of  turns of a thread x turnTime
//                          and bytes / (bytesPerTime x the share of the device that has threads)
//   product     waves of blocks x stretches of k of a block x the longer of its multiply-adds' time and a turn's
//   parts       what it takes to write and read them, and one launch more
#ifndef NNC_CODEGEN_HALIDE_GPU_SCRATCH_H
#define NNC_CODEGEN_HALIDE_GPU_SCRATCH_H

#include "codegen/halide/Emitter.h"

namespace nnc {

/// The time of parts of `results` results of `bytes` each, beside that of the sums themselves; 0 for one part.
double timeOfParts(int parts, double results, int bytes, const Gpu &gpu);

/// The most parts of which the device's memory has room for `most`, where the number of results is known: at run time there may be
/// far more of them than was guessed.
inline int mostPartsOf(bool resultsAreKnown, int most) { return resultsAreKnown ? most : std::min(most, 8); }

/// Into how many parts a reduction with this many lanes for each of `results` results is cut; 1: it is not.
int planParts(const ReduceSpec &spec, double results, int lanes, const KernelTarget &target);

} // namespace nnc

#endif
