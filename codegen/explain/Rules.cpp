// Rules.cpp: rules are read from the ops' interfaces, so what is shown is what nn-differentiate applies.
#include "codegen/explain/Rules.h"
#include "codegen/explain/Formula.h"
#include "ir/Dialect.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace nnc::explain {

static std::vector<Equation> parsed(llvm::StringRef op, llvm::StringRef formula) {
  llvm::Expected<std::vector<Equation>> equations = parseFormula(formula);
  if (!equations)
    llvm::report_fatal_error(llvm::Twine("the rule of nn.") + op + ": " + toString(equations.takeError()));
  return *equations;
}

static Rule makeRule(llvm::StringRef op, const GradientRule &rule) {
  Rule made;
  made.op = op.str();
  made.name = rule.name.str();
  made.forward = parsed(op, rule.forward);
  made.words = rule.words.str();
  made.formula = parsed(op, rule.formula);
  if (!rule.before.empty())
    made.before = parsed(op, rule.before);
  for (llvm::StringRef letter : rule.operands)
    made.operands.push_back(letter.str());
  for (llvm::StringRef letter : rule.results)
    made.results.push_back(letter.str());
  for (llvm::StringRef saved : rule.saves)
    made.saves.push_back(saved.str());
  return made;
}

std::optional<Rule> ruleOf(OperationName op) {
  if (op.getDialectNamespace() != NNDialect::getDialectNamespace())
    return std::nullopt;
  llvm::StringRef mnemonic = op.stripDialect();
  if (auto *rule = op.getInterface<DifferentiableOpInterface>())
    return makeRule(mnemonic, rule->gradientRule());
  if (auto *rule = op.getInterface<RegionDifferentiableOpInterface>())
    return makeRule(mnemonic, rule->gradientRule());
  if (auto *reason = op.getInterface<NonDifferentiableOpInterface>()) {
    Rule none;
    none.op = mnemonic.str();
    none.whyNone = reason->whyNotDifferentiable().str();
    return none;
  }
  return std::nullopt;
}

std::vector<Rule> allRules(MLIRContext &context) {
  std::vector<Rule> rules;
  for (RegisteredOperationName op : context.getRegisteredOperations())
    if (std::optional<Rule> rule = ruleOf(op))
      rules.push_back(std::move(*rule));
  llvm::sort(rules, [](const Rule &a, const Rule &b) { return a.op < b.op; });
  return rules;
}

std::optional<Math> factorOf(const Math &value, llvm::StringRef adjoint) {
  llvm::ArrayRef<Math> parts = value.parts();
  auto part = [&](size_t i) { return factorOf(parts[i], adjoint); };
  switch (value.kind()) {
  case Kind::Name:
    return value.text() == adjoint ? std::optional<Math>(1) : std::nullopt;
  case Kind::Index: // at a turn
    return toText(value) == adjoint ? std::optional<Math>(1) : std::nullopt;
  case Kind::Negate:
    if (auto factor = part(0))
      return -*factor;
    return std::nullopt;
  case Kind::Mul:
    if (auto factor = part(0))
      return *factor * parts[1];
    if (auto factor = part(1))
      return parts[0] * *factor;
    return std::nullopt;
  case Kind::Div:
    if (auto factor = part(0))
      return *factor / parts[1];
    return std::nullopt;
  case Kind::Where: {
    auto yes = part(1), no = part(2);
    if ((yes || parts[1].isNumber(0)) && (no || parts[2].isNumber(0)))
      return Math::where(parts[0], yes.value_or(0), no.value_or(0));
    return std::nullopt;
  }
  default:
    return std::nullopt;
  }
}

/// dy/dx = diag(f') for each equation that has the form d_x = d_y * f'.
static std::vector<Equation> localJacobians(llvm::ArrayRef<Equation> formula) {
  std::vector<Equation> jacobians;
  for (const Equation &equation : formula) {
    if (equation.target.kind() != Kind::Name || !equation.target.text().starts_with("d_"))
      continue;
    if (std::optional<Math> factor = factorOf(equation.value, "d_y")) {
      llvm::StringRef operand = equation.target.text().drop_front(2);
      jacobians.push_back({Math::call("jacobian", {Math::name("y"), Math::name(operand)}),
                           factor->isNumber(1) ? Math::name("I") : Math::call("diag", {*factor})});
    }
  }
  return jacobians;
}

