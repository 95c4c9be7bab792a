// Chain.cpp: follows a value's adjoint from line to line, back to the loss, through the turns of loops as well.
#include "codegen/explain/Chain.h"
#include "codegen/explain/ThroughTime.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"
#include <cmath>
#include <map>

namespace nnc::explain {

static std::string numberText(double number, int digits) {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.*g", digits, number);
  return buffer;
}

std::string numbersText(llvm::ArrayRef<double> numbers, llvm::ArrayRef<int64_t> shape, int digits) {
  std::string text;
  size_t row = shape.size() > 1 ? std::max<int64_t>(shape.back(), 1) : numbers.size();
  for (auto [i, number] : llvm::enumerate(numbers.take_front(mostNumbers)))
    text += (i == 0 ? "" : row != 1 && i % row == 0 ? "; " : " ") + numberText(number, digits);
  return text + (numbers.size() > size_t(mostNumbers) ? " ..." : "");
}

/// As it is printed: seven digits.
static Math rounded(double number) { return std::strtod(numberText(number, 7).c_str(), nullptr); }

namespace {

/// What values are at the numbers of a derivation, by their names: `h`, `h[2]`.
class Values {
public:
  explicit Values(const Derivation &derivation) {
    for (const Worked &row : derivation.numbers) {
      take(row.name, row.value, row.shape);
      if (!row.adjoint.empty())
        take(row.adjointName, row.adjoint, row.shape);
    }
  }

  /// What a line says of a value that the numbers leave out.
  void define(const Equation &equation) { lines.try_emplace(toText(equation.target), equation.value); }
  void set(const std::string &name, double number) { numbers[name] = number; }

  /// The expression as a number; nothing where it has no number or is not one.
  std::optional<double> operator()(const Math &math) {
    llvm::ArrayRef<Math> parts = math.parts();
    if (math.kind() == Kind::Number)
      return math.value();
    if (math.kind() == Kind::Name || math.kind() == Kind::Index) {
      std::string text = toText(math);
      if (auto known = numbers.find(text); known != numbers.end())
        return known->second;
      if (auto line = lines.find(text); line != lines.end()) {
        Math value = line->second;
        lines.erase(line); // it cannot be read to say itself
        std::optional<double> number = (*this)(value);
        if (number)
          numbers[text] = *number;
        return number;
      }
      return std::nullopt;
    }
    std::vector<double> of;
    for (const Math &part : parts) {
      std::optional<double> number = (*this)(part);
      if (!number)
        return std::nullopt;
      of.push_back(*number);
    }
    return worked(math, of);
  }

private:
  static std::optional<double> worked(const Math &math, llvm::ArrayRef<double> of) {
    switch (math.kind()) {
    case Kind::Negate:
      return -of[0];
    case Kind::Add:
      return of[0] + of[1];
    case Kind::Sub:
      return of[0] - of[1];
    case Kind::Mul:
      return of[0] * of[1];
    case Kind::Div:
      return of[0] / of[1];
    case Kind::Power:
      return std::pow(of[0], of[1]);
    case Kind::Where:
      return of[0] != 0 ? of[1] : of[2];
    case Kind::Compare: {
      Math holds = Math::compare(math.text(), of[0], of[1]);
      return holds.value();
    }
    case Kind::Call: {
      using Function = double (*)(double);
      auto function = llvm::StringSwitch<Function>(math.text())
                          .Case("exp", [](double x) { return std::exp(x); })
                          .Case("log", [](double x) { return std::log(x); })
                          .Case("sqrt", [](double x) { return std::sqrt(x); })
                          .Case("rsqrt", [](double x) { return 1 / std::sqrt(x); })
                          .Case("tanh", [](double x) { return std::tanh(x); })
                          .Case("sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); })
                          .Case("sin", [](double x) { return std::sin(x); })
                          .Case("cos", [](double x) { return std::cos(x); })
                          .Case("sign", [](double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0; })
                          .Default(nullptr);
      if (!function || of.size() != 1)
        return std::nullopt;
      return function(of[0]);
    }
    default:
      return std::nullopt;
    }
  }

  void take(llvm::StringRef name, llvm::ArrayRef<double> list, llvm::ArrayRef<int64_t> shape) {
    auto [base, turns] = name.split('[');
    if (list.size() == 1 && turns.empty())
      numbers[name.str()] = list.front();
    else if (shape.size() == 1) // a number in each turn, or a sequence of numbers
      for (auto [turn, number] : llvm::enumerate(list))
        numbers[(base + "[" + llvm::Twine(turn) + "]").str()] = number;
  }

  std::map<std::string, double> numbers;
  std::map<std::string, Math> lines;
};

/// A part of a path: how one adjoint is made of another.
struct Link {
  std::string from; // the other adjoint
  Math of, by;      // d of / d by, or null where the adjoint is the other one under another name
  double factor = 1;
  bool isState = false; // from one turn to another
};

/// How every adjoint is made of others, with numbers.
class Links {
public:
  Links(const Derivation &derivation, const Gradient &gradient) : values(derivation) {
    for (const Worked &row : derivation.numbers)
      if (llvm::StringRef(row.name).ends_with("]"))
        turns = row.shape.front();
    values.set(gradient.start.equation.target.baseName().str(), 1);
    for (const Gradient &each : derivation.gradients)
      define(each.forward);
    for (size_t i = 0; i < gradient.steps.size(); ++i) {
      if (gradient.steps[i].part != Step::Part::LoopBegins) {
        add(gradient.steps[i]);
        continue;
      }
      size_t first = i++;
      while (i < gradient.steps.size() && gradient.steps[i].depth > gradient.steps[first].depth)
        ++i;
      if (i == gradient.steps.size())
        return;
      addLoop(llvm::ArrayRef(gradient.steps).slice(first, i - first + 1));
    }
    same(gradient.sums);
  }

