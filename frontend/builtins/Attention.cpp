// Attention.cpp: attention(q, k, v), with its checks in the words of the text.
#include "ir/ops/Attention.h"
#include "frontend/Builtins.h"
#include "ir/ops/Shape.h"

using namespace nnc;
using namespace nnc::ast;

namespace {
/// The formals, in order.
enum : unsigned { Q, K, V, Causal, Mask, Scale };
} // namespace

static bool checkOperands(BuiltinCall &c) {
  Elaborator &e = c.e;
  for (unsigned i : {Q, K, V})
    if (!c.floatTensor(i))
      return false;
  Dims q = dimsOf(c[Q].value.type()), k = dimsOf(c[K].value.type()), v = dimsOf(c[V].value.type());
  auto differ = [&](const llvm::Twine &what) {
    e.error(c.range, "'attention': " + what + ": q is " + describe(c[Q].value) + ", k is " +
                         describe(c[K].value) + ", v is " + describe(c[V].value))
        .highlight(c[Q].range)
        .highlight(c[K].range)
        .highlight(c[V].range);
    return false;
  };
  if (q.size() < 2 || q.size() != k.size() || q.size() != v.size())
    return differ("queries, keys and values have one rank, at least 2");
  mlir::Type element = c[Q].value.type().getElementType();
  if (c[K].value.type().getElementType() != element || c[V].value.type().getElementType() != element)
    return differ("element types differ");
  size_t row = q.size() - 2;
  for (size_t axis = 0; axis < row; ++axis)
    if (q[axis] != k[axis] || q[axis] != v[axis])
      return differ("leading sizes differ");
  if (q.back() != k.back())
    return differ("queries and keys have different widths");
  if (k[row] != v[row])
    return differ("there are not as many values as keys");
  for (unsigned i : {Q, V})
    if (!dimsOf(c[i].value.type()).back().isStatic())
      return e.error(c[i].range,
                     "'attention' needs a width known while compiling, found " + describe(c[i].value)),
             false;
  return true;
}

/// The mask at the rank of the scores, of which each axis has the size there or is 1; null if none is given or after
/// an error, which clears `ok`.
static mlir::Value maskOf(BuiltinCall &c, bool &ok) {
  if (!c[Mask].given)
    return {};
  Elaborator &e = c.e;
  const Datum &mask = c[Mask].value;
  if (mask.is(Datum::Kind::Bool) && mask.truth)
    return {};
  ok = false;
  if (!mask.isTensor() || !mask.type().getElementType().isInteger(1)) {
    e.error(c[Mask].range, "the mask of 'attention' is a tensor of truth values, found " + describe(mask));
    return {};
  }
  Dims scores = dimsOf(c[Q].value.type()), own = dimsOf(mask.type());
  scores.back() = dimsOf(c[K].value.type())[scores.size() - 2];
  bool fits = own.size() <= scores.size();
  size_t added = fits ? scores.size() - own.size() : 0;
  for (size_t axis = 0; fits && axis < own.size(); ++axis)
    fits = own[axis] == scores[added + axis] || own[axis] == Dim(1);
  if (!fits) {
    e.error(c[Mask].range, "the mask is " + describe(mask) + ", the scores have sizes " + dimsText(scores) +
                               "; each axis of the mask, counted from the last, has that size or 1");
    return {};
  }
  ok = true;
  Dims wide(added, Dim(1));
  wide.append(own);
  Labels labels(added, "1");
  labels.append(mask.labels);
  return e.reshapeTo(mask, wide, labels, c[Mask].range).tensor;
}

static Datum attention(BuiltinCall &c) {
  bool ok = checkOperands(c);
  bool causal = c.flag(Causal, false, ok);
  mlir::Value mask = ok ? maskOf(c, ok) : mlir::Value();
  if (!ok)
    return Datum();
  double scale = 1.0 / std::sqrt(static_cast<double>(dimsOf(c[Q].value.type()).back().value()));
  if (c[Scale].given) {
    std::optional<double> number = c[Scale].value.asDouble();
    if (!number)
      return c.e.fail(c[Scale].range,
                      "expected a number known while compiling, found " + describe(c[Scale].value));
    scale = *number;
  }
  mlir::OpBuilder &builder = c.e.builder;
  mlir::Value y = c.e.at(c.range).create<AttentionOp>(c[Q].value.tensor, c[K].value.tensor, c[V].value.tensor,
                                                      mask, builder.getF64FloatAttr(scale),
                                                      causal ? builder.getUnitAttr() : mlir::UnitAttr());
  Labels labels = c[Q].value.labels;
  labels.back() = c[V].value.labels.back();
  return Datum::ofTensor(y, labels);
}

llvm::ArrayRef<Builtin> nnc::attentionBuiltins() {
  static const Builtin builtins[] = {{"attention", "q, k, v, causal?, mask?, scale?", attention}};
  return builtins;
}
