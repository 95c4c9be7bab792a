// Math.cpp: making and taking apart expressions. Neutral elements vanish here, so that no printer has to look for them.
#include "codegen/explain/Math.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>
#include <functional>

namespace nnc::explain {

static std::shared_ptr<const Math::Node> make(Kind kind, std::string text, std::vector<Math> parts) {
  auto node = std::make_shared<Math::Node>();
  node->kind = kind;
  node->text = std::move(text);
  node->parts = std::move(parts);
  return node;
}

Math::Math(double value) {
  auto made = std::make_shared<Node>();
  made->kind = Kind::Number;
  made->value = value;
  node = std::move(made);
}

Math Math::name(llvm::StringRef text) {
  Math math;
  math.node = make(Kind::Name, text.str(), {});
  return math;
}

Math Math::call(llvm::StringRef function, std::vector<Math> arguments,
                std::vector<std::pair<std::string, std::string>> keywords) {
  auto made = std::make_shared<Node>();
  made->kind = Kind::Call;
  made->text = function.str();
  made->parts = std::move(arguments);
  made->keywords = std::move(keywords);
  Math math;
  math.node = std::move(made);
  return math;
}

Math Math::binary(Kind kind, Math lhs, Math rhs) {
  bool numbers = lhs.kind() == Kind::Number && rhs.kind() == Kind::Number;
  switch (kind) {
  case Kind::Add:
    if (numbers)
      return lhs.value() + rhs.value();
    if (lhs.isNumber(0))
      return rhs;
    if (rhs.isNumber(0))
      return lhs;
    if (rhs.kind() == Kind::Number && rhs.value() < 0)
      return lhs - Math(-rhs.value());
    break;
  case Kind::Sub:
    if (numbers)
      return lhs.value() - rhs.value();
    if (rhs.isNumber(0))
      return lhs;
    if (rhs.kind() == Kind::Number && rhs.value() < 0)
      return lhs + Math(-rhs.value());
    break;
  case Kind::Mul:
    if (numbers)
      return lhs.value() * rhs.value();
    if (lhs.isNumber(1))
      return rhs;
    if (rhs.isNumber(1))
      return lhs;
    break;
  case Kind::Div:
  case Kind::Power:
    if (rhs.isNumber(1))
      return lhs;
    break;
  default:
    break;
  }
  Math math;
  math.node = make(kind, "", {std::move(lhs), std::move(rhs)});
  return math;
}

Math Math::scaled(Math lhs, Math rhs) {
  Math product = binary(Kind::Mul, std::move(lhs), std::move(rhs));
  if (product.kind() == Kind::Mul)
    product.node = make(Kind::Mul, "scalar", product.parts().vec());
  return product;
}

static bool holds(llvm::StringRef predicate, double lhs, double rhs) {
  return predicate == "==" ? lhs == rhs : predicate == "!=" ? lhs != rhs : predicate == "<" ? lhs < rhs
         : predicate == "<=" ? lhs <= rhs : predicate == ">" ? lhs > rhs : lhs >= rhs;
}

Math Math::compare(llvm::StringRef predicate, Math lhs, Math rhs) {
  if (lhs.kind() == Kind::Number && rhs.kind() == Kind::Number)
    return holds(predicate, lhs.value(), rhs.value());
  Math math;
  math.node = make(Kind::Compare, predicate.str(), {std::move(lhs), std::move(rhs)});
  return math;
}

Math Math::index(Math base, std::vector<Math> subscripts) {
  if (subscripts.empty())
    return base;
  subscripts.insert(subscripts.begin(), std::move(base));
  Math math;
  math.node = make(Kind::Index, "", std::move(subscripts));
  return math;
}

Math Math::atTurns(Math base, std::vector<Math> turns) {
  if (turns.empty())
    return base;
  std::vector<Math> parts = base.kind() == Kind::Index ? base.parts().vec() : std::vector<Math>{base};
  llvm::append_range(parts, turns);
  Math math;
  math.node = make(Kind::Index, "turn", std::move(parts));
  return math;
}

Math Math::bind(llvm::StringRef how, std::vector<Bound> bounds, Math body) {
  if (bounds.empty())
    return body;
  auto made = std::make_shared<Node>();
  made->kind = Kind::Binder;
  made->text = how.str();
  made->parts = {std::move(body)};
  made->bounds = std::move(bounds);
  Math math;
  math.node = std::move(made);
  return math;
}

Math Math::where(Math condition, Math yes, Math no) {
  if (condition.kind() == Kind::Number)
    return condition.value() != 0 ? yes : no;
  Math math;
  math.node = make(Kind::Where, "", {std::move(condition), std::move(yes), std::move(no)});
  return math;
}

Math Math::operator-() const {
  if (kind() == Kind::Number)
    return -value();
  if (kind() == Kind::Negate)
    return parts()[0];
  Math math;
  math.node = make(Kind::Negate, "", {*this});
  return math;
}

Kind Math::kind() const { return node->kind; }
double Math::value() const { return node->value; }
llvm::StringRef Math::text() const { return node->text; }
llvm::ArrayRef<Math> Math::parts() const { return node->parts; }
llvm::ArrayRef<Math::Bound> Math::bounds() const { return node->bounds; }
llvm::ArrayRef<std::pair<std::string, std::string>> Math::keywords() const { return node->keywords; }
bool Math::isNumber(double value) const { return kind() == Kind::Number && node->value == value; }

Math Math::withParts(const std::function<Math(const Math &)> &part) const {
  auto made = std::make_shared<Node>(*node);
  for (Math &own : made->parts)
    own = part(own);
  Math math;
  math.node = std::move(made);
  return math;
}

Math ofNumbers(const Math &math) {
  if (math.parts().empty())
    return math;
  Math made = math.withParts(ofNumbers);
  return made.kind() == Kind::Mul ? Math::scaled(made.parts()[0], made.parts()[1]) : made;
}

bool isOfElements(const Equation &equation) {
  return equation.target && equation.target.kind() == Kind::Index && equation.target.text().empty();
}

Math Math::mapped(const std::function<Math(const Math &)> &leaf) const {
  if (kind() == Kind::Number || kind() == Kind::Name)
    return leaf(*this);
  auto made = std::make_shared<Node>(*node);
  for (Math &part : made->parts)
    part = part.mapped(leaf);
  for (Bound &bound : made->bounds) {
    if (bound.low)
      bound.low = bound.low.mapped(leaf);
    if (bound.high)
      bound.high = bound.high.mapped(leaf);
  }
  Math math;
  math.node = std::move(made);
  return math;
}

std::string numberText(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15)
    return std::to_string(static_cast<long long>(value));
  char text[40];
  for (int digits = 1; digits <= 17; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    if (std::strtod(text, nullptr) == value)
      break;
  }
  return text;
}

} // namespace nnc::explain
