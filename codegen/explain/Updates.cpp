// Updates.cpp: the lines on the way from gradients to what is stored: what several parameters share (a norm of all
// gradients) first, then those of each parameter.
#include "codegen/explain/Deriver.h"
#include "ir/Provenance.h"

using namespace mlir;

namespace nnc::explain {

/// A gradient may be one value with other adjoints (that of a bias with that of the sum): an update reads it by the name of
/// its parameter, as far as a line says it.
void Deriver::readGradientsOf(ArrayRef<std::string> parameters, Update &update) {
  notation.readAsNamed();
  for (Adjoints &adjoints : all)
    for (auto [value, gradient] : llvm::zip(adjoints.of->wrt, adjoints.of->gradients)) {
      auto load = value.getDefiningOp<LoadOp>();
      if (!load || !llvm::is_contained(parameters, load.getVariable()))
        continue;
      Math name = adjointOf(value, adjoints);
      update.gradients.push_back(toText(name));
      if (adjoints.terms.count(value) && !notation.isReadOtherwise(gradient) &&
          toText(notation.expression(gradient)) != toText(name))
        notation.readAs(gradient, name);
    }
}

std::vector<Update> Deriver::updates() {
  auto model = func->getParentOfType<ModelOp>();
  SmallVector<StoreOp> stores(func.getBody().getOps<StoreOp>());
  std::vector<std::string> parameters;
  for (StoreOp store : stores)
    if (auto variable = model.lookupSymbol<VariableOp>(store.getVariable());
        variable && variable.getKind() == VariableKind::Parameter)
      parameters.push_back(store.getVariable().str());
  // Of a parameter are its own store and those of its slots: `train.adam.m.dense1.weight`. All others are of none.
  auto ownerOf = [&](StoreOp store) {
    llvm::StringRef owner;
    for (llvm::StringRef parameter : parameters)
      if ((store.getVariable() == parameter || store.getVariable().ends_with("." + parameter.str())) &&
          parameter.size() > owner.size())
        owner = parameter;
    return owner.str();
  };
  std::map<std::string, SmallVector<StoreOp>> owned;
  for (StoreOp store : stores)
    owned[ownerOf(store)].push_back(store);

  // What is read for one parameter alone is said there, all else before.
  Block &block = func.getBody().front();
  std::map<std::string, llvm::SetVector<Operation *>> slices;
  llvm::DenseMap<Operation *, unsigned> readers;
  for (auto &[owner, its] : owned) {
    for (StoreOp store : its)
      need(store.getValue(), &block, slices[owner]);
    for (Operation *op : slices[owner])
      ++readers[op];
  }
  auto ruleOf = [&](const llvm::SetVector<Operation *> &ops) {
    std::string rule;
    for (Operation *op : ops)
      if (ProvenanceAttr provenance = provenanceOf(op->getLoc()); provenance && provenance.getRole() == Role::Optimizer)
        rule = provenance.getRule().str();
    return rule;
  };
  auto storesOf = [&](ArrayRef<StoreOp> its, Update &update) {
    for (StoreOp store : its)
      update.stores.push_back(
          {store.getVariable().str(), line(Math(), notation.expression(store.getValue()), store.getValue())});
  };
  std::vector<Update> made;
  Update shared;
  SmallVector<Value> roots;
  for (const auto &[op, count] : readers)
    if (count > 1)
      llvm::append_range(roots, op->getResults());
  for (StoreOp store : owned[""])
    roots.push_back(store.getValue());
  readGradientsOf(parameters, shared);
  shared.lines = linesFor(roots, &block);
  storesOf(owned[""], shared);
  if (!shared.lines.empty() || !shared.stores.empty())
    made.push_back(std::move(shared));
  for (const std::string &parameter : parameters) {
    Update update;
    update.rule = ruleOf(slices[parameter]);
    update.parameters = {parameter};
    readGradientsOf(parameter, update);
    SmallVector<Value> values;
    for (StoreOp store : owned[parameter])
      values.push_back(store.getValue());
    update.lines = linesFor(values, &block);
    storesOf(owned[parameter], update);
    made.push_back(std::move(update));
  }
  notation.readAsNamed();
  return made;
}

/// The lines of an update with names numbered in their order; the names that its parameter has no part in stay.
static std::string signatureOf(const Update &update) {
  llvm::StringMap<unsigned> numbers;
  llvm::StringSet<> own;
  for (const auto *list : {&update.parameters, &update.gradients})
    for (const std::string &name : *list)
      own.insert(name);
  for (const auto &[variable, line] : update.stores)
    own.insert(variable);
  for (const Line &line : update.lines)
    if (!line.loop)
      own.insert(line.equation.target.baseName());
  auto blank = [&](const Math &leaf) {
    if (leaf.kind() != explain::Kind::Name || !own.contains(leaf.text()))
      return leaf;
    return Math::name("n" + std::to_string(numbers.try_emplace(leaf.text(), numbers.size()).first->second));
  };
  std::string text;
  for (const Line &line : update.lines)
    text += toText(line.equation.target.mapped(blank)) + "=" + toText(line.equation.value.mapped(blank)) + "\n";
  for (const auto &[variable, line] : update.stores)
    text += toText(Math::name(variable).mapped(blank)) + ":" + toText(line.equation.value.mapped(blank)) + "\n";
  return text;
}

std::vector<std::vector<const Update *>> updatesAlike(llvm::ArrayRef<Update> updates, bool areJoined) {
  std::vector<std::vector<const Update *>> groups;
  llvm::StringMap<size_t> known;
  for (const Update &update : updates) {
    if (!update.parameters.empty() && areJoined) {
      auto [place, isNew] = known.try_emplace(signatureOf(update), groups.size());
      if (!isNew) {
        groups[place->second].push_back(&update);
        continue;
      }
    }
    groups.push_back({&update});
  }
  return groups;
}

} // namespace nnc::explain
