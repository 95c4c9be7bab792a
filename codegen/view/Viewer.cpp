// Viewer.cpp: the data of the viewer's page, as JSON. Texts and lines that are equal are written once, as their number in a
// table of strings: layers repeat.
#include "codegen/view/Viewer.h"
#include "codegen/explain/MemoryReport.h"
#include "codegen/view/Drawing.h"
#include "codegen/view/Page.h"
#include "ir/KernelCall.h"
#include "ir/Provenance.h"
#include "ir/ops/Scan.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/JSON.h"
#include <set>

using namespace mlir;
using llvm::StringRef;

namespace nnc::view {

std::string codeOnly(StringRef assembly) {
  std::string code;
  while (!assembly.empty()) {
    StringRef line;
    std::tie(line, assembly) = assembly.split('\n');
    for (StringRef comment : {"# ", "// "}) // of x86 and of AArch64, where # alone begins a number
      line = line.take_front(line.find(comment));
    line = line.rtrim().rtrim('#').rtrim();
    StringRef word = line.ltrim();
    const bool isDirective = word.starts_with(".") && !word.ends_with(":");
    if (word.empty() || isDirective || word.starts_with(".LCPI") || word.starts_with(".Lfunc"))
      continue;
    for (char c : line)
      code += c == '\t' ? ' ' : c;
    code += '\n';
  }
  return code;
}

static std::string keyOf(FuncOp func) {
  return (func->getParentOfType<ModelOp>().getSymName() + "." + func.getSymName()).str();
}

void Viewer::draw(ModuleOp joint) {
  setIds(joint);
  joint.walk([&](FuncOp func) {
    pictures[keyOf(func)] = svgText(view::draw(func), /*inPage=*/true);
    func.walk([&](Operation *op) {
      Op entry{"", "", "", op->getName().stripDialect().str(), layerOf(op->getLoc()).str(), 0, 0};
      if (FileLineColLoc place = sourcePlace(op->getLoc()))
        entry.file = place.getFilename().getValue(), entry.line = place.getLine(), entry.column = place.getColumn();
      if (ProvenanceAttr provenance = provenanceOf(op->getLoc()))
        entry.role = stringifyRole(provenance.getRole()), entry.rule = provenance.getRule();
      ops[idOf(op->getLoc())] = std::move(entry);
    });
  });
}

class PageData {
public:
  PageData(const Viewer &viewer, const StepRecorder &steps, const std::map<std::string, int64_t> &sizes)
      : viewer(viewer), steps(steps), sizes(sizes), out(text), json(out) {}

  std::string write(ModuleOp planned) {
    json.object([&] {
      json.attribute("title", viewer.title);
      json.attributeObject("sizes", [&] {
        std::set<StringRef> symbols;
        for (ModelOp model : planned.getOps<ModelOp>())
          for (StringRef symbol : model.getSymbols().getAsValueRange<StringAttr>())
            symbols.insert(symbol);
        for (StringRef symbol : symbols)
          json.attribute(symbol, explain::reportedSize(sizes, symbol));
      });
      writeSources();
      writeOps();
      json.attributeArray("functions", [&] {
        for (ModelOp model : planned.getOps<ModelOp>())
          writeFunctions(model);
      });
      json.attributeArray("kernels", [&] {
        for (size_t index = 0; index < viewer.targets.front().nests.size(); ++index)
          writeKernel(index);
      });
      json.attributeArray("targets", [&] {
        for (const Viewer::Target &target : viewer.targets)
          json.value(target.name);
      });
      writeDerivations();
      writePasses();
      // Last: everything before has added to it.
      json.attributeArray("strings", [&] {
        for (const std::string *string : strings)
          json.value(*string);
      });
    });
    return std::move(text);
  }

private:
  int64_t intern(StringRef string) {
    auto [entry, isNew] = numbers.try_emplace(string.str(), numbers.size());
    if (isNew)
      strings.push_back(&entry->first);
    return entry->second;
  }

  /// A line of a source as one number: the source's in the millions. 0: of no source that is shown.
  int64_t lineKey(StringRef file, unsigned line) const {
    for (auto [index, source] : llvm::enumerate(viewer.sources))
      if (source.name == file)
        return static_cast<int64_t>(index) * 1000000 + line;
    return 0;
  }

  void writeSources() {
    json.attributeArray("sources", [&] {
      for (const SourceText &source : viewer.sources)
        json.object([&] {
          json.attribute("name", source.name);
          json.attribute("text", source.text);
        });
    });
  }

