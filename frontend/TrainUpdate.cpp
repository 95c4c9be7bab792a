// TrainUpdate.cpp: from the gradients of a train block to the new values of its parameters, in the order of the
// language: accumulate, regularize, clip, optimizer, project, average, step + 1.
#include "frontend/TrainLowering.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Reduce.h"
#include "ir/ops/Structure.h"

using namespace nnc;
using namespace nnc::ast;

//===------------------------------------------------------------------------------------------------===//
// Accumulate
//===------------------------------------------------------------------------------------------------===//

std::string TrainLowering::gradientVariable(llvm::StringRef parameter) const {
  return name + ".gradient." + parameter.str();
}

/// How many gradients the sums hold, i64.
mlir::Value TrainLowering::waiting(Elaborator &e) {
  // Where the language accumulates, the sums outlast a program and belong into its files.
  e.getVariable(waitingVariable(), accumulateClause ? VariableKind::StepCounter : VariableKind::Gradient,
                mlir::RankedTensorType::get({}, e.builder.getI64Type()),
                InitAttr::get(&model.context, InitKind::Constant, 0.0, 0.0, mlir::DenseElementsAttr()),
                decl.name.range, "");
  return e.load(waitingVariable(), optimizer.clause->range);
}

/// The sum with the parameter's gradient in it. The first gradient replaces what the last update has left.
mlir::Value TrainLowering::addToSum(Elaborator &e, const Parameter &parameter, mlir::Value count) {
  Range place = optimizer.clause->range;
  std::string variable = gradientVariable(parameter.name);
  auto type = mlir::cast<mlir::RankedTensorType>(parameter.value.getType());
  e.getVariable(variable, accumulateClause ? VariableKind::Slot : VariableKind::Gradient, type,
                InitAttr::get(&model.context, InitKind::Constant, 0.0, 0.0, mlir::DenseElementsAttr()),
                decl.name.range, "");
  mlir::Value before = e.load(variable, place);
  GraphBuilder g = e.at(place);
  g.setLoc(provenanceLoc(g.getLoc(), Role::Optimizer, "accumulate", 0, "sum." + parameter.name, parameter.name));
  mlir::Value isFirst = g.compare(ComparePredicate::eq, count, g.fill(0.0, count));
  return g.select(g.broadcastScalar(isFirst, before), parameter.gradient, g.add(before, parameter.gradient));
}

mlir::Value TrainLowering::meanOfSum(Elaborator &e, mlir::Value sum, mlir::Value count) {
  GraphBuilder g = e.at(optimizer.clause->range);
  g.setLoc(provenanceLoc(g.getLoc(), Role::Optimizer, "accumulate", 0, "", ""));
  auto scalar = mlir::RankedTensorType::get({}, mlir::getElementTypeOrSelf(sum.getType()));
  mlir::Value number = g.create<CastOp>(scalar, count);
  return g.div(sum, g.broadcastScalar(number, sum));
}

mlir::Value TrainLowering::drawCounter(Elaborator &e, Part part) {
  Range place = optimizer.clause->range;
  mlir::Value step = e.load(stepVariable(), place);
  if (part == Part::Whole && !accumulateClause)
    return step;
  GraphBuilder g = e.at(place);
  mlir::Value count = waiting(e);
  return g.add(step, g.mul(count, g.fill(4294967296.0, count)));
}

/// Adds the gradients to the sums, takes their mean, or both.
void TrainLowering::accumulate(Elaborator &e, llvm::MutableArrayRef<Parameter> parameters, Part part) {
  if (part == Part::Whole && !accumulateClause)
    return;
  Range place = optimizer.clause->range;
  mlir::Value count = waiting(e);
  GraphBuilder g = e.at(place);
  g.setLoc(provenanceLoc(g.getLoc(), Role::Optimizer, "accumulate", 0, "", ""));
  mlir::Value none = g.fill(0.0, count);
  if (part == Part::Update) {
    for (Parameter &parameter : parameters)
      parameter.gradient = meanOfSum(e, e.load(gradientVariable(parameter.name), place), count);
    e.store(waitingVariable(), none, place);
    return;
  }
  mlir::Value more = g.add(count, g.fill(1.0, count));
  if (part == Part::Whole)
    isUpdating = g.compare(ComparePredicate::ge, more, g.fill(double(accumulated), count));
  for (Parameter &parameter : parameters) {
    mlir::Value sum = addToSum(e, parameter, count);
    e.store(gradientVariable(parameter.name), sum, place);
    if (part == Part::Whole)
      parameter.gradient = meanOfSum(e, sum, more);
  }
  e.store(waitingVariable(), isUpdating ? g.select(isUpdating, none, more) : more, place);
}

