// ThroughTime.h: a loop's equations at one of its turns: what is x[t] in general is x[2].
#ifndef NNC_CODEGEN_EXPLAIN_THROUGHTIME_H
#define NNC_CODEGEN_EXPLAIN_THROUGHTIME_H

#include "codegen/explain/Derivation.h"

namespace nnc::explain {

/// Equations of a turn of a loop of `length` turns, at turn number `at`.
std::vector<Equation> atTurn(llvm::ArrayRef<Equation> equations, const Loop &loop, int length, int at);

} // namespace nnc::explain

#endif
