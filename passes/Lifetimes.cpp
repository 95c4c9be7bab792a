// Lifetimes.cpp: one walk forwards over the kernels and loops of a function.
#include "passes/Lifetimes.h"
#include "ir/ops/Scan.h"
#include "ir/ops/Shape.h"
#include "ir/ops/Structure.h"

using namespace mlir;

namespace nnc {

bool isReport(FuncOp func, unsigned index) {
  bool isTraining = func.getKind() == FunctionKind::Step || func.getKind() == FunctionKind::Gradients;
  return isTraining && func.resultRole(index) != "output";
}

llvm::DenseSet<Operation *> neededOps(FuncOp func) {
  SmallVector<Value> work;
  for (OpOperand &operand : func.returnOp()->getOpOperands())
    if (!isReport(func, operand.getOperandNumber()))
      work.push_back(operand.get());
  for (StoreOp store : func.getBody().getOps<StoreOp>())
    work.push_back(store.getValue());
  llvm::DenseSet<Operation *> needed;
  while (!work.empty()) {
    Operation *op = work.pop_back_val().getDefiningOp();
    if (op && needed.insert(op).second)
      work.append(op->operand_begin(), op->operand_end());
  }
  return needed;
}

/// The value around all loops, or of the loop it belongs to, that `value` is behind reshapes and arguments of loops
/// for sequences and invariants.
static Value originOf(Value value) {
  value = behindNames(value);
  while (auto argument = dyn_cast<BlockArgument>(value)) {
    auto scan = dyn_cast<ScanOp>(argument.getOwner()->getParentOp());
    if (!scan || argument == scan.turnArg() || llvm::is_contained(scan.carryArgs(), argument))
      return value;
    value = behindNames(scan.operandOf(argument).get());
  }
  return value;
}

void Lifetimes::count(Block &block) {
  for (Operation &op : block) {
    unsigned first = next;
    if (auto scan = dyn_cast<ScanOp>(op)) {
      ++next;
      count(scan.getBody().front());
    } else if (!isa<KernelOp>(op)) {
      continue;
    }
    numbers[&op] = {first, next++};
    // A loop reads its operands until its end: each turn does. That its kernels read them follows.
    for (Value operand : op.getOperands())
      use(operand, numbers[&op].last);
  }
}

void Lifetimes::use(Value value, unsigned at) {
  unsigned &last = lastUse[originOf(value)];
  last = std::max(last, at);
}

Lifetimes::Lifetimes(FuncOp func) {
  Block &body = func.getBody().front();
  count(body);
  for (Operation &op : body)
    if (isa<StoreOp, ReturnOp>(op))
      for (Value operand : op.getOperands())
        elsewhere.insert(behindNames(operand));
  func.walk([&](YieldOp yield) {
    if (isa<ScanOp>(yield->getParentOp()))
      for (Value operand : yield.getValues())
        elsewhere.insert(behindNames(operand));
  });
  func.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (auto scan = dyn_cast<ScanOp>(op)) {
      scans.push_back({scan, ScanStorage(scan)});
      addScan(scan);
    } else if (auto kernel = dyn_cast<KernelOp>(op)) {
      kernels.push_back(kernel);
      for (unsigned result = 0; result < kernel.getNumResults(); ++result)
        if (!elsewhere.contains(kernel.getResult(result)))
          addResult(kernel, result);
    }
  });
}

void Lifetimes::addBuffer(Value value, std::optional<Dim> bytes, unsigned first, unsigned last) {
  if (!bytes) {
    tooLarge = value;
    return;
  }
  bufferOf[value] = buffers.size();
  buffers.push_back({{value}, *bytes, first, last});
}

/// Memory of a loop is taken for all its turns; that of results until they are read last.
void Lifetimes::addScan(ScanOp scan) {
  const ScanStorage &storage = scans.back().second;
  auto [first, end] = numbers.lookup(scan);
  auto lastOf = [&, end = end](Value value) {
    auto known = lastUse.find(value);
    return known == lastUse.end() ? end : std::max(end, known->second);
  };
  for (auto [carry, argument] : llvm::enumerate(scan.carryArgs())) {
    unsigned last = lastOf(scan.finals()[carry]);
    for (auto [result, shared] : llvm::zip(scan.stacked(), storage.shared))
      if (shared && shared->carry == carry)
        last = std::max(last, lastOf(result));
    addBuffer(argument, storage.carryBytes(scan, carry), first, last);
  }
  for (auto [result, shared] : llvm::zip(scan.stacked(), storage.shared))
    if (!shared)
      addBuffer(result, ScanStorage::bytesOf(result), first, lastOf(result));
}

void Lifetimes::addResult(KernelOp kernel, unsigned result) {
  unsigned index = numbers.lookup(kernel).first;
  Value value = kernel.getResult(result);
  auto type = cast<RankedTensorType>(value.getType());
  std::optional<Dim> bytes = ScanStorage::bytesOf(value);
  auto known = lastUse.find(value);
  unsigned last = known == lastUse.end() ? index : known->second;

  // Over an input that dies here, if the kernel allows it and nobody else took that.
  for (auto [number, input] : llvm::enumerate(kernel.getInputs())) {
    auto held = bufferOf.find(behindNames(input));
    if (held == bufferOf.end())
      continue;
    Buffer &buffer = buffers[held->second];
    if (!buffer.values.back().getDefiningOp<KernelOp>())
      continue; // places of a loop
    bool diesHere = buffer.values.back() == behindNames(input) && buffer.last == index;
    bool isAlike = input.getType() == value.getType() ||
                   (dimsOf(input) == dimsOf(value) && elementBytes(getElementTypeOrSelf(input.getType())) ==
                                                          elementBytes(type.getElementType()));
    if (!diesHere || !isAlike || !isReadInPlace(kernel, number))
      continue;
    buffer.values.push_back(value);
    buffer.last = last;
    bufferOf[value] = held->second;
    return;
  }
  addBuffer(value, bytes, index, last);
}

} // namespace nnc
