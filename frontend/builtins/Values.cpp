// Values.cpp: initial values of variables, and tensors made of nothing: constant and random ones.
#include "frontend/Builtins.h"
#include "ir/ops/Random.h"
#include "ir/ops/Reduce.h"
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

/// The sizes that a call writes out, checked. False after an error. `named` is a number that the call takes by name, where
/// people used to other libraries may put it first: normal(0, 1).
static bool sizesOf(BuiltinCall &c, Dims &dims, Labels &labels, llvm::StringRef named = "") {
  for (const BuiltinCall::Arg &arg : c.rest) {
    bool isSize = arg.value.is(Datum::Kind::Int);
    if (!isSize || (!named.empty() && arg.value.size == Dim(0))) {
      c.e.error(arg.range, "expected a size, found " + describe(arg.value) +
                               (named.empty() ? "" : ("; other numbers are named, as in '" + c.builtin.name + "(" + named + ")'").str()));
      return false;
    }
    const auto *name = arg.expr ? llvm::dyn_cast<NameExpr>(arg.expr) : nullptr;
    dims.push_back(arg.value.size);
    labels.push_back(name ? name->name : arg.value.size == Dim(1) ? "1" : "");
  }
  return c.e.checkSize(dims, c.e.floatType, c.range);
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
  if (!sizesOf(c, dims, labels))
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

//===------------------------------------------------------------------------------------------------===//
// Random tensors
//===------------------------------------------------------------------------------------------------===//

/// Sizes written out, `(batch, latent)`, or those of argument `like`.
struct TensorPlace {
  Dims dims;
  Labels labels;
};
static std::optional<TensorPlace> placeOf(BuiltinCall &c, unsigned like, llvm::StringRef named = "") {
  TensorPlace place;
  if (c[like].given) {
    if (!c.rest.empty()) {
      c.e.error(c[like].range, "'" + c.builtin.name + "' takes sizes or 'like', not both");
      return std::nullopt;
    }
    if (!c.tensor(like))
      return std::nullopt;
    return TensorPlace{dimsOf(c[like].value.type()), c[like].value.labels};
  }
  if (!sizesOf(c, place.dims, place.labels, named))
    return std::nullopt;
  return place;
}

template <typename OpT> static Datum draw(BuiltinCall &c, const TensorPlace &place) {
  mlir::RankedTensorType type = makeTensor(place.dims, c.e.floatType);
  return Datum::ofTensor(c.e.at(c.range).create<OpT>(type, c.e.randomKey(c.range)), place.labels);
}

/// With sizes or `like` a tensor that is drawn at each call, else how a parameter begins.
static bool isRandomTensor(BuiltinCall &c, unsigned like) { return !c.rest.empty() || c[like].given; }

/// x * scale + shift.
static Datum affine(BuiltinCall &c, const Datum &x, double scale, double shift) {
  GraphBuilder g = c.e.at(c.range);
  mlir::Value value = x.tensor;
  if (scale != 1.0)
    value = g.mul(value, g.fill(scale, value));
  if (shift != 0.0)
    value = g.add(value, g.fill(shift, value));
  return Datum::ofTensor(value, x.labels);
}

static Datum uniform(BuiltinCall &c) {
  // "low, high" by name; sizes by position.
  std::optional<double> low = numberOr(c, 1, 0.0), high = numberOr(c, 2, 1.0);
  if (!low || !high)
    return Datum();
  if (!(*low <= *high))
    return c.e.fail(c.range, "'low' is above 'high'");
  if (isRandomTensor(c, 3)) {
    auto place = placeOf(c, 3, "low: -1, high: 1");
    return place ? affine(c, draw<RandomUniformOp>(c, *place), *high - *low, *low) : Datum();
  }
  InitSpec spec;
  spec.kind = InitSpec::Kind::Uniform;
  spec.a = *low, spec.b = *high;
  return Datum::ofInit(spec);
}

template <InitSpec::Kind Kind> static Datum normal(BuiltinCall &c) {
  constexpr bool canDraw = Kind == InitSpec::Kind::Normal;
  constexpr unsigned first = canDraw ? 1 : 0; // behind the sizes
  std::optional<double> std = numberOr(c, first, 1.0), mean = numberOr(c, first + 1, 0.0);
  if (!std || !mean)
    return Datum();
  if (!(*std >= 0))
    return c.e.fail(c.range, "a standard deviation is not negative");
  if (canDraw && isRandomTensor(c, 3)) {
    auto place = placeOf(c, 3, "std: 0.1");
    return place ? affine(c, draw<RandomNormalOp>(c, *place), *std, *mean) : Datum();
  }
  InitSpec spec;
  spec.kind = Kind;
  spec.a = *mean, spec.b = *std;
  return Datum::ofInit(spec);
}

/// True with probability p, which is a number or a tensor of the sizes of the result.
static Datum bernoulli(BuiltinCall &c) {
  Datum p = c.e.literalLike(c[0].value, c.e.floatType, c[0].range, "a probability");
  if (p.isUnknown())
    return p;
  if (std::optional<double> known = c[0].value.asDouble(); known && !(*known >= 0 && *known <= 1))
    return c.e.fail(c[0].range, "a probability lies in [0, 1], found " + describe(c[0].value));
  std::optional<TensorPlace> place;
  if (isRandomTensor(c, 2))
    place = placeOf(c, 2);
  else if (c[0].value.isTensor())
    place = TensorPlace{dimsOf(p.type()), p.labels};
  else
    c.e.error(c.range, "'bernoulli' needs sizes, or 'like: x' for those of a tensor");
  if (!place)
    return Datum();
  mlir::Value number = draw<RandomUniformOp>(c, *place).tensor;
  mlir::Value probability = c.e.broadcastTo(p.tensor, place->dims, c.range);
  if (!probability)
    return Datum();
  if (mlir::getElementTypeOrSelf(probability.getType()) != c.e.floatType)
    return c.e.fail(c[0].range, "a probability is a floating-point number, found " + describe(c[0].value));
  return Datum::ofTensor(c.e.at(c.range).compare(ComparePredicate::lt, number, probability), place->labels);
}

/// One index per row of unnormalized log probabilities, along the last axis: the largest of logits + Gumbel noise
/// (Gumbel 1954; Maddison, Tarlow, Minka: A* sampling, 2014).
static Datum categorical(BuiltinCall &c) {
  mlir::Value logits = c.floatTensor(0);
  if (!logits)
    return Datum();
  const Datum &x = c[0].value;
  int64_t rank = x.type().getRank();
  if (rank == 0)
    return c.e.fail(c[0].range, "'categorical' chooses along the last axis, found " + describe(x));
  GraphBuilder g = c.e.at(c.range);
  mlir::Value number = g.create<RandomUniformOp>(logits.getType(), c.e.randomKey(c.range));
  mlir::Value noise = g.neg(g.log(g.neg(g.log(number))));
  mlir::Value chosen = g.create<ArgmaxOp>(g.add(logits, noise), rank - 1);
  Labels labels(x.labels.begin(), x.labels.end() - 1);
  return Datum::ofTensor(chosen, labels);
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
      {"bernoulli", "p, *sizes, like?", bernoulli},
      {"categorical", "logits", categorical},
  };
  return builtins;
}
