// Conv.cpp: emitters of convolutions: the sums as they are defined.
//
// As a reduction, each is a space of kept axes, the result's, and reduced ones, with the result's last axis last:
// vectors run along channels.
#include "ir/ops/Conv.h"
#include "codegen/halide/Emitters.h"

using namespace mlir;
using Halide::Expr;

namespace nnc {
namespace {

int constantOf(int64_t number) { return static_cast<int>(number); }

/// An element, or zero where the position is outside of the tensor: `inside` guards, `at` is clamped.
struct GuardedIndex {
  ExprIndex at;
  Expr inside;

  void push(const Expr &position, const Expr &size) {
    at.push_back(clamp(position, 0, size - 1));
    require(position >= 0 && position < size);
  }
  void require(const Expr &condition) { inside = inside.defined() ? inside && condition : condition; }
};

Num guarded(KernelEmitter &emitter, Value value, const GuardedIndex &index) {
  Num element = emitter.element(value, index.at);
  return index.inside.defined() ? select(Num(index.inside), element, lit(element, 0.0)) : element;
}

/// Where tap `tap` at position `p` of axis `axis` reads.
Expr elementAt(const Window &window, size_t axis, const Expr &p, const Expr &tap) {
  return p * constantOf(window.strides[axis]) + tap * constantOf(window.dilations[axis]) -
         constantOf(window.low[axis]);
}

/// The sum over the axes `reduced` of `dims`.
Num sumOver(Operation *op, KernelEmitter &emitter, const char *name, Dims dims, SmallVector<int64_t> reduced,
            ArrayRef<Expr> index, std::function<Num(ArrayRef<Expr>)> product) {
  Halide::Type type = halideType(getElementTypeOrSelf(op->getResult(0).getType()));
  ReduceSpec spec{name,
                  std::move(dims),
                  std::move(reduced),
                  {constant(type, 0.0)},
                  [product](ArrayRef<Expr> at) -> Nums { return {product(at)}; },
                  [](const Nums &a, const Nums &b) -> Nums { return {a[0] + b[0]}; }};
  return emitter.reduce(op, spec, index)[0];
}

struct ConvEmitter : EmitOpInterface::ExternalModel<ConvEmitter, ConvOp> {
  Num element(Operation *op, KernelEmitter &emitter, ArrayRef<Expr> index) const {
    auto conv = cast<ConvOp>(op);
    Value input = conv.getX(), filter = conv.getW();
    Window window = conv.window();
    size_t rank = window.rank();
    Dims x = dimsOf(conv.getX()), w = dimsOf(conv.getW()), y = dimsOf(conv.getY());
    int channels = constantOf(w[rank].value());
    int filtersPerGroup = constantOf(w[rank + 1].value() / conv.getGroups());
    // [n, positions..., taps..., channels, filter]
    Dims dims(y.begin(), y.end() - 1);
    dims.append(w);
    SmallVector<int64_t> reduced;
    for (size_t axis = 0; axis <= rank; ++axis)
      reduced.push_back(rank + 1 + axis);
    return sumOver(op, emitter, "conv", dims, reduced, index, [=, &emitter](ArrayRef<Expr> at) {
      ArrayRef<Expr> tap = at.drop_front(rank + 1);
      GuardedIndex from;
      from.at.push_back(at[0]);
      for (size_t axis = 0; axis < rank; ++axis)
        from.push(elementAt(window, axis, at[axis + 1], tap[axis]), emitter.extent(x[axis + 1]));
      Expr group = at.back() / filtersPerGroup;
      from.at.push_back(group * channels + tap[rank]);
      return guarded(emitter, input, from) * emitter.element(filter, tap);
    });
  }
};

struct ConvInputGradientEmitter
    : EmitOpInterface::ExternalModel<ConvInputGradientEmitter, ConvInputGradientOp> {
  Num element(Operation *op, KernelEmitter &emitter, ArrayRef<Expr> index) const {
    auto conv = cast<ConvInputGradientOp>(op);
    Value adjoint = conv.getDy(), weights = conv.getW();
    Window window = conv.window();
    size_t rank = window.rank();
    Dims w = dimsOf(conv.getW()), dy = dimsOf(conv.getDy()), dx = dimsOf(conv.getY());
    int channels = constantOf(w[rank].value());
    int filtersPerGroup = constantOf(w[rank + 1].value() / conv.getGroups());
    // [n, elements..., taps..., filters of a group, channel]
    Dims dims(dx.begin(), dx.end() - 1);
    dims.append(w.begin(), w.begin() + rank);
    dims.push_back(Dim(filtersPerGroup));
    dims.push_back(dx.back());
    SmallVector<int64_t> reduced;
    for (size_t axis = 0; axis <= rank; ++axis)
      reduced.push_back(rank + 1 + axis);
    return sumOver(op, emitter, "conv_input", dims, reduced, index, [=, &emitter](ArrayRef<Expr> at) {
      ArrayRef<Expr> tap = at.slice(rank + 1, rank);
      GuardedIndex from;
      from.at.push_back(at[0]);
      for (size_t axis = 0; axis < rank; ++axis) {
        int stride = constantOf(window.strides[axis]);
        Expr shifted =
            at[axis + 1] + constantOf(window.low[axis]) - tap[axis] * constantOf(window.dilations[axis]);
        from.push(stride == 1 ? shifted : shifted / stride, emitter.extent(dy[axis + 1]));
        if (stride != 1)
          from.require(shifted % stride == 0);
      }
      Expr group = at.back() / channels;
      Expr filter = group * filtersPerGroup + at[2 * rank + 1];
      from.at.push_back(filter);
      ExprIndex weight(tap.begin(), tap.end());
      weight.push_back(at.back() % channels);
      weight.push_back(filter);
      return guarded(emitter, adjoint, from) * emitter.element(weights, weight);
    });
  }
};

struct ConvFilterGradientEmitter
    : EmitOpInterface::ExternalModel<ConvFilterGradientEmitter, ConvFilterGradientOp> {
  Num element(Operation *op, KernelEmitter &emitter, ArrayRef<Expr> index) const {
    auto conv = cast<ConvFilterGradientOp>(op);
    Value input = conv.getX(), adjoint = conv.getDy();
    Window window = conv.window();
    size_t rank = window.rank();
    Dims x = dimsOf(conv.getX()), dw = dimsOf(conv.getY()), dy = dimsOf(conv.getDy());
    int channels = constantOf(dw[rank].value());
    int filtersPerGroup = constantOf(dw[rank + 1].value() / conv.getGroups());
    // [n, positions..., taps..., channel, filter]
    Dims dims(dy.begin(), dy.end() - 1);
    dims.append(dw);
    SmallVector<int64_t> reduced;
    for (size_t axis = 0; axis <= rank; ++axis)
      reduced.push_back(axis);
    return sumOver(op, emitter, "conv_filter", dims, reduced, index, [=, &emitter](ArrayRef<Expr> at) {
      ArrayRef<Expr> tap = at.drop_front(rank + 1);
      GuardedIndex from;
      from.at.push_back(at[0]);
      for (size_t axis = 0; axis < rank; ++axis)
        from.push(elementAt(window, axis, at[axis + 1], tap[axis]), emitter.extent(x[axis + 1]));
      from.at.push_back(at.back() / filtersPerGroup * channels + tap[rank]);
      ExprIndex result(at.begin(), at.begin() + rank + 1);
      result.push_back(at.back());
      return guarded(emitter, input, from) * emitter.element(adjoint, result);
    });
  }
};

} // namespace

void registerConvEmitters(MLIRContext &context) {
  ConvOp::attachInterface<ConvEmitter>(context);
  ConvInputGradientOp::attachInterface<ConvInputGradientEmitter>(context);
  ConvFilterGradientOp::attachInterface<ConvFilterGradientEmitter>(context);
}

} // namespace nnc
