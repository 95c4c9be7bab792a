// Rewrites.h: what nn-simplify rewrites in the functions that are derived, as equations.
#ifndef NNC_CODEGEN_EXPLAIN_REWRITES_H
#define NNC_CODEGEN_EXPLAIN_REWRITES_H

#include "codegen/explain/Deriver.h"

namespace nnc::explain {

using Derivers = llvm::MapVector<FuncOp, std::unique_ptr<Deriver>>;

/// Notes the rewrites while nn-simplify makes them: those outside of loops whose names a derivation says.
class RewriteRecorder : public mlir::RewriterBase::Listener {
public:
  RewriteRecorder(Derivers &derivers, std::vector<Derivation> &derivations);

  void notifyPatternBegin(const mlir::Pattern &pattern, mlir::Operation *) override;
  void notifyPatternEnd(const mlir::Pattern &, mlir::LogicalResult) override { current.clear(); }
  void notifyOperationInserted(mlir::Operation *op, mlir::OpBuilder::InsertPoint previous) override;
  void notifyOperationReplaced(mlir::Operation *op, mlir::ValueRange values) override;
  void notifyOperationErased(mlir::Operation *op) override;

private:
  void note(mlir::Value value, mlir::Value by, Deriver &deriver, size_t number);
  bool isSaid(const Math &math, size_t derivation) const;

  Derivers &derivers;
  std::vector<Derivation> &derivations;
  std::vector<llvm::StringSet<>> said; // names, by derivation
  std::string current;
};

} // namespace nnc::explain

#endif
