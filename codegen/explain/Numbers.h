// Numbers.h: worked numbers: what every value and every adjoint of a derivation is for given inputs, and a difference
// quotient beside each adjoint.
#ifndef NNC_CODEGEN_EXPLAIN_NUMBERS_H
#define NNC_CODEGEN_EXPLAIN_NUMBERS_H

#include "ir/interpreter/Interpreter.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/Support/Error.h"

namespace nnc::explain {

/// What numbers a derivation is worked with.
struct Setting {
  std::map<std::string, std::vector<double>> given; // of inputs and variables; the others are small and drawn
  std::map<std::string, int64_t> sizes;             // of run-time dimensions; the others are small
  uint64_t seed = 1;
};

/// One value with its numbers, row-major. Adjoint and difference are empty where no gradient flows.
struct Worked {
  std::string name, adjointName;
  Shape shape;
  std::vector<double> value, adjoint, difference;
  double error = 0; // largest |adjoint - difference| / max(1, |adjoint|)
};

/// A forward value and its adjoint in the joint graph.
struct AdjointPair {
  mlir::Value value, adjoint, target;
};

/// Runs the joint graph `function` and, for differences, `before`, the same function with nn.grad still an op; `copies`
/// maps its values to those of `before`. Values are those of `named`, in this order. Fails where what is given does not
/// fit, with the words of a message.
llvm::Expected<std::vector<Worked>> workedNumbers(FuncOp function, FuncOp before, const mlir::IRMapping &copies,
                                                  llvm::ArrayRef<std::pair<mlir::Value, std::string>> named,
                                                  llvm::ArrayRef<AdjointPair> adjoints, const Setting &setting);

/// The numbers of `name=1,2,3` or `name=file.npy`, into `setting`.
llvm::Error addGiven(llvm::StringRef text, Setting &setting);

} // namespace nnc::explain

#endif
