// ElaborateTensor.cpp: arithmetic of tensors: literals, broadcasting, products, elementwise functions.
#include "frontend/Builtins.h"
#include "frontend/Elaborator.h"
#include "ir/Provenance.h"
#include "ir/ops/Access.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Matmul.h"
#include "ir/ops/Shape.h"
#include "llvm/Support/Format.h"
#include <cmath>

using namespace nnc;
using namespace nnc::ast;

//===------------------------------------------------------------------------------------------------===//
// Places
//===------------------------------------------------------------------------------------------------===//

mlir::Location Elaborator::location(Range range) {
  // Ops of library text are placed at the user's call of it.
  Range place = frame->module->isLibrary && libraryPlace.isValid() ? libraryPlace : range;
  Position position = diags.getSources().position(place.begin);
  mlir::Location at =
      mlir::FileLineColLoc::get(&model.context, position.file->name, position.line, position.column);
  if (optimizer)
    return provenanceLoc(at, Role::Optimizer, optimizer->rule, 0, "", optimizer->parameter);
  for (const Frame *outer = frame; outer; outer = outer->caller)
    if (outer->instance)
      return inLayer(at, llvm::StringRef(outer->instance->path).rtrim('.'));
  return at;
}

GraphBuilder Elaborator::at(Range range) { return GraphBuilder(builder, location(range)); }

std::string Elaborator::operandName(const Expr *expr, llvm::StringRef otherwise) {
  if (expr && (llvm::isa<NameExpr>(expr) || llvm::isa<MemberExpr>(expr)))
    return ("'" + diags.getSources().text(expr->range) + "'").str();
  return otherwise.str();
}

std::string Elaborator::sizeName(const Expr *expr, const Datum &datum, unsigned axis) {
  std::string size = dimsOf(datum.type())[axis].str();
  llvm::StringRef label = datum.labels[axis];
  if (const auto *name = expr ? llvm::dyn_cast<NameExpr>(expr) : nullptr; name && label.empty())
    if (Binding *binding = frame->scope->find(name->name); binding && binding->type) {
      // The name may stand in the type as it was declared.
      List<DimExpr> dims = binding->type->dims;
      size_t rank = datum.labels.size();
      if (dims.size() == rank && dims[axis].size)
        if (const auto *dimName = llvm::dyn_cast<NameExpr>(dims[axis].size))
          label = dimName->name;
    }
  if (label.empty() || label == "1" || label == size)
    return label == size && label != "1" ? "'" + size + "'" : size;
  return "'" + label.str() + "' = " + size;
}

//===------------------------------------------------------------------------------------------------===//
// Literals
//===------------------------------------------------------------------------------------------------===//

/// The numbers of a list, or of lists of one length; false if it is neither.
static bool collectNumbers(const Datum &list, std::vector<double> &numbers,
                           llvm::SmallVectorImpl<int64_t> &shape, unsigned level, bool &allInts) {
  if (level == shape.size())
    shape.push_back(list.elements->size());
  else if (shape[level] != int64_t(list.elements->size()))
    return false;
  for (const Datum &element : *list.elements) {
    if (element.is(Datum::Kind::List)) {
      if (numbers.size() > 0 && shape.size() == level + 1)
        return false;
      if (!collectNumbers(element, numbers, shape, level + 1, allInts))
        return false;
      continue;
    }
    std::optional<double> number = element.asDouble();
    if (!number || level + 1 != shape.size())
      return false;
    allInts &= element.is(Datum::Kind::Int);
    numbers.push_back(*number);
  }
  return true;
}

std::optional<InitSpec> nnc::literalValues(const Datum &list, bool &allInts) {
  InitSpec spec;
  spec.kind = InitSpec::Kind::Values;
  allInts = true;
  if (list.elements->empty() || !collectNumbers(list, spec.values, spec.shape, 0, allInts))
    return std::nullopt;
  return spec;
}

