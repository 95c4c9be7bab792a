// Steps.h: what each pass did, as listings before and after it.
#ifndef NNC_CODEGEN_VIEW_STEPS_H
#define NNC_CODEGEN_VIEW_STEPS_H

#include "codegen/view/Listing.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "llvm/ADT/MapVector.h"
#include <map>
#include <memory>

namespace nnc::view {

/// A function before and after a pass that changed it.
struct Change {
  std::shared_ptr<const Listing> before, after;
};

struct Step {
  std::string pass, summary;
  std::vector<Change> changes;                            // empty: the pass found nothing to do
  std::vector<std::pair<std::string, unsigned>> rewrites; // patterns of nn-simplify that applied, and how often
};

/// Records steps. The instrumentation it makes is given to each pass manager, the listener to nn-simplify.
class StepRecorder : public mlir::RewriterBase::Listener {
public:
  std::unique_ptr<mlir::PassInstrumentation> makeInstrumentation();
  const std::vector<Step> &getSteps() const { return steps; }

  /// The functions of a model as they are after the last pass, by name.
  std::shared_ptr<const Listing> listingOf(FuncOp func) const;

  void notifyPatternEnd(const mlir::Pattern &pattern, mlir::LogicalResult status) override;

  void before(mlir::Operation *op);
  void after(mlir::Pass *pass, mlir::Operation *op);

private:
  std::vector<Step> steps;
  llvm::MapVector<std::string, unsigned, llvm::StringMap<unsigned>> rewrites; // of the pass that runs
  std::map<std::string, std::shared_ptr<const Listing>> last;                 // by model and function
};

/// A line of a difference: ' ' on both sides, '-' before only, '+' after only. Indentation does not count.
struct DiffLine {
  char sign;
  size_t before, after; // lines of the listings; that of the other side is where this one would stand
};
std::vector<DiffLine> difference(const Change &change);

/// Stretches of a difference with changes in them, and `context` lines around each.
std::vector<std::pair<size_t, size_t>> hunks(llvm::ArrayRef<DiffLine> lines, size_t context = 3);

/// All steps as unified differences, for --emit=passes.
std::string stepsText(llvm::ArrayRef<Step> steps);

/// How many lines a change adds, and how many it removes.
std::pair<size_t, size_t> counts(llvm::ArrayRef<DiffLine> lines);

} // namespace nnc::view

#endif
