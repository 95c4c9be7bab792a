// Math.cpp: the functions of the float contract (Num.h).
//
// f32: argument reduction, a minimax polynomial, reconstruction; no branches and no calls, so that each is vector
// code. Coefficients are from fit-polynomials.py, which states how. Special values mostly need no test of their
// own: the reductions are written so that NaN and infinities run through them to the right result.
#include "codegen/halide/Num.h"
#include <initializer_list>

using Halide::Expr;
using Halide::Float;
using Halide::Int;
using Halide::Type;
using Halide::Internal::Call;

namespace nnc {
namespace {

/// c[0] + x c[1] + x^2 c[2] + ..., by Horner's rule.
Num polynomial(const Num &x, std::initializer_list<double> coefficients) {
  const double *c = coefficients.end();
  Num sum = lit(x, *--c);
  while (c != coefficients.begin())
    sum = fma(sum, x, lit(x, *--c));
  return sum;
}

bool isDouble(const Num &x) { return x.type().bits() == 64; }

// Bits are unsigned, whose arithmetic wraps: Halide may rewrite signed expressions as if they never overflowed.
Expr unsignedConst(int bits, uint64_t value) {
  return Halide::Internal::make_const(Halide::UInt(bits), value);
}
Expr bitsOf(const Num &x) { return Halide::reinterpret(Halide::UInt(x.type().bits()), x.expr()); }
Num fromBits(const Expr &bits) { return Num(Halide::reinterpret(Float(bits.type().bits()), bits)); }
Expr asSigned(const Expr &bits) { return Halide::reinterpret(Int(bits.type().bits()), bits); }
Expr asUnsigned(const Expr &bits) { return Halide::reinterpret(Halide::UInt(bits.type().bits()), bits); }

/// A function of the C library; vectors call it lane by lane.
Num libm(const char *name, std::initializer_list<Num> arguments) {
  std::vector<Expr> exprs;
  for (const Num &argument : arguments)
    exprs.push_back(flushed(argument).expr());
  return Num(Call::make(Float(64), name, exprs, Call::PureExtern));
}

/// |x| with the sign of `sign`, for x >= 0 or NaN.
Num withSign(const Num &x, const Num &sign) {
  return fromBits(bitsOf(x) | (bitsOf(sign) & unsignedConst(32, 1u << 31)));
}

/// 2^n for a signed integer in a float's normal exponent range.
Num powerOfTwo(const Expr &n) {
  int bits = n.type().bits();
  return fromBits((asUnsigned(n) + unsignedConst(bits, bits == 32 ? 127 : 1023))
                  << unsignedConst(bits, bits == 32 ? 23 : 52));
}

/// x clamped to [low, high]; NaN stays.
Num clamp(const Num &x, double low, double high) { return minimum(maximum(x, lit(x, low)), lit(x, high)); }

/// x = n ln 2 + r with |r| <= ln 2 / 2, for clamped f32 x. Adding 1.5 * 2^23 leaves the rounded integer in the low
/// bits of the sum.
struct ExpReduction {
  explicit ExpReduction(const Num &x)
      : shifted(fma(x, lit(x, 0x1.715476p+0), lit(x, 0x1.8p23))),
        n(asSigned(bitsOf(shifted) - unsignedConst(32, 0x4b400000))),
        r(reduce(x, shifted - lit(x, 0x1.8p23))) {}

  /// Of x + low, |low| < 0.07: where x has lost that to rounding.
  ExpReduction(const Num &x, const Num &low) : ExpReduction(x) { r = r + low; }

  /// ln 2 in two parts; the first has 15 bits, so that its product with n is exact without fma too.
  static Num reduce(const Num &x, const Num &n) {
    return fma(n, lit(x, -0x1.7f7d1cp-20), fma(n, lit(x, -0x1.62e4p-1), x));
  }

