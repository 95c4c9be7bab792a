// Formula.cpp: a parser by recursive descent, one function per level of precedence.
#include "codegen/explain/Formula.h"
#include "llvm/ADT/StringExtras.h"

namespace nnc::explain {

namespace {

class FormulaParser {
public:
  explicit FormulaParser(llvm::StringRef text) : all(text), rest(text) {}

  llvm::Expected<std::vector<Equation>> parse() {
    std::vector<Equation> equations;
    do {
      Equation equation;
      equation.target = atom();
      expect("=");
      equation.value = comparison();
      equations.push_back(std::move(equation));
    } while (accept(";") && message.empty());
    skipSpace();
    if (message.empty() && !rest.empty())
      fail("the end");
    if (!message.empty())
      return llvm::createStringError(llvm::inconvertibleErrorCode(), message.c_str());
    return equations;
  }

private:
  void skipSpace() { rest = rest.ltrim(); }
  bool accept(llvm::StringRef token) {
    skipSpace();
    return rest.consume_front(token);
  }
  void fail(llvm::StringRef expected) {
    if (message.empty())
      message = ("expected " + expected + " at '" + rest + "' in '" + all + "'").str();
    rest = "";
  }
  void expect(llvm::StringRef token) {
    if (!accept(token))
      fail(("'" + token + "'").str());
  }
  /// `sum(i)` is followed by what is summed, `sum(x)` as a function by an operator or nothing.
  bool startsOperand() {
    skipSpace();
    return !rest.empty() && (llvm::isAlnum(rest.front()) || rest.front() == '(' || rest.front() == '-');
  }

  // comparison = sum [("==" | "!=" | "<=" | ">=" | "<" | ">") sum]
  Math comparison() {
    Math lhs = sum();
    for (llvm::StringRef predicate : {"==", "!=", "<=", ">=", "<", ">"})
      if (accept(predicate))
        return Math::compare(predicate, lhs, sum());
    return lhs;
  }
  // sum = product {("+" | "-") product}
  Math sum() {
    Math lhs = product();
    while (true)
      if (accept("+"))
        lhs = lhs + product();
      else if (accept("-"))
        lhs = lhs - product();
      else
        return lhs;
  }
  // product = sign {("*" | "/" | "@") sign}
  Math product() {
    Math lhs = sign();
    while (true) {
      skipSpace();
      if (!rest.starts_with("**") && accept("*"))
        lhs = lhs * sign();
      else if (accept("/"))
        lhs = lhs / sign();
      else if (accept("@"))
        lhs = Math::binary(Kind::MatMul, lhs, sign());
      else
        return lhs;
    }
  }
  // sign = "-" sign | power
  Math sign() { return accept("-") ? -sign() : power(); }
  // power = atom ["**" sign]
  Math power() {
    Math base = atom();
    return accept("**") ? Math::binary(Kind::Power, base, sign()) : base;
  }
  // atom = number | "(" comparison ")" | name ["[" list "]"] | name "(" list ")" | binder
  Math atom() {
    skipSpace();
    if (accept("(")) {
      Math inside = comparison();
      expect(")");
      return inside;
    }
    if (!rest.empty() && llvm::isDigit(rest.front()))
      return number();
    llvm::StringRef name = rest.take_while([](char c) { return llvm::isAlnum(c) || c == '_'; });
    if (name.empty()) {
      fail("a value");
      return 0;
    }
    rest = rest.drop_front(name.size());
    if (accept("["))
      return Math::index(Math::name(name), list("]"));
    if (!rest.starts_with("("))
      return Math::name(name);
    if (isBinder(name))
      return binder(name);
    rest = rest.drop_front();
    std::vector<Math> arguments = list(")");
    if (name == "where" && arguments.size() == 3)
      return Math::where(arguments[0], arguments[1], arguments[2]);
    return Math::call(name, std::move(arguments));
  }
  Math number() {
    llvm::StringRef digits = rest.take_while([](char c) { return llvm::isDigit(c) || c == '.'; });
    while (digits.ends_with(".")) // of a range
      digits = digits.drop_back();
    if (digits.contains(".."))
      digits = digits.split("..").first;
    double value = 0;
    digits.getAsDouble(value);
    rest = rest.drop_front(digits.size());
    return value;
  }
  std::vector<Math> list(llvm::StringRef end) {
    std::vector<Math> items;
    do
      items.push_back(comparison());
    while (accept(","));
    expect(end);
    return items;
  }
  bool isBinder(llvm::StringRef name) {
    if (name != "sum" && name != "prod" && name != "max" && name != "min")
      return false;
    llvm::StringRef before = rest;
    rest = rest.drop_until([](char c) { return c == ')'; }).drop_front();
    bool result = startsOperand();
    rest = before;
    return result;
  }
  // binder = how "(" name ["in" sum ".." sum] {"," ...} ")" product
  Math binder(llvm::StringRef how) {
    std::vector<Math::Bound> bounds;
    expect("(");
    do {
      skipSpace();
      Math::Bound bound;
      bound.name = rest.take_while([](char c) { return llvm::isAlnum(c) || c == '_'; }).str();
      rest = rest.drop_front(bound.name.size());
      if (accept("in ")) {
        bound.low = sum();
        expect("..");
        bound.high = sum();
      }
      bounds.push_back(std::move(bound));
    } while (accept(","));
    expect(")");
    return Math::bind(how, std::move(bounds), product());
  }

  llvm::StringRef all, rest;
  std::string message;
};

} // namespace

llvm::Expected<std::vector<Equation>> parseFormula(llvm::StringRef text) { return FormulaParser(text).parse(); }

} // namespace nnc::explain
