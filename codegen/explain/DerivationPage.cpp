// DerivationPage.cpp: a derivation as people read it, from the loss backwards. Every line of the derivation is written
// once, in its order, with the words that say what it is for.
#include "codegen/explain/Chain.h"
#include "codegen/explain/Derivation.h"
#include "codegen/explain/Layout.h"
#include "codegen/explain/NotShown.h"
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
  Writer(const Derivation &derivation, Page &page, Extent extent)
      : derivation(derivation), page(page), isShort(extent == Extent::Short), notShown(derivation, extent) {}

  void write() {
    page.heading(2, derivation.model + ", function " + quoted(derivation.function));
    writeValues();
    for (const Gradient &gradient : derivation.gradients)
      if (!isShort || !gradient.like) {
        write(gradient);
        writeAlike(gradient);
      }
    writeResults();
    writeNumbers();
    write(derivation.simplifications);
    writeUpdates();
    writeOthers();
  }

private:
  /// Inputs, parameters and state; of equal layers those of one, with stars for their numbers.
  void writeValues() {
    std::vector<std::vector<std::string>> rows;
    for (const auto &[name, type] : derivation.inputs)
      rows.push_back({quoted(name), quoted(type), "input"});
    std::map<std::pair<std::string, std::string>, std::pair<size_t, size_t>> known; // row, and how many it stands for
    for (const auto &[name, type] : derivation.variables) {
      std::string what = isWrt(name) ? "parameter" : "state";
      auto [place, isNew] = known.try_emplace({isShort ? starred(name) : name, type + what}, rows.size(), 1);
      if (isNew) {
        rows.push_back({quoted(name), quoted(type), what});
        continue;
      }
      size_t count = ++place->second.second;
      rows[place->second.first] = {quoted(starred(name)), quoted(type),
                                   std::to_string(count) + (what == "state" ? " states" : " parameters")};
    }
    page.table({"value", "type", ""}, rows);
    writeNotation();
  }

  /// What the words of this page mean that no other line says.
  void writeNotation() {
    std::set<std::string> used;
    forEachLine(derivation, [&](const Line &line) {
      for (const Call &call : line.calls)
        for (llvm::StringRef word : {"padded(", "elements(", "random_key("})
          if (llvm::StringRef(call.text).contains(word))
            used.insert(word.str());
    });
    if (used.count("padded("))
      page.paragraph("In `padded(x)` there are zeros where a subscript is no place of x, before, behind or between its elements, or "
                     "`padded(x, number)` that number: the first element of x stays at 0.");
    if (used.count("elements("))
      page.paragraph("In `elements(x[...])` the letters count along the axes of what is made, i along the first, j along the "
                     "second and so on, leaving out letters that are names here.");
    if (used.count("random_key("))
      page.paragraph("Random numbers depend on the seed, the step and on which draw of the text they are: "
                     "`random_key(seed, step, draw=1)` is the first.");
  }

  /// `blocks.*.norm1.scale`: the numbers of layers in a list are stars.
  static std::string starred(llvm::StringRef name) {
    std::string text;
    for (llvm::StringRef part : llvm::split(name, '.'))
      text += (text.empty() ? "" : ".") + (llvm::all_of(part, llvm::isDigit) ? "*" : part.str());
    return text;
  }

  bool isWrt(const std::string &name) {
    for (const Gradient &gradient : derivation.gradients)
      for (const auto &[value, adjoint] : gradient.wrt)
        if (value == name)
          return true;
    return false;
  }

  //===------------------------------------------------------------------------------------------------===//
  // Lines
  //===------------------------------------------------------------------------------------------------===//

  void equations(llvm::ArrayRef<Equation> list, llvm::ArrayRef<std::string> remarks = {}) {
    if (!isShort)
      return page.equations(list, remarks);
    std::vector<Equation> abridged;
    for (const Equation &equation : list)
      abridged.push_back({equation.target, abbreviated(equation.value)});
    page.equations(abridged, remarks);
  }

  /// Lines below one another, and loops among them.
  void write(llvm::ArrayRef<Line> lines) {
    std::vector<Equation> list;
    std::vector<std::string> remarks;
    auto flush = [&] {
      if (!list.empty())
        equations(list, remarks);
      list.clear();
      remarks.clear();
    };
    for (const Line &line : lines) {
      if (!line.loop) {
        list.push_back(line.equation);
        remarks.push_back(line.why);
        notShown.see({line.equation.target, abbreviated(line.equation.value)});
        continue;
      }
      flush();
      write(*line.loop);
    }
    flush();
  }

  /// "t = 0, 1, ..., time - 1"
  static std::string turnsOf(const Loop &loop) {
    std::string last = toText(loop.length - Math(1)), turn = loop.turn + " = ";
    return quoted(turn + (loop.reverse ? last + ", ..., 1, 0" : "0, 1, ..., " + last));
  }

  void writeBegin(const Loop &loop) {
    if (loop.start.empty()) {
      page.paragraph("A loop over " + turnsOf(loop) + ".");
      return;
    }
    page.paragraph("A loop over " + turnsOf(loop) + ". Before the first turn:");
    write(loop.start);
  }
  void writeEnd(const Loop &loop) {
    if (loop.end.empty()) {
      page.paragraph("That is the loop over " + quoted(loop.turn) + ".");
      return;
    }
    page.paragraph("After the loop over " + quoted(loop.turn) + ":");
    write(loop.end);
  }
  void write(const Loop &loop) {
    notShown.see(loop);
    writeBegin(loop);
    page.paragraph("In each turn:");
    write(loop.body);
    writeEnd(loop);
  }

  //===------------------------------------------------------------------------------------------------===//
  // The gradient
  //===------------------------------------------------------------------------------------------------===//

  /// The targets whose gradients are told by this one.
  void writeAlike(const Gradient &gradient) {
    std::vector<std::string> targets;
    for (const Gradient &other : derivation.gradients)
      if (isShort && other.like && &derivation.gradients[*other.like] == &gradient)
        targets.push_back(other.target);
    if (!targets.empty())
      page.paragraph("In the same way, with their own values and parameters, backward from " + listed(targets) + ".");
  }

  /// Where several gradients of one target are made: with respect to what.
  std::string wrtOf(const Gradient &gradient) const {
    auto isLike = [&](const Gradient &other) { return other.target == gradient.target; };
    if (llvm::count_if(derivation.gradients, isLike) == 1)
      return "";
    std::vector<std::string> names;
    for (const auto &[value, adjoint] : gradient.wrt)
      names.push_back(value);
    return " to " + listed(names, 3);
  }

  void write(const Gradient &gradient) {
    std::vector<Line> forward;
    for (const Line &line : gradient.forward)
      if (!notShown.isLeftOut(line))
        forward.push_back(line);
    bool isFirst = &gradient == derivation.gradients.data();
    page.heading(3, isFirst ? "Forward" : "Forward to " + quoted(gradient.target));
    if (forward.size() < gradient.forward.size())
      page.paragraph("Of layers that are equal the one nearest to " + quoted(gradient.target) + " is shown.");
    write(forward);
    page.heading(2, "Backward from " + quoted(gradient.target) + wrtOf(gradient));
    page.paragraph("`d_x` is the derivative of " + quoted(gradient.target) + " with respect to x" +
                   (page.isSet() ? ", in formulae x with a bar" : "") +
                   (isFirst ? "" : "; where that name is taken above, a number follows it") + ". It starts as:");
    write({gradient.start});
    for (const Stretch &stretch : gradient.stretches) {
      bool isLeftOut = stretch.like && isShort;
      if (isLeftOut) {
        page.paragraph("The next " + std::to_string(stretch.length) + " steps, from " + quoted(stretch.names.front()) +
                       " on, are those from " + quoted(gradient.steps[*stretch.like].value()) +
                       " on, with their own values and parameters.");
        continue;
      }
      for (size_t i = 0; i < stretch.length * (isShort ? 1 : stretch.times); ++i)
        write(gradient, stretch.first + i);
      if (stretch.times > 1 && isShort) {
        std::vector<std::string> others(stretch.names.begin() + 1, stretch.names.end());
        page.paragraph("The same " + std::string(stretch.length > 1 ? std::to_string(stretch.length) + " steps, in this order, hold" : "step holds") +
                       " for " + std::to_string(stretch.times - 1) + " more equal layer" +
                       (stretch.times > 2 ? "s" : "") + ", with their own values and parameters: at " + listed(others) + ".");
      }
    }
    if (!gradient.sums.empty()) {
      page.heading(3, "Values with several uses");
      page.paragraph("Each use contributes to the gradient, and the contributions add (fan-out):");
      write(gradient.sums);
    }
  }

  void write(const Gradient &gradient, size_t number) {
    const Step &step = gradient.steps[number];
    std::string place = step.line ? "line " + std::to_string(step.line) + ": " : "";
    std::string value = step.forward.empty() ? step.op : quoted(step.value());
    if (step.part == Step::Part::LoopBegins)
      value = "back through the loop";
    if (step.part == Step::Part::LoopEnds)
      value = "the end of the loop";
    page.heading(3, place + value + (step.part == Step::Part::LoopEnds ? "" : ": " + step.rule.name));
    if (step.part == Step::Part::LoopEnds)
      return writeEnd(gradient, number);
    if (!step.forward.empty()) {
      std::vector<std::string> types;
      std::vector<Equation> forward;
      for (const Line &line : step.forward) {
        notShown.see(line.equation);
        forward.push_back(line.equation);
        types.push_back(line.type == "f" ? "" : line.type); // a number needs no sizes
      }
      if (step.depth)
        page.paragraph("In each turn:");
      equations(forward, types);
    }
    if (!step.incoming.empty()) {
      bool sums = llvm::any_of(step.incoming, [](const Line &l) { return l.equation.value.kind() == Kind::Add; });
      page.paragraph(sums ? "What comes in is a sum, one term for each use of the value (fan-out):" : "What comes in:");
      write(step.incoming);
    } else if (!step.incomingNames.empty()) {
      page.paragraph("What comes in: " + step.incomingNames + ".");
    }
    if (shown.insert(step.op).second) // once for each op
      writeEquations(step.rule, step.letters, page);
    if (!step.recomputed.empty())
      page.paragraph("Computed again here" + std::string(step.isCheckpoint ? " (a checkpoint keeps its inputs alone)" : "") +
                     ", as in the forward pass: " + listed(step.recomputed, 8) + ".");
    if (!step.first.empty()) {
      page.paragraph("With:");
      write(step.first);
    }
    if (step.part == Step::Part::LoopBegins)
      return writeBegin(step.loop);
    std::vector<Equation> jacobians;
    std::vector<Line> results;
    for (const LocalJacobian &jacobian : step.jacobians)
      jacobians.push_back(jacobian.equation);
    for (const Contribution &contribution : step.contributions) {
      llvm::append_range(results, contribution.before);
      results.push_back(contribution.line);
    }
    if (!jacobians.empty()) {
      page.paragraph("Local Jacobian:");
      equations(jacobians, std::vector<std::string>(jacobians.size(), step.op == "softmax" ? "of each row" : ""));
    }
    if (results.empty())
      return;
    page.paragraph("So:");
    write(results);
  }

  /// More lines in each turn are not written out three times.
  static constexpr size_t mostUnrolled = 16;

  void writeEnd(const Gradient &gradient, size_t number) {
    const Step &step = gradient.steps[number];
    if (!step.loop.body.empty()) {
      page.paragraph("In each turn, what the turns before it and the values around the loop receive:");
      write(step.loop.body);
    }
    writeEnd(step.loop);
    // All lines of a turn, if there is no loop in it.
    size_t first = number;
    while (gradient.steps[first].part != Step::Part::LoopBegins || gradient.steps[first].depth != step.depth)
      --first;
    std::vector<Equation> turn, start;
    bool isPlain = step.depth == 0;
    auto add = [&](llvm::ArrayRef<Line> lines, std::vector<Equation> &list) {
      for (const Line &line : lines) {
        isPlain &= !line.loop;
        list.push_back(line.equation);
      }
    };
    for (size_t i = first + 1; i < number; ++i) {
      const Step &inner = gradient.steps[i];
      isPlain &= inner.part == Step::Part::Whole;
      add(inner.incoming, turn);
      add(inner.first, turn);
      for (const Contribution &contribution : inner.contributions) {
        add(contribution.before, turn);
        turn.push_back(contribution.line.equation);
      }
    }
    add(step.loop.body, turn);
    add(gradient.steps[first].loop.start, start);
    if (!isPlain || turn.size() > mostUnrolled)
      return;
    page.paragraph("Written out for three turns:");
    equations(atTurn(start, step.loop, 3, 0));
    for (int i = 0; i < 3; ++i)
      equations(atTurn(turn, step.loop, 3, step.loop.reverse ? 2 - i : i));
  }

  void writeResults() {
    std::vector<std::vector<std::string>> rows;
    for (const auto &[name, line] : derivation.results)
      if (std::string text = toText(line.equation.value); text != name)
        rows.push_back({quoted(name), quoted(text)});
    std::vector<Line> rest;
    for (const Line &line : derivation.rest)
      if (!notShown.isLeftOut(line))
        rest.push_back(line);
    if (rest.empty() && rows.empty())
      return;
    page.heading(2, "Results");
    if (!rest.empty()) {
      page.paragraph("What is computed besides:");
      write(rest);
    }
    if (!rows.empty())
      page.table({"result", "is"}, rows);
  }

  //===------------------------------------------------------------------------------------------------===//
  // Numbers, simplifications, updates
  //===------------------------------------------------------------------------------------------------===//

  void writeNumbers() {
    if (derivation.numbers.empty())
      return;
    page.heading(2, "Numbers");
    auto any = [&](auto holds) { return llvm::any_of(derivation.numbers, holds); };
    std::string remark = "Every value, its adjoint, and beside it the difference quotient of the loss: central, of fourth order.";
    if (any([](const Worked &row) { return row.along.has_value(); }))
      remark += " Where not all elements have a quotient the derivative along a direction that all have a part in is compared "
              "as well; the error is the largest.";
    auto isOfTurns = [](const Worked &row) { return llvm::StringRef(row.name).ends_with("]"); };
    if (any([&](const Worked &row) { return !row.adjoint.empty() && !row.error; }))
      remark += " Where there is none the function is too large for differences of everything.";
    page.paragraph(remark);
    std::vector<std::vector<std::string>> rows, ofTurns;
    for (const Worked &row : derivation.numbers) {
      if (!isOfTurns(row))
        rows.push_back(numbersOf(row));
      else if (row.difference.size() == row.value.size())
        for (int64_t turn = 0; turn < row.shape.front(); ++turn)
          ofTurns.push_back(numbersOf(ofTurn(row, turn)));
      else
        ofTurns.push_back(numbersOf(row));
    }
    const std::vector<std::string> header{"value", "", "adjoint", "", "by differences", "error"};
    page.table(header, rows);
    if (!ofTurns.empty()) {
      page.paragraph("In the turns of loops, in their order:");
      page.table(header, ofTurns);
    }
    bool isFirst = true;
    llvm::StringSet<> said;
    for (const Gradient &gradient : derivation.gradients)
      for (const auto &[value, adjoint] : gradient.wrt)
        if (std::vector<Equation> chain = chainOf(derivation, gradient, value, adjoint, said); !chain.empty()) {
          if (std::exchange(isFirst, false))
            page.paragraph("The chain rule written out, one factor for each step on the way from the loss" +
                           std::string(ofTurns.empty() ? ":" : "; through a loop by the state of its turns, dh[t + 1]/dw "
                                                              "being what turn t does, with h[t] held:"));
          page.equations(chain);
        }
  }

  /// One turn of what is there for each.
  static Worked ofTurn(const Worked &row, int64_t turn) {
    size_t count = row.value.size() / row.shape.front();
    auto part = [&](const std::vector<double> &list) {
      return std::vector<double>(list.begin() + turn * count, list.begin() + (turn + 1) * count);
    };
    auto named = [&](llvm::StringRef name) { return (name.rsplit('[').first + "[" + llvm::Twine(turn) + "]").str(); };
    Worked made{named(row.name), named(row.adjointName), Shape(llvm::ArrayRef(row.shape).drop_front()),
                part(row.value), part(row.adjoint), part(row.difference), std::nullopt, 0.0};
    for (auto [adjoint, difference] : llvm::zip(made.adjoint, made.difference))
      made.error = std::max(*made.error, std::abs(adjoint - difference) / std::max(1.0, std::abs(adjoint)));
    return made;
  }

  static std::vector<std::string> numbersOf(const Worked &row) {
    if (row.adjoint.empty())
      return {quoted(row.name), numbersText(row.value, row.shape), "", "", "", ""};
    // Digits that a difference does not have are left out; so pages are the same everywhere.
    std::vector<double> difference;
    for (double number : row.difference)
      difference.push_back(std::round(number * 1e10) / 1e10 + 0.0);
    bool isWhole = row.difference.empty() || row.difference.size() == row.adjoint.size();
    return {quoted(row.name), numbersText(row.value, row.shape), quoted(row.adjointName), numbersText(row.adjoint, row.shape),
            numbersText(difference, row.shape) + (isWhole ? "" : " ..."),
            !row.error ? "" : *row.error < 1e-9 ? "< 1e-9" : numbersText({*row.error}, {}, 1)};
  }

  void write(llvm::ArrayRef<Simplification> simplifications) {
    bool isFirst = true;
    for (const Simplification &simplification : simplifications) {
      if (isShort && (notShown.isNamed(simplification.before.value) || notShown.isNamed(simplification.after.value)))
        continue; // of a layer that is not shown
      if (std::exchange(isFirst, false)) {
        page.heading(2, "Simplifications");
        page.paragraph("What the compiler rewrites afterwards, each before and after:");
      }
      page.heading(3, simplification.name +
                          (simplification.times > 1 ? " (" + std::to_string(simplification.times) + " times)" : ""));
      if (simplification.before.target)
        equations({simplification.before, simplification.after}, {"before", "after"});
      else
        equations({{simplification.before.value, simplification.after.value}});
    }
  }

  void write(const Update &update) {
    if (!update.lines.empty())
      write(update.lines);
    std::vector<std::vector<std::string>> rows;
    for (const auto &[variable, line] : update.stores) {
      notShown.see(line.equation);
      rows.push_back({quoted(variable), quoted(toText(line.equation.value))});
    }
    if (!rows.empty())
      page.table({"variable", "becomes"}, rows);
  }

  /// Once for all parameters that change alike.
  void writeUpdates() {
    if (derivation.updates.empty())
      return;
    page.heading(2, "Update");
    for (const auto &alike : updatesAlike(derivation.updates, isShort)) {
      const Update &update = *alike.front();
      if (update.parameters.empty()) {
        page.paragraph("For all parameters together, and what is kept besides them:");
        write(update);
        continue;
      }
      std::vector<std::string> parameters;
      for (const Update *each : alike)
        parameters.push_back(each->parameters.front());
      page.paragraph("For " + listed(parameters) + (update.rule.empty() ? "" : " (" + quoted(update.rule) + ")") +
                     (parameters.size() > 1 ? ", written for the first:" : ":"));
      write(update);
    }
  }

  /// What is read above and belongs to layers that are not shown.
  void writeOthers() {
    std::vector<std::vector<std::string>> rows;
    for (const auto &[name, like] : notShown.others())
      rows.push_back({quoted(name), like.empty() ? "" : quoted(like)});
    if (rows.empty())
      return;
    page.heading(2, "Of layers that are not shown");
    page.paragraph("These names are of equal layers that are told once, and stand there as the names beside them do here:");
    page.table({"value", "is there what here is"}, rows);
  }

  const Derivation &derivation;
  Page &page;
  bool isShort;
  NotShown notShown;
  std::set<std::string> shown; // ops whose rule has been written
};

} // namespace

