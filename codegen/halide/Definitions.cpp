// Definitions.cpp: see Definitions.h.
#include "codegen/halide/Definitions.h"
#include "codegen/halide/Sizes.h"

using Halide::Expr;
using Halide::Func;
using Halide::RDom;

namespace nnc {

std::vector<Expr> reversed(llvm::ArrayRef<Expr> index) {
  return std::vector<Expr>(index.rbegin(), index.rend());
}

double countOperations(const Nums &values) {
  struct Count : Halide::Internal::IRGraphVisitor {
    using IRGraphVisitor::include;
    using IRGraphVisitor::visit;
    double operations = 0;
    void include(const Expr &expr) override {
      operations += expr.type().is_float() && !Halide::Internal::is_const(expr);
      IRGraphVisitor::include(expr);
    }
  } count;
  for (const Num &value : values)
    value.expr().accept(&count);
  return count.operations;
}

static Halide::Tuple tupleOf(const Nums &values) {
  std::vector<Expr> exprs;
  for (const Num &value : values)
    exprs.push_back(value.expr());
  return Halide::Tuple(exprs);
}

void define(const Halide::FuncRef &at, const Nums &values) {
  Halide::FuncRef reference = at;
  if (values.size() == 1)
    reference = values[0].expr();
  else
    reference = tupleOf(values);
}

Nums read(Func function, const std::vector<Expr> &args) {
  Nums values;
  Halide::FuncRef at = function(args);
  if (function.outputs() == 1)
    values.push_back(Num(Expr(at)));
  else
    for (int i = 0; i < function.outputs(); ++i)
      values.push_back(Num(at[i]));
  return values;
}

/// combine(sofar, element). What combines pairs reads each element many times: it gets a name, so that its expression is
/// there once and not once for each reading.
Nums combineOnce(const ReduceSpec &spec, const Nums &sofar, const Nums &element) {
  if (element.size() == 1)
    return spec.combine(sofar, element);
  std::vector<std::pair<std::string, Expr>> bound;
  Nums named;
  for (const Num &value : element) {
    bound.emplace_back(std::string(spec.name) + "_element" + std::to_string(bound.size()), value.expr());
    named.push_back(Num(Halide::Internal::Variable::make(value.type(), bound.back().first)));
  }
  Nums combined = spec.combine(sofar, named);
  for (Num &value : combined) {
    Expr whole = value.expr();
    for (const auto &[name, element] : bound)
      whole = Halide::Internal::Let::make(name, element, whole);
    value = Num(whole);
  }
  return combined;
}

Nums nextOf(const ReduceSpec &spec, const RDom &domain, const Nums &sofar,
            llvm::ArrayRef<Expr> index) {
  return spec.step ? overDomain(domain, spec.step(sofar, index))
                   : combineOnce(spec, sofar, overDomain(domain, spec.element(index)));
}

ExprIndex fullIndex(const ReduceSpec &spec, llvm::ArrayRef<Expr> kept,
                    const std::vector<Expr> &reduced) {
  ExprIndex full;
  size_t nextKept = 0, nextReduced = 0;
  for (int64_t axis = 0, rank = spec.dims.size(); axis < rank; ++axis)
    full.push_back(llvm::is_contained(spec.axes, axis) ? reduced[nextReduced++] : kept[nextKept++]);
  return full;
}

double guessedLength(const ReduceSpec &spec) {
  double length = 1;
  for (int64_t axis : spec.axes)
    length *= spec.dims[axis].valueIfStatic().value_or(64);
  return length;
}

Nums overDomain(const RDom &r, Nums element) {
  bool named = llvm::any_of(element, [&](const Num &part) {
    for (int i = 0; i < r.dimensions(); ++i)
      if (Halide::Internal::expr_uses_var(part.expr(), r[i].name()))
        return true;
    return false;
  });
  if (!named)
    element[0] = Num(Halide::select(r[0] >= 0, element[0].expr(), element[0].expr()));
  return element;
}

} // namespace nnc
