// Softmax.cpp: reference semantics of softmax and its losses.
#include "ir/interpreter/ReferenceModel.h"
#include "ir/ops/Softmax.h"
#include <limits>

using namespace mlir;

namespace nnc {

/// One row along an axis: where its elements are.
struct Row {
  int64_t begin, step, count;
  int64_t position(int64_t i) const { return begin + i * step; }
};

/// Calls `visit` once per row along `axis`.
template <typename Visit> static void forEachRow(const Tensor &x, int64_t axis, Visit visit) {
  Shape starts = x.shape, steps = stepsOf(x.shape);
  starts[axis] = 1;
  forEachPosition<1>(starts, {steps}, [&](int64_t begin) { visit(Row{begin, steps[axis], x.shape[axis]}); });
}

static double largest(const Tensor &x, const Row &row) {
  double best = -std::numeric_limits<double>::infinity();
  for (int64_t i = 0; i < row.count; ++i)
    best = scalar::maximum(best, x.data[row.position(i)]);
  return best;
}

/// The sum of e ** (x - best) over a row.
static double sumOfExponentials(const Tensor &x, const Row &row, double best) {
  double sum = 0.0;
  for (int64_t i = 0; i < row.count; ++i)
    sum += std::exp(x.data[row.position(i)] - best);
  return sum;
}

/// log(sum of e ** x) over a row; -infinity for a row of -infinities.
static double logSumExp(const Tensor &x, const Row &row) {
  double best = largest(x, row);
  return std::isinf(best) ? best : best + std::log(sumOfExponentials(x, row, best));
}

static void softmax(SoftmaxOp op, InterpreterContext &context) {
  const Tensor &x = context.get(op.getX());
  Tensor y = context.make(op.getY());
  forEachRow(x, op.getAxis(), [&](const Row &row) {
    double best = largest(x, row), sum = sumOfExponentials(x, row, best);
    for (int64_t i = 0; i < row.count; ++i)
      y.data[row.position(i)] = std::exp(x.data[row.position(i)] - best) / sum;
  });
  context.set(op.getY(), std::move(y));
}

static void logSoftmax(LogSoftmaxOp op, InterpreterContext &context) {
  const Tensor &x = context.get(op.getX());
  Tensor y = context.make(op.getY());
  forEachRow(x, op.getAxis(), [&](const Row &row) {
    double best = largest(x, row), logarithm = std::log(sumOfExponentials(x, row, best));
    for (int64_t i = 0; i < row.count; ++i)
      y.data[row.position(i)] = x.data[row.position(i)] - best - logarithm;
  });
  context.set(op.getY(), std::move(y));
}

static void logSumExpOp(LogSumExpOp op, InterpreterContext &context) {
  const Tensor &x = context.get(op.getX());
  Tensor y = context.make(op.getY());
  int64_t next = 0;
  forEachRow(x, op.getAxis(), [&](const Row &row) { y.data[next++] = logSumExp(x, row); });
  context.set(op.getY(), std::move(y));
}

static void softmaxCrossEntropy(SoftmaxCrossEntropyOp op, InterpreterContext &context) {
  const Tensor &logits = context.get(op.getLogits()), &label = context.get(op.getLabel());
  Tensor y = context.make(op.getY());
  int64_t classes = logits.shape.back(), next = 0;
  std::optional<int64_t> ignore = op.getIgnore();
  forEachRow(logits, logits.rank() - 1, [&](const Row &row) {
    int64_t number = next++, target = static_cast<int64_t>(label.data[number]);
    if (ignore && target == *ignore)
      return;
    const bool isClass = target >= 0 && target < classes;
    y.data[number] = logSumExp(logits, row) - (isClass ? logits.data[row.position(target)] : 0.0);
  });
  context.set(op.getY(), std::move(y));
}

static void oneHot(OneHotOp op, InterpreterContext &context) {
  const Tensor &index = context.get(op.getIndex());
  Tensor y = context.make(op.getY());
  int64_t classes = y.shape.back();
  for (int64_t i = 0; i < y.count(); ++i)
    y.data[i] = index.data[i / classes] == static_cast<double>(i % classes);
  context.set(op.getY(), std::move(y));
}

void attachSoftmaxReference(MLIRContext *context) {
  attach<SoftmaxOp, softmax>(context);
  attach<LogSoftmaxOp, logSoftmax>(context);
  attach<LogSumExpOp, logSumExpOp>(context);
  attach<SoftmaxCrossEntropyOp, softmaxCrossEntropy>(context);
  attach<OneHotOp, oneHot>(context);
}

} // namespace nnc
