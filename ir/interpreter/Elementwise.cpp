// Elementwise.cpp: reference semantics of all elementwise ops at once, from the scalar meaning each one
// states.
#include "ir/interpreter/ReferenceModel.h"
#include "ir/ops/Elementwise.h"

using namespace mlir;

namespace nnc {

static void elementwise(ElementwiseOpInterface op, InterpreterContext &context) {
  Value result = op->getResult(0);
  llvm::SmallVector<const Tensor *> operands;
  for (Value operand : op->getOperands())
    operands.push_back(&context.get(operand));
  Tensor y = context.make(result);
  // A conversion between floats is its operand as long as values stay exact; its own meaning would round.
  bool isExactCopy = context.isExact() && isa<CastOp>(*op) &&
                     isa<FloatType>(getElementTypeOrSelf(result.getType())) &&
                     isa<FloatType>(getElementTypeOrSelf(op->getOperand(0).getType()));
  llvm::SmallVector<double> numbers(operands.size());
  for (int64_t i = 0; i < y.count(); ++i) {
    for (size_t k = 0; k < operands.size(); ++k)
      numbers[k] = operands[k]->data[i];
    y.data[i] = isExactCopy ? numbers[0] : op.evaluate(numbers);
  }
  context.set(result, std::move(y));
}

template <typename OpT> static void elementwiseOp(OpT op, InterpreterContext &context) {
  elementwise(cast<ElementwiseOpInterface>(op.getOperation()), context);
}

template <typename OpT> static void attachIfElementwise(MLIRContext *context) {
  if constexpr (OpT::template hasTrait<ElementwiseOpInterface::Trait>())
    attach<OpT, elementwiseOp<OpT>>(context);
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
