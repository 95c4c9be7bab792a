// ScanStorage.h: how a loop of ordered kernels keeps what it carries and stacks.
//
// A carried value has places that its turns take in order (#nn.slot). Which, follows from who reads it:
//
//   all turns    it is a stacked result as well, as it comes into a turn or as it leaves one: the result's memory, with
//                one more element for the first (or last) value, serves both, and nothing is copied
//   one place    every reader of the old value has run before the new one is written, or reads where it writes
//   two places   else: they take turns
#ifndef NNC_PASSES_SCANSTORAGE_H
#define NNC_PASSES_SCANSTORAGE_H

#include "ir/ops/Scan.h"

namespace nnc {

struct ScanStorage {
  explicit ScanStorage(ScanOp scan);

  /// Of a stacked result: the carried value whose places hold it.
  struct Shared {
    unsigned carry;
    bool isNext; // as it leaves a turn, else as it comes in
  };

  /// Per carried value: number of places, 0 for one per turn and one more.
  llvm::SmallVector<int64_t> counts;
  /// Per stacked result; none: it has memory of its own.
  llvm::SmallVector<std::optional<Shared>> shared;

  /// Bytes of one carried value, or of one element of a stacked result; nothing on overflow.
  static std::optional<Dim> bytesOf(mlir::Value value);
  /// Bytes of all places of a carried value.
  std::optional<Dim> carryBytes(ScanOp scan, unsigned carry) const;
};

/// How many places further the value that leaves a turn lies than the one that comes in.
inline int64_t slotStep(ScanOp scan) { return scan.getReverse() ? -1 : 1; }

} // namespace nnc

#endif
