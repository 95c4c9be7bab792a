// KernelRegion.h: what a kernel may hold. The one rule that fusion obeys, nn.kernel's verifier checks and code
// generation relies on.
//
// A kernel is one loop nest; everything in it is computed where it is needed, at the coordinates of the loops, and
// only results are stored. Its ops are of six sorts:
//
//   index maps    fill, size, constant, broadcast, transpose, access, concat, gather, one_hot, random numbers
//                 (trait IndexMap).
//                 They stand where inputs are read and are free.
//   elementwise   ops with ElementwiseOpInterface, at the sizes of the loops.
//   contraction   an op with trait Contraction, reading its operands from memory, as they lie there or through a
//                 transpose that moves rows as a whole; at most one.
//   windowed      ops with trait Windowed, at the sizes of the loops, reading their operands from memory.
//   reducing      ops with ReducingOpInterface; several, if they fold the same axes of the same space.
//   whole         an op with trait WholeKernel, whose emitter writes its loops; nothing but index maps beside it.
//
// which makes four kinds of kernel, by their anchors:
//
//   pointwise     no anchor. All results have the sizes of the space.
//   contraction   one contraction; the space is its result's. Elementwise ops stand after it.
//   reduction     the space is that of the reducing ops' first operand; a row is the space without the folded axes.
//                 Elementwise ops stand at the sizes of the space or of the rows; a value of a row gets back to the
//                 space by a broadcast along the kept axes. Results have either size.
//   whole         the op alone; the results are among its own, of any sizes.
//
// Index maps read inputs, other maps and constant expressions (rank-0 elementwise ops on constants and sizes, as
// 1 / batch), but never what the kernel computes: that would compute an element more than once.
#ifndef NNC_IR_KERNELREGION_H
#define NNC_IR_KERNELREGION_H

#include "ir/Dialect.h"
#include "ir/ops/Structure.h"

namespace nnc {

enum class KernelKind { Pointwise, Contraction, Reduction, Whole };

struct KernelShape {
  KernelKind kind = KernelKind::Pointwise;
  llvm::SmallVector<mlir::Operation *> anchors;
  Dims space;                             // sizes of the loops
  llvm::SmallVector<int64_t> reducedAxes; // of the space, sorted; empty unless kind is Reduction
  Dims rows;                              // the space without them

  /// Whether each row is contiguous in a row-major space.
  bool reducesTrailingAxes() const;

  /// The shape of a verified kernel.
  static KernelShape of(KernelOp kernel);
};

/// More would make expressions that compilers are slow on.
constexpr size_t kernelOpLimit = 128;
constexpr size_t kernelResultLimit = 16;
constexpr size_t kernelBufferLimit = 48;

/// The shape of the kernel that would compute `results` by `ops`, given in an order of dependence; values from
/// elsewhere are inputs. Nothing if these ops are no kernel, with the reason in `whyNot`.
std::optional<KernelShape> analyzeKernel(llvm::ArrayRef<mlir::Operation *> ops, mlir::ValueRange results,
                                         std::string &whyNot);

/// Whether `op` needs its operands in memory, as opposed to computing them where it reads them.
bool readsMemory(mlir::Operation *op);

/// Whether `reader`, which needs its operands in memory, is served by what `definition` makes of such an operand: a
/// transpose leaves rows contiguous if it moves them as a whole, and a contraction takes them from wherever they are.
bool readsThrough(mlir::Operation *reader, mlir::Operation *definition);

/// Whether result memory of `kernel` may be the memory of input `index`: all results have the input's sizes, and
/// every read of it is elementwise, at the index that is written.
bool isReadInPlace(KernelOp kernel, unsigned index);

/// The value whose bytes `value` names, behind nn.reshape and nn.hold.
mlir::Value behindNames(mlir::Value value);

/// Of a kernel with places: the results that are written over an input, each with the index of that input. Part of what
/// the kernel's code depends on.
llvm::SmallVector<std::pair<unsigned, unsigned>> resultsOverInputs(KernelOp kernel);

} // namespace nnc

#endif
