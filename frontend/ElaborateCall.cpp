// ElaborateCall.cpp: functions, layer values and their application.
#include "frontend/Builtins.h"
#include "frontend/Elaborator.h"
#include "ir/Provenance.h"

using namespace nnc;
using namespace nnc::ast;

Elaborator::Call::Call(Elaborator &e, Range range, Range firstArg, llvm::StringRef callee)
    : e(e), context(e.diags, range, ("in this use of '" + callee + "'").str()),
      previousPlace(e.libraryPlace) {
  e.calls.push_back({range, firstArg, callee, e.frame->module});
  if (!e.frame->module->isLibrary)
    e.libraryPlace = range;
}

Elaborator::Call::~Call() {
  e.calls.pop_back();
  e.libraryPlace = previousPlace;
}

//===------------------------------------------------------------------------------------------------===//
// Arguments
//===------------------------------------------------------------------------------------------------===//

Elaborator::Arguments Elaborator::evaluateArguments(llvm::ArrayRef<Arg> args, const Datum *piped,
                                                    Range pipedRange) {
  Arguments arguments;
  if (piped)
    arguments.push_back({{}, *piped, pipedRange, nullptr});
  for (const Arg &arg : args)
    arguments.push_back({arg.name, evaluate(*arg.value), arg.value->range, arg.value});
  return arguments;
}

std::optional<llvm::SmallVector<const Elaborator::Argument *>>
Elaborator::matchArguments(llvm::ArrayRef<Formal> formals, const Arguments &arguments, Range call,
                           llvm::StringRef callee, Range declared) {
  llvm::SmallVector<const Argument *> matched(formals.size(), nullptr);
  llvm::SmallVector<llvm::StringRef> names;
  for (const Formal &formal : formals)
    names.push_back(formal.name.text);
  size_t next = 0;
  bool named = false, ok = true;
  for (const Argument &argument : arguments) {
    size_t index = next;
    if (argument.name) {
      named = true;
      index = std::distance(names.begin(), llvm::find(names, argument.name.text));
      if (index == names.size()) {
        error(argument.name.range, "'" + callee + "' has no argument '" + argument.name.text + "'" +
                                       didYouMean(argument.name.text, names));
        ok = false;
        continue;
      }
    } else if (named) {
      error(argument.range, "an argument by position cannot follow one by name");
      ok = false;
      continue;
    } else if (++next > formals.size()) {
      error(argument.range,
            "too many arguments for '" + callee + "': it takes " + llvm::Twine(formals.size()))
          .note(declared, "'" + callee + "' declared here");
      return std::nullopt;
    }
    if (matched[index]) {
      error(argument.name ? argument.name.range : argument.range,
            "argument '" + names[index] + "' is given twice")
          .note(matched[index]->range, "the first time here");
      ok = false;
      continue;
    }
    matched[index] = &argument;
  }
  for (auto [index, formal] : llvm::enumerate(formals))
    if (!matched[index] && !formal.defaultValue && ok) {
      error(call, "'" + callee + "' needs the argument '" + formal.name.text + "'")
          .note(formal.name.range, "'" + formal.name.text + "' declared here");
      ok = false;
    }
  return ok ? std::optional(std::move(matched)) : std::nullopt;
}

/// Binds formals to arguments in the current frame's scope; sizes of tensors bind dimensions in `dimsScope`.
bool Elaborator::bindFormals(llvm::ArrayRef<Formal> formals, llvm::ArrayRef<const Argument *> arguments,
                             llvm::StringRef callee, Range call, ScopePtr dimsScope) {
  bool ok = true;
  frame->hasFormals = true;
  for (auto [formal, argument] : llvm::zip(formals, arguments))
    if (argument)
      frame->given.insert(formal.name.text);
  auto bind = [&](const Formal &formal, Datum value) {
    ok &= !value.isUnknown();
    define(formal.name, std::move(value), formal.type);
  };
  // Configuration first: dimensions of tensors may name it.
  for (auto [formal, argument] : llvm::zip(formals, arguments))
    if (argument && formal.type->kind != Type::Kind::Tensor)
      bind(formal, fitFormal(formal, *argument, callee, *dimsScope));
  for (auto [formal, argument] : llvm::zip(formals, arguments)) {
    const bool isTensor = formal.type->kind == Type::Kind::Tensor;
    if (argument && isTensor) {
      bind(formal, fitFormal(formal, *argument, callee, *dimsScope));
    } else if (!argument) {
      Argument standard{formal.name, evaluate(*formal.defaultValue), formal.defaultValue->range,
                        formal.defaultValue};
      bind(formal, fitFormal(formal, standard, callee, *dimsScope));
    }
  }
  return ok;
}

