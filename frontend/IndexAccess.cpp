// IndexAccess.cpp: subscripts: that they are affine, that they stay inside, and the op that reads there.
#include "frontend/IndexNotation.h"
#include "llvm/ADT/StringExtras.h"

using namespace nnc;
using namespace nnc::ast;

//===------------------------------------------------------------------------------------------------===//
// Affine forms
//===------------------------------------------------------------------------------------------------===//

IndexList IndexNotation::indicesOf(const Dim &form) const {
  IndexList used;
  for (auto [index, known] : llvm::enumerate(indices))
    for (const auto &term : form.getTerms())
      if (llvm::is_contained(term.first, known.symbol) && !llvm::is_contained(used, index))
        used.push_back(index);
  return used;
}

std::optional<Dim> IndexNotation::affineForm(const Expr &expr, bool mustBe) {
  auto refuse = [&](Range range, const llvm::Twine &reason) -> std::optional<Dim> {
    if (mustBe)
      e.error(range, reason);
    return std::nullopt;
  };
  if (const auto *name = llvm::dyn_cast<NameExpr>(&expr))
    if (std::optional<unsigned> index = findIndex(name->name))
      return Dim::symbol(indices[*index].symbol);
  if (!mentionsIndex(expr)) {
    if (!mustBe && llvm::isa<IndexExpr>(expr))
      return std::nullopt; // an element of a tensor is a value
    Datum value = e.evaluate(expr);
    if (value.is(Datum::Kind::Int))
      return value.size;
    if (value.isUnknown())
      return std::nullopt;
    return refuse(expr.range, value.isTensor()
                                  ? "an index is known while compiling, but this is " + describe(value) +
                                        "; to read at indices that a tensor holds, use 'gather'"
                                  : "an index is an int, found " + describe(value));
  }
  switch (expr.kind) {
  case Expr::Kind::Unary: {
    std::optional<Dim> operand = affineForm(*llvm::cast<UnaryExpr>(expr).operand, mustBe);
    return operand ? Dim(0).sub(*operand) : std::nullopt;
  }
  case Expr::Kind::Chain: return affineChain(llvm::cast<ChainExpr>(expr), mustBe);
  case Expr::Kind::Index:
    return refuse(expr.range, "an index is not read from a tensor; to read at indices that a tensor holds, "
                              "use 'gather'");
  default:
    return refuse(expr.range, "this is not affine in the indices: they can be added, subtracted and "
                              "multiplied by numbers known while compiling");
  }
}

std::optional<Dim> IndexNotation::affineChain(const ChainExpr &chain, bool mustBe) {
  std::optional<Dim> sum = affineForm(*chain.operands.front(), mustBe);
  for (auto [position, op] : llvm::enumerate(chain.operators)) {
    const Expr *operand = chain.operands[position + 1];
    std::optional<Dim> next = sum ? affineForm(*operand, mustBe) : std::nullopt;
    if (!next)
      return std::nullopt;
    auto refuse = [&](const llvm::Twine &reason) -> std::optional<Dim> {
      if (mustBe)
        e.error(op.range, reason).highlight(chain.operands.front()->range).highlight(operand->range);
      return std::nullopt;
    };
    std::optional<Dim> before = sum;
    switch (op.op) {
    case Op::Add: sum = sum->add(*next); break;
    case Op::Sub: sum = sum->sub(*next); break;
    case Op::Mul: {
      IndexList left = indicesOf(*sum), right = indicesOf(*next);
      if (!left.empty() && !right.empty())
        return refuse("this is not affine: the index '" + indices[left.front()].name +
                      "' is multiplied by the index '" + indices[right.front()].name + "'");
      const Dim &factor = left.empty() ? *sum : *next;
      if ((!left.empty() || !right.empty()) && !factor.isStatic())
        return refuse("an index is multiplied by numbers known while compiling; '" + factor.str() +
                      "' is known at run time only");
      sum = sum->mul(*next);
      break;
    }
    case Op::Div:
      if (indicesOf(*sum).empty() && indicesOf(*next).empty())
        sum = next->isStatic() && next->value() == 0 ? std::nullopt : sum->divExact(*next);
      else
        return refuse("this is not affine: an index cannot be divided or be a divisor");
      if (!sum)
        return refuse("'" + before->str() + "' is not divisible by '" + next->str() + "'");
      break;
    default:
      return refuse("'" + spelling(op.op) +
                    "' of an index is not affine: indices can be added, subtracted "
                    "and multiplied by numbers known while compiling");
    }
    if (!sum)
      return refuse("this number exceeds 64 bits");
  }
  return sum;
}

std::string IndexNotation::formText(const Dim &form) const {
  // Indices first, in the order in which they were declared; then sizes; then the number.
  std::string text;
  auto addTerm = [&](int64_t coefficient, const std::string &factor) {
    if (coefficient == 0)
      return;
    if (text.empty())
      text = coefficient < 0 ? "-" : "";
    else
      text += coefficient < 0 ? " - " : " + ";
    uint64_t size = coefficient < 0 ? 0 - uint64_t(coefficient) : uint64_t(coefficient);
    if (factor.empty())
      text += std::to_string(size);
    else
      text += (size == 1 ? "" : std::to_string(size) + " * ") + factor;
  };
  std::optional<Dim> rest = form;
  for (const Index &index : indices)
    if (auto term = form.getTerms().find({index.symbol}); term != form.getTerms().end())
      addTerm(term->second, index.name.str());
  for (bool constants : {false, true})
    for (const auto &[monomial, coefficient] : form.getTerms()) {
      const bool isIndex = monomial.size() == 1 && llvm::StringRef(monomial.front()).starts_with("#");
      if (monomial.empty() == constants && !isIndex)
        addTerm(coefficient, llvm::join(monomial, " * "));
    }
  return text.empty() ? "0" : text;
}