  /// For each id: line, role, rule, op.
  void writeOps() {
    json.attributeObject("ops", [&] {
      for (const auto &[id, op] : viewer.ops)
        json.attributeArray(std::to_string(id), [&] {
          json.value(lineKey(op.file, op.line));
          json.value(intern(op.role));
          json.value(intern(op.rule));
          json.value(intern(op.name));
        });
    });
  }

  void writeFunctions(ModelOp model) {
    std::vector<explain::FunctionMemory> memory = explain::memoryOf(model, sizes);
    for (FuncOp func : model.getBody().getOps<FuncOp>())
      json.object([&] {
        json.attribute("name", func.getSymName());
        json.attribute("model", model.getSourceName());
        json.attribute("isStep", func.getKind() == FunctionKind::Step);
        if (auto picture = viewer.pictures.find(keyOf(func)); picture != viewer.pictures.end())
          json.attribute("picture", picture->second);
        writeCalls(func);
        for (const explain::FunctionMemory &each : memory)
          if (each.function == func.getSymName())
            writeMemory(each);
      });
  }

  /// Kernel calls in order, as in the library's table of calls, with the ops each fuses.
  void writeCalls(FuncOp func) {
    std::shared_ptr<const Listing> listing = steps.listingOf(func);
    std::vector<ArrayRef<ListingLine>> bodies;
    if (listing)
      for (size_t i = 0; i < listing->lines.size(); ++i)
        if (StringRef text = listing->lines[i].text; text.contains(" = kernel")) {
          size_t end = i + 1;
          while (listing->lines[end].text != "}" || listing->lines[end].depth != listing->lines[i].depth)
            ++end;
          bodies.push_back(ArrayRef(listing->lines).slice(i, end - i));
          i = end;
        }
    unsigned number = 0; // as lifetimes count: loops have one more at either end
    size_t index = 0;
    json.attributeArray("calls", [&] { writeCalls(func.getBody().front(), bodies, number, index); });
  }

  void writeCalls(Block &block, ArrayRef<ArrayRef<ListingLine>> bodies, unsigned &number, size_t &index) {
    for (Operation &op : block) {
      if (auto scan = dyn_cast<ScanOp>(op)) {
        ++number;
        writeCalls(scan.getBody().front(), bodies, number, index);
        ++number;
      } else if (auto kernel = dyn_cast<KernelOp>(op)) {
        writeCall(kernel, index < bodies.size() ? bodies[index] : ArrayRef<ListingLine>(), number++);
        ++index;
      }
    }
  }

  void writeCall(KernelOp kernel, ArrayRef<ListingLine> body, unsigned number) {
    json.object([&] {
      json.attribute("kernel", kernel.getSymbol().value_or(""));
      json.attribute("at", number);
      const KernelCall call = describeCall(kernel);
      FileLineColLoc place = sourcePlace(call.loc);
      json.attribute("line", place ? lineKey(place.getFilename().getValue(), place.getLine()) : 0);
      json.attribute("role", call.roles);
      json.attribute("rule", call.rules);
      if (!body.empty())
        json.attribute("results", intern(StringRef(body.front().text).split(" = kernel").first));
      json.attributeArray("ops", [&] {
        for (Operation &op : kernel.getBody().front().without_terminator())
          json.value(idOf(op.getLoc()));
      });
      json.attributeArray("body", [&] {
        for (const ListingLine &line : body.drop_front(body.empty() ? 0 : 1)) {
          json.value(line.id);
          json.value(intern(line.text));
        }
      });
    });
  }

  void writeValues(StringRef key, ArrayRef<explain::FunctionMemory::Value> values) {
    json.attributeArray(key, [&] {
      for (const explain::FunctionMemory::Value &value : values)
        json.object([&] {
          json.attribute("name", intern(value.name));
          json.attribute("line", lineKey(value.file, value.line));
          json.attribute("bytes", value.bytes);
          json.attribute("first", value.first);
          json.attribute("last", value.last);
          if (!value.needs.empty())
            json.attributeArray("needs", [&] {
              for (const std::string &need : value.needs)
                json.value(intern(need));
            });
        });
    });
  }

