// FusionCost.h: when it pays to make one kernel of two. The rules of what may be one are in ir/KernelRegion.h.
//
// The model counts bytes moved and kernels called, at the sizes that a program is written for:
//
//   gain of merging = bytes that are no longer read + bytes that are no longer written + one call
//
// where a run-time dimension counts as its bound, or `typicalSize`. A value that two kernels read is loaded once when
// they are one; a value that only they know is never stored. A call is worth `callBytes`, what a core moves meanwhile.
//
// Against it stands what a merged kernel loses: a reduction whose rows are few, or not contiguous, runs with little
// parallelism or in several passes, so it takes no work upon itself that is as large as its space, unless that is
// small (`smallSpace` elements).
//
// And a kernel has at most `mostOps` ops that compute: what fusion saves per op stays the same, while the code
// generator's time grows faster than the kernel does.
//
// Numbers measured on the machine (and --tune) are to replace these constants here, and nowhere else.
#ifndef NNC_PASSES_FUSIONCOST_H
#define NNC_PASSES_FUSIONCOST_H

#include "passes/KernelClusters.h"
#include "ir/ops/Structure.h"
#include "llvm/ADT/StringMap.h"

namespace nnc {

struct FusionCost {
  static constexpr int64_t typicalSize = 64;
  static constexpr int64_t callBytes = 16 * 1024;
  static constexpr int64_t smallSpace = 4096;
  static constexpr int64_t fewRows = 8;
  static constexpr int64_t mostOps = 64;

  /// `model` knows the bounds of run-time dimensions.
  explicit FusionCost(ModelOp model);

  double elements(llvm::ArrayRef<Dim> dims) const;
  double bytes(mlir::Value value) const;

  /// What merging two kernels into `merged` saves, in bytes; not positive if it does not pay, with the reason.
  double gain(const KernelDraft &a, const KernelDraft &b, const KernelDraft &merged,
              std::string &whyNot) const;

private:
  llvm::StringMap<int64_t> bounds; // of run-time dimensions that have one
};

} // namespace nnc

#endif
