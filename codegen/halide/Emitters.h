// Emitters.h: the families' registrations, for registerEmitters.
#ifndef NNC_CODEGEN_HALIDE_EMITTERS_H
#define NNC_CODEGEN_HALIDE_EMITTERS_H

#include "codegen/halide/Emitter.h"

namespace nnc {

#define NNC_FAMILY(NAME) void register##NAME##Emitters(mlir::MLIRContext &context);
#define NNC_STRUCTURE_FAMILY(NAME)
#include "ir/ops/Families.def"

} // namespace nnc

#endif
