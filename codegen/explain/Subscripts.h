// Subscripts.h: elements at computed places as a reader writes them.
#ifndef NNC_CODEGEN_EXPLAIN_SUBSCRIPTS_H
#define NNC_CODEGEN_EXPLAIN_SUBSCRIPTS_H

#include "codegen/explain/Math.h"
#include "ir/ops/Access.h"

namespace nnc::explain {

/// `x[:, 0:64]` where axes are cut and kept in their order, else `elements(x[i, j + k], sizes='[n, 3, 4]')`, whose letters
/// count along the axes of what is made. Where places may lie outside of x it is `padded(x)`, or `padded(x, value)` for
/// another number than 0: a slice then begins before 0 or ends behind the last element.
Math subscripted(AccessOp op, Math x, llvm::ArrayRef<std::string> letters);

} // namespace nnc::explain

#endif
