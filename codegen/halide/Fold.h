// Fold.h: elements that come from several of the operands': a pool's from those under its window.
#ifndef NNC_CODEGEN_HALIDE_FOLD_H
#define NNC_CODEGEN_HALIDE_FOLD_H

#include "codegen/halide/Emitter.h"

namespace nnc {

/// Folds `element` over all points of a box of sizes `counts`, in row-major order, for the element `index` of op's
/// result: an expression where the points are few, else a loop over them. `combine` is associative but for rounding, and
/// a box has points.
Nums fold(mlir::Operation *op, KernelEmitter &emitter, const char *name, llvm::ArrayRef<int64_t> counts,
          Nums initial, llvm::ArrayRef<Halide::Expr> index,
          std::function<Nums(llvm::ArrayRef<Halide::Expr> index, llvm::ArrayRef<Halide::Expr> point)> element,
          std::function<Nums(const Nums &, const Nums &)> combine);

/// The sum of one number per point, from 0, likewise.
Num foldSum(
    mlir::Operation *op, KernelEmitter &emitter, const char *name, llvm::ArrayRef<int64_t> counts,
    Halide::Type type, llvm::ArrayRef<Halide::Expr> index,
    std::function<Num(llvm::ArrayRef<Halide::Expr> index, llvm::ArrayRef<Halide::Expr> point)> element);

} // namespace nnc

#endif