  /// All paths from an adjoint back to `to`; none where there are more than a page shows or a factor has no number.
  std::vector<std::vector<Link>> paths(const std::string &from, const std::string &to) {
    std::vector<std::vector<Link>> found;
    std::vector<Link> path;
    bool isWhole = true;
    auto walk = [&](auto &&self, const std::string &at) -> void {
      if (at == to) {
        found.push_back({path.rbegin(), path.rend()});
        isWhole &= found.size() <= mostPaths;
        return;
      }
      if (!links.count(at) || path.size() > mostLinks || unknown.contains(at))
        isWhole = false;
      for (const Link &link : links[at]) {
        if (!isWhole)
          return;
        path.push_back(link);
        self(self, link.from);
        path.pop_back();
      }
    };
    walk(walk, from);
    return isWhole ? found : std::vector<std::vector<Link>>();
  }

private:
  static constexpr size_t mostPaths = 4, mostLinks = 60;
  static constexpr int64_t mostTurns = 4;

  void define(llvm::ArrayRef<Line> lines) {
    for (const Line &line : lines) {
      if (!line.loop) {
        values.define(line.equation);
        continue;
      }
      define(line.loop->start);
      for (int64_t t = 0; t < turns && turns <= mostTurns; ++t)
        for (const Line &inner : line.loop->body)
          if (!inner.loop)
            values.define(atTurn(inner.equation, *line.loop, turns, t).front());
      define(line.loop->end);
    }
  }

  /// Lines that say one adjoint by the names of others.
  void same(llvm::ArrayRef<Equation> equations, bool isState = false) {
    for (const Equation &equation : equations)
      same(toText(equation.target), equation.value, isState);
  }
  void same(llvm::ArrayRef<Line> lines, bool isState = false) {
    for (const Line &line : lines)
      if (!line.loop)
        same(line.equation, isState);
  }
  void same(const std::string &target, const Math &value, bool isState) {
    switch (value.kind()) {
    case Kind::Name:
    case Kind::Index:
      links[target].push_back({toText(value), {}, {}, 1, isState});
      break;
    case Kind::Number:
      if (value.isNumber(0))
        links[target];
      break;
    case Kind::Add:
      for (const Math &part : value.parts())
        same(target, part, isState);
      break;
    default:
      unknown.insert(target);
    }
  }

