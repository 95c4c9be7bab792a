// Resample.cpp: emitters of resampling. Places are exact fractions of integers, so both sides of the adjoint agree.
#include "ir/ops/Resample.h"
#include "codegen/halide/Emitters.h"
#include "codegen/halide/Fold.h"

using namespace mlir;
using Halide::Expr;

namespace nnc {
namespace {

/// How element i of an axis of `to` elements comes from one of `from`.
struct Resampling {
  StringRef mode;
  int from, to;
  Halide::Type type;

  /// Most elements that make one.
  int parts() const {
    if (mode == "nearest")
      return 1;
    return mode == "linear" ? 2 : std::min<int>(from, from / to + 2);
  }
  /// Part number `number` of element i: which element, and its weight; 0 where there is no such part.
  std::pair<Expr, Num> part(const Expr &i, const Expr &number) const {
    Num zero = constant(type, 0.0), one = constant(type, 1.0);
    if (mode == "nearest")
      return {i * from / to, one};
    if (mode == "linear") {
      Expr doubled = Halide::max((2 * i + 1) * from - to, 0);
      Expr first = doubled / (2 * to);
      Num second = castTo(Num(doubled % (2 * to)), type) / constant(type, 2.0 * to);
      return {Halide::min(first + number, from - 1), nnc::select(Num(number == 0), one - second, second)};
    }
    Expr first = i * from / to, end = ((i + 1) * from + to - 1) / to, element = first + number;
    return {Halide::min(element, from - 1),
            nnc::select(Num(element < end), one / castTo(Num(end - first), type), zero)};
  }

  /// The first element that may have a part of element j, before clamping to 0.
  Expr firstWith(const Expr &j) const {
    if (mode == "linear")
      return ((2 * j - 1) * to - from) / (2 * from);
    return j * to / from - (mode == "average" ? 1 : 0);
  }
  /// Most elements from there to the last that has a part of j.
  int spreads() const {
    int most = 1;
    auto floorDiv = [](int a, int b) { return a / b - (a % b != 0 && a < 0); };
    for (int i = 0; i < to; ++i) {
      int last = mode == "linear"    ? std::min(std::max((2 * i + 1) * from - to, 0) / (2 * to) + 1, from - 1)
                 : mode == "average" ? ((i + 1) * from + to - 1) / to - 1
                                     : i * from / to;
      int least = mode == "linear" ? std::max((2 * i + 1) * from - to, 0) / (2 * to) : i * from / to;
      for (int j = least; j <= last; ++j) {
        int first = mode == "linear" ? floorDiv((2 * j - 1) * to - from, 2 * from)
                                     : j * to / from - (mode == "average" ? 1 : 0);
        most = std::max(most, i - first + 1);
      }
    }
    return most;
  }
};

template <typename OpT> Halide::Type typeOf(OpT op) { return halideType(getElementTypeOrSelf(op.getType())); }
int axisSize(Value value, int64_t axis) { return static_cast<int>(dimsOf(value)[axis].value()); }
struct ResampleEmitter : EmitOpInterface::ExternalModel<ResampleEmitter, ResampleOp> {
  Num element(Operation *op, KernelEmitter &emitter, ArrayRef<Expr> index) const {
    auto resample = cast<ResampleOp>(op);
    Value input = resample.getX();
    size_t axis = resample.getAxis();
    Resampling map{resample.getMode(), axisSize(input, axis), axisSize(resample.getY(), axis),
                   typeOf(resample)};
    return foldSum(op, emitter, "resample", {map.parts()}, map.type, index,
                   [=, &emitter](ArrayRef<Expr> at, ArrayRef<Expr> number) -> Num {
                     auto [place, weight] = map.part(at[axis], number[0]);
                     ExprIndex from(at);
                     from[axis] = place;
                     return weight * emitter.element(input, from);
                   });
  }
};

struct ResampleAdjointEmitter : EmitOpInterface::ExternalModel<ResampleAdjointEmitter, ResampleAdjointOp> {
  Num element(Operation *op, KernelEmitter &emitter, ArrayRef<Expr> index) const {
    auto adjoint = cast<ResampleAdjointOp>(op);
    Value input = adjoint.getX();
    size_t axis = adjoint.getAxis();
    Resampling map{adjoint.getMode(), axisSize(adjoint.getY(), axis), axisSize(input, axis), typeOf(adjoint)};
    return foldSum(op, emitter, "resample_adjoint", {map.spreads()}, map.type, index,
                   [=, &emitter](ArrayRef<Expr> at, ArrayRef<Expr> number) -> Num {
                     Expr i = map.firstWith(at[axis]) + number[0];
                     Expr inside = i >= 0 && i < map.to;
                     Num zero = constant(map.type, 0.0), weight = zero;
                     for (int part = 0; part < map.parts(); ++part) {
                       auto [place, share] = map.part(i, part);
                       weight = weight + nnc::select(Num(inside && place == at[axis]), share, zero);
                     }
                     ExprIndex from(at);
                     from[axis] = clamp(i, 0, map.to - 1);
                     return weight * emitter.element(input, from);
                   });
  }
};

} // namespace

void registerResampleEmitters(MLIRContext &context) {
  ResampleOp::attachInterface<ResampleEmitter>(context);
  ResampleAdjointOp::attachInterface<ResampleAdjointEmitter>(context);
}

} // namespace nnc
