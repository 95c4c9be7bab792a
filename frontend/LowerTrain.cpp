// LowerTrain.cpp: a train block to its functions.
//
//  1. The clauses are collected, and with them the numbers of the block.
//  2. The function of the numbers' defaults is made.
//  3. For each function the model's text is run in training mode; the objective is its loss, or what `minimize` says.
//  4. The parameters to update are those the objective reaches, cut to `update`, less `freeze`.
//  5. Gradients of the objective, and the losses and metrics that are reported.
//  6. Accumulate, regularize, clip, optimizer text once per parameter, project, average, step + 1.
//
// The first half of a step ends with the sums of 6, the second half begins with their mean; a step that is not split
// is one function without these sums, unless it accumulates.
#include "frontend/TrainLowering.h"
#include "ir/Provenance.h"
#include "ir/ops/Structure.h"

using namespace nnc;
using namespace nnc::ast;

TrainLowering::TrainLowering(ModelState &model, const TrainDecl &decl, llvm::StringRef name,
                             llvm::StringSet<> &trained)
    : model(model), diags(model.diags), decl(decl), name(name.str()), trained(trained),
      errorsBefore(model.diags.errorCount()) {}

void TrainLowering::lower() {
  collect();
  if (failed() || !optimizer.clause)
    return;
  lowerDefaults();
  std::vector<FuncOp> functions;
  for (Part part : {Part::Whole, Part::Gradients, Part::Update})
    if (!failed() && (part == Part::Whole || model.splitsSteps))
      if (FuncOp function = lowerFunction(part))
        functions.push_back(function);
  finishDefaults(functions);
}

FuncOp TrainLowering::lowerFunction(Part part) {
  auto [suffix, kind] = part == Part::Whole       ? std::pair("_step", FunctionKind::Step)
                        : part == Part::Gradients ? std::pair("_gradients", FunctionKind::Gradients)
                                                  : std::pair("_update", FunctionKind::Update);
  FuncOp func = addFunction(model, name + suffix, kind, decl.name.range);
  Elaborator e(model, func, /*training=*/true);
  e.wantedEntry = decl.entry.text;
  e.drawCounter = [&] { return drawCounter(e, part); };
  groupMembers.clear();
  regularizerMembers.clear();
  projectionMembers.clear();
  isUpdating = {};
  runModel(e, [&](Elaborator::Frame &frame) { buildFunction(e, frame, part); });
  if (failed()) {
    func.erase();
    return {};
  }
  if (part != Part::Gradients)
    func.setStepAttr(mlir::FlatSymbolRefAttr::get(&model.context, stepVariable()));
  if (part != Part::Whole)
    func.setWaitingAttr(mlir::FlatSymbolRefAttr::get(&model.context, waitingVariable()));
  return func;
}

/// Says of the ops since `last` that they are the optimizer's, where they do not say yet why they are there.
static void markUpdate(mlir::Block &block, mlir::Operation *last, llvm::StringRef rule, llvm::StringRef of = "") {
  for (mlir::Operation *op = last ? last->getNextNode() : &block.front(); op; op = op->getNextNode()) {
    auto store = mlir::dyn_cast<StoreOp>(op);
    llvm::StringRef name = sourceName(op->getLoc());
    if (!provenanceOf(op->getLoc()) && !mlir::isa<GradOp>(op))
      op->setLoc(provenanceLoc(op->getLoc(), Role::Optimizer, rule, 0, name,
                               of.empty() && store ? store.getVariable() : of));
  }
}

