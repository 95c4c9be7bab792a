// Positions.cpp: builtins of positions along an axis.
#include "frontend/Builtins.h"
#include "ir/ops/Access.h"
#include "ir/ops/Shape.h"
#include "ir/ops/Softmax.h"

using namespace nnc;
using namespace nnc::ast;

/// 0, 1, ..., n - 1
static Datum range(BuiltinCall &c) {
  if (!c[0].value.is(Datum::Kind::Int))
    return c.e.fail(c[0].range, "'range' takes a size, found " + describe(c[0].value));
  mlir::Type element = c.e.builder.getI32Type();
  if (!c.e.checkSize(c[0].value.size, element, c.range))
    return Datum();
  const auto *name = c[0].expr ? llvm::dyn_cast<NameExpr>(c[0].expr) : nullptr;
  mlir::RankedTensorType type = makeTensor(c[0].value.size, element);
  GraphBuilder g = c.e.at(c.range);
  return Datum::ofTensor(iota(g, 0, type), {name ? name->name : ""});
}

/// `put(x, value, at: i, along: time)`: x with its position i along an axis replaced. `value` has the other axes of x; the
/// position is an integer of run time, or a number known while compiling.
///
/// A position that is an argument and outside of the axis is an error of the call; a computed one replaces nothing.
///
/// A choice by position, which reads and writes where x lives: a state that is set to it stays where it is.
static Datum put(BuiltinCall &c) {
  mlir::Value x = c.tensor(0);
  std::optional<int64_t> axis = x ? axisOf(c, 3) : std::nullopt;
  if (!axis)
    return Datum();
  const Datum &of = c[0].value;
  const Dims sizes = dimsOf(x);
  Dims others(sizes);
  others.erase(others.begin() + *axis);
  Labels labels = of.labels;
  labels.erase(labels.begin() + *axis);

  Datum value = c.e.literalLike(c[1].value, of.type().getElementType(), c[1].range, "a value");
  if (value.isUnknown())
    return Datum();
  const bool isNumber = c[1].value.isNumber();
  if (value.type().getElementType() != of.type().getElementType() ||
      (!isNumber && dimsOf(value.type()) != others))
    return c.e.fail(c[1].range, "'put' expects a value with the other axes of " + describe(of) + ", found " +
                                    describe(c[1].value));
  const std::optional<int64_t> known = c[2].value.asStaticInt(), size = sizes[*axis].valueIfStatic();
  if (known && (*known < 0 || (size && *known >= *size)))
    return c.e.fail(c[2].range, "position " + llvm::Twine(*known) + " is outside of an axis of size " +
                                    sizes[*axis].str());
  Datum at = c.e.literalLike(c[2].value, c.e.builder.getI32Type(), c[2].range, "a position");
  if (at.isUnknown())
    return Datum();
  mlir::Type integer = at.type().getElementType();
  if (at.type().getRank() != 0 || mlir::isa<mlir::FloatType>(integer) || integer.isInteger(1))
    return c.e.fail(c[2].range, "a position is one integer, found " + describe(c[2].value));

  GraphBuilder g = c.e.at(c.range);
  const mlir::Type truth = c.e.builder.getI1Type();
  mlir::Value chosen = g.create<OneHotOp>(makeTensor(sizes[*axis], truth), at.tensor, /*checked=*/true);
  mlir::Value isThere = g.create<BroadcastOp>(makeTensor(sizes, truth), chosen, llvm::ArrayRef<int64_t>(*axis));
  llvm::SmallVector<int64_t> kept; // the axes of x that those of the value are
  for (int64_t i = 0; i < int64_t(sizes.size()); ++i)
    if (i != *axis && !isNumber)
      kept.push_back(i);
  mlir::Value spread = g.create<BroadcastOp>(of.type(), value.tensor, kept);
  return Datum::ofTensor(g.select(isThere, spread, x), of.labels);
}

llvm::ArrayRef<Builtin> nnc::positionBuiltins() {
  static const Builtin builtins[] = {
      {"range", "n", range},
      {"put", "x, value, at, 'along", put},
  };
  return builtins;
}
