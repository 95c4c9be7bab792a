// Repeats.cpp: finds equal stretches by the signatures of steps: their equations with names numbered in order of appearance.
#include "codegen/explain/Repeats.h"
#include "llvm/ADT/StringExtras.h"
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
  std::string text = step.op + " " + step.type + " " + std::to_string(step.depth) + " " + std::to_string(int(step.part)) +
                     (step.loop.reverse ? " reverse" : "");
  auto add = [&](const Equation &equation) {
    text += "; " + toText(equation.target.mapped(blank)) + "=" + toText(equation.value.mapped(blank));
  };
  for (const auto *lines : {&step.forward, &step.first, &step.incoming, &step.loop.start, &step.loop.body, &step.loop.end})
    for (const Line &line : *lines)
      if (!line.loop)
        add(line.equation);
  for (const Contribution &contribution : step.contributions) {
    for (const Line &line : contribution.before)
      add(line.equation);
    add(contribution.line.equation);
  }
  return text;
}

std::string withoutNumbers(llvm::StringRef layer) {
  std::string text;
  for (char c : layer)
    if (!llvm::isDigit(c))
      text += c;
  return text;
}

/// The sum that ends one of several equal layers and one before all of them are not alike, though they may be the same
/// mathematics.
static bool isLike(const Step &a, const Step &b) {
  return a.signature == b.signature && withoutNumbers(a.layer) == withoutNumbers(b.layer);
}

/// Fewer steps than this are written out again: a reference would be no shorter to read.
constexpr size_t shortestReference = 5;

/// The longest run of steps from `first` on that is equal to one before it, as a stretch.
static Stretch sameAsBefore(llvm::ArrayRef<Step> steps, size_t first) {
  Stretch best{first, 0, 1, {}, std::nullopt};
  for (size_t from = 0; from < first; ++from) {
    size_t length = 0;
    while (from + length < first && first + length < steps.size() && isLike(steps[from + length], steps[first + length]))
      ++length;
    if (length > best.length)
      best = {first, length, 1, {}, from};
  }
  return best;
}

std::vector<Stretch> findRepeats(std::vector<Step> &steps) {
  for (Step &step : steps)
    step.signature = signatureOf(step);
  auto equal = [&](size_t a, size_t b, size_t length) {
    for (size_t i = 0; i < length; ++i)
      if (!isLike(steps[a + i], steps[b + i]))
        return false;
    return true;
  };
  std::vector<Stretch> stretches;
  for (size_t first = 0; first < steps.size();) {
    // Of all periods that repeat here, the one that saves the most steps.
    Stretch best{first, 1, 1, {}, std::nullopt};
    for (size_t length = 1; first + 2 * length <= steps.size(); ++length) {
      size_t times = 1;
      while (first + (times + 1) * length <= steps.size() && equal(first, first + times * length, length))
        ++times;
      if ((times - 1) * length > (best.times - 1) * best.length)
        best = {first, length, times, {}, std::nullopt};
    }
    if ((best.times - 1) * best.length < shortestReference)
      best = {first, 1, 1, {}, std::nullopt};
    if (best.times == 1)
      if (Stretch known = sameAsBefore(steps, first); known.length >= shortestReference)
        best = known;
    for (size_t time = 0; time < best.times; ++time) {
      best.names.push_back(steps[first + time * best.length].value());
    }
    stretches.push_back(best);
    first += best.length * best.times;
  }
  return stretches;
}

/// What two gradients that are alike have in common.
static std::string likenessOf(const Gradient &gradient) {
  std::string text;
  auto add = [&](llvm::ArrayRef<Line> lines) {
    for (const Line &line : lines)
      text += line.loop ? "a loop; " : shapeOf(line.equation.value) + "; ";
    text += "\n";
  };
  add(gradient.forward);
  for (const Step &step : gradient.steps)
    text += step.signature + "\n";
  add(gradient.sums);
  return text;
}

void findAlike(std::vector<Gradient> &gradients) {
  llvm::StringMap<size_t> known;
  for (auto [number, gradient] : llvm::enumerate(gradients)) {
    auto [place, isNew] = known.try_emplace(likenessOf(gradient), number);
    if (!isNew && gradient.target != gradients[place->second].target)
      gradient.like = place->second;
  }
}

} // namespace nnc::explain
