// Softmax.cpp: reference semantics of softmax and its losses.
#include "ir/interpreter/ReferenceModel.h"
#include "ir/ops/Softmax.h"
#include <limits>

using namespace mlir;

namespace nnc {

/// Calls `row` once per row along `axis`, with the positions of its elements.
static void forEachRow(const Tensor &x, int64_t axis, llvm::function_ref<void(llvm::ArrayRef<int64_t>)> row) {
  Shape starts = x.shape;
  starts[axis] = 1;
  forEachIndex(starts, [&](llvm::ArrayRef<int64_t> start) {
    Index index(start);
    llvm::SmallVector<int64_t> positions;
    for (index[axis] = 0; index[axis] < x.shape[axis]; ++index[axis])
      positions.push_back(x.position(index));
    row(positions);
  });
}

static double largest(const Tensor &x, llvm::ArrayRef<int64_t> positions) {
  double best = -std::numeric_limits<double>::infinity();
  for (int64_t i : positions)
    best = scalar::maximum(best, x.data[i]);
  return best;
}

/// log(sum of e ** x) over a row; -infinity for a row of -infinities.
static double logSumExp(const Tensor &x, llvm::ArrayRef<int64_t> positions) {
  double best = largest(x, positions);
  if (std::isinf(best))
    return best;
  double sum = 0.0;
  for (int64_t i : positions)
    sum += std::exp(x.data[i] - best);
  return best + std::log(sum);
}

static void softmax(SoftmaxOp op, InterpreterContext &context) {
  const Tensor &x = context.get(op.getX());
  Tensor y = context.make(op.getY());
  forEachRow(x, op.getAxis(), [&](llvm::ArrayRef<int64_t> positions) {
    double best = largest(x, positions), sum = 0.0;
    for (int64_t i : positions)
      sum += y.data[i] = std::exp(x.data[i] - best);
    for (int64_t i : positions)
      y.data[i] /= sum;
  });
  context.set(op.getY(), std::move(y));
}

static void logSoftmax(LogSoftmaxOp op, InterpreterContext &context) {
  const Tensor &x = context.get(op.getX());
  Tensor y = context.make(op.getY());
  forEachRow(x, op.getAxis(), [&](llvm::ArrayRef<int64_t> positions) {
    double best = largest(x, positions), sum = 0.0;
    for (int64_t i : positions)
      sum += std::exp(x.data[i] - best);
    for (int64_t i : positions)
      y.data[i] = x.data[i] - best - std::log(sum);
  });
  context.set(op.getY(), std::move(y));
}

static void logSumExpOp(LogSumExpOp op, InterpreterContext &context) {
  const Tensor &x = context.get(op.getX());
  Tensor y = context.make(op.getY());
  int64_t next = 0;
  forEachRow(x, op.getAxis(),
             [&](llvm::ArrayRef<int64_t> positions) { y.data[next++] = logSumExp(x, positions); });
  context.set(op.getY(), std::move(y));
}

static void softmaxCrossEntropy(SoftmaxCrossEntropyOp op, InterpreterContext &context) {
  const Tensor &logits = context.get(op.getLogits()), &label = context.get(op.getLabel());
  Tensor y = context.make(op.getY());
  int64_t classes = logits.shape.back(), next = 0;
  std::optional<int64_t> ignore = op.getIgnore();
  forEachRow(logits, logits.rank() - 1, [&](llvm::ArrayRef<int64_t> positions) {
    int64_t row = next++, target = static_cast<int64_t>(label.data[row]);
    if (ignore && target == *ignore)
      return;
    const bool isClass = target >= 0 && target < classes;
    y.data[row] = logSumExp(logits, positions) - (isClass ? logits.data[positions[target]] : 0.0);
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
