// FuseKernels.cpp: groups ops into kernels, in four steps that are repeated until nothing changes:
//
// 1. a kernel joins the only kernel that reads it (epilogues, prologues, chains of elementwise ops);
// 2. scalar kernels join one another: one call instead of many;
// 3. kernels side by side that read the same value join (softmax and its loss, updates of several slots);
// 4. a kernel joins the one that makes its input even if others read that input too.
//
// What may be one kernel is ir/KernelRegion.h's matter, whether it pays FusionCost's; here is only the order of trying.
#include "ir/KernelCall.h"
#include "ir/ops/Shape.h"
#include "ir/ops/Structure.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "passes/FusionCost.h"
#include "passes/Passes.h"

using namespace mlir;

namespace nnc {
#define GEN_PASS_DEF_FUSEKERNELS
#include "passes/Passes.h.inc"

namespace {

class Fuser {
public:
  using Id = KernelClusters::Id;

  Fuser(ModelOp model, KernelClusters &clusters, bool explain)
      : clusters(clusters), cost(model), explain(explain) {}

  void run() {
    bool changed = true;
    while (changed) {
      changed = false;
      while (joinOnlyReaders())
        changed = true;
      changed |= joinScalars();
      changed |= joinSiblings();
      changed |= joinReaders();
    }
  }

private:
  /// Merges b into a if that is allowed and pays.
  bool tryMerge(Id a, Id b, StringRef reason) {
    auto pair = std::make_pair(std::min(a, b), std::max(a, b));
    auto versions = std::make_pair(clusters.versionOf(pair.first), clusters.versionOf(pair.second));
    auto [tried, isNew] = refused.try_emplace(pair, versions);
    if (!isNew && tried->second == versions)
      return false;
    tried->second = versions;

    std::string whyNot;
    std::optional<KernelDraft> merged = clusters.draftMerged(a, b, whyNot);
    bool pays = merged && cost.gain(clusters.draft(a), clusters.draft(b), *merged, whyNot) > 0.0;
    if (explain && (pays || isNew))
      remark(a, b, pays, pays ? reason : whyNot);
    if (pays)
      clusters.merge(a, b);
    return pays;
  }

  std::string nameOf(Id id) const {
    Operation *last = clusters.nodesOf(id).back();
    StringRef name = sourceName(last->getLoc());
    return "'" + (name.empty() ? last->getName().stripDialect() : name).str() + "'";
  }

  void remark(Id a, Id b, bool fused, StringRef reason) {
    clusters.nodesOf(b).back()->emitRemark() << (fused ? "fused " : "not fused: ") << nameOf(a) << " and "
                                             << nameOf(b) << (fused ? ": " : ", ") << reason;
  }

  bool joinOnlyReaders() {
    bool changed = false;
    for (Id id : clusters.clusters()) {
      if (clusters.nodesOf(id).empty() || clusters.isFixed(id))
        continue;
      llvm::SetVector<Id> readers = clusters.readersOf(id);
      if (readers.size() == 1 && !clusters.isFixed(readers.front()))
        changed |= tryMerge(id, readers.front(), "nothing else reads it");
    }
    return changed;
  }

  /// Whether a kernel computes rank-0 values only, from rank-0 values or by folding everything.
  bool isScalar(Id id) const {
    return !clusters.isFixed(id) &&
           llvm::all_of(clusters.draft(id).results, [](Value result) { return dimsOf(result).empty(); });
  }

  bool joinScalars() {
    bool changed = false;
    SmallVector<Id> kernels;
    for (Id id : clusters.clusters()) {
      if (!isScalar(id))
        continue;
      bool joined = false;
      for (Id earlier : kernels) {
        if (clusters.isOnlyReported(earlier) == clusters.isOnlyReported(id) &&
            (joined = tryMerge(earlier, id, "both compute scalars")))
          break;
      }
      changed |= joined;
      if (!joined)
        kernels.push_back(id);
    }
    return changed;
  }