bool Elaborator::checkFits(double value, mlir::Type element, Range range) {
  if (mlir::isa<mlir::FloatType>(element))
    return true;
  unsigned bits = element.getIntOrFloatBitWidth();
  const bool hasSign = bits > 8; // u8 and bool have none
  double least = hasSign ? -std::ldexp(1, bits - 1) : 0, end = std::ldexp(1, hasSign ? bits - 1 : bits);
  if (value >= least && value < end && value == std::trunc(value))
    return true;
  error(range,
        llvm::formatv("{0} does not fit into {1}", llvm::format("%.15g", value), elementName(element)));
  return false;
}

mlir::Value Elaborator::asTensor(const Datum &datum, mlir::RankedTensorType type, Range range) {
  mlir::Type element = type.getElementType();
  const bool isFloat = mlir::isa<mlir::FloatType>(element), isBool = element.isInteger(1);
  GraphBuilder g = at(range);
  auto fill = [&](double value) { return g.create<FillOp>(type, builder.getF64FloatAttr(value)); };
  switch (datum.kind) {
  case Datum::Kind::Tensor: return datum.tensor.getType() == type ? datum.tensor : mlir::Value();
  case Datum::Kind::Int: {
    if (isBool)
      return {};
    if (std::optional<int64_t> value = datum.asStaticInt()) {
      if (!checkFits(double(*value), element, range))
        return {};
      return fill(double(*value));
    }
    return {};
  }
  case Datum::Kind::Float: return isFloat ? fill(datum.number) : mlir::Value();
  case Datum::Kind::Bool: return isBool ? fill(datum.truth) : mlir::Value();
  case Datum::Kind::Init:
    if (datum.init->kind == InitSpec::Kind::Constant &&
        (isFloat || (!isBool && datum.init->a == int64_t(datum.init->a))))
      return fill(datum.init->a);
    return {};
  case Datum::Kind::List: {
    bool allInts;
    std::optional<InitSpec> values = literalValues(datum, allInts);
    if (!values || isBool || (!isFloat && !allInts) ||
        llvm::ArrayRef<int64_t>(values->shape) != type.getShape())
      return {};
    mlir::DenseElementsAttr attribute;
    llvm::SmallVector<mlir::Attribute> numbers;
    for (double value : values->values) {
      if (!checkFits(value, element, range))
        return {};
      numbers.push_back(isFloat ? mlir::Attribute(builder.getFloatAttr(element, value))
                                : mlir::Attribute(builder.getIntegerAttr(element, int64_t(value))));
    }
    return g.create<ConstantDataOp>(mlir::DenseElementsAttr::get(type, numbers));
  }
  default: return {};
  }
}

Datum Elaborator::literalLike(const Datum &datum, mlir::Type elementType, Range range, llvm::StringRef what) {
  if (datum.isTensor() || datum.isUnknown())
    return datum;
  Dims dims;
  bool allInts;
  Labels labels;
  if (datum.is(Datum::Kind::List))
    if (std::optional<InitSpec> values = literalValues(datum, allInts))
      for (int64_t size : values->shape) {
        dims.push_back(Dim(size));
        labels.push_back(size == 1 ? "1" : "");
      }
  if (datum.is(Datum::Kind::Int) && !datum.size.isStatic())
    return fail(range, "'" + datum.size.str() + "' is a size known at run time; write '" + datum.size.str() +
                           " as " + elementName(elementType) + "'");
  unsigned before = diags.errorCount();
  if (mlir::Value tensor = asTensor(datum, makeTensor(dims, elementType), range))
    return Datum::ofTensor(tensor, labels);
  if (diags.errorCount() != before)
    return Datum();
  if (datum.is(Datum::Kind::Float))
    return fail(range, what + " is " + elementName(elementType) + ", but " + describe(datum).substr(4) +
                           " is no whole number; convert the tensor by 'as f'");
  return fail(range,
              "expected a tensor of " + elementName(elementType) + " or a number, found " + describe(datum));
}

