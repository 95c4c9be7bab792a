// Conv.cpp: emitters of convolutions. DirectConv.h and FilterGradient.h have the loops that run; where those do not fit,
// and in kernels with checks, they are sums as they are defined.
//
// As a reduction, each is a space of kept axes, the result's, and reduced ones, with the result's last axis last:
// vectors run along channels.
#include "ir/ops/Conv.h"
#include "codegen/halide/DirectConv.h"
#include "codegen/halide/Emitters.h"
#include "codegen/halide/FilterGradient.h"
#include "codegen/halide/Place.h"

using namespace mlir;
using Halide::Expr;

namespace nnc {
namespace {

int constantOf(int64_t number) { return static_cast<int>(number); }

/// Where tap `tap` at position `p` of axis `axis` reads.
Expr elementAt(const Window &window, size_t axis, const Expr &p, const Expr &tap) {
  return p * constantOf(window.strides[axis]) + tap * constantOf(window.dilations[axis]) -
         constantOf(window.low[axis]);
}

/// A convolution as a sum over the axes `reduced` of `dims` of products: of a number that does not depend on the last
/// axis, but for its group, and one that depends on it and on the reduced axes alone.
struct SumOfProducts {
  const char *name;
  Dims dims;
  SmallVector<int64_t> reduced;
  int64_t groups;
  bool leftDown, rightAcross; // as of ContractSpec
  std::function<std::pair<Num, Num>(ArrayRef<Expr>)> factors;
};

Num sumOver(Operation *op, KernelEmitter &emitter, const SumOfProducts &sum, ArrayRef<Expr> index) {
  Halide::Type type = halideType(getElementTypeOrSelf(op->getResult(0).getType()));
  auto factors = sum.factors;
  ReduceSpec spec{sum.name,
                  sum.dims,
                  sum.reduced,
                  {constant(type, 0.0)},
                  [factors](ArrayRef<Expr> at) -> Nums {
                    auto [left, right] = factors(at);
                    return {left * right};
                  },
                  [](const Nums &a, const Nums &b) -> Nums { return {a[0] + b[0]}; }};
  if (emitter.getTarget().gpu) {
    spec.step = [factors](const Nums &sofar, ArrayRef<Expr> at) -> Nums {
      auto [left, right] = factors(at);
      return {fma(left, right, sofar[0])};
    };
    if (sum.groups == 1)
      if (std::optional<Num> product =
              emitter.matrixProduct(type, spec, sum.leftDown, sum.rightAcross, factors, index))
        return *product;
  }
  return emitter.reduce(op, spec, index)[0];
}

/// The convolution as a contractor, if one fits.
std::optional<Num> direct(KernelEmitter &emitter, const ConvSpec &spec, ArrayRef<Expr> index) {
  if (!emitter.sharesLoops())
    return std::nullopt;
  std::optional<DirectConvPlan> plan = planDirectConv(spec, emitter.getTarget());
  if (!plan)
    return std::nullopt;
  return emitter.contractor(spec.type, index, [&](const std::vector<Halide::Var> &axes) {
    return std::make_unique<DirectConv>(emitter, spec, *plan, axes);
  });
}

ExprIndex filterIndex(ArrayRef<Expr> taps, const Expr &channel, const Expr &filter) {
  ExprIndex at(taps.begin(), taps.end());
  at.push_back(channel);
  at.push_back(filter);
  return at;
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
    ConvSpec spec;
    spec.type = halideType(getElementTypeOrSelf(conv.getY().getType()));
    spec.batch = y.front();
    for (size_t axis = 0; axis < rank; ++axis)
      spec.axes.push_back(ConvAxis::forward(window, axis, x[axis + 1], y[axis + 1]));
    spec.groups = conv.getGroups();
    spec.inputsPerGroup = channels, spec.outputsPerGroup = filtersPerGroup;
    spec.filterAcross = false;
    spec.input = input;
    spec.filter = [&emitter, filter](ArrayRef<Expr> taps, Expr in, Expr out, Expr) {
      return emitter.element(filter, filterIndex(taps, in, out));
    };
    if (std::optional<Num> value = direct(emitter, spec, index))
      return *value;
    // [n, positions..., taps..., channels, filter]
    Dims dims(y.begin(), y.end() - 1);
    dims.append(w);
    SmallVector<int64_t> reduced;
    for (size_t axis = 0; axis <= rank; ++axis)
      reduced.push_back(rank + 1 + axis);
    auto factors = [=, &emitter](ArrayRef<Expr> at) {
      ArrayRef<Expr> tap = at.drop_front(rank + 1);
      Place from(emitter);
      from.push(at[0]);
      for (size_t axis = 0; axis < rank; ++axis)
        from.pushChecked(elementAt(window, axis, at[axis + 1], tap[axis]), x[axis + 1]);
      Expr group = at.back() / filtersPerGroup;
      from.push(group * channels + tap[rank]);
      return std::pair(from.elementOrZero(input), emitter.element(filter, tap));
    };
    return sumOver(op, emitter, {"conv", dims, reduced, spec.groups, false, false, factors}, index);
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
    ConvSpec spec;
    spec.type = halideType(getElementTypeOrSelf(conv.getY().getType()));
    spec.batch = dx.front();
    for (size_t axis = 0; axis < rank; ++axis)
      spec.axes.push_back(ConvAxis::backward(window, axis, dy[axis + 1], dx[axis + 1]));
    spec.groups = conv.getGroups();
    spec.inputsPerGroup = filtersPerGroup, spec.outputsPerGroup = channels;
    spec.input = adjoint;
    bool isChannelwise = spec.isChannelwise();
    spec.filter = [=, &emitter](ArrayRef<Expr> taps, Expr in, Expr out, Expr group) {
      // One channel and filter each: the filter's last axis is the channel's.
      ExprIndex at = isChannelwise ? filterIndex(taps, 0, out)
                                   : filterIndex(taps, out - group * channels, group * filtersPerGroup + in);
      return emitter.element(weights, at);
    };
    spec.filterAcross = !isChannelwise;
    if (std::optional<Num> value = direct(emitter, spec, index))
      return *value;
    // [n, elements..., taps..., filters of a group, channel]
    Dims dims(dx.begin(), dx.end() - 1);
    dims.append(w.begin(), w.begin() + rank);
    dims.push_back(Dim(filtersPerGroup));
    dims.push_back(dx.back());
    SmallVector<int64_t> reduced;
    for (size_t axis = 0; axis <= rank; ++axis)
      reduced.push_back(rank + 1 + axis);
    auto factors = [=, &emitter](ArrayRef<Expr> at) {
      ArrayRef<Expr> tap = at.slice(rank + 1, rank);
      Place from(emitter);
      from.push(at[0]);
      for (size_t axis = 0; axis < rank; ++axis) {
        int stride = constantOf(window.strides[axis]);
        Expr shifted =
            at[axis + 1] + constantOf(window.low[axis]) - tap[axis] * constantOf(window.dilations[axis]);
        from.pushChecked(stride == 1 ? shifted : shifted / stride, dy[axis + 1]);
        if (stride != 1)
          from.require(shifted % stride == 0);
      }
      Expr group = at.back() / channels;
      Expr filter = group * filtersPerGroup + at[2 * rank + 1];
      from.push(filter);
      ExprIndex weight(tap.begin(), tap.end());
      weight.push_back(at.back() % channels);
      weight.push_back(filter);
      return std::pair(from.elementOrZero(adjoint), emitter.element(weights, weight));
    };
    return sumOver(op, emitter, {"conv_input", dims, reduced, spec.groups, false, true, factors}, index);
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
    ConvSpec spec;
    spec.type = halideType(getElementTypeOrSelf(conv.getY().getType()));
    spec.batch = x.front();
    for (size_t axis = 0; axis < rank; ++axis)
      spec.axes.push_back(ConvAxis::forward(window, axis, x[axis + 1], dy[axis + 1]));
    spec.groups = conv.getGroups();
    spec.inputsPerGroup = channels, spec.outputsPerGroup = filtersPerGroup;
    spec.filterAcross = false;
    spec.input = input;
    if (emitter.sharesLoops())
      if (std::optional<FilterGradientPlan> plan = planFilterGradient(spec, emitter.getTarget()))
        return emitter.contractor(spec.type, index, [&](const std::vector<Halide::Var> &axes) {
          return std::make_unique<FilterGradient>(emitter, spec, adjoint, *plan, axes);
        });
    // [n, positions..., taps..., channel, filter]
    Dims dims(dy.begin(), dy.end() - 1);
    dims.append(dw);
    SmallVector<int64_t> reduced;
    for (size_t axis = 0; axis <= rank; ++axis)
      reduced.push_back(axis);
    auto factors = [=, &emitter](ArrayRef<Expr> at) {
      ArrayRef<Expr> tap = at.drop_front(rank + 1);
      Place from(emitter);
      from.push(at[0]);
      for (size_t axis = 0; axis < rank; ++axis)
        from.pushChecked(elementAt(window, axis, at[axis + 1], tap[axis]), x[axis + 1]);
      from.push(at.back() / filtersPerGroup * channels + tap[rank]);
      ExprIndex result(at.begin(), at.begin() + rank + 1);
      result.push_back(at.back());
      return std::pair(from.elementOrZero(input), emitter.element(adjoint, result));
    };
    return sumOver(op, emitter, {"conv_filter", dims, reduced, spec.groups, true, false, factors}, index);
  }
};

} // namespace

bool isConvolution(Operation *op) {
  return isa<ConvOp, ConvInputGradientOp, ConvFilterGradientOp>(op);
}

void registerConvEmitters(MLIRContext &context) {
  ConvOp::attachInterface<ConvEmitter>(context);
  ConvInputGradientOp::attachInterface<ConvInputGradientEmitter>(context);
  ConvFilterGradientOp::attachInterface<ConvFilterGradientEmitter>(context);
}

} // namespace nnc
