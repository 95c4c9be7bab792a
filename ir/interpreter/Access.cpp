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
  Index from(map.size());
  forEachIndex(y.shape, [&](llvm::ArrayRef<int64_t> index) {
    for (auto [axis, coordinate] : llvm::enumerate(map)) {
      int64_t numerator = constants[axis];
      for (auto [coefficient, position] : llvm::zip(coordinate.coefficients, index))
        numerator += coefficient * position;
      if (numerator < 0 || numerator % coordinate.divisor != 0)
        return;
      from[axis] = numerator / coordinate.divisor;
      if (from[axis] >= x.shape[axis])
        return;
    }
    y.at(index) = x.at(from);
  });
  context.set(op.getY(), std::move(y));
}

static void concat(ConcatOp op, InterpreterContext &context) {
  Tensor y = context.make(op.getY());
  int64_t axis = op.getAxis(), start = 0;
  for (Value part : op.getParts()) {
    const Tensor &x = context.get(part);
    forEachIndex(x.shape, [&](llvm::ArrayRef<int64_t> index) {
      Index to(index);
      to[axis] += start;
      y.at(to) = x.at(index);
    });
    start += x.shape[axis];
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
