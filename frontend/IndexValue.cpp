// IndexValue.cpp: values over indices: bringing them to common axes, arithmetic, functions, choices.
#include "frontend/Builtins.h"
#include "frontend/IndexNotation.h"
#include "ir/ops/Access.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Shape.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace nnc;
using namespace nnc::ast;

//===------------------------------------------------------------------------------------------------===//
// Axes
//===------------------------------------------------------------------------------------------------===//

Dims IndexNotation::extentsOf(llvm::ArrayRef<unsigned> axes) const {
  Dims dims;
  for (unsigned index : axes)
    dims.push_back(indices[index].extent);
  return dims;
}

IndexList IndexNotation::unionOf(const IndexedValue &a, const IndexedValue &b) {
  const bool bFirst = b.axes.size() > a.axes.size();
  IndexList all = bFirst ? b.axes : a.axes;
  for (unsigned index : bFirst ? a.axes : b.axes)
    if (!llvm::is_contained(all, index))
      all.push_back(index);
  return all;
}

IndexedValue IndexNotation::align(const IndexedValue &value, llvm::ArrayRef<unsigned> order, Range range) {
  if (value.isUnknown() || llvm::ArrayRef<unsigned>(value.axes) == order)
    return value;
  assert(value.datum.isTensor() && "only tensors have axes");
  GraphBuilder g = e.at(range);
  mlir::Value tensor = value.datum.tensor;
  llvm::SmallVector<int64_t> permutation, places;
  for (auto [place, index] : llvm::enumerate(order)) {
    const auto *axis = llvm::find(value.axes, index);
    if (axis == value.axes.end())
      continue;
    permutation.push_back(axis - value.axes.begin());
    places.push_back(place);
  }
  assert(permutation.size() == value.axes.size() && "no axis is lost");
  if (!llvm::is_sorted(permutation))
    tensor = g.create<TransposeOp>(tensor, permutation);
  if (places.size() < order.size()) {
    Dims dims = extentsOf(order);
    mlir::Type element = value.datum.type().getElementType();
    if (!e.checkSize(dims, element, range))
      return unknown();
    mlir::RankedTensorType type = makeTensor(dims, element);
    if (auto fill = tensor.getDefiningOp<FillOp>()) // one number is as many of it
      tensor = g.create<FillOp>(type, fill.getValueAttr());
    else
      tensor = g.create<BroadcastOp>(type, tensor, places);
  }
  return {Datum::ofTensor(tensor), IndexList(order), {}};
}

IndexedValue IndexNotation::materialize(const IndexedValue &value, mlir::Type elementType, Range range) {
  if (value.affine)
    return affineTensor(*value.affine, elementType, range);
  if (value.isUnknown() || value.datum.isTensor())
    return value;
  return {e.literalLike(value.datum, elementType, range, "this"), {}, {}};
}

/// `2 * i + j - 1`, at each point of i and j.
IndexedValue IndexNotation::affineTensor(const Dim &form, mlir::Type elementType, Range range) {
  if (elementType.isInteger(1))
    return fail(range, "an index is a number, not a truth value");
  IndexedValue sum;
  Dim rest = form;
  auto add = [&](const IndexedValue &term) {
    sum = sum.isUnknown() ? term : combine(Op::Add, range, sum, nullptr, term, nullptr, range);
  };
  for (unsigned index : indicesOf(form)) {
    int64_t coefficient = form.getTerms().at({indices[index].symbol});
    rest = *rest.sub(*Dim::symbol(indices[index].symbol).mul(Dim(coefficient)));
    mlir::RankedTensorType type = makeTensor(indices[index].extent, elementType);
    IndexedValue term{Datum::ofTensor(e.at(range).create<IotaOp>(type, 0)), {index}, {}};
    if (coefficient != 1)
      term = combine(Op::Mul, range, term, nullptr, {Datum::ofInt(Dim(coefficient)), {}, {}}, nullptr, range);
    add(term);
  }
  if (rest != Dim(0) || sum.isUnknown()) {
    Datum constant = Datum::ofInt(rest);
    if (!rest.isStatic())
      constant = e.castTo(constant, elementType, range);
    else if (sum.isUnknown())
      constant = e.literalLike(constant, elementType, range, "this");
    add({constant, {}, {}});
  }
  return sum;
}

