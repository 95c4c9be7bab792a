// Frontend.h: what the driver and tests may ask of the frontend: text in, tree or graph out.
#ifndef NNC_FRONTEND_FRONTEND_H
#define NNC_FRONTEND_FRONTEND_H

#include "frontend/Diagnostics.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include <memory>
#include <optional>

namespace nnc {

struct FrontendOptions {
  std::string mainFile;                    // "-": standard input
  std::optional<llvm::StringRef> mainText; // where it is in memory; then mainFile is but its name
  std::vector<std::string> defines;        // of -D: "hidden=256", "Cnn.rate=0.1"
  bool f64 = false;                        // what `f` means in the text
  bool splitsSteps = false;                // train blocks get the two halves of their steps too
  DiagnosticOptions diagnostics;
};

/// One run of the frontend. Messages go to `errors` as they are found.
class Frontend {
public:
  Frontend(FrontendOptions options, llvm::raw_ostream &errors);
  ~Frontend();

  /// Reads and parses the main file and all it uses. False after any error.
  bool parse();
  /// The tree of the main file, for --emit=ast; after parse().
  void printAST(llvm::raw_ostream &os);
  /// Checks the text and builds its graph, after a successful parse(). Null after any error. The module is verified
  /// in the sense of the language; MLIR's own verifier passes as well.
  mlir::OwningOpRef<mlir::ModuleOp> lower(mlir::MLIRContext &context);

  /// Files on disk that were read, the main file first: for -MD.
  std::vector<std::string> dependencies() const;
  unsigned errorCount() const;

private:
  struct State;
  std::unique_ptr<State> state;
};

} // namespace nnc

#endif
