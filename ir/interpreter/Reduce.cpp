// Reduce.cpp: reference semantics of reductions.
#include "ir/interpreter/ReferenceModel.h"
#include "ir/ops/Reduce.h"
#include "llvm/ADT/STLExtras.h"
#include <limits>

using namespace mlir;

namespace nnc {

/// `index` without the entries of `axes`.
static Index without(llvm::ArrayRef<int64_t> index, llvm::ArrayRef<int64_t> axes) {
  Index kept;
  for (size_t axis = 0; axis < index.size(); ++axis)
    if (!llvm::is_contained(axes, axis))
      kept.push_back(index[axis]);
  return kept;
}

/// Combines the elements along the op's axes, in order of their index, starting from `start`.
template <typename OpT>
static Tensor reduce(OpT op, InterpreterContext &context, double start,
                     llvm::function_ref<double(double, double)> combine) {
  const Tensor &x = context.get(op.getX());
  Tensor y = context.make(op.getY(), start);
  forEachIndex(x.shape, [&](llvm::ArrayRef<int64_t> index) {
    double &total = y.at(without(index, op.getAxes()));
    total = combine(total, x.at(index));
  });
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
  forEachIndex(x.shape, [&](llvm::ArrayRef<int64_t> index) {
    Index kept = without(index, axis);
    double value = x.at(index);
    double &leader = best.at(kept);
    bool isFirst = index[axis] == 0;
    if (isFirst || (!std::isnan(leader) && (std::isnan(value) || beats(value, leader)))) {
      leader = value;
      y.at(kept) = static_cast<double>(index[axis]);
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