//===------------------------------------------------------------------------------------------------===//
// Functions
//===------------------------------------------------------------------------------------------------===//

Datum Elaborator::evaluateCall(const CallExpr &call, const Datum *piped, Range pipedRange) {
  Datum callee = evaluate(*call.callee);
  if (callee.isUnknown()) {
    for (const Arg &arg : call.args) // so that their errors show as well
      if (!llvm::isa<PackExpr>(arg.value))
        evaluate(*arg.value);
    return callee;
  }
  if (callee.is(Datum::Kind::Function)) {
    const Callable &callable = *callee.function;
    if (callable.kind == Callable::Kind::Builtin && callable.builtin->makesLayer && piped) {
      // `x |> eval_mode(base)`: the builtin makes the layer that is applied.
      Datum layer = callBuiltin(*this, *callable.builtin, call.range, &call, nullptr);
      Arguments arguments;
      arguments.push_back({{}, *piped, pipedRange, nullptr});
      return layer.isUnknown() ? layer : applyLayerLike(layer, arguments, call.range);
    }
    if (callable.kind == Callable::Kind::Builtin) {
      Argument first;
      if (piped)
        first = {{}, *piped, pipedRange, nullptr};
      return callBuiltin(*this, *callable.builtin, call.range, &call, piped ? &first : nullptr);
    }
    if (callable.kind == Callable::Kind::Constructor) {
      Datum layer = construct(callable, call);
      if (!piped || layer.isUnknown())
        return layer;
      Arguments arguments;
      arguments.push_back({{}, *piped, pipedRange, nullptr});
      return applyLayerLike(layer, arguments, call.range);
    }
    return callCallable(callable, evaluateArguments(call.args, piped, pipedRange), call.range, &call);
  }
  if (!callee.isLayerLike())
    return fail(call.callee->range, "only layers and functions can be called; this is " + describe(callee));
  // `Dense(64)(x)`: the number of the layer is given out before those inside of its arguments.
  if (callee.is(Datum::Kind::Layer) && !callee.layer->named && llvm::isa<CallExpr>(call.callee))
    nameAnonymous(*callee.layer, *frame->naming);
  return applyLayerLike(callee, evaluateArguments(call.args, piped, pipedRange), call.range);
}

Datum Elaborator::callCallable(const Callable &callable, const Arguments &arguments, Range range,
                               const CallExpr *call) {
  switch (callable.kind) {
  case Callable::Kind::Function:
    if (callable.instance && !callable.closure)
      return applyInstance(callable.instance, callable.name, arguments, range);
    return callFunction(callable, arguments, range);
  case Callable::Kind::Elementwise: return callElementwise(callable, arguments, range);
  case Callable::Kind::Operator: return callOperator(callable, arguments, range);
  case Callable::Kind::Builtin:
    if (arguments.size() != 1 || arguments[0].name)
      return fail(range, "'" + callable.name + "' takes one tensor here");
    return callBuiltin(*this, *callable.builtin, range, nullptr, &arguments[0]);
  case Callable::Kind::Constructor:
    return fail(range, "'" + callable.name + "' is a layer that needs its configuration: write '" +
                           callable.name + "(...)'");
  }
  return Datum();
}

