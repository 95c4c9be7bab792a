// Values.cpp: initial values of variables, and tensors made of nothing: constant and random ones.
#include "frontend/Builtins.h"
#include "ir/ops/Shape.h"

using namespace nnc;
using namespace nnc::ast;

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

using InitKind_ = InitSpec::Kind;

llvm::ArrayRef<Builtin> nnc::valueBuiltins() {
  static const Builtin builtins[] = {
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
      {"bernoulli", "p", nullptr},
      {"categorical", "logits", nullptr},
  };
  return builtins;
}
