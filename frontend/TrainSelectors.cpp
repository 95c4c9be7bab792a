// TrainSelectors.cpp: which parameters a train block updates, and which of them its clauses are about.
#include "frontend/TrainLowering.h"
#include "ir/ops/Structure.h"
#include "llvm/ADT/DenseSet.h"

using namespace nnc;
using namespace nnc::ast;

/// Whether a name lies at or below what a selector says. `*` is any number of components.
static bool matches(Elaborator &e, List<SelectorPart> parts, llvm::ArrayRef<llvm::StringRef> components) {
  if (parts.empty())
    return true;
  const SelectorPart &part = parts.front();
  if (part.any) {
    for (size_t skip = 0; skip <= components.size(); ++skip)
      if (matches(e, parts.drop_front(), components.drop_front(skip)))
        return true;
    return false;
  }
  if (components.empty() || components.front() != part.name)
    return false;
  components = components.drop_front();
  if (!part.first)
    return matches(e, parts.drop_front(), components);
  int64_t number;
  if (components.empty() || components.front().getAsInteger(10, number))
    return false;
  std::optional<int64_t> first = e.evaluateStaticInt(*part.first, "an index"), last;
  if (part.last)
    last = e.evaluateStaticInt(*part.last, "an index");
  if (!first || (part.last && !last))
    return false;
  bool inside = part.last ? number >= *first && number < *last : number == *first;
  return inside && matches(e, parts.drop_front(), components.drop_front());
}

/// The parameters that one of the selectors matches; a selector that matches none is an error.
llvm::StringSet<> TrainLowering::select(Elaborator &e, List<Selector> selectors) {
  llvm::StringSet<> selected;
  for (const Selector &selector : selectors) {
    bool any = false;
    llvm::SmallVector<llvm::StringRef> known;
    for (const auto &[variableName, variable] : model.variables) {
      if (!variable.isParameter)
        continue;
      llvm::SmallVector<llvm::StringRef> components;
      llvm::StringRef(variableName).split(components, '.');
      known.append(components.begin(), components.end());
      if (matches(e, selector.parts, components)) {
        any = true;
        selected.insert(variableName);
      }
    }
    if (any)
      continue;
    llvm::StringRef written = diags.getSources().text(selector.range);
    std::string hint;
    for (const SelectorPart &part : selector.parts)
      if (!part.any && !llvm::is_contained(known, part.name) && hint.empty())
        hint = didYouMean(part.name, known);
    diags.error(selector.range, "no parameter matches '" + written + "'" + hint);
  }
  return selected;
}

/// What a value depends on by differentiable ops.
static llvm::DenseSet<mlir::Value> reachedFrom(mlir::Value value) {
  llvm::DenseSet<mlir::Value> reached = {value};
  llvm::SmallVector<mlir::Value> work = {value};
  while (!work.empty()) {
    mlir::Operation *op = work.pop_back_val().getDefiningOp();
    if (!op || !mlir::isa<DifferentiableOpInterface, RegionDifferentiableOpInterface, GradOp>(op))
      continue;
    for (mlir::Value operand : op->getOperands())
      if (mlir::isa<mlir::FloatType>(mlir::getElementTypeOrSelf(operand.getType())) &&
          reached.insert(operand).second)
        work.push_back(operand);
  }
  return reached;
}

/// The parameters that the objective reaches, cut to `update`, less `freeze`, in the model's order.
std::vector<std::string> TrainLowering::selectParameters(Elaborator &e, mlir::Value objective) {
  llvm::StringSet<> updated, frozen;
  for (const Clause *clause : updates)
    for (const auto &entry : select(e, clause->selectors))
      updated.insert(entry.getKey());
  for (const Clause *clause : freezes)
    for (const auto &entry : select(e, clause->selectors))
      frozen.insert(entry.getKey());
  for (const auto &entry : frozen)
    model.frozen.insert(entry.getKey());
  std::vector<std::string> result;
  if (failed())
    return result;
  llvm::DenseSet<mlir::Value> reached = reachedFrom(objective);
  for (VariableOp variable : model.op.getBody().front().getOps<VariableOp>()) {
    llvm::StringRef variableName = variable.getSymName();
    auto record = model.variables.find(variableName.str());
    if (record == model.variables.end() || !record->second.isParameter || frozen.contains(variableName) ||
        (!updates.empty() && !updated.contains(variableName)))
      continue;
    mlir::Value value = e.loads.lookup(variableName);
    if (value && reached.contains(value))
      result.push_back(variableName.str());
  }
  if (result.empty())
    diags.error(decl.name.range,
                "there is nothing to train: the loss depends on no parameter" +
                    llvm::Twine(updates.empty() && freezes.empty() ? "" : " that is to be updated"));
  return result;
}

/// The members of groups, regularizers and projections; a clause without any of the block's parameters would do
/// nothing, and is an error.
void TrainLowering::selectMembers(Elaborator &e, llvm::ArrayRef<std::string> parameters) {
  auto membersOf = [&](const Clause &clause) {
    llvm::StringSet<> members = select(e, clause.selectors);
    if (!members.empty() && !failed() &&
        llvm::none_of(parameters, [&](const std::string &each) { return members.contains(each); }))
      diags.error(clause.keyword, "this clause has no effect: the train block updates none of its parameters")
          .note(clause.selectors.front().range, "'" + members.begin()->getKey() + "' is one of them");
    return members;
  };
  for (const Clause *clause : groups)
    groupMembers.push_back(membersOf(*clause));
  for (const BoundCall &regularizer : regularizers)
    regularizerMembers.push_back(membersOf(*regularizer.clause));
  for (const BoundCall &projection : projections)
    projectionMembers.push_back(membersOf(*projection.clause));
}
