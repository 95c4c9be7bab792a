// IndexReduce.cpp: `sum(k, c where ...) e` and its siblings.
//
// Where a condition says no more than that a factor is read inside of its tensor, the read gives what counts for nothing
// there (0 in a sum), and the condition is gone. Else the terms it excludes are replaced; in a sum of products one factor
// stands for all, so that a NaN or an infinity in another factor shows through.
#include "frontend/IndexNotation.h"
#include "ir/ops/Reduce.h"
#include "llvm/Support/SaveAndRestore.h"
#include <limits>

using namespace nnc;
using namespace nnc::ast;

Datum IndexNotation::identityOf(Reduction reduction, mlir::Type elementType) {
  const bool isFloat = mlir::isa<mlir::FloatType>(elementType);
  const unsigned bits = elementType.getIntOrFloatBitWidth();
  const bool isUnsigned = elementType.isUnsignedInteger();
  switch (reduction) {
  case Reduction::Sum: return Datum::ofInt(Dim(0));
  case Reduction::Prod: return Datum::ofInt(Dim(1));
  case Reduction::Max:
    if (isFloat)
      return Datum::ofFloat(-std::numeric_limits<double>::infinity());
    return Datum::ofInt(Dim(isUnsigned ? 0 : bits == 64 ? INT64_MIN : INT32_MIN));
  case Reduction::Min:
    if (isFloat)
      return Datum::ofFloat(std::numeric_limits<double>::infinity());
    // Constants of the graph are held as f64: the largest that is an i64.
    return Datum::ofInt(Dim(isUnsigned ? 255 : bits == 64 ? INT64_MAX - 1023 : INT32_MAX));
  }
  return Datum();
}

IndexedValue IndexNotation::guarded(const Condition &condition, double fill,
                                    llvm::function_ref<IndexedValue()> make) {
  SizeFacts::Scope scope(facts);
  assume(condition);
  llvm::SaveAndRestore saved(guardFill, fill);
  return make();
}

bool IndexNotation::isRangeCheck(const Condition &condition, llvm::ArrayRef<const IndexExpr *> reads) {
  if (!condition.comparisons.empty())
    return false;
  llvm::SmallVector<Dim> inside; // at least 0 where the reads are inside
  for (const IndexExpr *expr : reads)
    if (std::optional<Read> read = readAt(*expr))
      for (auto [size, form] : llvm::zip(read->sizes, read->forms)) {
        inside.push_back(form);
        std::optional<Dim> room = size.sub(form);
        if (room && (room = room->sub(Dim(1))))
          inside.push_back(*room);
      }
  return llvm::all_of(condition.forms, [&](const Dim &form) {
    return llvm::any_of(inside, [&](const Dim &known) {
      std::optional<Dim> rest = form.sub(known);
      return rest && facts.isNonNegative(*rest);
    });
  });
}

IndexedValue IndexNotation::reduceValue(const ReduceExpr &expr) {
  SizeFacts::Scope scope(facts);
  const size_t outer = visible.size();
  llvm::SaveAndRestore saved(enclosing, &expr);
  IndexedValue result = reduceOver(expr);
  visible.resize(outer);
  return result;
}

IndexedValue IndexNotation::reduceOver(const ReduceExpr &expr) {
  IndexList over;
  for (const Name &name : expr.indices) {
    std::optional<unsigned> index = declare(name);
    if (!index)
      return unknown();
    over.push_back(*index);
  }
  for (unsigned index : over)
    if (!inferExtent(index, *expr.body, expr.where))
      return unknown();
  Condition condition;
  if (expr.where && !readCondition(*expr.where, condition))
    return unknown();
  simplify(condition);
  if (isNever(condition))
    return fail(expr.where->range, "this condition never holds, so there is nothing to reduce");
  llvm::StringRef name = expr.reduction.text;
  if (name == "sum")
    return sumOfProduct(expr, over, condition);

  const Reduction reduction = name == "prod"  ? Reduction::Prod
                              : name == "max" ? Reduction::Max
                                              : Reduction::Min;
  const auto *read = llvm::dyn_cast<IndexExpr>(expr.body);
  IndexedValue body;
  if (read && !condition.isEmpty() && isRangeCheck(condition, {read})) {
    Datum base = baseOf(*read);
    Datum identity = identityOf(reduction, base.type().getElementType());
    body = guarded(condition, *identity.asDouble(), [&] { return value(*expr.body); });
  } else {
    body = guarded(condition, 1.0, [&] { return value(*expr.body); });
    body = materialize(body, e.floatType, expr.body->range);
    if (!body.isUnknown() && !condition.isEmpty())
      body = select(mask(condition, expr.where->range), body,
                    {identityOf(reduction, body.datum.type().getElementType()), {}, {}}, expr.range);
  }
  return foldAxes(reduction, body, over, expr.range);
}