//===------------------------------------------------------------------------------------------------===//
// Expressions
//===------------------------------------------------------------------------------------------------===//

IndexedValue IndexNotation::value(const Expr &expr) {
  if (e.diags.stopped())
    return unknown();
  if (const auto *name = llvm::dyn_cast<NameExpr>(&expr))
    if (std::optional<unsigned> index = findIndex(name->name))
      return {Datum(), {}, Dim::symbol(indices[*index].symbol)};
  if (!mentionsIndex(expr))
    return plainValue(expr);
  switch (expr.kind) {
  case Expr::Kind::Chain: return chainValue(llvm::cast<ChainExpr>(expr));
  case Expr::Kind::Unary: {
    const auto &unary = llvm::cast<UnaryExpr>(expr);
    IndexedValue operand = value(*unary.operand);
    if (operand.affine)
      return {Datum(), {}, Dim(0).sub(*operand.affine)};
    return {e.negate(operand.datum, unary.operand, unary.range), operand.axes, {}};
  }
  case Expr::Kind::Reduce: return reduceValue(llvm::cast<ReduceExpr>(expr));
  case Expr::Kind::Choice: return choiceValue(llvm::cast<ChoiceExpr>(expr));
  case Expr::Kind::Call: return callValue(llvm::cast<CallExpr>(expr));
  case Expr::Kind::Index: {
    std::optional<Read> read = readAt(llvm::cast<IndexExpr>(expr));
    return read && checkInside(*read) ? emitRead(*read, guardFill) : unknown();
  }
  default: return fail(expr.range, "this has no meaning in index notation");
  }
}

/// A value that is the same for all indices: whatever an expression outside of index notation may be.
IndexedValue IndexNotation::plainValue(const Expr &expr) {
  Datum value = e.evaluate(expr);
  if (value.isUnknown() || value.isNumber() || value.is(Datum::Kind::Bool))
    return {value, {}, {}};
  if (!value.isTensor())
    return fail(expr.range, "expected a number or an element of a tensor, found " + describe(value));
  if (size_t rank = value.labels.size())
    return fail(expr.range, e.operandName(&expr, "this") + " is " + describe(value) +
                                "; in index notation it is read element by element, with " +
                                llvm::Twine(rank) + (rank == 1 ? " index" : " indices"));
  return {value, {}, {}};
}

IndexedValue IndexNotation::chainValue(const ChainExpr &chain) {
  IndexedValue result = value(*chain.operands.front());
  const Expr *lhsExpr = chain.operands.front();
  for (auto [position, op] : llvm::enumerate(chain.operators)) {
    if (result.isUnknown())
      return result;
    const Expr *rhsExpr = chain.operands[position + 1];
    IndexedValue rhs = value(*rhsExpr);
    result = combine(op.op, op.range, result, lhsExpr, rhs, rhsExpr,
                     chain.operands.front()->range.upTo(rhsExpr->range));
    lhsExpr = nullptr;
  }
  return result;
}

