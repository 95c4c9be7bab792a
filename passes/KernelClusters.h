// KernelClusters.h: the ops of a block on their way to become kernels: a graph of clusters that stays acyclic.
//
// Blocks are those of functions and of the loops in them; a loop is one node of the block around it.
//
// Nodes are the ops that need a loop (or, for nn.reshape and nn.hold, memory). Index maps and constant expressions are no nodes:
// each cluster that reads one has its own copy. One becomes a node, besides, where memory has to hold it.
//
// Edges go from the op that makes a value to its readers (copied maps in between are seen through), and from readers
// of a variable's old value to the op whose result is stored to it, so that this one may write in place. Where such
// an edge would close a cycle, the variable gets none: it is written elsewhere and copied at the end.
#ifndef NNC_PASSES_KERNELCLUSTERS_H
#define NNC_PASSES_KERNELCLUSTERS_H

#include "ir/KernelRegion.h"
#include "ir/ops/Scan.h"
#include "ir/ops/Shape.h"
#include "ir/ops/Structure.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"

namespace nnc {

/// What a kernel made of some nodes would be.
struct KernelDraft {
  llvm::SmallVector<mlir::Operation *> ops; // nodes and the copied ops they read, in program order
  llvm::SmallVector<mlir::Value> inputs;    // read from memory, in order of first use
  llvm::SmallVector<mlir::Value> results;   // needed outside, in program order
  KernelShape shape;
};

class KernelClusters {
public:
  using Id = unsigned;

  /// `copyMaps`: whether broadcasts and other maps of one operand are copied too, or only constants (-O0).
  KernelClusters(mlir::Block &block, bool copyMaps);

  /// Clusters that are alive, ordered by their first node.
  llvm::SmallVector<Id> clusters() const;
  llvm::ArrayRef<mlir::Operation *> nodesOf(Id id) const { return members[id]; }
  /// The cluster that computes a value in memory, or none (arguments, loads).
  std::optional<Id> clusterOf(mlir::Value value) const;
  /// A cluster that stands for a name of memory (nn.reshape, nn.hold) or a loop: no kernel, and never part of one.
  bool isFixed(Id id) const { return isNoKernel(members[id].front()); }
  static bool isNoKernel(mlir::Operation *op) { return op->hasTrait<SameMemory>() || mlir::isa<ScanOp>(op); }

  /// Whether only losses and metrics of a step need what `id` computes, so that it runs only when they are asked for.
  bool isOnlyReported(Id id) const;

  /// The node that `value` comes from, through copied ops: of several the last in the program. Null if there is none.
  mlir::Operation *nodeBehind(mlir::Value value) const;

  /// Clusters that read results of `id`.
  llvm::SetVector<Id> readersOf(Id id) const;
  /// Values in memory that `id` reads.
  llvm::SetVector<mlir::Value> valuesReadBy(Id id) const;
  /// Clusters that read a value from memory, by their first node.
  llvm::SmallVector<Id> clustersReading(mlir::Value value) const;

  /// The kernel made of these nodes, or nothing with the reason.
  std::optional<KernelDraft> draft(llvm::ArrayRef<mlir::Operation *> nodes, std::string &whyNot) const;
  /// The kernel that a cluster, which always is one, would be; valid until it is merged.
  const KernelDraft &draft(Id id) const;
  /// Grows with every merge into `id`: what was tried with an older version may have another outcome now.
  unsigned versionOf(Id id) const { return versions[id]; }
  /// The kernel that two clusters would be, if they may become one: rules of kernels, no cycle, no update in place lost.
  std::optional<KernelDraft> draftMerged(Id a, Id b, std::string &whyNot) const;
  void merge(Id a, Id b);

private:
  void addNode(mlir::Operation *op);
  bool isCopied(mlir::Operation *op) const;
  /// Whether `user` computes what it reads of `definition` itself.
  bool isComputedIn(mlir::Operation *user, mlir::Operation *definition) const;
  /// Visits the values in memory that `op` reads, through copied ops.
  void forEachRead(mlir::Operation *op, llvm::function_ref<void(mlir::Value)> visit) const;
  void addEdges();
  void addOrderingEdges();
  bool isReachable(mlir::Operation *from, mlir::Operation *to) const;
  bool hasPathAround(Id from, Id to) const;
  bool keepsUpdatesInPlace(const KernelDraft &draft, llvm::ArrayRef<mlir::Operation *> nodes,
                           std::string &whyNot) const;

  mlir::Block &block;
  bool copyMaps;
  llvm::DenseMap<mlir::Operation *, unsigned> position; // in the program, of every op
  llvm::SmallVector<mlir::Operation *> nodes;
  llvm::DenseMap<mlir::Operation *, llvm::SetVector<mlir::Operation *>> successors; // of nodes
  llvm::DenseMap<mlir::Value, llvm::SetVector<mlir::Operation *>> readers;          // nodes that read a value
  llvm::DenseSet<mlir::Value> kept;         // returned, yielded or stored
  llvm::DenseSet<mlir::Operation *> needed; // by what is stored, or returned as an output
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<mlir::StringAttr, 1>>
      updates;                                                     // node -> variables it writes
  llvm::SmallVector<llvm::SmallVector<mlir::Operation *>> members; // sorted; empty: merged away
  llvm::DenseMap<mlir::Operation *, Id> cluster;
  llvm::SmallVector<unsigned> versions;
  mutable llvm::DenseMap<Id, std::unique_ptr<KernelDraft>> drafts; // computed when asked for
};

} // namespace nnc

#endif
