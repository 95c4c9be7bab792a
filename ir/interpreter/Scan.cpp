// Scan.cpp: reference semantics of the loop.
#include "ir/ops/Scan.h"
#include "ir/interpreter/ReferenceModel.h"

using namespace mlir;

namespace nnc {

/// Element t of a sequence along its first axis.
static Tensor elementAt(const Tensor &sequence, int64_t t) {
  Tensor element(Shape(llvm::ArrayRef<int64_t>(sequence.shape).drop_front()));
  std::copy_n(sequence.data.begin() + t * element.count(), element.count(), element.data.begin());
  return element;
}

static void scan(ScanOp op, InterpreterContext &context) {
  int64_t length = context.sizeOf(op.lengthDim());
  for (auto [argument, operand] : llvm::zip(op.invariantArgs(), op.getInvariants()))
    context.share(argument, operand);
  std::vector<Tensor> stacked;
  std::vector<InterpreterContext::Stored> carried;
  for (Value initial : op.getInitials())
    carried.push_back(context.keep(initial));
  for (Value result : op.stacked())
    stacked.push_back(context.make(result));

  int64_t t = 0;
  auto addNudge = [&](Value value) {
    if (!context.nudge || context.nudge->value != value)
      return;
    Tensor at = context.get(value), by = elementAt(context.nudge->by, t);
    for (auto [number, more] : llvm::zip(at.data, by.data))
      number += more;
    context.set(value, std::move(at));
  };
  for (int64_t turn = 0; turn < length; ++turn) {
    t = op.getReverse() ? length - 1 - turn : turn;
    context.set(op.turnArg(), Tensor::scalar(static_cast<double>(t)));
    for (auto [argument, sequence] : llvm::zip(op.sequenceArgs(), op.getSequences()))
      context.set(argument, elementAt(context.get(sequence), t));
    for (auto [argument, value] : llvm::zip(op.carryArgs(), carried))
      context.restore(argument, value);
    llvm::for_each(op.sequenceArgs(), addNudge);
    llvm::for_each(op.carryArgs(), addNudge);
    for (Operation &inner : op.getBody().front().without_terminator()) {
      context.run(&inner);
      if (context.hasFailed())
        return;
      llvm::for_each(inner.getResults(), addNudge);
    }
    if (context.turnEnded)
      context.turnEnded(op, t);
    for (auto [whole, value] : llvm::zip(stacked, op.stackedYields())) {
      const Tensor &element = context.get(value);
      std::copy(element.data.begin(), element.data.end(), whole.data.begin() + t * element.count());
    }
    for (auto [value, next] : llvm::zip(carried, op.nextYields()))
      value = context.keep(next);
  }
  for (auto [result, tensor] : llvm::zip(op.stacked(), stacked))
    context.set(result, std::move(tensor));
  for (auto [result, value] : llvm::zip(op.finals(), carried))
    context.restore(result, value);
}

void attachScanReference(MLIRContext *context) { attach<ScanOp, scan>(context); }

} // namespace nnc
