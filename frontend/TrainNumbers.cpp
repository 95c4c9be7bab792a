// TrainNumbers.cpp: the clauses of a train block, its run-time numbers, and the function of their defaults.
//
// The numbers (optimizer, groups, clip, regularize, project, average, hyper) are collected in text order. Each is an
// argument of the block's functions; its default is a constant or, where it depends on `step` or another number, a
// result of the defaults function, which computes in f64.
#include "frontend/StandardLibrary.h"
#include "frontend/TrainLowering.h"
#include "ir/ops/Elementwise.h"
#include <cmath>

using namespace nnc;
using namespace nnc::ast;

//===------------------------------------------------------------------------------------------------===//
// Clauses
//===------------------------------------------------------------------------------------------------===//

int TrainLowering::addHyper(Hyper hyper) {
  for (const Hyper &other : hypers)
    if (other.name == hyper.name) {
      diags.error(hyper.place, "the train block has two numbers called '" + hyper.name + "'")
          .note(other.place, "the other one");
      return -1;
    }
  hypers.push_back(std::move(hyper));
  return hypers.size() - 1;
}

/// Takes a clause that a block has at most once; false for a second one.
bool TrainLowering::once(const Clause *&slot, const Clause &clause) {
  if (slot)
    diags.error(clause.keyword, "the train block has this clause already").note(slot->keyword, "here");
  else
    slot = &clause;
  return slot == &clause;
}

/// The number of `clip norm: 1.0` or `average decay: 0.99`; its name is one of `known`.
void TrainLowering::addSettingHypers(const Clause &clause, llvm::StringRef prefix,
                                     llvm::ArrayRef<llvm::StringRef> known) {
  const Setting &setting = clause.settings.front();
  llvm::StringRef kind = setting.name.text;
  if (!llvm::is_contained(known, kind)) {
    std::string list;
    for (auto [index, name] : llvm::enumerate(known))
      list += (index == 0 ? "" : index + 1 == known.size() ? " or " : ", ") + ("'" + name + ":'").str();
    diags.error(setting.name.range,
                "'" + prefix + "' has no number '" + kind + "'; it takes " + list + didYouMean(kind, known));
    return;
  }
  Hyper hyper;
  hyper.name = (prefix + "_" + kind).str();
  hyper.place = setting.name.range;
  hyper.value = setting.value;
  hyper.module = &model.mainModule;
  hyper.doc = clause.doc;
  addHyper(std::move(hyper));
}

void TrainLowering::addGroupHypers() {
  for (auto [number, clause] : llvm::enumerate(groups))
    for (const Setting &setting : clause->settings) {
      if (!optimizer.hypers.count(setting.name.text)) {
        llvm::SmallVector<llvm::StringRef> known;
        for (const auto &entry : optimizer.hypers)
          known.push_back(entry.getKey());
        diags
            .error(setting.name.range, "'" + optimizer.definition.decl->name.text + "' has no number '" +
                                           setting.name.text + "'" + didYouMean(setting.name.text, known))
            .note(optimizer.clause->call.name.range, "the block's optimizer");
        continue;
      }
      Hyper hyper;
      hyper.name = "group" + std::to_string(number + 1) + "_" + setting.name.text.str();
      hyper.place = setting.name.range;
      hyper.value = setting.value;
      hyper.module = &model.mainModule;
      hyper.doc = clause->doc;
      addHyper(std::move(hyper));
    }
}

