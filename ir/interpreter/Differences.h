// Differences.h: derivatives by their definition, op by op through a function.
#ifndef NNC_IR_INTERPRETER_DIFFERENCES_H
#define NNC_IR_INTERPRETER_DIFFERENCES_H

#include "ir/interpreter/Interpreter.h"

namespace nnc {

/// Difference quotients of a scalar with respect to one value, central and of fourth order. All values up to `end` that the
/// scalar is made of have been computed in `context`; afterwards they are what they were before, but for those inside of
/// loops.
class Differences {
public:
  /// What `source` changes on its way to `target` is computed again, and nothing else; the target is before the op `end` of
  /// its block. A source in the body of a loop of that block has all its turns as its first axis.
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
  mlir::Operation *loop; // that the source is in, or null
  InterpreterContext &context;
  Tensor x; // the source's value; in a loop zeros, which are added to it
  llvm::SmallVector<mlir::Operation *> dependents;
  llvm::SmallVector<std::pair<mlir::Value, InterpreterContext::Stored>> before;
};

} // namespace nnc

#endif
