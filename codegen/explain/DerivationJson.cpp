// DerivationJson.cpp: a derivation as data: the lines of a complete page, in its order, each with what the page does not
// say: sizes, and of each call its meaning for SymPy. With them a page can be evaluated as it is printed.
#include "codegen/explain/Derivation.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

namespace nnc::explain {

namespace {

class Writer {
public:
  explicit Writer(llvm::raw_ostream &out) : json(out, 1) {}
  void write(llvm::ArrayRef<Derivation> derivations) {
    json.array([&] {
      for (const Derivation &derivation : derivations)
        json.object([&] { write(derivation); });
    });
  }

private:
  void names(llvm::StringRef key, llvm::ArrayRef<std::string> list) {
    json.attributeArray(key, [&] {
      for (const std::string &name : list)
        json.value(name);
    });
  }
  void pairs(llvm::StringRef key, llvm::ArrayRef<std::pair<std::string, std::string>> list) {
    json.attributeArray(key, [&] {
      for (const auto &[first, second] : list)
        json.array([&] {
          json.value(first);
          json.value(second);
        });
    });
  }
  void sizes(llvm::StringRef key, llvm::ArrayRef<Math> list) {
    json.attributeArray(key, [&] {
      for (const Math &size : list)
        json.value(toSymPy(size));
    });
  }
  void equation(const Equation &equation) {
    json.attribute("target", toText(equation.target));
    json.attribute("text", toText(equation.value));
    json.attribute("latex", toLatex(equation));
  }
  void equations(llvm::StringRef key, llvm::ArrayRef<Equation> list) {
    json.attributeArray(key, [&] {
      for (const Equation &each : list)
        json.object([&] { equation(each); });
    });
  }
  void calls(llvm::ArrayRef<Call> list) {
    json.attributeArray("calls", [&] {
      for (const Call &call : list)
        json.object([&] {
          json.attribute("text", call.text);
          if (call.element)
            json.attribute("sympy", toSymPy(call.element));
          if (call.stream)
            json.attribute("stream", static_cast<int64_t>(*call.stream));
          sizes("sizes", call.sizes);
          json.attributeArray("arguments", [&] {
            for (const std::vector<Math> &argument : call.argumentSizes)
              json.array([&] {
                for (const Math &size : argument)
                  json.value(toSymPy(size));
              });
          });
        });
    });
  }
  void line(const Line &line) {
    if (line.equation.target)
      json.attribute("target", toText(line.equation.target));
    json.attribute("text", toText(line.equation.value));
    json.attribute("latex", line.equation.target ? toLatex(line.equation) : toLatex(line.equation.value));
    json.attribute("type", line.type);
    sizes("sizes", line.sizes);
    calls(line.calls);
    if (!line.why.empty())
      json.attribute("why", line.why);
  }
  void targets(llvm::StringRef key, llvm::ArrayRef<Line> list) {
    json.attributeArray(key, [&] {
      for (const Line &line : list)
        if (!line.loop)
          json.value(toText(line.equation.target));
    });
  }
  /// A step by the targets of its lines.
  void step(const Step &step) {
    static constexpr llvm::StringLiteral parts[] = {"whole", "loop begins", "loop ends"};
    json.attribute("line", step.line);
    json.attribute("op", step.op);
    json.attribute("part", parts[static_cast<unsigned>(step.part)]);
    json.attribute("type", step.type);
    json.attribute("rule", step.rule.name);
    json.attribute("depth", step.depth);
    targets("forward", step.forward);
    targets("incoming", step.incoming);
    targets("first", step.first);
    json.attributeArray("contributions", [&] {
      for (const Contribution &contribution : step.contributions)
        json.object([&] {
          json.attribute("operand", contribution.operand);
          json.attribute("letter", contribution.letter);
          json.attribute("target", toText(contribution.line.equation.target));
        });
    });
    json.attributeArray("jacobians", [&] {
      for (const LocalJacobian &jacobian : step.jacobians)
        json.object([&] {
          equation(jacobian.equation);
          json.attributeArray("adjoints", [&] {
            for (const std::string &adjoint : jacobian.adjoints)
              json.value(adjoint);
          });
        });
    });
    json.attributeArray("letters", [&] {
      for (const auto &[letter, value] : step.letters)
        json.array([&] {
          json.value(letter);
          json.value(toText(value));
        });
    });
    calls(step.calls);
  }
  /// JSON has no numbers for infinities and NaN: those are text.
  static llvm::json::Value number(double value) {
    if (std::isfinite(value))
      return value;
    return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
  }
  void numbers(llvm::ArrayRef<Worked> list) {
    auto array = [&](llvm::StringRef key, llvm::ArrayRef<double> values) {
      json.attributeArray(key, [&] {
        for (double value : values)
          json.value(number(value));
      });
    };
    json.attributeArray("numbers", [&] {
      for (const Worked &row : list)
        json.object([&] {
          json.attribute("name", row.name);
          json.attributeArray("shape", [&] {
            for (int64_t size : row.shape)
              json.value(size);
          });
          array("value", row.value);
          if (row.adjoint.empty())
            return;
          json.attribute("adjoint_name", row.adjointName);
          array("adjoint", row.adjoint);
          array("difference", row.difference);
          if (row.along) {
            json.attribute("adjoint_along", number(row.along->first));
            json.attribute("difference_along", number(row.along->second));
          }
          if (row.error)
            json.attribute("error", number(*row.error));
        });
    });
  }
  void write(const Derivation &derivation) {
    json.attribute("model", derivation.model);
    json.attribute("function", derivation.function);
    pairs("inputs", derivation.inputs);
    pairs("variables", derivation.variables);
    json.attributeArray("lines", [&] {
      forEachLine(derivation, [&](const Line &each) {
        if (!each.loop && each.equation.target)
          json.object([&] { line(each); });
      });
    });
    auto named = [&](llvm::StringRef key, llvm::ArrayRef<std::pair<std::string, Line>> list) {
      json.attributeArray(key, [&] {
        for (const auto &[name, value] : list)
          json.object([&] {
            json.attribute("name", name);
            line(value);
          });
      });
    };
    named("results", derivation.results);
    json.attributeArray("gradients", [&] {
      for (const Gradient &gradient : derivation.gradients)
        json.object([&] {
          json.attribute("target", gradient.target);
          pairs("wrt", gradient.wrt);
          json.attributeArray("steps", [&] {
            for (const Step &each : gradient.steps)
              json.object([&] { step(each); });
          });
        });
    });
    json.attributeArray("updates", [&] {
      for (const Update &update : derivation.updates)
        json.object([&] {
          json.attribute("rule", update.rule);
          targets("lines", update.lines);
          named("stores", update.stores);
          names("parameters", update.parameters);
        });
    });
    numbers(derivation.numbers);
    json.attributeArray("simplifications", [&] {
      for (const Simplification &simplification : derivation.simplifications)
        json.object([&] {
          json.attribute("name", simplification.name);
          json.attribute("before", toText(simplification.before));
          json.attribute("after", toText(simplification.after));
          json.attribute("times", simplification.times);
          calls(simplification.calls);
        });
    });
  }

  llvm::json::OStream json;
};

} // namespace

std::string derivationJson(llvm::ArrayRef<Derivation> derivations) {
  std::string text;
  llvm::raw_string_ostream out(text);
  Writer(out).write(derivations);
  out << '\n';
  return text;
}

} // namespace nnc::explain