  void writeMemory(const explain::FunctionMemory &memory) {
    json.attributeObject("memory", [&] {
      json.attribute("workspace", memory.workspace);
      json.attribute("peak", memory.peak);
      json.attribute("peakAt", memory.peakAt);
      json.attributeArray("live", [&] {
        for (int64_t bytes : memory.live)
          json.value(bytes);
      });
      writeValues("buffers", memory.buffers);
      writeValues("kept", memory.kept);
    });
  }

  /// What a reader can take in of one kernel; the rest is in --emit=asm.
  static constexpr size_t mostLines = 1500;

  static std::string shortened(StringRef text) {
    size_t lines = 0;
    for (size_t at = text.find('\n'); at != StringRef::npos; at = text.find('\n', at + 1))
      if (++lines == mostLines)
        return text.take_front(at + 1).str() + "... " + std::to_string(text.substr(at + 1).count('\n')) +
               " lines more: nnc --emit=asm shows all\n";
    return text.str();
  }

  void writeKernel(size_t index) {
    json.object([&] {
      json.attribute("symbol", viewer.targets.front().nests[index].first);
      json.attributeArray("nests", [&] {
        for (const Viewer::Target &target : viewer.targets)
          json.value(intern(target.nests[index].second));
      });
      json.attributeArray("code", [&] {
        for (const Viewer::Target &target : viewer.targets)
          json.value(intern(shortened(target.code[index].second)));
      });
    });
  }

  //===------------------------------------------------------------------------------------------------===//
  // Mathematics
  //===------------------------------------------------------------------------------------------------===//

  static std::string escaped(StringRef text) {
    std::string result;
    for (char c : text)
      result += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
    return result;
  }
  static std::string equationHtml(const explain::Equation &equation) {
    return "<div class=\"eq\"><math>" + explain::toMathML(equation) + "</math></div>";
  }

  /// `blocks.*.attention`: for steps that stand for those of equal layers.
  static std::string withoutNumbers(StringRef layer) {
    std::string result;
    SmallVector<StringRef> components;
    layer.split(components, '.');
    for (StringRef component : components)
      result += "." + (!component.empty() && llvm::all_of(component, llvm::isDigit) ? "*" : component.str());
    return result;
  }

  /// The ops a step of the derivation is about: the forward op, and what its rule made.
  std::vector<int64_t> opsOf(const explain::Step &step, bool repeats) {
    std::vector<int64_t> found;
    for (const auto &[id, op] : viewer.ops) {
      const bool isHere = op.line == step.line && op.column == step.column && lineKey(op.file, op.line) < 1000000;
      const bool sameLayer = repeats ? withoutNumbers(op.layer) == withoutNumbers(step.layer) : op.layer == step.layer;
      const bool sameOp = op.role.empty() || op.role == "recompute" ? op.name == step.op : op.rule == step.rule.name;
      if (isHere && sameLayer && sameOp && op.role != "optimizer")
        found.push_back(id);
    }
    return found;
  }

  void writeStep(const explain::Step &step, const explain::Stretch &stretch) {
    std::string html;
    auto add = [&](llvm::StringRef words, ArrayRef<explain::Line> lines) {
      if (lines.empty())
        return;
      html += words;
      for (const explain::Line &line : lines) {
        if (!line.loop)
          html += equationHtml(line.equation);
        if (!line.why.empty())
          html += "<p class=\"why\">" + escaped(line.why) + "</p>";
      }
    };
    add("", step.forward);
    if (step.incoming.empty() && !step.incomingNames.empty())
      html += "<p>What comes in: <code>" + escaped(StringRef(step.incomingNames).trim('`')) + "</code></p>";
    add("<p>What comes in:</p>", step.incoming);
    html += "<p>The rule, in letters of its own, for</p>";
    for (const explain::Equation &equation : step.rule.forward)
      html += equationHtml(equation);
    html += "<p>is</p>";
    for (const explain::Equation &equation : step.rule.formula)
      html += equationHtml(equation);
    for (const auto &[letter, value] : step.letters)
      html += (&letter == &step.letters.front().first ? "<p>Here " : ", ") + ("<code>" + escaped(letter + " = " + toText(value)) + "</code>");
    html += step.letters.empty() ? "" : ".</p>";
    add("<p>With:</p>", step.first);
    add("<p>Before the first turn:</p>", step.loop.start);
    if (!step.jacobians.empty())
      html += "<p>Local Jacobian:</p>";
    for (const explain::LocalJacobian &jacobian : step.jacobians)
      html += equationHtml(jacobian.equation);
    if (!step.contributions.empty())
      html += "<p>So:</p>";
    for (const explain::Contribution &contribution : step.contributions) {
      add("", contribution.before);
      add("", contribution.line);
    }
    add("<p>In each turn:</p>", step.loop.body);
    add("<p>After the loop:</p>", step.loop.end);
    json.object([&] {
      json.attribute("title", step.rule.name);
      json.attribute("value", step.value());
      json.attribute("line", static_cast<int64_t>(step.line));
      if (stretch.times > 1) {
        std::string names;
        for (const std::string &name : ArrayRef(stretch.names).drop_front())
          names += (names.empty() ? "" : ", ") + name;
        json.attribute("times", static_cast<int64_t>(stretch.times));
        json.attribute("others", intern(names));
      }
      json.attribute("html", intern(html));
      json.attributeArray("ops", [&] {
        for (int64_t id : opsOf(step, stretch.times > 1))
          json.value(id);
      });
    });
  }

