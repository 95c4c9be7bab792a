// ElaborateExpr.cpp: what expressions mean.
#include "frontend/Builtins.h"
#include "frontend/Elaborator.h"
#include "ir/ops/Elementwise.h"
#include <cmath>

using namespace nnc;
using namespace nnc::ast;

//===------------------------------------------------------------------------------------------------===//
// Names
//===------------------------------------------------------------------------------------------------===//

/// A name of a layer of functions is worked out when a function asks for it, in the scope and naming of the layer.
void Elaborator::evaluateLazily(Binding &binding, llvm::StringRef name) {
  binding.state = Binding::State::Evaluating; // hides itself: `let mean = mean(x)`
  Frame outer = *frame;
  outer.kind = Frame::Kind::Layer;
  for (ScopePtr scope = frame->scope; scope; scope = scope->parent)
    if (auto it = scope->names.find(name); it != scope->names.end() && &it->second == &binding)
      outer.scope = scope;
  std::string prefix = frame->instance ? frame->instance->path : std::string();
  outer.naming = std::make_shared<Naming>();
  outer.naming->prefix = prefix + name.str() + "."; // of layers inside a value that is none itself
  Naming own;
  own.prefix = prefix;
  Binding result = binding;
  {
    // It belongs to the layer, not to the turn of a `scan` that asks for it first.
    mlir::OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(&func.getBody().front());
    Enter enter(*this, outer);
    const Stmt *stmt = binding.lazy;
    if (const auto *let = llvm::dyn_cast<LetStmt>(stmt)) {
      Datum value = evaluate(*let->value);
      if (let->names.size() > 1)
        value = value.is(Datum::Kind::Tuple) && binding.lazyIndex < value.elements->size()
                    ? (*value.elements)[binding.lazyIndex]
                    : Datum();
      nameLayer(value, own, name);
      result.value = value;
    } else if (const auto *equation = llvm::dyn_cast<EquationStmt>(stmt)) {
      result.value = runEquation(equation->equation);
    } else if (const auto *constant = llvm::dyn_cast<ConstStmt>(stmt)) {
      result.value = evaluate(*constant->value);
      if (constant->type)
        result.value = fitConfig(*constant->type, result.value, constant->value->range, constant->name.text);
    } else if (const auto *variable = llvm::dyn_cast<VariableStmt>(stmt)) {
      result = makeVariable(*variable);
    }
  }
  result.state = Binding::State::Ready;
  binding = std::move(result);
}

Datum Elaborator::read(Binding &binding, llvm::StringRef name, Range range) {
  if (binding.state == Binding::State::Lazy)
    evaluateLazily(binding, name);
  if (binding.isState && !binding.variable.empty()) {
    // Read as of the start of this application: an earlier one in this call may have set it.
    if (mlir::Value pending = pendingState.lookup(binding.variable)) {
      bool isFloat = mlir::isa<mlir::FloatType>(mlir::getElementTypeOrSelf(pending.getType()));
      mlir::Value value = isFloat ? at(range).create<StopGradientOp>(pending.getType(), pending) : pending;
      return Datum::ofTensor(value, binding.value.labels);
    }
  }
  return binding.value;
}

Datum Elaborator::definitionDatum(const Definition &definition, Range range) {
  Callable callable;
  callable.name = definition.decl->name.text;
  callable.module = definition.module;
  callable.declared = definition.decl->name.range;
  switch (definition.decl->kind) {
  case Decl::Kind::Layer:
    callable.kind = Callable::Kind::Constructor;
    callable.layer = llvm::cast<LayerDecl>(definition.decl);
    return Datum::ofFunction(std::move(callable));
  case Decl::Kind::Fn: {
    const auto *fn = llvm::cast<FnDecl>(definition.decl);
    callable.signature = &fn->signature;
    callable.body = fn->body;
    return Datum::ofFunction(std::move(callable));
  }
  case Decl::Kind::Const: {
    const ConstStmt &constant = *llvm::cast<ConstDecl>(definition.decl)->constant;
    Frame inner;
    inner.kind = Frame::Kind::Function;
    inner.module = definition.module;
    inner.scope = makeScope(nullptr);
    inner.naming = std::make_shared<Naming>();
    inner.naming->forbidden = true;
    Enter enter(*this, inner);
    Datum value = evaluate(*constant.value);
    return constant.type ? fitConfig(*constant.type, value, constant.value->range, constant.name.text)
                         : value;
  }
  case Decl::Kind::Op:
    callable.kind = Callable::Kind::Operator;
    callable.op = llvm::cast<OpDecl>(definition.decl);
    return Datum::ofFunction(std::move(callable));
  default:
    return fail(range, "'" + definition.decl->name.text + "' is " +
                           (definition.decl->kind == Decl::Kind::Model ? "a model" : "an optimizer") +
                           "; it is no value");
  }
}

