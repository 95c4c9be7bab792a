// Steps.cpp: see Steps.h.
#include "codegen/view/Steps.h"
#include "codegen/view/Diff.h"
#include "mlir/Pass/Pass.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::StringRef;

namespace nnc::view {

namespace {

class Instrumentation : public PassInstrumentation {
public:
  explicit Instrumentation(StepRecorder &recorder) : recorder(recorder) {}
  void runBeforePass(Pass *pass, Operation *op) override {
    if (isa<ModelOp>(op) && !pass->getArgument().empty())
      recorder.before(op);
  }
  void runAfterPass(Pass *pass, Operation *op) override {
    if (isa<ModelOp>(op) && !pass->getArgument().empty())
      recorder.after(pass, op);
  }

private:
  StepRecorder &recorder;
};

std::string keyOf(FuncOp func) {
  return (func->getParentOfType<ModelOp>().getSymName() + "." + func.getSymName()).str();
}

bool isEqual(const Listing &a, const Listing &b) {
  return llvm::equal(a.lines, b.lines, [](const ListingLine &x, const ListingLine &y) { return x.text == y.text; });
}

} // namespace

std::unique_ptr<PassInstrumentation> StepRecorder::makeInstrumentation() {
  return std::make_unique<Instrumentation>(*this);
}

void StepRecorder::notifyPatternEnd(const Pattern &pattern, LogicalResult status) {
  if (succeeded(status))
    ++rewrites[pattern.getDebugName().str()];
}

std::shared_ptr<const Listing> StepRecorder::listingOf(FuncOp func) const {
  auto found = last.find(keyOf(func));
  return found == last.end() ? nullptr : found->second;
}

void StepRecorder::before(Operation *op) {
  rewrites.clear();
  for (FuncOp func : cast<ModelOp>(op).getBody().getOps<FuncOp>())
    if (auto &listing = last[keyOf(func)]; !listing)
      listing = std::make_shared<Listing>(list(func, nullptr));
}

void StepRecorder::after(Pass *pass, Operation *op) {
  Step step{pass->getArgument().str(), pass->getDescription().str(), {}, {}};
  for (FuncOp func : cast<ModelOp>(op).getBody().getOps<FuncOp>()) {
    std::shared_ptr<const Listing> &known = last[keyOf(func)];
    auto now = std::make_shared<Listing>(list(func, known.get()));
    if (known && !isEqual(*known, *now))
      step.changes.push_back({known, now});
    known = now;
  }
  step.rewrites.assign(rewrites.begin(), rewrites.end());
  steps.push_back(std::move(step));
}

std::vector<DiffLine> difference(const Change &change) {
  llvm::StringMap<unsigned> numbers;
  auto numbered = [&](const Listing &listing) {
    std::vector<unsigned> result;
    for (const ListingLine &line : listing.lines)
      result.push_back(numbers.try_emplace(line.text, numbers.size()).first->second);
    return result;
  };
  std::vector<unsigned> before = numbered(*change.before), after = numbered(*change.after);
  std::vector<DiffLine> lines;
  size_t i = 0, j = 0;
  auto changedUpTo = [&](size_t a, size_t b) {
    for (; i < a; ++i)
      lines.push_back({'-', i, j});
    for (; j < b; ++j)
      lines.push_back({'+', i, j});
  };
  for (auto [a, b] : match(before, after)) {
    changedUpTo(a, b);
    lines.push_back({' ', i++, j++});
  }
  changedUpTo(before.size(), after.size());
  return lines;
}

std::vector<std::pair<size_t, size_t>> hunks(ArrayRef<DiffLine> lines, size_t context) {
  std::vector<std::pair<size_t, size_t>> result;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].sign == ' ')
      continue;
    size_t first = i < context ? 0 : i - context, end = std::min(lines.size(), i + context + 1);
    if (!result.empty() && first <= result.back().second)
      result.back().second = end;
    else
      result.push_back({first, end});
  }
  return result;
}

std::pair<size_t, size_t> counts(ArrayRef<DiffLine> lines) {
  return {llvm::count_if(lines, [](const DiffLine &line) { return line.sign == '+'; }),
          llvm::count_if(lines, [](const DiffLine &line) { return line.sign == '-'; })};
}

static std::string lineText(const ListingLine &line) {
  std::string text = std::string(2 * line.depth, ' ') + line.text;
  if (!line.rule.empty())
    text += "  // line " + std::to_string(line.line) + ", " + line.role + ": " + line.rule;
  return text;
}

std::string stepsText(ArrayRef<Step> steps) {
  std::string text;
  llvm::raw_string_ostream out(text);
  for (auto [index, step] : llvm::enumerate(steps)) {
    out << "=== " << index + 1 << " of " << steps.size() << ": " << step.pass << ": " << step.summary;
    if (step.changes.empty()) {
      out << ": no change\n";
      continue;
    }
    out << '\n';
    if (!step.rewrites.empty()) {
      out << "    rewrites: ";
      auto write = [&](const auto &rewrite) {
        out << rewrite.first;
        if (rewrite.second > 1)
          out << " x " << rewrite.second;
      };
      llvm::interleave(step.rewrites, out, write, "; ");
      out << '\n';
    }
    for (const Change &change : step.changes) {
      std::vector<DiffLine> lines = difference(change);
      auto [more, fewer] = counts(lines);
      out << "--- " << change.before->function << '\n'
          << "+++ " << change.after->function << "  (+" << more << " -" << fewer << ")\n";
      for (auto [first, end] : hunks(lines)) {
        ArrayRef<DiffLine> hunk = ArrayRef(lines).slice(first, end - first);
        size_t before = llvm::count_if(hunk, [](const DiffLine &line) { return line.sign != '+'; });
        size_t after = llvm::count_if(hunk, [](const DiffLine &line) { return line.sign != '-'; });
        out << "@@ -" << hunk.front().before + 1 << ',' << before << " +" << hunk.front().after + 1 << ',' << after
            << " @@\n";
        for (const DiffLine &line : hunk)
          out << line.sign << ' '
              << lineText(line.sign == '-' ? change.before->lines[line.before] : change.after->lines[line.after])
              << '\n';
      }
    }
  }
  return text;
}

} // namespace nnc::view
