// Latex.cpp: the spelling of articles. Adjoints have a bar, products of tensors a dot in a circle.
#include "codegen/explain/Layout.h"
#include "codegen/explain/MathPrinter.h"
#include "llvm/ADT/StringSwitch.h"

namespace nnc::explain {

static std::string escaped(llvm::StringRef text) {
  std::string result;
  for (char c : text)
    result += c == '_' ? std::string("\\_") : std::string(1, c);
  return result;
}

static std::string setName(llvm::StringRef name) {
  if (name == "...")
    return "\\cdots";
  if (name == "pi")
    return "\\pi";
  SetName set(name);
  std::string text = set.isLetter() ? set.base : "\\mathrm{" + escaped(set.base) + "}";
  for (int i = 0; i < set.adjoints; ++i)
    text = (set.isLetter() ? "\\bar{" : "\\overline{") + text + "}";
  if (!set.use.empty())
    text += "^{(" + setName(set.use) + ")}";
  return set.subscript.empty() ? text : text + "_{" + set.subscript + "}";
}

static std::string atLeast(const Math &math, Strength strength) {
  std::string text = toLatex(math);
  bool standsAlone = math.kind() == Kind::Div || math.kind() == Kind::Compare; // a fraction; a bracket
  return !standsAlone && strengthOf(math) < strength ? "\\left(" + text + "\\right)" : text;
}

static std::string list(llvm::ArrayRef<Math> parts) {
  std::string text;
  for (const Math &part : parts)
    text += (text.empty() ? "" : ", ") + toLatex(part);
  return text;
}

static std::string functionName(llvm::StringRef name) {
  std::string known = llvm::StringSwitch<std::string>(name)
                          .Cases("exp", "sin", "cos", "tanh", "\\" + name.str())
                          .Cases("max", "min", "\\" + name.str())
                          .Case("maximum", "\\max")
                          .Case("minimum", "\\min")
                          .Case("", " ")
                          .Case("log", "\\ln")
                          .Case("sigmoid", "\\sigma")
                          .Default("");
  return known.empty() ? "\\operatorname{" + escaped(name) + "}" : known;
}

static std::string call(const Math &math) {
  if (math.text() == ":")
    return rangeText(math, [](const Math &part) { return toLatex(part); });
  if (math.text() == "transpose" && math.parts().size() == 1 && math.keywords().empty()) {
    std::string inside = atLeast(math.parts()[0], Atom);
    return (math.parts()[0].kind() == Kind::Call ? "\\left(" + inside + "\\right)" : inside) + "^{\\top}";
  }
  if (math.text() == "factors") {
    std::string text;
    for (const Math &part : math.parts())
      text += "(" + toLatex(part) + ")";
    return text;
  }
  if (math.text() == "rsqrt")
    return "\\frac{1}{\\sqrt{" + list(math.parts()) + "}}";
  if (math.text() == "exp" && widthOf(math.parts()[0]) < 12)
    return "e^{" + toLatex(math.parts()[0]) + "}";
  if (math.text() == "jacobian" || math.text() == "derivative")
    return "\\frac{\\partial " + atLeast(math.parts()[0], Atom) + "}{\\partial " + atLeast(math.parts()[1], Atom) + "}";
  if (math.text() == "sqrt")
    return "\\sqrt{" + list(math.parts()) + "}";
  if (math.text() == "abs")
    return "\\left|" + list(math.parts()) + "\\right|";
  std::string text = functionName(math.text());
  if (std::string keywords = keywordsText(math); !keywords.empty())
    text += "_{\\text{" + escaped(keywords) + "}}";
  return text + "\\left(" + list(math.parts()) + "\\right)";
}

static std::string binder(const Math &math) {
  std::string names, text;
  llvm::StringRef sign = llvm::StringSwitch<llvm::StringRef>(math.text())
                             .Case("sum", "\\sum")
                             .Case("prod", "\\prod")
                             .Case("max", "\\max")
                             .Default("\\min");
  for (const Math::Bound &bound : math.bounds()) {
    if (bound.high) {
      text += sign.str() + "_{" + bound.name + "=" + toLatex(bound.low) + "}^{" +
              toLatex(bound.high - Math(1)) + "} ";
      continue;
    }
    names += (names.empty() ? "" : ",") + bound.name;
  }
  if (!names.empty())
    text = sign.str() + "_{" + names + "} " + text;
  return text + atLeast(math.parts()[0], Product);
}

/// Beside one another, with a dot between two words and before a number.
static std::string besideEachOther(const Math &lhs, const Math &rhs) {
  bool dot = (hasWordAtEdge(lhs, true) && hasWordAtEdge(rhs, false)) || rhs.kind() == Kind::Number;
  return atLeast(lhs, Product) + (dot ? " \\cdot " : "\\, ") + atLeast(rhs, Sign);
}

static std::string product(const Math &math) {
  const Math &lhs = math.parts()[0], &rhs = math.parts()[1];
  // Numbers scale; tensors are multiplied by elements.
  auto isNumber = [](const Math &side) {
    return side.kind() == Kind::Number || (side.kind() == Kind::Div && side.parts()[0].kind() == Kind::Number);
  };
  if (math.text() == "scalar" || isNumber(lhs) || isNumber(rhs))
    return besideEachOther(lhs, rhs);
  return atLeast(lhs, Product) + " \\odot " + atLeast(rhs, Sign);
}

static std::string relation(llvm::StringRef predicate) {
  return llvm::StringSwitch<std::string>(predicate)
      .Case("==", "=")
      .Case("!=", "\\ne")
      .Case("<=", "\\le")
      .Case(">=", "\\ge")
      .Default(predicate.str());
}

std::string toLatex(const Math &math) {
  llvm::ArrayRef<Math> parts = math.parts();
  switch (math.kind()) {
  case Kind::Number:
    return numberText(math.value());
  case Kind::Name:
    return setName(math.text());
  case Kind::Call:
    return call(math);
  case Kind::Negate:
    return "-" + atLeast(parts[0], Sign);
  case Kind::Add:
    return atLeast(parts[0], Sum) + " + " + atLeast(parts[1], Sum);
  case Kind::Sub:
    return atLeast(parts[0], Sum) + " - " + atLeast(parts[1], Product);
  case Kind::Mul:
    return product(math);
  case Kind::Div:
    return "\\frac{" + toLatex(parts[0]) + "}{" + toLatex(parts[1]) + "}";
  case Kind::MatMul:
    return besideEachOther(parts[0], parts[1]);
  case Kind::Power:
    return atLeast(parts[0], Atom) + "^{" + toLatex(parts[1]) + "}";
  case Kind::Compare:
    return "\\left[" + toLatex(parts[0]) + " " + relation(math.text()) + " " + toLatex(parts[1]) + "\\right]";
  case Kind::Index:
    return "{" + atLeast(parts[0], Atom) + "}_{" + list(ofNumbers(math).parts().drop_front()) + "}";
  case Kind::Binder:
    return binder(math);
  case Kind::Where:
    return "\\begin{cases}" + toLatex(parts[1]) + " & \\text{where } " + toLatex(parts[0]) + "\\\\ " +
           toLatex(parts[2]) + " & \\text{else}\\end{cases}";
  }
  return "";
}

std::string toLatex(const Equation &equation) {
  return (equation.target ? toLatex(equation.target) : "") + " = " +
         toLatex(isOfElements(equation) ? ofNumbers(equation.value) : equation.value);
}

} // namespace nnc::explain
