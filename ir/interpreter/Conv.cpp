// Conv.cpp: reference semantics of convolutions: the one sum they share, straight from its definition.
#include "ir/ops/Conv.h"
#include "ir/interpreter/ReferenceModel.h"

using namespace mlir;

namespace nnc {

/// Calls `meet(x, w, y)` with the indices of each product of the convolution.
template <typename Meet>
static void forEachProduct(const Window &window, int64_t groups, ArrayRef<int64_t> x, ArrayRef<int64_t> w,
                           ArrayRef<int64_t> y, Meet meet) {
  size_t rank = window.rank();
  int64_t channels = w[rank], filtersPerGroup = w[rank + 1] / groups;
  Index atX(x), atW(w);
  forEachIndex(y, [&](ArrayRef<int64_t> atY) {
    forEachIndex(w.drop_back(1), [&](ArrayRef<int64_t> tap) {
      atX[0] = atY[0];
      for (size_t axis = 0; axis < rank; ++axis) {
        atX[axis + 1] =
            atY[axis + 1] * window.strides[axis] + tap[axis] * window.dilations[axis] - window.low[axis];
        if (atX[axis + 1] < 0 || atX[axis + 1] >= x[axis + 1])
          return;
      }
      atX[rank + 1] = atY[rank + 1] / filtersPerGroup * channels + tap[rank];
      std::copy(tap.begin(), tap.end(), atW.begin());
      atW[rank + 1] = atY[rank + 1];
      meet(atX, atW, atY);
    });
  });
}

static void conv(ConvOp op, InterpreterContext &context) {
  const Tensor &x = context.get(op.getX()), &w = context.get(op.getW());
  Tensor y = context.make(op.getY());
  forEachProduct(op.window(), op.getGroups(), x.shape, w.shape, y.shape,
                 [&](const Index &i, const Index &t, ArrayRef<int64_t> p) { y.at(p) += x.at(i) * w.at(t); });
  context.set(op.getY(), std::move(y));
}

static void convInputGradient(ConvInputGradientOp op, InterpreterContext &context) {
  const Tensor &dy = context.get(op.getDy()), &w = context.get(op.getW());
  Tensor dx = context.make(op.getY());
  forEachProduct(
      op.window(), op.getGroups(), dx.shape, w.shape, dy.shape,
      [&](const Index &i, const Index &t, ArrayRef<int64_t> p) { dx.at(i) += dy.at(p) * w.at(t); });
  context.set(op.getY(), std::move(dx));
}

static void convFilterGradient(ConvFilterGradientOp op, InterpreterContext &context) {
  const Tensor &x = context.get(op.getX()), &dy = context.get(op.getDy());
  Tensor dw = context.make(op.getY());
  forEachProduct(
      op.window(), op.getGroups(), x.shape, dw.shape, dy.shape,
      [&](const Index &i, const Index &t, ArrayRef<int64_t> p) { dw.at(t) += x.at(i) * dy.at(p); });
  context.set(op.getY(), std::move(dw));
}

void attachConvReference(MLIRContext *context) {
  attach<ConvOp, conv>(context);
  attach<ConvInputGradientOp, convInputGradient>(context);
  attach<ConvFilterGradientOp, convFilterGradient>(context);
}

} // namespace nnc
