// Drawing.cpp: sorts the ops of a function into nodes, and nodes into layers.
#include "codegen/view/Drawing.h"
#include "codegen/explain/Notation.h"
#include "codegen/view/Listing.h"
#include "ir/Provenance.h"
#include "ir/ops/Shape.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include <map>
#include <set>

using namespace mlir;
using llvm::StringRef;

namespace nnc::view {

StringRef nameOf(Part part) {
  static constexpr StringRef names[] = {"input", "parameter", "forward", "recompute", "backward", "optimizer", "result"};
  return names[static_cast<int>(part)];
}

std::vector<unsigned> Layer::allNodes() const {
  std::vector<unsigned> all = nodes;
  for (const auto &layer : layers)
    llvm::append_range(all, layer->allNodes());
  return all;
}

namespace {

class Drawer {
public:
  explicit Drawer(FuncOp func) : func(func), model(func->getParentOfType<ModelOp>()) {}

  Drawing draw() {
    drawing.model = model.getSourceName().str();
    drawing.function = func.getSymName().str();
    for (VariableOp variable : model.getBody().getOps<VariableOp>())
      if (variable.getKind() == VariableKind::Parameter)
        parameters.push_back(variable.getSymName());
    findUpdates();
    findGroups();
    for (auto [index, argument] : llvm::enumerate(func.getArguments()))
      addArgument(index, argument);
    for (Operation &op : func.getBody().front())
      add(&op);
    sortIntoLayers();
    return std::move(drawing);
  }

private:
  static Role roleOf(Operation *op) {
    ProvenanceAttr provenance = provenanceOf(op->getLoc());
    return provenance ? provenance.getRole() : Role::Forward;
  }

  /// Constants and sizes: no reader of a picture asks where they come from.
  static bool isHidden(Operation *op) { return op->getNumOperands() == 0 && !isa<LoadOp>(op); }

  /// What shows in no notation, and what is the same memory: a line goes through.
  static bool isPassedOver(Operation *op) { return explain::isImplied(op) || isa<ReshapeOp>(op); }

  /// What a variable of the optimizer belongs to: `train.adam.m.dense1.weight` to `dense1.weight`.
  StringRef parameterOf(StringRef variable) const {
    StringRef best;
    for (StringRef name : parameters)
      if ((variable == name || variable.ends_with(("." + name).str())) && name.size() > best.size())
        best = name;
    return best;
  }

  /// Ops that compute new values of variables from gradients, and for which parameter: "" where it is several. Readers come
  /// first. What only they read, such as the number of the step, is among them.
  void findUpdates() {
    for (Operation &op : llvm::reverse(func.getBody().front())) {
      if (auto store = dyn_cast<StoreOp>(op)) {
        auto variable = model.lookupSymbol<VariableOp>(store.getVariable());
        if (variable.getKind() != VariableKind::State)
          updates[&op] = parameterOf(store.getVariable());
        continue;
      }
      const bool isOptimizer = roleOf(&op) == Role::Optimizer;
      if (op.use_empty() || (roleOf(&op) != Role::Forward && !isOptimizer))
        continue;
      if (!isOptimizer && llvm::any_of(op.getUsers(), [&](Operation *user) { return !updates.count(user); }))
        continue;
      llvm::SetVector<StringRef> targets;
      for (Operation *user : op.getUsers())
        if (auto found = updates.find(user); found != updates.end())
          targets.insert(found->second);
      updates[&op] = targets.size() == 1 ? targets.front() : StringRef();
    }
  }

  /// Ops of one application of a gradient rule that only others of it read go where these go.
  void findGroups() {
    for (Operation &op : llvm::reverse(func.getBody().front())) {
      groupOf[&op] = &op;
      if (roleOf(&op) != Role::Adjoint || op.use_empty() || !sourceName(op.getLoc()).empty())
        continue;
      llvm::SetVector<Operation *> roots;
      collectReaders(&op, roots);
      if (roots.size() != 1 || !roots.front())
        continue;
      Operation *root = roots.front();
      if (roleOf(root) == Role::Adjoint && provenanceOf(root->getLoc()) == provenanceOf(op.getLoc()) &&
          sourcePlace(root->getLoc()) == sourcePlace(op.getLoc()) && layerOf(root->getLoc()) == layerOf(op.getLoc()))
        groupOf[&op] = root;
    }
  }
  void collectReaders(Operation *op, llvm::SetVector<Operation *> &roots) {
    for (Operation *user : op->getUsers()) {
      if (isPassedOver(user))
        collectReaders(user, roots);
      else
        roots.insert(groupOf.lookup(user));
    }
  }

