// FuseKernels.cpp: groups ops into kernels, in four steps that are repeated until nothing changes:
//
// 1. a kernel joins the only kernel that reads it (epilogues, prologues, chains of elementwise ops);
// 2. scalar kernels join one another: one call instead of many;
// 3. kernels side by side that read the same value join (softmax and its loss, updates of several slots);
// 4. a kernel joins the one that makes its input even if others read that input too.
//
// What may be one kernel is ir/KernelRegion.h's matter, whether it pays FusionCost's; here is only the order of trying.
#include "ir/Provenance.h"
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

  Fuser(FuncOp func, KernelClusters &clusters, bool explain)
      : clusters(clusters), cost(func->getParentOfType<ModelOp>()), explain(explain) {}

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
    std::string whyNot;
    std::optional<KernelDraft> merged = clusters.draftMerged(a, b, whyNot);
    bool pays = merged && cost.gain(*clusters.draft(a), *clusters.draft(b), *merged, whyNot) > 0.0;
    if (explain && (pays || !refused.contains({a, b})))
      remark(a, b, pays, pays ? reason : whyNot);
    if (pays)
      clusters.merge(a, b);
    else
      refused.insert({a, b});
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
      if (clusters.nodesOf(id).empty() || clusters.isAlias(id))
        continue;
      llvm::SetVector<Id> readers = clusters.readersOf(id);
      if (readers.size() == 1 && !clusters.isAlias(readers.front()))
        changed |= tryMerge(id, readers.front(), "nothing else reads it");
    }
    return changed;
  }

  /// Whether a kernel computes rank-0 values only, from rank-0 values or by folding everything.
  std::optional<KernelDraft> scalarDraft(Id id) const {
    if (clusters.isAlias(id))
      return std::nullopt;
    std::optional<KernelDraft> draft = clusters.draft(id);
    bool isScalar =
        draft && llvm::all_of(draft->results, [](Value result) { return dimsOf(result).empty(); });
    return isScalar ? draft : std::nullopt;
  }

  bool joinScalars() {
    bool changed = false;
    SmallVector<Id> kernels;
    for (Id id : clusters.clusters()) {
      std::optional<KernelDraft> draft = scalarDraft(id);
      if (!draft)
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
      if (clusters.nodesOf(id).empty() || clusters.isAlias(id))
        continue;
      for (Value value : clusters.valuesReadBy(id))
        for (Id other : clusters.clustersReading(value)) {
          if (other == id || clusters.nodesOf(other).empty() || clusters.isAlias(other))
            continue;
          KernelShape a = clusters.draft(id)->shape, b = clusters.draft(other)->shape;
          // A shared input counts if it is read once where it was read twice: as a whole, by kernels of one kind.
          bool alike = a.kind == b.kind && a.kind != KernelKind::Contraction && a.space == b.space;
          if (alike && dimsOf(value) == a.space && !a.space.empty())
            changed |= tryMerge(id, other, "both read " + describe(value));
        }
    }
    return changed;
  }

  bool joinReaders() {
    bool changed = false;
    for (Id id : clusters.clusters()) {
      if (clusters.nodesOf(id).empty() || clusters.isAlias(id))
        continue;
      for (Id reader : clusters.readersOf(id)) {
        if (!clusters.nodesOf(reader).empty() && !clusters.isAlias(reader))
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
  llvm::DenseSet<std::pair<Id, Id>> refused; // said once
};

struct FuseKernelsPass : impl::FuseKernelsBase<FuseKernelsPass> {
  using FuseKernelsBase::FuseKernelsBase;

  void runOnOperation() override {
    for (FuncOp func : getOperation().getBody().getOps<FuncOp>())
      if (failed(fuse(func)))
        return signalPassFailure();
  }

  LogicalResult fuse(FuncOp func) {
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(func.getBody().front())))
      if (isOpTriviallyDead(&op))
        op.erase();
    KernelClusters clusters(func, /*copyMaps=*/level > 0);
    if (level > 0)
      Fuser(func, clusters, explain).run();
    return build(func, clusters);
  }

  /// Replaces the nodes of each cluster by a kernel.
  LogicalResult build(FuncOp func, KernelClusters &clusters) {
    // All drafts come first: they read the graph that the rewriting takes apart.
    SmallVector<KernelDraft, 0> drafts;
    for (KernelClusters::Id id : clusters.clusters()) {
      if (clusters.isAlias(id))
        continue;
      std::string whyNot;
      std::optional<KernelDraft> draft = clusters.draft(clusters.nodesOf(id), whyNot);
      if (!draft)
        return clusters.nodesOf(id).front()->emitError("internal error: no kernel can compute this: ")
               << whyNot;
      drafts.push_back(std::move(*draft));
    }
    Block &block = func.getBody().front();
    OpBuilder builder(block.getTerminator());
    IRMapping inMemory;
    SmallVector<KernelOp> kernels;
    for (KernelDraft &draft : drafts)
      kernels.push_back(buildKernel(builder, draft, inMemory));
    // Kernels read the results of kernels; readers outside of them (nn.store, nn.reshape, nn.return) likewise.
    for (KernelOp kernel : kernels)
      for (OpOperand &operand : kernel->getOpOperands())
        operand.set(inMemory.lookupOrDefault(operand.get()));
    for (Operation &op : block)
      if (isa<StoreOp, ReturnOp, ReshapeOp>(op))
        for (OpOperand &operand : op.getOpOperands())
          operand.set(inMemory.lookupOrDefault(operand.get()));
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (!isa<KernelOp>(op) && isOpTriviallyDead(&op))
        op.erase();
    sortTopologically(block);
    return success();
  }

  KernelOp buildKernel(OpBuilder &builder, KernelDraft &draft, IRMapping &inMemory) {
    SmallVector<Type> types;
    SmallVector<Location> resultLocs;
    for (Value result : draft.results) {
      types.push_back(result.getType());
      resultLocs.push_back(result.getLoc());
    }
    Operation *named = draft.shape.anchors.empty() ? draft.ops.back() : draft.shape.anchors.front();
    auto kernel =
        builder.create<KernelOp>(named->getLoc(), types, draft.inputs, StringAttr(), ArrayAttr(), false);
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
  static void sortTopologically(Block &block) {
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
    for (KernelOp kernel : block.getOps<KernelOp>())
      place(place, kernel);
    for (Operation &op : block.without_terminator())
      place(place, &op);
    for (Operation *op : order)
      op->moveBefore(block.getTerminator());
  }
};

} // namespace
} // namespace nnc
