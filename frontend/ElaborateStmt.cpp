// ElaborateStmt.cpp: what statements do.
#include "frontend/Elaborator.h"
#include "ir/Provenance.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Reduce.h"
#include "ir/ops/Shape.h"
#include "ir/ops/Structure.h"

using namespace nnc;
using namespace nnc::ast;

Elaborator::Elaborator(ModelState &model, FuncOp func, bool training)
    : model(model), diags(model.diags), func(func), builder(&model.context), floatType(model.floatType),
      training(training) {
  builder.setInsertionPointToEnd(&func.getBody().front());
}

//===------------------------------------------------------------------------------------------------===//
// Definitions
//===------------------------------------------------------------------------------------------------===//

void Elaborator::define(const Name &name, Datum value, const Type *type) {
  if (name.text == "_")
    return;
  Binding binding;
  binding.value = std::move(value);
  binding.declared = name.range;
  binding.type = type;
  frame->scope->names[name.text] = std::move(binding);
}

/// Gives the op that made a value the name that `let` binds, if it was made since `before`.
static void nameValue(mlir::Value value, llvm::StringRef name, mlir::Block &block, mlir::Operation *before) {
  mlir::Operation *op = value.getDefiningOp();
  if (!op || op->getBlock() != &block || op->getNumResults() != 1) // a loop's results are not one value
    return;
  // From the end, not by isBeforeInBlock(): that numbers the whole block anew for every `let`.
  for (mlir::Operation *recent = &block.back(); recent && recent != before; recent = recent->getPrevNode())
    if (recent == op)
      return op->setLoc(renamed(op->getLoc(), name));
}

void Elaborator::bindModelFormals(const ModelDecl &decl) {
  for (const Formal &formal : decl.formals) {
    Datum value;
    if (auto it = model.overrides.find(formal.name.text); it != model.overrides.end())
      value = it->second;
    else if (formal.defaultValue)
      value = fitConfig(*formal.type, evaluate(*formal.defaultValue), formal.defaultValue->range,
                        formal.name.text);
    else
      error(formal.name.range,
            "'" + formal.name.text + "' has no value: give it a default, or -D " + formal.name.text + "=...");
    nameLayer(value, *frame->naming, formal.name.text);
    define(formal.name, value, formal.type);
  }
}

//===------------------------------------------------------------------------------------------------===//
// Statements
//===------------------------------------------------------------------------------------------------===//

void Elaborator::runBlock(const Block &block) {
  for (const Stmt *stmt : block.statements) {
    if (frame->returned || diags.stopped())
      return;
    runStatement(*stmt);
  }
}

