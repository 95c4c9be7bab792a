// Repeats.h: equal layers, so that each is explained once.
#ifndef NNC_CODEGEN_EXPLAIN_REPEATS_H
#define NNC_CODEGEN_EXPLAIN_REPEATS_H

#include "codegen/explain/Derivation.h"

namespace nnc::explain {

/// Cuts steps into stretches, in order: where a run of steps is followed by runs that differ from it in names alone,
/// one stretch stands for all of them. Fills in the signatures.
std::vector<Stretch> findRepeats(std::vector<Step> &steps);

/// Finds gradients that differ from one before them in names alone, as those of regularizers do. Steps have signatures.
void findAlike(std::vector<Gradient> &gradients);

} // namespace nnc::explain

#endif
