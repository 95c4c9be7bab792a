// CheckIndices.cpp: carries the ranges of index operands back to the arguments that they come from.
#include "ir/KernelRegion.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Scan.h"
#include "mlir/IR/Builders.h"
#include "passes/Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallPtrSet.h"

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
    } else if (op->hasTrait<SameMemory>() || isCastOfIntegers(op)) {
      add(op->getOperand(0));
    } else if (op->hasTrait<MovesElements>()) {
      for (Value operand : op->getOperands())
        add(operand);
    }
  }

  /// An index that is in range is the same number in every type of integers.
  static bool isCastOfIntegers(Operation *op) {
    auto cast = dyn_cast<CastOp>(op);
    auto isIndex = [](Value value) {
      Type element = getElementTypeOrSelf(value.getType());
      return isa<IntegerType>(element) && !element.isInteger(1);
    };
    return cast && isIndex(cast.getX()) && isIndex(cast.getY());
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

/// What an argument's integers must lie in, by all that use them.
struct Accepted {
  std::optional<int64_t> bound;     // [0, bound)
  llvm::SetVector<Attribute> sizes; // [0, size) for each of these sizes of run time, as spelled
  std::optional<int64_t> ignored;   // or this, which every use accepts
};

struct CheckIndicesPass : impl::CheckIndicesBase<CheckIndicesPass> {
  void runOnOperation() override {
    for (FuncOp func : getOperation().getBody().getOps<FuncOp>())
      annotate(func);
  }

  void annotate(FuncOp func) {
    Builder builder(&getContext());
    llvm::MapVector<BlockArgument, Accepted> arguments;
    func.walk([&](IndexingOpInterface op) {
      const std::optional<Dim> size = op.indexBound();
      if (!size)
        return;
      for (BlockArgument argument : Origins(op.indexOperand().get()).arguments) {
        auto [known, isNew] = arguments.try_emplace(argument);
        Accepted &accepted = known->second;
        if (std::optional<int64_t> bound = size->valueIfStatic())
          accepted.bound = std::min(accepted.bound.value_or(*bound), *bound);
        else
          accepted.sizes.insert(builder.getStringAttr(size->str()));
        if (isNew)
          accepted.ignored = op.ignoredIndex();
        else if (accepted.ignored != op.ignoredIndex())
          accepted.ignored.reset();
      }
    });
    for (const auto &[argument, accepted] : arguments) {
      unsigned index = argument.getArgNumber();
      if (accepted.bound)
        func.setArgAttr(index, "nn.index_bound", builder.getI64IntegerAttr(*accepted.bound));
      if (!accepted.sizes.empty())
        func.setArgAttr(index, "nn.index_sizes", builder.getArrayAttr(accepted.sizes.getArrayRef()));
      if (accepted.ignored)
        func.setArgAttr(index, "nn.index_ignore", builder.getI64IntegerAttr(*accepted.ignored));
    }
  }
};

} // namespace
} // namespace nnc
