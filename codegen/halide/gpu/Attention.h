// gpu/Attention.h: attention on a GPU. Scores are made in tiles and forgotten; none of them is ever in the device's memory.
//
// A block of threads owns some rows of one side ("across": queries, or keys for the gradients of keys and values), transposed in
// shared memory. The rows of the other side stream past, some in a turn, through shared memory too. A thread has four rows of
// either side: 4 x 4 scores in registers, each a chain of multiply-adds of 16-byte words from shared memory. What the
// scores come to, as weights, is shared by the block, and a thread adds up its four rows and some columns of the result in
// registers.
//
//   statistic   queries across: each thread has the maximum of the scores it made for a row so far and the sum of their powers
//               below it (the "online" softmax), at the end those of a row's threads are brought together
//   y           the statistic of the block's queries first, then exp(score - statistic) times values
//   dq          queries across, weights of the stored statistic times keys
//   dk, dv      keys across, queries stream
//
// Sums go in order of the stream, of a statistic's parts in order of threads: the same bits always.
#ifndef NNC_CODEGEN_HALIDE_GPU_ATTENTION_H
#define NNC_CODEGEN_HALIDE_GPU_ATTENTION_H

#include "codegen/halide/AttentionNest.h"

namespace nnc {

/// Result `place` of the kernel: y, or the statistic.
void emitDeviceAttention(KernelEmitter &emitter, const AttentionOperands &operands, unsigned place, bool isY);

enum class AttentionGradient { Queries, Keys, Values };

/// Results `places` of the kernel, which are these gradients: that of queries, or one or both of the others.
void emitDeviceAttentionGradient(KernelEmitter &emitter, const AttentionOperands &operands,
                                 llvm::ArrayRef<unsigned> places, llvm::ArrayRef<AttentionGradient> wanted);

} // namespace nnc

#endif
