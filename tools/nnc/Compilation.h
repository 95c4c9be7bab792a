// Compilation.h: one run of the compiler, from a text to what was asked for. One function per stage.
#ifndef NNC_TOOLS_NNC_COMPILATION_H
#define NNC_TOOLS_NNC_COMPILATION_H

#include "codegen/halide/Compile.h"
#include "codegen/halide/Targets.h"
#include "codegen/link/Link.h"
#include "codegen/llvm/HostModule.h"
#include "codegen/view/Steps.h"
#include "codegen/view/Viewer.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Support/Timing.h"
#include "passes/Pipelines.h"
#include "tools/nnc/Options.h"
#include "tools/nnc/OutputFile.h"
#include "llvm/Support/SourceMgr.h"

namespace nnc {

class Frontend;

class Compilation {
public:
  explicit Compilation(const Options &options);
  ~Compilation();

  /// Compiles; the exit status. Messages go to standard error.
  int run();

  /// The kernels' code, of a run that got so far.
  std::vector<KernelObject> takeKernels() { return std::move(kernels); }

private:
  /// What a stage came to. User errors have been reported, as have internal ones.
  enum class Status { Done, UserError, InternalError };
  using Stage = Status (Compilation::*)();

  // The stages, in order.
  Status openOutputs();
  Status parseText();       // text -> AST
  Status lowerText();       // AST -> graph
  Status readGraph();       // or a file of the nn dialect
  Status differentiate();   // graph -> joint graph
  Status makeKernels();     // joint graph -> planned kernels
  Status decideInterface(); // names of the C functions
  Status buildHost();       // -> llvm dialect
  Status compileKernels();  // kernels -> objects
  Status compileHost();     // llvm dialect -> object
  Status linkLibrary();     // objects -> library

  Status runStages();
  Status runPasses(const char *name, llvm::function_ref<void(mlir::OpPassManager &)> build);
  Status namePrefixes();
  Status emitPicture();
  FuncOp pictured();
  Status beginViewer();
  Status emitViewer();
  Status emitKernelText();
  Status emitAssembly();
  Status internalError(llvm::StringRef message);
  Status userError(llvm::Error error);
  Status kernelError(llvm::Error problem); // of the code generator: our fault, or the system's

  /// Hands a text or file over as the result; nothing more is to be done.
  void finish(llvm::StringRef result);
  /// The module after a stage: kept with --save-temps, and the result if the stage is what is wanted.
  void show(mlir::ModuleOp module, Emit stage, llvm::StringRef suffix);
  std::string printed(mlir::ModuleOp module) const;
  void saveTemp(llvm::StringRef suffix, llvm::StringRef bytes);
  std::string dependencyRule() const;
  HalideOptions kernelOptions(unsigned variant) const;
  HostOptions hostOptions() const;
  std::vector<LinkInput> linkInputs() const;
  llvm::raw_ostream &say() const; // for -v
  void choose(PipelineOptions &pipeline);
  bool recordsSteps() const;

  Options options;
  mlir::MLIRContext context;
  std::unique_ptr<Frontend> frontend;
  llvm::SourceMgr sources; // of graph input
  mlir::OwningOpRef<mlir::ModuleOp> graph, host;
  view::StepRecorder steps; // what passes did, where somebody asks for it
  std::unique_ptr<view::Viewer> viewer; // of --emit=viewer
  LibraryInterface interface;
  std::vector<KernelTarget> targets; // `host` was looked up
  std::vector<std::string> suffixes; // of each target's kernel symbols
  std::optional<Tuning> tuning; // of --tuned
  std::vector<KernelObject> kernels;
  llvm::SmallVector<char, 0> hostObject;
  OutputFiles outputs;
  bool finished = false;
  unsigned savedTemps = 0;
  std::string internalMessage; // an error that is nnc's own fault, as a diagnostic said it
  mlir::DefaultTimingManager timing;
  mlir::TimingScope total;
};

} // namespace nnc

#endif
