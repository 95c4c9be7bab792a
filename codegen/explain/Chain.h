// Chain.h: the chain rule with numbers, where the way from the loss to a value is a single chain of scalars.
#ifndef NNC_CODEGEN_EXPLAIN_CHAIN_H
#define NNC_CODEGEN_EXPLAIN_CHAIN_H

#include "codegen/explain/Derivation.h"

namespace nnc::explain {

/// `derror/dw1 = derror/dy * dy/dh * dh/dw1 = (-0.5379)(1)(0.3932) = -0.2115`, or empty where `value` or one of the values
/// on the way has more than one element or several uses. The derivation has numbers.
std::string chainText(const Derivation &derivation, const Gradient &gradient, llvm::StringRef value);

/// Numbers in so many digits, the first few of them.
std::string numbersText(llvm::ArrayRef<double> numbers, int digits = 7);

} // namespace nnc::explain

#endif
