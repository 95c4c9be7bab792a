// Softmax.cpp: rules of softmax and its losses.
#include "ir/GraphBuilder.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Reduce.h"
#include "ir/ops/Softmax.h"

using namespace mlir;

namespace nnc {

template <typename OpT> static LogicalResult verifyAxis(OpT op) {
  int64_t rank = cast<RankedTensorType>(op.getType()).getRank();
  int64_t axis = op.getAxis();
  if (axis < 0 || axis >= rank)
    return op.emitOpError("axis ") << axis << " is outside of rank " << rank;
  return success();
}

LogicalResult SoftmaxOp::verify() { return verifyAxis(*this); }
LogicalResult LogSoftmaxOp::verify() { return verifyAxis(*this); }

LogicalResult SoftmaxCrossEntropyOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                                      Adaptor adaptor, llvm::SmallVectorImpl<Type> &types) {
  auto logits = cast<RankedTensorType>(adaptor.getLogits().getType());
  auto label = cast<RankedTensorType>(adaptor.getLabel().getType());
  Dims rows = dimsOf(logits);
  if (rows.empty() || !rows.back().isStatic())
    return emitOptionalError(
        loc, "'nn.softmax_cross_entropy' op expects logits whose last axis, the classes, has a "
             "size known while compiling");
  rows.pop_back();
  Dims labels = dimsOf(label);
  if (rows != labels)
    return emitOptionalError(loc, "'nn.softmax_cross_entropy' op labels have sizes ", dimsText(labels),
                             ", the rows of the logits ", dimsText(rows));
  types.push_back(makeTensor(rows, logits.getElementType()));
  return success();
}

Value softmaxCrossEntropyGradient(GraphBuilder &g, SoftmaxCrossEntropyOp op, Value dy) {
  Value logits = op.getLogits(), label = op.getLabel();
  int64_t axis = cast<RankedTensorType>(logits.getType()).getRank() - 1;
  Value p = g.create<SoftmaxOp>(logits, axis);
  Value target = g.create<OneHotOp>(logits.getType(), label);
  if (std::optional<int64_t> ignore = op.getIgnore()) {
    Value counts = g.compare(ComparePredicate::ne, label, g.fill(static_cast<double>(*ignore), label));
    dy = g.select(counts, dy, g.fill(0.0, dy));
  }
  return g.mul(g.spread(dy, logits, axis), g.sub(p, target));
}

LogicalResult OneHotOp::verify() {
  Dims index = dimsOf(getIndex()), result = dimsOf(getY());
  if (result.empty() || Dims(result.begin(), result.end() - 1) != index)
    return emitOpError("result sizes ") << dimsText(result) << " are not those of the index, "
                                        << dimsText(index) << ", with the classes behind";
  return success();
}

void registerSoftmaxOps(NNDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "ir/ops/Softmax.cpp.inc"
      >();
}

} // namespace nnc

using namespace nnc;
#define GET_OP_CLASSES
#include "ir/ops/Softmax.cpp.inc"
