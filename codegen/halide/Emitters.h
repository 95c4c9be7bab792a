// Emitters.h: the families' registrations, for registerEmitters.
#ifndef NNC_CODEGEN_HALIDE_EMITTERS_H
#define NNC_CODEGEN_HALIDE_EMITTERS_H

#include "codegen/halide/Emitter.h"

namespace nnc {

void registerElementwiseEmitters(mlir::MLIRContext &context);
void registerMatmulEmitters(mlir::MLIRContext &context);
void registerReduceEmitters(mlir::MLIRContext &context);
void registerShapeEmitters(mlir::MLIRContext &context);
void registerSoftmaxEmitters(mlir::MLIRContext &context);

} // namespace nnc

#endif
