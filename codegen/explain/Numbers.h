// Numbers.h: worked numbers: what every value and every adjoint of a derivation is for given inputs, and a difference
// quotient beside each adjoint.
#ifndef NNC_CODEGEN_EXPLAIN_NUMBERS_H
#define NNC_CODEGEN_EXPLAIN_NUMBERS_H

#include "codegen/explain/Given.h"
#include "mlir/IR/IRMapping.h"

namespace nnc::explain {

/// So many elements of a value are printed, and worked by differences: of larger values a direction speaks for the rest.
constexpr int64_t mostNumbers = 12;

/// One value with its numbers, row-major. Adjoint and differences are empty where no gradient flows.
struct Worked {
  std::string name, adjointName;
  Shape shape;
  std::vector<double> value, adjoint;
  std::vector<double> difference; // of the first elements; none where the function is too large for that
  /// The derivative along a direction of length 1 that all elements have a part in, by the adjoint and by differences.
  std::optional<std::pair<double, double>> along;
  /// The largest |adjoint - difference| / max(1, |adjoint|) of what there is differences of.
  std::optional<double> error;
};

/// A forward value and its adjoint in the joint graph.
struct AdjointPair {
  mlir::Value value, adjoint, target;
  std::string name; // of the adjoint
};

/// A value of the turns of a loop and its adjoint, with their names: `h[t]`.
struct TurnPair {
  mlir::Value value, adjoint, target;
  std::string name, adjointName;
};

/// Runs the joint graph `function` and, for differences, `before`, the same function with nn.grad still an op; `copies`
/// maps its values to those of `before`. Values are those of `named`, in this order, and behind them those of `turns`, which
/// have their turns as the first axis. Fails where what is given does not
/// fit, with the words of a message.
llvm::Expected<std::vector<Worked>> workedNumbers(FuncOp function, FuncOp before, const mlir::IRMapping &copies,
                                                  llvm::ArrayRef<std::pair<mlir::Value, std::string>> named,
                                                  llvm::ArrayRef<AdjointPair> adjoints,
                                                  llvm::ArrayRef<TurnPair> turns, const Setting &setting);

} // namespace nnc::explain

#endif
