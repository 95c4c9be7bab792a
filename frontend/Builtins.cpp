// Builtins.cpp: the table of builtins and what each of them makes.
//
// One entry is all that a builtin needs. Elementwise functions need none (see callElementwise), and what can be
// said in the language belongs into std/*.nn.
#include "frontend/Builtins.h"
#include "ir/Provenance.h"
#include "llvm/ADT/StringExtras.h"

using namespace nnc;
using namespace nnc::ast;

//===------------------------------------------------------------------------------------------------===//
// Arguments
//===------------------------------------------------------------------------------------------------===//

mlir::Value BuiltinCall::tensor(unsigned i) const {
  const Datum &value = args[i].value;
  if (value.isTensor())
    return value.tensor;
  if (!value.isUnknown())
    e.error(args[i].range, "'" + builtin.name + "' takes a tensor, found " + describe(value));
  return {};
}

mlir::Value BuiltinCall::floatTensor(unsigned i) const {
  mlir::Value value = tensor(i);
  if (!value || mlir::isa<mlir::FloatType>(mlir::getElementTypeOrSelf(value.getType())))
    return value;
  e.error(args[i].range, "'" + builtin.name + "' takes floating-point numbers, found " +
                             describe(args[i].value) + "; convert it by 'as f'");
  return {};
}

bool BuiltinCall::flag(unsigned i, bool otherwise, bool &ok) const {
  if (!args[i].given)
    return otherwise;
  if (args[i].value.is(Datum::Kind::Bool))
    return args[i].value.truth;
  if (!args[i].value.isUnknown())
    e.error(args[i].range, "expected true or false, found " + describe(args[i].value));
  ok = false;
  return otherwise;
}

namespace {
struct BuiltinFormal {
  llvm::StringRef name;
  bool optional, asWritten, rest;
};
} // namespace

/// "x, 'along?, *dims" taken apart.
static llvm::SmallVector<BuiltinFormal, 4> formalsOf(const Builtin &builtin) {
  llvm::SmallVector<BuiltinFormal, 4> formals;
  llvm::SmallVector<llvm::StringRef, 4> parts;
  llvm::StringRef(builtin.formals).split(parts, ", ", -1, /*KeepEmpty=*/false);
  for (llvm::StringRef part : parts) {
    BuiltinFormal formal;
    formal.rest = part.consume_front("*");
    formal.asWritten = part.consume_front("'");
    formal.optional = part.consume_back("?");
    formal.name = part;
    formals.push_back(formal);
  }
  return formals;
}

Datum nnc::callBuiltin(Elaborator &e, const Builtin &builtin, Range range, const CallExpr *call,
                       const Elaborator::Argument *piped) {
  if (!builtin.handler)
    return e.notYet(call ? call->callee->range : range, "'" + builtin.name + "'");
  auto formals = formalsOf(builtin);
  BuiltinCall made{e, builtin, range, call, {}, {}};
  made.args.resize(formals.size());
  llvm::SmallVector<llvm::StringRef> names;
  for (const BuiltinFormal &formal : formals)
    names.push_back(formal.name);
  size_t next = 0;
  bool ok = true, named = false;
  auto give = [&](size_t index, const Datum *value, const Expr *expr, Range place) {
    BuiltinCall::Arg arg;
    arg.expr = expr;
    arg.range = place;
    arg.given = true;
    const bool asWritten = formals[index].asWritten || (expr && llvm::isa<PackExpr>(expr));
    if (value)
      arg.value = *value;
    else if (!asWritten)
      arg.value = e.evaluate(*expr);
    ok &= asWritten || !arg.value.isUnknown();
    if (formals[index].rest)
      made.rest.push_back(std::move(arg));
    else if (made.args[index].given)
      e.error(place, "argument '" + names[index] + "' is given twice"), ok = false;
    else
      made.args[index] = std::move(arg);
  };
  auto position = [&]() -> std::optional<size_t> {
    if (next >= formals.size())
      return std::nullopt;
    return formals[next].rest ? next : next++;
  };
  if (piped) {
    if (std::optional<size_t> index = position())
      give(*index, &piped->value, nullptr, piped->range);
    else
      return e.fail(range, "'" + builtin.name + "' takes no arguments");
  }
  for (const Arg &arg : call ? call->args : List<Arg>()) {
    if (arg.name) {
      named = true;
      size_t index = std::distance(names.begin(), llvm::find(names, arg.name.text));
      if (index == names.size()) {
        e.error(arg.name.range, "'" + builtin.name + "' has no argument '" + arg.name.text + "'" +
                                    didYouMean(arg.name.text, names));
        ok = false;
        continue;
      }
      give(index, nullptr, arg.value, arg.value->range);
      continue;
    }
    if (named) {
      e.error(arg.value->range, "an argument by position cannot follow one by name");
      ok = false;
      continue;
    }
    std::optional<size_t> index = position();
    if (!index)
      return e.fail(arg.value->range,
                    "too many arguments for '" + builtin.name + "': it takes " + llvm::Twine(formals.size()));
    give(*index, nullptr, arg.value, arg.value->range);
  }
  for (auto [index, formal] : llvm::enumerate(formals))
    if (ok && !formal.optional && !formal.rest && !made.args[index].given)
      return e.fail(range, "'" + builtin.name + "' needs the argument '" + formal.name + "'");
  return ok ? builtin.handler(made) : Datum();
}

