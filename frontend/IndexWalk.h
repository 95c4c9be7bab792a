// IndexWalk.h: what an expression of index notation consists of.
#ifndef NNC_FRONTEND_INDEXWALK_H
#define NNC_FRONTEND_INDEXWALK_H

#include "frontend/AST.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace nnc {

/// Calls back for an expression and, where that answers true, for its parts. The tensor that is read at indices is
/// none of them: its name is not an index.
void walkIndexExpr(const ast::Expr &expr, llvm::function_ref<bool(const ast::Expr &)> enter);

/// Calls back for the name of each tensor or number that is read, in text order.
void forEachReadName(const ast::Expr &expr, llvm::function_ref<void(const ast::NameExpr &)> found);

} // namespace nnc

#endif
