// Moves.cpp: builtins that read a tensor at other places: flip, roll, tile, pad, split.
//
// Each is an access, or a choice between accesses by the position along an axis, so their gradients are those of these.
#include "frontend/Builtins.h"
#include "frontend/SizeFacts.h"
#include "ir/ops/Access.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Shape.h"

using namespace nnc;
using namespace nnc::ast;

namespace {

/// The operand of such a builtin and how its axes are read: all alike at first.
struct Reading {
  BuiltinCall &c;
  Datum x;
  Dims sizes; // of the result
  llvm::SmallVector<Dim, 4> forms;
  Labels labels;

  Reading(BuiltinCall &c, const Datum &x) : c(c), x(x), sizes(dimsOf(x.type())), labels(x.labels) {
    for (size_t axis = 0; axis < sizes.size(); ++axis)
      forms.push_back(index(axis));
  }
  static Dim index(unsigned axis) { return Dim::symbol(Elaborator::indexSymbol(axis)); }

  Datum emit(double fill = 0.0) const {
    if (!c.e.checkSize(sizes, x.type().getElementType(), c.range))
      return Datum();
    llvm::SmallVector<std::string> symbols;
    for (size_t axis = 0; axis < sizes.size(); ++axis)
      symbols.push_back(Elaborator::indexSymbol(axis));
    return Datum::ofTensor(c.e.readAt(x.tensor, sizes, forms, symbols, fill, c.range), labels);
  }
  /// The same with `form` along an axis.
  mlir::Value emitWith(unsigned axis, const Dim &form) const {
    Reading other = *this;
    other.forms[axis] = form;
    return other.emit().tensor;
  }
};

} // namespace

/// Where the position along an axis is below a size.
static mlir::Value isBelow(GraphBuilder g, llvm::ArrayRef<Dim> sizes, unsigned axis, const Dim &limit) {
  mlir::MLIRContext *context = g.getBuilder().getContext();
  mlir::RankedTensorType type = makeTensor(sizes, g.getBuilder().getI32Type());
  mlir::Value bound;
  if (limit.isStatic()) {
    bound = g.create<FillOp>(type, g.getBuilder().getF64FloatAttr(double(limit.value())));
  } else {
    auto scalar = mlir::RankedTensorType::get({}, type.getElementType());
    auto size = DimValueAttr::get(context, mlir::StringAttr::get(context, limit.str()));
    bound = g.create<BroadcastOp>(type, g.create<SizeOp>(scalar, size), llvm::ArrayRef<int64_t>());
  }
  return g.compare(ComparePredicate::lt, iota(g, axis, type), bound);
}

/// An int argument, perhaps over run-time dimensions; nothing after an error.
static std::optional<Dim> sizeArgument(BuiltinCall &c, unsigned i) {
  if (c[i].value.is(Datum::Kind::Int))
    return c[i].value.size;
  c.e.error(c[i].range, "expected an int, found " + describe(c[i].value));
  return std::nullopt;
}

/// "dimension 1 of 'x', which has size 'time'"
static std::string axisText(BuiltinCall &c, int64_t axis) {
  return "dimension " + std::to_string(axis) + " of " + c.e.operandName(c[0].expr, "the operand") +
         ", which has size " + dimsOf(c[0].value.type())[axis].str();
}

static Datum flip(BuiltinCall &c) {
  mlir::Value x = c.tensor(0);
  auto axes = x ? axesOf(c, 1) : std::nullopt;
  if (!axes)
    return Datum();
  GraphBuilder g = c.e.at(c.range);
  return Datum::ofTensor(reverseAccess(g, x, *axes), c[0].value.labels);
}

