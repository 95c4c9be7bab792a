// LowerState.cpp: what is known of a model's variables only when all of its functions are there: whose average
// `averaged(l)` reads, and which state an entry keeps to itself.
#include "frontend/Lower.h"

using namespace nnc;

//===------------------------------------------------------------------------------------------------===//
// Averages
//===------------------------------------------------------------------------------------------------===//

/// The variables that are averages of a parameter, one per train block that keeps one.
static std::vector<std::string> averagesOf(const ModelState &model, llvm::StringRef parameter) {
  std::vector<std::string> found;
  for (const auto &[name, variable] : model.variables) {
    auto [block, rest] = llvm::StringRef(name).split('.');
    if (VariableOp(variable.op).getKind() == VariableKind::Average && rest.consume_front("average.") &&
        rest == parameter)
      found.push_back(name);
  }
  return found;
}

void nnc::resolveAverages(ModelState &model, const llvm::StringSet<> &trained) {
  llvm::StringMap<std::string> resolved;
  for (const auto &[name, place] : model.averaged) {
    llvm::StringRef parameter = name;
    std::vector<std::string> averages = averagesOf(model, parameter);
    if (averages.size() == 1 || (averages.empty() && !trained.contains(parameter))) {
      resolved[parameter] = averages.empty() ? parameter.str() : averages.front();
      continue;
    }
    auto record = model.variables.find(parameter.str());
    model.diags
        .error(place, averages.empty() ? "'" + parameter +
                                             "' has no average: the train block that updates it "
                                             "has no 'average'"
                                       : llvm::Twine("two train blocks average '") + parameter + "'")
        .note(record->second.firstUse, "'" + parameter + "' is used here");
  }
  llvm::SmallVector<LoadOp> loads;
  model.op.walk([&](LoadOp load) { loads.push_back(load); });
  for (LoadOp load : loads) {
    llvm::StringRef name = load.getVariable();
    if (name.consume_front(averagePlaceholder) && resolved.count(name))
      load.setVariable(resolved[name]);
  }
}

//===------------------------------------------------------------------------------------------------===//
// Resets
//===------------------------------------------------------------------------------------------------===//

/// Who moves a state on: the entry of a function, "predict" for the model's own, "" for train blocks.
static llvm::StringRef ownerOf(FuncOp function, llvm::ArrayRef<llvm::StringRef> entries) {
  if (function.getKind() != FunctionKind::Predict && function.getKind() != FunctionKind::Evaluate)
    return "";
  llvm::StringRef name = function.getSymName();
  if (name == "predict" || name == "evaluate")
    return "predict";
  if (!llvm::is_contained(entries, name))
    name.consume_back("_evaluate");
  return name;
}

void nnc::findResets(ModelState &model, llvm::ArrayRef<llvm::StringRef> entries) {
  mlir::Builder builder(&model.context);
  std::map<std::string, std::string> owners; // of states
  for (FuncOp function : model.op.getBody().front().getOps<FuncOp>()) {
    std::string owner = ownerOf(function, entries).str();
    for (StoreOp store : function.getBody().getOps<StoreOp>()) {
      auto [known, isNew] = owners.try_emplace(store.getVariable().str(), owner);
      if (!isNew && known->second != owner)
        known->second.clear(); // shared
    }
  }
  std::map<std::string, llvm::SmallVector<mlir::Attribute>> resets;
  for (VariableOp variable : model.op.getBody().front().getOps<VariableOp>()) {
    if (variable.getKind() != VariableKind::State)
      continue;
    std::string owner = owners[variable.getSymName().str()];
    // State that stands in an entry's own text is its own, whoever trains it.
    for (llvm::StringRef entry : entries)
      if (variable.getSymName().starts_with(("state." + entry + ".").str()))
        owner = entry.str();
    if (!owner.empty())
      resets[owner].push_back(mlir::FlatSymbolRefAttr::get(variable.getSymNameAttr()));
  }
  llvm::SmallVector<mlir::NamedAttribute> attributes;
  for (auto &[owner, variables] : resets)
    attributes.push_back(builder.getNamedAttr(owner, builder.getArrayAttr(variables)));
  if (!attributes.empty())
    model.op->setAttr("nn.resets", builder.getDictionaryAttr(attributes));
}
