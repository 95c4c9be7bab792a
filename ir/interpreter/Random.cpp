// Random.cpp: reference semantics of random tensors, by the runtime's generator.
#include "ir/ops/Random.h"
#include "ir/interpreter/ReferenceModel.h"
#include "runtime/random.h"

using namespace mlir;

namespace nnc {

static uint64_t number(InterpreterContext &context, Value scalar) {
  return static_cast<uint64_t>(static_cast<int64_t>(context.get(scalar).data.front()));
}

static void randomKey(RandomKeyOp op, InterpreterContext &context) {
  uint64_t bits = nnc_random_bits(number(context, op.getKey()), static_cast<uint64_t>(op.getStream()),
                                  number(context, op.getCounter()));
  context.set(op.getY(), Tensor::scalar(static_cast<double>(bits >> 12)));
}

/// Fills the result from the numbers of its key: `f32` and `f64` make an element of 64 bits.
template <typename OpT>
static void draw(OpT op, InterpreterContext &context, double (*f32)(uint64_t), double (*f64)(uint64_t)) {
  uint64_t key = number(context, op.getKey());
  bool single = getElementTypeOrSelf(op.getType()).isF32();
  Tensor y = context.make(op.getY());
  for (auto [index, element] : llvm::enumerate(y.data)) {
    uint64_t bits = nnc_random_bits(key, 0, index);
    element = single ? f32(bits) : f64(bits);
  }
  context.set(op.getY(), std::move(y));
}

/// The upper bits as a fraction in [0, 1), and the middle of their interval.
template <int Bits> static double fraction(uint64_t bits) {
  return std::ldexp(static_cast<double>(bits >> (64 - Bits)), -Bits);
}
template <int Bits> static double quantile(uint64_t bits) {
  return nnc_normal_quantile(std::ldexp(static_cast<double>(bits >> (64 - Bits)) + 0.5, -Bits));
}

static void uniform(RandomUniformOp op, InterpreterContext &context) {
  draw(op, context, fraction<24>, fraction<53>);
}
static void normal(RandomNormalOp op, InterpreterContext &context) {
  draw(op, context, quantile<23>, quantile<52>);
}

void attachRandomReference(MLIRContext *context) {
  attach<RandomKeyOp, randomKey>(context);
  attach<RandomUniformOp, uniform>(context);
  attach<RandomNormalOp, normal>(context);
}

} // namespace nnc
