// Shapes.cpp: builtins that move or choose elements.
#include "frontend/Builtins.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Shape.h"

using namespace nnc;
using namespace nnc::ast;

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

llvm::ArrayRef<Builtin> nnc::shapeBuiltins() {
  static const Builtin builtins[] = {
      {"reshape", "x, *sizes", reshape},      {"permute", "x, *axes", permute},
      {"transpose", "x", transpose},          {"size", "x, axis", sizeOf},
      {"where", "condition, yes, no", where},
  };
  return builtins;
}
