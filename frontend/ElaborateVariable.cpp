// ElaborateVariable.cpp: parameters, state, initial values, gradients, and the end of a function.
#include "frontend/Elaborator.h"
#include "ir/Provenance.h"
#include "ir/ops/Random.h"
#include "ir/ops/Shape.h"
#include "ir/ops/Scan.h"
#include "ir/ops/Structure.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/Support/xxhash.h"
#include <cmath>

using namespace nnc;
using namespace nnc::ast;

//===------------------------------------------------------------------------------------------------===//
// Initial values
//===------------------------------------------------------------------------------------------------===//

/// Inputs and outputs of one unit of a weight: the last axis has the units, the one before it what they read, the
/// others (of convolutions) the window.
static std::pair<double, double> fans(mlir::RankedTensorType type) {
  llvm::ArrayRef<int64_t> shape = type.getShape();
  if (shape.empty())
    return {1.0, 1.0};
  if (shape.size() == 1)
    return {double(shape[0]), double(shape[0])};
  double window = 1.0;
  for (int64_t size : shape.drop_back(2))
    window *= double(size);
  return {window * double(shape[shape.size() - 2]), window * double(shape.back())};
}

InitAttr Elaborator::initAttribute(const Datum &datum, mlir::RankedTensorType type, Range range) {
  auto make = [&](InitKind kind, double a, double b) {
    return InitAttr::get(&model.context, kind, a, b, mlir::DenseElementsAttr());
  };
  if (datum.is(Datum::Kind::Bool) && type.getElementType().isInteger(1))
    return make(InitKind::Constant, datum.truth, 0.0);
  if (std::optional<double> number = datum.asDouble()) {
    if (!checkFits(*number, type.getElementType(), range))
      return {};
    if (datum.is(Datum::Kind::Int) || mlir::isa<mlir::FloatType>(type.getElementType()))
      return make(InitKind::Constant, *number, 0.0);
  } else if (datum.is(Datum::Kind::List)) {
    bool allInts = true;
    std::optional<InitSpec> literal = literalValues(datum, allInts);
    if (literal && llvm::ArrayRef<int64_t>(literal->shape) != type.getShape()) {
      Dims dims;
      for (int64_t size : literal->shape)
        dims.push_back(Dim(size));
      error(range, "these numbers have sizes " + dimsText(dims) + ", expected " + dimsText(dimsOf(type)));
      return {};
    }
    const bool isFloat = mlir::isa<mlir::FloatType>(type.getElementType());
    if (literal && !type.getElementType().isInteger(1) && (isFloat || allInts)) {
      for (double value : literal->values)
        if (!checkFits(value, type.getElementType(), range))
          return {};
      return InitAttr::get(
          &model.context, InitKind::Values, 0.0, 0.0,
          mlir::DenseElementsAttr::get(mlir::RankedTensorType::get(literal->shape, builder.getF64Type()),
                                       llvm::ArrayRef<double>(literal->values)));
    }
  } else if (datum.is(Datum::Kind::Init)) {
    const InitSpec &spec = *datum.init;
    auto [in, out] = fans(type);
    if (!mlir::isa<mlir::FloatType>(type.getElementType()) && spec.kind != InitSpec::Kind::Constant) {
      error(range, "random initial values are floats; this is " + typeText(type));
      return {};
    }
    auto uniform = [&](double variance) {
      double limit = spec.a * std::sqrt(3.0 * variance);
      return make(InitKind::Uniform, -limit, limit);
    };
    switch (spec.kind) {
    case InitSpec::Kind::Constant:
      return checkFits(spec.a, type.getElementType(), range) ? make(InitKind::Constant, spec.a, 0.0)
                                                             : InitAttr();
    case InitSpec::Kind::Uniform: return make(InitKind::Uniform, spec.a, spec.b);
    case InitSpec::Kind::Normal: return make(InitKind::Normal, spec.a, spec.b);
    case InitSpec::Kind::Truncated: return make(InitKind::Truncated, spec.a, spec.b);
    case InitSpec::Kind::Orthogonal:
      if (type.getRank() < 2) {
        error(range, "'orthogonal' needs two axes or more, found " + typeText(type));
        return {};
      }
      return make(InitKind::Orthogonal, spec.a, 0.0);
    case InitSpec::Kind::GlorotUniform: return uniform(2.0 / (in + out));
    case InitSpec::Kind::GlorotNormal:
      return make(InitKind::Normal, 0.0, spec.a * std::sqrt(2.0 / (in + out)));
    case InitSpec::Kind::HeUniform: return uniform(2.0 / in);
    case InitSpec::Kind::HeNormal: return make(InitKind::Normal, 0.0, spec.a * std::sqrt(2.0 / in));
    case InitSpec::Kind::Values: break;
    }
  }
  if (!datum.isUnknown())
    error(range, "expected an initial value of " + typeText(type) + ", as 'zeros()' or numbers; found " +
                     describe(datum));
  return {};
}

