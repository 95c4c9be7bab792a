// Diff.h: which elements of two sequences correspond, in the way a person would say it.
#ifndef NNC_CODEGEN_VIEW_DIFF_H
#define NNC_CODEGEN_VIEW_DIFF_H

#include "llvm/ADT/ArrayRef.h"
#include <utility>
#include <vector>

namespace nnc::view {

/// Pairs of indices of equal elements, ascending in both sequences: a common subsequence, found through the elements that
/// occur once in each ("patience diff", B. Cohen), and a longest one in the stretches between them.
std::vector<std::pair<size_t, size_t>> match(llvm::ArrayRef<unsigned> before, llvm::ArrayRef<unsigned> after);

} // namespace nnc::view

#endif