Datum Elaborator::resolveName(llvm::StringRef name, Range range, bool mustExist) {
  if (Binding *binding = frame->scope->find(name))
    return read(*binding, name, range);
  if (const Dim *dim = frame->scope->findDim(name))
    return Datum::ofInt(*dim);
  if (name == "training")
    return Datum::ofBool(frame->training);
  if (name == "inf")
    return Datum::ofFloat(HUGE_VAL);
  if (name == "pi")
    return Datum::ofFloat(3.14159265358979323846);
  Definition clash;
  if (Definition definition = lookup(*frame->module, name, &clash)) {
    if (clash)
      error(range, "'" + name + "' is defined by two of the files used here; use one of them 'as' a name")
          .note(definition.decl->name.range, "one definition")
          .note(clash.decl->name.range, "the other");
    return definitionDatum(definition, range);
  }
  Callable callable;
  callable.name = name;
  if (const Builtin *builtin = findBuiltin(name)) {
    callable.kind = Callable::Kind::Builtin;
    callable.builtin = builtin;
    return Datum::ofFunction(std::move(callable));
  }
  if (isElementwiseName(name, model.context)) {
    callable.kind = Callable::Kind::Elementwise;
    callable.opName = ("nn." + name).str();
    return Datum::ofFunction(std::move(callable));
  }
  if (mustExist)
    reportUnknownName(*frame->module, *frame->scope, name, range, model.context, diags);
  return Datum();
}

Datum Elaborator::evaluateName(const NameExpr &expr) {
  return resolveName(expr.name, expr.range, /*mustExist=*/true);
}

//===------------------------------------------------------------------------------------------------===//
// Expressions
//===------------------------------------------------------------------------------------------------===//

Datum Elaborator::evaluate(const Expr &expr) {
  if (diags.stopped())
    return Datum();
  if (++depth > maxDepth) {
    --depth;
    return fail(expr.range,
                "layers, functions and expressions nest deeper than " + llvm::Twine(maxDepth) + " levels");
  }
  Datum result;
  switch (expr.kind) {
  case Expr::Kind::Name: result = evaluateName(llvm::cast<NameExpr>(expr)); break;
  case Expr::Kind::Int: result = Datum::ofInt(Dim(llvm::cast<IntExpr>(expr).value)); break;
  case Expr::Kind::Float: result = Datum::ofFloat(llvm::cast<FloatExpr>(expr).value); break;
  case Expr::Kind::String: result = Datum::ofString(llvm::cast<StringExpr>(expr).value); break;
  case Expr::Kind::Bool: result = Datum::ofBool(llvm::cast<BoolExpr>(expr).value); break;
  case Expr::Kind::Tuple:
  case Expr::Kind::List: {
    bool isTuple = expr.kind == Expr::Kind::Tuple;
    std::vector<Datum> elements;
    for (const Expr *element :
         isTuple ? llvm::cast<TupleExpr>(expr).elements : llvm::cast<ListExpr>(expr).elements)
      elements.push_back(evaluate(*element));
    result = isTuple ? Datum::ofTuple(std::move(elements)) : Datum::ofList(std::move(elements));
    break;
  }
  case Expr::Kind::Comprehension: result = runComprehension(llvm::cast<ComprehensionExpr>(expr)); break;
  case Expr::Kind::Call: result = evaluateCall(llvm::cast<CallExpr>(expr), nullptr, {}); break;
  case Expr::Kind::Index: result = evaluateIndex(llvm::cast<IndexExpr>(expr)); break;
  case Expr::Kind::Member: result = evaluateMember(llvm::cast<MemberExpr>(expr)); break;
  case Expr::Kind::Chain: result = evaluateChain(llvm::cast<ChainExpr>(expr)); break;
  case Expr::Kind::Unary: result = evaluateUnary(llvm::cast<UnaryExpr>(expr)); break;
  case Expr::Kind::Cast: result = evaluateCast(llvm::cast<CastExpr>(expr)); break;
  case Expr::Kind::Choice: {
    const auto &choice = llvm::cast<ChoiceExpr>(expr);
    if (std::optional<bool> condition = evaluateCondition(*choice.condition)) {
      // Numbers are given out in text order, so the branch in front is counted before or after the other.
      if (*condition) {
        result = evaluate(*choice.whenTrue);
        countUntaken(*choice.whenFalse);
      } else {
        countUntaken(*choice.whenTrue);
        result = evaluate(*choice.whenFalse);
      }
    }
    break;
  }
  case Expr::Kind::Pipe: result = evaluatePipe(llvm::cast<PipeExpr>(expr)); break;
  case Expr::Kind::Scan: result = runScan(llvm::cast<ScanExpr>(expr)); break;
  case Expr::Kind::For: result = runLoop(llvm::cast<ForExpr>(expr)); break;
  case Expr::Kind::Pack: result = fail(expr.range, "'...' stands for axes; it is no value"); break;
  case Expr::Kind::Reduce: result = notYet(expr.range, "index notation"); break;
  }
  --depth;
  return result;
}

