// Reductions.cpp: builtins that fold along axes: sums, softmax, and what losses are made of.
#include "frontend/Builtins.h"
#include "ir/Provenance.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Reduce.h"
#include "ir/ops/Shape.h"
#include "ir/ops/Softmax.h"

using namespace nnc;
using namespace nnc::ast;

static Labels without(const Labels &labels, llvm::ArrayRef<int64_t> axes) {
  Labels kept;
  for (auto [axis, label] : llvm::enumerate(labels))
    if (!llvm::is_contained(axes, int64_t(axis)))
      kept.push_back(label);
  return kept;
}

/// A reduction's result, with axes of size 1 put back for `keep: true`.
static Datum finishReduction(BuiltinCall &c, mlir::Value reduced, llvm::ArrayRef<int64_t> axes,
                             unsigned keepIndex) {
  bool ok = true;
  const bool keep = c.flag(keepIndex, false, ok);
  if (!ok)
    return Datum();
  const Datum &x = c[0].value;
  if (!keep)
    return Datum::ofTensor(reduced, without(x.labels, axes));
  Dims dims = dimsOf(x.type());
  Labels labels = x.labels;
  for (int64_t axis : axes) {
    dims[axis] = Dim(1);
    labels[axis] = "1";
  }
  return c.e.reshapeTo(Datum::ofTensor(reduced), dims, labels, c.range);
}

template <typename OpT>
static mlir::Value reduceOver(GraphBuilder g, mlir::Value x, llvm::ArrayRef<int64_t> axes) {
  return axes.empty() ? x : g.create<OpT>(x, axes);
}

template <typename OpT> static Datum reduction(BuiltinCall &c) {
  mlir::Value x = c.tensor(0);
  if (!x)
    return Datum();
  mlir::Type element = mlir::getElementTypeOrSelf(x.getType());
  if (element.isInteger(1) || (std::is_same_v<OpT, MeanOp> && !mlir::isa<mlir::FloatType>(element)))
    return c.e.fail(c[0].range, "'" + c.builtin.name + "' takes numbers, found " + describe(c[0].value) +
                                    "; convert it by 'as f'");
  auto axes = axesOf(c, 1);
  return axes ? finishReduction(c, reduceOver<OpT>(c.e.at(c.range), x, *axes), *axes, 2) : Datum();
}

/// mean((x - mean(x)) ** 2), over all values: divided by their number.
static Datum varianceOf(BuiltinCall &c) {
  mlir::Value x = c.floatTensor(0);
  auto axes = x ? axesOf(c, 1) : std::nullopt;
  if (!axes)
    return Datum();
  GraphBuilder g = c.e.at(c.range);
  mlir::Value mean = reduceOver<MeanOp>(g, x, *axes);
  mlir::Value centred = g.sub(x, axes->empty() ? mean : g.spread(mean, x, *axes));
  return finishReduction(c, reduceOver<MeanOp>(g, g.mul(centred, centred), *axes), *axes, 2);
}

/// sqrt(sum(x ** 2)), whose gradient is 0 where all is 0: there the root, whose slope is infinite, is of 1 instead.
static Datum normOf(BuiltinCall &c) {
  mlir::Value x = c.floatTensor(0);
  auto axes = x ? axesOf(c, 1) : std::nullopt;
  if (!axes)
    return Datum();
  GraphBuilder g = c.e.at(c.range);
  mlir::Value squares = reduceOver<SumOp>(g, g.mul(x, x), *axes);
  mlir::Value positive = g.compare(ComparePredicate::gt, squares, g.fill(0.0, squares));
  mlir::Value root = g.create<SqrtOp>(g.select(positive, squares, g.fill(1.0, squares)));
  return finishReduction(c, g.select(positive, root, squares), *axes, 2);
}

template <typename OpT> static Datum position(BuiltinCall &c) {
  mlir::Value x = c.tensor(0);
  auto axis = x ? axisOf(c, 1) : std::nullopt;
  if (!axis)
    return Datum();
  if (mlir::getElementTypeOrSelf(x.getType()).isInteger(1))
    return c.e.fail(c[0].range, "'" + c.builtin.name + "' takes numbers, found " + describe(c[0].value));
  mlir::Value y = c.e.at(c.range).create<OpT>(x, c.e.builder.getI64IntegerAttr(*axis));
  return Datum::ofTensor(y, without(c[0].value.labels, *axis));
}

template <typename OpT> static Datum softmaxLike(BuiltinCall &c) {
  mlir::Value x = c.floatTensor(0);
  auto axis = x ? axisOf(c, 1) : std::nullopt;
  if (!axis)
    return Datum();
  return Datum::ofTensor(c.e.at(c.range).create<OpT>(x.getType(), x, c.e.builder.getI64IntegerAttr(*axis)),
                         c[0].value.labels);
}

