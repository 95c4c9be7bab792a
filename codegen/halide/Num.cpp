// Num.cpp: arithmetic, comparisons, choices and conversions of kernels' numbers.
#include "codegen/halide/Num.h"
#include "mlir/IR/BuiltinTypes.h"
#include <cmath>
#include <limits>

using Halide::Expr;
using Halide::Type;
using Halide::Internal::Call;
using Halide::Internal::make_const;

namespace nnc {

Num constant(Type type, double value) {
  if (type.is_bool())
    return Num(value != 0.0 ? Halide::Internal::const_true() : Halide::Internal::const_false());
  if (type.is_float())
    return Num(make_const(type, value));
  if (type.is_uint())
    return Num(make_const(type, static_cast<uint64_t>(value)));
  // The nearest double to the largest int64 lies one above it.
  if (value >= 0x1p63)
    return Num(make_const(type, std::numeric_limits<int64_t>::max()));
  return Num(make_const(type, static_cast<int64_t>(value)));
}

Num lit(const Num &x, double value) { return constant(x.type(), value); }

Num operator+(const Num &a, const Num &b) { return Num(a.expr() + b.expr()); }
Num operator-(const Num &a, const Num &b) { return Num(a.expr() - b.expr()); }
Num operator*(const Num &a, const Num &b) { return Num(a.expr() * b.expr()); }
// Not 0 - x: that is +0 for x = 0.
Num operator-(const Num &a) { return a * lit(a, -1.0); }

Num operator/(const Num &a, const Num &b) {
  if (a.type().is_float())
    return Num(a.expr() / b.expr());
  // Processors trap on a zero divisor and on the one overflow; both are kept away from the instruction.
  Num zero = lit(a, 0.0);
  Num byZero = select(a > zero, Num(a.type().max()), select(a < zero, Num(a.type().min()), zero));
  if (a.type().is_uint())
    return select(b == zero, byZero,
                  Num(Halide::div_round_to_zero(a.expr(), select(b == zero, lit(b, 1.0), b).expr())));
  Num minusOne = lit(a, -1.0);
  Num safe = select(logicalOr(b == zero, b == minusOne), lit(b, 1.0), b);
  Num quotient(Halide::div_round_to_zero(a.expr(), safe.expr()));
  return select(b == zero, byZero, select(b == minusOne, zero - a, quotient));
}

Num mod(const Num &a, const Num &b) {
  Num zero = lit(a, 0.0), remainder = zero;
  if (a.type().is_float()) {
    const char *name = a.type().bits() == 32 ? "fmodf" : "fmod";
    remainder = Num(Call::make(a.type(), name, {flushed(a).expr(), flushed(b).expr()}, Call::PureExtern));
  } else {
    // As for quotients, divisors that trap are kept away; a remainder by 1 or -1 is 0, and so is one by 0.
    Num safe = select(b == zero, lit(b, 1.0), b);
    if (!a.type().is_uint())
      safe = select(safe == lit(b, -1.0), lit(b, 1.0), safe);
    remainder = Num(Halide::mod_round_to_zero(a.expr(), safe.expr()));
  }
  if (a.type().is_uint())
    return remainder;
  Num isOther = Num((remainder < zero).expr() != (b < zero).expr());
  return select(logicalAnd(remainder != zero, isOther), remainder + b, remainder);
}

/// Order relations of truth values are those of 0 and 1.
static Expr ordered(const Num &x) {
  return x.type().is_bool() ? Halide::cast(Halide::UInt(8), x.expr()) : x.expr();
}

Num operator==(const Num &a, const Num &b) { return Num(ordered(a) == ordered(b)); }
Num operator!=(const Num &a, const Num &b) {
  // NaN differs from everything. Written as "not equal", simplifiers would have to know; a strict equality they leave.
  return Num(!(ordered(a) == ordered(b)));
}
Num operator<(const Num &a, const Num &b) { return Num(ordered(a) < ordered(b)); }
Num operator<=(const Num &a, const Num &b) {
  // Halide makes `!(b < a)` of it, which is true with NaN.
  return a.type().is_float() ? logicalOr(a < b, a == b) : Num(ordered(a) <= ordered(b));
}
Num operator>(const Num &a, const Num &b) { return b < a; }
Num operator>=(const Num &a, const Num &b) { return b <= a; }
Num logicalAnd(const Num &a, const Num &b) { return Num(a.expr() && b.expr()); }
Num logicalOr(const Num &a, const Num &b) { return Num(a.expr() || b.expr()); }
Num logicalNot(const Num &a) { return Num(!a.expr()); }
Num isNaN(const Num &x) { return Num(Halide::is_nan(x.expr())); }
Num select(const Num &condition, const Num &yes, const Num &no) {
  return Num(Halide::select(condition.expr(), yes.expr(), no.expr()));
}

Num fma(const Num &a, const Num &b, const Num &c) {
  const char *name = a.type().bits() == 32 ? "llvm.fma.f32" : "llvm.fma.f64";
  return Num(Call::make(a.type(), name, {a.expr(), b.expr(), c.expr()}, Call::PureExtern));
}

Expr LowerFma::visit(const Call *call) {
  if (call->name != "llvm.fma.f32" && call->name != "llvm.fma.f64")
    return IRMutator::visit(call);
  Expr product = Call::make(call->type, Call::strict_mul, {mutate(call->args[0]), mutate(call->args[1])},
                            Call::PureIntrinsic);
  return Call::make(call->type, Call::strict_add, {product, mutate(call->args[2])}, Call::PureIntrinsic);
}

/// The constant's value, if the expression is a float constant.
static const double *constantValue(const Num &x) {
  const auto *imm = x.expr().as<Halide::Internal::FloatImm>();
  return imm ? &imm->value : nullptr;
}

// A comparison with NaN is false, so `a < b ? b : a` keeps a NaN in a; one in b needs the second test, unless b
// cannot be NaN. Of equal ones it is a, as in ir/Scalar.h: zeros have signs.
Num maximum(const Num &a, const Num &b) {
  if (!a.type().is_float())
    return Num(Halide::max(a.expr(), b.expr()));
  if (const double *value = constantValue(b); value && !std::isnan(*value))
    return select(a < b, b, a);
  return select(logicalOr(a < b, isNaN(b)), b, a);
}
Num minimum(const Num &a, const Num &b) {
  if (!a.type().is_float())
    return Num(Halide::min(a.expr(), b.expr()));
  if (const double *value = constantValue(b); value && !std::isnan(*value))
    return select(a > b, b, a);
  return select(logicalOr(a > b, isNaN(b)), b, a);
}

Num abs(const Num &x) {
  if (x.type().is_uint())
    return x;
  if (!x.type().is_float())
    return castTo(Num(Halide::abs(x.expr())), x.type());
  // By the sign bit: Halide's is a choice by x > 0 in f64, which leaves -0.
  Type bits = Halide::UInt(x.type().bits());
  Expr magnitude = Halide::reinterpret(bits, x.expr()) & (bits.max() >> make_const(bits, 1));
  return Num(Halide::reinterpret(x.type(), magnitude));
}
Num floor(const Num &x) { return Num(Halide::floor(x.expr())); }
Num ceil(const Num &x) { return Num(Halide::ceil(x.expr())); }
Num roundEven(const Num &x) { return Num(Halide::round(x.expr())); }
Num sqrt(const Num &x) { return Num(Halide::sqrt(x.expr())); }
Num rsqrt(const Num &x) { return lit(x, 1.0) / sqrt(x); }

Type halideType(mlir::Type elementType) {
  if (elementType.isF32())
    return Halide::Float(32);
  if (elementType.isF64())
    return Halide::Float(64);
  auto integer = mlir::cast<mlir::IntegerType>(elementType);
  if (integer.getWidth() == 1)
    return Halide::Bool();
  return integer.isUnsigned() ? Halide::UInt(integer.getWidth()) : Halide::Int(integer.getWidth());
}

Num castTo(const Num &x, Type type) {
  Type from = x.type();
  if (from == type)
    return x;
  if (type.is_bool())
    return x != lit(x, 0.0);
  if (from.is_bool() || type.is_float())
    return Num(Halide::cast(type, x.expr()));
  if (!from.is_float())
    return Num(Halide::saturating_cast(type, x.expr()));
  // The bounds are exact in either float type when they are powers of two, so compare with those.
  double high = std::ldexp(1.0, type.is_uint() ? type.bits() : type.bits() - 1);
  double low = type.is_uint() ? 0.0 : -high;
  Num inside = select(logicalAnd(x > lit(x, low), x < lit(x, high)), x, lit(x, 0.0));
  // Narrow types by way of a wide one: processors have no direct conversion, and unsigned ones would wrap.
  Expr wide = type.bits() < 32 ? Halide::cast(type, Halide::cast(Halide::Int(32), inside.expr()))
                               : Halide::cast(type, inside.expr());
  return select(x >= lit(x, high), Num(type.max()), select(x <= lit(x, low), Num(type.min()), Num(wide)));
}

Num castTo(const Num &x, mlir::Type elementType) { return castTo(x, halideType(elementType)); }

} // namespace nnc