//===------------------------------------------------------------------------------------------------===//
// Axes
//===------------------------------------------------------------------------------------------------===//

static std::optional<int64_t> countedAxis(Elaborator &e, int64_t axis, const Datum &x, Range range) {
  int64_t rank = x.type().getRank();
  if (axis >= -rank && axis < rank)
    return axis < 0 ? axis + rank : axis;
  e.error(range, "axis " + llvm::Twine(axis) + " is outside of " + describe(x) + ", which has " +
                     llvm::Twine(rank) + (rank == 1 ? " axis" : " axes"));
  return std::nullopt;
}

std::optional<llvm::SmallVector<int64_t>> Elaborator::resolveAxes(const Expr &expr, const Datum &x,
                                                                  const Expr *xExpr) {
  int64_t rank = x.type().getRank();
  if (const auto *pack = llvm::dyn_cast<PackExpr>(&expr)) {
    // The axes that `...` stands for in the signature at hand: they lead.
    const Dims *dims = frame->scope->findPack(pack->name.text);
    if (!dims) {
      error(expr.range, "'..." + pack->name.text + "' stands for no axes here");
      return std::nullopt;
    }
    llvm::SmallVector<int64_t> axes;
    if (int64_t(dims->size()) > rank) {
      error(expr.range, describe(x) + " does not have the axes of '...'");
      return std::nullopt;
    }
    for (int64_t axis = 0; axis < int64_t(dims->size()); ++axis)
      axes.push_back(axis);
    return axes;
  }
  if (const auto *tuple = llvm::dyn_cast<TupleExpr>(&expr)) {
    llvm::SmallVector<int64_t> axes;
    for (const Expr *element : tuple->elements) {
      auto part = resolveAxes(*element, x, xExpr);
      if (!part)
        return std::nullopt;
      for (int64_t axis : *part) {
        if (llvm::is_contained(axes, axis)) {
          error(element->range, "axis " + llvm::Twine(axis) + " is named twice");
          return std::nullopt;
        }
        axes.push_back(axis);
      }
    }
    llvm::sort(axes);
    return axes;
  }
  const auto *name = llvm::dyn_cast<NameExpr>(&expr);
  const bool isDimension =
      name && frame->scope->findDim(name->name) && !frame->scope->names.count(name->name);
  llvm::SmallVector<int64_t> byName, bySize;
  if (name)
    for (int64_t axis = 0; axis < rank; ++axis)
      if (x.labels[axis] == name->name)
        byName.push_back(axis);
  if (name && byName.size() == 1)
    return byName;
  Datum value;
  if (byName.empty()) {
    value = evaluate(expr);
    if (value.isUnknown())
      return std::nullopt;
    if (!value.is(Datum::Kind::Int)) {
      error(expr.range, "expected a dimension or the number of an axis, found " + describe(value));
      return std::nullopt;
    }
  }
  Binding *binding = name ? frame->scope->find(name->name) : nullptr;
  if (byName.empty() && !isDimension && (!binding || !binding->type)) {
    std::optional<int64_t> counted = value.asStaticInt();
    if (!counted) {
      error(expr.range, "expected a dimension or the number of an axis, found " + describe(value));
      return std::nullopt;
    }
    std::optional<int64_t> axis = countedAxis(*this, *counted, x, expr.range);
    if (!axis)
      return std::nullopt;
    return llvm::SmallVector<int64_t>{*axis};
  }
  // A dimension by its size, where no axis bears its name.
  if (byName.empty())
    for (auto [axis, size] : llvm::enumerate(dimsOf(x.type())))
      if (size == value.size)
        bySize.push_back(axis);
  llvm::ArrayRef<int64_t> found = byName.empty() ? bySize : byName;
  if (found.size() == 1)
    return llvm::SmallVector<int64_t>(found);
  if (found.empty()) {
    error(expr.range, "no axis of " + describe(x) + " is '" + name->name + "'");
    return std::nullopt;
  }
  std::string way;
  for (int64_t axis : found)
    way += (way.empty() ? "write 'along: " : " or 'along: ") + std::to_string(axis - rank) + "'";
  error(expr.range, "'" + name->name + "' names " + (found.size() == 2 ? "two" : "several") + " axes of " +
                        describe(x) + "; " + way);
  return std::nullopt;
}

