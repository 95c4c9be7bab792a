// Elementwise.cpp: reference semantics of all elementwise ops at once, from the scalar meaning each one
// states.
#include "ir/interpreter/ReferenceModel.h"
#include "ir/ops/Elementwise.h"

using namespace mlir;

namespace nnc {

/// Whether values of both types are kept as they are: a conversion between them is its operand, where its own meaning would
/// round.
template <typename OpT> static bool isExactCopy(OpT op, const InterpreterContext &context) {
  return std::is_same_v<OpT, CastOp> && context.isExact() &&
         isa<FloatType>(getElementTypeOrSelf(op->getResult(0).getType())) &&
         isa<FloatType>(getElementTypeOrSelf(op->getOperand(0).getType()));
}

template <typename OpT> static void elementwise(OpT op, InterpreterContext &context) {
  llvm::SmallVector<const Tensor *> operands;
  for (Value operand : op->getOperands())
    operands.push_back(&context.get(operand));
  Value result = op->getResult(0);
  if (isExactCopy(op, context)) {
    context.set(result, *operands.front());
    return;
  }
  Tensor y = context.make(result);
  llvm::SmallVector<double> numbers(operands.size());
  for (int64_t i = 0; i < y.count(); ++i) {
    for (size_t k = 0; k < operands.size(); ++k)
      numbers[k] = operands[k]->data[i];
    y.data[i] = op.evaluate(numbers);
  }
  context.set(result, std::move(y));
}

template <typename OpT> static void attachIfElementwise(MLIRContext *context) {
  if constexpr (OpT::template hasTrait<ElementwiseOpInterface::Trait>())
    attach<OpT, elementwise<OpT>>(context);
}

template <typename... OpTs> static void attachElementwiseOps(MLIRContext *context) {
  (attachIfElementwise<OpTs>(context), ...);
}

void attachElementwiseReference(MLIRContext *context) {
  attachElementwiseOps<
#define GET_OP_LIST
#include "ir/ops/Elementwise.cpp.inc"
      >(context);
}

} // namespace nnc
