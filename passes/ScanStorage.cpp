// ScanStorage.cpp: see ScanStorage.h.
#include "passes/ScanStorage.h"
#include "ir/KernelRegion.h"
#include "ir/ops/Shape.h"
#include "passes/Lifetimes.h"

using namespace mlir;

namespace nnc {

/// Whether the next value of `argument` may be written over it.
static bool canWriteInPlace(BlockArgument argument, Value next) {
  auto writer = next.getDefiningOp<KernelOp>();
  if (!writer)
    return false;
  SmallVector<Value> work{argument};
  while (!work.empty()) {
    Value value = work.pop_back_val();
    for (OpOperand &use : value.getUses()) {
      Operation *reader = use.getOwner();
      if (reader->hasTrait<SameMemory>())
        work.push_back(reader->getResult(0));
      else if (reader == writer ? !isReadInPlace(writer, use.getOperandNumber())
                                : isa<YieldOp>(reader) || !reader->isBeforeInBlock(writer))
        return false;
    }
  }
  return true;
}

ScanStorage::ScanStorage(ScanOp scan) {
  shared.resize(scan.stackedCount());
  for (auto [argument, next] : llvm::zip(scan.carryArgs(), scan.nextYields())) {
    Value nextRoot = behindNames(next);
    bool keepsAll = false;
    for (auto [value, place] : llvm::zip(scan.stackedYields(), shared)) {
      Value root = behindNames(value);
      if (place || (root != argument && root != nextRoot))
        continue;
      place = Shared{static_cast<unsigned>(counts.size()), root == nextRoot};
      keepsAll = true;
    }
    counts.push_back(keepsAll ? 0 : canWriteInPlace(argument, nextRoot) ? 1 : 2);
  }
}

std::optional<Dim> ScanStorage::bytesOf(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  std::optional<Dim> count = elementCount(dimsOf(type));
  return count ? count->mul(Dim(elementBytes(type.getElementType()))) : std::nullopt;
}

std::optional<Dim> ScanStorage::carryBytes(ScanOp scan, unsigned carry) const {
  std::optional<Dim> places = counts[carry] ? Dim(counts[carry]) : scan.lengthDim().add(Dim(1));
  std::optional<Dim> bytes = bytesOf(scan.getInitials()[carry]);
  return places && bytes ? places->mul(*bytes) : std::nullopt;
}

} // namespace nnc