/// The axes of argument `i`, or all of them where it is left out.
static std::optional<llvm::SmallVector<int64_t>> axesOf(BuiltinCall &c, unsigned i) {
  const Datum &x = c[0].value;
  if (c[i].given)
    return c.e.resolveAxes(*c[i].expr, x, c[0].expr);
  llvm::SmallVector<int64_t> all;
  for (int64_t axis = 0; axis < x.type().getRank(); ++axis)
    all.push_back(axis);
  return all;
}

/// One axis: argument `i`, or the last one.
static std::optional<int64_t> axisOf(BuiltinCall &c, unsigned i) {
  const Datum &x = c[0].value;
  if (!c[i].given)
    return countedAxis(c.e, -1, x, c[0].range);
  auto axes = c.e.resolveAxes(*c[i].expr, x, c[0].expr);
  if (!axes)
    return std::nullopt;
  if (axes->size() == 1)
    return axes->front();
  c.e.error(c[i].range, "'" + c.builtin.name + "' goes along one axis, found " + llvm::Twine(axes->size()));
  return std::nullopt;
}

//===------------------------------------------------------------------------------------------------===//
// Reductions
//===------------------------------------------------------------------------------------------------===//

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

static Datum normOf(BuiltinCall &c) {
  mlir::Value x = c.floatTensor(0);
  auto axes = x ? axesOf(c, 1) : std::nullopt;
  if (!axes)
    return Datum();
  GraphBuilder g = c.e.at(c.range);
  return finishReduction(c, g.create<SqrtOp>(reduceOver<SumOp>(g, g.mul(x, x), *axes)), *axes, 2);
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

//===------------------------------------------------------------------------------------------------===//
// Losses
//===------------------------------------------------------------------------------------------------===//

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

//===------------------------------------------------------------------------------------------------===//
// Shapes
//===------------------------------------------------------------------------------------------------===//

static Datum reshape(BuiltinCall &c) {
  if (!c.tensor(0))
    return Datum();
  const Datum &x = c[0].value;
  Dims dims;
  Labels labels;
  std::optional<size_t> open;
  for (const BuiltinCall::Arg &arg : c.rest) {
    if (arg.expr)
      if (const auto *pack = llvm::dyn_cast<PackExpr>(arg.expr)) {
        const Dims *sizes = c.e.frame->scope->findPack(pack->name.text);
        if (!sizes)
          return c.e.fail(arg.range, "'..." + pack->name.text + "' stands for no axes here");
        dims.append(sizes->begin(), sizes->end());
        labels.resize(dims.size());
        continue;
      }
    if (!arg.value.is(Datum::Kind::Int))
      return c.e.fail(arg.range, "expected a size, found " + describe(arg.value));
    std::optional<int64_t> number = arg.value.asStaticInt();
    if (number && *number == -1) {
      if (open)
        return c.e.fail(arg.range, "only one size can be -1, 'what remains'");
      open = dims.size();
    } else if (number && *number < 1) {
      return c.e.fail(arg.range, "a size is at least 1, found " + llvm::Twine(*number));
    }
    const auto *name = arg.expr ? llvm::dyn_cast<NameExpr>(arg.expr) : nullptr;
    dims.push_back(arg.value.size);
    labels.push_back(name ? name->name : number && *number == 1 ? "1" : "");
  }
  std::optional<Dim> have = elementCount(dimsOf(x.type()));
  if (open)
    dims[*open] = Dim(1);
  std::optional<Dim> want = elementCount(dims);
  if (!want)
    return c.e.fail(c.range, "the number of elements exceeds 64 bits");
  if (open) {
    std::optional<Dim> rest = have->divExact(*want);
    if (!rest)
      return c.e.fail(c.range, "the " + have->str() + " elements of " + describe(x) +
                                   " are not divisible by " + want->str());
    dims[*open] = *rest;
  } else if (*have != *want) {
    return c.e.fail(c.range, "numbers of elements differ: " + describe(x) + " has " + have->str() + ", " +
                                 dimsText(dims) + " has " + want->str());
  }
  return c.e.reshapeTo(x, dims, labels, c.range);
}

static Datum transposed(BuiltinCall &c, llvm::ArrayRef<int64_t> permutation) {
  Labels labels;
  for (int64_t axis : permutation)
    labels.push_back(c[0].value.labels[axis]);
  return Datum::ofTensor(c.e.at(c.range).create<TransposeOp>(c[0].value.tensor, permutation), labels);
}

static Datum permute(BuiltinCall &c) {
  if (!c.tensor(0))
    return Datum();
  int64_t rank = c[0].value.type().getRank();
  llvm::SmallVector<int64_t> permutation;
  for (const BuiltinCall::Arg &arg : c.rest) {
    std::optional<int64_t> number = arg.value.asStaticInt();
    if (!number)
      return c.e.fail(arg.range, "expected the number of an axis, found " + describe(arg.value));
    std::optional<int64_t> axis = countedAxis(c.e, *number, c[0].value, arg.range);
    if (!axis)
      return Datum();
    if (llvm::is_contained(permutation, *axis))
      return c.e.fail(arg.range, "axis " + llvm::Twine(*number) + " is named twice");
    permutation.push_back(*axis);
  }
  if (int64_t(permutation.size()) != rank)
    return c.e.fail(c.range, "'permute' names each of the " + llvm::Twine(rank) + " axes of " +
                                 describe(c[0].value) + " once, found " + llvm::Twine(permutation.size()));
  return transposed(c, permutation);
}

static Datum transpose(BuiltinCall &c) {
  if (!c.tensor(0))
    return Datum();
  int64_t rank = c[0].value.type().getRank();
  if (rank < 2)
    return c.e.fail(c[0].range, "'transpose' swaps the last two axes; found " + describe(c[0].value));
  llvm::SmallVector<int64_t> permutation;
  for (int64_t axis = 0; axis < rank; ++axis)
    permutation.push_back(axis);
  std::swap(permutation[rank - 2], permutation[rank - 1]);
  return transposed(c, permutation);
}

static Datum sizeOf(BuiltinCall &c) {
  if (!c.tensor(0))
    return Datum();
  std::optional<int64_t> number = c[1].value.asStaticInt();
  if (!number)
    return c.e.fail(c[1].range, "expected the number of an axis, found " + describe(c[1].value));
  std::optional<int64_t> axis = countedAxis(c.e, *number, c[0].value, c[1].range);
  return axis ? Datum::ofInt(dimsOf(c[0].value.type())[*axis]) : Datum();
}

//===------------------------------------------------------------------------------------------------===//
// Choice
//===------------------------------------------------------------------------------------------------===//

static Datum where(BuiltinCall &c) {
  mlir::Value condition = c.tensor(0);
  if (!condition)
    return Datum();
  if (!mlir::getElementTypeOrSelf(condition.getType()).isInteger(1))
    return c.e.fail(c[0].range, "'where' chooses by truth values, found " + describe(c[0].value));
  Datum yes = c[1].value, no = c[2].value;
  if (!yes.isTensor() && !no.isTensor()) {
    // Two literals: they are of the build's float type.
    yes = c.e.literalLike(yes, c.e.floatType, c[1].range, "this");
    if (yes.isUnknown())
      return yes;
  }
  Labels labels;
  Elaborator::Operand sides[] = {{&yes, c[1].expr, c[1].range}, {&no, c[2].expr, c[2].range}};
  if (!c.e.unify(sides, c.range, c.range, labels))
    return Datum();
  // The condition takes part in broadcasting too; a constant of its place stands for the sides' sizes.
  Datum mask = c[0].value;
  GraphBuilder g = c.e.at(c.range);
  auto maskType = withElementType(yes.type(), c.e.builder.getI1Type());
  Datum stand = Datum::ofTensor(g.create<FillOp>(maskType, c.e.builder.getF64FloatAttr(0.0)), yes.labels);
  Elaborator::Operand masks[] = {{&mask, c[0].expr, c[0].range}, {&stand, nullptr, c.range}};
  if (!c.e.unify(masks, c.range, c.range, labels))
    return Datum();
  Dims dims = dimsOf(mask.type());
  mlir::Value a = c.e.broadcastTo(yes.tensor, dims, c.range), b = c.e.broadcastTo(no.tensor, dims, c.range);
  return a && b ? Datum::ofTensor(g.select(mask.tensor, a, b), labels) : Datum();
}

//===------------------------------------------------------------------------------------------------===//
// Compile-time functions
//===------------------------------------------------------------------------------------------------===//

/// floordiv and ceildiv of ints.
template <bool Up> static Datum integerDivision(BuiltinCall &c) {
  std::optional<int64_t> a = c[0].value.asStaticInt(), b = c[1].value.asStaticInt();
  if (!a || !b) {
    if (c[0].value.is(Datum::Kind::Int) && c[1].value.is(Datum::Kind::Int))
      if (std::optional<Dim> exact = c[0].value.size.divExact(c[1].value.size))
        return Datum::ofInt(*exact);
    return c.e.fail(c.range, "'" + c.builtin.name + "' takes ints known while compiling, found " +
                                 describe(c[0].value) + " and " + describe(c[1].value));
  }
  if (*b <= 0)
    return c.e.fail(c[1].range, "expected a divisor above 0, found " + llvm::Twine(*b));
  int64_t quotient = *a / *b, rest = *a % *b;
  if (Up && rest > 0)
    ++quotient;
  if (!Up && rest < 0)
    --quotient;
  return Datum::ofInt(Dim(quotient));
}

static Datum reversed(BuiltinCall &c) {
  if (!c[0].value.is(Datum::Kind::List))
    return c.e.fail(c[0].range, "'reversed' takes a list, found " + describe(c[0].value));
  std::vector<Datum> elements(c[0].value.elements->rbegin(), c[0].value.elements->rend());
  return Datum::ofList(std::move(elements));
}

static Datum length(BuiltinCall &c) {
  if (!c[0].value.is(Datum::Kind::List))
    return c.e.fail(c[0].range, "'length' takes a list, found " + describe(c[0].value));
  return Datum::ofInt(Dim(int64_t(c[0].value.elements->size())));
}

/// Whether the call gave an argument of the function or optimizer at hand, or its default holds.
static Datum given(BuiltinCall &c) {
  const auto *name = c[0].expr ? llvm::dyn_cast<NameExpr>(c[0].expr) : nullptr;
  if (!name || !c.e.frame->hasFormals)
    return c.e.fail(c.range, "'given' takes the name of an argument of the function around it");
  return Datum::ofBool(c.e.frame->given.contains(name->name));
}

//===------------------------------------------------------------------------------------------------===//
// Initial values, and tensors of one number
//===------------------------------------------------------------------------------------------------===//

static std::optional<double> numberOr(BuiltinCall &c, unsigned i, double otherwise) {
  if (!c[i].given)
    return otherwise;
  if (std::optional<double> number = c[i].value.asDouble())
    return number;
  c.e.error(c[i].range, "expected a number known while compiling, found " + describe(c[i].value));
  return std::nullopt;
}

/// `zeros()` takes its sizes from its place; `zeros(batch, 3)` is a tensor.
template <int Value> static Datum constantTensor(BuiltinCall &c) {
  if (c.rest.empty()) {
    InitSpec spec;
    spec.a = Value;
    return Datum::ofInit(spec);
  }
  Dims dims;
  Labels labels;
  for (const BuiltinCall::Arg &arg : c.rest) {
    if (!arg.value.is(Datum::Kind::Int))
      return c.e.fail(arg.range, "expected a size, found " + describe(arg.value));
    const auto *name = arg.expr ? llvm::dyn_cast<NameExpr>(arg.expr) : nullptr;
    dims.push_back(arg.value.size);
    labels.push_back(name ? name->name : arg.value.size == Dim(1) ? "1" : "");
  }
  if (!c.e.checkSize(dims, c.e.floatType, c.range))
    return Datum();
  mlir::RankedTensorType type = makeTensor(dims, c.e.floatType);
  return Datum::ofTensor(c.e.at(c.range).create<FillOp>(type, c.e.builder.getF64FloatAttr(Value)), labels);
}

static Datum initial(BuiltinCall &c, InitSpec::Kind kind, double a, double b) {
  InitSpec spec;
  spec.kind = kind;
  std::optional<double> first = numberOr(c, 0, a), second = c.args.size() > 1 ? numberOr(c, 1, b) : b;
  if (!first || !second)
    return Datum();
  spec.a = *first;
  spec.b = *second;
  return Datum::ofInit(spec);
}

/// The same names with sizes are random tensors, drawn at each call: `normal(batch, latent)`, `normal(like: mu)`.
static bool isRandomTensor(BuiltinCall &c) {
  if (c.rest.empty() && !c.args.back().given)
    return false;
  c.e.notYet(c.range, "random tensors ('" + c.builtin.name + "' with sizes)");
  return true;
}
static Datum uniform(BuiltinCall &c) {
  // "low, high" by name; sizes by position.
  if (isRandomTensor(c))
    return Datum();
  InitSpec spec;
  spec.kind = InitSpec::Kind::Uniform;
  std::optional<double> low = numberOr(c, 1, 0.0), high = numberOr(c, 2, 1.0);
  if (!low || !high)
    return Datum();
  if (!(*low <= *high))
    return c.e.fail(c.range, "'low' is above 'high'");
  spec.a = *low, spec.b = *high;
  return Datum::ofInit(spec);
}
template <InitSpec::Kind Kind> static Datum normal(BuiltinCall &c) {
  if (Kind == InitSpec::Kind::Normal && isRandomTensor(c))
    return Datum();
  InitSpec spec;
  spec.kind = Kind;
  unsigned first = Kind == InitSpec::Kind::Normal ? 1 : 0;
  std::optional<double> std = numberOr(c, first, 1.0), mean = numberOr(c, first + 1, 0.0);
  if (!std || !mean)
    return Datum();
  if (!(*std >= 0))
    return c.e.fail(c.range, "a standard deviation is not negative");
  spec.a = *mean, spec.b = *std;
  return Datum::ofInit(spec);
}
static Datum constantInit(BuiltinCall &c) { return initial(c, InitSpec::Kind::Constant, 0.0, 0.0); }
static Datum orthogonal(BuiltinCall &c) { return initial(c, InitSpec::Kind::Orthogonal, 1.0, 0.0); }
template <InitSpec::Kind Kind> static Datum scaledInit(BuiltinCall &c) { return initial(c, Kind, 1.0, 0.0); }

//===------------------------------------------------------------------------------------------------===//
// Layers and gradients
//===------------------------------------------------------------------------------------------------===//

template <LayerValue::View View> static Datum viewOf(BuiltinCall &c) {
  if (!c[0].value.isLayerLike())
    return c.e.fail(c[0].range, "'" + c.builtin.name + "' takes a layer, found " + describe(c[0].value));
  return Datum::ofLayer(c.e.makeView(View, c.e.asLayer(c[0].value, c[0].range), c.range));
}

static Datum cloned(BuiltinCall &c) {
  if (!c[0].value.isLayerLike())
    return c.e.fail(c[0].range, "'clone' takes a layer, found " + describe(c[0].value));
  return Datum::ofLayer(c.e.cloneLayer(c.e.asLayer(c[0].value, c[0].range), c.call, c.range));
}

static Datum gradientOf(BuiltinCall &c) {
  if (!c.tensor(0))
    return Datum();
  return c.e.gradient(*c.call, c[0].value, c[0].range, *c[1].expr);
}

//===------------------------------------------------------------------------------------------------===//
// The table
//===------------------------------------------------------------------------------------------------===//

using InitKind_ = InitSpec::Kind;

static const Builtin builtins[] = {
    // name, formals (?: may be left out, ': taken as written, *: any number), what it makes
    {"sum", "x, 'along?, keep?", reduction<SumOp>},
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
    {"reshape", "x, *sizes", reshape},
    {"permute", "x, *axes", permute},
    {"transpose", "x", transpose},
    {"size", "x, axis", sizeOf},
    {"where", "condition, yes, no", where},
    {"floordiv", "a, b", integerDivision<false>},
    {"ceildiv", "a, b", integerDivision<true>},
    {"reversed", "list", reversed},
    {"length", "list", length},
    {"given", "'argument", given},
    {"zeros", "*sizes", constantTensor<0>},
    {"ones", "*sizes", constantTensor<1>},
    {"constant", "value", constantInit},
    {"uniform", "*sizes, low?, high?, like?", uniform},
    {"normal", "*sizes, std?, mean?, like?", normal<InitKind_::Normal>},
    {"truncated", "std?, mean?", normal<InitKind_::Truncated>},
    {"orthogonal", "gain?", orthogonal},
    {"glorot_uniform", "gain?", scaledInit<InitKind_::GlorotUniform>},
    {"glorot_normal", "gain?", scaledInit<InitKind_::GlorotNormal>},
    {"he_uniform", "gain?", scaledInit<InitKind_::HeUniform>},
    {"he_normal", "gain?", scaledInit<InitKind_::HeNormal>},
    {"grad", "target, 'wrt", gradientOf},
    {"eval_mode", "layer", viewOf<LayerValue::View::Eval>, true},
    {"train_mode", "layer", viewOf<LayerValue::View::Train>, true},
    {"clone", "layer", cloned, true},
    // In the language, not yet in this compiler.
    {"averaged", "layer", nullptr, true},
    {"checkpoint", "value", nullptr, true},
    {"attention", "q, k, v", nullptr},
    {"bernoulli", "p", nullptr},
    {"categorical", "logits", nullptr},
    {"concat", "parts, along", nullptr},
    {"conv2d", "x, filter", nullptr},
    {"cumsum", "x, along", nullptr},
    {"flip", "x, along", nullptr},
    {"gather", "table, index", nullptr},
    {"normalize", "x", nullptr},
    {"prod", "x", nullptr},
    {"put", "x, value, at, along", nullptr},
    {"range", "n", nullptr},
    {"split", "x, parts, along", nullptr},
    {"stack", "parts", nullptr},
};

const Builtin *nnc::findBuiltin(llvm::StringRef name) {
  const Builtin *found =
      llvm::find_if(builtins, [&](const Builtin &builtin) { return builtin.name == name; });
  return found == std::end(builtins) ? nullptr : found;
}

void nnc::builtinNames(llvm::SmallVectorImpl<llvm::StringRef> &names) {
  for (const Builtin &builtin : builtins)
    names.push_back(builtin.name);
}