//===------------------------------------------------------------------------------------------------===//
// Variables
//===------------------------------------------------------------------------------------------------===//

ModelState::Variable *Elaborator::getVariable(const std::string &name, VariableKind kind,
                                              mlir::RankedTensorType type, InitAttr init, Range declared,
                                              llvm::StringRef doc) {
  auto [it, isNew] = model.variables.try_emplace(name);
  ModelState::Variable &variable = it->second;
  if (!isNew)
    return &variable;
  // Variables stand before the functions, in the order in which the text asks for them.
  mlir::Block &body = model.op.getBody().front();
  auto firstFunction = body.getOps<FuncOp>();
  mlir::OpBuilder inModel(&model.context);
  if (firstFunction.empty())
    inModel.setInsertionPointToEnd(&body);
  else
    inModel.setInsertionPoint(*firstFunction.begin());
  variable.op = inModel.create<VariableOp>(location(declared), name, kind, type, init, mlir::IntegerAttr(),
                                           doc.empty() ? mlir::StringAttr() : builder.getStringAttr(doc));
  variable.type = type;
  variable.declared = declared;
  variable.isParameter = kind == VariableKind::Parameter;
  variable.firstUse = calls.empty() ? declared : calls.back().range;
  for (const CallSite &site : calls)
    if (!site.module->isLibrary)
      variable.firstUse = site.range;
  return &variable;
}

mlir::Value Elaborator::load(llvm::StringRef name, Range range) {
  const ModelState::Variable &variable = model.variables.find(name.str())->second;
  std::string symbol = name.str();
  if (averaged.isValid() && variable.isParameter) {
    // Which train block's average this is will be known when all of them are lowered (LowerState.cpp).
    symbol = averagePlaceholder + symbol;
    model.averaged.try_emplace(name.str(), averaged);
  }
  mlir::Value &value = loads[symbol];
  if (!value) {
    // Before the loop, if one asks for it first.
    mlir::OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(&func.getBody().front());
    GraphBuilder g = at(range);
    g.setLoc(renamed(g.getLoc(), name));
    value = g.create<LoadOp>(variable.type, symbol);
  }
  return value;
}