  bool joinSiblings() {
    bool changed = false;
    for (Id id : clusters.clusters()) {
      if (clusters.nodesOf(id).empty() || clusters.isFixed(id))
        continue;
      for (Value value : clusters.valuesReadBy(id)) {
        // A shared input counts if it is read once where it was read twice: as a whole, by kernels of one kind.
        if (dimsOf(value).empty() || dimsOf(value) != clusters.draft(id).shape.space)
          continue;
        for (Id other : clusters.clustersReading(value))
          if (other != id && !clusters.isFixed(other) && areAlike(clusters.draft(id), clusters.draft(other)))
            changed |= tryMerge(id, other, "both read " + describe(value));
      }
    }
    return changed;
  }

  static bool areAlike(const KernelDraft &a, const KernelDraft &b) {
    return a.shape.kind == b.shape.kind && a.shape.kind != KernelKind::Contraction &&
           a.shape.space == b.shape.space;
  }

  bool joinReaders() {
    bool changed = false;
    for (Id id : clusters.clusters()) {
      if (clusters.nodesOf(id).empty() || clusters.isFixed(id))
        continue;
      for (Id reader : clusters.readersOf(id)) {
        if (!clusters.nodesOf(reader).empty() && !clusters.isFixed(reader))
          changed |= tryMerge(id, reader, "it reads what is just computed");
      }
    }
    return changed;
  }

  static std::string describe(Value value) {
    StringRef name = sourceName(value.getLoc());
    return name.empty() ? "the same value" : ("'" + name + "'").str();
  }

  KernelClusters &clusters;
  FusionCost cost;
  bool explain;
  llvm::DenseMap<std::pair<Id, Id>, std::pair<unsigned, unsigned>>
      refused; // with the versions that were tried
};

struct FuseKernelsPass : impl::FuseKernelsBase<FuseKernelsPass> {
  using FuseKernelsBase::FuseKernelsBase;

  void runOnOperation() override {
    for (FuncOp func : getOperation().getBody().getOps<FuncOp>()) {
      placeConstants(func.getBody().front());
      if (failed(fuse(func.getBody().front())))
        return signalPassFailure();
    }
  }

  /// Folding takes the place in the text from a constant that may serve several ops. A kernel has a place, so a constant is
  /// there for the first op that reads it: a loop for the state that it begins with.
  static void placeConstants(Block &block) {
    for (Operation &op : llvm::reverse(block)) { // readers come first
      for (Region &region : op.getRegions())
        placeConstants(region.front());
      if (!op.hasTrait<OpTrait::ConstantLike>() || sourcePlace(op.getLoc()) || op.use_empty())
        continue;
      Operation *first = nullptr;
      for (Operation *user : op.getUsers())
        if (!first || user->isBeforeInBlock(first))
          first = user;
      op.setLoc(renamed(first->getLoc(), ""));
    }
  }

  /// The block of a function or loop, with those of the loops in it.
  LogicalResult fuse(Block &block) {
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (isOpTriviallyDead(&op))
        op.erase();
    for (ScanOp scan : block.getOps<ScanOp>())
      if (failed(fuse(scan.getBody().front())))
        return failure();
    KernelClusters clusters(block, /*copyMaps=*/level > 0);
    if (failed(checkEachIsKernel(clusters)))
      return failure();
    if (level > 0)
      Fuser(getOperation(), clusters, explain).run();
    build(block, clusters);
    return success();
  }

  /// An op that no kernel can hold, even alone, was added without saying of which sort it is.
  LogicalResult checkEachIsKernel(const KernelClusters &clusters) {
    for (KernelClusters::Id id : clusters.clusters()) {
      std::string whyNot;
      if (!clusters.isFixed(id) && !clusters.draft(clusters.nodesOf(id), whyNot))
        return clusters.nodesOf(id).front()->emitError("internal error: no kernel can compute this: ")
               << whyNot;
    }
    return success();
  }

