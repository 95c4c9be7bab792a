// Reduce.cpp: reference semantics of reductions.
#include "ir/interpreter/ReferenceModel.h"
#include "ir/ops/Reduce.h"
#include <limits>

using namespace mlir;

namespace nnc {

/// How far one more along each axis of `x` goes in what is left of it without `axes`.
static Shape stepsWithout(const Tensor &x, llvm::ArrayRef<int64_t> axes) {
  Shape kept = x.shape;
  for (int64_t axis : axes)
    kept[axis] = 1;
  Shape steps = stepsOf(kept);
  for (int64_t axis : axes)
    steps[axis] = 0;
  return steps;
}

/// Combines the elements along the op's axes, in order of their index, starting from `start`.
template <typename OpT, typename Combine>
static Tensor reduce(OpT op, InterpreterContext &context, double start, Combine combine) {
  const Tensor &x = context.get(op.getX());
  Tensor y = context.make(op.getY(), start);
  forEachPosition<2>(x.shape, {stepsOf(x.shape), stepsWithout(x, op.getAxes())},
                     [&](int64_t from, int64_t to) { y.data[to] = combine(y.data[to], x.data[from]); });
  return y;
}

static void sum(SumOp op, InterpreterContext &context) {
  context.set(op.getY(), reduce(op, context, 0.0, std::plus<double>()));
}

static void prod(ProdOp op, InterpreterContext &context) {
  context.set(op.getY(), reduce(op, context, 1.0, std::multiplies<double>()));
}

static void mean(MeanOp op, InterpreterContext &context) {
  Tensor total = reduce(op, context, 0.0, std::plus<double>());
  const Tensor &x = context.get(op.getX());
  double count = 1.0;
  for (int64_t axis : op.getAxes())
    count *= x.shape[axis];
  for (double &number : total.data)
    number /= count;
  context.set(op.getY(), std::move(total));
}

static void max(MaxOp op, InterpreterContext &context) {
  context.set(op.getY(), reduce(op, context, -std::numeric_limits<double>::infinity(), scalar::maximum));
}

static void min(MinOp op, InterpreterContext &context) {
  context.set(op.getY(), reduce(op, context, std::numeric_limits<double>::infinity(), scalar::minimum));
}

/// The position of the first element that no later one beats; a NaN beats all but an earlier NaN.
template <typename OpT, typename Beats>
static void position(OpT op, InterpreterContext &context, Beats beats) {
  const Tensor &x = context.get(op.getX());
  int64_t axis = op.getAxis();
  Tensor y = context.make(op.getY());
  Tensor best(y.shape);
  Shape places(x.shape.size(), 0); // along the axis
  places[axis] = 1;
  forEachPosition<3>(x.shape, {stepsOf(x.shape), stepsWithout(x, axis), places},
                     [&](int64_t from, int64_t kept, int64_t place) {
                       double value = x.data[from];
                       double &leader = best.data[kept];
                       if (place == 0 || (!std::isnan(leader) && (std::isnan(value) || beats(value, leader)))) {
                         leader = value;
                         y.data[kept] = static_cast<double>(place);
                       }
                     });
  context.set(op.getY(), std::move(y));
}

static void argmax(ArgmaxOp op, InterpreterContext &context) {
  position(op, context, std::greater<double>());
}
static void argmin(ArgminOp op, InterpreterContext &context) { position(op, context, std::less<double>()); }

void attachReduceReference(MLIRContext *context) {
  attach<SumOp, sum>(context);
  attach<MeanOp, mean>(context);
  attach<ProdOp, prod>(context);
  attach<MaxOp, max>(context);
  attach<MinOp, min>(context);
  attach<ArgmaxOp, argmax>(context);
  attach<ArgminOp, argmin>(context);
}

} // namespace nnc
