// IndexNotation.cpp: equations, the indices in them with their ranges, and conditions on indices.
//
//  1. The indices on the left get their ranges: the sizes declared for the result, or those of the axes where they
//     stand alone.
//  2. The right side becomes a value over its indices; each reduction does the same with the indices that it brings.
//  3. The value's axes are brought into the order of the left side; what it does not depend on repeats it.
#include "frontend/IndexNotation.h"
#include "frontend/IndexWalk.h"

using namespace nnc;
using namespace nnc::ast;

Datum IndexNotation::evaluate(const Equation &equation, llvm::ArrayRef<Dim> extents) {
  SizeFacts::Scope scope(facts);
  IndexList left;
  for (const Name &name : equation.indices) {
    std::optional<unsigned> index = declare(name);
    if (!index)
      return Datum();
    left.push_back(*index);
  }
  for (auto [position, index] : llvm::enumerate(left)) {
    const bool known = extents.empty() ? inferExtent(index, *equation.value, nullptr)
                                       : setExtent(index, extents[position], indices[index].declared);
    if (!known)
      return Datum();
  }
  IndexedValue result = value(*equation.value);
  visible.clear();
  if (result.isUnknown())
    return Datum();
  result = align(materialize(result, e.floatType, equation.range), left, equation.value->range);
  if (result.isUnknown())
    return Datum();
  Labels labels;
  for (unsigned index : left)
    labels.push_back(indices[index].label);
  return Datum::ofTensor(result.datum.tensor, labels);
}

//===------------------------------------------------------------------------------------------------===//
// Indices
//===------------------------------------------------------------------------------------------------===//

std::optional<unsigned> IndexNotation::findIndex(llvm::StringRef name) const {
  for (unsigned index : llvm::reverse(visible))
    if (indices[index].name == name)
      return index;
  return std::nullopt;
}

std::optional<unsigned> IndexNotation::declare(const Name &name) {
  if (std::optional<unsigned> other = findIndex(name.text)) {
    e.error(name.range, "'" + name.text + "' is an index already")
        .note(indices[*other].declared, "'" + name.text + "' declared here");
    return std::nullopt;
  }
  unsigned index = indices.size();
  indices.push_back({name.text, name.range, Elaborator::indexSymbol(index), Dim(1), ""});
  visible.push_back(index);
  return index;
}

bool IndexNotation::setExtent(unsigned index, const Dim &extent, Range place) {
  if (std::optional<int64_t> size = extent.valueIfStatic(); size && *size < 1) {
    e.error(place, "the index '" + indices[index].name + "' has no values: its range has size " +
                       llvm::Twine(*size));
    return false;
  }
  indices[index].extent = extent;
  facts.addIndex(indices[index].symbol, extent);
  return true;
}

bool IndexNotation::mentionsIndex(const Expr &expr) const {
  bool found = false;
  walkIndexExpr(expr, [&](const Expr &part) {
    const auto *name = llvm::dyn_cast<NameExpr>(&part);
    found |= part.kind == Expr::Kind::Reduce || (name && findIndex(name->name));
    return !found;
  });
  return found;
}

void IndexNotation::forEachBareUse(const Expr &expr, llvm::StringRef index, BareUse use) {
  walkIndexExpr(expr, [&](const Expr &part) {
    const auto *read = llvm::dyn_cast<IndexExpr>(&part);
    if (!read)
      return true;
    for (auto [axis, sub] : llvm::enumerate(read->subscripts)) {
      const auto *name = sub.index ? llvm::dyn_cast<NameExpr>(sub.index) : nullptr;
      if (!name || name->name != index)
        continue;
      const Datum &tensor = baseOf(*read);
      if (tensor.isTensor() && axis < tensor.labels.size())
        use(tensor, *read, axis, sub.range);
    }
    return true;
  });
}

