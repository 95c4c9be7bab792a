// LocalVectors.h: a kernel's own vectors, of which only some lanes count, are stored whole.
#ifndef NNC_CODEGEN_HALIDE_LOCALVECTORS_H
#define NNC_CODEGEN_HALIDE_LOCALVECTORS_H

#include "codegen/halide/HalideHeader.h"

namespace nnc {

/// A vector at the end of a row is computed under a mask, and so is its store, even into partial sums that are the
/// kernel's own. LLVM keeps no memory in registers that is stored to under a mask, and processors do not forward such a
/// store to the loads behind it. After this pass it is a store of all lanes, of which those that are masked out
/// keep what they had: the allocation holds them all.
void addLocalVectorsPass(Halide::Pipeline &pipeline);

} // namespace nnc

#endif
