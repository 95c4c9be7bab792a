// Pipelines.cpp: the compiler, between frontend and code generation, as one ordered list.
#include "passes/Pipelines.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Passes.h"

using namespace mlir;

namespace nnc {

void buildGraphPipeline(OpPassManager &pm, const PipelineOptions &options) {
  OpPassManager &func = pm.nest<ModelOp>().nest<FuncOp>();
  func.addPass(createCheckSizes());
  func.addPass(createDifferentiate());
  func.addPass(createCheckIndices());
  if (options.optLevel == 0) {
    // What no result needs goes even at -O0: a gradient rule may build more than is asked for.
    func.addPass(createCanonicalizerPass());
    return;
  }
  func.addPass(createSimplify());
  func.addPass(createCSEPass());
  // CSE makes operands equal that were not: one more round of rewrites sees it.
  func.addPass(createSimplify());
  func.addPass(createCSEPass());
}

void buildKernelPipeline(OpPassManager &pm, const PipelineOptions &options) {
  OpPassManager &model = pm.nest<ModelOp>();
  OpPassManager &func = model.nest<FuncOp>();
  func.addPass(createFuseKernels(FuseKernelsOptions{options.optLevel, options.explainFusion}));
  func.addPass(createOrderKernels());
  model.addPass(createPlanMemory(PlanMemoryOptions{options.explainMemory}));
  model.addPass(createNameKernels());
}

void registerPasses() {
  registerCanonicalizerPass();
  registerCSEPass();
  registerSymbolDCEPass();
  registerNncPasses();
  PassPipelineRegistration<PipelineOptions>("nn-graph-pipeline", "graph to joint graph, as `nnc --emit=backward`",
                                            buildGraphPipeline);
  PassPipelineRegistration<PipelineOptions>("nn-kernel-pipeline", "joint graph to kernels, as `nnc --emit=kernels`",
                                            buildKernelPipeline);
}

} // namespace nnc