IndexedValue IndexNotation::foldAxes(Reduction reduction, const IndexedValue &value,
                                     llvm::ArrayRef<unsigned> over, Range range) {
  IndexedValue whole = materialize(value, e.floatType, range);
  if (whole.isUnknown() || over.empty())
    return whole;
  mlir::Type element = whole.datum.type().getElementType();
  if (element.isInteger(1))
    return fail(range, "a reduction takes numbers, found " + describe(whole.datum));
  // A value that does not vary counts once for each of its places.
  IndexList axes = whole.axes;
  for (unsigned index : over)
    if (!llvm::is_contained(axes, index))
      axes.push_back(index);
  whole = align(whole, axes, range);
  if (whole.isUnknown())
    return whole;
  llvm::SmallVector<int64_t> positions;
  IndexList kept;
  for (auto [position, index] : llvm::enumerate(axes))
    if (llvm::is_contained(over, index))
      positions.push_back(position);
    else
      kept.push_back(index);
  GraphBuilder g = e.at(range);
  mlir::Value x = whole.datum.tensor, y;
  switch (reduction) {
  case Reduction::Sum: y = g.create<SumOp>(x, positions); break;
  case Reduction::Prod: y = g.create<ProdOp>(x, positions); break;
  case Reduction::Max: y = g.create<MaxOp>(x, positions); break;
  case Reduction::Min: y = g.create<MinOp>(x, positions); break;
  }
  return {Datum::ofTensor(y), kept, {}};
}

//===------------------------------------------------------------------------------------------------===//
// Sums of products
//===------------------------------------------------------------------------------------------------===//

void IndexNotation::flatten(const Expr &expr, bool divides, Range opRange,
                            llvm::SmallVectorImpl<Factor> &factors, bool &negative) {
  if (const auto *unary = llvm::dyn_cast<UnaryExpr>(&expr)) {
    negative = !negative;
    return flatten(*unary->operand, divides, opRange, factors, negative);
  }
  const auto *chain = llvm::dyn_cast<ChainExpr>(&expr);
  const bool isProduct = chain && llvm::all_of(chain->operators, [](const ChainExpr::Operator &op) {
                           return op.op == Op::Mul || op.op == Op::Div;
                         });
  if (!isProduct) {
    factors.push_back({&expr, divides, opRange});
    return;
  }
  flatten(*chain->operands.front(), divides, opRange, factors, negative);
  for (auto [position, op] : llvm::enumerate(chain->operators))
    flatten(*chain->operands[position + 1], divides != (op.op == Op::Div), op.range, factors, negative);
}

