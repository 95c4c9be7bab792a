// SymPy.cpp: the spelling that SymPy parses. Truth values in arithmetic are spelled out as 1 and 0.
#include "codegen/explain/MathPrinter.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

namespace nnc::explain {

static std::string list(llvm::ArrayRef<Math> parts) {
  std::string text;
  for (const Math &part : parts)
    text += (text.empty() ? "" : ", ") + toSymPy(part);
  return text;
}

static std::string relation(const Math &math) {
  llvm::StringRef name = llvm::StringSwitch<llvm::StringRef>(math.text())
                             .Case("==", "Eq")
                             .Case("!=", "Ne")
                             .Case("<", "Lt")
                             .Case("<=", "Le")
                             .Case(">", "Gt")
                             .Default("Ge");
  return name.str() + "(" + list(math.parts()) + ")";
}

/// Where a truth value is asked for.
static std::string condition(const Math &math) {
  if (math.kind() == Kind::Mul) // of truth values
    return "And(" + condition(math.parts()[0]) + ", " + condition(math.parts()[1]) + ")";
  return math.kind() == Kind::Compare ? relation(math) : "Ne(" + toSymPy(math) + ", 0)";
}

static std::string functionName(llvm::StringRef name) {
  return llvm::StringSwitch<llvm::StringRef>(name)
      .Case("maximum", "Max")
      .Case("minimum", "Min")
      .Case("abs", "Abs")
      .Case("ceil", "ceiling")
      .Default(name)
      .str();
}

/// Names of values hold points and may be words of Python or functions of SymPy: `v_` in front makes them plain symbols.
static std::string symbol(llvm::StringRef name) {
  std::string text = "v_";
  for (char c : name)
    text += llvm::isAlnum(c) ? std::string(1, c) : c == '_' ? "_" : "_" + std::to_string(int(c)) + "_";
  return text;
}

static std::string binder(const Math &math) {
  llvm::StringRef name = llvm::StringSwitch<llvm::StringRef>(math.text())
                             .Case("sum", "Sum")
                             .Case("prod", "Product")
                             .Case("max", "MaxOver")
                             .Default("MinOver");
  std::string text = name.str() + "(" + toSymPy(math.parts()[0]);
  for (const Math::Bound &bound : math.bounds())
    if (bound.high)
      text += ", (" + symbol(bound.name) + ", " + toSymPy(bound.low) + ", " +
              toSymPy(bound.high - Math(1)) + ")";
    else
      text += ", (" + symbol(bound.name) + ", 0, size_" + bound.name + " - 1)";
  return text + ")";
}

std::string toSymPy(const Math &math) {
  llvm::ArrayRef<Math> parts = math.parts();
  auto infix = [&](llvm::StringRef sign) {
    return ("(" + toSymPy(parts[0]) + " " + sign + " " + toSymPy(parts[1]) + ")").str();
  };
  switch (math.kind()) {
  case Kind::Number:
    return math.value() == math.value() && math.value() - math.value() == 0
               ? numberText(math.value())
               : (math.value() != math.value() ? "nan" : math.value() > 0 ? "oo" : "-oo");
  case Kind::Name:
    return symbol(math.text());
  case Kind::Call:
    return functionName(math.text()) + "(" + list(parts) + ")";
  case Kind::Negate:
    return "(-" + toSymPy(parts[0]) + ")";
  case Kind::Add:
    return infix("+");
  case Kind::Sub:
    return infix("-");
  case Kind::Mul:
    return infix("*");
  case Kind::Div:
    return infix("/");
  case Kind::MatMul:
    return "matmul(" + list(parts) + ")";
  case Kind::Power:
    return infix("**");
  case Kind::Compare:
    return "Piecewise((1, " + relation(math) + "), (0, True))";
  case Kind::Index:
    return toSymPy(parts[0]) + "[" + list(parts.drop_front()) + "]";
  case Kind::Binder:
    return binder(math);
  case Kind::Where:
    return "Piecewise((" + toSymPy(parts[1]) + ", " + condition(parts[0]) + "), (" + toSymPy(parts[2]) +
           ", True))";
  }
  return "";
}

} // namespace nnc::explain
