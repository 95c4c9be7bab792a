// Layout.h: how an equation is fitted to a page: what is left out of long sums, and where lines break.
#ifndef NNC_CODEGEN_EXPLAIN_LAYOUT_H
#define NNC_CODEGEN_EXPLAIN_LAYOUT_H

#include "codegen/explain/Math.h"

namespace nnc::explain {

/// How wide an expression is when it is set, in letters of ordinary text: a fraction is as wide as its wider half.
double widthOf(const Math &math);

/// The expression with `...` in place of the middle of each sum of more than four terms that are alike: a norm of the
/// gradients of a hundred parameters.
Math abbreviated(const Math &math);

/// A part of an expression on a line of its own, with the operator that joins it to the lines above.
struct Piece {
  Kind joint; // Add, Sub, Mul or MatMul; of no meaning in the first piece
  Math math;
};

/// The expression in pieces that are at most `limit` wide where the operators at its top allow it.
std::vector<Piece> brokenUp(const Math &math, double limit);

} // namespace nnc::explain

#endif
