// CheckIndices.cpp: carries the ranges of index operands back to the arguments that they come from.
#include "ir/KernelRegion.h"
#include "ir/ops/Scan.h"
#include "ir/ops/Access.h"
#include "ir/ops/Shape.h"
#include "ir/ops/Structure.h"
#include "mlir/IR/Builders.h"
#include "passes/Passes.h"
#include "llvm/ADT/MapVector.h"
#include <limits>

using namespace mlir;

namespace nnc {
#define GEN_PASS_DEF_CHECKINDICES
#include "passes/Passes.h.inc"

namespace {

/// The argument whose elements `value` consists of, through ops that only move them, and into loops.
BlockArgument originOf(Value value) {
  while (true) {
    if (Operation *op = value.getDefiningOp()) {
      if (!isa<AccessOp, HoldOp, ReshapeOp, TransposeOp, BroadcastOp>(op))
        return {};
      value = op->getOperand(0);
      continue;
    }
    auto argument = cast<BlockArgument>(value);
    auto scan = dyn_cast<ScanOp>(argument.getOwner()->getParentOp());
    if (!scan)
      return argument;
    if (argument == scan.turnArg())
      return {};
    value = scan.operandOf(argument).get(); // of a carried value, what it begins as
  }
}

struct Range {
  int64_t bound;
  std::optional<int64_t> ignored;
};

struct CheckIndicesPass : impl::CheckIndicesBase<CheckIndicesPass> {
  void runOnOperation() override {
    for (FuncOp func : getOperation().getBody().getOps<FuncOp>())
      annotate(func);
  }

  void annotate(FuncOp func) {
    llvm::MapVector<BlockArgument, Range> ranges;
    func.walk([&](IndexingOpInterface op) {
      BlockArgument argument = originOf(op.indexOperand().get());
      if (!argument || op.indexBound() == std::numeric_limits<int64_t>::max())
        return;
      Range here{op.indexBound(), op.ignoredIndex()};
      auto [known, isNew] = ranges.try_emplace(argument, here);
      if (isNew)
        return;
      known->second.bound = std::min(known->second.bound, here.bound);
      if (known->second.ignored != here.ignored)
        known->second.ignored.reset();
    });
    Builder builder(&getContext());
    for (const auto &[argument, range] : ranges) {
      unsigned index = argument.getArgNumber();
      func.setArgAttr(index, "nn.index_bound", builder.getI64IntegerAttr(range.bound));
      if (range.ignored)
        func.setArgAttr(index, "nn.index_ignore", builder.getI64IntegerAttr(*range.ignored));
    }
  }
};

} // namespace
} // namespace nnc