  void writeDerivations() {
    json.attributeArray("derivations", [&] {
      for (const explain::Derivation &derivation : viewer.derivations)
        json.object([&] {
          json.attribute("function", derivation.function);
          json.attribute("model", derivation.model);
          json.attributeArray("steps", [&] {
            for (const explain::Gradient &gradient : derivation.gradients)
              for (const explain::Stretch &stretch : gradient.stretches)
                for (size_t i = 0; i < stretch.length; ++i)
                  writeStep(gradient.steps[stretch.first + i], stretch);
          });
          json.attributeArray("updates", [&] {
            for (const auto &alike : explain::updatesAlike(derivation.updates, true))
              json.object([&] {
                const explain::Update &update = *alike.front();
                std::string html;
                for (const explain::Line &line : update.lines)
                  if (!line.loop)
                    html += equationHtml(line.equation);
                json.attribute("html", intern(html));
                json.attributeArray("parameters", [&] {
                  for (const explain::Update *each : alike)
                    for (const std::string &parameter : each->parameters)
                      json.value(parameter);
                });
              });
          });
        });
    });
  }

  //===------------------------------------------------------------------------------------------------===//
  // Passes
  //===------------------------------------------------------------------------------------------------===//

  /// Each hunk is a list of six numbers per line: sign (0 both, 1 added, -1 removed), depth, text, line of the source, why,
  /// op.
  void writeChange(const Change &change) {
    std::vector<DiffLine> lines = difference(change);
    auto [more, fewer] = counts(lines);
    json.object([&] {
      json.attribute("function", change.after->function);
      json.attribute("more", static_cast<int64_t>(more));
      json.attribute("fewer", static_cast<int64_t>(fewer));
      json.attributeArray("hunks", [&] {
        for (auto [first, end] : hunks(lines))
          json.array([&] {
            for (const DiffLine &line : ArrayRef(lines).slice(first, end - first)) {
              const ListingLine &shown = line.sign == '-' ? change.before->lines[line.before] : change.after->lines[line.after];
              json.value(line.sign == '+' ? 1 : line.sign == '-' ? -1 : 0);
              json.value(shown.depth);
              json.value(intern(shown.text));
              json.value(lineKey(shown.file, shown.line));
              json.value(intern(shown.rule.empty() ? "" : shown.role + ": " + shown.rule));
              json.value(shown.id);
            }
          });
      });
    });
  }

  void writePasses() {
    json.attributeArray("passes", [&] {
      for (const Step &step : steps.getSteps())
        json.object([&] {
          json.attribute("name", step.pass);
          json.attribute("summary", step.summary);
          json.attributeArray("rewrites", [&] {
            for (const auto &[name, times] : step.rewrites)
              json.value(name + (times > 1 ? " \u00d7 " + std::to_string(times) : ""));
          });
          json.attributeArray("changes", [&] {
            for (const Change &change : step.changes)
              writeChange(change);
          });
        });
    });
  }

  const Viewer &viewer;
  const StepRecorder &steps;
  const std::map<std::string, int64_t> &sizes;
  std::map<std::string, int64_t> numbers;
  std::vector<const std::string *> strings;
  std::string text;
  llvm::raw_string_ostream out;
  llvm::json::OStream json;
};

std::string Viewer::page(ModuleOp planned, const StepRecorder &steps, const std::map<std::string, int64_t> &sizes) {
  return pageText(title, PageData(*this, steps, sizes).write(planned));
}

} // namespace nnc::view
