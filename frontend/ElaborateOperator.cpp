// ElaborateOperator.cpp: `let t[i, j] = ...`, and operators of the text: `op conv1d(x: ..., w: ...) -> y: ... { ... }`.
//
// An operator is a function whose body is equations. They build on each other in any order: each is worked out before
// those that read it (Check.cpp has refused cycles).
#include "frontend/Elaborator.h"
#include "frontend/IndexNotation.h"
#include "frontend/IndexWalk.h"
#include "ir/Provenance.h"

using namespace nnc;
using namespace nnc::ast;

Datum Elaborator::runEquation(const Equation &equation) {
  return IndexNotation(*this).evaluate(equation, {});
}

bool Elaborator::runEquations(const OpDecl &decl) {
  llvm::StringMap<const Equation *> open;
  for (const Equation &equation : decl.equations)
    open[equation.name.text] = &equation;
  // Depth first over what an equation reads; a stack of our own, as the chain may be long.
  llvm::SmallVector<const Equation *> stack;
  for (const Equation &first : decl.equations) {
    stack.push_back(&first);
    while (!stack.empty()) {
      const Equation &equation = *stack.back();
      if (!open.count(equation.name.text)) {
        stack.pop_back();
        continue;
      }
      size_t before = stack.size();
      forEachReadName(*equation.value, [&](const NameExpr &name) {
        if (auto it = open.find(name.name); it != open.end())
          stack.push_back(it->second);
      });
      if (stack.size() != before)
        continue;
      stack.pop_back();
      open.erase(equation.name.text);
      Dims extents;
      const auto *result =
          llvm::find_if(decl.results, [&](const Formal &r) { return r.name.text == equation.name.text; });
      if (result != decl.results.end())
        for (const DimExpr &dim : result->type->dims) {
          std::optional<Dim> size = dim.size ? evaluateSize(*dim.size) : std::nullopt;
          if (!size)
            return false;
          extents.push_back(*size);
        }
      Datum value = IndexNotation(*this).evaluate(equation, extents);
      if (value.isUnknown())
        return false;
      if (mlir::Operation *op = value.tensor.getDefiningOp(); op && sourceName(op->getLoc()).empty())
        op->setLoc(renamed(op->getLoc(), equation.name.text));
      define(equation.name, value);
    }
  }
  return true;
}

Datum Elaborator::callOperator(const Callable &callable, const Arguments &arguments, Range range) {
  const OpDecl &decl = *callable.op;
  auto matched = matchArguments(decl.formals, arguments, range, callable.name, callable.declared);
  if (!matched || llvm::any_of(arguments, [](const Argument &a) { return a.value.isUnknown(); }))
    return Datum();
  Call context(*this, range, arguments.empty() ? Range() : arguments.front().range, callable.name);
  Frame inner;
  inner.kind = Frame::Kind::Function;
  inner.module = callable.module;
  inner.scope = makeScope(nullptr);
  inner.training = frame->training;
  inner.naming = std::make_shared<Naming>();
  inner.naming->forbidden = true;
  Enter enter(*this, inner);
  if (!bindFormals(decl.formals, *matched, callable.name, range, inner.scope) || !runEquations(decl))
    return Datum();
  std::vector<Datum> results;
  for (const Formal &result : decl.results) {
    Datum value = inner.scope->names[result.name.text].value;
    results.push_back(checkResult(*result.type, value, result.name.range, callable.name));
    if (results.back().isUnknown())
      return Datum();
  }
  return results.size() == 1 ? results.front() : Datum::ofTuple(std::move(results));
}
