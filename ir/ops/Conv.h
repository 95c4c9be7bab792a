// Conv.h: convolutions, from Conv.td.
#ifndef NNC_IR_OPS_CONV_H
#define NNC_IR_OPS_CONV_H

#include "ir/Dialect.h"
#include "ir/Window.h"

#define GET_OP_CLASSES
#include "ir/ops/Conv.h.inc"

namespace nnc {

// The gradients.
llvm::SmallVector<mlir::Value> convGradient(GraphBuilder &g, ConvOp op, mlir::Value dy);
llvm::SmallVector<mlir::Value> convInputGradientGradient(GraphBuilder &g, ConvInputGradientOp op,
                                                         mlir::Value dy);
llvm::SmallVector<mlir::Value> convFilterGradientGradient(GraphBuilder &g, ConvFilterGradientOp op,
                                                          mlir::Value dy);

/// As of OperationCountOpInterface: each element of `positions` meets the taps and channels of one of the filters.
std::optional<Dim> filterOperations(mlir::Value positions, mlir::Value filter);

/// The window of a filter [kernel..., channels, filters]; `op` has the attributes of convolutions.
template <typename OpT> Window filterWindow(mlir::Value filter, OpT op) {
  llvm::ArrayRef<int64_t> shape = mlir::cast<mlir::RankedTensorType>(filter.getType()).getShape();
  return {shape.drop_back(2), op.getStrides(), op.getDilations(), op.getLow(), op.getHigh()};
}

} // namespace nnc

#endif
