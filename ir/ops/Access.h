// Access.h: elements at computed places, from Access.td, and the accesses that others are made of.
#ifndef NNC_IR_OPS_ACCESS_H
#define NNC_IR_OPS_ACCESS_H

#include "ir/AccessMap.h"
#include "ir/Dialect.h"

#define GET_OP_CLASSES
#include "ir/ops/Access.h.inc"

namespace nnc {
mlir::Value accessGradient(GraphBuilder &g, AccessOp op, mlir::Value dy);
llvm::SmallVector<mlir::Value> concatGradient(GraphBuilder &g, ConcatOp op, mlir::Value dy);

/// The map of an op that is an access or can be written as one (transpose, broadcast): nothing else.
std::optional<AccessMap> accessMapOf(mlir::Operation *op);

/// Reads `x` by coordinates over a result of sizes `sizes`; nn.transpose, nn.broadcast or x itself where that is all.
mlir::Value access(GraphBuilder &g, mlir::Value x, llvm::ArrayRef<Dim> sizes,
                   llvm::ArrayRef<Coordinate> coordinates, double fill = 0.0);

/// `count` elements along `axis`: start, start + step, ... A negative step runs backwards.
mlir::Value sliceAccess(GraphBuilder &g, mlir::Value x, int64_t axis, const Dim &start, int64_t step,
                        const Dim &count);

/// `x` inside of a tensor of sizes `sizes`, its first element at `low` (negative: cut off); `gaps`, one per axis or
/// none, are numbers of elements between neighbours. The rest is `fill`.
mlir::Value padAccess(GraphBuilder &g, mlir::Value x, llvm::ArrayRef<Dim> low, llvm::ArrayRef<Dim> sizes,
                      double fill = 0.0, llvm::ArrayRef<int64_t> gaps = {});

/// `x` with the order along `axes` reversed.
mlir::Value reverseAccess(GraphBuilder &g, mlir::Value x, llvm::ArrayRef<int64_t> axes);

/// How a window slides along an axis of an operand: its elements are at stride * position + dilation * k - low.
struct Window {
  int64_t axis;
  Dim positions; // how many of them there are
  int64_t size = 1;
  int64_t stride = 1;
  int64_t dilation = 1;
  Dim low = 0;
};
/// All windows of `x` side by side. The result has x's axes, a windowed one with its number of positions; the axes of
/// the windows themselves, in the order of `windows`, come before x's axis `before`, or last (its rank, or -1).
mlir::Value windowAccess(GraphBuilder &g, mlir::Value x, llvm::ArrayRef<Window> windows, double fill = 0.0,
                         int64_t before = -1);

/// Positions along `axis` in a tensor of `like`'s type.
mlir::Value iota(GraphBuilder &g, int64_t axis, mlir::RankedTensorType type);

} // namespace nnc

#endif
