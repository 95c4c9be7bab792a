// Repeats.cpp: finds equal stretches by the signatures of steps: their equations with names numbered in order of appearance.
#include "codegen/explain/Repeats.h"
#include "llvm/ADT/StringMap.h"

namespace nnc::explain {

static std::string signatureOf(const Step &step) {
  llvm::StringMap<unsigned> numbers;
  auto blank = [&](const Math &leaf) {
    if (leaf.kind() != Kind::Name)
      return leaf;
    unsigned number = numbers.try_emplace(leaf.text(), numbers.size()).first->second;
    return Math::name("n" + std::to_string(number));
  };
  std::string text = step.op + " " + step.type + " " + std::to_string(step.depth);
  auto add = [&](const Equation &equation) {
    text += "; " + toText(equation.target.mapped(blank)) + "=" + toText(equation.value.mapped(blank));
  };
  for (const Equation &equation : step.forward)
    add(equation);
  for (const Equation &equation : step.incoming)
    add(equation);
  for (const Contribution &contribution : step.contributions)
    add(contribution.equation);
  return text;
}

std::vector<Stretch> findRepeats(std::vector<Step> &steps) {
  for (Step &step : steps)
    step.signature = signatureOf(step);
  auto equal = [&](size_t a, size_t b, size_t length) {
    for (size_t i = 0; i < length; ++i)
      if (steps[a + i].signature != steps[b + i].signature)
        return false;
    return true;
  };
  std::vector<Stretch> stretches;
  for (size_t first = 0; first < steps.size();) {
    // Of all periods that repeat here, the one that saves the most steps.
    Stretch best{first, 1, 1, {}};
    for (size_t length = 1; first + 2 * length <= steps.size(); ++length) {
      size_t times = 1;
      while (first + (times + 1) * length <= steps.size() && equal(first, first + times * length, length))
        ++times;
      if ((times - 1) * length > (best.times - 1) * best.length)
        best = {first, length, times, {}};
    }
    for (size_t time = 0; time < best.times; ++time) {
      const Step &step = steps[first + time * best.length];
      best.names.push_back(step.forward.empty() ? step.op : toText(step.forward.front().target));
    }
    stretches.push_back(best);
    first += best.length * best.times;
  }
  return stretches;
}

} // namespace nnc::explain