void TrainLowering::collect() {
  using Kind = Clause::Kind;
  for (const Clause &clause : decl.clauses)
    switch (clause.kind) {
    case Kind::Optimizer:
      if (once(optimizer.clause, clause))
        bindCall(optimizer, clause, Decl::Kind::Optimizer, "", /*visible=*/true);
      break;
    case Kind::Hyper: {
      if (clause.hyper.type &&
          !(clause.hyper.type->kind == Type::Kind::Plain &&
            (clause.hyper.type->name.text == "float" || clause.hyper.type->name.text == "int")))
        diags.error(clause.hyper.type->range, "a number of a train block is 'float' or 'int'");
      Hyper hyper;
      hyper.name = hyper.visibleAs = clause.hyper.name.text.str();
      hyper.place = clause.hyper.name.range;
      hyper.value = clause.hyper.defaultValue;
      hyper.module = &model.mainModule;
      hyper.doc = clause.doc;
      if (hyper.name == "step")
        diags.error(hyper.place, "'step' is the number of updates done, which every train block has");
      addHyper(std::move(hyper));
      break;
    }
    case Kind::Minimize: once(minimize, clause); break;
    case Kind::Update: updates.push_back(&clause); break;
    case Kind::Freeze: freezes.push_back(&clause); break;
    case Kind::Group: groups.push_back(&clause); break;
    case Kind::Regularize:
      regularizers.emplace_back();
      bindCall(regularizers.back(), clause, Decl::Kind::Fn,
               "regularize" + std::to_string(regularizers.size()) + "_", false);
      break;
    case Kind::Project:
      projections.emplace_back();
      bindCall(projections.back(), clause, Decl::Kind::Fn,
               "project" + std::to_string(projections.size()) + "_", false);
      break;
    case Kind::Clip:
      clips.push_back(&clause);
      addSettingHypers(clause, "clip", {"norm", "parameter_norm", "value"});
      break;
    case Kind::Average:
      if (once(averageClause, clause))
        addSettingHypers(clause, "average", {"decay"});
      break;
    case Kind::Accumulate: once(accumulateClause, clause); break;
    case Kind::Let: lets.push_back(clause.let); break;
    }
  if (!optimizer.clause)
    diags.error(decl.name.range, "the train block has no optimizer; write 'optimizer adam(lr: 1e-3)'");
  if (!failed())
    addGroupHypers();
}

//===------------------------------------------------------------------------------------------------===//
// Calls in clauses
//===------------------------------------------------------------------------------------------------===//

static bool isNumberType(const Type &type) { return type.kind == Type::Kind::Tensor && type.dims.empty(); }

/// Matches the arguments of `optimizer adam(...)`, `regularize l2(...)`, `project clamp(...)` to formals. Numbers
/// become hypers, the rest is configuration.
void TrainLowering::bindCall(BoundCall &bound, const Clause &clause, Decl::Kind kind, llvm::StringRef prefix,
                             bool visible) {
  bound.clause = &clause;
  const NamedCall &call = clause.call;
  const char *const what = kind == Decl::Kind::Optimizer ? "optimizer" : "function";
  bound.definition = lookup(model.mainModule, call.name.text);
  if (!bound.definition || bound.definition.decl->kind != kind) {
    llvm::SmallVector<llvm::StringRef> names, known;
    visibleNames(model.mainModule, names);
    for (llvm::StringRef candidate : names)
      if (lookup(model.mainModule, candidate).decl->kind == kind)
        known.push_back(candidate);
    if (bound.definition)
      diags.error(call.name.range, llvm::Twine("'") + call.name.text + "' is no " + what)
          .note(bound.definition.decl->name.range, "'" + call.name.text + "' declared here");
    else
      diags.error(call.name.range,
                  llvm::Twine("unknown ") + what + " '" + call.name.text + "'" +
                      hintOfUnknown(call.name.text, known));
    return;
  }
  const auto *optimizerDecl = llvm::dyn_cast<OptimizerDecl>(bound.definition.decl);
  bound.formals =
      optimizerDecl ? optimizerDecl->formals : llvm::cast<FnDecl>(bound.definition.decl)->signature.formals;
  if (!optimizerDecl) {
    if (bound.formals.empty()) {
      diags.error(call.name.range, "'" + call.name.text + "' takes no parameter");
      return;
    }
    bound.formals = bound.formals.drop_front(); // the parameter itself
  }
  llvm::SmallVector<llvm::StringRef> names;
  for (const Formal &formal : bound.formals)
    names.push_back(formal.name.text);
  llvm::SmallVector<const Arg *> matched(bound.formals.size(), nullptr);
  size_t next = 0;
  for (const Arg &arg : call.args) {
    size_t index = arg.name ? std::distance(names.begin(), llvm::find(names, arg.name.text)) : next++;
    if (index >= names.size()) {
      if (arg.name)
        diags
            .error(arg.name.range, "'" + call.name.text + "' has no argument '" + arg.name.text + "'" +
                                       didYouMean(arg.name.text, names))
            .note(bound.definition.decl->name.range, "'" + call.name.text + "' declared here");
      else
        diags
            .error(arg.value->range,
                   "too many arguments for '" + call.name.text + "': it takes " + llvm::Twine(names.size()))
            .note(bound.definition.decl->name.range, "'" + call.name.text + "' declared here");
      continue;
    }
    if (matched[index]) {
      diags.error(arg.value->range, "argument '" + names[index] + "' is given twice")
          .note(matched[index]->value->range, "the first time here");
      continue;
    }
    matched[index] = &arg;
    bound.given[names[index].str()] = names[index];
  }
  bindNumbers(bound, matched, prefix, visible);
}

