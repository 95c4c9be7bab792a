// Cost.h: what the reference interpreter has to do for an op.
#ifndef NNC_IR_INTERPRETER_COST_H
#define NNC_IR_INTERPRETER_COST_H

#include "ir/Dialect.h"

namespace nnc {

/// About how many operations on elements running an op takes, a loop with all of its turns. Sizes are real: products of
/// run-time sizes may exceed 64 bits.
double interpreterCost(mlir::Operation *op, llvm::function_ref<double(const Dim &)> sizeOf);

/// How many elements a value has.
double elementsOf(mlir::Value value, llvm::function_ref<double(const Dim &)> sizeOf);

} // namespace nnc

#endif
