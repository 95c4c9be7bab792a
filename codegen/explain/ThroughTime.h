// ThroughTime.h: a loop's equations at one turn: what was x in its body is x[t].
#ifndef NNC_CODEGEN_EXPLAIN_THROUGHTIME_H
#define NNC_CODEGEN_EXPLAIN_THROUGHTIME_H

#include "codegen/explain/Derivation.h"

namespace nnc::explain {

/// The body of `loop` at turn `t`, and what is carried to the next turn: t + 1, or t - 1 for a loop that runs backwards.
std::vector<Equation> atTurn(const Loop &loop, const Math &t);

} // namespace nnc::explain

#endif