Datum Elaborator::castTo(const Datum &datum, mlir::Type elementType, Range range) {
  if (datum.isUnknown())
    return datum;
  GraphBuilder g = at(range);
  if (datum.is(Datum::Kind::Int) && !datum.size.isStatic()) {
    if (elementType.isInteger(1) || elementType.isInteger(8))
      return fail(range, "a size cannot become " + elementName(elementType));
    return Datum::ofTensor(
        g.create<SizeOp>(mlir::RankedTensorType::get({}, elementType),
                         DimValueAttr::get(&model.context, builder.getStringAttr(datum.size.str()))));
  }
  if (!datum.isTensor()) {
    Datum plain = datum;
    if (datum.is(Datum::Kind::Float) && !mlir::isa<mlir::FloatType>(elementType))
      return fail(range, describe(datum) + " cannot become " + elementName(elementType) + " while compiling");
    if (datum.is(Datum::Kind::Bool) && !elementType.isInteger(1))
      plain = Datum::ofInt(Dim(datum.truth));
    if (plain.is(Datum::Kind::Init) && datum.init->kind == InitSpec::Kind::Constant)
      return fail(range, "this has no sizes; give them, as 'ones(batch)'");
    return literalLike(plain, elementType, range, "this");
  }
  mlir::RankedTensorType type = withElementType(datum.type(), elementType);
  if (type == datum.type())
    return datum;
  return Datum::ofTensor(g.create<CastOp>(type, datum.tensor), datum.labels);
}

//===------------------------------------------------------------------------------------------------===//
// Broadcasting
//===------------------------------------------------------------------------------------------------===//

mlir::Value Elaborator::broadcastTo(mlir::Value value, llvm::ArrayRef<Dim> dims, Range range) {
  auto type = mlir::cast<mlir::RankedTensorType>(value.getType());
  mlir::RankedTensorType target = makeTensor(dims, type.getElementType());
  if (type == target)
    return value;
  Dims own = dimsOf(type);
  bool fits = own.size() <= dims.size();
  llvm::SmallVector<int64_t> places;
  for (size_t i = 0; fits && i < own.size(); ++i) {
    size_t place = dims.size() - own.size() + i;
    fits = own[i] == dims[place] || own[i] == Dim(1);
    places.push_back(place);
  }
  if (!fits) {
    error(range, "expected sizes " + dimsText(dims) + ", found " + typeText(type));
    return {};
  }
  if (auto fill = value.getDefiningOp<FillOp>()) // one number is as many of it
    return at(range).create<FillOp>(target, fill.getValueAttr());
  return at(range).create<BroadcastOp>(target, value, places);
}

bool Elaborator::unify(llvm::MutableArrayRef<Operand> operands, Range place, Range whole, Labels &labels) {
  // One element type: literals take that of the tensors.
  mlir::Type element;
  const Operand *typed = nullptr;
  for (const Operand &operand : operands) {
    if (operand.datum->isUnknown())
      return false;
    if (!operand.datum->isTensor())
      continue;
    mlir::Type own = operand.datum->type().getElementType();
    if (element && own != element) {
      auto report =
          error(place, "element types differ: " + operandName(typed->expr, "the left side") + " is " +
                           describe(*typed->datum) + ", " + operandName(operand.expr, "the right side") +
                           " is " + describe(*operand.datum) + "; convert one of them by 'as'");
      report.highlight(typed->range).highlight(operand.range);
      return false;
    }
    if (!element) {
      element = own;
      typed = &operand;
    }
  }
  assert(element && "one operand is a tensor");
  for (Operand &operand : operands) {
    *operand.datum =
        literalLike(*operand.datum, element, operand.range, operandName(typed->expr, "the other side"));
    if (operand.datum->isUnknown())
      return false;
  }
  // Common sizes, from the last axis on: equal ones, or one that was written `1`, or an axis that is not there.
  size_t rank = 0;
  for (const Operand &operand : operands)
    rank = std::max(rank, operand.datum->labels.size());
  Dims dims(rank, Dim(1));
  labels.assign(rank, "");
  for (size_t axis = 0; axis < rank; ++axis) {
    const Operand *owner = nullptr;
    bool ownerRepeats = true;
    for (const Operand &operand : operands) {
      size_t own = operand.datum->labels.size();
      if (axis + own < rank)
        continue;
      size_t ownAxis = axis + own - rank;
      Dim size = dimsOf(operand.datum->type())[ownAxis];
      llvm::StringRef label = operand.datum->labels[ownAxis];
      bool repeats = label == "1" && size == Dim(1);
      if (!owner || (ownerRepeats && !repeats)) {
        owner = &operand;
        ownerRepeats = repeats;
        dims[axis] = size;
        labels[axis] = label;
        continue;
      }
      if (repeats || size == dims[axis]) {
        if (labels[axis].empty() && label != "1")
          labels[axis] = label;
        continue;
      }
      auto report =
          error(place, "sizes do not match: " + operandName(owner->expr, "the left side") + " is " +
                           describe(*owner->datum) + ", " + operandName(operand.expr, "the right side") +
                           " is " + describe(*operand.datum) +
                           (size == Dim(1) || dims[axis] == Dim(1)
                                ? "; only an axis written '1' or made by 'new' or 'keep: true' is repeated"
                                : ""));
      report.highlight(owner->range).highlight(operand.range);
      for (const Operand *side : {owner, &operand})
        if (const auto *name = side->expr ? llvm::dyn_cast<NameExpr>(side->expr) : nullptr)
          if (Binding *binding = frame->scope->find(name->name); binding && binding->type)
            report.note(binding->declared, "'" + name->name + "' declared here");
      return false;
    }
  }
  if (!checkSize(dims, element, whole))
    return false;
  for (Operand &operand : operands) {
    mlir::Value wide = broadcastTo(operand.datum->tensor, dims, whole);
    if (!wide)
      return false;
    *operand.datum = Datum::ofTensor(wide, labels);
  }
  return true;
}

