// Chain.cpp: follows a value's adjoint from step to step, back to the loss.
#include "codegen/explain/Chain.h"
#include "llvm/ADT/StringMap.h"

namespace nnc::explain {

std::string numbersText(llvm::ArrayRef<double> numbers, int digits) {
  std::string text;
  for (double number : numbers.take_front(6)) {
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%.*g", digits, number);
    text += (text.empty() ? "" : " ") + std::string(buffer);
  }
  return text + (numbers.size() > 6 ? " ..." : "");
}

std::string chainText(const Derivation &derivation, const Gradient &gradient, llvm::StringRef value) {
  llvm::StringMap<double> adjoints;
  for (const Worked &row : derivation.numbers)
    if (row.adjoint.size() == 1)
      adjoints[row.name] = row.adjoint.front();
  adjoints[gradient.target] = 1;

  // The steps on the way, from the value to the loss.
  std::string symbols, factors, at = value.str();
  for (size_t steps = 0; at != gradient.target; ++steps) {
    const Step *user = nullptr;
    for (const Step &step : gradient.steps)
      for (const Contribution &contribution : step.contributions)
        if (contribution.operand == at) {
          if (user || step.depth)
            return "";
          user = &step;
        }
    if (!user || user->forward.size() != 1 || steps > gradient.steps.size())
      return "";
    std::string result = toText(user->forward.front().target);
    if (!adjoints.count(at) || !adjoints.count(result) || adjoints[result] == 0)
      return "";
    symbols = "d" + result + "/d" + at + (symbols.empty() ? "" : " * " + symbols);
    factors = "(" + numbersText({adjoints[at] / adjoints[result]}) + ")" + factors;
    at = result;
  }
  if (symbols.empty())
    return "";
  return "d" + gradient.target + "/d" + value.str() + " = " + symbols + " = " + factors + " = " +
         numbersText({adjoints[value]});
}

} // namespace nnc::explain
