// Scalar.h: the vocabulary in which elementwise ops state their meaning, for T = double.
//
// An op's `scalar` template is written with these names unqualified and instantiated twice: here with double
// (constant folding, reference interpreter) and in codegen/halide with nnc::Num, whose overloads are found by
// argument-dependent lookup. Truth values of T = double are 0.0 and 1.0.
//
// NaN: maximum, minimum and relu propagate it; comparisons with it are false, save `!=`. Of equal numbers maximum and
// minimum are the first, so that zeros have a sign.
#ifndef NNC_IR_SCALAR_H
#define NNC_IR_SCALAR_H

#include "mlir/IR/BuiltinTypes.h"
#include <algorithm>
#include <cmath>

namespace nnc::scalar {

using std::abs;
using std::ceil;
using std::cos;
using std::erf;
using std::exp;
using std::expm1;
using std::floor;
using std::log;
using std::log1p;
using std::pow;
using std::sin;
using std::sqrt;
using std::tanh;

/// A constant of x's type.
inline double lit(double x, double value) { return (void)x, value; }
inline double select(double condition, double yes, double no) { return condition != 0.0 ? yes : no; }
inline double logicalAnd(double a, double b) { return a != 0.0 && b != 0.0; }
inline double logicalOr(double a, double b) { return a != 0.0 || b != 0.0; }
inline double logicalNot(double a) { return a == 0.0; }
/// The remainder of the quotient rounded down: it has the sign of b, a zero that of a.
inline double mod(double a, double b) {
  double r = std::fmod(a, b);
  return r != 0.0 && (r < 0.0) != (b < 0.0) ? r + b : r;
}
inline double isNaN(double x) { return std::isnan(x); }
inline double rsqrt(double x) { return 1.0 / std::sqrt(x); }
/// Rounds half to even.
inline double roundEven(double x) { return std::nearbyint(x); }
inline double maximum(double a, double b) { return std::isnan(b) || a < b ? b : a; }
inline double minimum(double a, double b) { return std::isnan(b) || a > b ? b : a; }
/// 1 / (1 + exp(-x)) without overflow on either side.
inline double sigmoid(double x) {
  double e = std::exp(-std::abs(x));
  return (x >= 0.0 ? 1.0 : e) / (1.0 + e);
}
/// Of the standard normal distribution; the lower tail without cancellation.
inline double normalCdf(double x) { return 0.5 * std::erfc(-x * 0.70710678118654752); }
/// (1 + tanh u) / 2 for u = sqrt(2/pi) (x + 0.044715 x^3), without cancellation.
inline double tanhGate(double x) { return sigmoid(1.5957691216057308 * (x + 0.044715 * x * x * x)); }
/// log(1 + exp(x)) without overflow.
inline double softplus(double x) { return maximum(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

/// Rounds to what an element of `type` can hold; integers truncate towards zero and saturate, NaN becomes 0.
double castTo(double x, mlir::Type type);

} // namespace nnc::scalar

#endif