Datum Elaborator::callFunction(const Callable &function, const Arguments &arguments, Range range) {
  auto matched =
      matchArguments(function.signature->formals, arguments, range, function.name, function.declared);
  if (!matched || llvm::any_of(arguments, [](const Argument &a) { return a.value.isUnknown(); }))
    return Datum();
  if (++depth > maxDepth || calls.size() >= 256) {
    --depth;
    return fail(range, "uses of layers and functions nest deeper than 256 levels; does '" + function.name +
                           "' use itself?");
  }
  Range firstArg = arguments.empty() ? Range() : arguments.front().range;
  Call context(*this, range, firstArg, function.name);
  Frame inner;
  inner.kind = Frame::Kind::Function;
  inner.module = function.module;
  inner.scope = makeScope(function.closure);
  inner.training = frame->training;
  inner.instance = function.instance;
  inner.naming = std::make_shared<Naming>();
  // Layers that the text of a function makes are named under it, the same ones at each call.
  inner.naming->forbidden = !function.closure;
  inner.naming->prefix =
      (function.instance ? function.instance->path : std::string()) + (function.name + ".").str();
  Datum result;
  {
    Enter enter(*this, inner);
    if (bindFormals(function.signature->formals, *matched, function.name, range, inner.scope)) {
      runBlock(*function.body);
      if (inner.returned)
        result = checkResult(*function.signature->result, inner.result, inner.resultPlace, function.name);
      else if (!diags.hasErrors())
        result = fail(function.declared, "'" + function.name + "' ends without 'return'");
    }
  }
  --depth;
  return result;
}

//===------------------------------------------------------------------------------------------------===//
// Layer values
//===------------------------------------------------------------------------------------------------===//

Datum Elaborator::construct(const Callable &constructor, const CallExpr &call) {
  const LayerDecl &decl = *constructor.layer;
  Arguments arguments = evaluateArguments(call.args, nullptr, {});
  auto matched = matchArguments(decl.formals, arguments, call.range, decl.name.text, decl.name.range);
  if (!matched)
    return Datum();
  auto layer = std::make_shared<LayerValue>();
  layer->kind = LayerValue::Kind::Instance;
  layer->occurrence = call.callee->range;
  layer->decl = &decl;
  layer->module = constructor.module;
  layer->origin = &call;
  // Defaults may name earlier arguments, so the configuration is bound in a scope of the layer's own text.
  Frame inner;
  inner.kind = Frame::Kind::Layer;
  inner.module = constructor.module;
  inner.scope = makeScope(nullptr);
  inner.training = frame->training;
  inner.naming = std::make_shared<Naming>();
  Call context(*this, call.range, {}, decl.name.text);
  Enter enter(*this, inner);
  bool ok = bindFormals(decl.formals, *matched, decl.name.text, call.range, inner.scope);
  for (const Formal &formal : decl.formals)
    layer->config.push_back(inner.scope->names[formal.name.text].value);
  return ok ? Datum::ofLayer(layer) : Datum();
}

LayerPtr Elaborator::asLayer(const Datum &datum, Range range) {
  if (datum.is(Datum::Kind::Layer))
    return datum.layer;
  auto layer = std::make_shared<LayerValue>();
  layer->occurrence = range;
  if (datum.is(Datum::Kind::Function)) {
    layer->kind = LayerValue::Kind::Function;
    layer->function = datum;
    return layer;
  }
  if (datum.isLayerLike()) {
    layer->kind = LayerValue::Kind::Composition;
    for (const Datum &element : *datum.elements)
      layer->parts.push_back(asLayer(element, range));
    return layer;
  }
  fail(range, "expected a layer, found " + describe(datum));
  return nullptr;
}

Datum Elaborator::applyLayerLike(const Datum &layer, const Arguments &arguments, Range range) {
  LayerPtr value = asLayer(layer, range);
  return value ? applyLayer(value, arguments, range) : Datum();
}