std::optional<bool> Elaborator::evaluateCondition(const Expr &expr) {
  Datum value = evaluate(expr);
  if (value.is(Datum::Kind::Bool))
    return value.truth;
  if (value.isTensor())
    error(expr.range, "'if' chooses while compiling, but this is a tensor, " + describe(value) +
                          "; to choose element by element write 'where(c, a, b)'");
  else if (!value.isUnknown())
    error(expr.range, "expected a condition, found " + describe(value));
  return std::nullopt;
}

std::optional<Dim> Elaborator::evaluateSize(const Expr &expr) {
  Datum value = evaluate(expr);
  if (value.is(Datum::Kind::Int))
    return value.size;
  if (!value.isUnknown())
    error(expr.range, "expected a size, found " + describe(value));
  return std::nullopt;
}

std::optional<int64_t> Elaborator::evaluateStaticInt(const Expr &expr, const llvm::Twine &what) {
  Datum value = evaluate(expr);
  if (std::optional<int64_t> number = value.asStaticInt())
    return number;
  if (value.is(Datum::Kind::Int))
    error(expr.range,
          "'" + value.size.str() + "' is known at run time only; " + what + " must be known while compiling");
  else if (!value.isUnknown())
    error(expr.range, "expected an int for " + what + ", found " + describe(value));
  return std::nullopt;
}

Datum Elaborator::evaluateUnary(const UnaryExpr &unary) {
  Datum operand = evaluate(*unary.operand);
  if (unary.op != Op::Not)
    return negate(operand, unary.operand, unary.range);
  if (operand.isUnknown())
    return operand;
  if (operand.is(Datum::Kind::Bool))
    return Datum::ofBool(!operand.truth);
  if (operand.isTensor() && operand.type().getElementType().isInteger(1))
    return Datum::ofTensor(at(unary.range).create<NotOp>(operand.tensor.getType(), operand.tensor),
                           operand.labels);
  return fail(unary.range, "'!' takes truth values, found " + describe(operand));
}

Datum Elaborator::negate(const Datum &operand, const Expr *expr, Range range) {
  if (operand.isUnknown())
    return operand;
  if (operand.is(Datum::Kind::Float))
    return Datum::ofFloat(-operand.number);
  if (operand.is(Datum::Kind::Int)) {
    std::optional<Dim> negated = Dim(0).sub(operand.size);
    return negated ? Datum::ofInt(*negated) : fail(range, "this number exceeds 64 bits");
  }
  if (operand.isTensor() && !operand.type().getElementType().isInteger(1)) {
    if (mlir::isa<mlir::FloatType>(operand.type().getElementType()))
      return Datum::ofTensor(at(range).neg(operand.tensor), operand.labels);
    return binary(Op::Sub, range, Datum::ofInt(Dim(0)), nullptr, operand, expr, range);
  }
  return fail(range, "'-' takes numbers, found " + describe(operand));
}

