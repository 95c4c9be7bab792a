// Positions.cpp: builtins of positions along an axis.
#include "frontend/Builtins.h"
#include "ir/ops/Access.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Shape.h"

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

llvm::ArrayRef<Builtin> nnc::positionBuiltins() {
  static const Builtin builtins[] = {
      {"range", "n", range},
      {"put", "x, value, at, along", nullptr},
  };
  return builtins;
}
