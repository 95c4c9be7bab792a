// LowerTrain.cpp: a train block to its step function, and to the function of its numbers' defaults.
//
//  1. The numbers of the block (optimizer, groups, clip, regularize, project, hyper) are collected in text order. Each is
//     an argument of the step; its default is a constant or, where it depends on `step` or another number, a result of
//     the defaults function, which computes in f64.
//  2. The model's text is run in training mode; the objective is its loss, or what `minimize` says, plus regularizers.
//  3. The parameters to update are those the objective reaches, cut to `update`, less `freeze`.
//  4. Gradients, clip, optimizer text once per parameter, project, stores, step + 1.
#include "frontend/Builtins.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Reduce.h"
#include "ir/ops/Structure.h"
#include "frontend/Lower.h"
#include "ir/Provenance.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>
#include <deque>

using namespace nnc;
using namespace nnc::ast;

namespace {

/// A run-time number of a train block.
struct Hyper {
  std::string name;      // field of the C struct: "lr", "group1_lr", "regularize1_rate"
  std::string visibleAs; // its name in expressions, or empty
  Range place;
  const Expr *value = nullptr;    // the default as written
  const Module *module = nullptr; // where it was written
  bool inOptimizer = false;       // a default of the optimizer's own text, which sees its other arguments
  llvm::StringRef doc;
  std::optional<double> constant;
  mlir::Value argument; // in the step function
};

/// A call in a clause: what its formals are given.
struct BoundCall {
  const Clause *clause = nullptr;
  Definition definition;
  List<Formal> formals;                   // without those that the train block itself gives
  llvm::StringMap<int> hypers;            // formal to index of its number
  llvm::StringMap<const Expr *> settings; // formal to compile-time argument
  std::map<std::string, llvm::StringRef> given;
};

class TrainLowering {
public:
  TrainLowering(ModelState &model, const TrainDecl &decl, llvm::StringRef name, llvm::StringSet<> &trained)
      : model(model), diags(model.diags), decl(decl), name(name.str()), trained(trained),
        errorsBefore(model.diags.errorCount()) {}

  void lower() {
    collect();
    if (failed() || !optimizer.clause)
      return;
    lowerDefaults();
    lowerStep();
  }

private:
  /// Whether this block has shown an error; those of others do not hide its own.
  bool failed() const { return diags.errorCount() != errorsBefore; }

  //===------------------------------------------------------------------------------------------------===//
  // 1. Clauses and numbers
  //===------------------------------------------------------------------------------------------------===//

  int addHyper(Hyper hyper) {
    for (const Hyper &other : hypers)
      if (other.name == hyper.name) {
        diags.error(hyper.place, "the train block has two numbers called '" + hyper.name + "'")
            .note(other.place, "the other one");
        return -1;
      }
    hypers.push_back(std::move(hyper));
    return hypers.size() - 1;
  }

