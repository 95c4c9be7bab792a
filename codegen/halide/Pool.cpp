// Pool.cpp: emitters of pools: folds over the taps of a window, or over the positions whose windows meet an element.
#include "ir/ops/Pool.h"
#include "codegen/halide/Emitters.h"
#include "codegen/halide/Fold.h"
#include "codegen/halide/Place.h"
#include <limits>

using namespace mlir;
using Halide::Expr;

namespace nnc {
namespace {

int constantOf(int64_t number) { return static_cast<int>(number); }

/// The element of x that tap `tap` of the window meets at position `p`.
Place elementUnder(KernelEmitter &emitter, const Window &window, ArrayRef<Dim> x, ArrayRef<Expr> p,
                   ArrayRef<Expr> tap) {
  Place place(emitter);
  place.push(p.front());
  for (size_t axis = 0; axis < window.rank(); ++axis) {
    Expr at = Halide::Internal::simplify(p[axis + 1] * constantOf(window.strides[axis]) +
                                         tap[axis] * constantOf(window.dilations[axis]) -
                                         constantOf(window.low[axis]));
    if (window.low[axis] == 0 && window.high[axis] == 0)
      place.push(at);
    else
      place.pushChecked(at, x[axis + 1]);
  }
  place.push(p.back());
  return place;
}

/// How many positions of the window may meet one element, along each axis.
SmallVector<int64_t, 3> meetings(const Window &window) {
  SmallVector<int64_t, 3> counts;
  for (size_t axis = 0; axis < window.rank(); ++axis)
    counts.push_back(window.dilations[axis] == 1
                         ? (window.sizes[axis] + window.strides[axis] - 1) / window.strides[axis]
                         : window.sizes[axis]);
  return counts;
}

/// The position of number `which` (of meetings()) that may meet element `i`.
Place positionOver(KernelEmitter &emitter, const Window &window, ArrayRef<Dim> pooled, ArrayRef<Expr> i,
                   ArrayRef<Expr> which) {
  Place place(emitter);
  place.push(i.front());
  for (size_t axis = 0; axis < window.rank(); ++axis) {
    int stride = constantOf(window.strides[axis]), dilation = constantOf(window.dilations[axis]);
    Expr from = i[axis + 1] + constantOf(window.low[axis]), position;
    if (dilation == 1) {
      position = from / stride - which[axis];
      if (window.sizes[axis] % stride != 0)
        place.require(from - position * stride < constantOf(window.sizes[axis]));
    } else {
      Expr shifted = from - which[axis] * dilation;
      position = shifted / stride;
      place.require(shifted % stride == 0);
    }
    place.pushChecked(position, pooled[axis + 1]);
  }
  place.push(i.back());
  return place;
}

/// The number of an element in row-major order of the spatial axes.
Num spatialNumber(KernelEmitter &emitter, ArrayRef<Dim> x, ArrayRef<Expr> at) {
  Expr number = Expr(0);
  for (size_t axis = 1; axis + 1 < x.size(); ++axis)
    number = number * emitter.extent(x[axis]) + at[axis];
  return Num(number);
}

/// What the mean at position `p` divides by.
Num countUnder(KernelEmitter &emitter, const Window &window, bool countPadding, ArrayRef<Dim> x,
               ArrayRef<Expr> p, Halide::Type type) {
  bool padded = false;
  for (size_t axis = 0; axis < window.rank(); ++axis)
    padded |= window.low[axis] != 0 || window.high[axis] != 0;
  if (countPadding || !padded)
    return constant(type, static_cast<double>(window.taps()));
  Expr count = Expr(1);
  for (size_t axis = 0; axis < window.rank(); ++axis) {
    int dilation = constantOf(window.dilations[axis]);
    Expr before = constantOf(window.low[axis]) - p[axis + 1] * constantOf(window.strides[axis]);
    Expr first = max(0, (before + dilation - 1) / dilation);
    Expr last =
        min(constantOf(window.sizes[axis]) - 1, (emitter.extent(x[axis + 1]) - 1 + before) / dilation);
    count *= max(last - first + 1, 0);
  }
  return castTo(Num(max(count, 1)), type);
}

Halide::Type typeOf(Value value) { return halideType(getElementTypeOrSelf(value.getType())); }

Num lowest(Halide::Type type) { return constant(type, -std::numeric_limits<double>::infinity()); }

struct MaxPoolEmitter : EmitOpInterface::ExternalModel<MaxPoolEmitter, MaxPoolOp> {
  Num element(Operation *op, KernelEmitter &emitter, ArrayRef<Expr> index) const {
    auto pool = cast<MaxPoolOp>(op);
    Value input = pool.getX();
    Window window = pool.window();
    Dims x = dimsOf(input);
    Num none = lowest(typeOf(input));
    return fold(
        op, emitter, "max_pool", window.sizes, {none}, index,
        [=, &emitter](ArrayRef<Expr> p, ArrayRef<Expr> tap) -> Nums {
          return {elementUnder(emitter, window, x, p, tap).elementOr(input, none)};
        },
        [](const Nums &a, const Nums &b) -> Nums { return {maximum(a[0], b[0])}; })[0];
  }
};

/// The later of two candidates (value, number) wins if it is larger, or the first NaN. A number of -1 is no candidate.
Nums later(const Nums &a, const Nums &b) {
  Num none = lit(a[1], -1.0);
  Num wins = logicalOr(b[0] > a[0], logicalAnd(isNaN(b[0]), logicalNot(isNaN(a[0]))));
  wins = logicalAnd(logicalOr(wins, a[1] == none), b[1] != none);
  return {select(wins, b[0], a[0]), select(wins, b[1], a[1])};
}

struct MaxPoolIndexEmitter : EmitOpInterface::ExternalModel<MaxPoolIndexEmitter, MaxPoolIndexOp> {
  Num element(Operation *op, KernelEmitter &emitter, ArrayRef<Expr> index) const {
    auto pool = cast<MaxPoolIndexOp>(op);
    Value input = pool.getX();
    Window window = pool.window();
    Dims x = dimsOf(input);
    Num none = lowest(typeOf(input)), nowhere = constant(Halide::Int(32), -1.0);
    return fold(
        op, emitter, "max_pool_index", window.sizes, {none, nowhere}, index,
        [=, &emitter](ArrayRef<Expr> p, ArrayRef<Expr> tap) -> Nums {
          Place place = elementUnder(emitter, window, x, p, tap);
          return {place.elementOr(input, none),
                  select(Num(place.inside), spatialNumber(emitter, x, place.at), nowhere)};
        },
        later)[1];
  }
};

struct MaxUnpoolEmitter : EmitOpInterface::ExternalModel<MaxUnpoolEmitter, MaxUnpoolOp> {
  Num element(Operation *op, KernelEmitter &emitter, ArrayRef<Expr> index) const {
    auto unpool = cast<MaxUnpoolOp>(op);
    Value values = unpool.getValues(), places = unpool.getIndex();
    Window window = unpool.window();
    Dims y = dimsOf(unpool.getY()), pooled = dimsOf(values);
    Num zero = constant(typeOf(values), 0.0);
    return foldSum(op, emitter, "max_unpool", meetings(window), zero.type(), index,
                   [=, &emitter](ArrayRef<Expr> i, ArrayRef<Expr> which) -> Num {
                     Place p = positionOver(emitter, window, pooled, i, which);
                     Num isHere = p.read(places) == spatialNumber(emitter, y, i);
                     return select(logicalAnd(Num(p.inside), isHere), p.read(values), zero);
                   });
  }
};

struct MaxPoolGatherEmitter : EmitOpInterface::ExternalModel<MaxPoolGatherEmitter, MaxPoolGatherOp> {
  Num element(Operation *op, KernelEmitter &emitter, ArrayRef<Expr> index) const {
    auto gather = cast<MaxPoolGatherOp>(op);
    Value input = gather.getX();
    Window window = gather.window();
    Dims x = dimsOf(input);
    Value places = gather.getIndex();
    Num zero = constant(typeOf(input), 0.0);
    // As a fold over the window no index can lead outside of x.
    return foldSum(op, emitter, "max_pool_gather", window.sizes, zero.type(), index,
                   [=, &emitter](ArrayRef<Expr> p, ArrayRef<Expr> tap) -> Num {
                     Place place = elementUnder(emitter, window, x, p, tap);
                     Num number = emitter.element(places, p);
                     Num isHere =
                         logicalAnd(Num(place.inside), number == spatialNumber(emitter, x, place.at));
                     return select(isHere, place.read(input), zero);
                   });
  }
};

struct AvgPoolEmitter : EmitOpInterface::ExternalModel<AvgPoolEmitter, AvgPoolOp> {
  Num element(Operation *op, KernelEmitter &emitter, ArrayRef<Expr> index) const {
    auto pool = cast<AvgPoolOp>(op);
    Value input = pool.getX();
    Window window = pool.window();
    Dims x = dimsOf(input);
    Num zero = constant(typeOf(input), 0.0);
    Num total = foldSum(op, emitter, "avg_pool", window.sizes, zero.type(), index,
                        [=, &emitter](ArrayRef<Expr> p, ArrayRef<Expr> tap) -> Num {
                          return elementUnder(emitter, window, x, p, tap).elementOr(input, zero);
                        });
    return total / countUnder(emitter, window, pool.getCountPadding(), x, index, total.type());
  }
};

struct AvgUnpoolEmitter : EmitOpInterface::ExternalModel<AvgUnpoolEmitter, AvgUnpoolOp> {
  Num element(Operation *op, KernelEmitter &emitter, ArrayRef<Expr> index) const {
    auto unpool = cast<AvgUnpoolOp>(op);
    Value values = unpool.getValues();
    Window window = unpool.window();
    bool countPadding = unpool.getCountPadding();
    Dims y = dimsOf(unpool.getY()), pooled = dimsOf(values);
    Num zero = constant(typeOf(values), 0.0);
    return foldSum(op, emitter, "avg_unpool", meetings(window), zero.type(), index,
                   [=, &emitter](ArrayRef<Expr> i, ArrayRef<Expr> which) -> Num {
                     Place p = positionOver(emitter, window, pooled, i, which);
                     Num count = countUnder(emitter, window, countPadding, y, p.at, zero.type());
                     return select(Num(p.inside), p.read(values) / count, zero);
                   });
  }
};

} // namespace

void registerPoolEmitters(MLIRContext &context) {
  MaxPoolOp::attachInterface<MaxPoolEmitter>(context);
  MaxPoolIndexOp::attachInterface<MaxPoolIndexEmitter>(context);
  MaxUnpoolOp::attachInterface<MaxUnpoolEmitter>(context);
  MaxPoolGatherOp::attachInterface<MaxPoolGatherEmitter>(context);
  AvgPoolOp::attachInterface<AvgPoolEmitter>(context);
  AvgUnpoolOp::attachInterface<AvgUnpoolEmitter>(context);
}

} // namespace nnc
