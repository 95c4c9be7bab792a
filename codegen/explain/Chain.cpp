// Chain.cpp: follows a value's adjoint from step to step, back to the loss.
#include "codegen/explain/Chain.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"

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

std::vector<Equation> chainOf(const Derivation &derivation, const Gradient &gradient, llvm::StringRef value) {
  llvm::StringMap<double> adjoints;
  for (const Worked &row : derivation.numbers)
    if (row.adjoint.size() == 1)
      adjoints[row.name] = row.adjoint.front();
  adjoints[gradient.target] = 1;

  // The steps on the way, from the value to the loss.
  std::string at = value.str();
  std::vector<Math> links, factors;
  for (size_t steps = 0; at != gradient.target; ++steps) {
    const Step *user = nullptr;
    for (const Step &step : gradient.steps)
      for (const Contribution &contribution : step.contributions)
        if (contribution.operand == at) {
          if (user || step.depth)
            return {};
          user = &step;
        }
    if (!user || user->forward.size() != 1 || steps > gradient.steps.size())
      return {};
    std::string result = user->value();
    if (!adjoints.count(at) || !adjoints.count(result) || adjoints[result] == 0)
      return {};
    links.insert(links.begin(), Math::call("derivative", {Math::name(result), Math::name(at)}));
    factors.insert(factors.begin(), rounded(adjoints[at] / adjoints[result]));
    at = result;
  }
  if (links.empty())
    return {};
  Math symbols = links.front();
  for (const Math &link : llvm::drop_begin(links))
    symbols = Math::scaled(symbols, link);
  return {{Math::call("derivative", {Math::name(gradient.target), Math::name(value)}), symbols},
          {Math(), Math::call("factors", factors)},
          {Math(), rounded(adjoints[value])}};
}

} // namespace nnc::explain