  /// What a step of one result gives its operands.
  void add(const Step &step, const Loop *loop = nullptr, int64_t t = 0) {
    auto here = [&](const Equation &equation) {
      return loop ? atTurn(equation, *loop, turns, t).front() : equation;
    };
    for (const Line &line : step.incoming)
      same(here(line.equation), loop && turns);
    if (step.forward.size() != 1)
      return;
    Math value = here({step.forward.front().equation.target, 0}).target;
    std::string incoming = llvm::StringRef(step.incomingNames).trim('`').str();
    if (loop)
      incoming = toText(here({Math::name("x"), incomingMath(step)}).value);
    for (const Contribution &contribution : step.contributions) {
      Equation equation = here(contribution.line.equation);
      std::string target = toText(equation.target);
      Math operand = Math::name(contribution.operand);
      if (equation.target.kind() == Kind::Index && !equation.target.baseName().ends_with("_at"))
        operand = Math::atTurns(operand, equation.target.parts().drop_front().vec());
      if (std::optional<double> number = numberOf(equation, incoming))
        links[target].push_back({incoming, value, operand, *number, false});
      else
        unknown.insert(target);
    }
  }
  /// What an equation multiplies the incoming adjoint with.
  std::optional<double> numberOf(const Equation &equation, const std::string &incoming) {
    if (std::optional<Math> factor = factorOf(equation.value, incoming))
      if (std::optional<double> number = values(*factor))
        return number;
    // Of a value with one use, what it receives tells the factor.
    std::optional<double> before = values(named(incoming)), after = values(equation.target);
    if (!before || !after || *before == 0)
      return std::nullopt;
    return *after / *before;
  }
  static Math named(const std::string &name) { return Math::name(name); }
  /// The adjoint that comes into a step of one result.
  static Math incomingMath(const Step &step) {
    if (!step.incoming.empty())
      return step.incoming.back().equation.target;
    // `d_x[t]`
    auto [base, rest] = llvm::StringRef(step.incomingNames).trim('`').split('[');
    llvm::StringRef turn = rest.trim(']');
    return turn.empty() ? Math::name(base) : Math::atTurns(Math::name(base), {Math::name(turn)});
  }

  void addLoop(llvm::ArrayRef<Step> steps) {
    const Step &begin = steps.front(), &end = steps.back();
    const Loop &loop = end.loop;
    bool isPlain = turns > 0 && turns <= mostTurns;
    for (const Step &step : steps.drop_front().drop_back())
      isPlain &= step.part == Step::Part::Whole;
    if (!isPlain)
      return;
    same(begin.incoming);
    for (const Line &line : begin.loop.start)
      same(atTurn(line.equation, loop, turns, 0), true);
    for (int64_t t = 0; t < turns; ++t) {
      for (const Step &step : steps.drop_front().drop_back())
        add(step, &loop, t);
      for (const Line &line : loop.body)
        if (!line.loop)
          same(atTurn(line.equation, loop, turns, t), true);
    }
    for (const Line &line : loop.end) {
      const Math &value = line.equation.value;
      if (value.kind() != Kind::Binder) {
        same(atTurn(line.equation, loop, turns, 0));
        continue;
      }
      for (int64_t t = 0; t < turns; ++t)
        same(toText(line.equation.target), atTurn(Equation{line.equation.target, value.parts()[0]}, loop, turns, t).front().value,
             false);
    }
  }

