// Lifetimes.cpp: one walk forwards over the kernels of a function.
#include "passes/Lifetimes.h"
#include "ir/ops/Shape.h"
#include "ir/ops/Structure.h"

using namespace mlir;

namespace nnc {

Value behindReshapes(Value value) {
  while (auto reshape = value.getDefiningOp<ReshapeOp>())
    value = reshape.getX();
  return value;
}

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

Lifetimes::Lifetimes(FuncOp func) {
  Block &body = func.getBody().front();
  for (Operation &op : body)
    if (isa<StoreOp, ReturnOp>(op))
      for (Value operand : op.getOperands())
        elsewhere.insert(behindReshapes(operand));
  for (KernelOp kernel : body.getOps<KernelOp>()) {
    for (Value input : kernel.getInputs())
      lastUse[behindReshapes(input)] = kernels.size();
    kernels.push_back(kernel);
  }
  for (auto [index, kernel] : llvm::enumerate(kernels))
    for (unsigned result = 0; result < kernel.getNumResults(); ++result)
      if (!elsewhere.contains(kernel.getResult(result)))
        addResult(kernel, index, result);
}

void Lifetimes::addResult(KernelOp kernel, unsigned index, unsigned result) {
  Value value = kernel.getResult(result);
  auto type = cast<RankedTensorType>(value.getType());
  std::optional<Dim> count = elementCount(dimsOf(type));
  std::optional<Dim> bytes = count ? count->mul(Dim(elementBytes(type.getElementType()))) : std::nullopt;
  if (!bytes) {
    tooLarge = value;
    return;
  }
  auto known = lastUse.find(value);
  unsigned last = known == lastUse.end() ? index : known->second;

  // Over an input that dies here, if the kernel allows it and nobody else took that.
  for (auto [number, input] : llvm::enumerate(kernel.getInputs())) {
    auto held = bufferOf.find(behindReshapes(input));
    if (held == bufferOf.end())
      continue;
    Buffer &buffer = buffers[held->second];
    bool diesHere = buffer.values.back() == behindReshapes(input) && buffer.last == index;
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
  bufferOf[value] = buffers.size();
  buffers.push_back({{value}, *bytes, index, last});
}

} // namespace nnc
