// Compiled models against the reference interpreter: initial values, results, losses, metrics and new variables of
// every function, for several batches.
//
//   check-model GRAPH.mlir LIBRARY.so TOLERANCE
//
// GRAPH is what `nnc --emit=backward` printed of the text that LIBRARY was compiled from.
//
// RUN: nnc %nncsrc/examples/xor/xor.nn --dtype=f64 --emit=backward -o %t.mlir
// RUN: nnc %nncsrc/examples/xor/xor.nn --dtype=f64 -o %t.so
// RUN: %testbin/check-model %t.mlir %t.so 1e-10
// RUN: nnc %nncsrc/examples/xor/xor.nn --emit=backward -o %t.mlir
// RUN: nnc %nncsrc/examples/xor/xor.nn -o %t.so
// RUN: %testbin/check-model %t.mlir %t.so 1e-5
//
// RUN: nnc %nncsrc/examples/iris/iris.nn --dtype=f64 --emit=backward -o %t.mlir
// RUN: nnc %nncsrc/examples/iris/iris.nn --dtype=f64 -o %t.so
// RUN: %testbin/check-model %t.mlir %t.so 1e-10
// RUN: nnc %nncsrc/examples/iris/iris.nn --dtype=f64 -O0 -o %t.so
// RUN: %testbin/check-model %t.mlir %t.so 1e-10
// RUN: nnc %nncsrc/examples/iris/iris.nn --dtype=f64 -O3 -o %t.so
// RUN: %testbin/check-model %t.mlir %t.so 1e-10
//
// RUN: nnc %nncsrc/examples/sine/sine.nn --dtype=f64 --emit=backward -o %t.mlir
// RUN: nnc %nncsrc/examples/sine/sine.nn --dtype=f64 -o %t.so
// RUN: %testbin/check-model %t.mlir %t.so 1e-10
//
// RUN: nnc %nncsrc/examples/fashion_mnist/mlp.nn --dtype=f64 --emit=backward -o %t.mlir
// RUN: nnc %nncsrc/examples/fashion_mnist/mlp.nn --dtype=f64 -o %t.so
// RUN: %testbin/check-model %t.mlir %t.so 1e-10
#include "../support/CompiledLibrary.h"
#include "ir/ops/Structure.h"
#include "ir/interpreter/Samples.h"
#include "ir/interpreter/VerifyMeaning.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdlib>

using namespace mlir;
using namespace nnc;

namespace {
struct Check {
  double tolerance;
  double worst = 0.0;
  bool failed = false;

  void fail(const llvm::Twine &text) {
    failed = true;
    llvm::errs() << "error: " << text << "\n";
  }

  void compare(const llvm::Twine &what, const Tensor &expected, const Tensor &found, double allowed) {
    double error = disagreement(expected, found);
    worst = std::max(worst, error);
    if (!(error <= allowed))
      fail(what + llvm::formatv(" differs from the interpreter's by {0:e2}", error).str());
  }

  void checkInitialValues(ModelOp model, test::CompiledModel &library) {
    for (VariableOp variable : model.getBody().getOps<VariableOp>()) {
      Tensor found;
      if (!library.get(variable.getSymName().str(), found))
        return fail(library.error());
      compare("the initial value of @" + variable.getSymName(), initialValue(variable, 1), found, 0.0);
    }
  }

  void checkCall(FuncOp function, test::CompiledModel &library, int64_t batch) {
    auto model = function->getParentOfType<ModelOp>();
    std::string name = function.getSymName().str();
    std::map<std::string, int64_t> sizes = sampleSizes(model);
    if (sizes.count("batch"))
      sizes["batch"] = batch;
    Call call = sampleCall(function, sizes, static_cast<uint64_t>(batch));
    for (auto &[variable, value] : call.variables)
      if (!library.set(variable, value))
        return fail(library.error());
    FailureOr<Outcome> expected = interpret(function, call);
    std::vector<Tensor> found;
    if (succeeded(expected) && !library.call(name, call, found))
      return fail(library.error());
    if (mlir::failed(expected) || found.size() != expected->results.size())
      return fail("@" + name + " cannot be compared");
    std::string where = "@" + name + " for " + std::to_string(batch) + " rows: ";
    for (size_t i = 0; i < found.size(); ++i)
      compare(where + function.resultName(i), expected->results[i], found[i], tolerance);
    for (auto &[variable, value] : call.variables) {
      auto stored = expected->stored.find(variable);
      Tensor now;
      if (!library.get(variable, now))
        return fail(library.error());
      compare(where + "@" + variable, stored == expected->stored.end() ? value : stored->second, now,
              tolerance);
    }
  }
};
} // namespace

int main(int argc, char **argv) {
  if (argc != 4) {
    llvm::errs() << "usage: check-model GRAPH.mlir LIBRARY.so TOLERANCE\n";
    return EXIT_FAILURE;
  }
  DialectRegistry registry;
  registry.insert<NNDialect>();
  registerReferenceSemantics(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(argv[1], &context);
  test::CompiledModel library(argv[2]);
  Check check = {std::atof(argv[3])};
  if (!module)
    return EXIT_FAILURE;
  if (!library.isOpen()) {
    check.fail(library.error());
    return EXIT_FAILURE;
  }
  auto models = module->getOps<ModelOp>();
  if (models.empty()) {
    check.fail("the graph has no model");
    return EXIT_FAILURE;
  }
  ModelOp model = *models.begin();
  check.checkInitialValues(model, library);
  for (FuncOp function : model.getBody().getOps<FuncOp>()) {
    if (function.getKind() == FunctionKind::Defaults)
      continue;
    for (int64_t batch : {5, 1, 33})
      check.checkCall(function, library, batch);
  }
  llvm::outs() << model.getSourceName() << ": largest error " << llvm::format("%.1e", check.worst) << "\n";
  return check.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
