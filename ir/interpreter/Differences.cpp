// Differences.cpp: steps, and what a changed value changes.
#include "ir/interpreter/Differences.h"
#include "ir/interpreter/Cost.h"
#include "ir/ops/Scan.h"
#include "llvm/ADT/DenseSet.h"
#include <cmath>

using namespace mlir;

namespace nnc {

/// The ops before `end` that a change of `source` reaches, or of what happens in the loop that it is in, and that `target` is
/// made of. An op that is declared not differentiable (a comparison, stop_gradient) counts as constant, as it does for the
/// derivative.
static llvm::SmallVector<Operation *> opsBetween(Value source, Operation *loop, Value target, Operation *end) {
  llvm::DenseSet<Value> changed = {source};
  llvm::SmallVector<Operation *> ops;
  if (loop) {
    ops.push_back(loop);
    changed.insert(loop->result_begin(), loop->result_end());
  }
  for (Operation &op : llvm::make_range(end->getBlock()->begin(), end->getIterator())) {
    if (isa<NonDifferentiableOpInterface>(op) ||
        !llvm::any_of(op.getOperands(), [&](Value operand) { return changed.contains(operand); }))
      continue;
    ops.push_back(&op);
    changed.insert(op.result_begin(), op.result_end());
  }
  llvm::DenseSet<Value> needed = {target};
  llvm::SmallVector<Operation *> between;
  for (Operation *op : llvm::reverse(ops))
    if (llvm::any_of(op->getResults(), [&](Value result) { return needed.contains(result); })) {
      between.push_back(op);
      needed.insert(op->operand_begin(), op->operand_end());
    }
  std::reverse(between.begin(), between.end());
  return between;
}

constexpr int evaluationsOfAQuotient = 4;

/// The derivative of `f` at 0 by central differences of fourth order. The step starts where truncation and
/// rounding are both far below 1e-9 for a function of ordinary size, and shrinks until two steps agree, which
/// takes it to the right side of a kink nearby.
static double quotient(llvm::function_ref<double(double)> f) {
  auto withStep = [&](double h) { return (f(-2 * h) - 8 * f(-h) + 8 * f(h) - f(2 * h)) / (12 * h); };
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

/// The loop of `block` that the value is in, or null if it is of the block itself.
static Operation *loopAround(Value value, Block *block) {
  return value.getParentBlock() == block ? nullptr : block->findAncestorOpInBlock(*value.getParentBlock()->getParentOp());
}

/// The value, or for one in a loop of T turns as many zeros in each.
static Tensor startOf(Value source, Operation *loop, InterpreterContext &context) {
  if (!loop)
    return context.get(source);
  Shape shape = context.shapeOf(source.getType());
  shape.insert(shape.begin(), context.sizeOf(cast<ScanOp>(loop).lengthDim()));
  return Tensor(shape);
}

Differences::Differences(Value source, Value target, Operation *end, InterpreterContext &context)
    : source(source), target(target), loop(loopAround(source, end->getBlock())), context(context),
      x(startOf(source, loop, context)), dependents(opsBetween(source, loop, target, end)) {
  if (!loop)
    before.push_back({source, context.keep(source)});
  for (Operation *dependent : dependents)
    for (Value result : dependent->getResults())
      before.push_back({result, context.keep(result)});
}

Differences::~Differences() {
  for (auto &[value, stored] : before)
    context.restore(value, stored);
}

double Differences::evaluate(Tensor at) {
  if (loop)
    context.nudge = {source, std::move(at)};
  else
    context.set(source, std::move(at));
  for (Operation *dependent : dependents)
    context.run(dependent);
  context.nudge.reset();
  return context.get(target).data[0];
}

double Differences::ofElement(int64_t index) {
  return quotient([&](double step) {
    Tensor at = x;
    at.data[index] += step;
    return evaluate(std::move(at));
  });
}

double Differences::along(llvm::ArrayRef<double> direction) {
  return quotient([&](double step) {
    Tensor at = x;
    for (auto [number, part] : llvm::zip(at.data, direction))
      number += step * part;
    return evaluate(std::move(at));
  });
}

double Differences::cost() const {
  auto sizeOf = [&](const Dim &dim) { return static_cast<double>(context.sizeOf(dim)); };
  double sum = 0;
  for (Operation *op : dependents)
    sum += interpreterCost(op, sizeOf);
  return 2 * evaluationsOfAQuotient * sum; // the first step agrees with the second where the function is smooth
}

} // namespace nnc