Binding Elaborator::makeVariable(const VariableStmt &stmt) {
  Binding binding;
  binding.declared = stmt.name.range;
  binding.type = stmt.type;
  binding.isState = stmt.isState;
  binding.isParam = !stmt.isState;
  Labels labels;
  mlir::RankedTensorType type = resolveType(*stmt.type, labels, /*bindsSymbols=*/false);
  if (!type)
    return binding;
  if (!stmt.isState && !mlir::isa<mlir::FloatType>(type.getElementType())) {
    error(stmt.type->range, "a parameter is trained, so its elements are floats, as 'f[...]'; found " +
                                typeText(type) + "; what counts or is kept is 'state', what never changes a 'let'");
    return binding;
  }
  if (!type.hasStaticShape()) {
    for (auto [dim, written] : llvm::zip(dimsOf(type), stmt.type->dims)) {
      if (dim.isStatic())
        continue;
      auto report = error(written.range, llvm::Twine(stmt.isState ? "state" : "a parameter") +
                                             " can't have the run-time dimension '" + dim.str() +
                                             "'; use a model parameter, as '" +
                                             (stmt.isState ? "streams" : "size") + ": int = 1'");
      if (std::optional<std::string> symbol = dim.symbolIfBare())
        if (auto place = model.symbolPlaces.find(*symbol); place != model.symbolPlaces.end())
          report.note(place->second, "'" + *symbol + "' becomes a run-time dimension here");
      break;
    }
    return binding;
  }
  Datum initial = evaluate(*stmt.initial);
  InitAttr init = initial.isUnknown() ? InitAttr() : initAttribute(initial, type, stmt.initial->range);
  if (!init)
    return binding;

  std::string path = frame->instance ? frame->instance->path : frame->naming->prefix;
  if (optimizer && stmt.isState) {
    binding.variable = optimizer->prefix + stmt.name.text.str() + "." + optimizer->parameter;
    getVariable(binding.variable, VariableKind::Slot, type, init, stmt.name.range, stmt.doc);
  } else {
    binding.variable = (stmt.isState ? "state." : "") + path + stmt.name.text.str();
    bool known = model.variables.count(binding.variable);
    ModelState::Variable *variable =
        getVariable(binding.variable, stmt.isState ? VariableKind::State : VariableKind::Parameter, type,
                    init, stmt.name.range, stmt.doc);
    if (!known)
      for (const DimExpr &dim : stmt.type->dims)
        variable->sizes.push_back(dim.size ? diags.getSources().text(dim.range).str() : std::string());
    if (!known && !stmt.isState && type.getRank() >= 2 && init.getKind() == InitKind::Constant) {
      // Said where the user's text asks for it.
      Range place = stmt.initial->range;
      if (frame->module->isLibrary)
        place = variable->firstUse;
      diags.warning(Warning::ZeroWeights, place,
                    "all values of '" + binding.variable + "' start out equal, so its units learn the same");
    }
    if (variable->type != type) {
      // Two applications that disagree: named by the dimension that differs, where it has a name.
      std::string owner = llvm::StringRef(path).rtrim('.').str();
      Dims before = dimsOf(variable->type), now = dimsOf(type);
      std::string text = "'" + binding.variable + "' was fixed to " + typeText(variable->type) +
                         " by its first application, found " + typeText(type);
      for (size_t axis = 0; axis < std::min(before.size(), now.size()); ++axis)
        if (before[axis] != now[axis] && axis < variable->sizes.size() && !owner.empty()) {
          text = "'" + owner + "' was fixed to " + before[axis].str() + " " + variable->sizes[axis] +
                 " by its first application, found " + now[axis].str();
          break;
        }
      Range place = calls.empty() ? stmt.name.range : calls.back().range;
      for (const CallSite &site : calls)
        if (!site.module->isLibrary)
          place = site.range;
      error(place, text)
          .note(variable->firstUse,
                "first applied here; for parameters of its own write 'clone(" + owner + ")'");
      return binding;
    }
  }
  binding.value = Datum::ofTensor(load(binding.variable, stmt.name.range), labels);
  return binding;
}

//===------------------------------------------------------------------------------------------------===//
// Gradients
//===------------------------------------------------------------------------------------------------===//

/// Whether derivatives pass through an op at all.
static bool isDifferentiable(mlir::Operation *op) {
  return mlir::isa<DifferentiableOpInterface, RegionDifferentiableOpInterface, GradOp>(op);
}

static bool isFloatTensor(mlir::Value value) {
  return mlir::isa<mlir::FloatType>(mlir::getElementTypeOrSelf(value.getType()));
}

/// The values that `value` reaches by differentiable ops.
static llvm::DenseSet<mlir::Value> reachedFrom(mlir::Value value) {
  llvm::DenseSet<mlir::Value> reached = {value};
  llvm::SmallVector<mlir::Value> work = {value};
  while (!work.empty()) {
    mlir::Value next = work.pop_back_val();
    for (mlir::Operation *user : next.getUsers())
      if (isDifferentiable(user))
        for (mlir::Value result : user->getResults())
          if (isFloatTensor(result) && reached.insert(result).second)
            work.push_back(result);
  }
  return reached;
}

/// The first op, in the order of the graph, on a way to `target` that lets nothing through of what reaches it.
static mlir::Operation *endOfPath(mlir::Value target, const llvm::DenseSet<mlir::Value> &reached) {
  llvm::DenseSet<mlir::Operation *> needed;
  llvm::SmallVector<mlir::Operation *> work = {target.getDefiningOp()};
  mlir::Operation *first = nullptr;
  while (!work.empty()) {
    mlir::Operation *op = work.pop_back_val();
    if (!op || !needed.insert(op).second)
      continue;
    if (mlir::isa<NonDifferentiableOpInterface>(op) &&
        llvm::any_of(op->getOperands(), [&](mlir::Value operand) { return reached.contains(operand); }) &&
        (!first || (op->getBlock() == first->getBlock() && op->isBeforeInBlock(first))))
      first = op;
    for (mlir::Value operand : op->getOperands())
      work.push_back(operand.getDefiningOp());
  }
  return first;
}