void Elaborator::runStatement(const Stmt &stmt) {
  mlir::Block &body = *builder.getInsertionBlock();
  mlir::Operation *before = body.empty() ? nullptr : &body.back();
  auto tensorNamed = [&](const Datum &datum, llvm::StringRef name) {
    if (datum.isTensor() && name != "_")
      nameValue(datum.tensor, optimizer ? (name + "." + optimizer->parameter).str() : name.str(), body,
                before);
  };

  switch (stmt.kind) {
  case Stmt::Kind::Let: {
    const auto &let = llvm::cast<LetStmt>(stmt);
    Datum value = evaluate(*let.value);
    if (let.names.size() == 1) {
      // A layer bound in a `for` belongs to its turn, as an element of a list does.
      nameLayer(value, *frame->naming, (let.names[0].text + frame->naming->turn).str());
      tensorNamed(value, let.names[0].text);
      if (value.is(Datum::Kind::Tuple))
        value = fail(let.names[0].range,
                     "the right side gives " + describe(value) + "; bind them as 'let a, b = ...'");
      define(let.names[0], value);
      return;
    }
    const bool isTuple = value.is(Datum::Kind::Tuple);
    if (!value.isUnknown() && (!isTuple || value.elements->size() != let.names.size())) {
      error(let.names.front().range.upTo(let.names.back().range),
            "the left side has " + llvm::Twine(let.names.size()) + " names, the right side gives " +
                (isTuple ? describe(value) : "one value, " + describe(value)));
      value = Datum();
    }
    for (auto [index, name] : llvm::enumerate(let.names)) {
      Datum element = value.isUnknown() ? Datum() : (*value.elements)[index];
      nameLayer(element, *frame->naming, (name.text + frame->naming->turn).str());
      tensorNamed(element, name.text);
      define(name, element);
    }
    return;
  }
  case Stmt::Kind::Equation: {
    const Equation &equation = llvm::cast<EquationStmt>(stmt).equation;
    Datum value = runEquation(equation);
    tensorNamed(value, equation.name.text);
    define(equation.name, value);
    return;
  }
  case Stmt::Kind::Const: {
    const auto &constant = llvm::cast<ConstStmt>(stmt);
    Datum value = evaluate(*constant.value);
    if (constant.type)
      value = fitConfig(*constant.type, value, constant.value->range, constant.name.text);
    else if (value.isTensor())
      value = fail(constant.value->range, "a constant is known while compiling; this is a tensor, use 'let'");
    define(constant.name, value, constant.type);
    return;
  }
  case Stmt::Kind::Entry: {
    const auto &declared = llvm::cast<EntryStmt>(stmt);
    if (declared.name.text == wantedEntry)
      entry = &declared;
    return;
  }
  case Stmt::Kind::Fn: {
    const auto &fn = llvm::cast<FnStmt>(stmt);
    Callable callable;
    callable.name = fn.name.text;
    callable.module = frame->module;
    callable.signature = &fn.signature;
    callable.body = fn.body;
    callable.declared = fn.name.range;
    callable.closure = frame->scope;
    callable.instance = frame->instance;
    define(fn.name, Datum::ofFunction(std::move(callable)));
    return;
  }
  case Stmt::Kind::If: {
    const auto &branch = llvm::cast<IfStmt>(stmt);
    std::optional<bool> condition = evaluateCondition(*branch.condition);
    if (!condition) {
      frame->returned = true; // what follows would be guessed
      return;
    }
    auto run = [&](const Block &block) {
      frame->scope = makeScope(frame->scope);
      runBlock(block);
      frame->scope = frame->scope->parent;
    };
    if (*condition)
      run(*branch.then);
    else
      countUntaken(*branch.then);
    if (branch.otherwise) {
      if (*condition)
        countUntaken(*branch.otherwise);
      else
        run(*branch.otherwise);
    }
    return;
  }
  case Stmt::Kind::Variable: {
    const auto &variable = llvm::cast<VariableStmt>(stmt);
    frame->scope->names[variable.name.text] = makeVariable(variable);
    return;
  }
  case Stmt::Kind::Input: {
    const auto &input = llvm::cast<InputStmt>(stmt);
    Labels labels;
    mlir::RankedTensorType type = resolveType(*input.type, labels, /*bindsSymbols=*/true);
    if (!type) {
      define(input.name, Datum(), input.type);
      return;
    }
    std::optional<double> defaultValue;
    if (input.defaultValue) {
      Datum value = evaluate(*input.defaultValue);
      if (value.is(Datum::Kind::Bool))
        value = Datum::ofFloat(value.truth);
      if (type.getRank() != 0)
        error(input.defaultValue->range,
              "only a scalar input has a default; '" + input.name.text + "' is " + typeText(type));
      else if (!value.isUnknown() && !(defaultValue = value.asDouble()))
        error(input.defaultValue->range, "expected a number, found " + describe(value));
    }
    Input &added = addInput(input.name.text, "input", type, input.doc, input.name.range);
    added.defaultValue = defaultValue;
    model.inputsRead.try_emplace(input.name.text, false);
    model.inputPlaces.try_emplace(input.name.text, input.name.range);
    define(input.name, Datum::ofTensor(added.argument, labels), input.type);
    return;
  }
  case Stmt::Kind::Output: {
    const auto &output = llvm::cast<OutputStmt>(stmt);
    Datum value = evaluate(*output.value);
    tensorNamed(value, output.name.text);
    if (value.isTensor())
      outputs.push_back({output.name.text.str(), value.tensor, output.name.range,
                         frame->kind == Frame::Kind::Entry, output.doc});
    else if (!value.isUnknown())
      error(output.value->range, "an output is a tensor, found " + describe(value));
    define(output.name, value);
    return;
  }
  case Stmt::Kind::Loss: {
    const auto &loss = llvm::cast<LossStmt>(stmt);
    Datum value = evaluate(*loss.value);
    std::string name = loss.name ? loss.name.text.str() : "loss";
    tensorNamed(value, name);
    Range place = loss.name ? loss.name.range : loss.keyword;
    if (value.isTensor() && (value.type().getRank() != 0 || value.type().getElementType() != floatType))
      value = fail(loss.value->range, "a loss is a scalar " + elementName(floatType) + "[], found " +
                                          describe(value) +
                                          (value.type().getRank() ? "; reduce it, as 'mean(...)'" : ""));
    else if (!value.isTensor() && !value.isUnknown())
      value = fail(loss.value->range, "a loss is a scalar tensor, found " + describe(value));
    if (value.isTensor())
      losses.push_back({name, value.tensor, place, frame->kind == Frame::Kind::Entry, loss.doc});
    define({loss.name ? loss.name.text : "loss", place}, value);
    return;
  }
  case Stmt::Kind::Metric: {
    const auto &metric = llvm::cast<MetricStmt>(stmt);
    Datum value = evaluate(*metric.value);
    Datum mask = metric.where ? evaluate(*metric.where) : Datum();
    define(metric.name, value);
    if (value.isUnknown() || (metric.where && mask.isUnknown()))
      return;
    if (!value.isTensor()) {
      error(metric.value->range, "a metric is a tensor, found " + describe(value));
      return;
    }
    GraphBuilder g = at(metric.name.range);
    value = castTo(value, floatType, metric.value->range);
    llvm::SmallVector<int64_t> all;
    for (int64_t axis = 0; axis < value.type().getRank(); ++axis)
      all.push_back(axis);
    auto countType = mlir::RankedTensorType::get({}, builder.getI64Type());
    mlir::Value mean, count;
    if (metric.where) {
      Labels labels;
      Datum condition = mask;
      if (!mask.isTensor() || !mask.type().getElementType().isInteger(1)) {
        error(metric.where->range, "'where' takes truth values, found " + describe(mask));
        return;
      }
      mlir::Value wide = broadcastTo(condition.tensor, dimsOf(value.type()), metric.where->range);
      if (!wide)
        return;
      mlir::Value counted = g.create<CastOp>(withElementType(value.type(), builder.getI64Type()), wide);
      count = all.empty() ? counted : g.create<SumOp>(counted, all);
      mlir::Value kept = g.select(wide, value.tensor, g.fill(0.0, value.tensor));
      mlir::Value total = all.empty() ? kept : g.create<SumOp>(kept, all);
      // The mean over nothing is reported as 0, with count 0.
      mlir::Value atLeastOne = g.create<MaximumOp>(g.cast(count, total), g.fill(1.0, total));
      mean = g.div(total, atLeastOne);
    } else {
      mean = all.empty() ? value.tensor : g.create<MeanOp>(value.tensor, all);
      std::optional<Dim> elements = elementCount(dimsOf(value.type()));
      assert(elements && "sizes are checked when types are made");
      count = elements->isStatic()
                  ? g.create<FillOp>(countType, builder.getF64FloatAttr(double(elements->value())))
                  : g.create<SizeOp>(
                        countType, DimValueAttr::get(&model.context, builder.getStringAttr(elements->str())));
    }
    if (mlir::Operation *op = mean.getDefiningOp(); op && mean != value.tensor)
      op->setLoc(renamed(op->getLoc(), metric.name.text));
    count.getDefiningOp()->setLoc(
        renamed(count.getDefiningOp()->getLoc(), (metric.name.text + "_count").str()));
    metrics.push_back({metric.name.text.str(), mean, count, metric.name.range,
                       frame->kind == Frame::Kind::Entry, metric.doc});
    return;
  }
  case Stmt::Kind::Next: {
    const auto &next = llvm::cast<NextStmt>(stmt);
    for (const Frame *f = frame; f; f = nullptr)
      if (f->loop && f->loop->carried.count(next.name.text) && f->scope->find(next.name.text) &&
          !f->scope->find(next.name.text)->isState) {
        f->loop->nextValues[next.name.text] = evaluate(*next.value);
        f->loop->nextPlaces[next.name.text] = next.value->range;
        return;
      }
    Binding *binding = frame->scope->find(next.name.text);
    if (binding && binding->state == Binding::State::Lazy)
      read(*binding, next.name.text, next.name.range);
    if (binding && binding->isState)
      return updateState(*binding, next);
    if (binding) // else it is unknown, and was said to be
      error(next.name.range, "'" + next.name.text + "' is neither a state nor carried by a loop around this");
    return;
  }
  case Stmt::Kind::Return: {
    const auto &ret = llvm::cast<ReturnStmt>(stmt);
    std::vector<Datum> values;
    for (const Expr *value : ret.values)
      values.push_back(evaluate(*value));
    frame->returned = true;
    frame->result = values.size() == 1 ? values.front() : Datum::ofTuple(std::move(values));
    frame->resultPlace = ret.values.front()->range.upTo(ret.values.back()->range);
    return;
  }
  case Stmt::Kind::Yield: {
    const auto &yield = llvm::cast<YieldStmt>(stmt);
    for (auto [index, value] : llvm::enumerate(yield.values)) {
      Datum datum = evaluate(*value);
      if (frame->loop)
        for (LoopState::Slot &slot : frame->loop->slots)
          if (slot.stmt == &stmt && slot.index == index)
            slot.values.push_back(datum);
    }
    return;
  }
  case Stmt::Kind::Last: return; // its values are those after the final turn
  case Stmt::Kind::Require: {
    const auto &require = llvm::cast<RequireStmt>(stmt);
    if (requireBound(*require.condition))
      return;
    std::optional<bool> holds = evaluateCondition(*require.condition);
    if (holds && !*holds) {
      llvm::StringRef text = diags.getSources().text(require.condition->range);
      error(require.condition->range,
            require.hasMessage ? require.message.str() : "this does not hold: " + text.take_front(80).str());
      frame->returned = true; // what follows relies on it
    }
    return;
  }
  case Stmt::Kind::Dim: {
    const auto &dim = llvm::cast<DimStmt>(stmt);
    addSymbol(dim.name.text, dim.name.range);
    frame->scope->dims[dim.name.text.str()] = Dim::symbol(dim.name.text);
    if (!dim.bound)
      return;
    std::optional<int64_t> bound = evaluateStaticInt(*dim.bound, "the bound of '" + dim.name.text + "'");
    if (!bound)
      return;
    if (*bound < 1)
      error(dim.bound->range, "the bound of a dimension is at least 1, found " + llvm::Twine(*bound));
    else
      model.bounds[dim.name.text] = *bound;
    return;
  }
  }
}