IndexedValue IndexNotation::sumOfProduct(const ReduceExpr &expr, llvm::ArrayRef<unsigned> over,
                                         const Condition &condition) {
  llvm::SmallVector<Factor> factors;
  bool negative = false;
  flatten(*expr.body, /*divides=*/false, expr.range, factors, negative);
  llvm::SmallVector<const IndexExpr *> reads;
  for (const Factor &factor : factors)
    if (const auto *read = llvm::dyn_cast<IndexExpr>(factor.expr); read && !factor.divides)
      reads.push_back(read);
  const bool vanishes = isRangeCheck(condition, reads);

  // What varies with the indices of the sum is summed; the rest multiplies the result.
  struct Part {
    IndexedValue value;
    const Factor *factor;
  };
  llvm::SmallVector<Part, 2> inner, divisors, rest;
  for (const Factor &factor : factors) {
    const bool isRead = llvm::isa<IndexExpr>(factor.expr) && !factor.divides;
    IndexedValue part =
        guarded(condition, isRead && vanishes ? 0.0 : 1.0, [&] { return value(*factor.expr); });
    if (part.affine)
      part = materialize(part, e.floatType, factor.expr->range);
    if (part.isUnknown())
      return unknown();
    const bool varies = llvm::any_of(over, [&](unsigned index) { return part.dependsOn(index); });
    (!varies ? rest : factor.divides ? divisors : inner).push_back({part, &factor});
  }
  auto findHost = [&](llvm::ArrayRef<unsigned> axes) {
    return llvm::find_if(inner, [&](const Part &part) {
      return llvm::all_of(axes, [&](unsigned index) { return part.value.dependsOn(index); });
    });
  };
  // A divisor joins a factor that varies as it does, or the first one.
  if (!divisors.empty() && inner.empty())
    inner.push_back({{Datum::ofFloat(1.0), {}, {}}, divisors.front().factor});
  for (const Part &divisor : divisors) {
    Part *host = findHost(divisor.value.axes);
    if (host == inner.end())
      host = inner.begin();
    host->value = combine(Op::Div, divisor.factor->opRange, host->value, nullptr, divisor.value,
                          divisor.factor->expr, divisor.factor->opRange);
    if (host->value.isUnknown())
      return unknown();
  }

  if (!vanishes) {
    IndexedValue kept = mask(condition, expr.where->range);
    if (kept.isUnknown())
      return unknown();
    Part *host = findHost(kept.axes);
    if (host == inner.end()) {
      // No factor has all indices of the condition: the product has, together with the condition.
      IndexedValue product{Datum::ofInt(Dim(1)), {}, {}};
      for (const Part &part : inner)
        product = product.axes.empty() ? part.value
                                       : combine(Op::Mul, part.factor->opRange, product, nullptr, part.value,
                                                 part.factor->expr, expr.range);
      const Factor *first = inner.empty() ? &factors.front() : inner.front().factor;
      inner.clear();
      inner.push_back({product, first});
      host = inner.begin();
    }
    host->value = select(kept, host->value, {Datum::ofInt(Dim(0)), {}, {}}, expr.where->range);
  }

  llvm::SmallVector<IndexedValue, 4> values;
  IndexList axes;
  for (const Part &part : inner) {
    if (part.value.isUnknown())
      return unknown();
    values.push_back(part.value);
    for (unsigned index : part.value.axes)
      if (!llvm::is_contained(axes, index) && !llvm::is_contained(over, index))
        axes.push_back(index);
  }
  if (values.empty())
    values.push_back({Datum::ofInt(Dim(1)), {}, {}});
  IndexedValue result;
  const bool isMatrixLike = llvm::all_of(values, [&](const IndexedValue &v) {
    return v.datum.isTensor() && mlir::isa<mlir::FloatType>(v.datum.type().getElementType()) &&
           v.datum.type().getElementType() == values.front().datum.type().getElementType();
  });
  if (isMatrixLike) {
    IndexList missing;
    for (unsigned index : over)
      if (llvm::none_of(values, [&](const IndexedValue &v) { return v.dependsOn(index); }))
        missing.push_back(index);
    IndexList first = values.front().axes;
    first.append(missing);
    values.front() = align(values.front(), first, expr.range);
    result = contract(std::move(values), axes, expr.range);
  } else {
    result = values.front();
    for (size_t i = 1; i < values.size(); ++i)
      result = combine(Op::Mul, inner[i].factor->opRange, result, inner[i - 1].factor->expr, values[i],
                       inner[i].factor->expr, expr.range);
    result = foldAxes(Reduction::Sum, result, over, expr.range);
  }
  for (const Part &part : rest)
    result = combine(part.factor->divides ? Op::Div : Op::Mul, part.factor->opRange, result, nullptr,
                     part.value, part.factor->expr, expr.range);
  if (negative && !result.isUnknown())
    result.datum = e.negate(result.datum, nullptr, expr.range);
  return result;
}
