// CheckStmt.cpp: statements stand where they mean something; a carried value or state is set once on each path.
#include "frontend/Checker.h"

using namespace nnc;
using namespace nnc::ast;
using namespace nnc::check;

namespace {

llvm::StringRef describePlace(Place place) {
  switch (place) {
  case Place::Model: return "a model";
  case Place::Entry: return "an entry";
  case Place::Layer: return "a layer";
  case Place::FunctionLayer: return "a layer that has functions";
  case Place::Function:
  case Place::LayerFunction: return "a function";
  case Place::Optimizer: return "an optimizer";
  case Place::Loop: return "a loop";
  }
  return "";
}

/// Whether a kind of statement means something in a place.
bool isAllowed(Stmt::Kind kind, Place place) {
  using Kind = Stmt::Kind;
  const bool isModel = place == Place::Model || place == Place::Entry;
  const bool isLayer = place == Place::Layer || place == Place::FunctionLayer;
  switch (kind) {
  case Kind::Let:
  case Kind::Equation:
  case Kind::Const:
  case Kind::Require: return true;
  case Kind::Entry: return place == Place::Model;
  case Kind::Fn: return isModel || isLayer;
  case Kind::If: return place != Place::FunctionLayer;
  case Kind::Variable: return isModel || isLayer || place == Place::Optimizer;
  case Kind::Input:
  case Kind::Output:
  case Kind::Loss:
  case Kind::Metric:
  case Kind::Dim: return isModel;
  case Kind::Next: return place != Place::FunctionLayer && place != Place::Function;
  case Kind::Return:
    return place == Place::Layer || place == Place::Function || place == Place::LayerFunction ||
           place == Place::Optimizer;
  case Kind::Yield:
  case Kind::Last: return place == Place::Loop;
  }
  return true;
}

bool returns(const Block &b) {
  return !b.statements.empty() && b.statements.back()->kind == Stmt::Kind::Return;
}

} // namespace

void Checker::block(const Block &b, Place place) {
  bool ended = false;
  for (const Stmt *s : b.statements) {
    if (!isAllowed(s->kind, place)) {
      unsound(s->keyword,
              "'" + diags.getSources().text(s->keyword) + "' has no meaning in " + describePlace(place));
      continue;
    }
    if (ended) {
      diags.error(s->keyword, "nothing follows a 'return'");
      ended = false;
    }
    stmt(*s, place);
    ended = s->kind == Stmt::Kind::Return;
  }
}

