// Conv.cpp: reference semantics of convolutions: the one sum they share, straight from its definition.
#include "ir/ops/Conv.h"
#include "ir/interpreter/ReferenceModel.h"
#include <numeric>

using namespace mlir;

namespace nnc {

/// Calls `meet(x, w, y, filters)` with the positions of the products of the convolution: under each pixel of y its taps in
/// their order, under each tap its channels, and of a channel the first of its filters in w and y, which lie side by side.
template <typename Meet>
static void forEachProduct(const Window &window, int64_t groups, ArrayRef<int64_t> x, ArrayRef<int64_t> w,
                           ArrayRef<int64_t> y, Meet meet) {
  const size_t rank = window.rank();
  const int64_t channels = w[rank], filters = w[rank + 1], filtersPerGroup = filters / groups;
  int64_t atY = 0; // of the first filter of a pixel
  forEachIndex(y.drop_back(), [&](ArrayRef<int64_t> pixel) {
    int64_t atW = 0; // of the first filter of a tap's first channel
    forEachIndex(w.take_front(rank), [&](ArrayRef<int64_t> tap) {
      int64_t atX = pixel[0];
      bool isInside = true;
      for (size_t axis = 0; axis < rank; ++axis) {
        int64_t place = pixel[axis + 1] * window.strides[axis] + tap[axis] * window.dilations[axis] - window.low[axis];
        isInside &= place >= 0 && place < x[axis + 1];
        atX = atX * x[axis + 1] + place;
      }
      atX *= x[rank + 1];
      for (int64_t group = 0; isInside && group < groups; ++group)
        for (int64_t channel = 0; channel < channels; ++channel)
          meet(atX + group * channels + channel, atW + channel * filters + group * filtersPerGroup,
               atY + group * filtersPerGroup, filtersPerGroup);
      atW += channels * filters;
    });
    atY += filters;
  });
}

static void conv(ConvOp op, InterpreterContext &context) {
  const Tensor &x = context.get(op.getX()), &w = context.get(op.getW());
  Tensor y = context.make(op.getY());
  forEachProduct(op.window(), op.getGroups(), x.shape, w.shape, y.shape,
                 [&](int64_t i, int64_t t, int64_t p, int64_t filters) {
                   addMultiple(&y.data[p], x.data[i], &w.data[t], filters);
                 });
  context.set(op.getY(), std::move(y));
}

static void convInputGradient(ConvInputGradientOp op, InterpreterContext &context) {
  const Tensor &dy = context.get(op.getDy()), &w = context.get(op.getW());
  Tensor dx = context.make(op.getY());
  forEachProduct(op.window(), op.getGroups(), dx.shape, w.shape, dy.shape,
                 [&](int64_t i, int64_t t, int64_t p, int64_t filters) {
                   dx.data[i] = std::inner_product(&dy.data[p], &dy.data[p] + filters, &w.data[t], dx.data[i]);
                 });
  context.set(op.getY(), std::move(dx));
}

static void convFilterGradient(ConvFilterGradientOp op, InterpreterContext &context) {
  const Tensor &x = context.get(op.getX()), &dy = context.get(op.getDy());
  Tensor dw = context.make(op.getY());
  forEachProduct(op.window(), op.getGroups(), x.shape, dw.shape, dy.shape,
                 [&](int64_t i, int64_t t, int64_t p, int64_t filters) {
                   addMultiple(&dw.data[t], x.data[i], &dy.data[p], filters);
                 });
  context.set(op.getY(), std::move(dw));
}

void attachConvReference(MLIRContext *context) {
  attach<ConvOp, conv>(context);
  attach<ConvInputGradientOp, convInputGradient>(context);
  attach<ConvFilterGradientOp, convFilterGradient>(context);
}

} // namespace nnc