Datum Elaborator::evaluateCast(const CastExpr &cast) {
  Datum value = evaluate(*cast.operand);
  for (const Name &name : cast.types) {
    mlir::Type type = elementType(name);
    if (!type || value.isUnknown())
      return Datum();
    value = castTo(value, type, cast.range);
  }
  return value;
}

Datum Elaborator::evaluateChain(const ChainExpr &chain) {
  Datum value = evaluate(*chain.operands.front());
  const Expr *lhsExpr = chain.operands.front();
  for (auto [index, op] : llvm::enumerate(chain.operators)) {
    const Expr *rhsExpr = chain.operands[index + 1];
    // `&&` and `||` between compile-time values look at the right side only if it matters.
    if (value.is(Datum::Kind::Bool) &&
        ((op.op == Op::And && !value.truth) || (op.op == Op::Or && value.truth)))
      continue;
    Datum rhs = evaluate(*rhsExpr);
    value = binary(op.op, op.range, value, lhsExpr, rhs, rhsExpr,
                   chain.operands.front()->range.upTo(rhsExpr->range));
    lhsExpr = nullptr;
    if (value.isUnknown())
      return value;
  }
  return value;
}

//===------------------------------------------------------------------------------------------------===//
// Compile-time arithmetic
//===------------------------------------------------------------------------------------------------===//

/// A compile-time number under the name it has in the text: "'heads' = 7", "7".
static std::string numberName(const Expr *expr, const Datum &value) {
  std::string text = value.is(Datum::Kind::Int) ? value.size.str() : describe(value);
  const auto *name = expr ? llvm::dyn_cast<NameExpr>(expr) : nullptr;
  if (!name)
    return text;
  return "'" + name->name.str() + "'" + (text == name->name ? "" : " = " + text);
}

