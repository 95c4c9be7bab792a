// VerifyMeaning.h: checks that passes keep what functions mean, by running them before and after.
#ifndef NNC_IR_INTERPRETER_VERIFYMEANING_H
#define NNC_IR_INTERPRETER_VERIFYMEANING_H

#include "ir/interpreter/Interpreter.h"
#include "mlir/Pass/PassInstrumentation.h"
#include <memory>

namespace nnc {

/// |a - b| <= tolerance * max(1, |a|, |b|) for all elements; NaN equals NaN, an infinity itself.
/// Returns the largest error in that measure, infinity for different shapes or for a NaN against a number.
double disagreement(const Tensor &a, const Tensor &b);

/// Interprets every function of the dialect that a pass runs on, in f64 on random arguments, before and after
/// the pass; where results or new variables differ it reports the pass by name, as an error at the function, and
/// sets `changed`. Passes must run on one thread.
std::unique_ptr<mlir::PassInstrumentation> verifyMeaning(bool &changed, double tolerance = 1e-8);

} // namespace nnc

#endif
