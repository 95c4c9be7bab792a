// Rewrites.cpp: a rewrite is shown if it is short, and of those by one pattern the shortest.
#include "codegen/explain/Rewrites.h"
#include "ir/Provenance.h"
#include "ir/ops/Shape.h"

using namespace mlir;

namespace nnc::explain {

RewriteRecorder::RewriteRecorder(Derivers &derivers, std::vector<Derivation> &derivations)
    : derivers(derivers), derivations(derivations) {
  for (auto [derivation, deriver] : llvm::zip(derivations, derivers)) {
    llvm::StringSet<> &names = said.emplace_back();
    for (Attribute symbol : deriver.first->getParentOfType<ModelOp>().getSymbols())
      names.insert(cast<StringAttr>(symbol).getValue());
    for (const auto *list : {&derivation.inputs, &derivation.variables})
      for (const auto &[name, type] : *list)
        names.insert(name);
    forEachLine(derivation, [&](const Line &line) {
      if (line.equation.target && line.equation.target.kind() == explain::Kind::Name)
        names.insert(line.equation.target.text());
    });
  }
}

void RewriteRecorder::notifyPatternBegin(const Pattern &pattern, Operation *) {
  current = pattern.getDebugName().str();
}

/// A new op may have the address of one that is gone.
void RewriteRecorder::notifyOperationInserted(Operation *op, OpBuilder::InsertPoint previous) {
  if (previous.isSet())
    return;
  if (auto deriver = derivers.find(op->getParentOfType<FuncOp>()); deriver != derivers.end())
    deriver->second->getNotation().forget(op);
}

void RewriteRecorder::notifyOperationErased(Operation *op) {
  if (auto deriver = derivers.find(op->getParentOfType<FuncOp>()); deriver != derivers.end())
    deriver->second->getNotation().forget(op);
}

bool RewriteRecorder::isSaid(const Math &math, size_t derivation) const {
  bool all = true;
  math.mapped([&](const Math &leaf) {
    all &= leaf.kind() != explain::Kind::Name || said[derivation].contains(leaf.text());
    return leaf;
  });
  return all;
}

/// What an op's own folding is called; patterns have names.
static std::string titleOfFold(Operation *op, const Math &after) {
  if (after.kind() == explain::Kind::Number)
    return "constants are computed while compiling";
  llvm::StringRef name = op->getName().stripDialect();
  return (llvm::StringRef("aeiou").contains(name.front()) ? "an `" : "a `") + name.str() + "` that changes nothing";
}

void RewriteRecorder::notifyOperationReplaced(Operation *op, ValueRange values) {
  auto func = dyn_cast<FuncOp>(op->getParentOp());
  auto deriver = derivers.find(func);
  if (!func || deriver == derivers.end() || op->getNumResults() != 1)
    return;
  if (!isa<FillOp>(op))
    note(op->getResult(0), values[0], *deriver->second, deriver - derivers.begin());
  deriver->second->getNotation().replaced(op->getResult(0), values[0]);
}

void RewriteRecorder::note(Value value, Value by, Deriver &deriver, size_t number) {
  Operation *op = value.getDefiningOp();
  Notation &notation = deriver.getNotation();
  if (ProvenanceAttr how = provenanceOf(op->getLoc()); how && how.getRole() == Role::Optimizer)
    return;
  Math name = notation.hasName(value) ? notation.expression(value) : Math();
  auto [before, after] = notation.rewriting(value, by);
  std::vector<Call> calls = deriver.takeCalls();
  std::string beforeText = toText(before), afterText = toText(after);
  if (beforeText == afterText || beforeText.size() > 200 || !isSaid(before, number) || !isSaid(after, number))
    return;
  // Numbers that become a number, in whatever sizes, tell nothing.
  if (after.kind() == explain::Kind::Number && shapeOf(before) == beforeText)
    return;
  std::string title = current.empty() ? titleOfFold(op, after) : current;
  Simplification made{title, {name && isSaid(name, number) ? name : Math(), before}, {Math(), after}, std::move(calls), 1};
  auto &list = derivations[number].simplifications;
  auto size = [](const Simplification &one) { return toText(one.before.value).size() + toText(one.after.value).size(); };
  // Of rewrites by one pattern the shortest is shown: the others are as clear as it is, or less.
  auto known = llvm::find_if(list, [&](const Simplification &other) { return other.name == title; });
  if (known == list.end()) {
    list.push_back(std::move(made));
    return;
  }
  made.times = ++known->times;
  if (size(made) < size(*known))
    *known = std::move(made);
}

} // namespace nnc::explain