/// y[i] = x[(i - shift) mod n]
static Datum roll(BuiltinCall &c) {
  mlir::Value x = c.tensor(0);
  auto axis = x ? axisOf(c, 2) : std::nullopt;
  auto written = axis ? sizeArgument(c, 1) : std::nullopt;
  if (!written)
    return Datum();
  Reading reading(c, c[0].value);
  const Dim size = reading.sizes[*axis];
  Dim shift = *written;
  if (size.isStatic() && shift.isStatic())
    shift = Dim(((shift.value() % size.value()) + size.value()) % size.value());
  else if (shift.isStatic() && shift.value() < 0)
    shift = *size.add(shift);
  SizeFacts facts(c.e.model.bounds);
  std::optional<Dim> rest = size.sub(shift);
  if (!facts.isNonNegative(shift) || !rest || !facts.isNonNegative(*rest))
    return c.e.fail(c[1].range, "a shift of " + written->str() + " may be larger than " + axisText(c, *axis));
  if (shift == Dim(0))
    return c[0].value;
  const Dim index = Reading::index(*axis);
  GraphBuilder g = c.e.at(c.range);
  mlir::Value wrapped = reading.emitWith(*axis, *index.add(*rest));
  mlir::Value plain = reading.emitWith(*axis, *index.sub(shift));
  return Datum::ofTensor(g.select(isBelow(g, reading.sizes, *axis, shift), wrapped, plain), reading.labels);
}

/// `repeat`: each element n times in a row; `tile`: the whole n times.
template <bool Each> static Datum repeated(BuiltinCall &c) {
  mlir::Value x = c.tensor(0);
  auto axis = x ? axisOf(c, 2) : std::nullopt;
  auto count = axis ? sizeArgument(c, 1) : std::nullopt;
  if (!count)
    return Datum();
  if (std::optional<int64_t> number = count->valueIfStatic(); number && *number < 1)
    return c.e.fail(c[1].range, "a number of repetitions is at least 1, found " + llvm::Twine(*number));
  Reading reading(c, c[0].value);
  Dims result = reading.sizes;
  std::optional<Dim> size = result[*axis].mul(*count);
  if (!size)
    return c.e.fail(c.range, "this size exceeds 64 bits");
  result[*axis] = *size;
  // An axis of repetitions behind or before the repeated one.
  reading.sizes.insert(reading.sizes.begin() + *axis + Each, *count);
  for (size_t i = 0; i < reading.forms.size(); ++i)
    reading.forms[i] = Reading::index(int64_t(i) < *axis + Each ? i : i + 1);
  Labels labels = reading.labels;
  reading.labels.clear();
  labels[*axis] = *count == Dim(1) ? labels[*axis] : "";
  Datum wide = reading.emit();
  return wide.isUnknown() ? wide : c.e.reshapeTo(wide, result, labels, c.range);
}

/// Around each of the axes `low` elements before and `high` behind.
static Datum pad(BuiltinCall &c) {
  mlir::Value x = c.tensor(0);
  auto axes = x ? axesOf(c, 3) : std::nullopt;
  auto low = axes ? sizeArgument(c, 1) : std::nullopt, high = low ? sizeArgument(c, 2) : std::nullopt;
  if (!high)
    return Datum();
  SizeFacts facts(c.e.model.bounds);
  for (unsigned i : {1u, 2u})
    if (!facts.isNonNegative(c[i].value.size))
      return c.e.fail(c[i].range, "padding is not negative, found " + c[i].value.size.str() +
                                      "; to cut off elements write a slice");
  llvm::StringRef mode = "constant";
  if (c[5].given) {
    mode = c[5].value.is(Datum::Kind::String) ? c[5].value.text : "";
    if (mode != "constant" && mode != "reflect" && mode != "edge")
      return c.e.fail(c[5].range,
                      "'mode' is \"constant\", \"reflect\" or \"edge\", found " + describe(c[5].value));
  }
  double fill = 0.0;
  if (c[4].given) {
    std::optional<double> value =
        c[4].value.is(Datum::Kind::Bool) ? double(c[4].value.truth) : c[4].value.asDouble();
    if (!value)
      return c.e.fail(c[4].range, "'value' is a number known while compiling, found " + describe(c[4].value));
    if (mode != "constant")
      return c.e.fail(c[4].range, "'value' has no meaning with mode \"" + mode + "\"");
    fill = *value;
  }
  GraphBuilder g = c.e.at(c.range);
  Datum result = c[0].value;
  for (int64_t axis : *axes) {
    Reading reading(c, result);
    const Dim size = reading.sizes[axis], index = Reading::index(axis);
    std::optional<Dim> padded = size.add(*low), last = size.sub(Dim(1));
    padded = padded ? padded->add(*high) : std::nullopt;
    if (!padded || !last)
      return c.e.fail(c.range, "this size exceeds 64 bits");
    reading.sizes[axis] = *padded;
    if (*padded != size)
      reading.labels[axis] = "";
    reading.forms[axis] = *index.sub(*low);
    if (!c.e.checkSize(reading.sizes, result.type().getElementType(), c.range))
      return Datum();
    Datum middle = reading.emit(fill);
    if (mode == "constant") {
      result = middle;
      continue;
    }
    Dim before(0), behind = *last; // edge
    if (mode == "reflect") {
      for (unsigned i : {1u, 2u})
        if (std::optional<Dim> room = last->sub(c[i].value.size); !room || !facts.isNonNegative(*room))
          return c.e.fail(c[i].range, "reflected elements are at most size - 1; " + c[i].value.size.str() +
                                          (room && room->isStatic() ? " exceeds " : " may exceed ") +
                                          axisText(c, axis));
      before = *low->sub(index);
      behind = *last->add(*last)->add(*low)->sub(index);
    }
    mlir::Value y = middle.tensor;
    if (*high != Dim(0))
      y = g.select(isBelow(g, reading.sizes, axis, *low->add(size)), y, reading.emitWith(axis, behind));
    if (*low != Dim(0))
      y = g.select(isBelow(g, reading.sizes, axis, *low), reading.emitWith(axis, before), y);
    result = Datum::ofTensor(y, reading.labels);
  }
  return result;
}

