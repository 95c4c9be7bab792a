// VerifyMeaning.cpp: the pass instrumentation, and comparison of tensors.
#include "ir/interpreter/VerifyMeaning.h"
#include "ir/ops/Structure.h"
#include "ir/interpreter/Samples.h"
#include "mlir/Pass/Pass.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <limits>

using namespace mlir;

namespace nnc {

double disagreement(const Tensor &a, const Tensor &b) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (a.shape != b.shape)
    return infinity;
  double worst = 0.0;
  for (auto [x, y] : llvm::zip(a.data, b.data)) {
    if (x == y || (std::isnan(x) && std::isnan(y)))
      continue;
    double error = std::abs(x - y) / std::max({1.0, std::abs(x), std::abs(y)});
    worst = std::isnan(error) ? infinity : std::max(worst, error);
  }
  return worst;
}

namespace {
class VerifyMeaning : public PassInstrumentation {
public:
  VerifyMeaning(bool &changed, double tolerance) : changed(changed), tolerance(tolerance) {}

  void runBeforePass(Pass *pass, Operation *op) override {
    if (!isAdaptor(pass))
      before.push_back(meaningsAround(op));
  }

  void runAfterPass(Pass *pass, Operation *op) override {
    if (isAdaptor(pass))
      return;
    Meanings expected = std::move(before.back());
    before.pop_back();
    Meanings found = meaningsAround(op);
    for (auto &[key, was] : expected)
      if (auto now = found.find(key); now != found.end()) // else the function is gone
        compare(pass, now->second, was);
  }

  void runAfterPassFailed(Pass *pass, Operation *) override {
    if (!isAdaptor(pass))
      before.pop_back();
  }

private:
  struct Meaning {
    FuncOp function;
    FailureOr<Outcome> outcome = failure();
    std::map<std::string, Tensor> variables; // at the start of the call
  };
  /// By model and function name; passes may replace the ops.
  using Meanings = std::map<std::pair<std::string, std::string>, Meaning>;

  /// Adaptors run pipelines on nested ops; each pass inside is looked at by itself.
  static bool isAdaptor(Pass *pass) { return pass->getArgument().empty(); }

  /// The meanings of all functions inside of `op`, or of the one around it.
  Meanings meaningsAround(Operation *op) {
    Meanings meanings;
    Operation *root = op;
    if (auto function = op->getParentOfType<FuncOp>())
      root = function;
    root->walk([&](FuncOp function) {
      auto model = function->getParentOfType<ModelOp>();
      Call call = sampleCall(function, sampleSizes(model), /*seed=*/1);
      meanings[{model.getSymName().str(), function.getSymName().str()}] = {
          function, interpret(function, call), call.variables};
    });
    return meanings;
  }

  void report(Pass *pass, FuncOp function, const llvm::Twine &text) {
    changed = true;
    function.emitError() << "pass " << pass->getArgument() << " changed the meaning of @"
                         << function.getSymName() << ": " << text;
  }

  void compare(Pass *pass, Meaning &now, const Meaning &was) {
    FuncOp function = now.function;
    if (failed(was.outcome) || failed(now.outcome)) {
      changed |= succeeded(was.outcome); // the interpreter has said why
      return;
    }
    if (was.outcome->results.size() != now.outcome->results.size())
      return report(pass, function, "another number of results");
    for (auto [index, pair] : llvm::enumerate(llvm::zip(was.outcome->results, now.outcome->results)))
      check(pass, function, "result " + llvm::Twine(index), std::get<0>(pair), std::get<1>(pair));
    for (auto &[name, tensor] : was.outcome->stored) {
      // A store may go if it changes nothing.
      auto stored = now.outcome->stored.find(name);
      const Tensor &after = stored == now.outcome->stored.end() ? was.variables.at(name) : stored->second;
      check(pass, function, "the new value of @" + llvm::Twine(name), tensor, after);
    }
  }

  void check(Pass *pass, FuncOp function, const llvm::Twine &what, const Tensor &was, const Tensor &now) {
    double error = disagreement(was, now);
    if (!(error <= tolerance))
      report(pass, function,
             what + llvm::formatv(" differs by {0:e2}, tolerance {1:e2}", error, tolerance).str());
  }

  bool &changed;
  double tolerance;
  std::vector<Meanings> before; // of the passes that are running, outermost first
};
} // namespace

std::unique_ptr<PassInstrumentation> verifyMeaning(bool &changed, double tolerance) {
  return std::make_unique<VerifyMeaning>(changed, tolerance);
}

} // namespace nnc
