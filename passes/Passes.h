// Passes.h: the passes of the compiler; what each does is in Passes.td, their order in Pipelines.cpp.
#ifndef NNC_PASSES_PASSES_H
#define NNC_PASSES_PASSES_H

#include "ir/ops/Structure.h"
#include "mlir/Pass/Pass.h"

namespace nnc {

/// With reports of what is done they are made by passes/Observers.h.
std::unique_ptr<mlir::Pass> createDifferentiate();
std::unique_ptr<mlir::Pass> createSimplify();

#define GEN_PASS_DECL
#include "passes/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Passes.h.inc"

} // namespace nnc

#endif
