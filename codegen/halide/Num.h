// Num.h: the number type for which ops' scalar meanings are instantiated in kernels, and the float contract.
//
// Every kernel is compiled with Halide's `strict_float`: no reassociation, no contraction, NaN and infinity mean
// what IEEE 754 says. Multiply-adds are fused where, and only where, fma() is written. The functions below are
// found by argument-dependent lookup from the bodies of `scalar` in ir/ops, beside their namesakes for double in
// ir/Scalar.h; both give NaN, infinities and comparisons the same meaning.
//
// f32 functions are our own vector code; the stated errors are over all arguments, in units of the last place of
// the correctly rounded result, and test/codegen/halide/math.cpp holds them. f64 functions call the C library.
// Calls run with denormals flushed to zero: an argument below the smallest normal number counts as zero, and such a
// result becomes zero. What only moves numbers leaves them as they are.
#ifndef NNC_CODEGEN_HALIDE_NUM_H
#define NNC_CODEGEN_HALIDE_NUM_H

#include "codegen/halide/HalideHeader.h"
#include "mlir/IR/Types.h"

namespace nnc {

/// One element of a tensor while its kernel is being written: a Halide expression without Halide's overloads.
class Num {
public:
  explicit Num(Halide::Expr value) : value(std::move(value)) {}
  const Halide::Expr &expr() const { return value; }
  Halide::Type type() const { return value.type(); }

private:
  Halide::Expr value;
};

/// A constant of x's type.
Num lit(const Num &x, double value);
/// A constant of a Halide type.
Num constant(Halide::Type type, double value);

Num operator+(const Num &a, const Num &b);
Num operator-(const Num &a, const Num &b);
Num operator*(const Num &a, const Num &b);
/// IEEE 754 on floats. Integers divide towards zero; by zero they saturate, as the reference does.
Num operator/(const Num &a, const Num &b);
Num operator-(const Num &a);
/// The remainder of the quotient rounded down, exact but for the last sum; floats call the C library. Integers: 0 by 0.
Num mod(const Num &a, const Num &b);

// Truth values. With NaN all but != are false.
Num operator==(const Num &a, const Num &b);
Num operator!=(const Num &a, const Num &b);
Num operator<(const Num &a, const Num &b);
Num operator<=(const Num &a, const Num &b);
Num operator>(const Num &a, const Num &b);
Num operator>=(const Num &a, const Num &b);
Num logicalAnd(const Num &a, const Num &b);
Num logicalOr(const Num &a, const Num &b);
Num logicalNot(const Num &a);
Num isNaN(const Num &x);
Num select(const Num &condition, const Num &yes, const Num &no);

/// a * b + c, rounded once; on targets without the instruction rounded twice (see lowerFma).
Num fma(const Num &a, const Num &b, const Num &c);
/// NaN if either is.
Num maximum(const Num &a, const Num &b);
Num minimum(const Num &a, const Num &b);
Num abs(const Num &x);
Num floor(const Num &x);
Num ceil(const Num &x);
/// Halves to even.
Num roundEven(const Num &x);
/// A zero of x's sign where x is below the smallest normal number. For what looks at bits instead of computing: functions
/// of the C library scale such numbers by a product that is then 0 (the log of 1e-310 would be -745), and LLVM makes tests
/// of bits of `x > 0 && x < infinity`.
Num flushed(const Num &x);
/// Correctly rounded.
Num sqrt(const Num &x);
/// 1 / sqrt(x), two roundings: 1.5 ulp.
Num rsqrt(const Num &x);

// The errors are for targets with fused multiply-add; in brackets for those without.
Num exp(const Num &x);               // 1.1 ulp (1.4)
Num expm1(const Num &x);             // 1.5 ulp (2.0)
Num log(const Num &x);               // 1.0 ulp (1.5)
Num log1p(const Num &x);             // 2.0 ulp (2.5)
Num tanh(const Num &x);              // 2.5 ulp (3.0)
Num sigmoid(const Num &x);           // 2.5 ulp (3.0)
Num softplus(const Num &x);          // 2.5 ulp (3.0)
Num erf(const Num &x);               // 1.5 ulp (2.0)
Num sin(const Num &x);               // 0.6 ulp to |x| = 2^40 (2^20); beyond, only the range [-1, 1] holds
Num cos(const Num &x);               // likewise
Num normalCdf(const Num &x);         // 6.5 ulp (8.0): of the standard normal distribution
Num tanhGate(const Num &x);          // 3.0 ulp (3.5): sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3))
Num pow(const Num &x, const Num &y); // 0.6 ulp

/// Converts as nn.cast says: to integers towards zero, saturating, NaN to 0; to bool by `!= 0`.
Num castTo(const Num &x, mlir::Type elementType);
Num castTo(const Num &x, Halide::Type type);

/// How an element type is computed with (bool as UInt(1)).
Halide::Type halideType(mlir::Type elementType);

/// For targets without the instruction: replaces fma by product and sum, which all functions above allow for.
class LowerFma : public Halide::Internal::IRMutator {
public:
  using IRMutator::mutate;

protected:
  using IRMutator::visit;
  Halide::Expr visit(const Halide::Internal::Call *call) override;
};

} // namespace nnc

#endif
