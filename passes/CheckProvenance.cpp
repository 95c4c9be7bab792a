// CheckProvenance.cpp: looks for ops of training that do not say why they are there.
//
// What is made of gradients is there for gradients and updates alone, unless the text makes results of it. The forward
// pass is found from its ends, not from what ops say of themselves:
//
// 1. values that results, losses, metrics and stores of state are made of, backwards through kernels and loops; a
//    step's result that is a gradient itself is no end of the forward pass;
// 2. every op outside of it that reads what another one outside of it made for a gradient or an update has a provenance,
//    and every one has a place in the text.
//    Constants need neither: one may serve several ops.
#include "ir/Provenance.h"
#include "ir/ops/Scan.h"
#include "ir/ops/Structure.h"
#include "passes/Passes.h"

using namespace mlir;

namespace nnc {
#define GEN_PASS_DEF_CHECKPROVENANCE
#include "passes/Passes.h.inc"

namespace {

class ForwardSlice {
public:
  void add(Value value) {
    if (seen.insert(value).second)
      work.push_back(value);
  }
  void follow() {
    while (!work.empty())
      follow(work.pop_back_val());
  }
  bool contains(Operation *op) const { return ops.contains(op); }

private:
  void follow(Value value) {
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      if (auto kernel = dyn_cast<KernelOp>(argument.getOwner()->getParentOp()))
        add(kernel.getInputs()[argument.getArgNumber()]);
      else if (auto scan = dyn_cast<ScanOp>(argument.getOwner()->getParentOp()))
        followInto(scan, argument);
      return;
    }
    Operation *op = value.getDefiningOp();
    ops.insert(op);
    unsigned result = cast<OpResult>(value).getResultNumber();
    if (auto kernel = dyn_cast<KernelOp>(op)) {
      add(kernel.yieldOp().getValues()[result]);
    } else if (auto scan = dyn_cast<ScanOp>(op)) {
      unsigned stacked = scan.stackedCount();
      add(result < stacked ? Value(scan.stackedYields()[result]) : Value(scan.nextYields()[result - stacked]));
      if (result >= stacked)
        add(scan.getInitials()[result - stacked]);
    } else {
      for (Value operand : op->getOperands())
        add(operand);
    }
  }
  /// What a turn reads comes from outside and, where it is carried, from the turn before.
  void followInto(ScanOp scan, BlockArgument argument) {
    if (argument == scan.turnArg())
      return;
    add(scan.operandOf(argument).get());
    for (auto [carry, next] : llvm::zip(scan.carryArgs(), scan.nextYields()))
      if (carry == argument)
        add(next);
  }

  SmallVector<Value> work;
  llvm::DenseSet<Value> seen;
  llvm::DenseSet<Operation *> ops;
};

struct CheckProvenancePass : impl::CheckProvenanceBase<CheckProvenancePass> {
  void runOnOperation() override {
    for (FuncOp func : getOperation().getBody().getOps<FuncOp>())
      check(func);
  }

  /// The op with a provenance that made a value, be it in a kernel or outside of the one that reads it; else null.
  static Operation *gradientOp(Value value) {
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      auto kernel = dyn_cast<KernelOp>(argument.getOwner()->getParentOp());
      return kernel ? gradientOp(kernel.getInputs()[argument.getArgNumber()]) : nullptr;
    }
    if (auto kernel = value.getDefiningOp<KernelOp>())
      return gradientOp(kernel.yieldOp().getValues()[cast<OpResult>(value).getResultNumber()]);
    Operation *op = value.getDefiningOp();
    return op && provenanceOf(value.getLoc()) && !isConstant(op) ? op : nullptr;
  }

  static bool isConstant(Operation *op) {
    if (auto kernel = dyn_cast<KernelOp>(op))
      return llvm::all_of(kernel.getBody().front().without_terminator(), [](Operation &inner) { return isConstant(&inner); });
    return op->hasTrait<OpTrait::ConstantLike>();
  }

  bool isState(StoreOp store) {
    auto variable = getOperation().lookupSymbol<VariableOp>(store.getVariable());
    return variable && variable.getKind() == VariableKind::State;
  }

  void check(FuncOp func) {
    ForwardSlice forward;
    for (Value value : func.returnOp().getValues())
      if (func.getKind() != FunctionKind::Step || !gradientOp(value))
        forward.add(value);
    for (StoreOp store : func.getBody().getOps<StoreOp>())
      if (isState(store))
        forward.add(store.getValue());
    forward.follow();
    func.walk([&](Operation *op) {
      auto store = dyn_cast<StoreOp>(op);
      if (op == func || op->hasTrait<OpTrait::IsTerminator>() || forward.contains(op) || (store && isState(store)) || provenanceOf(op->getLoc()))
        return;
      bool readsGradients = llvm::any_of(op->getOperands(), [&](Value operand) {
        Operation *gradient = gradientOp(operand);
        return gradient && !forward.contains(gradient);
      });
      // A constant in a kernel is there for what reads it; the kernel that computes one is a call, which has a place.
      const bool isPlaced = sourcePlace(op->getLoc()) || (isConstant(op) && !isa<KernelOp>(op));
      if (!readsGradients && isPlaced)
        return;
      op->emitError("internal error: an op of the backward pass or the optimizer does not say why it is here");
      signalPassFailure();
    });
  }
};

} // namespace
} // namespace nnc
