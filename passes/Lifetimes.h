// Lifetimes.h: from when to when each value of an ordered function needs bytes of the workspace, and how many.
#ifndef NNC_PASSES_LIFETIMES_H
#define NNC_PASSES_LIFETIMES_H

#include "ir/KernelRegion.h"
#include "ir/ops/Structure.h"

namespace nnc {

/// The value whose bytes `value` names, behind nn.reshape.
mlir::Value behindReshapes(mlir::Value value);

/// Whether result `index` of a step is a loss or metric, which the caller may not ask for.
bool isReport(FuncOp func, unsigned index);

/// The ops that stored values and results other than reports depend on.
llvm::DenseSet<mlir::Operation *> neededOps(FuncOp func);

/// Bytes of the workspace that hold one value after another: a kernel's result, and what is written over it while it
/// dies.
struct Buffer {
  llvm::SmallVector<mlir::Value> values; // results of kernels, in order
  Dim bytes;                             // of the largest; each is of this size
  unsigned first, last; // kernels, counted in the function: written by `first`, last read by `last`
};

/// What a function's kernels need. Values that are stored or returned lie elsewhere and have no buffer.
class Lifetimes {
public:
  explicit Lifetimes(FuncOp func);

  llvm::ArrayRef<Buffer> getBuffers() const { return buffers; }
  llvm::ArrayRef<KernelOp> getKernels() const { return kernels; }
  /// A value whose number of bytes exceeds 64 bits, or null.
  mlir::Value getTooLarge() const { return tooLarge; }

private:
  void addResult(KernelOp kernel, unsigned index, unsigned result);

  llvm::SmallVector<KernelOp> kernels;
  llvm::SmallVector<Buffer> buffers;
  llvm::DenseMap<mlir::Value, unsigned> bufferOf;
  llvm::DenseMap<mlir::Value, unsigned> lastUse; // of values behind reshapes
  llvm::DenseSet<mlir::Value> elsewhere;
  mlir::Value tooLarge;
};

} // namespace nnc

#endif
