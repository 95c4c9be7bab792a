// Interface.h: the C interface of a module's models, decided once: which functions, under which names, with which
// arguments in which order. The header, the typed functions and the tables all read it here.
//
// Order of C arguments (language.md, section 10): instance, run-time dimensions, inputs, seed, outputs, hyper, report.
#ifndef NNC_CODEGEN_LLVM_INTERFACE_H
#define NNC_CODEGEN_LLVM_INTERFACE_H

#include "ir/Dialect.h"
#include "ir/ops/Structure.h"
#include <optional>
#include <string>
#include <vector>

namespace nnc {

/// An argument or result of a function.
struct ValueInterface {
  unsigned index;    // among the nn.func's arguments or results
  std::string name;  // in the text
  std::string cName; // in C: of the parameter, or of the field of the hyper or report struct
  std::string role;
  std::string documentation;
  mlir::RankedTensorType type;
  std::optional<double> defaultValue;
  int64_t indexBound = 0, indexIgnore = 0;
  std::vector<Dim> indexSizes;

  bool isScalar() const { return type.getRank() == 0; }
};

/// A struct of the header: one field per hyper, loss, metric or count; eight bytes each.
struct StructInterface {
  std::string cName;
  std::vector<ValueInterface> fields;
};

struct FunctionInterface {
  mutable FuncOp op; // a handle, whose accessors are not const
  std::string name;  // in the library's tables: "train_step"
  std::string cName; // with the prefix
  /// Order of the tables: inputs, then seed, then hypers.
  std::vector<ValueInterface> inputs, hypers, outputs, reported;
  std::vector<unsigned> symbols;        // run-time dimensions that are arguments, as indices into the model's
  std::vector<std::string> symbolNames; // of their parameters
  std::string instanceName, hyperName, reportName;
  std::string hyperType, reportType; // empty: no such argument
  std::string hyperDefaults;         // C name of the function for the hypers' defaults
  /// Computes hyper defaults for another function; no C function of its own.
  bool isInternal() const { return op.getKind() == FunctionKind::Defaults; }
};

struct SymbolInterface {
  std::string name;
  std::string maxName; // the field of the options struct: "max_batch"
  int64_t bound;
};

/// State that `reset` of this name sets back, as indices of variables.
struct ResetInterface {
  std::string name;
  std::vector<int64_t> variables;
};

struct ModelInterface {
  mutable ModelOp op;
  std::string prefix;   // of functions and structs: "mini_gpt"
  std::string typeName; // of the instance; the prefix, or `<prefix>_model`
  std::string sourceName;
  std::vector<SymbolInterface> symbols;
  std::vector<FunctionInterface> functions;
  std::vector<StructInterface> structs;
  std::vector<ResetInterface> resets;
  std::string documentation;

  std::string macro(llvm::StringRef name) const; // "MINI_GPT_" + name
  std::vector<VariableOp> variables() const;
  int variableIndex(llvm::StringRef name) const; // -1: none
  int functionIndex(llvm::StringRef name) const; // -1: none
  /// Every kernel call and its function, in the order of nnc_model.kernel_calls.
  std::vector<std::pair<const FunctionInterface *, KernelOp>> kernelCalls() const;
};

struct LibraryInterface {
  std::vector<ModelInterface> models;
  /// Every symbol the library exports, sorted.
  std::vector<std::string> exportedNames() const;
};

/// Functions that every model has, without the prefix: "create".
llvm::ArrayRef<llvm::StringRef> fixedFunctionNames();

/// Decides the interface; errors (a prefix that C cannot have, two functions of one name) are emitted at the model.
mlir::FailureOr<LibraryInterface> describeInterface(mlir::ModuleOp module);

/// Spelling in C of an element type: "float", "int32_t".
llvm::StringRef cTypeOf(mlir::Type elementType);

/// Bytes of a tensor of fixed size.
uint64_t bytesOf(mlir::RankedTensorType type);

} // namespace nnc

#endif
