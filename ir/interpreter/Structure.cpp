// Structure.cpp: reference semantics of variables, kernels, and of nn.grad, which is differences of the
// function.
#include "ir/interpreter/ReferenceModel.h"
#include "ir/ops/Structure.h"
#include "llvm/ADT/DenseSet.h"
#include <cmath>

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
    context.set(argument, context.get(input));
  for (Operation &inner : op.getBody().front().without_terminator()) {
    context.run(&inner);
    if (context.hasFailed())
      return;
  }
  for (auto [output, value] : llvm::zip(op.getOutputs(), op.yieldOp().getValues()))
    context.set(output, context.get(value));
}

//===--------------------------------------------------------------------------------------------------===//
// Derivatives, by their definition
//===--------------------------------------------------------------------------------------------------===//

/// The ops between `source` and `grad` that a change of `source` reaches. An op that is declared not
/// differentiable (a comparison, stop_gradient) counts as constant, as it does for the derivative.
static llvm::SmallVector<Operation *> dependentOps(Value source, GradOp grad) {
  llvm::DenseSet<Value> changed = {source};
  llvm::SmallVector<Operation *> ops;
  for (Operation &op : llvm::make_range(grad->getBlock()->begin(), grad->getIterator())) {
    if (isa<NonDifferentiableOpInterface>(op) ||
        !llvm::any_of(op.getOperands(), [&](Value operand) { return changed.contains(operand); }))
      continue;
    ops.push_back(&op);
    changed.insert(op.result_begin(), op.result_end());
  }
  return ops;
}

/// The derivative of `f` at `x` by central differences of fourth order. The step starts where truncation and
/// rounding are both far below 1e-9 for a function of ordinary size, and shrinks until two steps agree, which
/// takes it to the right side of a kink nearby.
static double difference(llvm::function_ref<double(double)> f, double x) {
  auto withStep = [&](double h) {
    return (f(x - 2 * h) - 8 * f(x - h) + 8 * f(x + h) - f(x + 2 * h)) / (12 * h);
  };
  double coarse = withStep(1e-3), best = coarse;
  double smallest = std::numeric_limits<double>::infinity();
  for (double step : {3e-4, 3e-5, 3e-6}) {
    double fine = withStep(step);
    double disagreement = std::abs(fine - coarse);
    if (disagreement < smallest) {
      smallest = disagreement;
      best = coarse;
    }
    if (disagreement <= 1e-9 * std::max(1.0, std::abs(fine)))
      break;
    coarse = fine;
  }
  return best;
}

static void grad(GradOp op, InterpreterContext &context) {
  for (auto [source, gradient] : llvm::zip(op.getWrt(), op.getGradients())) {
    llvm::SmallVector<Operation *> dependents = dependentOps(source, op);
    llvm::SmallVector<std::pair<Value, InterpreterContext::Stored>> before = {{source, context.keep(source)}};
    for (Operation *dependent : dependents)
      for (Value result : dependent->getResults())
        before.push_back({result, context.keep(result)});

    Tensor x = context.get(source), result = context.make(gradient);
    for (int64_t i = 0; i < x.count(); ++i) {
      double original = x.data[i];
      result.data[i] = difference(
          [&](double value) {
            x.data[i] = value;
            context.set(source, x);
            for (Operation *dependent : dependents)
              context.run(dependent);
            return context.get(op.getTarget()).data[0];
          },
          original);
      x.data[i] = original;
    }
    for (auto &[value, stored] : before)
      context.restore(value, stored);
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