  unsigned newNode(Part part, StringRef title, StringRef name, Type type, StringRef layer, Location loc) {
    Node node{part, title.str(), name.str(), type ? shortType(type) : "", layer.str(), 0, {}};
    if (FileLineColLoc place = sourcePlace(loc))
      node.line = place.getLine();
    drawing.nodes.push_back(std::move(node));
    return drawing.nodes.size() - 1;
  }

  void connect(unsigned from, unsigned to) {
    if (from == to || !connected.insert({from, to}).second)
      return;
    drawing.edges.push_back({from, to});
  }
  /// An update changes the parameter of its name and counts steps, which needs no line.
  /// What all updates share, such as a norm of all gradients, would be reached from everywhere.
  static bool isShown(const Node &from, const Node &to) {
    return to.part != Part::Optimizer ||
           (from.part != Part::Parameter && from.part != Part::Optimizer && to.name != forAll);
  }
  void connectOperands(Operation *op, unsigned to) {
    for (Value operand : op->getOperands())
      if (auto from = nodeOf.find(operand); from != nodeOf.end())
        if (isShown(drawing.nodes[from->second], drawing.nodes[to]))
          connect(from->second, to);
  }

  void addArgument(unsigned index, BlockArgument argument) {
    if (func.argumentRole(index) == "hyper")
      return; // they are read by updates
    StringRef name = func.argumentName(index);
    nodeOf[argument] =
        newNode(Part::Input, name.empty() ? "input" : name, "", argument.getType(), "", argument.getLoc());
  }

  void add(Operation *op) {
    if (auto update = updates.find(op); update != updates.end())
      return addUpdate(op, update->second);
    if (isHidden(op) || op->getNumResults() + op->getNumOperands() == 0)
      return;
    if (auto load = dyn_cast<LoadOp>(op))
      return addLoad(load);
    if (isa<ReturnOp>(op))
      return addResults(op);
    if (isPassedOver(op)) {
      if (auto from = nodeOf.find(op->getOperand(0)); from != nodeOf.end()) {
        unsigned node = from->second;
        nodeOf[op->getResult(0)] = node;
        drawing.nodes[node].ops.push_back(op);
      }
      return;
    }
    Operation *root = groupOf[op];
    auto [known, isNew] = nodes.try_emplace(root, 0);
    if (isNew)
      known->second = addOp(root);
    connectOperands(op, known->second);
    drawing.nodes[known->second].ops.push_back(op);
    for (Value result : op->getResults())
      nodeOf[result] = known->second;
  }

  unsigned addOp(Operation *op) {
    ProvenanceAttr provenance = provenanceOf(op->getLoc());
    StringRef title = op->getName().stripDialect();
    Part part = Part::Forward;
    if (provenance) {
      part = provenance.getRole() == Role::Recompute ? Part::Recompute : Part::Backward;
      if (provenance.getRole() == Role::Adjoint)
        title = provenance.getRule();
      else if (provenance.getRole() == Role::Accumulate)
        title = "sum of the uses";
    }
    if (auto store = dyn_cast<StoreOp>(op))
      return newNode(Part::Result, "next " + store.getVariable().str(), "", store.getValue().getType(),
                     layerOfVariable(store.getVariable()), op->getLoc());
    return newNode(part, title, uniqueName(sourceName(op->getLoc())), op->getResult(0).getType(), layerOf(op->getLoc()),
                   op->getLoc());
  }

  /// A name that is said again, by a layer that is used twice or two terms of one kind, has a number behind.
  std::string uniqueName(StringRef name) {
    unsigned number = name.empty() ? 1 : ++named[name];
    return number == 1 ? name.str() : (name + "_" + Twine(number)).str();
  }

  static StringRef layerOfVariable(StringRef name) { return name.contains('.') ? name.rsplit('.').first : ""; }

  void addLoad(LoadOp load) {
    nodeOf[load.getResult()] = newNode(Part::Parameter, load.getVariable(), "", load.getType(),
                                       layerOfVariable(load.getVariable()), load.getLoc());
    drawing.nodes.back().ops.push_back(load);
  }