void Checker::stmt(const Stmt &s, Place place) {
  switch (s.kind) {
  case Stmt::Kind::Let: {
    const auto &let = llvm::cast<LetStmt>(s);
    if (place != Place::FunctionLayer) // names of a layer of functions are defined ahead
      expr(*let.value);
    for (const Name &name : let.names)
      if (place != Place::FunctionLayer)
        define(name, Local::Kind::Let);
    if (place == Place::FunctionLayer)
      expr(*let.value);
    return;
  }
  case Stmt::Kind::Equation: {
    const Equation &equation = llvm::cast<EquationStmt>(s).equation;
    {
      Enter enter(*this);
      indices(equation.indices);
      expr(*equation.value);
    }
    if (place != Place::FunctionLayer)
      define(equation.name, Local::Kind::Let);
    return;
  }
  case Stmt::Kind::Const: {
    const auto &constant = llvm::cast<ConstStmt>(s);
    if (constant.type)
      checkType(*constant.type);
    expr(*constant.value);
    if (place != Place::FunctionLayer)
      define(constant.name, Local::Kind::Let);
    return;
  }
  case Stmt::Kind::Entry: {
    const auto &entry = llvm::cast<EntryStmt>(s);
    auto [it, isNew] = entries.try_emplace(entry.name.text, entry.name.range);
    if (!isNew)
      diags.error(entry.name.range, "entry '" + entry.name.text + "' is defined twice")
          .note(it->second, "first defined here");
    Enter enter(*this);
    return block(*entry.body, Place::Entry);
  }
  case Stmt::Kind::Fn: {
    const auto &fn = llvm::cast<FnStmt>(s);
    if (place != Place::FunctionLayer)
      define(fn.name, Local::Kind::Function);
    Enter enter(*this);
    signature(fn.signature);
    return block(*fn.body, place == Place::Layer || place == Place::FunctionLayer ? Place::LayerFunction
                                                                                  : Place::Function);
  }
  case Stmt::Kind::If: {
    const auto &branch = llvm::cast<IfStmt>(s);
    expr(*branch.condition);
    Marks before = nextMarks();
    {
      Enter enter(*this);
      block(*branch.then, place);
    }
    Marks afterThen = nextMarks();
    setMarks(before);
    if (branch.otherwise) {
      Enter enter(*this);
      block(*branch.otherwise, place);
    }
    // What either branch has set counts as set, unless that branch has returned.
    if (branch.otherwise && returns(*branch.otherwise))
      setMarks(before);
    if (!returns(*branch.then))
      for (auto [local, next] : afterThen)
        if (next.isValid())
          local->next = next;
    return;
  }
  case Stmt::Kind::Variable: {
    const auto &variable = llvm::cast<VariableStmt>(s);
    checkType(*variable.type);
    expr(*variable.initial);
    if (place != Place::FunctionLayer)
      define(variable.name, variable.isState ? Local::Kind::State : Local::Kind::Param);
    return;
  }
  case Stmt::Kind::Input: {
    const auto &input = llvm::cast<InputStmt>(s);
    bindDims(*input.type);
    if (Names *outer = place == Place::Entry ? names->parent : nullptr) // run-time dimensions are the model's
      outer->dims.insert(names->dims.begin(), names->dims.end());
    checkType(*input.type);
    if (input.defaultValue)
      expr(*input.defaultValue);
    return define(input.name, Local::Kind::Input);
  }
  case Stmt::Kind::Output: {
    const auto &output = llvm::cast<OutputStmt>(s);
    expr(*output.value);
    return result(output.name, "output");
  }
  case Stmt::Kind::Loss: {
    const auto &loss = llvm::cast<LossStmt>(s);
    expr(*loss.value);
    return result(loss.name ? loss.name : Name{"loss", loss.keyword}, "loss");
  }
  case Stmt::Kind::Metric: {
    const auto &metric = llvm::cast<MetricStmt>(s);
    expr(*metric.value);
    if (metric.where)
      expr(*metric.where);
    return result(metric.name, "metric");
  }
  case Stmt::Kind::Next: {
    const auto &next = llvm::cast<NextStmt>(s);
    expr(*next.value);
    Local *local = names->find(next.name.text);
    if (!local) {
      use(next.name.text, next.name.range);
      return;
    }
    if (local->kind != Local::Kind::State && local->kind != Local::Kind::Carry) {
      diags
          .error(next.name.range,
                 "'" + next.name.text + "' is neither a state nor carried by a loop around this")
          .note(local->declared, "'" + next.name.text + "' declared here");
      return;
    }
    if (local->next.isValid())
      diags.error(next.name.range, "'" + next.name.text + "' is set twice")
          .note(local->next, "first set here");
    local->next = next.name.range;
    local->used = true;
    return;
  }
  case Stmt::Kind::Return:
    for (const Expr *value : llvm::cast<ReturnStmt>(s).values)
      expr(*value);
    return;
  case Stmt::Kind::Yield:
    for (const Expr *value : llvm::cast<YieldStmt>(s).values)
      expr(*value);
    return;
  case Stmt::Kind::Last:
    for (const Name &name : llvm::cast<LastStmt>(s).names) {
      Local *local = names->find(name.text);
      if (local && local->kind == Local::Kind::Carry)
        continue;
      diags.error(name.range, "'" + name.text + "' is not carried by this loop; 'last' gives carried values");
    }
    return;
  case Stmt::Kind::Require: return expr(*llvm::cast<RequireStmt>(s).condition);
  case Stmt::Kind::Dim: {
    const auto &dim = llvm::cast<DimStmt>(s);
    if (dim.bound)
      expr(*dim.bound);
    names->dims.insert(dim.name.text);
    if (Names *outer = place == Place::Entry ? names->parent : nullptr)
      outer->dims.insert(dim.name.text);
    return;
  }
  }
}

/// Outputs, losses and metrics are values under their names from there on; an output may bear the name of the value
/// that it gives.
void Checker::result(const Name &name, llvm::StringRef what) {
  Local *other = names->find(name.text);
  if (other && what == "output" && other->kind == Local::Kind::Let) {
    other->used = true;
    return;
  }
  if (other) {
    diags
        .error(name.range, name.text == "loss" && other->kind == Local::Kind::Value
                               ? "a second loss needs a name: 'loss penalty = ...'"
                               : "'" + name.text.str() + "' is defined already")
        .note(other->declared, "'" + name.text + "' declared here");
    return;
  }
  Local local;
  local.kind = Local::Kind::Value;
  local.declared = name.range;
  names->locals[name.text] = local;
}

Checker::Marks Checker::nextMarks() {
  Marks marks;
  for (Names *n = names; n; n = n->parent)
    for (auto &entry : n->locals)
      if (entry.getValue().kind == Local::Kind::Carry || entry.getValue().kind == Local::Kind::State)
        marks.push_back({&entry.getValue(), entry.getValue().next});
  return marks;
}
void Checker::setMarks(const Marks &marks) {
  for (auto [local, next] : marks)
    local->next = next;
}
