// Random.cpp: emitters of random tensors: the generator of runtime/random.c, one block per element.
#include "ir/ops/Random.h"
#include "codegen/halide/Emitters.h"
#include "runtime/normal_quantile.h"

using namespace mlir;
using Halide::Expr;

namespace nnc {
namespace {

Expr word(uint32_t value) { return Halide::Internal::make_const(Halide::UInt(32), value); }
Expr lower(const Expr &x) { return Halide::cast<uint32_t>(x); }
Expr upper(const Expr &x) { return Halide::cast<uint32_t>(x >> 32); }

/// 64 random bits: the upper and the lower half.
struct Bits {
  Expr high, low;
};

/// Number `index` of a stream, as nnc_random_bits says. `index` is less than 2^31.
Bits randomBits(const Expr &key, const Expr &streamLow, const Expr &streamHigh, const Expr &index,
                const Expr &indexHigh) {
  // Philox4x32-10. Products of words are made in 64 bits, which is one instruction on vectors.
  Expr c[4] = {index >> 1 | indexHigh << 31, indexHigh >> 1, streamLow, streamHigh};
  Expr k0 = lower(key), k1 = upper(key);
  for (int round = 0; round < 10; ++round) {
    Expr p0 = Halide::cast<uint64_t>(c[0]) * Halide::cast<uint64_t>(word(0xD2511F53u));
    Expr p1 = Halide::cast<uint64_t>(c[2]) * Halide::cast<uint64_t>(word(0xCD9E8D57u));
    Expr next[4] = {upper(p1) ^ c[1] ^ k0, lower(p1), upper(p0) ^ c[3] ^ k1, lower(p0)};
    std::copy(next, next + 4, c);
    k0 = k0 + word(0x9E3779B9u);
    k1 = k1 + word(0xBB67AE85u);
  }
  Expr first = (index & 1) == 0;
  return {Halide::select(first, c[1], c[3]), Halide::select(first, c[0], c[2])};
}

Expr scalarBits(KernelEmitter &emitter, Value scalar) {
  return Halide::reinterpret(Halide::UInt(64), emitter.element(scalar, {}).expr());
}

/// The bits of the element at `index` of a draw.
template <typename OpT> Bits drawBits(OpT op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) {
  Expr number = Expr(0);
  for (auto [at, dim] : llvm::zip(index, dimsOf(op.getY())))
    number = number * emitter.extent(dim) + at;
  return randomBits(scalarBits(emitter, op.getKey()), word(0), word(0), lower(number), word(0));
}

Num number(Halide::Type type, const Expr &value) { return castTo(Num(Halide::cast<int32_t>(value)), type); }

/// ((high, low) >> (64 - Bits), plus a half if wanted) * 2^-Bits, exactly.
Num fractionOf(const Bits &bits, Halide::Type type, int count, bool middle) {
  auto scaled = [&](const Num &x, int exponent) { return x * constant(type, std::ldexp(1.0, exponent)); };
  Num half = constant(type, middle ? 0.5 : 0.0);
  if (type.bits() == 32)
    return scaled(number(type, bits.high >> (32 - count)) + half, -count);
  Num upper31 = number(type, bits.high >> 1);
  Num rest = number(type, (bits.high & 1) << (count - 32) | bits.low >> (64 - count));
  return scaled(upper31, -31) + scaled(rest + half, -count);
}

struct RandomKeyEmitter : EmitOpInterface::ExternalModel<RandomKeyEmitter, RandomKeyOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr>) const {
    auto key = cast<RandomKeyOp>(op);
    uint64_t stream = static_cast<uint64_t>(key.getStream());
    Expr counter = scalarBits(emitter, key.getCounter());
    Bits bits = randomBits(scalarBits(emitter, key.getKey()), word(static_cast<uint32_t>(stream)),
                           word(static_cast<uint32_t>(stream >> 32)), lower(counter), upper(counter));
    Expr whole = Halide::cast<uint64_t>(bits.high) << 32 | Halide::cast<uint64_t>(bits.low);
    return Num(Halide::reinterpret(Halide::Int(64), whole >> 12));
  }
};

struct RandomUniformEmitter : EmitOpInterface::ExternalModel<RandomUniformEmitter, RandomUniformOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) const {
    auto draw = cast<RandomUniformOp>(op);
    Halide::Type type = halideType(getElementTypeOrSelf(draw.getType()));
    return fractionOf(drawBits(draw, emitter, index), type, type.bits() == 32 ? 24 : 53, false);
  }
};

Num ratio(llvm::ArrayRef<double> top, llvm::ArrayRef<double> bottom, const Num &x) {
  auto polynomial = [&](llvm::ArrayRef<double> c) {
    Num sum = lit(x, c.back());
    for (double coefficient : llvm::reverse(c.drop_back()))
      sum = fma(sum, x, lit(x, coefficient));
    return sum;
  };
  return polynomial(top) / polynomial(bottom);
}

/// See runtime/normal_quantile.h.
Num normalQuantile(const Num &p) {
  bool single = p.type().bits() == 32;
  Num q = p - lit(p, 0.5);
  Num z = lit(p, 0.180625) - q * q;
  Num tail = minimum(p, lit(p, 1.0) - p);
  Num r = sqrt(-log(tail));
  Num centre = q * (single ? ratio(nnc_ppnd7_centre_top, nnc_ppnd7_centre_bottom, z)
                           : ratio(nnc_ppnd16_centre_top, nnc_ppnd16_centre_bottom, z));
  Num away = r - lit(p, 1.6);
  Num outer = single ? ratio(nnc_ppnd7_near_top, nnc_ppnd7_near_bottom, away)
                     : select(r <= lit(p, 5.0), ratio(nnc_ppnd16_near_top, nnc_ppnd16_near_bottom, away),
                              ratio(nnc_ppnd16_far_top, nnc_ppnd16_far_bottom, r - lit(p, 5.0)));
  return select(abs(q) <= lit(p, 0.425), centre, select(q < lit(p, 0.0), -outer, outer));
}

struct RandomNormalEmitter : EmitOpInterface::ExternalModel<RandomNormalEmitter, RandomNormalOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) const {
    auto draw = cast<RandomNormalOp>(op);
    Halide::Type type = halideType(getElementTypeOrSelf(draw.getType()));
    Num fraction = fractionOf(drawBits(draw, emitter, index), type, type.bits() == 32 ? 23 : 52, true);
    // A name for what the formula reads many times keeps its expression from being copied as often.
    std::string name = emitter.uniqueName("fraction");
    Num p(Halide::Internal::Variable::make(type, name));
    return Num(Halide::Internal::Let::make(name, fraction.expr(), normalQuantile(p).expr()));
  }
};

} // namespace

void registerRandomEmitters(MLIRContext &context) {
  RandomKeyOp::attachInterface<RandomKeyEmitter>(context);
  RandomUniformOp::attachInterface<RandomUniformEmitter>(context);
  RandomNormalOp::attachInterface<RandomNormalEmitter>(context);
}

} // namespace nnc