Datum Elaborator::applyLayer(const LayerPtr &layer, const Arguments &arguments, Range range) {
  if (llvm::any_of(arguments, [](const Argument &a) { return a.value.isUnknown(); }))
    return Datum();
  switch (layer->kind) {
  case LayerValue::Kind::Function: {
    if (!layer->call)
      return callCallable(*layer->function.function, arguments, range, nullptr);
    if (arguments.size() != 1)
      return fail(range, "a part of a composition takes one tensor");
    // `mean(along: time)` in a composition: its further arguments are read where they were written.
    ScopePtr scope = frame->scope;
    frame->scope = layer->callScope;
    Datum result = evaluateCall(*layer->call, &arguments[0].value, arguments[0].range);
    frame->scope = scope;
    return result;
  }
  case LayerValue::Kind::Composition: {
    if (layer->parts.empty() && arguments.size() == 1)
      return arguments[0].value;
    if (!layer->named)
      for (const LayerPtr &part : layer->parts)
        nameAnonymous(*part, *frame->naming);
    Arguments next = arguments;
    Datum value;
    for (const LayerPtr &part : layer->parts) {
      value = applyLayer(part, next, range);
      if (value.isUnknown())
        return value;
      next.clear();
      next.push_back({{}, value, range, nullptr});
    }
    return value;
  }
  case LayerValue::Kind::View: {
    if (layer->view == LayerValue::View::Checkpoint)
      return checkpointed([&] { return applyLayer(layer->parts.front(), arguments, range); });
    bool training = frame->training;
    Range outer = averaged;
    if (layer->view == LayerValue::View::Averaged)
      averaged = layer->occurrence;
    else
      frame->training = layer->view == LayerValue::View::Train;
    Datum result = applyLayer(layer->parts.front(), arguments, range);
    frame->training = training;
    averaged = outer;
    return result;
  }
  case LayerValue::Kind::Instance: return applyInstance(layer, "", arguments, range);
  }
  return Datum();
}

/// A function of a layer of functions, in one use of that layer.
static Callable functionOf(const LayerPtr &layer, const FnStmt &fn) {
  Callable callable;
  callable.name = fn.name.text;
  callable.module = layer->module;
  callable.signature = &fn.signature;
  callable.body = fn.body;
  callable.declared = fn.name.range;
  callable.instance = layer;
  return callable;
}

ScopePtr Elaborator::instanceScope(const LayerPtr &layer) {
  ScopePtr scope = makeScope(nullptr);
  for (auto [formal, value] : llvm::zip(layer->decl->formals, layer->config)) {
    Binding binding;
    binding.value = value;
    binding.declared = formal.name.range;
    binding.type = formal.type;
    scope->names[formal.name.text] = std::move(binding);
  }
  if (layer->decl->hasSignature)
    return scope;
  // A layer of functions: its names come to be when one of them asks for them.
  for (const Stmt *stmt : layer->decl->body->statements) {
    auto addLazy = [&](const Name &name, unsigned index) {
      Binding binding;
      binding.declared = name.range;
      binding.state = Binding::State::Lazy;
      binding.lazy = stmt;
      binding.lazyIndex = index;
      scope->names[name.text] = std::move(binding);
    };
    if (const auto *let = llvm::dyn_cast<LetStmt>(stmt)) {
      for (auto [index, name] : llvm::enumerate(let->names))
        addLazy(name, index);
    } else if (const auto *equation = llvm::dyn_cast<EquationStmt>(stmt)) {
      addLazy(equation->equation.name, 0);
    } else if (const auto *constant = llvm::dyn_cast<ConstStmt>(stmt)) {
      addLazy(constant->name, 0);
    } else if (const auto *variable = llvm::dyn_cast<VariableStmt>(stmt)) {
      addLazy(variable->name, 0);
    } else if (const auto *fn = llvm::dyn_cast<FnStmt>(stmt)) {
      Binding binding;
      binding.declared = fn->name.range;
      binding.value = Datum::ofFunction(functionOf(layer, *fn));
      scope->names[fn->name.text] = std::move(binding);
    }
  }
  return scope;
}

