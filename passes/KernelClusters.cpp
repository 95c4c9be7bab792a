// KernelClusters.cpp: builds the graph of clusters, merges them, and keeps it free of cycles.
#include "passes/KernelClusters.h"
#include "ir/ops/Shape.h"
#include "ir/ops/Structure.h"
#include "passes/Lifetimes.h"

using namespace mlir;

namespace nnc {

/// Ops that stay at the level of the block and are no kernels.
static bool isStructure(Operation *op) { return isa<LoadOp, StoreOp, ReturnOp, YieldOp>(op); }

/// Whether `user` keeps its operands from being computed where they are read.
static bool wantsMemory(Operation *user) {
  return isStructure(user) || KernelClusters::isNoKernel(user) || readsMemory(user);
}

/// Rank-0 arithmetic on constants and sizes.
static bool isConstantExpression(Operation *op) {
  if (op->hasTrait<IndexMap>())
    return op->getNumOperands() == 0;
  return isa<ElementwiseOpInterface>(op) && dimsOf(op->getResult(0)).empty() &&
         llvm::all_of(op->getOperands(), [](Value operand) {
           Operation *definition = operand.getDefiningOp();
           return definition && isConstantExpression(definition);
         });
}

bool KernelClusters::isCopied(Operation *op) const {
  if (isStructure(op) || isNoKernel(op))
    return false;
  return isConstantExpression(op) || (copyMaps && op->hasTrait<IndexMap>());
}

bool KernelClusters::isComputedIn(Operation *user, Operation *definition) const {
  if (!isCopied(definition) || !wantsMemory(user))
    return isCopied(definition);
  if (!readsThrough(user, definition))
    return false;
  Operation *source = definition->getOperand(0).getDefiningOp();
  return !source || !isCopied(source);
}

KernelClusters::KernelClusters(Block &block, bool copyMaps) : block(block), copyMaps(copyMaps) {
  unsigned next = 0;
  for (Operation &op : block)
    position[&op] = next++;
  for (Operation &op : block) {
    if (isStructure(&op)) {
      if (!isa<LoadOp>(op))
        kept.insert(op.operand_begin(), op.operand_end());
      continue;
    }
    auto keepsInMemory = [&](OpOperand &use) {
      return !isComputedIn(use.getOwner(), &op) && !(isa<HoldOp>(use.getOwner()) && use.getOperandNumber() > 0);
    };
    if (!isCopied(&op) || llvm::any_of(op.getUses(), keepsInMemory))
      addNode(&op);
  }
  addEdges();
  addOrderingEdges();
  if (auto func = dyn_cast<FuncOp>(block.getParentOp()))
    needed = neededOps(func);
  else
    needed.insert(nodes.begin(), nodes.end());
}

void KernelClusters::addNode(Operation *op) {
  nodes.push_back(op);
  cluster[op] = members.size();
  members.push_back({op});
  versions.push_back(0);
}

void KernelClusters::forEachRead(Operation *op, llvm::function_ref<void(Value)> visit) const {
  // What nn.hold waits for is an edge, no reading.
  for (Value operand : isa<HoldOp>(op) ? op->getOperands().take_front(1) : op->getOperands()) {
    Operation *definition = operand.getDefiningOp();
    if (definition && isComputedIn(op, definition))
      forEachRead(definition, visit);
    else
      visit(operand);
  }
}

void KernelClusters::addEdges() {
  for (Operation *node : nodes) {
    forEachRead(node, [&](Value value) {
      readers[value].insert(node);
      if (Operation *definition = value.getDefiningOp(); definition && cluster.count(definition))
        successors[definition].insert(node);
    });
    if (auto hold = dyn_cast<HoldOp>(node))
      if (Operation *definition = nodeBehind(hold.getUntil()))
        successors[definition].insert(node);
  }
}

Operation *KernelClusters::nodeBehind(Value value) const {
  Operation *definition = value.getDefiningOp();
  if (!definition || cluster.count(definition))
    return definition;
  Operation *last = nullptr;
  for (Value operand : definition->getOperands())
    if (Operation *node = nodeBehind(operand);
        node && (!last || position.lookup(node) > position.lookup(last)))
      last = node;
  return last;
}

void KernelClusters::addOrderingEdges() {
  for (StoreOp store : block.getOps<StoreOp>()) {
    Operation *writer = behindNames(store.getValue()).getDefiningOp();
    if (!writer || !cluster.count(writer))
      continue;
    llvm::SetVector<Operation *> oldReaders;
    SmallVector<Value> work;
    for (LoadOp load : block.getOps<LoadOp>())
      if (load.getVariableAttr() == store.getVariableAttr())
        work.push_back(load);
    while (!work.empty())
      for (Operation *reader : readers.lookup(work.pop_back_val())) {
        oldReaders.insert(reader);
        if (reader->hasTrait<SameMemory>())
          work.push_back(reader->getResult(0));
      }
    oldReaders.remove(writer);
    if (llvm::any_of(oldReaders, [&](Operation *reader) { return isReachable(writer, reader); }))
      continue;
    for (Operation *reader : oldReaders)
      successors[reader].insert(writer);
    updates[writer].push_back(store.getVariableAttr().getAttr());
  }
}

bool KernelClusters::isReachable(Operation *from, Operation *to) const {
  llvm::DenseSet<Operation *> seen;
  SmallVector<Operation *> work{from};
  while (!work.empty()) {
    Operation *op = work.pop_back_val();
    if (op == to)
      return true;
    auto next = successors.find(op);
    if (next == successors.end())
      continue;
    for (Operation *successor : next->second)
      if (seen.insert(successor).second)
        work.push_back(successor);
  }
  return false;
}

bool KernelClusters::isOnlyReported(Id id) const {
  return llvm::none_of(members[id], [&](Operation *node) { return needed.contains(node); });
}

SmallVector<KernelClusters::Id> KernelClusters::clusters() const {
  SmallVector<Id> alive;
  for (Id id = 0; id < members.size(); ++id)
    if (!members[id].empty())
      alive.push_back(id);
  llvm::sort(alive, [&](Id a, Id b) {
    return position.lookup(members[a].front()) < position.lookup(members[b].front());
  });
  return alive;
}

std::optional<KernelClusters::Id> KernelClusters::clusterOf(Value value) const {
  auto known = cluster.find(value.getDefiningOp());
  return known == cluster.end() ? std::nullopt : std::optional<Id>(known->second);
}

llvm::SetVector<KernelClusters::Id> KernelClusters::readersOf(Id id) const {
  llvm::SetVector<Id> found;
  for (Operation *node : members[id])
    for (Value result : node->getResults())
      if (auto known = readers.find(result); known != readers.end())
        for (Operation *reader : known->second)
          if (Id other = cluster.lookup(reader); other != id)
            found.insert(other);
  return found;
}

llvm::SetVector<Value> KernelClusters::valuesReadBy(Id id) const {
  llvm::SetVector<Value> values;
  for (Operation *node : members[id])
    forEachRead(node, [&](Value value) {
      if (clusterOf(value) != id)
        values.insert(value);
    });
  return values;
}

SmallVector<KernelClusters::Id> KernelClusters::clustersReading(Value value) const {
  llvm::SetVector<Id> found;
  if (auto known = readers.find(value); known != readers.end())
    for (Operation *reader : known->second)
      found.insert(cluster.lookup(reader));
  return found.takeVector();
}

std::optional<KernelDraft> KernelClusters::draft(ArrayRef<Operation *> members, std::string &whyNot) const {
  KernelDraft result;
  llvm::DenseSet<Operation *> inside(members.begin(), members.end());
  llvm::DenseSet<Operation *> listed;
  // Copied ops come in where a node reads them, unless the node is that op itself.
  auto add = [&](auto &&self, Operation *op) -> void {
    if (!listed.insert(op).second)
      return;
    for (Value operand : op->getOperands())
      if (Operation *definition = operand.getDefiningOp(); definition && isComputedIn(op, definition))
        self(self, definition);
    result.ops.push_back(op);
  };
  for (Operation *node : members)
    add(add, node);
  llvm::sort(result.ops, [&](Operation *a, Operation *b) { return position.lookup(a) < position.lookup(b); });

  llvm::SetVector<Value> inputs;
  for (Operation *op : result.ops) {
    for (Value operand : op->getOperands())
      if (Operation *definition = operand.getDefiningOp(); !definition || !listed.contains(definition))
        inputs.insert(operand);
    if (!inside.contains(op))
      continue;
    for (Value value : op->getResults()) {
      auto known = readers.find(value);
      bool isReadOutside = known != readers.end() && llvm::any_of(known->second, [&](Operation *reader) {
                             return !inside.contains(reader);
                           });
      if (isReadOutside || kept.contains(value))
        result.results.push_back(value);
    }
  }
  result.inputs = inputs.takeVector();
  if (result.inputs.size() + result.results.size() > kernelBufferLimit) {
    whyNot = "it would have more than " + std::to_string(kernelBufferLimit) + " buffers";
    return std::nullopt;
  }
  std::optional<KernelShape> shape = analyzeKernel(result.ops, result.results, whyNot);
  if (!shape)
    return std::nullopt;
  result.shape = *shape;
  return result;
}

const KernelDraft &KernelClusters::draft(Id id) const {
  std::unique_ptr<KernelDraft> &known = drafts[id];
  if (!known) {
    std::string whyNot;
    std::optional<KernelDraft> made = draft(members[id], whyNot);
    assert(made && "a single op is a kernel, and what was merged is one");
    known = std::make_unique<KernelDraft>(std::move(*made));
  }
  return *known;
}

bool KernelClusters::hasPathAround(Id from, Id to) const {
  llvm::DenseSet<Id> seen{from, to};
  SmallVector<Id> work;
  auto visit = [&](Id id, bool isStart) {
    for (Operation *node : members[id]) {
      auto next = successors.find(node);
      if (next == successors.end())
        continue;
      for (Operation *successor : next->second) {
        Id other = cluster.lookup(successor);
        if (other == to && !isStart)
          return true;
        if (seen.insert(other).second)
          work.push_back(other);
      }
    }
    return false;
  };
  visit(from, true);
  while (!work.empty())
    if (visit(work.pop_back_val(), false))
      return true;
  return false;
}

bool KernelClusters::keepsUpdatesInPlace(const KernelDraft &draft, ArrayRef<Operation *> members,
                                         std::string &whyNot) const {
  for (Operation *writer : members) {
    auto written = updates.find(writer);
    if (written == updates.end())
      continue;
    Dims dims = dimsOf(writer->getResult(0));
    for (StringAttr variable : written->second)
      for (Operation *op : draft.ops)
        for (Value operand : op->getOperands()) {
          auto load = behindNames(operand).getDefiningOp<LoadOp>();
          if (!load || load.getVariable() != variable.getValue())
            continue;
          bool isElementwise =
              isa<ElementwiseOpInterface>(op) && dimsOf(operand) == dims && dimsOf(op->getResult(0)) == dims;
          bool allAlike = llvm::all_of(draft.results, [&](Value result) { return dimsOf(result) == dims; });
          bool isRow = draft.shape.kind != KernelKind::Reduction || dims == draft.shape.rows;
          if (isElementwise && allAlike && isRow)
            continue;
          whyNot = "the new value of '" + variable.str() +
                   "' could not be written over the old one, which '" + op->getName().stripDialect().str() +
                   "' still reads";
          return false;
        }
  }
  return true;
}

std::optional<KernelDraft> KernelClusters::draftMerged(Id a, Id b, std::string &whyNot) const {
  if (isFixed(a) || isFixed(b)) {
    whyNot = "a reshape names memory, and a loop holds kernels of its own";
    return std::nullopt;
  }
  SmallVector<Operation *> both(members[a]);
  both.append(members[b].begin(), members[b].end());
  std::optional<KernelDraft> merged = draft(both, whyNot);
  if (!merged || !keepsUpdatesInPlace(*merged, both, whyNot))
    return std::nullopt;
  if (hasPathAround(a, b) || hasPathAround(b, a)) {
    whyNot = "another kernel has to run between them";
    return std::nullopt;
  }
  return merged;
}

void KernelClusters::merge(Id a, Id b) {
  for (Operation *node : members[b])
    cluster[node] = a;
  members[a].append(members[b].begin(), members[b].end());
  members[b].clear();
  drafts.erase(a);
  drafts.erase(b);
  ++versions[a];
  llvm::sort(members[a], [&](Operation *x, Operation *y) { return position.lookup(x) < position.lookup(y); });
}

} // namespace nnc