Datum Elaborator::compileTimeBinary(Op op, Range opRange, const Datum &lhs, const Datum &rhs, Range whole,
                                    const Expr *lhsExpr, const Expr *rhsExpr) {
  using Kind = Datum::Kind;
  auto mismatch = [&] {
    return fail(opRange, "'" + spelling(op) + "' does not take " + describe(lhs) + " and " + describe(rhs));
  };
  auto order = [&](auto a, auto b) -> Datum {
    switch (op) {
    case Op::Eq: return Datum::ofBool(a == b);
    case Op::Ne: return Datum::ofBool(a != b);
    case Op::Lt: return Datum::ofBool(a < b);
    case Op::Le: return Datum::ofBool(a <= b);
    case Op::Gt: return Datum::ofBool(a > b);
    case Op::Ge: return Datum::ofBool(a >= b);
    default: return mismatch();
    }
  };
  if (lhs.is(Kind::Bool) && rhs.is(Kind::Bool)) {
    if (op == Op::And || op == Op::Or)
      return Datum::ofBool(op == Op::And ? lhs.truth && rhs.truth : lhs.truth || rhs.truth);
    return op == Op::Eq || op == Op::Ne ? order(lhs.truth, rhs.truth) : mismatch();
  }
  if (lhs.is(Kind::String) && rhs.is(Kind::String))
    return op == Op::Eq || op == Op::Ne ? order(lhs.text, rhs.text) : mismatch();
  if (!lhs.isNumber() || !rhs.isNumber() || op == Op::MatMul || op == Op::And || op == Op::Or)
    return mismatch();

  // The operands are part of the place: what they mention may be what is wrong.
  auto failAtOperator = [&](const llvm::Twine &text) {
    diags.error(opRange.begin, whole, text);
    return Datum();
  };
  if (lhs.is(Kind::Int) && rhs.is(Kind::Int)) {
    const Dim &a = lhs.size, &b = rhs.size;
    auto checked = [&](std::optional<Dim> result) {
      if (!result)
        return failAtOperator("this number exceeds 64 bits");
      if (result->getTerms().size() > 64)
        return failAtOperator("this size has more than 64 terms");
      return Datum::ofInt(*result);
    };
    switch (op) {
    case Op::Add: return checked(a.add(b));
    case Op::Sub: return checked(a.sub(b));
    case Op::Mul: return checked(a.mul(b));
    case Op::Div: {
      if (b == Dim(0))
        return failAtOperator("division by zero");
      if (std::optional<Dim> quotient = a.divExact(b))
        return Datum::ofInt(*quotient);
      return failAtOperator(numberName(lhsExpr, lhs) + " is not divisible by " + numberName(rhsExpr, rhs));
    }
    default: break;
    }
    std::optional<int64_t> x = a.valueIfStatic(), y = b.valueIfStatic();
    if (x && y) {
      if (op == Op::Mod) {
        if (*y == 0)
          return failAtOperator("division by zero");
        const int64_t remainder = *y == -1 ? 0 : *x % *y;
        // Rounded down, as on tensors.
        return Datum::ofInt(Dim(remainder != 0 && (remainder < 0) != (*y < 0) ? remainder + *y : remainder));
      }
      if (op != Op::Pow)
        return order(*x, *y);
      if (*y < 0)
        return Datum::ofFloat(std::pow(double(*x), double(*y)));
      int64_t power = 1, base = *x;
      for (int64_t n = *y; n > 0; n >>= 1) {
        if ((n & 1) && __builtin_mul_overflow(power, base, &power))
          return failAtOperator("this number exceeds 64 bits");
        if (n > 1 && __builtin_mul_overflow(base, base, &base))
          return failAtOperator("this number exceeds 64 bits");
      }
      return Datum::ofInt(Dim(power));
    }
    // Of run-time sizes some facts are known: equal polynomials are equal, and a bounded dimension is at most its bound.
    if (op == Op::Eq || op == Op::Ne)
      if (a == b)
        return Datum::ofBool(op == Op::Eq);
    auto bound = [&](const Dim &dim) -> std::optional<int64_t> {
      return dim.evaluate([&](llvm::StringRef symbol) -> std::optional<int64_t> {
        auto it = model.bounds.find(symbol);
        return it == model.bounds.end() ? std::nullopt : std::optional<int64_t>(it->second);
      });
    };
    if ((op == Op::Le || op == Op::Lt) && y && bound(a) && (op == Op::Le ? *bound(a) <= *y : *bound(a) < *y))
      return Datum::ofBool(true);
    return failAtOperator("this depends on " + std::string(x ? b.str() : a.str()) +
                             ", which is known at run time only; a bound, as 'dim " +
                             (x ? b.str() : a.str()) + " <= 64', may decide it");
  }
  std::optional<double> x = lhs.asDouble(), y = rhs.asDouble();
  if (!x || !y)
    return failAtOperator("'" + (x ? rhs.size.str() : lhs.size.str()) +
                             "' is known at run time only; write 'as f' to compute with it");
  switch (op) {
  case Op::Add: return Datum::ofFloat(*x + *y);
  case Op::Sub: return Datum::ofFloat(*x - *y);
  case Op::Mul: return Datum::ofFloat(*x * *y);
  case Op::Div: return Datum::ofFloat(*x / *y);
  case Op::Mod: return Datum::ofFloat(scalar::mod(*x, *y));
  case Op::Pow: return Datum::ofFloat(std::pow(*x, *y));
  default: return order(*x, *y);
  }
}

//===------------------------------------------------------------------------------------------------===//
// Pipes
//===------------------------------------------------------------------------------------------------===//

Datum Elaborator::evaluatePipe(const PipeExpr &pipe) {
  Datum value = evaluate(*pipe.first);
  Range range = pipe.first->range;
  if (value.isLayerLike()) {
    // Layers compose; what is on the right is a layer too, even where it has further arguments.
    auto composition = std::make_shared<LayerValue>();
    composition->kind = LayerValue::Kind::Composition;
    composition->occurrence = pipe.range;
    composition->parts.push_back(asLayer(value, range));
    for (const Expr *stage : pipe.stages) {
      LayerPtr part;
      const auto *call = llvm::dyn_cast<CallExpr>(stage);
      Datum callee = call ? evaluate(*call->callee) : Datum();
      if (call && callee.is(Datum::Kind::Function) && callee.function->kind != Callable::Kind::Constructor &&
          !(callee.function->builtin && callee.function->builtin->makesLayer)) {
        part = std::make_shared<LayerValue>();
        part->kind = LayerValue::Kind::Function;
        part->function = callee;
        part->call = call;
        part->callScope = frame->scope;
        part->occurrence = stage->range;
      } else if (call && callee.isUnknown()) {
        return Datum();
      } else {
        Datum datum = evaluate(*stage);
        if (datum.isUnknown())
          return datum;
        part = asLayer(datum, stage->range);
      }
      if (!part)
        return Datum();
      composition->parts.push_back(part);
    }
    return composition->parts.front() ? Datum::ofLayer(composition) : Datum();
  }
  for (const Expr *stage : pipe.stages) {
    if (value.isUnknown())
      return value;
    value = applyStage(*stage, value, range);
    range = pipe.first->range.upTo(stage->range);
  }
  return value;
}

