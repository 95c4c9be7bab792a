// CheckIndices.cpp: carries the ranges of index operands back to the arguments that they come from.
#include "ir/KernelRegion.h"
#include "ir/ops/Scan.h"
#include "ir/ops/Access.h"
#include "ir/ops/Shape.h"
#include "ir/ops/Structure.h"
#include "mlir/IR/Builders.h"
#include "passes/Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SmallPtrSet.h"
#include <limits>

using namespace mlir;

namespace nnc {
#define GEN_PASS_DEF_CHECKINDICES
#include "passes/Passes.h.inc"

namespace {

/// The arguments of functions whose elements `value` may consist of, through ops that only move them, into loops, around
/// them by carried values, and out of them.
class Origins {
public:
  explicit Origins(Value value) { add(value); }
  llvm::SmallVector<BlockArgument> arguments;

private:
  void add(Value value) {
    if (!seen.insert(value).second)
      return;
    if (auto result = dyn_cast<OpResult>(value))
      addResult(result);
    else
      addArgument(cast<BlockArgument>(value));
  }

  void addResult(OpResult result) {
    Operation *op = result.getOwner();
    if (auto scan = dyn_cast<ScanOp>(op)) {
      add(scan.yieldOp()->getOperand(result.getResultNumber()));
      if (result.getResultNumber() >= scan.stackedCount()) // a carried value, which no turn may have changed
        add(scan.getInitials()[result.getResultNumber() - scan.stackedCount()]);
    } else if (isa<ConcatOp>(op)) {
      for (Value operand : op->getOperands())
        add(operand);
    } else if (isa<AccessOp, HoldOp, ReshapeOp, TransposeOp, BroadcastOp>(op)) {
      add(op->getOperand(0));
    }
  }

  void addArgument(BlockArgument argument) {
    auto scan = dyn_cast<ScanOp>(argument.getOwner()->getParentOp());
    if (!scan) {
      arguments.push_back(argument);
      return;
    }
    if (argument == scan.turnArg())
      return;
    add(scan.operandOf(argument).get());
    auto carries = scan.carryArgs();
    if (auto carry = llvm::find(carries, argument); carry != carries.end())
      add(scan.nextYields()[std::distance(carries.begin(), carry)]);
  }

  llvm::SmallPtrSet<Value, 8> seen;
};

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
      if (op.indexBound() == std::numeric_limits<int64_t>::max())
        return;
      Range here{op.indexBound(), op.ignoredIndex()};
      for (BlockArgument argument : Origins(op.indexOperand().get()).arguments) {
        auto [known, isNew] = ranges.try_emplace(argument, here);
        if (isNew)
          continue;
        known->second.bound = std::min(known->second.bound, here.bound);
        if (known->second.ignored != here.ignored)
          known->second.ignored.reset();
      }
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
