// DerivationPage.cpp: a derivation as people read it, from the loss backwards.
#include "codegen/explain/Derivation.h"
#include "codegen/explain/Chain.h"
#include "codegen/explain/ThroughTime.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>
#include <map>
#include <set>

namespace nnc::explain {

namespace {

std::string quoted(llvm::StringRef text) { return ("`" + text + "`").str(); }

/// "a, b and c", at most so many of them.
std::string listed(llvm::ArrayRef<std::string> names, size_t most = 6) {
  std::string text;
  for (size_t i = 0; i < names.size() && i < most; ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + quoted(names[i]);
  if (names.size() > most)
    text += " and " + std::to_string(names.size() - most) + " more";
  return text;
}

class Writer {
public:
  Writer(const Derivation &derivation, Page &page) : derivation(derivation), page(page) {}

  void write() {
    page.heading(2, derivation.model + ", function " + quoted(derivation.function));
    writeValues();
    page.heading(3, "Forward");
    std::vector<Equation> forward;
    for (const Line &line : derivation.lines)
      if (line.role == "forward" && !line.loop && isDerived(toText(line.equation.target)))
        forward.push_back(line.equation);
    page.equations(forward);
    if (llvm::any_of(derivation.gradients, [](const Gradient &gradient) {
          return llvm::any_of(gradient.stretches, [](const Stretch &s) { return s.times > 1 || s.like; });
        }))
      page.paragraph("Of layers that are equal the one nearest to the loss is shown.");
    for (const Gradient &gradient : derivation.gradients)
      write(gradient);
    writeNumbers();
    write(derivation.simplifications);
    write(derivation.updates);
  }

private:
  /// Inputs and parameters; of equal layers those of one, with stars for their numbers.
  void writeValues() {
    std::vector<std::vector<std::string>> rows;
    for (const auto &[name, type] : derivation.inputs)
      rows.push_back({quoted(name), quoted(type), "input"});
    std::map<std::pair<std::string, std::string>, std::pair<size_t, size_t>> known; // row, and how many it stands for
    for (const auto &[name, type] : derivation.variables) {
      if (!isWrt(name))
        continue;
      auto [place, isNew] = known.try_emplace({starred(name), type}, rows.size(), 1);
      if (isNew) {
        rows.push_back({quoted(name), quoted(type), "parameter"});
        continue;
      }
      size_t count = ++place->second.second;
      rows[place->second.first] = {quoted(starred(name)), quoted(type), std::to_string(count) + " parameters"};
    }
    page.table({"value", "type", ""}, rows);
  }

  /// `blocks.*.norm1.scale`: the numbers of layers in a list are stars.
  static std::string starred(llvm::StringRef name) {
    std::string text;
    for (llvm::StringRef part : llvm::split(name, '.'))
      text += (text.empty() ? "" : ".") + (llvm::all_of(part, llvm::isDigit) ? "*" : part.str());
    return text;
  }

  void writeNumbers() {
    if (derivation.numbers.empty())
      return;
    page.heading(2, "Numbers");
    auto any = [&](auto holds) { return llvm::any_of(derivation.numbers, holds); };
    std::string remark = "Every value, its adjoint, and beside it the difference quotient of the loss: central, of fourth order.";
    if (any([](const Worked &row) { return row.along.has_value(); }))
      remark += " Where not all elements have a quotient the derivative along a direction that all have a part in is compared "
              "as well; the error is the largest.";
    if (any([](const Worked &row) { return !row.adjoint.empty() && !row.error; }))
      remark += " Where there is none the function is too large for differences of everything.";
    page.paragraph(remark);
    std::vector<std::vector<std::string>> rows;
    for (const Worked &row : derivation.numbers) {
      auto text = [&](llvm::ArrayRef<double> numbers) { return numbersText(numbers, row.shape); };
      // Digits that a difference does not have are left out; so pages are the same everywhere.
      std::vector<double> difference;
      for (double number : row.difference)
        difference.push_back(std::round(number * 1e10) / 1e10 + 0.0);
      std::vector<std::string> cells{quoted(row.name), text(row.value), "", "", "", ""};
      if (!row.adjoint.empty())
        cells = {quoted(row.name), text(row.value), quoted(row.adjointName), text(row.adjoint), numbersText(difference, row.shape) + (row.difference.empty() || row.difference.size() == row.adjoint.size() ? "" : " ..."),
                 !row.error         ? ""
                 : *row.error < 1e-9 ? "< 1e-9"
                                     : numbersText({*row.error}, {}, 1)};
      rows.push_back(std::move(cells));
    }
    page.table({"value", "", "adjoint", "", "by differences", "error"}, rows);
    bool isFirst = true;
    for (const Gradient &gradient : derivation.gradients)
      for (const auto &[value, adjoint] : gradient.wrt)
        if (std::vector<Equation> chain = chainOf(derivation, gradient, value); !chain.empty()) {
          if (std::exchange(isFirst, false))
            page.paragraph("The chain rule written out, one factor for each step on the way from the loss:");
          page.equations(chain);
        }
  }

  bool isWrt(const std::string &name) {
    for (const Gradient &gradient : derivation.gradients)
      for (const auto &[value, adjoint] : gradient.wrt)
        if (value == name)
          return true;
    return false;
  }
  /// Whether a step is about the value; layers that repeat are shown once here as well.
  bool isDerived(const std::string &name) {
    for (const Gradient &gradient : derivation.gradients)
      for (const Stretch &stretch : gradient.stretches)
        for (size_t i = 0; i < stretch.length && !stretch.like; ++i)
          for (const Equation &equation : gradient.steps[stretch.first + i].forward)
            if (toText(equation.target) == name)
              return true;
    return false;
  }

  void write(const Gradient &gradient) {
    page.heading(2, "Backward from " + quoted(gradient.target));
    page.paragraph("`d_x` is the derivative of `" + gradient.target +
                   "` with respect to x" + (page.isSet() ? ", in formulae x with a bar" : "") + ". It starts as `d_" +
                   gradient.target + "` = 1.");
    for (const Stretch &stretch : gradient.stretches) {
      if (stretch.like) {
        page.paragraph("The next " + std::to_string(stretch.length) + " steps, from " + quoted(stretch.names.front()) +
                       " on, are those from " + quoted(nameOf(gradient.steps[*stretch.like])) +
                       " on, with their own values and parameters.");
        continue;
      }
      for (size_t i = 0; i < stretch.length; ++i)
        write(gradient.steps[stretch.first + i]);
      if (stretch.times > 1) {
        std::vector<std::string> others(stretch.names.begin() + 1, stretch.names.end());
        page.paragraph("The same " + std::string(stretch.length > 1 ? std::to_string(stretch.length) + " steps, in this order, hold" : "step holds") +
                       " for " + std::to_string(stretch.times - 1) + " more equal layer" +
                       (stretch.times > 2 ? "s" : "") + ", with their own values and parameters: at " + listed(others) + ".");
      }
    }
    if (!gradient.sums.empty()) {
      page.heading(3, "Values with several uses");
      page.paragraph("Each use contributes to the gradient, and the contributions add (fan-out):");
      page.equations(gradient.sums);
    }
  }

  void write(const Step &step) {
    std::string place = step.line ? "line " + std::to_string(step.line) + ": " : "";
    std::string value = !step.forward.empty()         ? quoted(toText(step.forward.front().target))
                        : step.contributions.empty() ? step.op
                                                     : "repetition of " + quoted(step.contributions.front().operand);
    page.heading(3, place + (step.op == "scan" ? "the loop" : value) + ": " + step.rule.name);
    if (step.op == "scan") {
      writeLoop();
      return;
    }
    if (step.depth)
      page.paragraph("In each turn of the loop:");
    page.equations(step.forward, {step.type == "f" ? std::string() : step.type}); // a number needs no sizes
    if (!step.incoming.empty()) {
      bool sums = llvm::any_of(step.incoming, [](const Equation &e) { return e.value.kind() == Kind::Add; });
      page.paragraph(sums ? "What comes in is a sum, one term for each use of the value (fan-out):" : "What comes in:");
      page.equations(step.incoming);
    } else {
      page.paragraph("What comes in: " + quoted(step.incomingNames) + ".");
    }
    if (shown.insert(step.op).second) {
      writeRule(step.rule);
    }
    std::vector<Equation> jacobians, results;
    std::vector<std::string> remarks;
    for (const Contribution &contribution : step.contributions) {
      if (contribution.jacobian)
        jacobians.push_back(*contribution.jacobian);
      results.push_back(contribution.equation);
      remarks.push_back(contribution.why);
    }
    if (!jacobians.empty()) {
      page.paragraph("Local Jacobian:");
      page.equations(jacobians);
    }
    if (results.empty())
      return;
    page.paragraph("So:");
    page.equations(results, remarks);
  }

  void writeRule(const Rule &rule) {
    bool isShown = page.showsLatex() && !rule.latex.empty();
    page.paragraph(rule.before.empty() || isShown ? "The rule:" : "The rule, before and after it is simplified:");
    if (isShown)
      page.latex(rule.latex);
    if (!rule.before.empty()) {
      if (isShown)
        page.paragraph("It comes about thus, before and after it is simplified:");
      page.equations(rule.before);
      page.paragraph("becomes");
      page.equations(rule.formula);
      return;
    }
    // What holds for each element alike, the formula above says as well.
    bool hasSubscripts = llvm::any_of(rule.formula, [](const Equation &e) { return e.target.kind() == Kind::Index; });
    if (isShown && !hasSubscripts)
      return;
    if (isShown)
      page.paragraph("Element by element:");
    page.equations(rule.formula);
  }

  void writeLoop() {
    std::vector<const Loop *> forward, backward;
    for (const Line &line : derivation.lines)
      if (line.loop)
        (line.role == "adjoint" ? backward : forward).push_back(line.loop.get());
    if (loops >= backward.size() || loops >= forward.size())
      return;
    const Loop &turn = *forward[forward.size() - 1 - loops], &adjoint = *backward[loops];
    ++loops;
    page.paragraph("Forward, turn t:");
    page.equations(atTurn(turn, Math::name("t")));
    page.paragraph("Backwards through time, in general; what a weight receives is the sum over turns:");
    page.equations(atTurn(adjoint, Math::name("t")));
    page.paragraph("Three turns written out, from the last to the first:");
    for (int t = 3; t >= 1; --t)
      page.equations(atTurn(adjoint, t));
  }

  void write(llvm::ArrayRef<Simplification> simplifications) {
    if (simplifications.empty())
      return;
    page.heading(2, "Simplifications");
    page.paragraph("What the compiler rewrites afterwards, each before and after:");
    for (const Simplification &simplification : simplifications) {
      page.heading(3, simplification.name +
                          (simplification.times > 1 ? " (" + std::to_string(simplification.times) + " times)" : ""));
      page.equations({simplification.before, simplification.after}, {"before", "after"});
    }
  }

  void write(llvm::ArrayRef<Update> updates) {
    if (updates.empty())
      return;
    page.heading(2, "Update");
    for (const Update &update : updates) {
      std::string by = update.rule.empty() ? "" : " (" + quoted(update.rule) + ")";
      if (update.parameters.empty())
        page.paragraph("For all parameters together" + by + ":");
      else
        page.paragraph("For " + listed(update.parameters) +
                     by + (update.parameters.size() > 1 ? ", written for the first:" : ":"));
      page.equations(update.equations);
    }
  }

  static std::string nameOf(const Step &step) {
    return step.forward.empty() ? step.op : toText(step.forward.front().target);
  }

  const Derivation &derivation;
  Page &page;
  std::set<std::string> shown; // ops whose rule has been written
  size_t loops = 0;            // that have been written
};

} // namespace

std::string derivationText(llvm::ArrayRef<Derivation> derivations, Format format) {
  if (format == Format::Json)
    return derivationJson(derivations);
  std::unique_ptr<Page> page = makePage(format);
  page->heading(1, "Where the gradients of " + quoted(derivations.empty() ? "" : derivations.front().model) + " come from");
  for (const Derivation &derivation : derivations)
    Writer(derivation, *page).write();
  return page->finish();
}

} // namespace nnc::explain
