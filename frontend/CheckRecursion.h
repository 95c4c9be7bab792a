// CheckRecursion.h: which declaration uses which, and that none uses itself.
#ifndef NNC_FRONTEND_CHECKRECURSION_H
#define NNC_FRONTEND_CHECKRECURSION_H

#include "frontend/AST.h"
#include "frontend/Diagnostics.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallPtrSet.h"

namespace nnc::check {

class UseGraph {
public:
  void add(const ast::Decl *user, const ast::Decl *used, Range range) {
    usedBy[user].push_back({used, range});
  }

  /// False, with an error for each circle that names the whole of it, if `decl` reaches one. What earlier calls have
  /// walked is not walked again.
  bool isFree(const ast::Decl *decl, Diagnostics &diags);

private:
  llvm::DenseMap<const ast::Decl *, llvm::SmallVector<std::pair<const ast::Decl *, Range>>> usedBy;
  llvm::SmallPtrSet<const ast::Decl *, 16> finished;
};

} // namespace nnc::check

#endif
