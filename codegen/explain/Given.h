// Given.h: the numbers that somebody gives for inputs and parameters, and how they fit a function.
#ifndef NNC_CODEGEN_EXPLAIN_GIVEN_H
#define NNC_CODEGEN_EXPLAIN_GIVEN_H

#include "codegen/explain/Npy.h"
#include "ir/interpreter/Interpreter.h"

namespace nnc::explain {

/// Numbers of one input or parameter. Without a shape they are in row-major order, and only their count has to fit.
struct Given {
  std::vector<double> numbers;
  std::optional<Shape> shape;
};

/// What numbers a derivation is worked with.
struct Setting {
  std::map<std::string, Given> given;   // of inputs and variables, "": of the one input; the others are small and drawn
  std::map<std::string, int64_t> sizes; // of run-time dimensions; the others follow from what is given, or are small
  uint64_t seed = 1;
};

/// The numbers of `name=1,2,3`, `name=1,2;3,4` (rows), `name=file.npy` or `file.npy`, which is the one input's, into
/// `setting`. Fails with the words of a message.
llvm::Error addGiven(llvm::StringRef text, Setting &setting);

/// Fails where a name of `setting` belongs to none of `functions` or their models, or a size is beyond its bound.
llvm::Error checkNames(llvm::ArrayRef<FuncOp> functions, const Setting &setting);

/// The same of sizes alone, for all models of a module.
llvm::Error checkSizes(mlir::ModuleOp module, const std::map<std::string, int64_t> &sizes);

/// A call of the function with what is given, and small numbers for the rest. Fails where they do not fit.
llvm::Expected<nnc::Call> callOf(FuncOp function, const Setting &setting);

} // namespace nnc::explain

#endif
