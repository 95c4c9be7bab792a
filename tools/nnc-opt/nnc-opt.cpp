// nnc-opt: reads graphs of the nn dialect, runs passes on them, prints them. For tests and for reading.
//
// `--verify-meaning` interprets every function before and after each pass and names a pass that changes a
// result.
#include "ir/Dialect.h"
#include "ir/interpreter/VerifyMeaning.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "passes/Pipelines.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace mlir;

static llvm::cl::opt<bool> verifyMeaningOption(
    "verify-meaning",
    llvm::cl::desc("Interpret functions before and after each pass and compare the results"));

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  nnc::registerPasses();
  DialectRegistry registry;
  registry.insert<nnc::NNDialect>();
  nnc::registerReferenceSemantics(registry);
  auto [inputName, outputName] = registerAndParseCLIOptions(argc, argv, "nnc graph optimizer\n", registry);

  MlirOptMainConfig config = MlirOptMainConfig::createFromCLOptions();
  bool meaningChanged = false;
  if (verifyMeaningOption)
    config.setPassPipelineSetupFn([&, asked = config](PassManager &passes) {
      passes.getContext()->disableMultithreading();
      passes.addInstrumentation(nnc::verifyMeaning(meaningChanged));
      return asked.setupPassPipeline(passes);
    });

  std::string message;
  auto input = openInputFile(inputName, &message);
  if (!input) {
    llvm::errs() << message << "\n";
    return EXIT_FAILURE;
  }
  auto output = openOutputFile(outputName, &message);
  if (!output) {
    llvm::errs() << message << "\n";
    return EXIT_FAILURE;
  }
  if (failed(MlirOptMain(output->os(), std::move(input), registry, config)) || meaningChanged)
    return EXIT_FAILURE;
  output->keep();
  return EXIT_SUCCESS;
}