//===------------------------------------------------------------------------------------------------===//
// Reads
//===------------------------------------------------------------------------------------------------===//

const Datum &IndexNotation::baseOf(const IndexExpr &expr) {
  auto [it, isNew] = bases.try_emplace(&expr);
  if (isNew) {
    Datum base = e.evaluate(*expr.base); // may grow the map
    bases[&expr] = base;
    return bases[&expr];
  }
  return it->second;
}

std::optional<IndexNotation::Read> IndexNotation::readAt(const IndexExpr &expr) {
  Read read{&expr, baseOf(expr), {}, {}};
  if (read.tensor.isUnknown())
    return std::nullopt;
  std::string name = e.operandName(expr.base, "this");
  if (!read.tensor.isTensor()) {
    e.error(expr.base->range, "only tensors are read at indices; " + name + " is " + describe(read.tensor));
    return std::nullopt;
  }
  read.sizes = dimsOf(read.tensor.type());
  if (read.sizes.size() != expr.subscripts.size()) {
    auto report = e.error(expr.range, name + " has " + llvm::Twine(read.sizes.size()) +
                                          (read.sizes.size() == 1 ? " axis, found " : " axes, found ") +
                                          llvm::Twine(expr.subscripts.size()) +
                                          (expr.subscripts.size() == 1 ? " index" : " indices"));
    if (const auto *base = llvm::dyn_cast<NameExpr>(expr.base))
      if (Binding *binding = e.frame->scope->find(base->name))
        report.note(binding->declared, name + " declared here");
    return std::nullopt;
  }
  for (const Subscript &sub : expr.subscripts) {
    std::optional<Dim> form = affineForm(*sub.index, /*mustBe=*/true);
    if (!form)
      return std::nullopt;
    read.forms.push_back(*form);
  }
  return read;
}

bool IndexNotation::checkInside(const Read &read) {
  for (auto [axis, form] : llvm::enumerate(read.forms)) {
    if (!facts.isNonNegative(form)) {
      reportOutside(read, axis, form, /*below=*/true);
      return false;
    }
    std::optional<Dim> room = read.sizes[axis].sub(Dim(1));
    room = room ? room->sub(form) : std::nullopt;
    if (!room || !facts.isNonNegative(*room)) {
      reportOutside(read, axis, form, /*below=*/false);
      return false;
    }
  }
  return true;
}

void IndexNotation::reportOutside(const Read &read, unsigned axis, const Dim &form, bool below) {
  const Dim &size = read.sizes[axis];
  std::optional<Dim> last = size.sub(Dim(1));
  std::optional<Dim> reached = below ? facts.least(form) : facts.greatest(form);
  std::string limit = last ? formText(*last) : size.str() + " - 1";
  if (std::optional<std::string> symbol = size.symbolIfBare())
    limit = "'" + *symbol + "' - 1";
  // What would keep it inside, with the indices on one side.
  Dim terms, rest = form;
  for (unsigned index : indicesOf(form))
    if (auto term =
            Dim::symbol(indices[index].symbol).mul(Dim(form.getTerms().at({indices[index].symbol})))) {
      terms = terms.add(*term).value_or(terms);
      rest = rest.sub(*term).value_or(rest);
    }
  std::string way;
  if (!indicesOf(form).empty()) {
    std::optional<Dim> bound = below ? Dim(0).sub(rest) : size.sub(rest);
    std::string guard =
        formText(terms) + (below ? " >= " : " < ") + (bound ? formText(*bound) : std::string("..."));
    if (!enclosing)
      way = "; guard it: 'if " + guard + " then ... else 0'";
    else if (enclosing->where)
      way = "; add to the 'where': '" + guard + "'";
    else {
      std::string names;
      for (const Name &name : enclosing->indices)
        names += (names.empty() ? "" : ", ") + name.text.str();
      way = "; guard it: '" + enclosing->reduction.text.str() + "(" + names + " where " + guard + ")'";
    }
  }
  e.error(read.expr->subscripts[axis].range,
          std::string(facts.hasGuards() ? "index may reach " : "index reaches ") +
              (reached ? formText(*reached) : std::string("beyond 64 bits")) + " in dimension " +
              llvm::Twine(axis) + " of " + e.operandName(read.expr->base, "this") + ", expected 0 to " +
              limit + way);
}

IndexedValue IndexNotation::emitRead(const Read &read, double fill) {
  IndexList axes; // in the order in which the tensor has them
  llvm::SmallVector<std::string> symbols;
  for (const Dim &form : read.forms)
    for (unsigned index : indicesOf(form))
      if (!llvm::is_contained(axes, index)) {
        axes.push_back(index);
        symbols.push_back(indices[index].symbol);
      }
  Dims extents = extentsOf(axes);
  Range range = read.expr->range;
  if (!e.checkSize(extents, read.tensor.type().getElementType(), range))
    return unknown();
  mlir::Value y = e.readAt(read.tensor.tensor, extents, read.forms, symbols, fill, range);
  return {Datum::ofTensor(y), axes, {}};
}