bool Elaborator::checkPath(mlir::Value target, mlir::Value value, Range targetRange,
                           llvm::StringRef targetName, llvm::StringRef name) {
  llvm::DenseSet<mlir::Value> reached = reachedFrom(value);
  if (reached.contains(target))
    return true;
  auto report = error(targetRange, targetName + " has no differentiable path from " + name);
  if (mlir::Operation *endsAt = endOfPath(target, reached))
    if (mlir::FileLineColLoc place = sourcePlace(endsAt->getLoc()))
      if (Range range = diags.getSources().find(place.getFilename(), place.getLine(), place.getColumn());
          range.isValid())
        report.note(range, "the path ends here: " +
                               mlir::cast<NonDifferentiableOpInterface>(endsAt).whyNotDifferentiable());
  return false;
}

Datum Elaborator::gradient(const CallExpr &call, const Datum &target, Range targetRange, const Expr &wrt) {
  if (target.type().getRank() != 0 || !isFloatTensor(target.tensor))
    return fail(targetRange,
                "'grad' differentiates a scalar " + elementName(floatType) + "[], found " + describe(target));
  llvm::SmallVector<const Expr *> names;
  if (const auto *tuple = llvm::dyn_cast<TupleExpr>(&wrt))
    names.append(tuple->elements.begin(), tuple->elements.end());
  else
    names.push_back(&wrt);
  llvm::SmallVector<mlir::Value> values;
  llvm::SmallVector<Labels> labels;
  const Expr *targetExpr = call.args.empty() ? nullptr : call.args.front().value;
  for (const Expr *name : names) {
    if (!llvm::isa<NameExpr>(name) && !llvm::isa<MemberExpr>(name))
      return fail(name->range, "'wrt' takes the name of an input, a 'let', a parameter or a layer's part");
    Datum value = evaluate(*name);
    if (value.isUnknown())
      return value;
    if (!value.isTensor() || !isFloatTensor(value.tensor))
      return fail(name->range, "derivatives are with respect to float tensors, found " + describe(value));
    if (!checkPath(target.tensor, value.tensor, targetRange, operandName(targetExpr, "this value"),
                   ("'" + diags.getSources().text(name->range) + "'").str()))
      return Datum();
    values.push_back(value.tensor);
    labels.push_back(value.labels);
  }
  auto grad = builder.create<GradOp>(location(call.range), target.tensor, values);
  std::vector<Datum> results;
  for (auto [result, names] : llvm::zip(grad.getGradients(), labels))
    results.push_back(Datum::ofTensor(result, names));
  return results.size() == 1 ? results.front() : Datum::ofTuple(std::move(results));
}

//===------------------------------------------------------------------------------------------------===//
// Inputs and the end of a function
//===------------------------------------------------------------------------------------------------===//

Elaborator::Input &Elaborator::addInput(llvm::StringRef name, llvm::StringRef role,
                                        mlir::RankedTensorType type, llvm::StringRef doc, Range place) {
  mlir::Location loc = renamed(location(place), name);
  inputs.push_back({func.getBody().front().addArgument(type, loc), name.str(), role.str(), doc.str(),
                    std::nullopt, false});
  return inputs.back();
}

mlir::Value Elaborator::randomKey(Range range) {
  auto scalar = mlir::RankedTensorType::get({}, builder.getI64Type());
  if (!seed)
    seed = addInput("seed", drawCounter ? "instance_seed" : "seed", scalar, "", range).argument;
  GraphBuilder g = at(range);
  mlir::Value counter = drawCounter ? drawCounter() : g.create<FillOp>(scalar, builder.getF64FloatAttr(0.0));
  // The layer's name and a number: draws of other layers change nothing.
  std::string place;
  for (const Frame *at = frame; at && place.empty(); at = at->caller)
    if (at->instance)
      place = at->instance->path;
  place += "#" + std::to_string(drawsIn[place]++);
  auto stream = static_cast<int64_t>(llvm::xxHash64("draw:" + place));
  mlir::Value key = g.create<RandomKeyOp>(seed, counter, builder.getI64IntegerAttr(stream));
  for (mlir::Value turn : turns)
    key = g.create<RandomKeyOp>(key, g.cast(turn, seed), builder.getI64IntegerAttr(stream));
  return key;
}

