// Shape.cpp: reference semantics of constants and of ops that move elements.
#include "ir/ops/Shape.h"
#include "ir/interpreter/ReferenceModel.h"

using namespace mlir;

namespace nnc {

static void fill(FillOp op, InterpreterContext &context) {
  context.set(op.getY(), context.make(op.getY(), op.getValue().convertToDouble()));
}

static void constant(ConstantDataOp op, InterpreterContext &context) {
  auto elements = dyn_cast<DenseElementsAttr>(op.getValue());
  if (!elements) {
    context.fail(op) << "holds numbers in a form the interpreter does not read";
    return;
  }
  Tensor y = context.make(op.getY());
  auto integer = dyn_cast<IntegerType>(elements.getElementType());
  if (integer) {
    for (auto [number, value] : llvm::zip(y.data, elements.getValues<APInt>()))
      number = integer.isUnsigned() || integer.getWidth() == 1 ? static_cast<double>(value.getZExtValue())
                                                               : static_cast<double>(value.getSExtValue());
  } else {
    for (auto [number, value] : llvm::zip(y.data, elements.getValues<APFloat>()))
      number = elements.getElementType().isF32() ? value.convertToFloat() : value.convertToDouble();
  }
  context.set(op.getY(), std::move(y));
}

static void size(SizeOp op, InterpreterContext &context) {
  std::optional<Dim> dim = Dim::parse(op.getDim().getText());
  context.set(op.getY(), Tensor::scalar(static_cast<double>(context.sizeOf(*dim))));
}

static void broadcast(BroadcastOp op, InterpreterContext &context) {
  const Tensor &x = context.get(op.getX());
  Tensor y = context.make(op.getY());
  Shape own = stepsOf(x.shape), steps(y.shape.size(), 0);
  for (auto [axis, place] : llvm::enumerate(op.getDims()))
    steps[place] = x.shape[axis] == 1 ? 0 : own[axis];
  forEachPosition<2>(y.shape, {steps, stepsOf(y.shape)}, [&](int64_t from, int64_t to) { y.data[to] = x.data[from]; });
  context.set(op.getY(), std::move(y));
}

static void reshape(ReshapeOp op, InterpreterContext &context) {
  Tensor y = context.make(op.getY());
  y.data = context.get(op.getX()).data;
  context.set(op.getY(), std::move(y));
}

static void hold(HoldOp op, InterpreterContext &context) { context.share(op.getY(), op.getX()); }

static void transpose(TransposeOp op, InterpreterContext &context) {
  const Tensor &x = context.get(op.getX());
  Tensor y = context.make(op.getY());
  Shape own = stepsOf(x.shape), steps(own);
  for (auto [axis, source] : llvm::enumerate(op.getPermutation()))
    steps[axis] = own[source];
  forEachPosition<2>(y.shape, {steps, stepsOf(y.shape)}, [&](int64_t from, int64_t to) { y.data[to] = x.data[from]; });
  context.set(op.getY(), std::move(y));
}

void attachShapeReference(MLIRContext *context) {
  attach<FillOp, fill>(context);
  attach<ConstantDataOp, constant>(context);
  attach<SizeOp, size>(context);
  attach<BroadcastOp, broadcast>(context);
  attach<ReshapeOp, reshape>(context);
  attach<HoldOp, hold>(context);
  attach<TransposeOp, transpose>(context);
}

} // namespace nnc
