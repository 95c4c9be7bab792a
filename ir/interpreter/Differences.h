// Differences.h: derivatives by their definition, op by op through a function.
#ifndef NNC_IR_INTERPRETER_DIFFERENCES_H
#define NNC_IR_INTERPRETER_DIFFERENCES_H

#include "ir/interpreter/Interpreter.h"

namespace nnc {

/// Difference quotients of a scalar with respect to one value, central and of fourth order. All values up to `end` that the
/// scalar is made of have been computed in `context`; afterwards they are what they were before.
class Differences {
public:
  /// What `source` changes on its way to `target` is computed again, and nothing else; both are before the op `end` of the
  /// same block.
  Differences(mlir::Value source, mlir::Value target, mlir::Operation *end, InterpreterContext &context);
  ~Differences();
  Differences(const Differences &) = delete;
  Differences &operator=(const Differences &) = delete;

  /// With respect to one element, in row-major order.
  double ofElement(int64_t index);
  /// Along a direction, one number per element.
  double along(llvm::ArrayRef<double> direction);

  /// About how many operations one quotient takes: what decides whether a function is too large for many of them.
  double cost() const;

private:
  double evaluate(Tensor at);

  mlir::Value source, target;
  InterpreterContext &context;
  Tensor x; // the source's value
  llvm::SmallVector<mlir::Operation *> dependents;
  llvm::SmallVector<std::pair<mlir::Value, InterpreterContext::Stored>> before;
};

} // namespace nnc

#endif
