// Lifetimes.h: from when to when each value of an ordered function needs bytes of the workspace, and how many.
//
// Kernels are counted in the order of the text, those of a loop between a number for its begin and one for its end:
// what comes from outside lives through all turns, what a turn makes lives within it. So the places of all kernels
// are one plan, and those of a loop's kernels serve others before and after it.
#ifndef NNC_PASSES_LIFETIMES_H
#define NNC_PASSES_LIFETIMES_H

#include "ir/KernelRegion.h"
#include "ir/ops/Structure.h"
#include "passes/ScanStorage.h"

namespace nnc {

/// Whether result `index` of a step is a loss or metric, which the caller may not ask for.
bool isReport(FuncOp func, unsigned index);

/// The ops that stored values and results other than reports depend on.
llvm::DenseSet<mlir::Operation *> neededOps(FuncOp func);

/// Bytes of the workspace that hold one value after another: a kernel's result, and what is written over it while it
/// dies; or a loop's stacked result; or the places of a value that a loop carries.
struct Buffer {
  llvm::SmallVector<mlir::Value> values; // results, in order; of a loop's places its argument
  Dim bytes;                             // of the largest; each is of this size
  unsigned first, last;                  // as kernels are counted: written by `first`, last read by `last`
};

/// What a function's kernels need. Values that are stored or returned lie elsewhere and have no buffer.
class Lifetimes {
public:
  explicit Lifetimes(FuncOp func);

  llvm::ArrayRef<Buffer> getBuffers() const { return buffers; }
  llvm::ArrayRef<KernelOp> getKernels() const { return kernels; }
  llvm::ArrayRef<std::pair<ScanOp, ScanStorage>> getScans() const { return scans; }
  /// A value whose number of bytes exceeds 64 bits, or null.
  mlir::Value getTooLarge() const { return tooLarge; }

private:
  void count(mlir::Block &block);
  void use(mlir::Value value, unsigned at);
  void addResult(KernelOp kernel, unsigned result);
  void addScan(ScanOp scan);
  void addBuffer(mlir::Value value, std::optional<Dim> bytes, unsigned first, unsigned last);

  struct Interval {
    unsigned first, last;
  };
  unsigned next = 0;
  llvm::DenseMap<mlir::Operation *, Interval> numbers; // of kernels and loops
  llvm::SmallVector<KernelOp> kernels;
  llvm::SmallVector<std::pair<ScanOp, ScanStorage>> scans;
  llvm::SmallVector<Buffer> buffers;
  llvm::DenseMap<mlir::Value, unsigned> bufferOf;
  llvm::DenseMap<mlir::Value, unsigned> lastUse; // of values behind reshapes
  llvm::DenseSet<mlir::Value> elsewhere;
  mlir::Value tooLarge;
};

} // namespace nnc

#endif
