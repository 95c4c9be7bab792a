// Pool.cpp: reference semantics of pools.
#include "ir/ops/Pool.h"
#include "ir/interpreter/ReferenceModel.h"
#include <cmath>
#include <limits>

using namespace mlir;

namespace nnc {

/// Calls `meet(at)` for each element of x under the window at position `p`, taps in row-major order.
template <typename Meet>
static void forEachUnder(const Window &window, ArrayRef<int64_t> x, ArrayRef<int64_t> p, Meet meet) {
  forEachIndex(window.sizes, [&](ArrayRef<int64_t> tap) {
    Index at(p);
    for (size_t axis = 0; axis < window.rank(); ++axis) {
      at[axis + 1] =
          p[axis + 1] * window.strides[axis] + tap[axis] * window.dilations[axis] - window.low[axis];
      if (at[axis + 1] < 0 || at[axis + 1] >= x[axis + 1])
        return;
    }
    meet(at);
  });
}

/// The number of an element in row-major order of the spatial axes.
static int64_t spatialNumber(ArrayRef<int64_t> x, ArrayRef<int64_t> at) {
  int64_t number = 0;
  for (size_t axis = 1; axis + 1 < x.size(); ++axis)
    number = number * x[axis] + at[axis];
  return number;
}

static void maxPool(MaxPoolOp op, InterpreterContext &context) {
  const Tensor &x = context.get(op.getX());
  Tensor y = context.make(op.getY(), -std::numeric_limits<double>::infinity());
  forEachIndex(y.shape, [&](ArrayRef<int64_t> p) {
    forEachUnder(op.window(), x.shape, p, [&](const Index &at) {
      if (x.at(at) > y.at(p) || std::isnan(x.at(at)))
        y.at(p) = x.at(at);
    });
  });
  context.set(op.getY(), std::move(y));
}

static void maxPoolIndex(MaxPoolIndexOp op, InterpreterContext &context) {
  const Tensor &x = context.get(op.getX());
  Tensor y = context.make(op.getY(), -1.0);
  forEachIndex(y.shape, [&](ArrayRef<int64_t> p) {
    double best = 0.0;
    forEachUnder(op.window(), x.shape, p, [&](const Index &at) {
      double value = x.at(at);
      if (y.at(p) >= 0.0 && !(value > best) && (!std::isnan(value) || std::isnan(best)))
        return;
      best = value;
      y.at(p) = static_cast<double>(spatialNumber(x.shape, at));
    });
  });
  context.set(op.getY(), std::move(y));
}

static void maxUnpool(MaxUnpoolOp op, InterpreterContext &context) {
  const Tensor &values = context.get(op.getValues()), &index = context.get(op.getIndex());
  Tensor y = context.make(op.getY());
  forEachIndex(values.shape, [&](ArrayRef<int64_t> p) {
    forEachUnder(op.window(), y.shape, p, [&](const Index &at) {
      if (spatialNumber(y.shape, at) == static_cast<int64_t>(index.at(p)))
        y.at(at) += values.at(p);
    });
  });
  context.set(op.getY(), std::move(y));
}

static void maxPoolGather(MaxPoolGatherOp op, InterpreterContext &context) {
  const Tensor &x = context.get(op.getX()), &index = context.get(op.getIndex());
  Tensor y = context.make(op.getY());
  forEachIndex(y.shape, [&](ArrayRef<int64_t> p) {
    forEachUnder(op.window(), x.shape, p, [&](const Index &at) {
      if (spatialNumber(x.shape, at) == static_cast<int64_t>(index.at(p)))
        y.at(p) = x.at(at);
    });
  });
  context.set(op.getY(), std::move(y));
}

/// What the mean at position p divides by.
static double countUnder(const Window &window, bool countPadding, ArrayRef<int64_t> x, ArrayRef<int64_t> p) {
  int64_t count = 0;
  forEachUnder(window, x, p, [&](const Index &) { ++count; });
  return static_cast<double>(countPadding ? window.taps() : std::max<int64_t>(count, 1));
}

static void avgPool(AvgPoolOp op, InterpreterContext &context) {
  const Tensor &x = context.get(op.getX());
  Tensor y = context.make(op.getY());
  forEachIndex(y.shape, [&](ArrayRef<int64_t> p) {
    forEachUnder(op.window(), x.shape, p, [&](const Index &at) { y.at(p) += x.at(at); });
    y.at(p) /= countUnder(op.window(), op.getCountPadding(), x.shape, p);
  });
  context.set(op.getY(), std::move(y));
}

static void avgUnpool(AvgUnpoolOp op, InterpreterContext &context) {
  const Tensor &values = context.get(op.getValues());
  Tensor y = context.make(op.getY());
  forEachIndex(values.shape, [&](ArrayRef<int64_t> p) {
    double count = countUnder(op.window(), op.getCountPadding(), y.shape, p);
    forEachUnder(op.window(), y.shape, p, [&](const Index &at) { y.at(at) += values.at(p) / count; });
  });
  context.set(op.getY(), std::move(y));
}

void attachPoolReference(MLIRContext *context) {
  attach<MaxPoolOp, maxPool>(context);
  attach<MaxPoolIndexOp, maxPoolIndex>(context);
  attach<MaxUnpoolOp, maxUnpool>(context);
  attach<MaxPoolGatherOp, maxPoolGather>(context);
  attach<AvgPoolOp, avgPool>(context);
  attach<AvgUnpoolOp, avgUnpool>(context);
}

} // namespace nnc
