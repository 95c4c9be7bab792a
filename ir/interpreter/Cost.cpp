// Cost.cpp: starting an op costs as much as many elements, which counts in loops of many turns over few.
#include "ir/interpreter/Cost.h"
#include "ir/ops/Scan.h"

using namespace mlir;

namespace nnc {

/// About a microsecond.
constexpr double startOfAnOp = 1000;

double elementsOf(Value value, llvm::function_ref<double(const Dim &)> sizeOf) {
  double elements = 1;
  for (const Dim &dim : dimsOf(value))
    elements *= sizeOf(dim);
  return elements;
}

double interpreterCost(Operation *op, llvm::function_ref<double(const Dim &)> sizeOf) {
  double cost = startOfAnOp;
  for (Value result : op->getResults())
    cost += elementsOf(result, sizeOf);
  if (auto scan = dyn_cast<ScanOp>(op)) {
    double turn = 0;
    for (Operation &inner : scan.getBody().front().without_terminator())
      turn += interpreterCost(&inner, sizeOf);
    return cost + sizeOf(scan.lengthDim()) * turn;
  }
  if (auto counted = dyn_cast<OperationCountOpInterface>(op))
    if (std::optional<Dim> count = counted.operationCount())
      cost += sizeOf(*count);
  return cost;
}

} // namespace nnc