  void collect() {
    using Kind = Clause::Kind;
    for (const Clause &clause : decl.clauses) {
      auto once = [&](const Clause *&slot) {
        if (slot)
          diags.error(clause.keyword, "the train block has this clause already").note(slot->keyword, "here");
        slot = &clause;
      };
      switch (clause.kind) {
      case Kind::Optimizer:
        once(optimizer.clause);
        bindCall(optimizer, clause, Decl::Kind::Optimizer, "", /*visible=*/true);
        break;
      case Kind::Hyper: {
        if (clause.hyper.type &&
            !(clause.hyper.type->kind == Type::Kind::Plain &&
              (clause.hyper.type->name.text == "float" || clause.hyper.type->name.text == "int")))
          diags.error(clause.hyper.type->range, "a number of a train block is 'float' or 'int'");
        std::string own = clause.hyper.name.text.str();
        addHyper({own,
                  own,
                  clause.hyper.name.range,
                  clause.hyper.defaultValue,
                  &model.mainModule,
                  false,
                  clause.doc,
                  std::nullopt,
                  {}});
        break;
      }
      case Kind::Minimize: once(minimize); break;
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
      case Kind::Clip: {
        const Setting &setting = clause.settings.front();
        llvm::StringRef kind = setting.name.text;
        if (kind != "norm" && kind != "parameter_norm" && kind != "value")
          diags.error(setting.name.range, "unknown way to clip, '" + kind + "'" +
                                              didYouMean(kind, {"norm", "parameter_norm", "value"}));
        int index = addHyper({("clip_" + kind).str(),
                              "",
                              setting.name.range,
                              setting.value,
                              &model.mainModule,
                              false,
                              clause.doc,
                              std::nullopt,
                              {}});
        clips.push_back({&clause, index});
        break;
      }
      case Kind::Average: notYet(clause, "'average'"); break;
      case Kind::Accumulate: notYet(clause, "'accumulate'"); break;
      case Kind::Let: lets.push_back(clause.let); break;
      }
    }
    if (!optimizer.clause)
      diags.error(decl.name.range, "the train block has no optimizer; write 'optimizer adam(lr: 1e-3)'");
    if (failed())
      return;
    for (auto [number, clause] : llvm::enumerate(groups))
      for (const Setting &setting : clause->settings) {
        if (!optimizer.hypers.count(setting.name.text)) {
          llvm::SmallVector<llvm::StringRef> known;
          for (const auto &entry : optimizer.hypers)
            known.push_back(entry.getKey());
          diags.error(setting.name.range, "'" + optimizer.definition.decl->name.text + "' has no number '" +
                                              setting.name.text + "'" + didYouMean(setting.name.text, known));
          continue;
        }
        addHyper({"group" + std::to_string(number + 1) + "_" + setting.name.text.str(),
                  "",
                  setting.name.range,
                  setting.value,
                  &model.mainModule,
                  false,
                  clause->doc,
                  std::nullopt,
                  {}});
      }
  }

  void notYet(const Clause &clause, llvm::StringRef what) {
    diags.error(clause.keyword, "not supported yet by this compiler: " + what);
  }

  static bool isNumberType(const Type &type) { return type.kind == Type::Kind::Tensor && type.dims.empty(); }