Datum Elaborator::applyInstance(const LayerPtr &layer, llvm::StringRef method, const Arguments &arguments,
                                Range range) {
  if (!layer->decl)
    return fail(range, "this part of a layer cannot be applied from outside");
  const LayerDecl &decl = *layer->decl;
  llvm::StringRef name = decl.name.text;
  if (frame->naming->forbidden && !layer->named)
    return fail(range, "'" + name +
                           "' has parameters; only models and layers hold layers, a function gets them as "
                           "arguments");
  nameAnonymous(*layer, *frame->naming);

  // A name stands for one occurrence in the text.
  auto [it, isNew] =
      model.instances.try_emplace(layer->path, ModelState::Instance{layer->origin, layer->occurrence});
  if (!isNew && it->second.origin != layer->origin) {
    error(layer->occurrence, "two layers are called '" + llvm::StringRef(layer->path).drop_back() +
                                 "'; bind one of them to another name by 'let'")
        .note(it->second.occurrence, "the other one");
    return Datum();
  }
  const Signature *signature = decl.hasSignature ? &decl.signature : nullptr;
  const Block *body = decl.body;
  Range declared = decl.name.range;
  llvm::StringRef callee = name;
  if (!decl.hasSignature) {
    const FnStmt *found = nullptr;
    for (const Stmt *stmt : decl.body->statements)
      if (const auto *fn = llvm::dyn_cast<FnStmt>(stmt);
          fn && fn->name.text == (method.empty() ? "apply" : method))
        found = fn;
    if (!found)
      return fail(range, "'" + name +
                             "' has no function 'apply', so it cannot be applied; call one of its functions");
    signature = &found->signature;
    body = found->body;
    declared = found->name.range;
    if (!method.empty())
      callee = found->name.text;
  }
  auto matched = matchArguments(signature->formals, arguments, range, callee, declared);
  if (!matched)
    return Datum();
  if (++depth > maxDepth || calls.size() >= 256) {
    --depth;
    return fail(range, "uses of layers and functions nest deeper than 256 levels; does '" + callee +
                           "' use itself?");
  }
  Range firstArg = arguments.empty() ? Range() : arguments.front().range;
  Call context(*this, range, firstArg, callee);
  Frame inner;
  inner.kind = Frame::Kind::Layer;
  inner.module = layer->module;
  ScopePtr outer = instanceScope(layer);
  inner.scope = makeScope(outer);
  inner.training = frame->training;
  inner.instance = layer;
  inner.naming = std::make_shared<Naming>();
  inner.naming->prefix =
      layer->path + (decl.hasSignature || method.empty() || method == "apply" ? "" : (method + ".").str());
  size_t firstUpdate = stateUpdates.size();
  Datum result;
  {
    Enter enter(*this, inner);
    // Sizes of a layer of functions are seen by its parameters and lets, which are outside of the function.
    ScopePtr dimsScope = decl.hasSignature ? inner.scope : outer;
    if (bindFormals(signature->formals, *matched, callee, range, dimsScope)) {
      // Lazy names of the layer are made in the naming of the layer, not of its function.
      runBlock(*body);
      if (inner.returned)
        result = checkResult(*signature->result, inner.result, inner.resultPlace, callee);
      else if (!diags.hasErrors())
        result = fail(declared, "'" + callee + "' ends without 'return'");
    }
  }
  // State moves on in every function that needs what this application gives.
  for (size_t i = firstUpdate; i < stateUpdates.size(); ++i) {
    auto addValue = [&](const Datum &datum) {
      if (datum.isTensor())
        stateUpdates[i].neededBy.push_back(datum.tensor);
    };
    if (result.is(Datum::Kind::Tuple))
      llvm::for_each(*result.elements, addValue);
    else
      addValue(result);
  }
  if (result.isTensor())
    if (mlir::Operation *op = result.tensor.getDefiningOp(); op && sourceName(op->getLoc()).empty())
      op->setLoc(renamed(op->getLoc(), llvm::StringRef(layer->path).drop_back()));
  --depth;
  return result;
}

