// Recorder.h: what nn-differentiate did to a module: the rules it applied, in its order.
#ifndef NNC_CODEGEN_EXPLAIN_RECORDER_H
#define NNC_CODEGEN_EXPLAIN_RECORDER_H

#include "ir/ops/Scan.h"
#include "mlir/IR/IRMapping.h"
#include "passes/Observers.h"

namespace nnc::explain {

/// A rule that was applied.
struct Applied {
  mlir::Operation *op;
  llvm::SmallVector<mlir::Value> incoming; // by result; null: none flows, or it comes into the block
  llvm::SmallVector<std::pair<mlir::Operation *, unsigned>> reads; // of what comes into the block: loops renew their arguments
  llvm::SmallVector<bool> flows;                                   // by result
  struct Part {
    mlir::Value made; // by the rule, or null
    int through = -1; // the incoming adjoint that passes unchanged
    bool flows() const { return made || through >= 0; }
  };
  llvm::SmallVector<Part> parts; // by operand

  /// The adjoint that result `number` has, or null if it comes into the block and nothing reads it.
  mlir::Value adjointOf(unsigned number) const {
    auto [reader, operand] = reads[number];
    return incoming[number] ? incoming[number] : reader ? reader->getOperand(operand) : mlir::Value();
  }
  /// The value that `flows` has at `number`: a loop that keeps values has more stacked results than the one it took the
  /// place of.
  mlir::Value result(unsigned number) const;
};

/// A gradient: of `target` with respect to `wrt`, by the rules from number `from` to below `to`.
struct Completed {
  mlir::Value target, seed; // the seed is null where nothing reads it
  llvm::SmallVector<mlir::Value> wrt, gradients;
  size_t from, to;
};

class Recorder : public DifferentiationObserver {
public:
  void applied(mlir::Operation *op, mlir::ValueRange dResults, llvm::ArrayRef<mlir::Value> dOperands) override;
  void replaced(mlir::Operation *before, mlir::Operation *after) override;
  void completed(mlir::Value target, mlir::Value seed, mlir::ValueRange wrt, mlir::ValueRange gradients) override;

  std::vector<Applied> rules;
  std::vector<Completed> all;
  /// Of a copy of the module from before, by its values; what takes a value's place takes its copy. Null: there is none.
  mlir::IRMapping *copies = nullptr;
};

} // namespace nnc::explain

#endif