  Num shifted;
  Expr n;
  Num r;
};

/// e^r - 1 - r over r^2, |r| <= ln 2 / 2; absolute error of e^r: 2^-28.
Num expTail(const Num &r) {
  return polynomial(r, {0x1p-1, 0x1.55548ap-3, 0x1.5554c0p-5, 0x1.123f8cp-7, 0x1.6d7acep-10});
}

/// log(1 + f) - f over f^2, sqrt(1/2) - 1 <= f <= sqrt(2) - 1.
Num logTail(const Num &f) {
  return polynomial(f, {-0x1p-1, 0x1.555546p-2, -0x1.fffff0p-3, 0x1.99a55ap-3, -0x1.556296p-3, 0x1.233034p-3,
                        -0x1.fb4950p-4, 0x1.e68098p-4, -0x1.e2dc32p-4, 0x1.1ac410p-4});
}

/// x = 2^e (1 + f) for positive, normal f32 x, with 1 + f in [sqrt(1/2), sqrt(2)).
struct LogReduction {
  explicit LogReduction(const Num &x)
      : exponent(asSigned(bitsOf(x) - unsignedConst(32, 0x3f3504f3)) >> 23),
        f(fromBits(bitsOf(x) - (asUnsigned(exponent) << unsignedConst(32, 23))) - lit(x, 1.0)),
        e(Halide::cast(Float(32), exponent)) {}

