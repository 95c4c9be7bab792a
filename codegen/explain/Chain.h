// Chain.h: numbers in a line, and the chain rule as a product of numbers.
#ifndef NNC_CODEGEN_EXPLAIN_CHAIN_H
#define NNC_CODEGEN_EXPLAIN_CHAIN_H

#include "codegen/explain/Derivation.h"
#include "llvm/ADT/StringSet.h"

namespace nnc::explain {

/// `0.25 0.5 -1`, row by row with `;` between them: so many digits, and at most so many numbers.
std::string numbersText(llvm::ArrayRef<double> numbers, llvm::ArrayRef<int64_t> shape, int digits = 7);

/// dloss/dw = dloss/dy * dy/dz * dz/dw, below it the factors as numbers, and what they give; a sum where several paths lead
/// from the value to the loss. A path through a loop is written by the derivatives of its state, dh[3]/dh[2], each of which
/// is written once, above: `said` has those that have been. Only where all are single numbers and the paths are few; else empty. `adjoint` is that of the value.
std::vector<Equation> chainOf(const Derivation &derivation, const Gradient &gradient, llvm::StringRef value,
                              llvm::StringRef adjoint, llvm::StringSet<> &said);

} // namespace nnc::explain

#endif
