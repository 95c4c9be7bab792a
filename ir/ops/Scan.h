// Scan.h: the loop, from Scan.td, and how to build one.
#ifndef NNC_IR_OPS_SCAN_H
#define NNC_IR_OPS_SCAN_H

#include "ir/Dialect.h"
#include "ir/ops/Structure.h"
#include "mlir/IR/Builders.h"

namespace mlir {
class RewriterBase;
}

#define GET_OP_CLASSES
#include "ir/ops/Scan.h.inc"

namespace nnc {

/// `length` elements of type `element` one after another.
mlir::RankedTensorType stackedType(const Dim &length, mlir::Type element);
/// One element of a sequence.
mlir::RankedTensorType elementOfSequence(mlir::Type sequence);

/// Drops results nobody uses, and what only they needed. Whether anything was dropped; then `scan` is gone.
bool dropUnneededParts(ScanOp scan, mlir::RewriterBase &rewriter);

/// Puts a scan together part by part: the block is filled while operands are still being found.
class ScanBuilder {
public:
  ScanBuilder(mlir::Location loc, const Dim &length, bool reverse);
  /// The parts of `scan`, with what its block holds taken over; `scan` keeps an empty region and is to be erased.
  explicit ScanBuilder(ScanOp scan);
  ~ScanBuilder();

  mlir::Block &block() { return *body; }
  /// A builder at the end of the block, which is in no region yet.
  mlir::OpBuilder inside();
  mlir::BlockArgument turn() { return body->getArgument(0); }
  // Arguments are only valid until build(), which puts them in order.
  mlir::Value addSequence(mlir::Value sequence, mlir::Location loc);
  mlir::Value addCarry(mlir::Value initial, mlir::Location loc);
  mlir::Value addInvariant(mlir::Value invariant, mlir::Location loc);
  mlir::Value carry(unsigned index) { return carryArgs[index]; }
  void setNext(unsigned index, mlir::Value next) { nexts[index] = next; }
  /// Which stacked result the value is.
  unsigned addStacked(mlir::Value value);

  ScanOp build(mlir::OpBuilder &builder);

  llvm::SmallVector<mlir::Value> sequences, initials, invariants, stacked, nexts;

private:
  mlir::Value addArgument(llvm::SmallVectorImpl<mlir::BlockArgument> &list, mlir::Type type,
                          mlir::Location loc);

  mlir::Location loc;
  Dim length;
  bool reverse;
  std::unique_ptr<mlir::Block> body;
  llvm::SmallVector<mlir::BlockArgument> sequenceArgs, carryArgs, invariantArgs;
};

} // namespace nnc

#endif
