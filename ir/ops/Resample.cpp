// Resample.cpp: the rules of resampling.
#include "ir/ops/Resample.h"
#include "ir/GraphBuilder.h"

using namespace mlir;

namespace nnc {

template <typename OpT> static LogicalResult verifyResampled(OpT op) {
  StringRef mode = op.getMode();
  if (mode != "nearest" && mode != "linear" && mode != "average")
    return op.emitOpError("expects the mode \"nearest\", \"linear\" or \"average\", found \"")
           << mode << "\"";
  auto from = cast<RankedTensorType>(op.getX().getType()), to = cast<RankedTensorType>(op.getY().getType());
  int64_t axis = op.getAxis();
  if (axis < 0 || axis >= from.getRank())
    return op.emitOpError("axis ") << axis << " is outside of rank " << from.getRank();
  Dims before = dimsOf(from), after = dimsOf(to);
  if (from.getElementType() != to.getElementType() || before.size() != after.size())
    return op.emitOpError("expects element type and rank to stay");
  constexpr int64_t longest = int64_t(1) << 20; // so that places are exact in 32 bits
  for (const Dim &dim : {before[axis], after[axis]})
    if (!dim.isStatic() || dim.value() < 1 || dim.value() > longest / 64)
      return op.emitOpError("expects sizes of the axis from 1 to ")
             << longest / 64 << ", known while compiling, found " << dim.str();
  after[axis] = before[axis];
  if (before != after)
    return op.emitOpError("expects all sizes but that of axis ")
           << axis << " to stay: " << dimsText(before) << " and " << dimsText(dimsOf(to));
  return success();
}
LogicalResult ResampleOp::verify() { return verifyResampled(*this); }
LogicalResult ResampleAdjointOp::verify() { return verifyResampled(*this); }

void registerResampleOps(NNDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "ir/ops/Resample.cpp.inc"
      >();
}

} // namespace nnc

using namespace nnc;
#define GET_OP_CLASSES
#include "ir/ops/Resample.cpp.inc"