bool Elaborator::requireBound(const Expr &condition) {
  const auto *chain = llvm::dyn_cast<ChainExpr>(&condition);
  if (!chain || chain->operators.size() != 1 || chain->operators.front().op != Op::Le)
    return false;
  const auto *name = llvm::dyn_cast<NameExpr>(chain->operands.front());
  const Dim *size =
      name && !frame->scope->names.count(name->name) ? frame->scope->findDim(name->name) : nullptr;
  std::optional<std::string> symbol = size ? size->symbolIfBare() : std::nullopt;
  if (!symbol)
    return false;
  std::optional<int64_t> bound =
      evaluateStaticInt(*chain->operands.back(), "the bound of '" + name->name + "'");
  if (!bound || *bound < 1)
    return bound == std::nullopt;
  auto known = model.bounds.try_emplace(*symbol, *bound).first;
  known->second = std::min(known->second, *bound);
  return true;
}

//===------------------------------------------------------------------------------------------------===//
// State
//===------------------------------------------------------------------------------------------------===//

void Elaborator::updateState(Binding &binding, const NextStmt &next) {
  if (scanPlace.isValid()) {
    error(next.name.range,
          "'" + next.name.text +
              "' is state, which changes once in a call, not in each turn of a 'scan'; carry the "
              "value by 'with' and set the state after the loop")
        .note(scanPlace, "the 'scan' around this");
    return;
  }
  Datum value = evaluate(*next.value);
  if (value.isUnknown() || binding.value.isUnknown())
    return;
  mlir::RankedTensorType type = binding.value.type();
  mlir::Value tensor = value.isTensor() ? value.tensor : asTensor(value, type, next.value->range);
  if (tensor && tensor.getType() != type) {
    // A scalar fills the state; all else must fit.
    auto found = mlir::cast<mlir::RankedTensorType>(tensor.getType());
    if (found.getRank() == 0 && found.getElementType() == type.getElementType()) {
      tensor = broadcastTo(tensor, dimsOf(type), next.value->range);
    } else {
      error(next.value->range, "'" + next.name.text + "' is " + typeText(type) + ", found " + describe(value))
          .note(binding.declared, "'" + next.name.text + "' declared here");
      return;
    }
  }
  if (!tensor) {
    error(next.value->range, "'" + next.name.text + "' is " + typeText(type) + ", found " + describe(value));
    return;
  }
  if (optimizer) {
    optimizer->stores.push_back({binding.variable, tensor});
    return;
  }
  pendingState[binding.variable] = tensor;
  StateUpdate update;
  update.variable = binding.variable;
  update.value = tensor;
  update.place = next.name.range;
  update.always = frame->kind == Frame::Kind::Model || frame->kind == Frame::Kind::Entry;
  stateUpdates.push_back(std::move(update));
}

