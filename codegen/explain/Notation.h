// Notation.h: the ops of a function as equations between named values.
#ifndef NNC_CODEGEN_EXPLAIN_NOTATION_H
#define NNC_CODEGEN_EXPLAIN_NOTATION_H

#include "codegen/explain/Math.h"
#include "ir/ops/Scan.h"
#include "ir/ops/Structure.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include <map>

namespace nnc::explain {

/// A function's call in an equation as it is printed, and the op it stands for: how what is printed can be evaluated.
struct PrintedCall {
  std::string text;
  mlir::Operation *op;
  unsigned result;
};

/// Names of values, and expressions over them. Values that have no name are written out where they are read.
///
/// Broadcasts of scalars and along leading axes are left to the reader, as are conversions between floats; every other
/// op shows. Text is Python with the names of ops as functions.
class Notation {
public:
  /// Names what has a name in the source: arguments, variables, values of the forward pass.
  explicit Notation(mlir::Block &block);

  /// Gives a value a name; another one, if something has it. Returns the name it has.
  std::string name(mlir::Value value, llvm::StringRef wanted);
  /// Names a value after its op, if it has no name: softmax1.
  void nameAfterOp(mlir::Value value);
  /// The same name as another value's: what is the same at another place.
  void shareName(mlir::Value value, llvm::StringRef known) { names[value] = known.str(); }
  /// Before an op is erased: its values' addresses may become those of others.
  void forget(mlir::Operation *op);
  bool hasName(mlir::Value value) const { return names.count(value); }
  std::string nameOf(mlir::Value value) const { return names.lookup(value); }
  /// Names each value of the block and its loops that several ops read and that costs an op to compute.
  void nameShared(mlir::Block &block);

  /// The value's name, or what it is computed from.
  Math expression(mlir::Value value);
  /// What the value is computed from, even if it has a name.
  Math definition(mlir::Value value);
  Equation equation(mlir::Value value) { return {Math::name(nameOf(value)), definition(value)}; }
  /// The calls in all expressions made since the last call of this function.
  std::vector<PrintedCall> takeCalls();

private:
  void nameBlock(mlir::Block &block);
  void nameLoopArguments(ScanOp scan);
  Math call(mlir::Operation *op, unsigned result);
  Math operand(mlir::Operation *op, unsigned number) { return expression(op->getOperand(number)); }
  /// An operand whose sizes matter: what is implied elsewhere is written out.
  Math shaped(mlir::Operation *op, unsigned number);

  llvm::DenseMap<mlir::Value, std::string> names;
  llvm::StringSet<> taken;
  llvm::StringMap<unsigned> counts; // of names after ops
  std::vector<PrintedCall> calls;
};

/// Whether an op leaves no trace in equations: broadcasts that any notation of tensors implies,
/// conversions of floats, the order of computing.
bool isImplied(mlir::Operation *op);

/// `f[batch, 128]`: elements and sizes.
std::string typeText(mlir::Type type);

} // namespace nnc::explain

#endif