void TrainLowering::bindNumbers(BoundCall &bound, llvm::ArrayRef<const Arg *> matched, llvm::StringRef prefix,
                                bool visible) {
  const NamedCall &call = bound.clause->call;
  for (auto [formal, arg] : llvm::zip(bound.formals, matched)) {
    if (!arg && !formal.defaultValue) {
      diags.error(call.range, "'" + call.name.text + "' needs the argument '" + formal.name.text + "'")
          .note(formal.name.range, "'" + formal.name.text + "' declared here");
      continue;
    }
    const Expr *value = arg ? arg->value : formal.defaultValue;
    if (!isNumberType(*formal.type)) {
      bound.settings[formal.name.text] = value;
      continue;
    }
    Hyper hyper;
    hyper.name = (prefix + formal.name.text).str();
    if (visible)
      hyper.visibleAs = formal.name.text.str();
    hyper.place = arg ? arg->value->range : formal.name.range;
    hyper.value = value;
    hyper.module = arg ? &model.mainModule : bound.definition.module;
    hyper.inOptimizer = !arg;
    hyper.doc = formal.doc;
    bound.hypers[formal.name.text] = addHyper(std::move(hyper));
  }
}

//===------------------------------------------------------------------------------------------------===//
// Defaults
//===------------------------------------------------------------------------------------------------===//

Datum TrainLowering::stepValue(Elaborator &e, Range place) {
  mlir::Value counter = e.load(stepVariable(), place);
  GraphBuilder g = e.at(place);
  g.setLoc(renamed(g.getLoc(), "step"));
  return Datum::ofTensor(g.create<CastOp>(mlir::RankedTensorType::get({}, e.floatType), counter));
}

mlir::Value TrainLowering::number(llvm::StringRef field) const {
  for (const Hyper &hyper : hypers)
    if (hyper.name == field)
      return hyper.argument;
  return {};
}

