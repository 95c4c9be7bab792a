// LocalRule.cpp: what a rule is at its place: which values its letters are, and the Jacobians of an op that works element by
// element.
#include "codegen/explain/Deriver.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Matmul.h"
#include "ir/ops/Shape.h"
#include "ir/ops/Softmax.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace nnc::explain {

/// What an op that works element by element multiplies its result's adjoint by for one operand, from what its rule made.
std::optional<Math> Deriver::localFactor(const Event &event, unsigned operand) {
  const Applied::Part &part = event.rule->parts[operand];
  if (part.through >= 0)
    return Math(1);
  Value adjoint = event.rule->adjointOf(0);
  if (!adjoint || !part.made)
    return std::nullopt;
  Math known = notation.expression(adjoint), marker = Math::name("d_y of the rule");
  notation.readAs(adjoint, marker);
  std::optional<Math> factor = factorOf(notation.definition(part.made), marker.text());
  notation.readAs(adjoint, known);
  return factor;
}

/// The Jacobian with respect to one operand, which may stand at several places of the op; nothing where it is the identity
/// or the op does not work element by element.
std::optional<Math> Deriver::jacobian(const Event &event, ArrayRef<unsigned> places, const std::string &type) {
  if (auto softmax = dyn_cast<SoftmaxOp>(event.rule->op)) {
    Math y = notation.expression(softmax.getResult());
    return Math::call("diag", {y}) - Math::binary(explain::Kind::MatMul, y, Math::call("transpose", {y}));
  }
  if (!isa<ElementwiseOpInterface>(event.rule->op))
    return std::nullopt;
  std::map<std::string, std::pair<Math, unsigned>> counted; // equal terms
  std::vector<std::string> order;
  for (unsigned place : places) {
    std::optional<Math> factor = localFactor(event, place);
    if (!factor)
      return std::nullopt;
    std::string text = toText(*factor);
    if (!counted[text].second++)
      order.push_back(text);
    counted[text].first = *factor;
  }
  std::optional<Math> factor;
  for (const std::string &text : order) {
    auto &[term, count] = counted[text];
    Math all = Math::scaled(count, term);
    factor = factor ? *factor + all : all;
  }
  if (factor->isNumber(1))
    return std::nullopt;
  bool isUniform = true;
  factor->mapped([&](const Math &leaf) {
    isUniform &= leaf.kind() == explain::Kind::Number;
    return leaf;
  });
  if (type == "f")
    return factor;
  return isUniform ? Math::scaled(*factor, Math::name("I")) : Math::call("diag", {*factor});
}

/// A value's name at its turns; of what is repeated without a sign the name of the repetition.
Math Deriver::nameAtTurns(Value value) {
  std::string word = wordFor(value);
  if (!isRepeated(value))
    return notation.expression(value);
  return Math::atTurns(Math::name(word), notation.turnsOf(value.getParentBlock()));
}

bool Deriver::isRepeated(Value value) {
  auto broadcast = notation.canonical(value).getDefiningOp<BroadcastOp>();
  return broadcast && isImplied(broadcast) && !notation.hasName(value);
}

/// `b_repeated = broadcast(b, dims=[1], sizes='[batch, 10]')`
Line Deriver::repetition(Value value) {
  value = notation.canonical(value);
  return line(nameAtTurns(value), notation.writtenOut(value.getDefiningOp()), value);
}

/// What the letters of the rule are in this step.
void Deriver::takeLetters(const Event &event, Step &step) {
  Operation *op = event.rule->op;
  for (auto [number, letter] : llvm::enumerate(step.rule.operands)) {
    if (number >= op->getNumOperands() || !step.rule.speaksOf(letter))
      continue;
    Value value = op->getOperand(number);
    Math read = event.rule->parts[number].flows() ? nameAtTurns(value) : notation.expression(value);
    auto product = dyn_cast<MatmulOp>(op);
    if (product && (number == 0 ? product.getLhsTransposed() : product.getRhsTransposed()))
      read = Math::call("transpose", {read});
    step.letters.push_back({letter, read});
  }
  for (NamedAttribute attribute : op->getAttrs())
    if (auto number = dyn_cast<FloatAttr>(attribute.getValue()); number && step.rule.speaksOf(attribute.getName()))
      step.letters.push_back({attribute.getName().str(), number.getValueAsDouble()});
  for (auto [number, letter] : llvm::enumerate(step.rule.results))
    if (Value result = event.rule->result(number); event.rule->flows[number] && step.rule.speaksOf(letter))
      step.letters.push_back({letter, nameAtTurns(result)});
  llvm::append_range(step.calls, takeCalls());
}

/// The same of a loop, whose letters are all that is carried, gone over, or shared by turns.
void Deriver::takeLoopLetters(const Event &event, Step &step) {
  ScanOp loop = event.forward;
  auto add = [&](llvm::StringRef letter, ValueRange values) {
    std::vector<Math> names;
    for (Value value : values)
      if (isa<FloatType>(getElementTypeOrSelf(value.getType())) && notation.hasName(value))
        names.push_back(Math::name(notation.nameOf(value)));
    if (!names.empty())
      step.letters.push_back({letter.str(), names.size() == 1 ? names.front() : Math::call("", names)});
  };
  add("h", ValueRange(loop.carryArgs()));
  add("x", ValueRange(loop.sequenceArgs()));
  add("w", loop.getInvariants());
  SmallVector<Value> given; // but for what the loop keeps for its adjoint
  for (unsigned i = 0; i + loop.getInitials().size() < event.rule->flows.size(); ++i)
    if (event.rule->flows[i])
      given.push_back(loop.stackedYields()[i]);
  add("y", given);
}

/// One Jacobian for each value that is an operand, also where it is several times.
void Deriver::takeJacobians(const Event &event, ArrayRef<unsigned> operands, Adjoints &adjoints, Step &step) {
  Operation *op = event.rule->op;
  llvm::MapVector<Value, SmallVector<unsigned>> places;
  for (unsigned operand : operands)
    places[notation.canonical(op->getOperand(operand))].push_back(operand);
  std::vector<Line> repetitions;
  for (auto &[value, numbers] : places)
    if (isRepeated(value))
      repetitions.push_back(repetition(value));
  step.first.insert(step.first.begin(), repetitions.begin(), repetitions.end());
  for (auto &[value, numbers] : places) {
    std::optional<Math> jacobian = this->jacobian(event, numbers, step.type);
    llvm::append_range(step.calls, takeCalls());
    if (!jacobian)
      continue;
    LocalJacobian made{{Math::call("jacobian", {nameAtTurns(op->getResult(0)), nameAtTurns(value)}), *jacobian}, {}};
    for (unsigned number : numbers)
      made.adjoints.push_back(toText(adjoints.targets.lookup({event.rule, number})));
    step.jacobians.push_back(std::move(made));
  }
}

} // namespace nnc::explain
