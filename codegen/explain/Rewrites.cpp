// Rewrites.cpp: a rewrite is shown if it is short, and of those by one pattern the shortest.
#include "codegen/explain/Rewrites.h"
#include "ir/Provenance.h"
#include "ir/ops/Shape.h"
#include <cctype>

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

/// "(anonymous namespace)::ComputeBeforeMoving" => "compute before moving".
static std::string words(llvm::StringRef type) {
  type = type.take_until([](char c) { return c == '<'; });
  size_t colon = type.rfind(':');
  type = colon == llvm::StringRef::npos ? type : type.drop_front(colon + 1);
  std::string text;
  for (char c : type) {
    if (isupper(static_cast<unsigned char>(c)) && !text.empty())
      text += ' ';
    text += static_cast<char>(tolower(c));
  }
  return text;
}

void RewriteRecorder::notifyPatternBegin(const Pattern &pattern, Operation *) {
  current = words(pattern.getDebugName());
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

void RewriteRecorder::notifyOperationReplaced(Operation *op, ValueRange values) {
  auto func = dyn_cast<FuncOp>(op->getParentOp());
  auto deriver = derivers.find(func);
  if (!func || deriver == derivers.end() || op->getNumResults() != 1 || isa<FillOp>(op))
    return;
  Notation &notation = deriver->second->getNotation();
  Value result = op->getResult(0);
  Math name = notation.hasName(result) ? notation.expression(result) : Math();
  const size_t number = deriver - derivers.begin();
  Math saidName = name && isSaid(name, number) ? name : Math();
  if (ProvenanceAttr how = provenanceOf(op->getLoc()); !how || how.getRole() != Role::Optimizer) {
    Math before = notation.definition(result), after = notation.expression(values[0]);
    std::vector<Call> calls = deriver->second->takeCalls();
    std::string beforeText = toText(before), afterText = toText(after);
    if (beforeText != afterText && beforeText.size() <= 200 && isSaid(before, number) && isSaid(after, number)) {
      std::string title = current.empty() ? ("an identity of " + op->getName().stripDialect()).str() : current;
      Simplification made{title, {saidName, before}, {Math(), after}, std::move(calls), 1};
      auto &list = derivations[number].simplifications;
      auto size = [](const Simplification &one) { return toText(one.before.value).size() + toText(one.after.value).size(); };
      // Of rewrites by one pattern the shortest is shown: the others are as clear as it is, or less.
      auto known = llvm::find_if(list, [&](const Simplification &other) { return other.name == title; });
      if (known == list.end()) {
        list.push_back(std::move(made));
      } else {
        made.times = ++known->times;
        if (size(made) < size(*known))
          *known = std::move(made);
      }
    }
  }
  // What takes its place is known by its name from here on.
  if (name && !notation.hasName(values[0]))
    notation.nameAs(values[0], name);
}

} // namespace nnc::explain
