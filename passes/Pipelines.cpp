// Pipelines.cpp: the compiler, between frontend and code generation, as one ordered list.
#include "passes/Pipelines.h"
#include "ir/ops/Structure.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Observers.h"
#include "passes/Passes.h"

using namespace mlir;

namespace nnc {

static std::unique_ptr<Pass> makeSimplify(const PipelineOptions &options) {
  return options.rewrites ? createSimplify(*options.rewrites) : createSimplify();
}

void buildGradientPipeline(OpPassManager &pm, const PipelineOptions &options) {
  OpPassManager &model = pm.nest<ModelOp>();
  model.addPass(createCheckSizes());
  if (options.optLevel > 0) {
    model.addPass(createHoistScans()); // weights outside of loops have shorter gradients
    model.addPass(createDeferTransposes());
  }
  model.addPass(createDifferentiate());
  model.addPass(createCheckIndices());
}

void buildSimplificationPipeline(OpPassManager &pm, const PipelineOptions &options) {
  OpPassManager &model = pm.nest<ModelOp>();
  if (options.optLevel == 0) {
    // What no result needs goes even at -O0: a gradient rule may build more than is asked for.
    model.addPass(createCanonicalizerPass());
    return;
  }
  model.addPass(makeSimplify(options));
  model.addPass(createHoistScans());
  model.addPass(createCSEPass());
  // CSE makes operands equal that were not: one more round of rewrites sees it.
  model.addPass(makeSimplify(options));
  model.addPass(createCSEPass());
}

void buildGraphPipeline(OpPassManager &pm, const PipelineOptions &options) {
  buildGradientPipeline(pm, options);
  buildSimplificationPipeline(pm, options);
}

void buildKernelPipeline(OpPassManager &pm, const PipelineOptions &options) {
  OpPassManager &model = pm.nest<ModelOp>();
  if (options.optLevel > 0)
    model.addPass(createSplitProducts());
  model.addPass(createFuseKernels(FuseKernelsOptions{options.optLevel, options.explainFusion}));
  model.addPass(createOrderKernels());
  model.addPass(createPlanMemory(PlanMemoryOptions{options.explainMemory}));
  model.addPass(createCheckPlan());
  model.addPass(createNameKernels());
}

void registerPasses() {
  registerCanonicalizerPass();
  registerCSEPass();
  registerSymbolDCEPass();
  registerNncPasses();
  PassPipelineRegistration<PipelineOptions>(
      "nn-graph-pipeline", "graph to joint graph, as `nnc --emit=backward`", buildGraphPipeline);
  PassPipelineRegistration<PipelineOptions>(
      "nn-kernel-pipeline", "joint graph to kernels, as `nnc --emit=kernels`", buildKernelPipeline);
}

} // namespace nnc