  /// Matches the arguments of `optimizer adam(...)`, `regularize l2(...)`, `project clamp(...)` to formals. Numbers
  /// become hypers, the rest is configuration.
  void bindCall(BoundCall &bound, const Clause &clause, Decl::Kind kind, llvm::StringRef prefix,
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
        diags.error(
            call.name.range,
            llvm::Twine("unknown ") + what + " '" + call.name.text + "'" + didYouMean(call.name.text, known) +
                (model.mainModule.uses.empty() ? "; the standard library is brought by 'use nn'" : ""));
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
          diags.error(arg.name.range, "'" + call.name.text + "' has no argument '" + arg.name.text + "'" +
                                          didYouMean(arg.name.text, names));
        else
          diags.error(arg.value->range, "too many arguments for '" + call.name.text + "': it takes " +
                                            llvm::Twine(names.size()));
        continue;
      }
      if (matched[index]) {
        diags.error(arg.value->range, "argument '" + names[index] + "' is given twice");
        continue;
      }
      matched[index] = &arg;
      bound.given[names[index].str()] = names[index];
    }
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
      int index = addHyper({(prefix + formal.name.text).str(),
                            visible ? formal.name.text.str() : "",
                            arg ? arg->value->range : formal.name.range,
                            value,
                            arg ? &model.mainModule : bound.definition.module,
                            !arg,
                            formal.doc,
                            std::nullopt,
                            {}});
      bound.hypers[formal.name.text] = index;
    }
  }

  //===------------------------------------------------------------------------------------------------===//
  // Defaults
  //===------------------------------------------------------------------------------------------------===//

  std::string stepVariable() const { return name + ".step"; }

  /// `step` as a float scalar of `e`.
  Datum stepValue(Elaborator &e, Range place) {
    mlir::Value counter = e.load(stepVariable(), place);
    GraphBuilder g = e.at(place);
    g.setLoc(renamed(g.getLoc(), "step"));
    return Datum::ofTensor(g.create<CastOp>(mlir::RankedTensorType::get({}, e.floatType), counter));
  }

  /// Works out all defaults. The function is finished when it is known which numbers the step reads.
  void lowerDefaults() {
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
      if (std::optional<double> number = value.asDouble()) {
        hyper.constant = *number;
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

  /// The defaults of the numbers that the step reads, in its order; constants alone need no function.
  void finishDefaults(FuncOp step) {
    FuncOp func = defaultsElaborator->func;
    std::vector<Elaborator::Result> results;
    bool anyComputed = false;
    for (unsigned i = 0; step && i < step.getNumArguments(); ++i) {
      if (step.argumentRole(i) != "hyper")
        continue;
      anyComputed |= !step.getArgAttr(i, "nn.default");
      for (const Elaborator::Result &result : defaultResults)
        if (result.name == step.argumentName(i))
          results.push_back(result);
    }
    if (anyComputed) {
      defaultsElaborator->finish(results);
      step.setDefaultsAttr(mlir::FlatSymbolRefAttr::get(func.getSymNameAttr()));
    } else {
      func.erase();
    }
    defaultsElaborator.reset();
  }

  void checkPlausible(const Hyper &hyper) {
    llvm::StringRef field = hyper.name;
    bool isRate = field == "lr" || field.ends_with("_lr");
    if (std::isnan(*hyper.constant))
      diags.error(hyper.value->range, "'" + hyper.name + "' is not a number");
    else if (isRate && *hyper.constant < 0)
      diags.warning(Warning::SuspiciousValue, hyper.value->range,
                    "a negative learning rate climbs instead of descending");
    else if (isRate && *hyper.constant > 100)
      diags.warning(Warning::SuspiciousValue, hyper.value->range, "this learning rate is very large");
    else if ((field.starts_with("beta") || field == "momentum") &&
             (*hyper.constant < 0 || *hyper.constant >= 1))
      diags.warning(Warning::SuspiciousValue, hyper.value->range,
                    "'" + field + "' is meant to lie in [0, 1)");
  }

  //===------------------------------------------------------------------------------------------------===//
  // 2. Step
  //===------------------------------------------------------------------------------------------------===//

  void lowerStep() {
    FuncOp func = addFunction(model, name + "_step", FunctionKind::Step, decl.name.range);
    Elaborator e(model, func, /*training=*/true);
    e.wantedEntry = decl.entry.text;
    runModel(e, [&](Elaborator::Frame &frame) { buildStep(e, frame); });
    if (failed()) {
      func.erase();
      finishDefaults(FuncOp());
      return;
    }
    func.setStepAttr(mlir::FlatSymbolRefAttr::get(&model.context, stepVariable()));
    finishDefaults(func);
  }

  void buildStep(Elaborator &e, Elaborator::Frame &outer) {
    if (failed())
      return;
    auto scalar = mlir::RankedTensorType::get({}, e.floatType);
    for (Hyper &hyper : hypers) {
      Elaborator::Input &input = e.addInput(hyper.name, "hyper", scalar, hyper.doc, hyper.place);
      input.defaultValue = hyper.constant;
      hyper.argument = input.argument;
    }
    Elaborator::Frame frame = outer;
    frame.kind = Elaborator::Frame::Kind::Train;
    frame.module = &model.mainModule;
    frame.scope = makeScope(outer.scope);
    Elaborator::Enter enter(e, frame);
    Datum step = stepValue(e, decl.name.range);
    e.define({"step", decl.name.range}, step);
    for (const Hyper &hyper : hypers)
      if (!hyper.visibleAs.empty())
        frame.scope->names[hyper.visibleAs].value = Datum::ofTensor(hyper.argument);
    for (const LetStmt *let : lets)
      e.runStatement(*let);

    mlir::Value objective = findObjective(e);
    if (!objective)
      return;
    auto parameters = selectParameters(e, objective);
    for (BoundCall &regularizer : regularizers)
      objective = addRegularizer(e, regularizer, objective);
    if (!objective || failed())
      return;

    llvm::SmallVector<mlir::Value> values;
    for (const std::string &parameter : parameters)
      values.push_back(e.load(parameter, optimizer.clause->range));
    auto grad = e.builder.create<GradOp>(e.location(optimizer.clause->range), objective, values);
    llvm::SmallVector<mlir::Value> gradients(grad.getGradients().begin(), grad.getGradients().end());
    for (auto [clause, hyper] : clips)
      clip(e, *clause, hypers[hyper].argument, gradients);
    for (auto [parameter, value, gradient] : llvm::zip(parameters, values, gradients)) {
      trained.insert(parameter);
      update(e, parameter, value, gradient, step);
      if (failed())
        return;
    }
    GraphBuilder g = e.at(optimizer.clause->range);
    mlir::Value counter = e.load(stepVariable(), optimizer.clause->range);
    g.setLoc(provenanceLoc(g.getLoc(), Role::Optimizer, "step", 0, ""));
    mlir::Value one = g.fill(1.0, counter);
    g.setLoc(provenanceLoc(g.getLoc(), Role::Optimizer, "step", 0, "next_step"));
    e.store(stepVariable(), g.add(counter, one), optimizer.clause->range);

    std::vector<Elaborator::Result> results;
    const bool inEntry = bool(decl.entry);
    for (const Elaborator::Loss &loss : e.losses)
      if (loss.inEntry == inEntry)
        results.push_back({loss.name, "loss", loss.doc.str(), loss.value, loss.place});
    for (const Elaborator::Metric &metric : e.metrics)
      if (metric.inEntry == inEntry) {
        results.push_back({metric.name, "metric", metric.doc.str(), metric.value, metric.place});
        results.push_back({metric.name + "_count", "metric_count", "", metric.count, metric.place});
      }
    if (!failed())
      e.finish(results);
  }

  /// What is minimized: the block's `minimize`, or the only loss.
  mlir::Value findObjective(Elaborator &e) {
    if (minimize) {
      Datum value = e.evaluate(*minimize->value);
      if (value.isUnknown())
        return {};
      if (value.isTensor() && value.type().getRank() == 0 && value.type().getElementType() == e.floatType)
        return value.tensor;
      diags.error(minimize->value->range, "what is minimized is a scalar " + elementName(e.floatType) +
                                              "[], found " + describe(value));
      return {};
    }
    llvm::SmallVector<const Elaborator::Loss *> losses;
    for (const Elaborator::Loss &loss : e.losses)
      if (loss.inEntry == bool(decl.entry))
        losses.push_back(&loss);
    std::string what =
        decl.entry ? "entry '" + decl.entry.text.str() + "'" : "model '" + decl.name.text.str() + "'";
    if (losses.empty()) {
      diags.error(decl.name.range, what + " has no loss to minimize");
      return {};
    }
    if (losses.size() == 1)
      return losses.front()->value;
    static constexpr llvm::StringLiteral numbers[] = {"two", "three", "four", "five"};
    std::string sum;
    for (const Elaborator::Loss *loss : losses)
      sum += (sum.empty() ? "" : " + ") + loss->name;
    auto report = diags.error(decl.name.range,
                              what + " has " + (losses.size() < 6 ? numbers[losses.size() - 2] : "several") +
                                  " losses, expected one; say which: 'minimize " + sum + "'");
    static constexpr llvm::StringLiteral ordinals[] = {"first", "second", "third", "fourth", "fifth"};
    for (auto [index, loss] : llvm::enumerate(losses))
      report.note(loss->place, (index < 5 ? llvm::Twine(ordinals[index]) : llvm::Twine("another")) + " loss");
    return {};
  }

  //===------------------------------------------------------------------------------------------------===//
  // 3. Parameters
  //===------------------------------------------------------------------------------------------------===//

  /// Whether a name lies at or below what a selector says. `*` is any number of components.
  static bool matches(Elaborator &e, List<SelectorPart> parts, llvm::ArrayRef<llvm::StringRef> components) {
    if (parts.empty())
      return true;
    const SelectorPart &part = parts.front();
    if (part.any) {
      for (size_t skip = 0; skip <= components.size(); ++skip)
        if (matches(e, parts.drop_front(), components.drop_front(skip)))
          return true;
      return false;
    }
    if (components.empty() || components.front() != part.name)
      return false;
    components = components.drop_front();
    if (!part.first)
      return matches(e, parts.drop_front(), components);
    int64_t number;
    if (components.empty() || components.front().getAsInteger(10, number))
      return false;
    std::optional<int64_t> first = e.evaluateStaticInt(*part.first, "an index"), last;
    if (part.last)
      last = e.evaluateStaticInt(*part.last, "an index");
    if (!first || (part.last && !last))
      return false;
    bool inside = part.last ? number >= *first && number < *last : number == *first;
    return inside && matches(e, parts.drop_front(), components.drop_front());
  }

  /// The parameters that one of the selectors matches; a selector that matches none is an error.
  llvm::StringSet<> select(Elaborator &e, List<Selector> selectors) {
    llvm::StringSet<> selected;
    for (const Selector &selector : selectors) {
      bool any = false;
      llvm::SmallVector<llvm::StringRef> known;
      for (const auto &[variableName, variable] : model.variables) {
        if (!variable.isParameter)
          continue;
        llvm::SmallVector<llvm::StringRef> components;
        llvm::StringRef(variableName).split(components, '.');
        known.append(components.begin(), components.end());
        if (matches(e, selector.parts, components)) {
          any = true;
          selected.insert(variableName);
        }
      }
      if (any)
        continue;
      llvm::StringRef written = diags.getSources().text(selector.range);
      std::string hint;
      for (const SelectorPart &part : selector.parts)
        if (!part.any && !llvm::is_contained(known, part.name) && hint.empty())
          hint = didYouMean(part.name, known);
      diags.error(selector.range, "no parameter matches '" + written + "'" + hint);
    }
    return selected;
  }

  std::vector<std::string> selectParameters(Elaborator &e, mlir::Value objective) {
    llvm::StringSet<> updated, frozen;
    for (const Clause *clause : updates)
      for (const auto &entry : select(e, clause->selectors))
        updated.insert(entry.getKey());
    for (const Clause *clause : freezes)
      for (const auto &entry : select(e, clause->selectors))
        frozen.insert(entry.getKey());
    for (auto [number, clause] : llvm::enumerate(groups))
      groupMembers.push_back(select(e, clause->selectors));
    std::vector<std::string> result;
    if (failed())
      return result;
    // What the objective depends on by differentiable ops, in the order in which the model has its parameters.
    llvm::DenseSet<mlir::Value> reached = {objective};
    llvm::SmallVector<mlir::Value> work = {objective};
    while (!work.empty()) {
      mlir::Operation *op = work.pop_back_val().getDefiningOp();
      if (!op || !(mlir::isa<DifferentiableOpInterface>(op) || mlir::isa<GradOp>(op)))
        continue;
      for (mlir::Value operand : op->getOperands())
        if (mlir::isa<mlir::FloatType>(mlir::getElementTypeOrSelf(operand.getType())) &&
            reached.insert(operand).second)
          work.push_back(operand);
    }
    for (VariableOp variable : model.op.getBody().front().getOps<VariableOp>()) {
      llvm::StringRef variableName = variable.getSymName();
      auto record = model.variables.find(variableName.str());
      if (record == model.variables.end() || !record->second.isParameter || frozen.contains(variableName) ||
          (!updates.empty() && !updated.contains(variableName)))
        continue;
      mlir::Value value = e.loads.lookup(variableName);
      if (value && reached.contains(value))
        result.push_back(variableName.str());
    }
    if (result.empty())
      diags.error(decl.name.range,
                  "there is nothing to train: the loss depends on no parameter" +
                      llvm::Twine(updates.empty() && freezes.empty() ? "" : " that is to be updated"));
    return result;
  }

  //===------------------------------------------------------------------------------------------------===//
  // 4. Update
  //===------------------------------------------------------------------------------------------------===//

  /// Calls the function of `regularize` or `project` on a parameter.
  Datum callOn(Elaborator &e, const BoundCall &bound, llvm::StringRef parameter, mlir::Value value) {
    const auto *fn = llvm::cast<FnDecl>(bound.definition.decl);
    Callable callable;
    callable.name = fn->name.text;
    callable.module = bound.definition.module;
    callable.signature = &fn->signature;
    callable.body = fn->body;
    callable.declared = fn->name.range;
    Elaborator::Arguments arguments;
    Range place = bound.clause->call.range;
    arguments.push_back({{}, Datum::ofTensor(value), place, nullptr});
    for (const Formal &formal : bound.formals) {
      if (auto it = bound.hypers.find(formal.name.text); it != bound.hypers.end())
        arguments.push_back({formal.name, Datum::ofTensor(hypers[it->second].argument), place, nullptr});
      else if (bound.given.count(formal.name.text.str()))
        arguments.push_back(
            {formal.name, e.evaluate(*bound.settings.lookup(formal.name.text)), place, nullptr});
    }
    return e.callFunction(callable, arguments, place);
  }

  mlir::Value addRegularizer(Elaborator &e, const BoundCall &bound, mlir::Value objective) {
    llvm::StringSet<> members = select(e, bound.clause->selectors);
    if (failed())
      return {};
    for (VariableOp variable : model.op.getBody().front().getOps<VariableOp>()) {
      if (!members.contains(variable.getSymName()) || !e.loads.count(variable.getSymName()))
        continue;
      Datum value =
          callOn(e, bound, variable.getSymName(), e.load(variable.getSymName(), bound.clause->range));
      if (value.isUnknown())
        return {};
      if (!value.isTensor() || value.tensor.getType() != objective.getType()) {
        diags.error(bound.clause->call.range, "a regularizer gives a scalar, found " + describe(value));
        return {};
      }
      GraphBuilder g = e.at(bound.clause->range);
      objective = g.add(objective, value.tensor);
    }
    return objective;
  }

  void clip(Elaborator &e, const Clause &clause, mlir::Value limit,
            llvm::MutableArrayRef<mlir::Value> gradients) {
    GraphBuilder g = e.at(clause.range);
    llvm::StringRef kind = clause.settings.front().name.text;
    g.setLoc(provenanceLoc(g.getLoc(), Role::Optimizer, "clip", 0, ""));
    auto squares = [&](mlir::Value gradient) -> mlir::Value {
      mlir::Value square = g.mul(gradient, gradient);
      llvm::SmallVector<int64_t> axes;
      for (int64_t axis = 0; axis < mlir::cast<mlir::RankedTensorType>(gradient.getType()).getRank(); ++axis)
        axes.push_back(axis);
      return axes.empty() ? square : g.create<SumOp>(square, axes);
    };
    // limit / norm, but never above one; a norm of zero scales nothing.
    auto factor = [&](mlir::Value total) {
      mlir::Value norm = g.create<SqrtOp>(total);
      return g.div(limit, g.create<MaximumOp>(norm, limit));
    };
    auto scale = [&](mlir::Value &gradient, mlir::Value by) {
      gradient = g.mul(gradient, g.broadcastScalar(by, gradient));
    };
    if (kind == "value") {
      for (mlir::Value &gradient : gradients) {
        mlir::Value high = g.broadcastScalar(limit, gradient);
        gradient = g.create<MaximumOp>(g.create<MinimumOp>(gradient, high), g.neg(high));
      }
    } else if (kind == "parameter_norm") {
      for (mlir::Value &gradient : gradients)
        scale(gradient, factor(squares(gradient)));
    } else {
      mlir::Value total;
      for (mlir::Value gradient : gradients) {
        mlir::Value part = squares(gradient);
        total = total ? g.add(total, part) : part;
      }
      mlir::Value by = factor(total);
      for (mlir::Value &gradient : gradients)
        scale(gradient, by);
    }
  }

  /// Runs the optimizer's text for one parameter and stores what it gives.
  void update(Elaborator &e, const std::string &parameter, mlir::Value value, mlir::Value gradient,
              const Datum &step) {
    const auto *text = llvm::cast<OptimizerDecl>(optimizer.definition.decl);
    Range place = optimizer.clause->call.range;
    Elaborator::OptimizerContext context{
        name + "." + text->name.text.str() + ".", parameter, text->name.text.str(), e.location(place), {}};
    Elaborator::Frame frame;
    frame.kind = Elaborator::Frame::Kind::Optimizer;
    frame.module = optimizer.definition.module;
    frame.scope = makeScope(nullptr);
    frame.naming = std::make_shared<Naming>();
    frame.naming->forbidden = true;
    frame.training = true;
    Datum result;
    {
      Elaborator::Call call(e, place, place, text->name.text);
      Elaborator::Arguments arguments;
      arguments.push_back({{}, Datum::ofTensor(value), place, nullptr});
      arguments.push_back({{}, Datum::ofTensor(gradient), place, nullptr});
      auto matched =
          e.matchArguments(text->signature.formals, arguments, place, text->name.text, text->name.range);
      if (!matched)
        return;
      llvm::StringMap<Datum> settings; // evaluated where they were written
      for (const auto &entry : optimizer.settings)
        if (optimizer.given.count(entry.getKey().str()))
          settings[entry.getKey()] = e.evaluate(*entry.getValue());
      e.optimizer = &context;
      for (const auto &entry : optimizer.given)
        frame.given.insert(entry.first);
      Elaborator::Enter enter(e, frame);
      e.define({"step", text->name.range}, step);
      for (const Formal &formal : optimizer.formals) {
        if (auto it = optimizer.hypers.find(formal.name.text); it != optimizer.hypers.end()) {
          e.define(formal.name, Datum::ofTensor(hyperFor(parameter, it->second, formal.name.text)),
                   formal.type);
          continue;
        }
        Datum setting =
            settings.count(formal.name.text) ? settings[formal.name.text] : e.evaluate(*formal.defaultValue);
        e.define(
            formal.name,
            e.fitConfig(*formal.type, setting, optimizer.settings[formal.name.text]->range, formal.name.text),
            formal.type);
      }
      if (e.bindFormals(text->signature.formals, *matched, text->name.text, place, frame.scope)) {
        e.runBlock(*text->body);
        if (frame.returned)
          result = e.checkResult(*text->signature.result, frame.result, frame.resultPlace, text->name.text);
        else if (!failed())
          diags.error(text->name.range, "'" + text->name.text + "' ends without 'return'");
      }
    }
    e.optimizer = nullptr;
    if (!result.isTensor())
      return;
    if (result.tensor.getType() != value.getType()) {
      diags.error(place, "'" + text->name.text + "' gives " + describe(result) + " for a parameter of " +
                             typeText(mlir::cast<mlir::RankedTensorType>(value.getType())));
      return;
    }
    for (BoundCall &projection : projections) {
      llvm::StringSet<> members = select(e, projection.clause->selectors);
      if (!members.contains(parameter) || failed())
        continue;
      result = callOn(e, projection, parameter, result.tensor);
      if (result.isUnknown())
        return;
      if (!result.isTensor() || result.tensor.getType() != value.getType()) {
        diags.error(projection.clause->call.range,
                    "a projection keeps the sizes of the parameter; found " + describe(result));
        return;
      }
    }
    if (mlir::Operation *op = result.tensor.getDefiningOp())
      op->setLoc(provenanceLoc(op->getLoc(), Role::Optimizer, context.rule, 0, "new." + parameter));
    e.store(parameter, result.tensor, place);
    for (auto [slot, slotValue] : context.stores)
      e.store(slot, slotValue, place);
  }

  /// The number that holds for a parameter: of the last group it is in that sets it.
  mlir::Value hyperFor(llvm::StringRef parameter, int index, llvm::StringRef formal) {
    for (size_t number = groups.size(); number-- > 0;) {
      if (!groupMembers[number].contains(parameter))
        continue;
      for (const Hyper &hyper : hypers)
        if (hyper.name == "group" + std::to_string(number + 1) + "_" + formal.str())
          return hyper.argument;
    }
    return hypers[index].argument;
  }

  ModelState &model;
  Diagnostics &diags;
  const TrainDecl &decl;
  std::string name;
  llvm::StringSet<> &trained;
  unsigned errorsBefore;
  std::vector<Hyper> hypers;
  BoundCall optimizer;
  std::deque<BoundCall> regularizers, projections;
  const Clause *minimize = nullptr;
  std::vector<const Clause *> updates, freezes, groups;
  std::vector<llvm::StringSet<>> groupMembers;
  std::vector<std::pair<const Clause *, int>> clips;
  std::vector<const LetStmt *> lets;
  std::unique_ptr<Elaborator> defaultsElaborator;
  std::vector<Elaborator::Result> defaultResults; // one per number
};

} // namespace

void nnc::lowerTrain(ModelState &model, const TrainDecl &decl, llvm::StringRef name,
                     llvm::StringSet<> &trained) {
  TrainLowering(model, decl, name, trained).lower();
}