IndexedValue IndexNotation::combine(Op op, Range opRange, const IndexedValue &lhs, const Expr *lhsExpr,
                                    const IndexedValue &rhs, const Expr *rhsExpr, Range whole) {
  if (lhs.isUnknown() || rhs.isUnknown())
    return unknown();
  IndexedValue a = lhs, b = rhs;
  if (a.affine || b.affine) {
    auto formOf = [](const IndexedValue &side) {
      return side.datum.is(Datum::Kind::Int) ? std::optional<Dim>(side.datum.size) : side.affine;
    };
    std::optional<Dim> x = formOf(a), y = formOf(b);
    if (x && y) {
      std::optional<Dim> form;
      if (op == Op::Add)
        form = x->add(*y);
      else if (op == Op::Sub)
        form = x->sub(*y);
      else if (op == Op::Mul && (x->isStatic() || y->isStatic()))
        form = x->mul(*y);
      if (form)
        return {Datum(), {}, form};
    }
    const bool compares = op >= Op::Eq && op <= Op::Ge;
    mlir::Type element = compares && x && y ? mlir::Type(e.builder.getI64Type()) : e.floatType;
    for (const IndexedValue *side : {&a, &b})
      if (side->datum.isTensor())
        element = side->datum.type().getElementType();
    a = materialize(a, element, lhsExpr ? lhsExpr->range : opRange);
    b = materialize(b, element, rhsExpr ? rhsExpr->range : opRange);
    if (a.isUnknown() || b.isUnknown())
      return unknown();
  }
  IndexList axes = unionOf(a, b);
  // A number or scalar needs no axes: arithmetic repeats it.
  if (!a.axes.empty() && !b.axes.empty()) {
    a = align(a, axes, whole);
    b = align(b, axes, whole);
  }
  return {e.binary(op, opRange, a.datum, lhsExpr, b.datum, rhsExpr, whole), axes, {}};
}

//===------------------------------------------------------------------------------------------------===//
// Functions
//===------------------------------------------------------------------------------------------------===//

/// The first op since `before` that does more than compute element by element; null if there is none.
static mlir::Operation *firstNotElementwise(mlir::Block &block, mlir::Operation *before) {
  auto from = before ? std::next(before->getIterator()) : block.begin();
  for (mlir::Operation &op : llvm::make_range(from, block.end())) {
    const bool isConstant = op.getNumOperands() == 0 && op.getNumRegions() == 0;
    auto broadcast = mlir::dyn_cast<BroadcastOp>(op);
    if (!isConstant && !mlir::isa<ElementwiseOpInterface>(op) && !(broadcast && broadcast.getDims().empty()))
      return &op;
  }
  return nullptr;
}

IndexedValue IndexNotation::callValue(const CallExpr &call) {
  Datum callee = e.evaluate(*call.callee);
  if (callee.isUnknown())
    return unknown();
  const bool isFunction = callee.is(Datum::Kind::Function);
  Callable::Kind kind = isFunction ? callee.function->kind : Callable::Kind::Constructor;
  std::string name = e.operandName(call.callee, "this");
  if (kind != Callable::Kind::Elementwise && kind != Callable::Kind::Function)
    return fail(call.callee->range,
                name + " is no elementwise function; in index notation tensors are read element by element" +
                    (isFunction ? ", and folded by 'sum', 'prod', 'max' or 'min' over an index" : ""));
  // All arguments over all indices.
  llvm::SmallVector<IndexedValue, 3> values;
  IndexedValue all;
  mlir::Type element = e.floatType;
  for (const Arg &arg : call.args) {
    values.push_back(value(*arg.value));
    if (values.back().isUnknown())
      return unknown();
    if (values.back().datum.isTensor())
      element = values.back().datum.type().getElementType();
  }
  for (auto [position, argument] : llvm::enumerate(values)) {
    if (argument.affine)
      argument = materialize(argument, element, call.args[position].value->range);
    if (argument.isUnknown())
      return unknown();
    all.axes = unionOf(all, argument);
  }
  Elaborator::Arguments arguments;
  for (auto [position, argument] : llvm::enumerate(values)) {
    Range range = call.args[position].value->range;
    if (!argument.axes.empty())
      argument = align(argument, all.axes, range);
    if (argument.isUnknown())
      return unknown();
    arguments.push_back({call.args[position].name, argument.datum, range, call.args[position].value});
  }
  mlir::Block &block = *e.builder.getInsertionBlock();
  mlir::Operation *before = block.empty() ? nullptr : &block.back();
  Datum result = e.callCallable(*callee.function, arguments, call.range, &call);
  if (result.isUnknown())
    return unknown();
  mlir::Operation *whole = firstNotElementwise(block, before);
  if (whole || !result.isTensor() || dimsOf(result.type()) != extentsOf(all.axes)) {
    std::string what = whole ? "; it makes a '" + whole->getName().stripDialect().str() + "'" : std::string();
    return fail(call.callee->range, name + " works on whole tensors, not element by element" + what);
  }
  return {Datum::ofTensor(result.tensor), all.axes, {}};
}

