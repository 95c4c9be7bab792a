// NotShown.cpp: follows lines backwards: what only lines read that are left out is left out as well.
#include "codegen/explain/NotShown.h"
#include "llvm/ADT/STLExtras.h"

namespace nnc::explain {

static void forEachName(const Math &math, llvm::function_ref<void(llvm::StringRef)> see) {
  if (!math)
    return;
  math.mapped([&](const Math &leaf) {
    if (leaf.kind() == Kind::Name)
      see(leaf.text());
    return leaf;
  });
}

/// Calls `see` with each line and those in its loop.
static void forEachLineOf(const Line &line, llvm::function_ref<void(const Line &)> see) {
  see(line);
  if (line.loop)
    for (const auto *part : {&line.loop->start, &line.loop->body, &line.loop->end})
      for (const Line &inner : *part)
        forEachLineOf(inner, see);
}

static std::vector<const Line *> linesOf(const Step &step) {
  std::vector<const Line *> lines;
  for (const auto *list : {&step.forward, &step.incoming, &step.first, &step.loop.start, &step.loop.body, &step.loop.end})
    for (const Line &line : *list)
      forEachLineOf(line, [&](const Line &each) { lines.push_back(&each); });
  for (const Contribution &contribution : step.contributions) {
    llvm::append_range(lines, llvm::make_pointer_range(contribution.before));
    lines.push_back(&contribution.line);
  }
  return lines;
}

static std::vector<const Line *> linesOf(const Gradient &gradient) {
  std::vector<const Line *> lines;
  auto add = [&](const Line &line) { forEachLineOf(line, [&](const Line &each) { lines.push_back(&each); }); };
  llvm::for_each(gradient.forward, add);
  add(gradient.start);
  for (const Step &step : gradient.steps)
    llvm::append_range(lines, linesOf(step));
  llvm::for_each(gradient.sums, add);
  return lines;
}

NotShown::NotShown(const Derivation &derivation, Extent extent) : isComplete(extent == Extent::Complete) {
  for (const auto *list : {&derivation.inputs, &derivation.variables})
    for (const auto &[name, type] : *list)
      said.insert(name);
  if (!isComplete)
    leaveOut(derivation);
}

/// Steps with one signature have the same names in the same order.
void NotShown::compare(const Step &shown, const Step &other) {
  compare(linesOf(shown), linesOf(other));
}

void NotShown::compare(llvm::ArrayRef<const Line *> ours, llvm::ArrayRef<const Line *> theirs) {
  for (auto [own, its] : llvm::zip(ours, theirs))
    for (auto part : {&Equation::target, &Equation::value}) {
      std::vector<std::string> here, there;
      forEachName(own->equation.*part, [&](llvm::StringRef name) { here.push_back(name.str()); });
      forEachName(its->equation.*part, [&](llvm::StringRef name) { there.push_back(name.str()); });
      for (auto [name, like] : llvm::zip(there, here))
        if (name != like)
          counterparts.try_emplace(name, like);
    }
}

void NotShown::leaveOut(const Derivation &derivation) {
  std::vector<const Line *> shown; // lines that are written for sure
  for (const Gradient &gradient : derivation.gradients) {
    if (gradient.like) {
      std::vector<const Line *> ours = linesOf(derivation.gradients[*gradient.like]), theirs = linesOf(gradient);
      compare(ours, theirs);
      for (const Line *line : theirs)
        if (line->equation.target)
          hidden.insert(line->equation.target.baseName());
      continue;
    }
    for (const Stretch &stretch : gradient.stretches)
      for (size_t i = 0; i < stretch.length * stretch.times; ++i) {
        const Step &step = gradient.steps[stretch.first + i];
        if (i < stretch.length && !stretch.like) {
          llvm::append_range(shown, linesOf(step));
          continue;
        }
        compare(gradient.steps[stretch.like ? *stretch.like + i : stretch.first + i % stretch.length], step);
        for (const Line *line : linesOf(step))
          if (line->equation.target)
            hidden.insert(line->equation.target.baseName());
      }
    llvm::append_range(shown, llvm::make_pointer_range(gradient.sums));
  }
  if (hidden.empty())
    return;
  for (const auto &[name, line] : derivation.results)
    shown.push_back(&line);
  for (const Update &update : derivation.updates) {
    llvm::append_range(shown, llvm::make_pointer_range(update.lines));
    for (const auto &[variable, line] : update.stores)
      shown.push_back(&line);
  }
  for (const Line *line : shown)
    hidden.erase(line->equation.target ? line->equation.target.baseName() : "");

  // Lines of the forward pass without steps: left out if they are of a layer like one that is shown, and nothing that is
  // shown reads them.
  llvm::StringSet<> kept;
  auto likenessOf = [](const Line &line) {
    std::string text = withoutNumbers(line.layer);
    forEachLineOf(line, [&](const Line &inner) {
      if (inner.equation.value)
        text += "; " + shapeOf(inner.equation.value);
    });
    return text;
  };
  llvm::StringSet<> wanted;
  // A step repeats the line of its value: what is written there stands in the forward pass as well.
  for (const Line *line : shown) {
    forEachName(line->equation.value, [&](llvm::StringRef name) { wanted.insert(name); });
    if (line->equation.target)
      wanted.insert(line->equation.target.baseName());
  }
  auto visit = [&](const Line &line) {
    bool isWanted = false, isHidden = false;
    bool isLikeOther = !line.layer.empty() && kept.contains(likenessOf(line));
    forEachLineOf(line, [&](const Line &inner) {
      if (!inner.equation.target)
        return;
      llvm::StringRef name = inner.equation.target.baseName();
      isWanted |= wanted.contains(name) && !hidden.contains(name);
      isHidden |= hidden.contains(name);
    });
    if (!isWanted && (isLikeOther || isHidden))
      return forEachLineOf(line, [&](const Line &inner) {
        if (inner.loop)
          hiddenLoops.insert(inner.loop.get());
        if (inner.equation.target)
          hidden.insert(inner.equation.target.baseName());
      });
    kept.insert(likenessOf(line));
    forEachLineOf(line, [&](const Line &inner) {
      forEachName(inner.equation.value, [&](llvm::StringRef name) { wanted.insert(name); });
    });
  };
  for (const Line &line : llvm::reverse(derivation.rest))
    visit(line);
  for (const Gradient &gradient : llvm::reverse(derivation.gradients)) {
    if (!gradient.like)
      wanted.insert(gradient.target);
    for (const Line &line : llvm::reverse(gradient.forward))
      visit(line);
  }
}

bool NotShown::isLeftOut(const Line &line) const {
  if (line.loop)
    return hiddenLoops.contains(line.loop.get());
  return hidden.contains(line.equation.target.baseName());
}

bool NotShown::isNamed(const Math &math) const {
  bool found = false;
  forEachName(math, [&](llvm::StringRef name) { found |= hidden.contains(name); });
  return found;
}

void NotShown::see(const Equation &equation) {
  if (equation.target)
    said.insert(equation.target.baseName());
  forEachName(equation.value, [&](llvm::StringRef name) { read.insert(name); });
}

void NotShown::see(const Loop &loop) { said.insert(loop.turn); }

std::vector<std::pair<std::string, std::string>> NotShown::others() const {
  std::vector<std::pair<std::string, std::string>> found;
  if (isComplete)
    return found;
  for (const auto &entry : read)
    if (hidden.contains(entry.getKey()) && !said.contains(entry.getKey()))
      found.push_back({entry.getKey().str(), counterparts.lookup(entry.getKey())});
  llvm::sort(found);
  return found;
}

} // namespace nnc::explain
