// Resample.cpp: reference semantics of resampling.
#include "ir/ops/Resample.h"
#include "ir/interpreter/ReferenceModel.h"
#include <cmath>

using namespace mlir;

namespace nnc {

/// Calls `visit(j, weight)` for the elements j of an axis of `from` that make element i of one of `to`.
template <typename Visit>
static void forEachPart(StringRef mode, int64_t from, int64_t to, int64_t i, Visit visit) {
  double scale = static_cast<double>(from) / static_cast<double>(to);
  if (mode == "nearest") {
    visit(i * from / to, 1.0);
  } else if (mode == "linear") {
    double place = std::max(0.0, (static_cast<double>(i) + 0.5) * scale - 0.5);
    int64_t first = static_cast<int64_t>(place);
    double part = place - std::floor(place);
    visit(first, 1.0 - part);
    visit(std::min(first + 1, from - 1), part);
  } else {
    int64_t first = i * from / to, end = ((i + 1) * from + to - 1) / to;
    for (int64_t j = first; j < end; ++j)
      visit(j, 1.0 / static_cast<double>(end - first));
  }
}

static void resample(ResampleOp op, InterpreterContext &context) {
  const Tensor &x = context.get(op.getX());
  Tensor y = context.make(op.getY());
  size_t axis = op.getAxis();
  forEachIndex(y.shape, [&](ArrayRef<int64_t> at) {
    Index from(at);
    forEachPart(op.getMode(), x.shape[axis], y.shape[axis], at[axis], [&](int64_t j, double weight) {
      from[axis] = j;
      y.at(at) += weight * x.at(from);
    });
  });
  context.set(op.getY(), std::move(y));
}

static void resampleAdjoint(ResampleAdjointOp op, InterpreterContext &context) {
  const Tensor &x = context.get(op.getX());
  Tensor y = context.make(op.getY());
  size_t axis = op.getAxis();
  forEachIndex(x.shape, [&](ArrayRef<int64_t> at) {
    Index to(at);
    forEachPart(op.getMode(), y.shape[axis], x.shape[axis], at[axis], [&](int64_t j, double weight) {
      to[axis] = j;
      y.at(to) += weight * x.at(at);
    });
  });
  context.set(op.getY(), std::move(y));
}

void attachResampleReference(MLIRContext *context) {
  attach<ResampleOp, resample>(context);
  attach<ResampleAdjointOp, resampleAdjoint>(context);
}

} // namespace nnc