bool IndexNotation::inferExtent(unsigned index, const Expr &body, const Expr *where) {
  llvm::StringRef name = indices[index].name;
  struct Use {
    Dim size;
    std::string of;
    Range place;
  };
  std::optional<Use> first, other;
  unsigned errors = e.diags.errorCount();
  forEachBareUse(body, name, [&](const Datum &tensor, const IndexExpr &read, unsigned axis, Range place) {
    Use use{dimsOf(tensor.type())[axis],
            "dimension " + std::to_string(axis) + " of " + e.operandName(read.base, "this"), place};
    if (!first) {
      first = use;
      if (tensor.labels[axis] != "1")
        indices[index].label = tensor.labels[axis];
    } else if (!other && use.size != first->size) {
      other = use;
    }
  });
  if (e.diags.errorCount() != errors)
    return false;
  if (other) {
    e.error(other->place, "the index '" + name + "' has two ranges: " + other->of + " has size " +
                              other->size.str() + ", " + first->of + " has size " + first->size.str())
        .note(first->place, "the other range");
    return false;
  }
  std::optional<Dim> extent;
  if (first)
    extent = first->size;
  // Upper bounds that a condition states of the index alone.
  Condition condition;
  if (where && !readCondition(*where, condition))
    return false;
  for (const Dim &form : condition.forms) {
    IndexList used = indicesOf(form);
    if (used.size() != 1 || used.front() != index)
      continue;
    int64_t coefficient = form.getTerms().at({indices[index].symbol});
    std::optional<Dim> term = Dim::symbol(indices[index].symbol).mul(Dim(coefficient));
    std::optional<Dim> rest = form.sub(*term), bound;
    if (coefficient < 0 && rest && rest->isStatic() && rest->value() >= 0)
      bound = Dim(rest->value() / -coefficient + 1);
    else if (coefficient == -1 && rest)
      bound = rest->add(Dim(1));
    if (!bound)
      continue;
    std::optional<Dim> less = extent ? extent->sub(*bound) : std::nullopt;
    if (!extent || (less && facts.isNonNegative(*less)))
      extent = *bound;
  }
  if (extent)
    return setExtent(index, *extent, indices[index].declared);
  std::string way = enclosing ? ("bound it, as 'sum(" + name + " where " + name + " < 3)'").str()
                              : "an 'op' states the sizes of its results";
  e.error(indices[index].declared, "the range of the index '" + name +
                                       "' is not known: no tensor is read at '" + name + "' alone; " + way);
  return false;
}

//===------------------------------------------------------------------------------------------------===//
// Conditions
//===------------------------------------------------------------------------------------------------===//

/// Adds the forms that are at least 0 exactly where `a op b` holds; false if there are none.
static bool addForms(Op op, const Dim &a, const Dim &b, llvm::SmallVectorImpl<Dim> &forms) {
  auto add = [&](const Dim &greater, const Dim &less, int64_t margin) {
    std::optional<Dim> form = greater.sub(less);
    form = form ? form->sub(Dim(margin)) : std::nullopt;
    if (form)
      forms.push_back(*form);
    return form.has_value();
  };
  switch (op) {
  case Op::Le: return add(b, a, 0);
  case Op::Lt: return add(b, a, 1);
  case Op::Ge: return add(a, b, 0);
  case Op::Gt: return add(a, b, 1);
  case Op::Eq: return add(a, b, 0) && add(b, a, 0);
  default: return false;
  }
}

bool IndexNotation::readCondition(const Expr &expr, Condition &condition) {
  const auto &chain = llvm::cast<ChainExpr>(expr);
  if (chain.operators.front().op == Op::And)
    return llvm::all_of(chain.operands, [&](const Expr *part) { return readCondition(*part, condition); });
  unsigned errors = e.diags.errorCount();
  for (auto [position, op] : llvm::enumerate(chain.operators)) {
    std::optional<Dim> a = affineForm(*chain.operands[position], /*mustBe=*/false);
    std::optional<Dim> b = affineForm(*chain.operands[position + 1], /*mustBe=*/false);
    if (!a || !b || !addForms(op.op, *a, *b, condition.forms))
      condition.comparisons.push_back({&chain, position});
  }
  return e.diags.errorCount() == errors;
}

void IndexNotation::simplify(Condition &condition) const {
  llvm::erase_if(condition.forms, [&](const Dim &form) { return facts.isNonNegative(form); });
}

bool IndexNotation::isNever(const Condition &condition) const {
  return llvm::any_of(condition.forms, [&](const Dim &form) {
    std::optional<Dim> negated = Dim(-1).sub(form);
    return negated && facts.isNonNegative(*negated);
  });
}

void IndexNotation::assume(const Condition &condition) {
  for (const Dim &form : condition.forms)
    facts.addGuard(form);
}

void IndexNotation::assumeNegation(const Condition &condition) {
  if (condition.forms.size() != 1 || !condition.comparisons.empty())
    return; // one of several things does not hold; which one is not known
  if (std::optional<Dim> negated = Dim(-1).sub(condition.forms.front()))
    facts.addGuard(*negated);
}