void TrainLowering::buildFunction(Elaborator &e, Elaborator::Frame &outer, Part part) {
  if (failed())
    return;
  auto scalar = mlir::RankedTensorType::get({}, e.floatType);
  for (Hyper &hyper : hypers) {
    Elaborator::Input &input = e.addInput(hyper.name, "hyper", scalar, hyper.doc, hyper.place);
    input.defaultValue = hyper.constant;
    input.isKept = keptHypers.contains(hyper.name);
    hyper.argument = input.argument;
  }
  Elaborator::Frame frame = outer;
  frame.kind = Elaborator::Frame::Kind::Train;
  frame.module = &model.mainModule;
  frame.scope = makeScope(outer.scope);
  Elaborator::Enter enter(e, frame);
  mlir::Block &block = e.func.getBody().front();
  mlir::Operation *last = block.empty() ? nullptr : &block.back();
  auto mark = [&](llvm::StringRef rule, llvm::StringRef of = "") {
    if (block.empty())
      return;
    markUpdate(block, last, rule, of);
    last = &block.back();
  };
  Datum step = stepValue(e, decl.name.range);
  mark("step");
  e.define({"step", decl.name.range}, step);
  for (const Hyper &hyper : hypers)
    if (!hyper.visibleAs.empty())
      frame.scope->names[hyper.visibleAs].value = Datum::ofTensor(hyper.argument);
  for (const LetStmt *let : lets)
    e.runStatement(*let);

  mlir::Value objective = findObjective(e);
  if (!objective)
    return;
  std::vector<Parameter> parameters;
  llvm::SmallVector<mlir::Value> values;
  std::vector<std::string> names = selectParameters(e, objective);
  selectMembers(e, names);
  if (failed())
    return;
  for (const std::string &parameter : names) {
    trained.insert(parameter);
    values.push_back(e.load(parameter, optimizer.clause->range));
    parameters.push_back({parameter, values.back(), {}});
  }
  if (part != Part::Update) {
    auto grad = e.builder.create<GradOp>(e.location(optimizer.clause->range), objective, values);
    for (auto [parameter, gradient] : llvm::zip(parameters, grad.getGradients()))
      parameter.gradient = gradient;
  }
  last = &block.back();
  accumulate(e, parameters, part);
  mark("accumulate");
  if (part != Part::Gradients) {
    regularize(e, parameters);
    mark("regularize");
    for (const Clause *clause : clips)
      clip(e, *clause, number(("clip_" + clause->settings.front().name.text).str()), parameters);
    mark("clip");
    for (const Parameter &parameter : parameters)
      if (!failed()) {
        update(e, parameter, step);
        mark(llvm::cast<OptimizerDecl>(optimizer.definition.decl)->name.text, parameter.name);
      }
    countStep(e);
    mark("step");
  }
  if (part == Part::Update)
    e.stateUpdates.clear(); // they happened with the gradients
  if (failed())
    return;
  e.finish(part == Part::Update ? std::vector<Elaborator::Result>() : reports(e));
  if (part == Part::Whole)
    for (const Elaborator::Input &input : e.inputs)
      keptHypers.insert(input.name);
}

std::vector<Elaborator::Result> TrainLowering::reports(Elaborator &e) {
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
  return results;
}

/// What is minimized: the block's `minimize`, or the only loss.
mlir::Value TrainLowering::findObjective(Elaborator &e) {
  if (minimize) {
    Datum value = e.evaluate(*minimize->value);
    if (value.isUnknown())
      return {};
    if (value.isTensor() && value.type().getRank() == 0 && value.type().getElementType() == e.floatType)
      return value.tensor;
    diags.error(minimize->value->range,
                "what is minimized is a scalar " + elementName(e.floatType) + "[], found " + describe(value));
    return {};
  }
  llvm::SmallVector<const Elaborator::Loss *> losses;
  for (const Elaborator::Loss &loss : e.losses)
    if (loss.inEntry == bool(decl.entry))
      losses.push_back(&loss);
  std::string what =
      decl.entry ? "entry '" + decl.entry.text.str() + "'" : "model '" + decl.name.text.str() + "'";
  if (losses.empty()) {
    diags.error(decl.entry ? decl.entry.range : decl.name.range, what + " has no loss to minimize");
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

void nnc::lowerTrain(ModelState &model, const TrainDecl &decl, llvm::StringRef name,
                     llvm::StringSet<> &trained) {
  TrainLowering(model, decl, name, trained).lower();
}
