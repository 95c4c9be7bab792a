// Text.cpp: the plain spelling, as a terminal shows it: Python's operators, and `sum(i, j) ...` of the language.
#include "codegen/explain/MathPrinter.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/STLExtras.h"

namespace nnc::explain {

SetName::SetName(llvm::StringRef name) {
  while (name.size() > 2 && name.consume_front("d_"))
    ++adjoints;
  if (size_t at = name.find(via); adjoints && at != llvm::StringRef::npos) {
    use = name.drop_front(at + via.size()).str();
    name = name.take_front(at);
  }
  size_t digits = name.size();
  while (digits > 0 && llvm::isDigit(name[digits - 1]))
    --digits;
  if (digits == 1 && digits < name.size()) {
    base = name.take_front(1).str();
    subscript = name.drop_front(1).str();
  } else {
    base = name.str();
  }
}

bool hasWordAtEdge(const Math &math, bool atRight) {
  switch (math.kind()) {
  case Kind::Name:
    return !SetName(math.text()).isLetter();
  case Kind::Index:
    return hasWordAtEdge(math.parts()[0], atRight);
  case Kind::Call:
    return math.text() == "transpose" ? hasWordAtEdge(math.parts()[0], atRight) : !atRight && math.text().size() > 1;
  case Kind::Mul:
  case Kind::MatMul:
    return hasWordAtEdge(atRight ? math.parts().back() : math.parts().front(), atRight);
  case Kind::Power:
    return !atRight && hasWordAtEdge(math.parts()[0], false);
  default:
    return false;
  }
}

std::string keywordsText(const Math &call) {
  std::string text;
  for (const auto &[name, value] : call.keywords()) {
    if (name == "sizes" && call.text() == "broadcast")
      continue; // where it repeats is said by `dims`
    llvm::StringRef shown = value;
    shown = shown.trim('\'');
    bool isAlone = name == "axes" || name == "axis" || name == "sizes" || name == "permutation" || name == "at";
    if (isAlone && name != "sizes")
      shown = shown.trim("[]");
    text += (text.empty() ? "" : "; ") + (isAlone ? shown.str() : value == "True" ? name : name + "=" + shown.str());
  }
  return text;
}

static std::string atLeast(const Math &math, Strength strength) {
  std::string text = toText(math);
  return strengthOf(math) < strength ? "(" + text + ")" : text;
}

static std::string list(llvm::ArrayRef<Math> parts) {
  std::string text;
  for (const Math &part : parts)
    text += (text.empty() ? "" : ", ") + toText(part);
  return text;
}

std::string rangeText(const Math &range, llvm::function_ref<std::string(const Math &)> spelled, llvm::StringRef colon) {
  if (range.parts().empty())
    return colon.str();
  std::string text;
  for (const Math &part : range.parts())
    text += (text.empty() ? "" : colon.str()) + spelled(part);
  return text;
}

static std::string infix(const Math &math, llvm::StringRef sign, Strength left, Strength right) {
  return (atLeast(math.parts()[0], left) + sign + atLeast(math.parts()[1], right)).str();
}

static std::string call(const Math &math) {
  if (math.text() == ":")
    return rangeText(math, [](const Math &part) { return toText(part); });
  if (math.text() == "derivative")
    return ("d" + toText(math.parts()[0]) + "/d" + toText(math.parts()[1]));
  if (math.text() == "factors") {
    std::string text;
    for (const Math &part : math.parts())
      text += "(" + toText(part) + ")";
    return text;
  }
  std::string text = math.text().str() + "(" + list(math.parts());
  for (const auto &[name, value] : math.keywords())
    text += (text.back() == '(' ? "" : ", ") + name + "=" + value;
  return text + ")";
}

static std::string binder(const Math &math) {
  std::string text = math.text().str() + "(";
  for (const Math::Bound &bound : math.bounds()) {
    text += (text.back() == '(' ? "" : ", ") + bound.name;
    if (bound.high)
      text += " in " + atLeast(bound.low, Sum) + ".." + atLeast(bound.high, Sum);
  }
  return text + ") " + atLeast(math.parts()[0], Product);
}

std::string toText(const Math &math) {
  switch (math.kind()) {
  case Kind::Number:
    return numberText(math.value());
  case Kind::Name:
    return math.text().str();
  case Kind::Call:
    return call(math);
  case Kind::Negate:
    return "-" + atLeast(math.parts()[0], Sign);
  case Kind::Add:
    return infix(math, " + ", Sum, Sum);
  case Kind::Sub:
    return infix(math, " - ", Sum, Product);
  case Kind::Mul:
    return infix(math, " * ", Product, Sign);
  case Kind::Div:
    return infix(math, " / ", Product, Sign);
  case Kind::MatMul:
    return infix(math, " @ ", Product, Sign);
  case Kind::Power:
    return infix(math, "**", Atom, Exponent);
  case Kind::Compare:
    return infix(math, (" " + math.text() + " ").str(), Sum, Sum);
  case Kind::Index:
    return atLeast(math.parts()[0], Atom) + "[" + list(math.parts().drop_front()) + "]";
  case Kind::Binder:
    return binder(math);
  case Kind::Where:
    return "where(" + list(math.parts()) + ")";
  }
  return "";
}

std::string toText(const Equation &equation) {
  return (equation.target ? toText(equation.target) + " " : "") + "= " + toText(equation.value);
}

} // namespace nnc::explain
