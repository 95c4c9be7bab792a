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
/// op shows. Text is Python with the names of ops as functions; what a loop computes in turn t of it is `x[t]`.
class Notation {
public:
  /// Names what has a name in the source: arguments, variables, values of the forward pass.
  explicit Notation(mlir::Block &block);

  /// A name that nothing has, and nothing will have from here on: `wanted`, or with a number behind.
  std::string unique(llvm::StringRef wanted);
  /// Gives a value a name; another one, if something has it. In a loop it is the name at that turn: `h[t]`.
  void name(mlir::Value value, llvm::StringRef wanted);
  /// Names a value after its op, if it has no name: softmax1.
  void nameAfterOp(mlir::Value value);
  /// What has its name elsewhere: an adjoint of several values, a rewritten value.
  void nameAs(mlir::Value value, Math known) { names[canonical(value)] = std::move(known); }
  /// `value` is `other` again: computed a second time, kept from a turn, or given into a loop.
  void same(mlir::Value value, mlir::Value other) { again[value] = canonical(other); }
  mlir::Value canonical(mlir::Value value) const {
    auto known = again.find(value);
    return known == again.end() ? value : known->second;
  }
  /// Until the next readAsNamed() the value is written so.
  void readAs(mlir::Value value, Math math) { here[canonical(value)] = std::move(math); }
  void readAsNamed() { here.clear(); }
  bool isReadOtherwise(mlir::Value value) const { return here.count(canonical(value)); }
  /// In rewrites the operand is known by this name: of the several that one value may have, that by which the step reads it.
  void noteOperand(mlir::Operation *op, unsigned number, Math known);

  // While the function is rewritten: names belong to operands, so that an op reads what it was written to read, whatever
  // values have been merged since. Constants have no names.

  /// From here on values are what they are themselves, with the names they have: others may be erased.
  void settle();
  /// `definition(value)`, and `by` as an expression over the same names.
  std::pair<Math, Math> rewriting(mlir::Value value, mlir::Value by);
  /// `by` takes the place of `value`.
  void replaced(mlir::Value value, mlir::Value by);
  /// Of a new op, or before one is erased: its values' addresses may have been those of others.
  void forget(mlir::Operation *op);

  bool hasName(mlir::Value value) const { return names.count(canonical(value)); }
  /// Without turns.
  std::string nameOf(mlir::Value value) const;
  /// The turns of the loops around a block, the outermost first.
  std::vector<Math> turnsOf(mlir::Block *block) const;
  /// Names each value of the block and its loops that several ops read and that costs an op to compute.
  void nameShared(mlir::Block &block);

  /// The value's name, or what it is computed from.
  Math expression(mlir::Value value);
  /// What the value is computed from, even if it has a name.
  Math definition(mlir::Value value);
  /// An op as a call, also one that leaves no trace where it is read.
  Math writtenOut(mlir::Operation *op) { return call(op, 0); }
  Equation equation(mlir::Value value) { return {names.lookup(canonical(value)), definition(value)}; }
  /// The calls in all expressions made since the last call of this function.
  std::vector<PrintedCall> takeCalls();

private:
  void nameBlock(mlir::Block &block);
  void nameTurns(size_t depth);
  Math call(mlir::Operation *op, unsigned result);
  /// An expression that stands for an op and is evaluated by the op's meaning.
  Math noteCall(Math made, mlir::Operation *op, unsigned result);
  Math operand(mlir::Operation *op, unsigned number);
  /// An operand whose sizes matter: what is implied elsewhere is written out.
  Math shaped(mlir::Operation *op, unsigned number);

  /// What an operand is known by, as long as it is this value.
  struct Noted {
    mlir::Value value;
    Math name;
  };

  llvm::DenseMap<mlir::Value, Math> names, here;
  llvm::DenseMap<std::pair<mlir::Operation *, unsigned>, Noted> noted;
  bool isSettled = false;
  mlir::Operation *root;
  llvm::DenseMap<mlir::Value, mlir::Value> again;
  std::vector<std::string> turns;   // by how many loops are around
  std::vector<std::string> letters; // of places in tensors, by axis: no values' names
  llvm::DenseMap<uint64_t, unsigned> draws; // of random numbers, by stream: the first, second, ... of the function
  llvm::StringSet<> taken;
  llvm::StringMap<unsigned> counts; // of names after ops
  std::vector<PrintedCall> calls;
};

/// After turn t of a loop: t + 1, or t where it runs backwards. Before that turn it is the other one: the state of a loop
/// has one index more than what its turns compute.
Math stateAfter(ScanOp loop, Math turn);
Math stateBefore(ScanOp loop, Math turn);

/// Whether a loop has no lines of its own in the forward pass: one of a backward pass, or one that is computed again.
bool isLoopOfBackward(mlir::Operation *op);

/// Whether an op leaves no trace in equations: broadcasts that any notation of tensors implies,
/// conversions of floats, the order of computing.
bool isImplied(mlir::Operation *op);

/// `f[batch, 128]`: elements and sizes.
std::string typeText(mlir::Type type);

} // namespace nnc::explain

#endif