//===------------------------------------------------------------------------------------------------===//
// Loops
//===------------------------------------------------------------------------------------------------===//

std::vector<Datum> Elaborator::evaluateEach(const Each &each, bool &ok) {
  constexpr int64_t maxTurns = 100000;
  std::vector<Datum> values;
  if (!each.last) {
    Datum list = evaluate(*each.first);
    if (list.is(Datum::Kind::List))
      return *list.elements;
    ok = false;
    if (!list.isUnknown())
      error(each.first->range, "expected a list or a range, as '0..n', found " + describe(list));
    return values;
  }
  std::optional<int64_t> first = evaluateStaticInt(*each.first, "the begin of a range");
  std::optional<int64_t> last = evaluateStaticInt(*each.last, "the end of a range");
  if (!first || !last) {
    ok = false;
    return values;
  }
  if (*last > *first && uint64_t(*last) - uint64_t(*first) > uint64_t(maxTurns)) {
    error(each.first->range.upTo(each.last->range),
          "a 'for' is unrolled while compiling; it takes at most " + llvm::Twine(maxTurns) + " turns");
    ok = false;
    return values;
  }
  for (int64_t i = *first; i < *last; ++i)
    values.push_back(Datum::ofInt(Dim(i)));
  return values;
}

namespace {
/// The values that a `for` or comprehension goes over, in step.
struct Turns {
  std::vector<std::vector<Datum>> values; // by each
  size_t count = 0;
};
} // namespace