  Values values;
  int64_t turns = 0;
  std::map<std::string, std::vector<Link>> links; // of an adjoint
  llvm::StringSet<> unknown;                      // adjoints that are not sums of others times numbers
};

/// A factor of a path: the derivative between two values where it comes from one turn to another, of one or more links.
struct Factor {
  Math derivative;
  std::vector<Link> links;
  double number = 1;
};

Math derivativeOf(const Math &of, const Math &by) { return Math::call("derivative", {of, by}); }

/// The value whose adjoint has this name.
Math valueOf(llvm::StringRef adjoint) {
  auto [base, rest] = adjoint.split('[');
  Math name = Math::name(base.drop_front(2));
  int turn = 0;
  return rest.empty() || rest.drop_back().getAsInteger(10, turn) ? name : Math::atTurns(name, {Math(turn)});
}

/// The links of a path in factors: all in one where it goes through no loop, else cut at the loop's state.
std::vector<Factor> factorsOf(llvm::ArrayRef<Link> path) {
  std::vector<Factor> factors(1);
  Math state;
  for (const Link &link : path) {
    if (link.isState) {
      state = valueOf(link.from);
      if (!factors.back().links.empty())
        factors.emplace_back();
      continue;
    }
    if (!link.of)
      continue;
    Factor &factor = factors.back();
    Math of = factor.links.empty() ? (state && factors.size() > 1 ? state : link.of) : factor.derivative.parts()[0];
    factor.derivative = derivativeOf(of, link.by);
    factor.links.push_back(link);
    factor.number *= link.factor;
  }
  if (factors.back().links.empty())
    factors.pop_back();
  return factors;
}

Math productOf(llvm::ArrayRef<Math> parts) {
  Math product = parts.front();
  for (const Math &part : parts.drop_front())
    product = Math::scaled(product, part);
  return product;
}

/// A sum of products of derivatives, with its numbers below it.
void write(const Math &target, llvm::ArrayRef<std::vector<std::pair<Math, double>>> terms, std::vector<Equation> &out) {
  Math symbols, numbers;
  double total = 0;
  for (const auto &term : terms) {
    std::vector<Math> derivatives, factors;
    double product = 1;
    for (const auto &[derivative, number] : term) {
      derivatives.push_back(derivative);
      factors.push_back(rounded(number));
      product *= number;
    }
    total += product;
    symbols = symbols ? symbols + productOf(derivatives) : productOf(derivatives);
    Math all = Math::call("factors", factors);
    numbers = numbers ? numbers + all : all;
  }
  out.push_back({target, symbols});
  if (terms.size() > 1 || terms.front().size() > 1)
    out.push_back({Math(), numbers});
  out.push_back({Math(), rounded(total)});
}

} // namespace

std::vector<Equation> chainOf(const Derivation &derivation, const Gradient &gradient, llvm::StringRef value,
                              llvm::StringRef adjoint, llvm::StringSet<> &said) {
  Links links(derivation, gradient);
  std::vector<std::vector<Factor>> paths;
  bool hasLoop = false;
  for (const std::vector<Link> &path : links.paths(adjoint.str(), toText(gradient.start.equation.target))) {
    paths.push_back(factorsOf(path));
    hasLoop |= paths.back().size() > 1;
    if (paths.back().empty())
      return {};
  }
  if (paths.empty())
    return {};
  std::vector<Equation> out;
  std::vector<std::vector<std::pair<Math, double>>> terms;
  for (const std::vector<Factor> &path : paths) {
    std::vector<std::pair<Math, double>> term;
    for (const Factor &factor : path) {
      std::vector<std::pair<Math, double>> links;
      for (const Link &link : factor.links)
        links.push_back({derivativeOf(link.of, link.by), link.factor});
      if (!hasLoop) {
        llvm::append_range(term, links);
        continue;
      }
      term.push_back({factor.derivative, factor.number});
      if (said.insert(toText(factor.derivative)).second)
        write(factor.derivative, {links}, out);
    }
    terms.push_back(std::move(term));
  }
  write(derivativeOf(Math::name(gradient.target), Math::name(value)), terms, out);
  return out;
}

} // namespace nnc::explain
