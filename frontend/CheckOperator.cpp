// CheckOperator.cpp: the rules of CheckOperator.h.
#include "frontend/CheckOperator.h"
#include "frontend/IndexWalk.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace nnc;
using namespace nnc::ast;

namespace {

class OperatorChecker {
public:
  OperatorChecker(const OpDecl &decl, Diagnostics &diags) : decl(decl), diags(diags) {}

  bool run() {
    unsigned errors = diags.errorCount();
    for (const Equation &equation : decl.equations)
      checkEquation(equation);
    for (const Formal &result : decl.results)
      checkResult(result);
    if (diags.errorCount() == errors)
      for (const Equation &equation : decl.equations)
        if (!findCycle(equation))
          break;
    return diags.errorCount() == errors;
  }

private:
  void checkEquation(const Equation &equation) {
    auto [it, isNew] = equations.try_emplace(equation.name.text, &equation);
    if (!isNew)
      diags.error(equation.name.range, "'" + equation.name.text + "' has two equations")
          .note(it->second->name.range, "the other one");
    for (const Formal &formal : decl.formals)
      if (formal.name.text == equation.name.text)
        diags
            .error(equation.name.range,
                   "'" + equation.name.text + "' is an argument; an equation defines a name of its own")
            .note(formal.name.range, "'" + formal.name.text + "' declared here");
  }

  void checkResult(const Formal &result) {
    if (result.type->kind != Type::Kind::Tensor) {
      diags.error(result.type->range, "a result of an operator is a tensor, as 'f[n, m]'");
      return;
    }
    for (const DimExpr &dim : result.type->dims) {
      const auto *name = dim.size ? llvm::dyn_cast<NameExpr>(dim.size) : nullptr;
      if (!dim.size || (name && name->name == "_"))
        diags.error(dim.range, "an operator states the size of each axis of its results: the ranges of the "
                               "indices on the left");
    }
    const Equation *equation = equations.lookup(result.name.text);
    if (!equation) {
      diags.error(result.name.range, "the result '" + result.name.text + "' has no equation");
      return;
    }
    size_t found = equation->indices.size(), axes = result.type->dims.size();
    if (found != axes)
      diags
          .error(equation->name.range.upTo(found ? equation->indices.back().range : equation->name.range),
                 "'" + equation->name.text + "' has " + llvm::Twine(axes) +
                     (axes == 1 ? " axis, found " : " axes, found ") + llvm::Twine(found) +
                     (found == 1 ? " index" : " indices"))
          .note(result.name.range, "'" + result.name.text + "' declared here");
  }

  /// Depth first over the equations that one reads; a stack of our own, as the chain may be long.
  bool findCycle(const Equation &first) {
    struct Step {
      const Equation *equation;
      Range use;
      llvm::SmallVector<const NameExpr *, 4> reads;
    };
    auto open = [](const Equation *equation, Range use) {
      Step step{equation, use, {}};
      forEachReadName(*equation->value, [&](const NameExpr &name) { step.reads.push_back(&name); });
      return step;
    };
    std::vector<Step> path;
    path.push_back(open(&first, {}));
    while (!path.empty()) {
      if (path.back().reads.empty()) {
        finished[path.back().equation->name.text] = true;
        path.pop_back();
        continue;
      }
      const NameExpr *name = path.back().reads.front();
      path.back().reads.erase(path.back().reads.begin());
      const Equation *next = equations.lookup(name->name);
      if (!next || finished.lookup(name->name))
        continue;
      auto same = llvm::find_if(path, [&](const Step &step) { return step.equation == next; });
      if (same == path.end()) {
        path.push_back(open(next, name->range));
        continue;
      }
      auto report = diags.error(name->range, "'" + name->name +
                                                 "' is computed from itself; equations build on each "
                                                 "other without circles");
      for (++same; same != path.end(); ++same)
        report.note(same->use, "'" + same->equation->name.text + "' is read here");
      return false;
    }
    return true;
  }

  const OpDecl &decl;
  Diagnostics &diags;
  llvm::StringMap<const Equation *> equations;
  llvm::StringMap<bool> finished;
};

} // namespace

bool nnc::checkOperator(const OpDecl &decl, Diagnostics &diags) { return OperatorChecker(decl, diags).run(); }