mlir::Value Elaborator::readAt(mlir::Value x, llvm::ArrayRef<Dim> sizes, llvm::ArrayRef<Dim> forms,
                               llvm::ArrayRef<std::string> symbols, double fill, Range range) {
  AccessMap map;
  for (const Dim &form : forms) {
    Coordinate coordinate = Coordinate::ofConstant(sizes.size(), form);
    for (auto [axis, symbol] : llvm::enumerate(symbols)) {
      auto term = form.getTerms().find({symbol});
      if (term == form.getTerms().end())
        continue;
      coordinate.coefficients[axis] = term->second;
      coordinate.constant = *coordinate.constant.sub(*Dim::symbol(symbol).mul(Dim(term->second)));
    }
    map.push_back(std::move(coordinate));
  }
  GraphBuilder g = at(range);
  return access(g, x, sizes, map, fill);
}

//===------------------------------------------------------------------------------------------------===//
// Operators
//===------------------------------------------------------------------------------------------------===//

Datum Elaborator::binary(Op op, Range opRange, const Datum &lhs, const Expr *lhsExpr, const Datum &rhs,
                         const Expr *rhsExpr, Range whole) {
  if (lhs.isUnknown() || rhs.isUnknown())
    return Datum();
  if (!lhs.isTensor() && !rhs.isTensor())
    return compileTimeBinary(op, opRange, lhs, rhs, whole, lhsExpr, rhsExpr);
  if (op == Op::MatMul)
    return matmul(lhs, lhsExpr, rhs, rhsExpr, opRange, whole);
  Range lhsRange(whole.begin, opRange.begin), rhsRange = rhsExpr ? rhsExpr->range : whole;
  if (lhsExpr)
    lhsRange = lhsExpr->range;
  Datum a = lhs, b = rhs;
  Labels labels;
  Operand operands[] = {{&a, lhsExpr, lhsRange}, {&b, rhsExpr, rhsRange}};
  if (!unify(operands, opRange, whole, labels))
    return Datum();
  mlir::Value x = a.tensor, y = b.tensor;
  mlir::Type element = a.type().getElementType();
  GraphBuilder g = at(opRange);
  auto compare = [&](ComparePredicate predicate) {
    return Datum::ofTensor(g.compare(predicate, x, y), labels);
  };
  switch (op) {
  case Op::Eq: return compare(ComparePredicate::eq);
  case Op::Ne: return compare(ComparePredicate::ne);
  case Op::Lt: return compare(ComparePredicate::lt);
  case Op::Le: return compare(ComparePredicate::le);
  case Op::Gt: return compare(ComparePredicate::gt);
  case Op::Ge: return compare(ComparePredicate::ge);
  default: break;
  }
  const bool isBool = element.isInteger(1);
  if (op == Op::And || op == Op::Or) {
    if (!isBool)
      return fail(opRange, "'" + spelling(op) + "' takes truth values, found " + describe(a));
    return Datum::ofTensor(
        op == Op::And ? g.create<AndOp>(x.getType(), x, y) : g.create<OrOp>(x.getType(), x, y), labels);
  }
  if (isBool)
    return fail(opRange,
                "'" + spelling(op) + "' takes numbers, found " + describe(a) + "; convert it by 'as f'");
  switch (op) {
  case Op::Add: return Datum::ofTensor(g.add(x, y), labels);
  case Op::Sub: return Datum::ofTensor(g.sub(x, y), labels);
  case Op::Mul: return Datum::ofTensor(g.mul(x, y), labels);
  case Op::Div: return Datum::ofTensor(g.div(x, y), labels);
  case Op::Pow: return Datum::ofTensor(g.pow(x, y), labels);
  case Op::Mod: return Datum::ofTensor(g.create<ModOp>(x, y), labels);
  default: llvm_unreachable("logical operators and products of matrices are above");
  }
}