  void addUpdate(Operation *op, StringRef parameter) {
    if (isa<LoadOp>(op) || isHidden(op)) {
      if (auto found = updateNodes.find(parameter.str()); found != updateNodes.end())
        drawing.nodes[found->second].ops.push_back(op);
      else
        waiting[parameter.str()].push_back(op);
      return;
    }
    auto [known, isNew] = updateNodes.try_emplace(parameter.str(), 0);
    if (isNew) {
      ProvenanceAttr provenance = provenanceOf(op->getLoc());
      known->second = newNode(Part::Optimizer, provenance ? provenance.getRule() : "update",
                              parameter.empty() ? forAll : parameter, {}, layerOfVariable(parameter),
                              op->getLoc());
      drawing.nodes.back().ops = waiting[parameter.str()];
    }
    Node &node = drawing.nodes[known->second];
    if (ProvenanceAttr provenance = provenanceOf(op->getLoc()); provenance && !parameter.empty())
      node.title = provenance.getRule(); // the last one makes the new value: the optimizer, after clipping
    node.ops.push_back(op);
    connectOperands(op, known->second);
    for (Value result : op->getResults())
      nodeOf[result] = known->second;
  }

  void addResults(Operation *op) {
    for (auto [index, operand] : llvm::enumerate(op->getOperands())) {
      auto from = nodeOf.find(operand);
      if (from == nodeOf.end())
        continue;
      unsigned to = newNode(Part::Result, func.resultName(index), func.resultRole(index), operand.getType(), "",
                            operand.getLoc());
      drawing.nodes[to].line = drawing.nodes[from->second].line;
      connect(from->second, to);
    }
  }

  /// `blocks.0.attention` is in `blocks.0`: the number of a list's element is no layer of its own.
  Layer &layerNamed(StringRef name) {
    Layer *layer = &drawing.root;
    SmallVector<StringRef> components;
    name.split(components, '.', -1, /*KeepEmpty=*/false);
    std::string path;
    for (size_t i = 0; i < components.size(); ++i) {
      path += (path.empty() ? "" : ".") + components[i].str();
      if (i + 1 < components.size() && llvm::all_of(components[i + 1], llvm::isDigit))
        continue;
      auto known = llvm::find_if(layer->layers, [&](const auto &inner) { return inner->name == path; });
      if (known == layer->layers.end()) {
        layer->layers.push_back(std::make_unique<Layer>());
        layer->layers.back()->name = path;
        known = std::prev(layer->layers.end());
      }
      layer = known->get();
    }
    return *layer;
  }

  void sortIntoLayers() {
    // Parameters that updates alone read say nothing that the update does not.
    for (auto [index, node] : llvm::enumerate(drawing.nodes))
      layerNamed(node.layer).nodes.push_back(index);
    findLikes(drawing.root);
  }

  /// What is in a layer, without the names of what differs between equal layers.
  std::string signatureOf(const Layer &layer) {
    std::vector<unsigned> all = layer.allNodes();
    llvm::sort(all);
    std::map<unsigned, size_t> numbers;
    for (auto [number, node] : llvm::enumerate(all))
      numbers[node] = number;
    std::string text;
    auto withoutPath = [&](StringRef name) {
      name.consume_front(layer.name);
      return name.str();
    };
    for (unsigned index : all) {
      const Node &node = drawing.nodes[index];
      text += withoutPath(node.title) + "|" + node.type + "|" + withoutPath(node.layer) + "|" + nameOf(node.part).str() + ";";
    }
    for (const Edge &edge : drawing.edges)
      if (numbers.count(edge.from) && numbers.count(edge.to))
        text += std::to_string(numbers[edge.from]) + ">" + std::to_string(numbers[edge.to]) + ";";
    return text;
  }

  /// A layer that stands for a few nodes only is as quickly seen as said.
  static constexpr size_t smallestLike = 7;

  void findLikes(Layer &layer) {
    std::map<std::string, const Layer *> known;
    for (auto &inner : layer.layers) {
      if (inner->allNodes().size() >= smallestLike) {
        auto [first, isNew] = known.try_emplace(signatureOf(*inner), inner.get());
        if (!isNew) {
          inner->like = first->second;
          continue;
        }
      }
      findLikes(*inner);
    }
  }

  static constexpr StringRef forAll = "for all parameters";

  FuncOp func;
  ModelOp model;
  Drawing drawing;
  SmallVector<StringRef> parameters;
  llvm::DenseMap<Operation *, StringRef> updates;
  llvm::DenseMap<Operation *, Operation *> groupOf; // the op that makes the group's result
  llvm::DenseMap<Operation *, unsigned> nodes;
  llvm::DenseMap<Value, unsigned> nodeOf;
  std::map<std::string, unsigned> updateNodes; // by parameter
  llvm::StringMap<unsigned> named;             // how many nodes have a name
  std::map<std::string, SmallVector<Operation *>> waiting;
  std::set<std::pair<unsigned, unsigned>> connected;
};

} // namespace

Drawing draw(FuncOp func) { return Drawer(func).draw(); }

} // namespace nnc::view
