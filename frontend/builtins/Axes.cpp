// Axes.cpp: what `along:` names.
#include "frontend/Builtins.h"

using namespace nnc;
using namespace nnc::ast;

std::optional<int64_t> nnc::countedAxis(Elaborator &e, int64_t axis, const Datum &x, Range range) {
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

std::optional<llvm::SmallVector<int64_t>> nnc::axesOf(BuiltinCall &c, unsigned i) {
  const Datum &x = c[0].value;
  if (c[i].given)
    return c.e.resolveAxes(*c[i].expr, x, c[0].expr);
  llvm::SmallVector<int64_t> all;
  for (int64_t axis = 0; axis < x.type().getRank(); ++axis)
    all.push_back(axis);
  return all;
}

std::optional<int64_t> nnc::axisOf(BuiltinCall &c, unsigned i) {
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