Datum Elaborator::applyStage(const Expr &stage, const Datum &input, Range inputRange) {
  if (const auto *call = llvm::dyn_cast<CallExpr>(&stage))
    return evaluateCall(*call, &input, inputRange);
  Datum callee = evaluate(stage);
  if (callee.isUnknown())
    return callee;
  if (!callee.isLayerLike())
    return fail(stage.range, "the right side of '|>' is a layer or a function, found " + describe(callee));
  Arguments arguments;
  arguments.push_back({{}, input, inputRange, nullptr});
  if (callee.is(Datum::Kind::Function))
    return callCallable(*callee.function, arguments, stage.range, nullptr);
  return applyLayerLike(callee, arguments, stage.range);
}

//===------------------------------------------------------------------------------------------------===//
// Members and subscripts
//===------------------------------------------------------------------------------------------------===//

Datum Elaborator::evaluateMember(const MemberExpr &member) {
  if (const auto *name = llvm::dyn_cast<NameExpr>(member.base))
    if (!frame->scope->find(name->name) && isAlias(*frame->module, name->name)) {
      if (Definition definition = lookupQualified(*frame->module, name->name, member.member.text))
        return definitionDatum(definition, member.range);
      return fail(member.member.range, "'" + name->name + "' defines no '" + member.member.text + "'");
    }
  Datum base = evaluate(*member.base);
  if (base.isUnknown())
    return base;
  if (base.is(Datum::Kind::Layer))
    return layerPart(base.layer, member.member, member.range);
  return fail(member.range, "only layers have parts; this is " + describe(base));
}

Datum Elaborator::evaluateIndex(const IndexExpr &index) {
  Datum base = evaluate(*index.base);
  if (base.isUnknown())
    return base;
  using SubKind = Subscript::Kind;
  if (base.is(Datum::Kind::List)) {
    if (index.subscripts.size() != 1 || index.subscripts[0].kind == SubKind::New ||
        index.subscripts[0].kind == SubKind::Pack)
      return fail(index.range, "a list has one index");
    const Subscript &sub = index.subscripts[0];
    int64_t size = base.elements->size();
    auto bound = [&](const Expr *expr, int64_t otherwise) -> std::optional<int64_t> {
      if (!expr)
        return otherwise;
      std::optional<int64_t> value = evaluateStaticInt(*expr, "an index");
      return value && *value < 0 ? std::optional<int64_t>(*value + size) : value;
    };
    if (sub.kind == SubKind::Index) {
      std::optional<int64_t> at = bound(sub.index, 0);
      if (!at)
        return Datum();
      if (*at < 0 || *at >= size)
        return fail(sub.range, "the list has " + llvm::Twine(size) + " elements, found index " +
                                   llvm::Twine(*at < 0 ? *at - size : *at));
      return (*base.elements)[*at];
    }
    std::optional<int64_t> begin = bound(sub.index, 0), end = bound(sub.end, size), step = bound(sub.step, 1);
    if (!begin || !end || !step)
      return Datum();
    if (*step <= 0)
      return fail(sub.range, "the step of a slice is at least 1, found " + llvm::Twine(*step));
    std::vector<Datum> elements;
    for (int64_t i = std::max<int64_t>(*begin, 0); i < std::min(*end, size); i += *step)
      elements.push_back((*base.elements)[i]);
    return Datum::ofList(std::move(elements));
  }
  if (!base.isTensor())
    return fail(index.range, "only tensors and lists have indices; this is " + describe(base));

  return sliceTensor(index, base);
}