static std::optional<Turns> collectTurns(Elaborator &e, List<Each> list) {
  Turns turns;
  bool ok = true;
  for (const Each &each : list)
    turns.values.push_back(e.evaluateEach(each, ok));
  if (!ok)
    return std::nullopt;
  turns.count = turns.values.front().size();
  for (auto [index, values] : llvm::enumerate(turns.values))
    if (values.size() != turns.count) {
      e.error(list[index].name.range, "'" + list[index].name.text + "' has " + llvm::Twine(values.size()) +
                                          " turns, '" + list[0].name.text + "' has " +
                                          llvm::Twine(turns.count) + "; they go in step");
      return std::nullopt;
    }
  return turns;
}

Datum Elaborator::runComprehension(const ComprehensionExpr &comprehension) {
  std::optional<Turns> turns = collectTurns(*this, comprehension.each);
  if (!turns)
    return Datum();
  std::vector<Datum> elements;
  for (size_t turn = 0; turn < turns->count && !diags.stopped(); ++turn) {
    frame->scope = makeScope(frame->scope);
    for (auto [index, each] : llvm::enumerate(comprehension.each))
      define(each.name, turns->values[index][turn]);
    elements.push_back(evaluate(*comprehension.element));
    frame->scope = frame->scope->parent;
    if (elements.back().isUnknown())
      return Datum();
  }
  return Datum::ofList(std::move(elements));
}

