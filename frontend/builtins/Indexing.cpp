// Indexing.cpp: builtins that join tensors, and those that integers steer.
#include "ir/ops/Indexing.h"
#include "frontend/Builtins.h"
#include "ir/ops/Access.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Reduce.h"
#include "ir/ops/Shape.h"
#include "ir/ops/Softmax.h"
#include <limits>

using namespace nnc;
using namespace nnc::ast;

/// `concat([a, b], along: channels)`: the last axis where none is named.
static Datum concat(BuiltinCall &c) {
  const Datum &list = c[0].value;
  if (!list.is(Datum::Kind::List) || list.elements->empty())
    return c.e.fail(c[0].range,
                    "'concat' takes a list of tensors, as 'concat([a, b])'; found " + describe(list));
  llvm::SmallVector<mlir::Value> parts;
  for (const Datum &part : *list.elements) {
    if (!part.isTensor())
      return c.e.fail(c[0].range, "'concat' takes tensors, found " + describe(part));
    parts.push_back(part.tensor);
  }
  const Datum &first = list.elements->front();
  std::optional<int64_t> axis;
  if (c[1].given) {
    auto axes = c.e.resolveAxes(*c[1].expr, first, nullptr);
    if (!axes)
      return Datum();
    if (axes->size() != 1)
      return c.e.fail(c[1].range, "'concat' goes along one axis, found " + llvm::Twine(axes->size()));
    axis = axes->front();
  } else {
    axis = countedAxis(c.e, -1, first, c[0].range);
  }
  if (!axis)
    return Datum();
  Dims sizes = dimsOf(first.type());
  Labels labels = first.labels;
  for (const Datum &part : llvm::drop_begin(*list.elements)) {
    Dims other = dimsOf(part.type());
    bool fits = other.size() == sizes.size() && part.type().getElementType() == first.type().getElementType();
    for (size_t i = 0; fits && i < sizes.size(); ++i)
      fits = int64_t(i) == *axis || other[i] == sizes[i];
    std::optional<Dim> total = fits ? sizes[*axis].add(other[*axis]) : std::nullopt;
    if (!total)
      return c.e.fail(c[0].range,
                      "tensors that are joined differ in the axis they are joined along and nowhere else; "
                      "found " +
                          describe(first) + " and " + describe(part));
    sizes[*axis] = *total;
  }
  if (parts.size() > 1)
    labels[*axis] = "";
  if (!c.e.checkSize(sizes, first.type().getElementType(), c.range))
    return Datum();
  return Datum::ofTensor(c.e.at(c.range).create<ConcatOp>(parts, uint64_t(*axis)), labels);
}

/// `stack([a, b], along: 0)`: tensors of one shape, along an axis of the result that is new, the first where none is said.
static Datum stack(BuiltinCall &c) {
  const Datum &list = c[0].value;
  if (!list.is(Datum::Kind::List) || list.elements->empty())
    return c.e.fail(c[0].range,
                    "'stack' takes a list of tensors, as 'stack([a, b])'; found " + describe(list));
  for (const Datum &part : *list.elements) {
    if (!part.isTensor())
      return c.e.fail(c[0].range, "'stack' takes tensors, found " + describe(part));
    if (part.type() != list.elements->front().type())
      return c.e.fail(c[0].range, "tensors that are stacked have the same sizes and elements; found " +
                                      describe(list.elements->front()) + " and " + describe(part));
  }
  const Datum &first = list.elements->front();
  const int64_t rank = first.type().getRank() + 1;
  std::optional<int64_t> axis = c[1].given ? c[1].value.asStaticInt() : 0;
  if (!axis || *axis < -rank || *axis >= rank)
    return c.e.fail(c[1].range, "the new axis is an int from " + llvm::Twine(-rank) + " to " +
                                    llvm::Twine(rank - 1) + ", found " + describe(c[1].value));
  const int64_t at = *axis < 0 ? *axis + rank : *axis;
  Dims sizes = dimsOf(first.type());
  sizes.insert(sizes.begin() + at, Dim(1));
  Labels labels = first.labels;
  labels.insert(labels.begin() + at, "");
  mlir::Type element = first.type().getElementType();
  Dims all = sizes;
  all[at] = Dim(int64_t(list.elements->size()));
  if (!c.e.checkSize(all, element, c.range))
    return Datum();
  GraphBuilder g = c.e.at(c.range);
  llvm::SmallVector<mlir::Value> parts;
  for (const Datum &part : *list.elements)
    parts.push_back(g.create<ReshapeOp>(makeTensor(sizes, element), part.tensor));
  return Datum::ofTensor(parts.size() == 1 ? parts.front() : g.create<ConcatOp>(parts, uint64_t(at)), labels);
}

/// Argument `i` as a tensor of integers; null after an error.
static mlir::Value integers(BuiltinCall &c, unsigned i) {
  mlir::Value index = c.tensor(i);
  if (!index)
    return {};
  mlir::Type element = mlir::getElementTypeOrSelf(index.getType());
  if (!mlir::isa<mlir::FloatType>(element) && !element.isInteger(1))
    return index;
  c.e.error(c[i].range, "'" + c.builtin.name + "' takes integers, found " + describe(c[i].value));
  return {};
}

