// CheckOperator.h: what can be said of an operator in index notation without applying it.
#ifndef NNC_FRONTEND_CHECKOPERATOR_H
#define NNC_FRONTEND_CHECKOPERATOR_H

#include "frontend/AST.h"
#include "frontend/Diagnostics.h"

namespace nnc {

/// Each result has one equation, with an index per axis; equations do not read each other in a circle. False if the
/// operator must not be applied.
bool checkOperator(const ast::OpDecl &decl, Diagnostics &diags);

} // namespace nnc

#endif
