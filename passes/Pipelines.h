// Pipelines.h: the compiler as ordered lists of passes. The driver, nnc-opt and tests build the same ones.
#ifndef NNC_PASSES_PIPELINES_H
#define NNC_PASSES_PIPELINES_H

#include "mlir/IR/PatternMatch.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace nnc {

/// What a user chooses about the passes. In nnc-opt: `--nn-kernel-pipeline="opt-level=0"`.
struct PipelineOptions : mlir::PassPipelineOptions<PipelineOptions> {
  Option<unsigned> optLevel{*this, "opt-level", llvm::cl::desc("0 (one kernel per op) to 3"),
                            llvm::cl::init(2)};
  Option<bool> explainFusion{*this, "explain-fusion", llvm::cl::desc("remarks about what was fused, and why"),
                             llvm::cl::init(false)};
  Option<bool> explainMemory{*this, "explain-memory", llvm::cl::desc("remarks about lifetimes and places"),
                             llvm::cl::init(false)};
  /// Is told of the rewrites of nn-simplify, if there is one. It lives as long as the pipeline.
  mlir::RewriterBase::Listener *rewrites = nullptr;
};

/// graph -> the ops that the rules of differentiation make, as they make them (`--emit=backward-raw`).
void buildGradientPipeline(mlir::OpPassManager &pm, const PipelineOptions &options);

/// The same with less work.
void buildSimplificationPipeline(mlir::OpPassManager &pm, const PipelineOptions &options);

/// Both: graph -> joint graph: forward, backward and update as ops (`--emit=backward`).
void buildGraphPipeline(mlir::OpPassManager &pm, const PipelineOptions &options);

/// joint graph -> named kernels in order, with their memory (`--emit=kernels`).
void buildKernelPipeline(mlir::OpPassManager &pm, const PipelineOptions &options);

/// Registers all passes and pipelines by name.
void registerPasses();

} // namespace nnc

#endif
