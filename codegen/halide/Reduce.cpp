// Reduce.cpp: emitters of reductions over axes.
#include "ir/ops/Reduce.h"
#include "codegen/halide/Emitters.h"
#include <limits>

using namespace mlir;
using Halide::Expr;

namespace nnc {
namespace {

/// The least and the greatest value of a type, infinities included.
Num lowest(Halide::Type type) {
  return type.is_float() ? constant(type, -std::numeric_limits<double>::infinity()) : Num(type.min());
}
Num highest(Halide::Type type) {
  return type.is_float() ? constant(type, std::numeric_limits<double>::infinity()) : Num(type.max());
}

/// The parts all reductions of one operand have in common.
ReduceSpec specOf(const char *name, KernelEmitter &emitter, Value input, llvm::ArrayRef<int64_t> axes,
                  Num initial, Num (*combine)(const Num &, const Num &)) {
  return {name,
          dimsOf(input),
          llvm::SmallVector<int64_t>(axes),
          {initial},
          [&emitter, input](llvm::ArrayRef<Expr> index) -> Nums { return {emitter.element(input, index)}; },
          [combine](const Nums &a, const Nums &b) -> Nums { return {combine(a[0], b[0])}; }};
}

template <typename OpT> Halide::Type elementType(OpT op) {
  return halideType(getElementTypeOrSelf(op.getX().getType()));
}

/// A reduction over no axes is the identity.
template <typename OpT> bool isIdentity(OpT op) { return op.getAxes().empty(); }

struct SumEmitter : EmitOpInterface::ExternalModel<SumEmitter, SumOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) const {
    auto sum = cast<SumOp>(op);
    if (isIdentity(sum))
      return emitter.element(sum.getX(), index);
    return emitter.reduce(
        op, specOf("sum", emitter, sum.getX(), sum.getAxes(), constant(elementType(sum), 0.0), operator+),
        index)[0];
  }
};

struct MeanEmitter : EmitOpInterface::ExternalModel<MeanEmitter, MeanOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) const {
    auto mean = cast<MeanOp>(op);
    if (isIdentity(mean))
      return emitter.element(mean.getX(), index);
    Num zero = constant(elementType(mean), 0.0);
    Num sum =
        emitter.reduce(op, specOf("mean", emitter, mean.getX(), mean.getAxes(), zero, operator+), index)[0];
    Dim count = 1;
    Dims dims = dimsOf(mean.getX());
    for (int64_t axis : mean.getAxes())
      count = *count.mul(dims[axis]);
    return sum / castTo(Num(emitter.extent(count)), sum.type());
  }
};

struct ProdEmitter : EmitOpInterface::ExternalModel<ProdEmitter, ProdOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) const {
    auto prod = cast<ProdOp>(op);
    if (isIdentity(prod))
      return emitter.element(prod.getX(), index);
    Num one = constant(elementType(prod), 1.0);
    return emitter.reduce(op, specOf("prod", emitter, prod.getX(), prod.getAxes(), one, operator*), index)[0];
  }
};

/// What no element is worse than begins the fold: `lowest` for a maximum, `highest` for a minimum.
template <typename Op, Num (*worst)(Halide::Type), Num (*better)(const Num &, const Num &)>
struct ExtremumEmitter : EmitOpInterface::ExternalModel<ExtremumEmitter<Op, worst, better>, Op> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) const {
    auto extremum = cast<Op>(op);
    if (isIdentity(extremum))
      return emitter.element(extremum.getX(), index);
    return emitter.reduce(op,
                          specOf(Op::getOperationName().substr(3).data(), emitter, extremum.getX(),
                                 extremum.getAxes(), worst(elementType(extremum)), better),
                          index)[0];
  }
};
using MaxEmitter = ExtremumEmitter<MaxOp, lowest, maximum>;
using MinEmitter = ExtremumEmitter<MinOp, highest, minimum>;

/// The pair (value, position) that wins: the better value, NaN before any number, the first of equals.
Nums better(const Nums &a, const Nums &b, bool largest) {
  Num ahead = largest ? b[0] > a[0] : b[0] < a[0];
  Num equal = b[0] == a[0];
  if (a[0].type().is_float()) {
    ahead = logicalOr(ahead, logicalAnd(isNaN(b[0]), logicalNot(isNaN(a[0]))));
    equal = logicalOr(equal, logicalAnd(isNaN(b[0]), isNaN(a[0])));
    ahead = logicalAnd(ahead, logicalOr(isNaN(b[0]), logicalNot(isNaN(a[0]))));
  }
  Num second = logicalOr(ahead, logicalAnd(equal, b[1] < a[1]));
  return {select(second, b[0], a[0]), select(second, b[1], a[1])};
}

Num position(Operation *op, KernelEmitter &emitter, Value input, int64_t axis, bool largest,
             llvm::ArrayRef<Expr> index) {
  Halide::Type type = halideType(getElementTypeOrSelf(input.getType()));
  Halide::Type integer = Halide::Int(32);
  ReduceSpec spec{
      largest ? "argmax" : "argmin",
      dimsOf(input),
      {axis},
      {largest ? lowest(type) : highest(type), Num(integer.max())},
      [&](llvm::ArrayRef<Expr> at) -> Nums { return {emitter.element(input, at), Num(at[axis])}; },
      [largest](const Nums &a, const Nums &b) { return better(a, b, largest); }};
  // Over no elements there is no position; 0 is at least a valid index.
  Num found = emitter.reduce(op, spec, index)[1];
  return select(found == Num(integer.max()), lit(found, 0.0), found);
}

struct ArgmaxEmitter : EmitOpInterface::ExternalModel<ArgmaxEmitter, ArgmaxOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) const {
    auto argmax = cast<ArgmaxOp>(op);
    return position(op, emitter, argmax.getX(), argmax.getAxis(), true, index);
  }
};

struct ArgminEmitter : EmitOpInterface::ExternalModel<ArgminEmitter, ArgminOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) const {
    auto argmin = cast<ArgminOp>(op);
    return position(op, emitter, argmin.getX(), argmin.getAxis(), false, index);
  }
};

} // namespace

void registerReduceEmitters(MLIRContext &context) {
  SumOp::attachInterface<SumEmitter>(context);
  MeanOp::attachInterface<MeanEmitter>(context);
  ProdOp::attachInterface<ProdEmitter>(context);
  MaxOp::attachInterface<MaxEmitter>(context);
  MinOp::attachInterface<MinEmitter>(context);
  ArgmaxOp::attachInterface<ArgmaxEmitter>(context);
  ArgminOp::attachInterface<ArgminEmitter>(context);
}

} // namespace nnc
