// MathML.cpp: the spelling of pages: MathML Core, which browsers set without any script.
#include "codegen/explain/Layout.h"
#include "codegen/explain/MathPrinter.h"
#include "llvm/ADT/StringSwitch.h"

namespace nnc::explain {

static std::string escaped(llvm::StringRef text) {
  std::string result;
  for (char c : text)
    result += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
  return result;
}

static std::string tag(llvm::StringRef name, const std::string &inside) {
  return "<" + name.str() + ">" + inside + "</" + name.str() + ">";
}
static std::string row(const std::string &inside) { return tag("mrow", inside); }
static std::string sign(llvm::StringRef text) { return tag("mo", escaped(text)); }

static std::string setName(llvm::StringRef name) {
  if (name == "...")
    return sign("⋯");
  if (name == "pi")
    return tag("mi", "π");
  SetName set(name);
  // Words too are identifiers: as text they would be space, and take that around operators away. The bar is a border: no
  // character stretches over a word in every browser.
  std::string text = tag("mi", escaped(set.base));
  for (int i = 0; i < set.adjoints; ++i)
    text = "<mrow style=\"border-top:0.07em solid;padding-top:0.1em\">" + text + "</mrow>";
  text = set.subscript.empty() ? text : tag("msub", text + tag("mn", set.subscript));
  return set.use.empty() ? text : tag("msup", row(text) + row(sign("(") + setName(set.use) + sign(")")));
}

static std::string inParentheses(const std::string &inside) { return row(sign("(") + inside + sign(")")); }

static std::string atLeast(const Math &math, Strength strength) {
  std::string text = toMathML(math);
  bool standsAlone = math.kind() == Kind::Div || math.kind() == Kind::Compare;
  return !standsAlone && strengthOf(math) < strength ? inParentheses(text) : text;
}

static std::string list(llvm::ArrayRef<Math> parts) {
  std::string text;
  for (const Math &part : parts)
    text += (text.empty() ? "" : sign(",")) + toMathML(part);
  return text;
}

static std::string call(const Math &math) {
  if (math.text() == ":")
    return row(rangeText(math, [](const Math &part) { return toMathML(part); }, sign(":")));
  if (math.text() == "transpose" && math.parts().size() == 1 && math.keywords().empty())
    return tag("msup", row(atLeast(math.parts()[0], Atom)) + sign("⊤"));
  if (math.text() == "factors") {
    std::string text;
    for (const Math &part : math.parts())
      text += inParentheses(toMathML(part));
    return row(text);
  }
  if (math.text() == "rsqrt")
    return tag("mfrac", tag("mn", "1") + tag("msqrt", list(math.parts())));
  if (math.text() == "exp" && widthOf(math.parts()[0]) < 12)
    return tag("msup", tag("mi", "e") + row(list(math.parts())));
  if (math.text() == "jacobian" || math.text() == "derivative")
    return tag("mfrac", row(sign("∂") + toMathML(math.parts()[0])) + row(sign("∂") + toMathML(math.parts()[1])));
  if (math.text() == "sqrt")
    return tag("msqrt", list(math.parts()));
  if (math.text() == "abs")
    return row(sign("|") + list(math.parts()) + sign("|"));
  std::string name = math.text() == "sigmoid" ? tag("mi", "σ")
                     : math.text() == "log"   ? tag("mi", "ln")
                         : math.text().empty() ? ""
                                               : tag("mi", escaped(math.text()));
  if (std::string keywords = keywordsText(math); !keywords.empty())
    name = tag("msub", name + tag("mtext", escaped(keywords)));
  return row(name + (math.text().empty() ? "" : "<mo>&#x2061;</mo>") + inParentheses(list(math.parts())));
}

static std::string binder(const Math &math) {
  std::string names, text;
  std::string how = llvm::StringSwitch<std::string>(math.text())
                        .Case("sum", sign("∑"))
                        .Case("prod", sign("∏"))
                        .Default(tag("mi", math.text().str()));
  for (const Math::Bound &bound : math.bounds()) {
    if (bound.high)
      text += tag("munderover", how + row(tag("mi", bound.name) + sign("=") + toMathML(bound.low)) +
                                    row(toMathML(bound.high - Math(1))));
    else
      names += (names.empty() ? "" : sign(",")) + tag("mi", bound.name);
  }
  if (!names.empty())
    text = tag("munder", how + row(names)) + text;
  return row(text + atLeast(math.parts()[0], Product));
}

/// Beside one another, with a dot between two words and before a number, and a little space beside one word.
static std::string besideEachOther(const Math &lhs, const Math &rhs) {
  bool left = hasWordAtEdge(lhs, true), right = hasWordAtEdge(rhs, false);
  std::string between = (left && right) || rhs.kind() == Kind::Number ? sign("·")
                        : left || right                               ? "<mspace width=\"0.2em\"/>"
                                                                      : sign("\u2062");
  return row(atLeast(lhs, Product) + between + atLeast(rhs, Sign));
}

std::string toMathML(const Math &math) {
  llvm::ArrayRef<Math> parts = math.parts();
  auto infix = [&](llvm::StringRef between, Strength left, Strength right) {
    return row(atLeast(parts[0], left) + sign(between) + atLeast(parts[1], right));
  };
  switch (math.kind()) {
  case Kind::Number:
    return tag("mn", numberText(math.value()));
  case Kind::Name:
    return setName(math.text());
  case Kind::Call:
    return call(math);
  case Kind::Negate:
    return row(sign("−") + atLeast(parts[0], Sign));
  case Kind::Add:
    return infix("+", Sum, Sum);
  case Kind::Sub:
    return infix("−", Sum, Product);
  case Kind::Mul:
    if (math.text() == "scalar" || parts[0].kind() == Kind::Number || parts[1].kind() == Kind::Number)
      return besideEachOther(parts[0], parts[1]);
    return infix("⊙", Product, Sign);
  case Kind::Div:
    return tag("mfrac", row(toMathML(parts[0])) + row(toMathML(parts[1])));
  case Kind::MatMul:
    return besideEachOther(parts[0], parts[1]);
  case Kind::Power:
    return tag("msup", row(atLeast(parts[0], Atom)) + row(toMathML(parts[1])));
  case Kind::Compare: {
    llvm::StringRef relation = llvm::StringSwitch<llvm::StringRef>(math.text())
                                   .Case("==", "=")
                                   .Case("!=", "≠")
                                   .Case("<=", "≤")
                                   .Case(">=", "≥")
                                   .Default(math.text());
    return row(sign("[") + toMathML(parts[0]) + sign(relation) + toMathML(parts[1]) + sign("]"));
  }
  case Kind::Index:
    return tag("msub", row(atLeast(parts[0], Atom)) + row(list(ofNumbers(math).parts().drop_front())));
  case Kind::Binder:
    return binder(math);
  case Kind::Where:
    return row(sign("{") +
               tag("mtable", tag("mtr", tag("mtd", toMathML(parts[1])) +
                                            tag("mtd", tag("mtext", "where ") + toMathML(parts[0]))) +
                                 tag("mtr", tag("mtd", toMathML(parts[2])) + tag("mtd", tag("mtext", "else")))));
  }
  return "";
}

std::string toMathML(const Equation &equation) {
  return row((equation.target ? toMathML(equation.target) : "") + sign("=") +
             toMathML(isOfElements(equation) ? ofNumbers(equation.value) : equation.value));
}

} // namespace nnc::explain
