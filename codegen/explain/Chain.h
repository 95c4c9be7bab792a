// Chain.h: numbers in a line, and the chain rule as a product of numbers.
#ifndef NNC_CODEGEN_EXPLAIN_CHAIN_H
#define NNC_CODEGEN_EXPLAIN_CHAIN_H

#include "codegen/explain/Derivation.h"

namespace nnc::explain {

/// `0.25 0.5 -1`, row by row with `;` between them: so many digits, and at most so many numbers.
std::string numbersText(llvm::ArrayRef<double> numbers, llvm::ArrayRef<int64_t> shape, int digits = 7);

/// dloss/dw = dloss/dy * dy/dz * dz/dw, below it the factors as numbers, and what they give. Only where all are single
/// numbers and one path leads from the value to the loss; else empty.
std::vector<Equation> chainOf(const Derivation &derivation, const Gradient &gradient, llvm::StringRef value);

} // namespace nnc::explain

#endif