void Elaborator::store(llvm::StringRef variable, mlir::Value value, Range place) {
  builder.create<StoreOp>(location(place), value, variable);
}

void Elaborator::finish(llvm::ArrayRef<Result> results) {
  mlir::Block &block = func.getBody().front();
  // The ops that results and kept stores need.
  llvm::DenseSet<mlir::Value> needed;
  llvm::SmallVector<mlir::Value> work;
  auto need = [&](mlir::Value value) {
    if (needed.insert(value).second)
      work.push_back(value);
    while (!work.empty()) {
      mlir::Operation *op = work.pop_back_val().getDefiningOp();
      for (mlir::Value operand : op ? op->getOperands() : mlir::OperandRange(nullptr, 0))
        if (needed.insert(operand).second)
          work.push_back(operand);
    }
  };
  for (const Result &result : results)
    need(result.value);
  for (StoreOp stored : block.getOps<StoreOp>())
    need(stored.getValue());

  // State moves on with the applications that are needed; each may need more.
  llvm::SmallVector<bool> kept(stateUpdates.size(), false);
  for (bool changed = true; changed;) {
    changed = false;
    for (auto [index, update] : llvm::enumerate(stateUpdates))
      if (!kept[index] && (update.always || llvm::any_of(update.neededBy, [&](mlir::Value v) {
                             return needed.contains(v);
                           }))) {
        kept[index] = changed = true;
        need(update.value);
      }
  }
  llvm::StringMap<const StateUpdate *> final; // of several in one call the last one
  for (auto [index, update] : llvm::enumerate(stateUpdates))
    if (kept[index])
      final[update.variable] = &update;
  for (const StateUpdate &update : stateUpdates)
    if (final.lookup(update.variable) == &update)
      store(update.variable, update.value, update.place);

  llvm::SmallVector<mlir::Value> values;
  llvm::SmallVector<mlir::Type> types;
  llvm::SmallVector<mlir::Attribute> resultAttributes, argumentAttributes;
  auto attribute = [&](mlir::NamedAttrList &list, llvm::StringRef name, llvm::StringRef text) {
    if (!text.empty())
      list.set(name, builder.getStringAttr(text));
  };
  for (const Result &result : results) {
    values.push_back(result.value);
    types.push_back(result.value.getType());
    mlir::NamedAttrList list;
    attribute(list, "nn.name", result.name);
    attribute(list, "nn.role", result.role);
    attribute(list, "nn.doc", result.doc);
    resultAttributes.push_back(list.getDictionary(&model.context));
  }
  builder.create<ReturnOp>(func.getLoc(), values);

  // What nothing needs, from the last op on; all ops but stores and the return are pure.
  mlir::IRRewriter rewriter(&model.context);
  for (mlir::Operation &op : llvm::make_early_inc_range(llvm::reverse(block))) {
    if (!mlir::isa<StoreOp, ReturnOp>(op) && op.use_empty())
      op.erase();
    else if (auto scan = mlir::dyn_cast<ScanOp>(op))
      dropUnneededParts(scan, rewriter);
  }
  llvm::SmallVector<Input> remaining;
  for (const Input &input : inputs) {
    if (input.argument.use_empty() && !input.isKept)
      continue;
    if (input.role == "input")
      model.inputsRead[input.name] = true;
    remaining.push_back(input);
  }
  block.eraseArguments([&](mlir::BlockArgument argument) {
    return llvm::none_of(remaining, [&](const Input &input) { return input.argument == argument; });
  });
  llvm::SmallVector<mlir::Type> argumentTypes;
  for (const Input &input : remaining) {
    mlir::NamedAttrList list;
    attribute(list, "nn.name", input.name);
    if (input.role != "input")
      attribute(list, "nn.role", input.role);
    attribute(list, "nn.doc", input.doc);
    if (input.defaultValue)
      list.set("nn.default", builder.getF64FloatAttr(*input.defaultValue));
    argumentAttributes.push_back(list.getDictionary(&model.context));
    argumentTypes.push_back(input.argument.getType());
  }
  func.setFunctionType(builder.getFunctionType(argumentTypes, types));
  func.setArgAttrsAttr(builder.getArrayAttr(argumentAttributes));
  func.setResAttrsAttr(builder.getArrayAttr(resultAttributes));
  inputs.assign(remaining.begin(), remaining.end());
}