void Elaborator::collectSlots(const Block &block, llvm::SmallVectorImpl<LoopState::Slot> &slots) {
  for (const Stmt *stmt : block.statements) {
    if (const auto *yield = llvm::dyn_cast<YieldStmt>(stmt))
      for (unsigned i = 0; i < yield->values.size(); ++i)
        slots.push_back({stmt, i, false, "", {}});
    if (const auto *last = llvm::dyn_cast<LastStmt>(stmt))
      for (unsigned i = 0; i < last->names.size(); ++i)
        slots.push_back({stmt, i, true, last->names[i].text, {}});
    if (const auto *branch = llvm::dyn_cast<IfStmt>(stmt)) {
      collectSlots(*branch->then, slots);
      if (branch->otherwise)
        collectSlots(*branch->otherwise, slots);
    }
  }
}

Datum Elaborator::runLoop(const ForExpr &loop) {
  std::optional<Turns> turns = collectTurns(*this, loop.each);
  LoopState state;
  collectSlots(*loop.body, state.slots);
  for (const Carry &carry : loop.carries)
    state.carried[carry.name.text] = evaluate(*carry.value);
  if (!turns)
    return Datum();
  LoopState *outerLoop = frame->loop;
  std::string outerTurn = frame->naming->turn;
  frame->loop = &state;
  for (size_t turn = 0; turn < turns->count && !diags.stopped(); ++turn) {
    frame->naming->turn = outerTurn + "." + std::to_string(turn);
    frame->scope = makeScope(frame->scope);
    for (auto [index, each] : llvm::enumerate(loop.each))
      define(each.name, turns->values[index][turn]);
    for (const Carry &carry : loop.carries)
      define(carry.name, state.carried[carry.name.text]);
    frame->scope = makeScope(frame->scope);
    runBlock(*loop.body);
    frame->scope = frame->scope->parent->parent;
    for (auto &entry : state.nextValues)
      state.carried[entry.getKey()] = entry.getValue();
    state.nextValues.clear();
    if (frame->returned)
      break;
  }
  frame->loop = outerLoop;
  frame->naming->turn = outerTurn;
  if (frame->returned)
    return Datum();
  std::vector<Datum> values;
  for (LoopState::Slot &slot : state.slots)
    values.push_back(slot.isLast ? state.carried[slot.carry] : Datum::ofList(std::move(slot.values)));
  if (values.empty())
    return fail(loop.range, "this 'for' has no value; it needs a 'yield' or a 'last'");
  return values.size() == 1 ? values.front() : Datum::ofTuple(std::move(values));
}
