// Observers.h: passes that tell what they do while they do it, for derivations. What they do is the same without.
#ifndef NNC_PASSES_OBSERVERS_H
#define NNC_PASSES_OBSERVERS_H

#include "mlir/IR/PatternMatch.h"
#include "mlir/Pass/Pass.h"

namespace nnc {

/// What nn-differentiate reports, in the order of its walk: from the targets backwards, the blocks of loops inside of
/// the loop's own rule.
class DifferentiationObserver {
public:
  virtual ~DifferentiationObserver() = default;
  /// A rule has been applied: `op` is a forward op (of a loop the one that keeps values, which took its place),
  /// `dResults` and `dOperands` are adjoints, null where none flows. An adjoint that is an argument of a block may be
  /// replaced before the pass ends.
  virtual void applied(mlir::Operation *op, mlir::ValueRange dResults,
                       llvm::ArrayRef<mlir::Value> dOperands) = 0;
  /// A loop gives way to one that keeps values, whose first results are its own: what was said of it holds of that one.
  virtual void replaced(mlir::Operation *before, mlir::Operation *after) = 0;
  /// A gradient is complete: of `target` with respect to each value of `wrt`.
  virtual void completed(mlir::Value target, mlir::Value seed, mlir::ValueRange wrt,
                         mlir::ValueRange gradients) = 0;
};

std::unique_ptr<mlir::Pass> createDifferentiate(DifferentiationObserver &observer);
/// The listener sees each rewrite of nn-simplify and the pattern it is by.
std::unique_ptr<mlir::Pass> createSimplify(mlir::RewriterBase::Listener &listener);

} // namespace nnc

#endif
