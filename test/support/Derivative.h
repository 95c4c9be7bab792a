// Derivative.h: adds to a function of a graph the function that computes its derivatives, for checks of
// gradients.
#ifndef NNC_TEST_SUPPORT_DERIVATIVE_H
#define NNC_TEST_SUPPORT_DERIVATIVE_H

#include "ir/Dialect.h"
#include "ir/ops/Structure.h"

namespace nnc::test {

/// The arguments of `function` that derivatives flow to: floats with a path of differentiable ops to a float
/// result.
llvm::SmallVector<unsigned> differentiableArguments(FuncOp function);

/// Adds `<name>_d` behind `function`: its arguments, then one weight per float result `r`, and the results
///   total = sum over r of sum(r * weight_r),   d_a = d total / d a for each argument a of `wrt`.
/// Arbitrary weights make the gradient of the one number `total` show every entry of the Jacobian.
FuncOp addDerivative(FuncOp function, llvm::ArrayRef<unsigned> wrt);

} // namespace nnc::test

#endif
