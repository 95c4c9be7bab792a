// nnc-opt: reads graphs of the nn dialect, runs passes on them, prints them. For tests and for reading.
#include "ir/Dialect.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::registerCanonicalizerPass();
  mlir::registerCSEPass();
  mlir::registerSymbolDCEPass();
  mlir::DialectRegistry registry;
  registry.insert<nnc::NNDialect>();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "nnc graph optimizer\n", registry));
}
