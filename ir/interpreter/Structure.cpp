// Structure.cpp: reference semantics of variables, kernels, and of nn.grad, which is differences of the
// function.
#include "ir/interpreter/Differences.h"
#include "ir/interpreter/ReferenceModel.h"
#include "ir/ops/Structure.h"

using namespace mlir;

namespace nnc {

static void load(LoadOp op, InterpreterContext &context) {
  const Tensor *variable = context.variable(op.getVariable());
  if (!variable || variable->shape != context.shapeOf(op.getValue().getType())) {
    context.fail(op) << "reads " << op.getVariableAttr()
                     << (variable ? ", which is given in another shape" : ", which is given no value");
    return;
  }
  context.set(op.getValue(), *variable);
}

static void store(StoreOp op, InterpreterContext &context) {
  context.store(op.getVariable(), context.get(op.getValue()));
}

static void returnValues(ReturnOp op, InterpreterContext &context) {
  for (Value value : op.getValues())
    context.getOutcome().results.push_back(context.get(value));
}

static void kernel(KernelOp op, InterpreterContext &context) {
  for (auto [argument, input] : llvm::zip(op.getBody().getArguments(), op.getInputs()))
    context.share(argument, input);
  for (Operation &inner : op.getBody().front().without_terminator()) {
    context.run(&inner);
    if (context.hasFailed())
      return;
  }
  for (auto [output, value] : llvm::zip(op.getOutputs(), op.yieldOp().getValues()))
    context.share(output, value);
}

static void grad(GradOp op, InterpreterContext &context) {
  for (auto [source, gradient] : llvm::zip(op.getWrt(), op.getGradients())) {
    Tensor result = context.make(gradient);
    {
      Differences differences(source, op.getTarget(), op, context);
      for (int64_t i = 0; i < result.count(); ++i)
        result.data[i] = differences.ofElement(i);
    }
    context.set(gradient, std::move(result));
  }
}

void attachStructureReference(MLIRContext *context) {
  attach<LoadOp, load>(context);
  attach<StoreOp, store>(context);
  attach<ReturnOp, returnValues>(context);
  attach<KernelOp, kernel>(context);
  attach<GradOp, grad>(context);
}

} // namespace nnc