  Expr exponent;
  Num f, e;
};

/// e ln 2 + log(1 + f) + correction, smallest terms first.
Num logSum(const LogReduction &part, const Num &correction) {
  const Num &f = part.f;
  Num tail = fma(part.e, lit(f, -0x1.05c610p-29), correction); // ln 2 - 0x1.62e43p-1
  Num log1pf = fma(logTail(f) * f, f, tail);
  return fma(part.e, lit(f, 0x1.62e430p-1), f + log1pf);
}

Num expOf(const ExpReduction &part) {
  Num p = fma(expTail(part.r) * part.r, part.r, part.r) + lit(part.r, 1.0);
  Expr half = part.n >> 1;
  return p * powerOfTwo(half) * powerOfTwo(part.n - half);
}

/// Beyond these the result is infinite or zero; the two factors of 2^n keep both of them in range.
Num expFloat(const Num &x) { return expOf(ExpReduction(clamp(x, -104.0, 89.0))); }

Num expm1Float(const Num &argument) {
  Num x = clamp(argument, -20.0, 89.0);
  ExpReduction part(x);
  const Num &r = part.r;
  Num tail =
      polynomial(r, {0x1p-1, 0x1.555556p-3, 0x1.5554f2p-5, 0x1.111004p-7, 0x1.6d4292p-10, 0x1.a242f6p-13});
  Num q = fma(tail * r, r, r);
  // 2^n (1 + q) - 1 with half of 2^n, which is finite for n = 128 too.
  Num half = powerOfTwo(part.n - 1);
  Num result = fma(half, q, half - lit(x, 0.5)) * lit(x, 2.0);
  // The reduction leaves -0 and the last bits of tiny arguments to this.
  Num small = withSign(fma(argument * argument, lit(x, 0.5), argument), argument);
  return select(abs(argument) < lit(x, 0x1p-13), small, result);
}

Num logFloat(const Num &x) {
  Num tiny = lit(x, 0x1p-126);
  Num isTiny = x < tiny;
  LogReduction part(select(isTiny, x * lit(x, 0x1p25), x));
  part.e = part.e - select(isTiny, lit(x, 25.0), lit(x, 0.0));
  Num finite = logSum(part, lit(x, 0.0));
  Num infinity = lit(x, std::numeric_limits<double>::infinity()), zero = lit(x, 0.0);
  Num edge = select(x == zero, zero - infinity,
                    select(x < zero, lit(x, std::numeric_limits<double>::quiet_NaN()), x));
  return select(logicalAnd(x > zero, x < infinity), finite, edge);
}

Num log1pFloat(const Num &x) {
  // u = 1 + x has lost `lost` to rounding; log(1 + x) = log(u) + lost / u to first order.
  Num one = lit(x, 1.0), zero = lit(x, 0.0);
  Num u = one + x;
  Num lost = select(x < one, x - (u - one), one - (u - x));
  Num finite = logSum(LogReduction(u), lost / u);
  Num infinity = lit(x, std::numeric_limits<double>::infinity());
  Num edge = select(x == -one, zero - infinity,
                    select(x < -one, lit(x, std::numeric_limits<double>::quiet_NaN()), x));
  Num inside = logicalAnd(x > -one, x < infinity);
  return select(logicalAnd(inside, abs(x) > lit(x, 0x1p-24)), finite, select(inside, x, edge));
}

/// tanh |x| = t / (t + 2) with t = e^(2|x|) - 1; from |x| = 10 on it is 1.
Num tanhFloat(const Num &x) {
  Num magnitude = minimum(abs(x), lit(x, 10.0));
  ExpReduction part(magnitude + magnitude);
  const Num &r = part.r;
  Num tail =
      polynomial(r, {0x1p-1, 0x1.555556p-3, 0x1.5554f2p-5, 0x1.111004p-7, 0x1.6d4292p-10, 0x1.a242f6p-13});
  Num q = fma(tail * r, r, r);
  Num scale = powerOfTwo(part.n);
  Num t = fma(scale, q, scale - lit(x, 1.0));
  return withSign(t / (t + lit(x, 2.0)), x);
}

/// Small arguments by a polynomial in x^2; others as 1 - e^-P(|x|).
Num erfFloat(const Num &x) {
  Num s = x * x, magnitude = minimum(abs(x), lit(x, 4.5));
  Num small = polynomial(s, {0x1.06eba8p-3, -0x1.812740p-2, 0x1.ce2d60p-4, -0x1.b80080p-6, 0x1.54426ep-8,
                             -0x1.a5ba96p-11, 0x1.4e459cp-14});
  small = fma(small, x, x);
  Num decay = polynomial(magnitude, {0x1.07463ap-3, 0x1.457092p-1, 0x1.af29a2p-4, -0x1.738596p-6,
                                     0x1.803530p-9, -0x1.a370dap-15, -0x1.7da9aap-15, 0x1.4aed46p-18});
  Num large = lit(x, 1.0) - exp(-fma(decay, magnitude, magnitude));
  return select(abs(x) < lit(x, 0.925), small, withSign(large, x));
}

/// Phi(-|x|) = u P(u - 1) e^(-x^2 / 2) with u = 1 / (1 + 0.3 |x|); the other side is its complement.
Num normalCdfFloat(const Num &x) {
  Num z = minimum(abs(x), lit(x, 16.0)); // from there on e^(-z^2 / 2) is 0
  // z^2 in two parts: that of z's upper twelve bits is exact.
  Num upper = fromBits(bitsOf(z) & unsignedConst(32, 0xfffff000));
  Num bell = expOf(ExpReduction(upper * upper * lit(x, -0.5), (z - upper) * (z + upper) * lit(x, -0.5)));
  // The gate is x's other factor in gelu, so the roundings of its own parts are kept out of f32.
  Num wide(Halide::cast(Float(64), z.expr()));
  Num u = lit(wide, 1.0) / fma(wide, lit(wide, 0.3), lit(wide, 1.0));
  Num p = polynomial(u - lit(wide, 1.0), {0x1p-1, 0x1.a8dc80p-1, 0x1.3c7dbep-1, 0x1.4be7b8p-4, -0x1.1e1630p-3,
                                       -0x1.7d92a6p-6, 0x1.4d17ecp-7, -0x1.23abaap-4, -0x1.2c0552p-4,
                                       -0x1.5263f0p-6});
  Num tail = Num(Halide::cast(Float(32), (p * u).expr())) * bell;
  return select(x < lit(x, 0.0), tail, lit(x, 1.0) - tail);
}

/// The logistic function of 2 sqrt(2/pi) (x + 0.044715 x^3), whose error e^ would multiply: it is made in f64.
Num tanhGateFloat(const Num &argument) {
  Num x(Halide::cast(Float(64), argument.expr()));
  Num inner = abs(x) * fma(x * x, lit(x, 0.071354816272600246), lit(x, 1.5957691216057308));
  inner = minimum(inner, lit(x, 104.0));
  Num high(Halide::cast(Float(32), inner.expr()));
  Num low(Halide::cast(Float(32), (inner - Num(Halide::cast(Float(64), high.expr()))).expr()));
  Num e = expOf(ExpReduction(-high, -low)), one = lit(high, 1.0);
  return select(argument >= lit(high, 0.0), one, e) / (one + e);
}

/// sin or cos of f32 x, reduced by multiples of pi/2 and evaluated in f64.
Num sineFloat(const Num &argument, int quadrant) {
  Num x(Halide::cast(Float(64), argument.expr()));
  // Infinity minus itself is NaN below; the clamp keeps the integer in range elsewhere.
  Num n = roundEven(x * lit(x, 0x1.45f306dc9c883p-1));
  // pi/2 in three parts; the first two have 33 bits, so that their products with n < 2^20 are exact without fma.
  Num r = fma(n, lit(x, -0x1.921fb544p+0), x);
  r = fma(n, lit(x, -0x1.0b4611a6p-34), r);
  r = fma(n, lit(x, -0x1.3198a2e037073p-69), r);
  Num s = r * r;
  Num sine = fma(polynomial(s, {-0x1.5555555552441p-3, 0x1.1111110ca3b78p-7, -0x1.a019f9593e6c7p-13,
                                0x1.71d77b38a53dbp-19, -0x1.a965f89d22a22p-26}) *
                     s,
                 r, r);
  Num cosine = fma(polynomial(s, {0x1.555555555333fp-5, -0x1.6c16c16797308p-10, 0x1.a019fad0d7445p-16,
                                  -0x1.27e038ec7b658p-22, 0x1.1bcba5adceff8p-29}) *
                       s,
                   s, fma(s, lit(s, -0.5), lit(s, 1.0)));
  // n mod 4 without a conversion that could overflow: n - 4 floor(n / 4).
  Num turn = n + lit(n, quadrant);
  turn = turn - lit(n, 4.0) * floor(turn * lit(n, 0.25));
  Num odd = logicalOr(turn == lit(n, 1.0), turn == lit(n, 3.0));
  Num value = select(odd, cosine, sine);
  value = select(turn >= lit(n, 2.0), -value, value);
  if (quadrant == 0)
    value = select(x == lit(x, 0.0), x, value); // the reduction loses the sign of a zero
  Num bounded = clamp(value, -1.0, 1.0);
  return Num(Halide::cast(Float(32), bounded.expr()));
}

/// log2 |x| for finite nonzero f64 x of f32 range, to 2^-50 relative to the larger of it and 1.
Num log2Double(const Num &x) {
  Expr bits = bitsOf(abs(x));
  Expr exponent = asSigned(bits - unsignedConst(64, 0x3fe6a09e667f3bcd)) >> 52;
  Num m = fromBits(bits - (asUnsigned(exponent) << unsignedConst(64, 52)));
  Num e(Halide::cast(Float(64), Halide::cast(Int(32), exponent)));
  Num s = (m - lit(m, 1.0)) / (m + lit(m, 1.0)), t = s * s;
  Num p =
      polynomial(t, {0x1.71547652b82ffp+1, 0x1.ec709dc39cc74p-1, 0x1.2776c51687814p-1, 0x1.a617568d58d3dp-2,
                     0x1.484fa90b1ade8p-2, 0x1.0bb7e0eeacd1cp-2, 0x1.f185d31a1d684p-3});
  return fma(p, s, e);
}

/// 2^x rounded to f32, for any x but NaN.
Num exp2ToFloat(const Num &argument) {
  Num x = clamp(argument, -160.0, 140.0);
  Num n = roundEven(x);
  Num r = x - n;
  Num p = polynomial(r, {0x1.000000000007cp+0, 0x1.62e42fef844e4p-1, 0x1.ebfbdff804de7p-3,
                         0x1.c6b08dd83d8f5p-5, 0x1.3b2ab73eca77cp-7, 0x1.5d874428051ccp-10,
                         0x1.43086e9af96ffp-13, 0x1.00dd48f70ffb7p-16, 0x1.640f26d33915dp-20});
  Num scale = powerOfTwo(Halide::cast(Int(64), Halide::cast(Int(32), n.expr())));
  return Num(Halide::cast(Float(32), (p * scale).expr()));
}

/// The cases of C99's pow, in f64 up to the last rounding.
Num powFloat(const Num &base, const Num &exponent) {
  Num x(Halide::cast(Float(64), base.expr())), y(Halide::cast(Float(64), exponent.expr()));
  Num zero = lit(x, 0.0), one = lit(x, 1.0), infinity = lit(x, std::numeric_limits<double>::infinity());
  Num floatZero = lit(base, 0.0), floatOne = lit(base, 1.0);
  Num magnitude = abs(x);
  Num regular = logicalAnd(magnitude > zero, magnitude < infinity);
  // log2 of 0 and infinity, whose products with y then give 0 or infinity by themselves.
  Num logarithm = select(regular, log2Double(select(regular, x, one)),
                         select(magnitude == zero, zero - infinity, infinity));
  Num result = exp2ToFloat(y * logarithm);
  Num whole = floor(y) == y;
  Num half = y * lit(y, 0.5);
  Num odd = logicalAnd(whole, floor(half) != half);
  // The sign bit decides, so that (-0)^-1 is -infinity.
  Num negative = Num(Halide::reinterpret(Int(32), base.expr()) < 0);
  result = select(logicalAnd(negative, odd), -result, result);
  Num invalid = logicalAnd(logicalAnd(x < zero, regular), logicalNot(whole));
  invalid = logicalOr(invalid, logicalOr(isNaN(x), isNaN(y)));
  result = select(invalid, lit(base, std::numeric_limits<double>::quiet_NaN()), result);
  // |x| = 1: any exponent of 1, infinite ones of -1. Their products above were 0 * infinity.
  Num unit = logicalOr(base == floatOne, logicalAnd(base == -floatOne, abs(y) == infinity));
  return select(logicalOr(unit, exponent == floatZero), floatOne, result);
}

} // namespace

Num flushed(const Num &x) {
  int bits = x.type().bits();
  Expr exponent = bitsOf(x) & unsignedConst(bits, bits == 32 ? 0x7f800000 : 0x7ff0000000000000);
  Num zero = fromBits(bitsOf(x) & unsignedConst(bits, uint64_t(1) << (bits - 1)));
  return select(Num(exponent == unsignedConst(bits, 0)), zero, x);
}

Num exp(const Num &x) { return isDouble(x) ? libm("exp", {x}) : expFloat(x); }
Num expm1(const Num &x) { return isDouble(x) ? libm("expm1", {x}) : expm1Float(x); }
Num log(const Num &x) { return isDouble(x) ? libm("log", {x}) : logFloat(flushed(x)); }
Num log1p(const Num &x) { return isDouble(x) ? libm("log1p", {x}) : log1pFloat(x); }
Num tanh(const Num &x) { return isDouble(x) ? libm("tanh", {x}) : tanhFloat(x); }
Num erf(const Num &x) { return isDouble(x) ? libm("erf", {x}) : erfFloat(x); }
Num sin(const Num &x) { return isDouble(x) ? libm("sin", {x}) : sineFloat(x, 0); }
Num cos(const Num &x) { return isDouble(x) ? libm("cos", {x}) : sineFloat(x, 1); }
Num normalCdf(const Num &x) {
  return isDouble(x) ? lit(x, 0.5) * libm("erfc", {x * lit(x, -0.70710678118654752)}) : normalCdfFloat(x);
}
Num tanhGate(const Num &x) {
  if (!isDouble(x))
    return tanhGateFloat(x);
  return sigmoid(lit(x, 1.5957691216057308) * (x + lit(x, 0.044715) * x * x * x));
}
Num pow(const Num &x, const Num &y) {
  return isDouble(x) ? libm("pow", {x, y}) : powFloat(flushed(x), flushed(y));
}

Num sigmoid(const Num &x) {
  Num e = exp(-abs(x)), one = lit(x, 1.0);
  return select(x >= lit(x, 0.0), one, e) / (one + e);
}

Num softplus(const Num &x) { return maximum(x, lit(x, 0.0)) + log1p(exp(-abs(x))); }

} // namespace nnc
