// Numbers.cpp: forward values and adjoints by the reference interpreter, differences likewise.
#include "codegen/explain/Numbers.h"
#include "ir/interpreter/Differences.h"
#include "ir/interpreter/Samples.h"
#include <cmath>
#include <numeric>

using namespace mlir;

namespace nnc::explain {

static llvm::Error failure(const llvm::Twine &text) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), text);
}

/// Operations that may be spent on differences of one function: about a second of the interpreter's.
constexpr double mostOperations = 1e9;

/// The same for the same sizes, its length 1, no element 0.
static std::vector<double> directionOf(size_t count) {
  SampleSource source(count);
  std::vector<double> direction(count);
  double sum = 0;
  for (double &part : direction) {
    part = (source.uniform() + 0.5) * (source.bits() & 1 ? 1 : -1);
    sum += part * part;
  }
  for (double &part : direction)
    part /= std::sqrt(sum);
  return direction;
}

/// Differences beside the adjoint of `row`: of the elements that are shown and, where there are more, along a direction;
/// less where they take more than `most` operations.
static void addDifferences(Worked &row, Differences &differences, double most) {
  auto count = static_cast<int64_t>(row.adjoint.size());
  double quotients = most / std::max(1.0, differences.cost());
  auto note = [&](double adjoint, double difference) {
    double error = std::abs(adjoint - difference) / std::max(1.0, std::abs(adjoint));
    row.error = std::max(row.error.value_or(0), error);
  };
  if (count > mostNumbers || quotients < static_cast<double>(count)) {
    if (quotients-- < 1)
      return;
    std::vector<double> direction = directionOf(row.adjoint.size());
    row.along = {std::inner_product(direction.begin(), direction.end(), row.adjoint.begin(), 0.0),
                 differences.along(direction)};
    note(row.along->first, row.along->second);
  }
  auto shown = std::min({count, mostNumbers, static_cast<int64_t>(std::min(quotients, 1e9))});
  for (int64_t i = 0; i < shown; ++i) {
    row.difference.push_back(differences.ofElement(i));
    note(row.adjoint[i], row.difference.back());
  }
}

/// Runs what `wanted` is made of in a function, keeping all values: not an optimizer's part, which needs as much memory as the
/// rest.
static bool runFor(FuncOp function, llvm::ArrayRef<Value> wanted, const nnc::Call &call, InterpreterContext &context) {
  for (auto [argument, tensor] : llvm::zip(function.getArguments(), call.inputs))
    context.set(argument, tensor);
  Block &block = function.getBody().front();
  llvm::DenseSet<Operation *> needed;
  for (Value value : wanted)
    if (Operation *op = block.findAncestorOpInBlock(*value.getParentBlock()->getParentOp());
        value.getParentBlock() != &block && op)
      needed.insert(op); // a value of a loop's turns
    else if (value.getDefiningOp())
      needed.insert(value.getDefiningOp());
  for (Operation &op : llvm::reverse(block))
    if (needed.contains(&op))
      for (Value operand : op.getOperands())
        if (Operation *definition = operand.getDefiningOp())
          needed.insert(definition);
  for (Operation &op : block) {
    if (!needed.contains(&op))
      continue;
    context.run(&op);
    if (context.hasFailed())
      return false;
  }
  return true;
}

llvm::Expected<std::vector<Worked>> workedNumbers(FuncOp function, FuncOp before, const IRMapping &copies,
                                                  ArrayRef<std::pair<Value, std::string>> named,
                                                  ArrayRef<AdjointPair> adjoints, ArrayRef<TurnPair> turns,
                                                  const Setting &setting) {
  llvm::Expected<nnc::Call> call = callOf(function, setting);
  if (!call)
    return call.takeError();
  InterpreterContext joint(*call);
  llvm::DenseMap<Value, std::map<int64_t, Tensor>> ofTurns;
  joint.turnEnded = [&](Operation *loop, int64_t turn) {
    for (const TurnPair &pair : turns)
      for (Value value : {pair.value, pair.adjoint})
        if (value.getParentBlock()->getParentOp() == loop)
          ofTurns[value][turn] = joint.get(value);
  };
  SmallVector<Value> wanted;
  for (const auto &[value, name] : named)
    wanted.push_back(value);
  for (const AdjointPair &pair : adjoints)
    wanted.push_back(pair.adjoint);
  for (const TurnPair &pair : turns)
    wanted.append({pair.value, pair.adjoint});
  if (!runFor(function, wanted, *call, joint))
    return failure("the function cannot be run with these numbers");
  joint.turnEnded = nullptr;

  // Differences are of the function up to where the gradient is taken.
  GradOp grad = *before.getBody().getOps<GradOp>().begin();
  llvm::DenseMap<Value, const AdjointPair *> adjointOf;
  for (const AdjointPair &pair : adjoints)
    if (Value copy = copies.lookupOrNull(pair.value);
        copy && copies.lookupOrNull(pair.target) == grad.getTarget() && copy != grad.getTarget())
      adjointOf[pair.value] = &pair;
  InterpreterContext plain(*call);
  wanted = {grad.getTarget()};
  for (const AdjointPair &pair : adjoints)
    if (Value copy = copies.lookupOrNull(pair.value))
      wanted.push_back(copy);
  if (!runFor(before, wanted, *call, plain))
    return failure("the function cannot be run with these numbers");

  double most = mostOperations / static_cast<double>(std::max<size_t>(adjointOf.size() + turns.size(), 1));
  std::vector<Worked> worked;
  for (const auto &[value, name] : named) {
    const Tensor &tensor = joint.get(value);
    Worked row;
    row.name = name;
    row.shape = tensor.shape;
    row.value = tensor.data;
    if (const AdjointPair *pair = adjointOf.lookup(value)) {
      row.adjointName = pair->name;
      row.adjoint = joint.get(pair->adjoint).data;
      Differences differences(copies.lookup(value), grad.getTarget(), grad, plain);
      addDifferences(row, differences, most);
    }
    worked.push_back(std::move(row));
  }
  for (const TurnPair &pair : turns) {
    Worked row;
    row.name = pair.name;
    row.adjointName = pair.adjointName;
    for (const auto &[turn, tensor] : ofTurns[pair.value]) {
      row.shape = tensor.shape;
      llvm::append_range(row.value, tensor.data);
    }
    row.shape.insert(row.shape.begin(), ofTurns[pair.value].size());
    for (const auto &[turn, tensor] : ofTurns[pair.adjoint])
      llvm::append_range(row.adjoint, tensor.data);
    // The joint graph has the loop as its adjoints read it; what it computes behind the target is left out.
    Differences differences(pair.value, pair.target, pair.target.getDefiningOp()->getNextNode(), joint);
    addDifferences(row, differences, most);
    worked.push_back(std::move(row));
  }
  return worked;
}

} // namespace nnc::explain