/// `gather(table, id)`: rows of a table; along another axis where one is named.
static Datum gather(BuiltinCall &c) {
  mlir::Value table = c.tensor(0), index = table ? integers(c, 1) : mlir::Value();
  if (!index)
    return Datum();
  std::optional<int64_t> axis = c[2].given ? axisOf(c, 2) : countedAxis(c.e, 0, c[0].value, c[0].range);
  if (!axis)
    return Datum();
  const Labels &of = c[0].value.labels, &by = c[1].value.labels;
  Labels labels(of.begin(), of.begin() + *axis);
  labels.append(by.begin(), by.end());
  labels.append(of.begin() + *axis + 1, of.end());
  Dims sizes = dimsOf(table), integer = dimsOf(index);
  sizes.erase(sizes.begin() + *axis);
  sizes.insert(sizes.begin() + *axis, integer.begin(), integer.end());
  if (!c.e.checkSize(sizes, c[0].value.type().getElementType(), c.range))
    return Datum();
  return Datum::ofTensor(c.e.at(c.range).create<GatherOp>(table, index, uint64_t(*axis)), labels);
}

/// `scatter_add(x, id, rows)`: the sums of the rows of x that have the same number.
static Datum scatterAdd(BuiltinCall &c) {
  mlir::Value x = c.tensor(0), index = x ? integers(c, 1) : mlir::Value();
  if (!index)
    return Datum();
  if (!c[2].value.is(Datum::Kind::Int))
    return c.e.fail(c[2].range, "expected a number of rows, found " + describe(c[2].value));
  Dims have = dimsOf(x), integer = dimsOf(index);
  size_t leading = integer.size();
  if (have.size() < leading || Dims(have.begin(), have.begin() + leading) != integer)
    return c.e.fail(c[1].range, "the first axes of " + describe(c[0].value) +
                                    " are not those of the index, " + describe(c[1].value));
  Dims sizes = {c[2].value.size};
  sizes.append(have.begin() + leading, have.end());
  mlir::Type element = c[0].value.type().getElementType();
  if (element.isInteger(1))
    return c.e.fail(c[0].range, "'scatter_add' takes numbers, found " + describe(c[0].value));
  if (!c.e.checkSize(sizes, element, c.range))
    return Datum();
  Labels labels = {""};
  labels.append(c[0].value.labels.begin() + leading, c[0].value.labels.end());
  return Datum::ofTensor(
      c.e.at(c.range).create<ScatterAddOp>(makeTensor(sizes, element), x, index, uint64_t(0)), labels);
}

/// `cumsum(x, along: time)`, with `reverse: true` and `exclusive: true`.
static Datum cumsum(BuiltinCall &c) {
  mlir::Value x = c.tensor(0);
  if (!x)
    return Datum();
  if (mlir::getElementTypeOrSelf(x.getType()).isInteger(1))
    return c.e.fail(c[0].range, "'cumsum' takes numbers, found " + describe(c[0].value));
  bool ok = true, reverse = c.flag(2, false, ok), exclusive = c.flag(3, false, ok);
  std::optional<int64_t> axis = axisOf(c, 1);
  if (!ok || !axis)
    return Datum();
  return Datum::ofTensor(c.e.at(c.range).create<CumsumOp>(x, uint64_t(*axis), reverse, exclusive),
                         c[0].value.labels);
}

/// `let value, index = top_k(x, 5)`: the k largest elements of each row of the last axis, the largest first, equals in
/// their order, NaN before all numbers. Where fewer than k elements are above -infinity, positions repeat.
static Datum topK(BuiltinCall &c) {
  mlir::Value x = c.floatTensor(0);
  if (!x)
    return Datum();
  const Datum &of = c[0].value;
  int64_t axis = of.type().getRank() - 1;
  std::optional<int64_t> k = c[1].value.asStaticInt();
  if (axis < 0)
    return c.e.fail(c[0].range, "'top_k' takes rows, found " + describe(of));
  std::optional<int64_t> length = dimsOf(x)[axis].valueIfStatic();
  if (!k || *k < 1 || (length && *k > *length))
    return c.e.fail(c[1].range, "'top_k' takes an int from 1" +
                                    (length ? " to " + std::to_string(*length) : std::string()) +
                                    ", known while compiling; found " + describe(c[1].value));
  GraphBuilder g = c.e.at(c.range);
  auto rowType = mlir::cast<mlir::RankedTensorType>(x.getType());
  mlir::Value rest = x, zeros = g.fill(0.0, x), lowest = g.fill(-std::numeric_limits<double>::infinity(), x);
  llvm::SmallVector<mlir::Value> values, positions;
  // One after the other, each without those before it.
  for (int64_t i = 0; i < *k; ++i) {
    mlir::Value position = g.create<ArgmaxOp>(rest, uint64_t(axis));
    mlir::Value chosen = g.create<OneHotOp>(withElementType(rowType, c.e.builder.getI1Type()), position);
    mlir::Value value = g.create<SumOp>(g.select(chosen, x, zeros), llvm::ArrayRef<int64_t>(axis));
    rest = g.select(chosen, lowest, rest);
    for (auto [part, list] : {std::make_pair(value, &values), std::make_pair(position, &positions)}) {
      Dims sizes = dimsOf(part);
      sizes.push_back(Dim(1));
      list->push_back(
          g.create<ReshapeOp>(makeTensor(sizes, mlir::getElementTypeOrSelf(part.getType())), part));
    }
  }
  Labels labels = of.labels;
  labels.back() = "";
  auto joined = [&](llvm::ArrayRef<mlir::Value> parts) {
    return Datum::ofTensor(g.create<ConcatOp>(parts, uint64_t(axis)), labels);
  };
  return Datum::ofTuple({joined(values), joined(positions)});
}

llvm::ArrayRef<Builtin> nnc::indexingBuiltins() {
  static const Builtin builtins[] = {
      {"concat", "parts, 'along?", concat},
      {"stack", "parts, along?", stack},
      {"gather", "table, index, 'along?", gather},
      {"scatter_add", "x, index, rows", scatterAdd},
      {"cumsum", "x, 'along?, reverse?, exclusive?", cumsum},
      {"top_k", "x, k", topK},
  };
  return builtins;
}
