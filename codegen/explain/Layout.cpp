// Layout.cpp: widths are estimates: letters count one, and what is set small counts less.
#include "codegen/explain/Layout.h"
#include "codegen/explain/MathPrinter.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>

namespace nnc::explain {

constexpr double small = 0.75; // of a subscript's letters

static double inParentheses(const Math &part, Strength strength) {
  return widthOf(part) + (part.kind() != Kind::Div && strengthOf(part) < strength ? 2 : 0);
}

static double widthOfAll(llvm::ArrayRef<Math> parts) {
  double width = 0;
  for (const Math &part : parts)
    width += (width ? 2 : 0) + widthOf(part);
  return width;
}

double widthOf(const Math &math) {
  llvm::ArrayRef<Math> parts = math.parts();
  auto infix = [&](double sign, Strength left, Strength right) {
    return inParentheses(parts[0], left) + sign + inParentheses(parts[1], right);
  };
  switch (math.kind()) {
  case Kind::Number:
    return numberText(math.value()).size();
  case Kind::Name: {
    SetName name(math.text());
    return name.base.size() + small * static_cast<double>(name.subscript.size() + (name.use.empty() ? 0 : name.use.size() + 2));
  }
  case Kind::Call: {
    double keywords = 0;
    for (const auto &[key, value] : math.keywords())
      keywords += key.size() + value.size() + 2;
    return math.text().size() + small * keywords + widthOfAll(parts) + 2;
  }
  case Kind::Negate:
    return 1 + inParentheses(parts[0], Sign);
  case Kind::Add:
    return infix(3, Sum, Sum);
  case Kind::Sub:
    return infix(3, Sum, Product);
  case Kind::Mul:
  case Kind::MatMul:
    return infix(2, Product, Sign);
  case Kind::Div:
    return std::max(widthOf(parts[0]), widthOf(parts[1])) + 1;
  case Kind::Power:
    return inParentheses(parts[0], Atom) + small * widthOf(parts[1]);
  case Kind::Compare:
    return infix(5, Sum, Sum);
  case Kind::Index:
    return inParentheses(parts[0], Atom) + small * widthOfAll(parts.drop_front());
  case Kind::Binder:
    return 4 + inParentheses(parts[0], Product);
  case Kind::Where:
    return std::max(widthOf(parts[1]) + widthOf(parts[0]), widthOf(parts[2])) + 10;
  }
  return 0;
}

static void flatten(const Math &math, std::vector<Math> &terms) {
  if (math.kind() != Kind::Add) {
    terms.push_back(math);
    return;
  }
  flatten(math.parts()[0], terms);
  flatten(math.parts()[1], terms);
}

Math abbreviated(const Math &math) {
  if (math.kind() == Kind::Number || math.kind() == Kind::Name)
    return math;
  if (math.kind() != Kind::Add)
    return math.withParts([](const Math &part) { return abbreviated(part); });
  std::vector<Math> terms;
  flatten(math, terms);
  // Their heads are compared alone: sums over axes differ in how many axes there are.
  auto head = [](const Math &term) { return std::pair(term.kind(), term.kind() == Kind::Call ? term.text() : ""); };
  if (terms.size() <= 4 || !llvm::all_of(terms, [&](const Math &term) { return head(term) == head(terms.front()); }))
    return math.withParts([](const Math &part) { return abbreviated(part); });
  return abbreviated(terms[0]) + abbreviated(terms[1]) + Math::name("...") + abbreviated(terms.back());
}

static Math atLeast(const Math &math, Strength strength) {
  return strengthOf(math) < strength ? Math::call("", {math}) : math;
}

/// The operands of the operators at the top, as they are joined from left to right.
static void takeApart(const Math &math, bool sums, std::vector<Piece> &pieces) {
  bool isSum = math.kind() == Kind::Add || math.kind() == Kind::Sub;
  bool isProduct = math.kind() == Kind::Mul || math.kind() == Kind::MatMul;
  if (sums ? !isSum : !isProduct) {
    pieces.push_back({Kind::Add, atLeast(math, sums ? Sum : Product)});
    return;
  }
  takeApart(math.parts()[0], sums, pieces);
  Strength right = math.kind() == Kind::Add ? Sum : math.kind() == Kind::Sub ? Product : Sign;
  pieces.push_back({math.kind(), atLeast(math.parts()[1], right)});
}

std::vector<Piece> brokenUp(const Math &math, double limit) {
  if (widthOf(math) <= limit)
    return {{Kind::Add, math}};
  bool sums = math.kind() == Kind::Add || math.kind() == Kind::Sub;
  std::vector<Piece> parts, lines;
  takeApart(math, sums, parts);
  for (const Piece &part : parts) {
    Math longer = lines.empty() ? Math() : Math::binary(part.joint, lines.back().math, part.math);
    if (longer && widthOf(longer) <= limit)
      lines.back().math = longer;
    else
      lines.push_back(part);
  }
  return lines;
}

} // namespace nnc::explain
