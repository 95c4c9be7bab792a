// Softmax.cpp: emitters of normalized exponentials and the loss on them.
//
// All are written with two reductions along the axis, the maximum and the sum of e^(x - maximum).
#include "codegen/halide/Emitters.h"
#include "ir/ops/Softmax.h"
#include <limits>

using namespace mlir;
using Halide::Expr;

namespace nnc {
namespace {

ExprIndex without(llvm::ArrayRef<Expr> index, int64_t axis) {
  ExprIndex kept(index.begin(), index.end());
  kept.erase(kept.begin() + axis);
  return kept;
}

/// Maximum and sum of exponentials of `input` along `axis`, for the row that `kept` says.
struct RowStatistics {
  RowStatistics(Operation *op, KernelEmitter &emitter, Value input, int64_t axis, llvm::ArrayRef<Expr> kept,
                bool keepInfinity)
      : maximum(maximumOf(op, emitter, input, axis, kept, keepInfinity)),
        sum(sumOf(op, emitter, input, axis, kept, keepInfinity)) {}

  static Num maximumOf(Operation *op, KernelEmitter &emitter, Value input, int64_t axis,
                       llvm::ArrayRef<Expr> kept, bool keepInfinity) {
    Halide::Type type = halideType(getElementTypeOrSelf(input.getType()));
    ReduceSpec spec{"row_max",
                    dimsOf(input),
                    {axis},
                    {constant(type, -std::numeric_limits<double>::infinity())},
                    [&](llvm::ArrayRef<Expr> at) -> Nums { return {emitter.element(input, at)}; },
                    [](const Nums &a, const Nums &b) -> Nums { return {nnc::maximum(a[0], b[0])}; }};
    Num result = emitter.reduce(op, spec, kept)[0];
    if (keepInfinity)
      return result;
    // Subtracting an infinite maximum would make NaN of what has a limit.
    Num infinity = lit(result, std::numeric_limits<double>::infinity());
    return select(abs(result) == infinity, lit(result, 0.0), result);
  }

  static Num sumOf(Operation *op, KernelEmitter &emitter, Value input, int64_t axis,
                   llvm::ArrayRef<Expr> kept, bool keepInfinity) {
    Halide::Type type = halideType(getElementTypeOrSelf(input.getType()));
    ReduceSpec spec{"row_sum",
                    dimsOf(input),
                    {axis},
                    {constant(type, 0.0)},
                    [&](llvm::ArrayRef<Expr> at) -> Nums {
                      Num top = maximumOf(op, emitter, input, axis, without(at, axis), keepInfinity);
                      return {exp(emitter.element(input, at) - top)};
                    },
                    [](const Nums &a, const Nums &b) -> Nums { return {a[0] + b[0]}; }};
    return emitter.reduce(op, spec, kept)[0];
  }

  Num maximum, sum;
};

struct SoftmaxEmitter : EmitOpInterface::ExternalModel<SoftmaxEmitter, SoftmaxOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) const {
    auto softmax = cast<SoftmaxOp>(op);
    int64_t axis = softmax.getAxis();
    RowStatistics row(op, emitter, softmax.getX(), axis, without(index, axis), true);
    return exp(emitter.element(softmax.getX(), index) - row.maximum) / row.sum;
  }
};

struct LogSoftmaxEmitter : EmitOpInterface::ExternalModel<LogSoftmaxEmitter, LogSoftmaxOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) const {
    auto softmax = cast<LogSoftmaxOp>(op);
    int64_t axis = softmax.getAxis();
    RowStatistics row(op, emitter, softmax.getX(), axis, without(index, axis), true);
    return emitter.element(softmax.getX(), index) - row.maximum - log(row.sum);
  }
};

struct LogSumExpEmitter : EmitOpInterface::ExternalModel<LogSumExpEmitter, LogSumExpOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) const {
    auto sum = cast<LogSumExpOp>(op);
    RowStatistics row(op, emitter, sum.getX(), sum.getAxis(), index, false);
    return row.maximum + log(row.sum);
  }
};

struct SoftmaxCrossEntropyEmitter
    : EmitOpInterface::ExternalModel<SoftmaxCrossEntropyEmitter, SoftmaxCrossEntropyOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) const {
    auto loss = cast<SoftmaxCrossEntropyOp>(op);
    int64_t axis = index.size();
    RowStatistics row(op, emitter, loss.getLogits(), axis, index, false);
    // A label that names no class is read at the nearest, and the read left out.
    Num label = emitter.element(loss.getLabel(), index);
    Num nearest =
        minimum(maximum(label, lit(label, 0.0)), lit(label, dimsOf(loss.getLogits()).back().value() - 1));
    ExprIndex at(index.begin(), index.end());
    at.push_back(castTo(nearest, Halide::Int(32)).expr());
    Num logit = emitter.element(loss.getLogits(), at);
    Num value = row.maximum - select(label == nearest, logit, lit(logit, 0.0)) + log(row.sum);
    if (std::optional<int64_t> ignore = loss.getIgnore())
      value = select(label == lit(label, *ignore), lit(value, 0.0), value);
    return value;
  }
};

struct OneHotEmitter : EmitOpInterface::ExternalModel<OneHotEmitter, OneHotOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) const {
    auto oneHot = cast<OneHotOp>(op);
    Num position = emitter.element(oneHot.getIndex(), index.drop_back());
    Halide::Type type = halideType(getElementTypeOrSelf(oneHot.getType()));
    Num hit = castTo(position, Halide::Int(64)) == castTo(Num(index.back()), Halide::Int(64));
    if (position.type().bits() <= 32)
      hit = castTo(position, Halide::Int(32)) == Num(index.back());
    return select(hit, constant(type, 1.0), constant(type, 0.0));
  }
};

} // namespace

void registerSoftmaxEmitters(MLIRContext &context) {
  SoftmaxOp::attachInterface<SoftmaxEmitter>(context);
  LogSoftmaxOp::attachInterface<LogSoftmaxEmitter>(context);
  LogSumExpOp::attachInterface<LogSumExpEmitter>(context);
  SoftmaxCrossEntropyOp::attachInterface<SoftmaxCrossEntropyEmitter>(context);
  OneHotOp::attachInterface<OneHotEmitter>(context);
}

} // namespace nnc