Datum Elaborator::checkpointed(llvm::function_ref<Datum()> evaluate) {
  mlir::Block &block = *builder.getInsertionBlock();
  mlir::Operation *last = block.empty() ? nullptr : &block.back();
  Datum result = evaluate();
  const int64_t number = model.checkpoints++;
  // Checkpoints inside are marked already. Variables are read, not computed.
  for (mlir::Operation *op = last            ? last->getNextNode()
                             : block.empty() ? nullptr
                                             : &block.front();
       op; op = op->getNextNode()) {
    if (mlir::isa<LoadOp, StoreOp>(op))
      continue;
    llvm::SmallVector<int64_t, 2> numbers{number};
    if (auto inner = op->getAttrOfType<mlir::DenseI64ArrayAttr>(kCheckpointAttr))
      numbers.append(inner.asArrayRef().begin(), inner.asArrayRef().end());
    op->setAttr(kCheckpointAttr, builder.getDenseI64ArrayAttr(numbers));
  }
  return result;
}

LayerPtr Elaborator::makeView(LayerValue::View view, LayerPtr inner, Range range) {
  auto layer = std::make_shared<LayerValue>();
  layer->kind = LayerValue::Kind::View;
  layer->view = view;
  layer->occurrence = range;
  layer->parts.push_back(std::move(inner));
  return layer;
}

LayerPtr Elaborator::cloneLayer(const LayerPtr &layer, const void *origin, Range range) {
  auto copy = std::make_shared<LayerValue>(*layer);
  copy->occurrence = range;
  copy->named = false;
  copy->path.clear();
  // The parts of what is cloned are told apart by the origins they had.
  copy->origin = layer->kind == LayerValue::Kind::Instance ? origin : nullptr;
  for (LayerPtr &part : copy->parts)
    part = cloneLayer(part, origin, range);
  for (Datum &value : copy->config)
    if (value.is(Datum::Kind::Layer))
      value = Datum::ofLayer(cloneLayer(value.layer, origin, range));
  return copy;
}

Datum Elaborator::layerPart(const LayerPtr &layer, const Name &part, Range range) {
  if (layer->kind == LayerValue::Kind::View) {
    Range outer = averaged;
    if (layer->view == LayerValue::View::Averaged)
      averaged = layer->occurrence;
    Datum result = layerPart(layer->parts.front(), part, range);
    averaged = outer;
    return result;
  }
  if (layer->kind == LayerValue::Kind::Instance && layer->decl) {
    if (!layer->decl->hasSignature)
      for (const Stmt *stmt : layer->decl->body->statements)
        if (const auto *fn = llvm::dyn_cast<FnStmt>(stmt); fn && fn->name.text == part.text)
          return Datum::ofFunction(functionOf(layer, *fn));
    for (auto [formal, value] : llvm::zip(layer->decl->formals, layer->config))
      if (formal.name.text == part.text)
        return value;
  }
  std::string path = layer->path + part.text.str();
  if (auto it = model.variables.find(path); it != model.variables.end()) {
    Labels labels;
    return Datum::ofTensor(load(path, range), labels);
  }
  for (const auto &entry : model.variables)
    if (layer->named && llvm::StringRef(entry.first).starts_with(path + ".")) {
      auto handle = std::make_shared<LayerValue>();
      handle->kind = LayerValue::Kind::Instance;
      handle->occurrence = range;
      handle->named = true;
      handle->path = path + ".";
      return Datum::ofLayer(handle);
    }
  llvm::StringRef written = diags.getSources().text(range).drop_back(part.text.size() + 1);
  llvm::SmallVector<llvm::StringRef> known;
  for (const auto &entry : model.variables)
    if (llvm::StringRef rest = entry.first; layer->named && rest.consume_front(layer->path))
      known.push_back(rest.split('.').first);
  const bool isApplied = !known.empty();
  if (layer->kind == LayerValue::Kind::Instance && layer->decl) {
    for (const Formal &formal : layer->decl->formals)
      known.push_back(formal.name.text);
    for (const Stmt *stmt : layer->decl->body->statements)
      if (const auto *fn = llvm::dyn_cast<FnStmt>(stmt); fn && !layer->decl->hasSignature)
        known.push_back(fn->name.text);
  }
  std::string hint = didYouMean(part.text, known);
  if (hint.empty() && !isApplied)
    hint = " yet; its parameters come to be with its first application";
  return fail(part.range, "'" + written + "' has no part '" + part.text + "'" + hint);
}