/// Into n equal parts, or parts of the sizes of a list.
static Datum split(BuiltinCall &c) {
  mlir::Value x = c.tensor(0);
  auto axis = x ? axisOf(c, 2) : std::nullopt;
  if (!axis)
    return Datum();
  Reading reading(c, c[0].value);
  const Dim size = reading.sizes[*axis];
  Dims parts;
  if (c[1].value.is(Datum::Kind::List)) {
    std::optional<Dim> sum = Dim(0);
    for (const Datum &part : *c[1].value.elements) {
      std::optional<int64_t> number = part.asStaticInt();
      if (!part.is(Datum::Kind::Int) || (number && *number < 1))
        return c.e.fail(c[1].range, "the size of a part is an int from 1, found " + describe(part));
      parts.push_back(part.size);
      sum = sum ? sum->add(part.size) : sum;
    }
    if (!sum || *sum != size)
      return c.e.fail(c[1].range, "the parts have " + (sum ? sum->str() : std::string("too many")) +
                                      " elements together, found " + axisText(c, *axis));
  } else {
    std::optional<int64_t> count = c[1].value.asStaticInt();
    if (!count || *count < 1 || *count > 1024)
      return c.e.fail(c[1].range,
                      "expected the number of parts, from 1 to 1024, or a list of their sizes; found " +
                          describe(c[1].value));
    std::optional<Dim> part = size.divExact(Dim(*count));
    if (!part)
      return c.e.fail(c[1].range,
                      "cannot split into " + llvm::Twine(*count) + " equal parts " + axisText(c, *axis));
    parts.assign(*count, *part);
  }
  std::vector<Datum> results;
  Dim begin(0);
  reading.labels[*axis] = "";
  for (const Dim &part : parts) {
    reading.sizes[*axis] = part;
    reading.forms[*axis] = *Reading::index(*axis).add(begin);
    results.push_back(reading.emit());
    begin = *begin.add(part);
  }
  return results.size() == 1 ? results.front() : Datum::ofTuple(std::move(results));
}

/// The elements of equal positions along the last two axes.
static Datum diagonal(BuiltinCall &c) {
  if (!c.tensor(0))
    return Datum();
  Reading reading(c, c[0].value);
  const size_t rank = reading.sizes.size();
  if (rank < 2 || reading.sizes[rank - 1] != reading.sizes[rank - 2])
    return c.e.fail(c[0].range, "'diagonal' reads square matrices, found " + describe(c[0].value));
  reading.sizes.pop_back();
  reading.labels.pop_back();
  reading.forms.back() = reading.forms[rank - 2];
  return reading.emit();
}

llvm::ArrayRef<Builtin> nnc::moveBuiltins() {
  static const Builtin builtins[] = {
      {"flip", "x, 'along", flip},
      {"roll", "x, shift, 'along", roll},
      {"tile", "x, count, 'along", repeated<false>},
      {"repeat", "x, count, 'along", repeated<true>},
      {"pad", "x, low, high, 'along, value?, mode?", pad},
      {"split", "x, parts, 'along", split},
      {"diagonal", "x", diagonal},
  };
  return builtins;
}