/// Works out all defaults. The function is finished when it is known which numbers the block reads.
void TrainLowering::lowerDefaults() {
  FuncOp func = addFunction(model, name + "_hyper_defaults", FunctionKind::Defaults, decl.name.range);
  defaultsElaborator = std::make_unique<Elaborator>(model, func, /*training=*/true);
  Elaborator &e = *defaultsElaborator;
  e.floatType = e.builder.getF64Type();
  Elaborator::Frame frame;
  frame.kind = Elaborator::Frame::Kind::Train;
  frame.module = &model.mainModule;
  frame.scope = makeScope(nullptr);
  frame.naming = std::make_shared<Naming>();
  frame.naming->forbidden = true;
  frame.training = true;
  Elaborator::Enter enter(e, frame);
  e.bindModelFormals(*model.decl);
  auto counterType = mlir::RankedTensorType::get({}, e.builder.getI64Type());
  e.getVariable(stepVariable(), VariableKind::StepCounter, counterType,
                InitAttr::get(&model.context, InitKind::Constant, 0.0, 0.0, mlir::DenseElementsAttr()),
                decl.name.range, "");
  if (accumulateClause) {
    const Expr &count = *accumulateClause->value;
    std::optional<int64_t> value = e.evaluateStaticInt(count, "the number of calls to accumulate");
    if (value && (*value < 1 || *value > 1000000))
      diags.error(count.range,
                  "'accumulate' takes a number of calls from 1 to 1000000, found " + llvm::Twine(*value));
    accumulated = value.value_or(1);
  }
  Datum step = stepValue(e, decl.name.range);
  e.define({"step", decl.name.range}, step);
  for (const LetStmt *let : lets)
    for (auto [index, letName] : llvm::enumerate(let->names)) {
      Binding binding;
      binding.declared = letName.range;
      binding.state = Binding::State::Lazy;
      binding.lazy = let;
      binding.lazyIndex = index;
      frame.scope->names[letName.text] = std::move(binding);
    }
  // An optimizer's own defaults see its arguments alone.
  ScopePtr optimizerScope = makeScope(nullptr);
  for (Hyper &hyper : hypers) {
    Elaborator::Frame own = frame;
    own.module = hyper.module;
    own.scope = hyper.inOptimizer ? optimizerScope : frame.scope;
    Elaborator::Enter enterOwn(e, own);
    Datum value = e.evaluate(*hyper.value);
    if (value.isUnknown())
      continue;
    mlir::Value tensor;
    auto scalar = mlir::RankedTensorType::get({}, e.floatType);
    if (std::optional<double> constant = value.asDouble()) {
      hyper.constant = *constant;
      checkPlausible(hyper);
      tensor = e.asTensor(value, scalar, hyper.value->range);
    } else if (value.isTensor() && value.type() == scalar) {
      tensor = value.tensor;
    } else {
      diags.error(hyper.value->range, "'" + hyper.name + "' is a number, found " + describe(value));
      continue;
    }
    Datum datum = hyper.constant ? value : Datum::ofTensor(tensor);
    if (!hyper.visibleAs.empty()) {
      frame.scope->names[hyper.visibleAs].value = datum;
      optimizerScope->names[hyper.visibleAs].value = datum;
    }
    defaultResults.push_back({hyper.name, "output", "", tensor, hyper.place});
  }
}

/// The defaults of the numbers that the functions read, which are the same ones; constants alone need no function.
void TrainLowering::finishDefaults(llvm::ArrayRef<FuncOp> functions) {
  FuncOp func = defaultsElaborator->func;
  std::vector<Elaborator::Result> results;
  bool anyComputed = false;
  FuncOp first = functions.empty() ? FuncOp() : functions.front();
  for (unsigned i = 0; first && i < first.getNumArguments(); ++i) {
    if (first.argumentRole(i) != "hyper")
      continue;
    anyComputed |= !first.getArgAttr(i, "nn.default");
    for (const Elaborator::Result &result : defaultResults)
      if (result.name == first.argumentName(i))
        results.push_back(result);
  }
  if (anyComputed) {
    defaultsElaborator->finish(results);
    for (FuncOp function : functions)
      function.setDefaultsAttr(mlir::FlatSymbolRefAttr::get(func.getSymNameAttr()));
  } else {
    func.erase();
  }
  defaultsElaborator.reset();
}

void TrainLowering::checkPlausible(const Hyper &hyper) {
  llvm::StringRef field = hyper.name;
  Range place = hyper.value->range;
  const double value = *hyper.constant;
  bool isRate = field == "lr" || field.ends_with("_lr");
  bool isBeta = field == "beta1" || field == "beta2" || field == "momentum" || field == "average_decay";
  if (std::isnan(value))
    diags.error(place, "'" + hyper.name + "' is not a number");
  else if (isRate && value < 0)
    diags.warning(Warning::SuspiciousValue, place, "a negative learning rate climbs instead of descending");
  else if (isRate && value > 100)
    diags.warning(Warning::SuspiciousValue, place, "this learning rate is very large");
  else if (isBeta && (value < 0 || value >= 1))
    diags.warning(Warning::SuspiciousValue, place, "'" + field + "' is meant to lie in [0, 1)");
  else if (field.starts_with("clip_") && value < 0)
    diags.warning(Warning::SuspiciousValue, place, "a limit of gradients is meant to be positive");
}