void TrainLowering::storeIfUpdating(Elaborator &e, const std::string &variable, mlir::Value value,
                                    mlir::Value old, Range place) {
  if (isUpdating) {
    GraphBuilder g(e.builder, value.getLoc());
    value = g.select(g.broadcastScalar(isUpdating, value), value, old);
  }
  e.store(variable, value, place);
}

//===------------------------------------------------------------------------------------------------===//
// Regularize
//===------------------------------------------------------------------------------------------------===//

/// Calls the function of `regularize` or `project` on a parameter.
Datum TrainLowering::callOn(Elaborator &e, const BoundCall &bound, mlir::Value value) {
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

/// Adds the gradients of what `regularize` adds to the loss. They are taken here and not with the loss's own, so that
/// they count once however many gradients were accumulated, and are no part of what is summed over machines.
void TrainLowering::regularize(Elaborator &e, llvm::MutableArrayRef<Parameter> parameters) {
  for (auto [regularizer, members] : llvm::zip(regularizers, regularizerMembers))
    for (Parameter &parameter : parameters) {
      if (!members.contains(parameter.name))
        continue;
      Range place = regularizer.clause->call.range;
      Datum value = callOn(e, regularizer, parameter.value);
      if (value.isUnknown())
        return;
      if (!value.isTensor() || value.type() != mlir::RankedTensorType::get({}, e.floatType)) {
        diags.error(place, "a regularizer gives a scalar, found " + describe(value));
        return;
      }
      if (!e.checkPath(value.tensor, parameter.value, place, "this regularizer", "'" + parameter.name + "'"))
        return;
      auto grad =
          e.builder.create<GradOp>(e.location(place), value.tensor, mlir::ValueRange(parameter.value));
      GraphBuilder g = e.at(place);
      g.setLoc(provenanceLoc(g.getLoc(), Role::Optimizer, "regularize", 0, "d_" + parameter.name, parameter.name));
      parameter.gradient = g.add(parameter.gradient, grad.getGradients().front());
    }
}

//===------------------------------------------------------------------------------------------------===//
// Clip
//===------------------------------------------------------------------------------------------------===//

void TrainLowering::clip(Elaborator &e, const Clause &clause, mlir::Value limit,
                         llvm::MutableArrayRef<Parameter> parameters) {
  GraphBuilder g = e.at(clause.range);
  llvm::StringRef kind = clause.settings.front().name.text;
  g.setLoc(provenanceLoc(g.getLoc(), Role::Optimizer, "clip", 0, "", ""));
  auto squares = [&](mlir::Value gradient) -> mlir::Value {
    mlir::Value square = g.mul(gradient, gradient);
    llvm::SmallVector<int64_t> axes;
    for (int64_t axis = 0; axis < mlir::cast<mlir::RankedTensorType>(gradient.getType()).getRank(); ++axis)
      axes.push_back(axis);
    return axes.empty() ? square : g.create<SumOp>(square, axes);
  };
  // limit / norm, but never above one; gradients of zero stay zero whatever the limit.
  auto factor = [&](mlir::Value total) {
    mlir::Value norm = g.create<SqrtOp>(total);
    return g.select(g.compare(ComparePredicate::gt, norm, limit), g.div(limit, norm), g.fill(1.0, norm));
  };
  auto scale = [&](mlir::Value &gradient, mlir::Value by) {
    gradient = g.mul(gradient, g.broadcastScalar(by, gradient));
  };
  if (kind == "value") {
    for (Parameter &parameter : parameters) {
      mlir::Value high = g.broadcastScalar(limit, parameter.gradient);
      parameter.gradient = g.create<MaximumOp>(g.create<MinimumOp>(parameter.gradient, high), g.neg(high));
    }
  } else if (kind == "parameter_norm") {
    for (Parameter &parameter : parameters)
      scale(parameter.gradient, factor(squares(parameter.gradient)));
  } else {
    mlir::Value total;
    for (const Parameter &parameter : parameters) {
      mlir::Value part = squares(parameter.gradient);
      total = total ? g.add(total, part) : part;
    }
    mlir::Value by = factor(total);
    for (Parameter &parameter : parameters)
      scale(parameter.gradient, by);
  }
}

//===------------------------------------------------------------------------------------------------===//
// Optimizer, project, average
//===------------------------------------------------------------------------------------------------===//

/// The new value of one parameter and all that moves on with it.
void TrainLowering::update(Elaborator &e, const Parameter &parameter, const Datum &step) {
  const auto *text = llvm::cast<OptimizerDecl>(optimizer.definition.decl);
  Range place = optimizer.clause->call.range;
  Elaborator::OptimizerContext context{
      name + "." + text->name.text.str() + ".", parameter.name, text->name.text.str(), e.location(place), {}};
  mlir::Value value = optimize(e, parameter, step, context);
  value = value ? project(e, parameter, value) : value;
  if (!value)
    return;
  if (mlir::Operation *op = value.getDefiningOp())
    op->setLoc(provenanceLoc(op->getLoc(), Role::Optimizer, context.rule, 0, "new." + parameter.name, parameter.name));
  average(e, parameter, value);
  storeIfUpdating(e, parameter.name, value, parameter.value, place);
  for (auto [slot, slotValue] : context.stores)
    storeIfUpdating(e, slot, slotValue, e.load(slot, place), place);
}

/// Runs the optimizer's text for one parameter; null after an error.
mlir::Value TrainLowering::optimize(Elaborator &e, const Parameter &parameter, const Datum &step,
                                    Elaborator::OptimizerContext &context) {
  const auto *text = llvm::cast<OptimizerDecl>(optimizer.definition.decl);
  Range place = optimizer.clause->call.range;
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
    arguments.push_back({{}, Datum::ofTensor(parameter.value), place, nullptr});
    arguments.push_back({{}, Datum::ofTensor(parameter.gradient), place, nullptr});
    auto matched =
        e.matchArguments(text->signature.formals, arguments, place, text->name.text, text->name.range);
    if (!matched)
      return {};
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
        e.define(formal.name, Datum::ofTensor(hyperFor(parameter.name, it->second, formal.name.text)),
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
    return {};
  if (result.tensor.getType() != parameter.value.getType()) {
    diags.error(place, "'" + text->name.text + "' gives " + describe(result) + " for a parameter of " +
                           typeText(mlir::cast<mlir::RankedTensorType>(parameter.value.getType())));
    return {};
  }
  return result.tensor;
}

/// The projections of a new value; null after an error.
mlir::Value TrainLowering::project(Elaborator &e, const Parameter &parameter, mlir::Value value) {
  for (auto [projection, members] : llvm::zip(projections, projectionMembers)) {
    if (!members.contains(parameter.name))
      continue;
    Datum result = callOn(e, projection, value);
    if (result.isUnknown())
      return {};
    if (!result.isTensor() || result.tensor.getType() != value.getType()) {
      diags.error(projection.clause->call.range,
                  "a projection keeps the sizes of the parameter; found " + describe(result));
      return {};
    }
    value = result.tensor;
  }
  return value;
}

/// decay * average + (1 - decay) * value; the first update begins it with the value itself, so that it is no mean with
/// something that was never trained.
void TrainLowering::average(Elaborator &e, const Parameter &parameter, mlir::Value value) {
  if (!averageClause)
    return;
  Range place = averageClause->range;
  std::string variable = name + ".average." + parameter.name;
  const ModelState::Variable &record = model.variables.find(parameter.name)->second;
  mlir::RankedTensorType type = record.type;
  InitAttr init = VariableOp(record.op).getInit();
  e.getVariable(variable, VariableKind::Average, type, init, decl.name.range, "");
  mlir::Value before = e.load(variable, place), step = e.load(stepVariable(), place);
  GraphBuilder g = e.at(place);
  g.setLoc(provenanceLoc(g.getLoc(), Role::Optimizer, "average", 0, "average." + parameter.name, parameter.name));
  mlir::Value decay = number("average_decay");
  mlir::Value mean = g.add(g.mul(g.broadcastScalar(decay, value), before),
                           g.mul(g.broadcastScalar(g.sub(g.fill(1.0, decay), decay), value), value));
  mlir::Value isFirst = g.compare(ComparePredicate::eq, step, g.fill(0.0, step));
  storeIfUpdating(e, variable, g.select(g.broadcastScalar(isFirst, value), value, mean), before, place);
}

void TrainLowering::countStep(Elaborator &e) {
  GraphBuilder g = e.at(optimizer.clause->range);
  mlir::Value counter = e.load(stepVariable(), optimizer.clause->range);
  g.setLoc(provenanceLoc(g.getLoc(), Role::Optimizer, "step", 0, "", ""));
  mlir::Value one = g.fill(1.0, counter);
  g.setLoc(provenanceLoc(g.getLoc(), Role::Optimizer, "step", 0, "next_step", ""));
  storeIfUpdating(e, stepVariable(), g.add(counter, one), counter, optimizer.clause->range);
}

/// The number that holds for a parameter: of the last group it is in that sets it.
mlir::Value TrainLowering::hyperFor(llvm::StringRef parameter, int index, llvm::StringRef formal) {
  for (size_t group = groups.size(); group-- > 0;)
    if (groupMembers[group].contains(parameter))
      if (mlir::Value value = number("group" + std::to_string(group + 1) + "_" + formal.str()))
        return value;
  return hypers[index].argument;
}