static Datum logSumExp(BuiltinCall &c) {
  mlir::Value x = c.floatTensor(0);
  auto axis = x ? axisOf(c, 1) : std::nullopt;
  if (!axis)
    return Datum();
  mlir::Value y = c.e.at(c.range).create<LogSumExpOp>(x, c.e.builder.getI64IntegerAttr(*axis));
  return finishReduction(c, y, *axis, 2);
}

/// The loss that applies softmax itself was given probabilities: said where the user's own text calls it.
static void warnDoubleSoftmax(BuiltinCall &c, mlir::Value logits) {
  mlir::Operation *softmax = logits.getDefiningOp<SoftmaxOp>();
  if (!softmax)
    return;
  Range place = c[0].range;
  llvm::StringRef callee = c.builtin.name;
  for (const Elaborator::CallSite &site : llvm::reverse(c.e.calls))
    if (!site.module->isLibrary && site.firstArg.isValid()) {
      place = site.firstArg;
      callee = site.callee;
    }
  auto report = c.e.diags.warning(Warning::DoubleSoftmax, place,
                                  "'" + callee + "' applies softmax itself; pass the logits");
  if (mlir::FileLineColLoc made = sourcePlace(softmax->getLoc()))
    if (Range range = c.e.diags.getSources().find(made.getFilename(), made.getLine(), made.getColumn());
        range.isValid())
      report.note(range, "softmax applied here");
}

static Datum softmaxCrossEntropy(BuiltinCall &c) {
  mlir::Value logits = c.floatTensor(0), label = c.tensor(1);
  if (!logits || !label)
    return Datum();
  Dims rows = dimsOf(logits), labels = dimsOf(label);
  mlir::Type labelType = mlir::getElementTypeOrSelf(label.getType());
  if (mlir::isa<mlir::FloatType>(labelType) || labelType.isInteger(1))
    return c.e.fail(c[1].range, "labels are integers, found " + describe(c[1].value));
  if (rows.empty())
    return c.e.fail(c[0].range, "logits have the classes as their last axis, found " + describe(c[0].value));
  if (!rows.back().isStatic())
    return c.e.fail(c[0].range,
                    "the number of classes must be known while compiling, found '" + rows.back().str() + "'");
  rows.pop_back();
  if (rows != labels)
    return c.e.fail(c[1].range, "expected one label per row: logits are " + describe(c[0].value) +
                                    ", labels " + describe(c[1].value));
  mlir::IntegerAttr ignore;
  if (c[2].given) {
    std::optional<int64_t> value = c[2].value.asStaticInt();
    if (!value)
      return c.e.fail(c[2].range, "'ignore' is an int known while compiling, found " + describe(c[2].value));
    ignore = c.e.builder.getI64IntegerAttr(*value);
  }
  warnDoubleSoftmax(c, logits);
  return Datum::ofTensor(c.e.at(c.range).create<SoftmaxCrossEntropyOp>(logits, label, ignore),
                         c[1].value.labels);
}

static Datum oneHot(BuiltinCall &c) {
  mlir::Value index = c.tensor(0);
  std::optional<int64_t> classes = c[1].value.asStaticInt();
  if (!index)
    return Datum();
  mlir::Type element = mlir::getElementTypeOrSelf(index.getType());
  if (mlir::isa<mlir::FloatType>(element) || element.isInteger(1))
    return c.e.fail(c[0].range, "'one_hot' takes integers, found " + describe(c[0].value));
  if (!classes || *classes < 1)
    return c.e.fail(c[1].range, "the number of classes is an int from 1, known while compiling; found " +
                                    describe(c[1].value));
  Dims dims = dimsOf(index);
  dims.push_back(Dim(*classes));
  Labels labels = c[0].value.labels;
  labels.push_back("");
  if (!c.e.checkSize(dims, c.e.floatType, c.range))
    return Datum();
  return Datum::ofTensor(c.e.at(c.range).create<OneHotOp>(makeTensor(dims, c.e.floatType), index), labels);
}

llvm::ArrayRef<Builtin> nnc::reductionBuiltins() {
  static const Builtin builtins[] = {
      {"sum", "x, 'along?, keep?", reduction<SumOp>},
      {"prod", "x, 'along?, keep?", reduction<ProdOp>},
      {"mean", "x, 'along?, keep?", reduction<MeanOp>},
      {"max", "x, 'along?, keep?", reduction<MaxOp>},
      {"min", "x, 'along?, keep?", reduction<MinOp>},
      {"variance", "x, 'along?, keep?", varianceOf},
      {"norm", "x, 'along?, keep?", normOf},
      {"argmax", "x, 'along?", position<ArgmaxOp>},
      {"argmin", "x, 'along?", position<ArgminOp>},
      {"softmax", "x, 'along?", softmaxLike<SoftmaxOp>},
      {"log_softmax", "x, 'along?", softmaxLike<LogSoftmaxOp>},
      {"logsumexp", "x, 'along?, keep?", logSumExp},
      {"softmax_cross_entropy", "logits, label, ignore?", softmaxCrossEntropy},
      {"one_hot", "index, classes", oneHot},
  };
  return builtins;
}