//===------------------------------------------------------------------------------------------------===//
// Choices
//===------------------------------------------------------------------------------------------------===//

IndexedValue IndexNotation::mask(const Condition &condition, Range range) {
  IndexedValue all;
  auto both = [&](const IndexedValue &part) {
    all = all.isUnknown() ? part : combine(Op::And, range, all, nullptr, part, nullptr, range);
    return !all.isUnknown();
  };
  for (const Dim &form : condition.forms) {
    IndexedValue side{Datum(), {}, form}, zero{Datum::ofInt(Dim(0)), {}, {}};
    if (!both(combine(Op::Ge, range, side, nullptr, zero, nullptr, range)))
      return unknown();
  }
  for (auto [chain, position] : condition.comparisons) {
    const Expr *lhs = chain->operands[position], *rhs = chain->operands[position + 1];
    const ChainExpr::Operator &op = chain->operators[position];
    if (!both(combine(op.op, op.range, value(*lhs), lhs, value(*rhs), rhs, lhs->range.upTo(rhs->range))))
      return unknown();
  }
  return all;
}

IndexedValue IndexNotation::select(const IndexedValue &condition, const IndexedValue &yes,
                                   const IndexedValue &no, Range range) {
  if (condition.isUnknown() || yes.isUnknown() || no.isUnknown())
    return unknown();
  if (condition.datum.is(Datum::Kind::Bool))
    return condition.datum.truth ? yes : no;
  mlir::Type element = e.floatType;
  for (const IndexedValue *side : {&yes, &no})
    if (side->datum.isTensor())
      element = side->datum.type().getElementType();
  IndexedValue a = materialize(yes, element, range), b = materialize(no, element, range);
  if (a.isUnknown() || b.isUnknown())
    return unknown();
  IndexedValue sides{Datum(), unionOf(a, b), {}};
  IndexList axes = unionOf(sides, condition);
  a = align(a, axes, range), b = align(b, axes, range);
  IndexedValue chosen = align(condition, axes, range);
  if (a.isUnknown() || b.isUnknown() || chosen.isUnknown())
    return unknown();
  Labels labels;
  Elaborator::Operand operands[] = {{&a.datum, nullptr, range}, {&b.datum, nullptr, range}};
  if (!e.unify(operands, range, range, labels))
    return unknown();
  return {Datum::ofTensor(e.at(range).select(chosen.datum.tensor, a.datum.tensor, b.datum.tensor)), axes, {}};
}

IndexedValue IndexNotation::choiceValue(const ChoiceExpr &choice) {
  Condition condition;
  if (!readCondition(*choice.condition, condition))
    return unknown();
  simplify(condition);
  if (condition.isEmpty())
    return value(*choice.whenTrue);
  if (isNever(condition))
    return value(*choice.whenFalse);
  // Zero around the edges and the like: a read that gives a number where it would be outside.
  const auto *read = llvm::dyn_cast<IndexExpr>(choice.whenTrue);
  if (read && !mentionsIndex(*choice.whenFalse) && isRangeCheck(condition, {read})) {
    IndexedValue otherwise = plainValue(*choice.whenFalse);
    if (std::optional<double> fill = otherwise.datum.asDouble())
      return guarded(condition, *fill, [&] { return value(*read); });
  }
  IndexedValue chosen = mask(condition, choice.condition->range);
  if (chosen.datum.is(Datum::Kind::Bool)) // of numbers alone: it chooses while compiling
    return value(chosen.datum.truth ? *choice.whenTrue : *choice.whenFalse);
  IndexedValue yes = guarded(condition, 1.0, [&] { return value(*choice.whenTrue); });
  SizeFacts::Scope scope(facts);
  assumeNegation(condition);
  llvm::SaveAndRestore fill(guardFill, 1.0);
  return select(chosen, yes, value(*choice.whenFalse), choice.range);
}