Datum Elaborator::reshapeTo(const Datum &datum, llvm::ArrayRef<Dim> dims, Labels labels, Range range) {
  if (!checkSize(dims, datum.type().getElementType(), range))
    return Datum();
  mlir::RankedTensorType type = makeTensor(dims, datum.type().getElementType());
  mlir::Value value = type == datum.type() ? datum.tensor : at(range).create<ReshapeOp>(type, datum.tensor);
  return Datum::ofTensor(value, std::move(labels));
}

// As in NumPy: vectors count as a row on the left and a column on the right; leading axes are batches, which a matrix
// on the other side serves alike.
Datum Elaborator::matmul(const Datum &lhs, const Expr *lhsExpr, const Datum &rhs, const Expr *rhsExpr,
                         Range opRange, Range whole) {
  Range lhsRange = lhsExpr ? lhsExpr->range : Range(whole.begin, opRange.begin);
  for (const Datum *side : {&lhs, &rhs})
    if (!side->isTensor() || side->type().getRank() == 0)
      return fail(opRange, "'@' multiplies matrices and vectors; " +
                               operandName(side == &lhs ? lhsExpr : rhsExpr,
                                           side == &lhs ? "the left side" : "the right side") +
                               " is " + describe(*side) + "; for numbers write '*'");
  mlir::Type element = lhs.type().getElementType();
  if (element != rhs.type().getElementType() || !mlir::isa<mlir::FloatType>(element)) {
    error(opRange,
          "'@' takes two tensors of one float type, found " + describe(lhs) + " and " + describe(rhs))
        .highlight(lhsRange)
        .highlight(rhsExpr ? rhsExpr->range : Range());
    return Datum();
  }
  Dims left = dimsOf(lhs.type()), right = dimsOf(rhs.type());
  const bool leftVector = left.size() == 1, rightVector = right.size() == 1;
  size_t inner = rightVector ? 0 : right.size() - 2;
  if (left.back() != right[inner]) {
    std::string leftText = operandName(lhsExpr, "the left side"),
                rightText = operandName(rhsExpr, "the right side");
    auto report = error(opRange, "inner dimensions differ: " + leftText + " has " +
                                     sizeName(lhsExpr, lhs, left.size() - 1) +
                                     (leftVector ? " elements, " : " columns, ") + rightText + " has " +
                                     sizeName(rhsExpr, rhs, inner) + (rightVector ? " elements" : " rows"));
    report.highlight(lhsRange);
    if (rhsExpr)
      report.highlight(rhsExpr->range);
    for (const Expr *side : {lhsExpr, rhsExpr})
      if (const auto *name = side ? llvm::dyn_cast<NameExpr>(side) : nullptr)
        if (Binding *binding = frame->scope->find(name->name); binding && binding->type)
          report.note(binding->declared, "'" + name->name + "' declared here");
    return Datum();
  }
  Datum a = lhs, b = rhs;
  if (leftVector)
    a = reshapeTo(lhs, {Dim(1), left[0]}, {"1", lhs.labels[0]}, opRange);
  if (rightVector)
    b = reshapeTo(rhs, {right[0], Dim(1)}, {rhs.labels[0], "1"}, opRange);
  if (a.isUnknown() || b.isUnknown())
    return Datum();
  left = dimsOf(a.type()), right = dimsOf(b.type());
  size_t rank = std::max(left.size(), right.size());
  Dims batch;
  Labels labels;
  mlir::Value product;
  if (right.size() == 2 && left.size() > 2) {
    // One matrix for all batches: they are rows of one larger product.
    Dims rows(left.begin(), left.end() - 1);
    std::optional<Dim> count = elementCount(rows);
    if (!count)
      return fail(whole, "the number of rows exceeds 64 bits");
    Datum flat = reshapeTo(a, {*count, left.back()}, {"", ""}, whole);
    if (flat.isUnknown() || !checkSize({*count, right[1]}, element, whole))
      return Datum();
    product = at(opRange).create<MatmulOp>(flat.tensor, b.tensor, false, false);
    Dims result = rows;
    result.push_back(right[1]);
    labels.append(a.labels.begin(), a.labels.end() - 1);
    labels.push_back(b.labels[1]);
    Datum shaped = reshapeTo(Datum::ofTensor(product), result, labels, whole);
    if (!rightVector || shaped.isUnknown())
      return shaped;
    labels.pop_back();
    return reshapeTo(shaped, rows, labels, whole);
  }
  // Batches are brought together as any other axes.
  auto batchOf = [](const Dims &dims) { return Dims(dims.begin(), dims.end() - 2); };
  Dims leftBatch = batchOf(left), rightBatch = batchOf(right);
  for (size_t axis = 0; axis + 2 < rank; ++axis) {
    std::optional<Dim> l, r;
    llvm::StringRef leftLabel, rightLabel;
    if (axis + left.size() >= rank) {
      l = left[axis + left.size() - rank];
      leftLabel = a.labels[axis + left.size() - rank];
    }
    if (axis + right.size() >= rank) {
      r = right[axis + right.size() - rank];
      rightLabel = b.labels[axis + right.size() - rank];
    }
    const bool leftRepeats = !l || (leftLabel == "1" && *l == Dim(1));
    const bool rightRepeats = !r || (rightLabel == "1" && *r == Dim(1));
    if (!leftRepeats && !rightRepeats && *l != *r)
      return fail(opRange, "batch sizes differ: " + operandName(lhsExpr, "the left side") + " is " +
                               describe(lhs) + ", " + operandName(rhsExpr, "the right side") + " is " +
                               describe(rhs));
    batch.push_back(leftRepeats && r ? *r : *l);
    labels.push_back(leftRepeats && r ? rightLabel : leftLabel);
  }
  auto widen = [&](const Datum &side, const Dims &own) {
    Dims dims = batch;
    dims.append(own.end() - 2, own.end());
    return checkSize(dims, element, whole) ? broadcastTo(side.tensor, dims, whole) : mlir::Value();
  };
  mlir::Value x = widen(a, left), y = widen(b, right);
  Dims result = batch;
  result.push_back(left[left.size() - 2]);
  result.push_back(right.back());
  if (!x || !y || !checkSize(result, element, whole))
    return Datum();
  product = at(opRange).create<MatmulOp>(x, y, false, false);
  labels.push_back(a.labels[left.size() - 2]);
  labels.push_back(b.labels.back());
  Datum shaped = Datum::ofTensor(product, labels);
  if (!leftVector && !rightVector)
    return shaped;
  if (rightVector) {
    result.pop_back();
    labels.pop_back();
  }
  if (leftVector) {
    size_t row = result.size() - (rightVector ? 1 : 2);
    result.erase(result.begin() + row);
    labels.erase(labels.begin() + row);
  }
  return reshapeTo(shaped, result, labels, whole);
}
