// Access.cpp: reference semantics of elements at computed places.
#include "ir/ops/Access.h"
#include "ir/interpreter/ReferenceModel.h"

using namespace mlir;

namespace nnc {

static void access(AccessOp op, InterpreterContext &context) {
  const Tensor &x = context.get(op.getX());
  Tensor y = context.make(op.getY(), op.getFill().convertToDouble());
  AccessMap map = op.coordinates();
  llvm::SmallVector<int64_t> constants;
  for (const Coordinate &coordinate : map) {
    // A constant is a difference of sizes and may be negative, unlike a size.
    int64_t value = 0;
    for (const auto &[monomial, coefficient] : coordinate.constant.getTerms()) {
      int64_t term = coefficient;
      for (const std::string &name : monomial)
        term *= context.sizeOf(Dim::symbol(name));
      value += term;
    }
    constants.push_back(value);
  }
  const Shape steps = stepsOf(x.shape);
  int64_t to = 0;
  forEachIndex(y.shape, [&](llvm::ArrayRef<int64_t> index) {
    int64_t from = 0;
    bool isInside = true;
    for (size_t axis = 0; axis < map.size() && isInside; ++axis) {
      const Coordinate &coordinate = map[axis];
      int64_t numerator = constants[axis];
      for (size_t i = 0; i < index.size(); ++i)
        numerator += coordinate.coefficients[i] * index[i];
      const int64_t place = numerator / coordinate.divisor;
      isInside = numerator >= 0 && numerator % coordinate.divisor == 0 && place < x.shape[axis];
      from += place * steps[axis];
    }
    if (isInside)
      y.data[to] = x.data[from];
    ++to;
  });
  context.set(op.getY(), std::move(y));
}

static void concat(ConcatOp op, InterpreterContext &context) {
  Tensor y = context.make(op.getY());
  const Shape steps = stepsOf(y.shape);
  int64_t start = 0; // of a part in y
  for (Value part : op.getParts()) {
    const Tensor &x = context.get(part);
    forEachPosition<2>(x.shape, {stepsOf(x.shape), steps},
                       [&](int64_t from, int64_t to) { y.data[start + to] = x.data[from]; });
    start += x.shape[op.getAxis()] * steps[op.getAxis()];
  }
  context.set(op.getY(), std::move(y));
}

static void iota(IotaOp op, InterpreterContext &context) {
  Tensor y = context.make(op.getY());
  forEachIndex(y.shape, [&](llvm::ArrayRef<int64_t> index) {
    y.at(index) = static_cast<double>(index[op.getAxis()]);
  });
  context.set(op.getY(), std::move(y));
}

void attachAccessReference(MLIRContext *context) {
  attach<AccessOp, access>(context);
  attach<ConcatOp, concat>(context);
  attach<IotaOp, iota>(context);
}

} // namespace nnc