static bool reads(const Math &math, llvm::StringRef name) {
  if (math.kind() == explain::Kind::Name)
    return math.text() == name;
  return llvm::any_of(math.parts(), [&](const Math &part) { return reads(part, name); });
}

bool Rule::speaksOf(llvm::StringRef letter) const {
  for (const auto *equations : {&forward, &before, &formula})
    for (const Equation &equation : *equations)
      for (const std::string &name : {letter.str(), "d_" + letter.str()})
        if (reads(equation.target, name) || reads(equation.value, name))
          return true;
  return false;
}

void writeEquations(const Rule &rule, llvm::ArrayRef<std::pair<std::string, Math>> letters, Page &page) {
  page.aside(true);
  page.paragraph("The rule, in letters of its own, for");
  page.equations(rule.forward);
  if (!rule.words.empty())
    page.paragraph("(" + rule.words + ")");
  if (rule.before.empty()) {
    page.paragraph("is");
  } else {
    page.paragraph("is by calculus");
    page.equations(rule.before);
    page.paragraph("which simplifies to");
  }
  page.equations(rule.formula);
  std::string here;
  for (const auto &[letter, value] : letters)
    here += (here.empty() ? "Here " : ", ") + ("`" + letter + " = " + toText(value) + "`");
  if (!here.empty())
    page.paragraph(here + ".");
  page.aside(false);
}

static void writeRule(const Rule &rule, Page &page) {
  page.heading(2, "`" + rule.op + "`" + (rule.name.empty() ? "" : ": " + rule.name));
  if (!rule.whyNone.empty()) {
    page.paragraph("No gradient: " + rule.whyNone + ".");
    return;
  }
  writeEquations(rule, {}, page);
  if (std::vector<Equation> jacobians = localJacobians(rule.formula); !jacobians.empty()) {
    page.paragraph("Local Jacobian, element by element:");
    page.equations(jacobians);
  }
  std::string saves;
  for (const std::string &name : rule.saves)
    saves += (saves.empty() ? "" : ", ") + ("`" + name + "`");
  page.paragraph("Keeps " + (saves.empty() ? std::string("nothing") : saves) + " from the forward pass.");
}

static void writeJson(llvm::ArrayRef<Rule> rules, llvm::raw_ostream &out) {
  llvm::json::OStream json(out, 1);
  auto equations = [&](llvm::StringRef key, llvm::ArrayRef<Equation> list) {
    json.attributeArray(key, [&] {
      for (const Equation &equation : list)
        json.object([&] {
          json.attribute("text", toText(equation));
          json.attribute("latex", toLatex(equation));
          json.attribute("target", toSymPy(equation.target));
          json.attribute("sympy", toSymPy(equation.value));
        });
    });
  };
  json.array([&] {
    for (const Rule &rule : rules)
      json.object([&] {
        json.attribute("op", rule.op);
        if (!rule.whyNone.empty()) {
          json.attribute("no_gradient", rule.whyNone);
          return;
        }
        json.attribute("rule", rule.name);
        equations("forward", rule.forward);
        json.attribute("words", rule.words);
        equations("before", rule.before);
        equations("formula", rule.formula);
        json.attributeArray("operands", [&] {
          for (const std::string &letter : rule.operands)
            json.value(letter);
        });
        json.attributeArray("results", [&] {
          for (const std::string &letter : rule.results)
            json.value(letter);
        });
        json.attributeArray("saves", [&] {
          for (const std::string &name : rule.saves)
            json.value(name);
        });
      });
  });
  out << '\n';
}

std::string rulesText(llvm::ArrayRef<Rule> rules, Format format) {
  if (format == Format::Json) {
    std::string text;
    llvm::raw_string_ostream out(text);
    writeJson(rules, out);
    return text;
  }
  std::unique_ptr<Page> page = makePage(format);
  if (rules.size() > 1 || format != Format::Text)
    page->heading(1, rules.size() == 1 ? "Gradient rule of `" + rules.front().op + "`" : "Gradient rules");
  if (rules.size() > 1)
    page->paragraph("`d_x` is the adjoint of x: the loss differentiated by x, of the sizes of x" +
                    std::string(page->isSet() ? ", in formulae x with a bar" : "") + ". Equations without "
                    "subscripts hold for each element. With subscripts they are written in the smallest sizes that "
                    "show the rule; a truth value counts 1 or 0.");
  for (const Rule &rule : rules)
    writeRule(rule, *page);
  return page->finish();
}

} // namespace nnc::explain