void forEachLine(const Derivation &derivation, llvm::function_ref<void(const Line &)> see) {
  auto each = [&](auto &&self, llvm::ArrayRef<Line> lines) -> void {
    for (const Line &line : lines) {
      see(line);
      if (!line.loop)
        continue;
      for (const auto *part : {&line.loop->start, &line.loop->body, &line.loop->end})
        self(self, *part);
    }
  };
  for (const Gradient &gradient : derivation.gradients) {
    each(each, gradient.forward);
    see(gradient.start);
    for (const Step &step : gradient.steps) {
      for (const auto *lines : {&step.forward, &step.incoming, &step.first, &step.loop.start})
        each(each, *lines);
      for (const Contribution &contribution : step.contributions) {
        each(each, contribution.before);
        see(contribution.line);
      }
      each(each, step.loop.body);
      each(each, step.loop.end);
    }
    each(each, gradient.sums);
  }
  each(each, derivation.rest);
  for (const auto &[name, line] : derivation.results)
    see(line);
  for (const Update &update : derivation.updates) {
    each(each, update.lines);
    for (const auto &[variable, line] : update.stores)
      see(line);
  }
}

std::string derivationText(llvm::ArrayRef<Derivation> derivations, Format format, Extent extent) {
  if (format == Format::Json)
    return derivationJson(derivations);
  std::unique_ptr<Page> page = makePage(format);
  page->heading(1, "Where the gradients of " + quoted(derivations.empty() ? "" : derivations.front().model) + " come from");
  for (const Derivation &derivation : derivations)
    Writer(derivation, *page, extent).write();
  return page->finish();
}

} // namespace nnc::explain
