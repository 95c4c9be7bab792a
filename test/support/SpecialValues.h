// SpecialValues.h: calls with NaN, infinities, zeros of both signs, denormal numbers and empty axes, and what it is to
// agree on them.
#ifndef NNC_TEST_SUPPORT_SPECIALVALUES_H
#define NNC_TEST_SUPPORT_SPECIALVALUES_H

#include "ir/interpreter/Interpreter.h"

namespace nnc::test {

/// Calls like `base` with special values among the floats of the inputs, each with what it is about:
///   - elements that go through all pairs of special and ordinary values, each input at its own pace;
///   - one special value at one place among ordinary ones, as reductions meet them;
///   - inputs that are one special value throughout, as in a row that is masked as a whole.
struct SpecialCall {
  std::string about;
  Call call;
};
std::vector<SpecialCall> specialCalls(FuncOp function, const Call &base);

/// The call with zeros, each of its number's sign, for the numbers below the smallest normal one of their type: what
/// compiled libraries take them for.
Call withoutDenormals(FuncOp function, Call call);

/// What a function's ops leave open.
struct Freedom {
  /// Zeros of sums have no sign.
  bool signsOfZeros = false;
  /// Kernels that sum over windows, masks or strides multiply by zero what lies in the gaps (padding, masked keys, pixels
  /// between strides), which the reference passes over: NaN or an infinity may stand where the reference
  /// has a number.
  bool gaps = false;
};
Freedom freedomOf(FuncOp function);

/// Where two tensors of a type do not agree: NaN is NaN, infinities and zeros have signs, but for `freedom`; denormal
/// numbers are zeros; other numbers are within `tolerance`. Empty if they do.
std::string specialDifference(mlir::Type type, const Tensor &expected, const Tensor &found, double tolerance,
                              Freedom freedom);

} // namespace nnc::test

#endif
