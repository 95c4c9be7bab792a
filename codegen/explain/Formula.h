// Formula.h: reads the formulae of rules, as they stand in ir/ops/*.td, into trees.
#ifndef NNC_CODEGEN_EXPLAIN_FORMULA_H
#define NNC_CODEGEN_EXPLAIN_FORMULA_H

#include "codegen/explain/Math.h"
#include "llvm/Support/Error.h"

namespace nnc::explain {

/// Equations separated by `;`, in the notation of rules:
///
///   d_x = d_y * (1 - y**2)                                  every element alike
///   d_table[v, b] = sum(i) d_y[i, b] * (index[i] == v)      elements by subscripts; a truth value counts 1 or 0
///   count[p] = sum(t in 0..size) ...                        a variable that is no subscript says its range
///
/// Fails with what was expected, and where.
llvm::Expected<std::vector<Equation>> parseFormula(llvm::StringRef text);

} // namespace nnc::explain

#endif