  /// Replaces the nodes of each cluster by a kernel.
  void build(Block &block, KernelClusters &clusters) {
    llvm::DenseMap<Operation *, unsigned> position;
    for (auto [index, op] : llvm::enumerate(block))
      position[&op] = index;
    // A kernel stands where its loops come from: the last of the products and reductions in it. Its first op would not do
    // for scalars of all places that are one kernel, nor its last for a gradient's product with the optimizer behind it.
    auto placeOf = [&](KernelClusters::Id id, const KernelDraft &draft) {
      return position.lookup(draft.shape.anchors.empty() ? clusters.nodesOf(id).front()
                                                         : draft.shape.anchors.back());
    };
    // All drafts come first: they read the graph that the rewriting takes apart.
    SmallVector<KernelClusters::Id> ids;
    SmallVector<KernelDraft, 0> drafts;
    for (KernelClusters::Id id : clusters.clusters())
      if (!clusters.isFixed(id)) {
        ids.push_back(id);
        drafts.push_back(clusters.draft(id));
      }
    OpBuilder builder(block.getTerminator());
    IRMapping inMemory;
    SmallVector<KernelOp> kernels;
    SmallVector<std::pair<unsigned, KernelOp>> places;
    llvm::DenseMap<Operation *, KernelOp> kernelOf; // of a node
    for (auto [id, draft] : llvm::zip(ids, drafts)) {
      const unsigned place = placeOf(id, draft);
      kernels.push_back(buildKernel(builder, draft, inMemory));
      places.push_back({place, kernels.back()});
      for (Operation *node : clusters.nodesOf(id))
        kernelOf[node] = kernels.back();
    }
    // What a value waits for need not be in memory: then any result of its kernel says as much.
    for (HoldOp hold : block.getOps<HoldOp>()) {
      Operation *node = clusters.nodeBehind(hold.getUntil());
      KernelOp kernel = kernelOf.lookup(node);
      hold.getUntilMutable().assign(kernel ? Value(kernel.getResult(0))
                                    : node ? Value(node->getResult(0))
                                           : Value(hold.getX()));
    }
    // Kernels read the results of kernels; readers outside of them (nn.store, nn.reshape, nn.hold, nn.scan, ...) likewise.
    for (KernelOp kernel : kernels)
      for (OpOperand &operand : kernel->getOpOperands())
        operand.set(inMemory.lookupOrDefault(operand.get()));
    for (Operation &op : block)
      if (isa<StoreOp, ReturnOp, YieldOp>(op) || KernelClusters::isNoKernel(&op))
        for (OpOperand &operand : op.getOpOperands())
          operand.set(inMemory.lookupOrDefault(operand.get()));
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (!isa<KernelOp>(op) && isOpTriviallyDead(&op))
        op.erase();
    llvm::stable_sort(places, llvm::less_first());
    sortTopologically(block, places);
  }

  KernelOp buildKernel(OpBuilder &builder, KernelDraft &draft, IRMapping &inMemory) {
    SmallVector<Type> types;
    SmallVector<Location> resultLocs;
    for (Value result : draft.results) {
      types.push_back(result.getType());
      resultLocs.push_back(result.getLoc());
    }
    auto kernel = builder.create<KernelOp>(mainValue(draft.results, draft.ops).getLoc(), types, draft.inputs, StringAttr(), ArrayAttr(), false);
    Block *body = builder.createBlock(&kernel.getBody());
    IRMapping inside;
    for (Value input : draft.inputs)
      inside.map(input, body->addArgument(input.getType(), input.getLoc()));
    for (Operation *op : draft.ops)
      builder.clone(*op, inside);
    SmallVector<Value> yielded;
    for (Value result : draft.results)
      yielded.push_back(inside.lookup(result));
    builder.create<YieldOp>(kernel.getLoc(), yielded);
    builder.setInsertionPointAfter(kernel);
    for (auto [result, output] : llvm::zip(draft.results, kernel.getOutputs()))
      inMemory.map(result, output);
    return kernel;
  }

  /// Values before their uses; nn-order-kernels chooses among the orders that this allows.
  static void sortTopologically(Block &block, ArrayRef<std::pair<unsigned, KernelOp>> kernels) {
    llvm::DenseSet<Operation *> placed;
    SmallVector<Operation *> order;
    auto place = [&](auto &&self, Operation *op) -> void {
      if (!placed.insert(op).second)
        return;
      for (Value operand : op->getOperands())
        if (Operation *definition = operand.getDefiningOp())
          self(self, definition);
      order.push_back(op);
    };
    for (auto [position, kernel] : kernels)
      place(place, kernel);
    for (Operation &op : block.without_terminator())
      place(place, &op);
    for (Operation *op : order)
      op->moveBefore(block.getTerminator());
  }
};

} // namespace
} // namespace nnc
