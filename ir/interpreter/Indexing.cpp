// Indexing.cpp: reference semantics of ops that integers steer.
#include "ir/ops/Indexing.h"
#include "ir/interpreter/ReferenceModel.h"

using namespace mlir;

namespace nnc {

/// Visits all pairs of an element of what a table holds and the element of what is gathered from it.
static void forEachPair(const Tensor &table, const Tensor &index, const Shape &gathered, int64_t axis,
                        llvm::function_ref<void(llvm::ArrayRef<int64_t>, llvm::ArrayRef<int64_t>)> visit) {
  forEachIndex(gathered, [&](llvm::ArrayRef<int64_t> at) {
    int64_t row = static_cast<int64_t>(index.at(at.slice(axis, index.rank())));
    if (row < 0 || row >= table.shape[axis])
      return;
    Index from(at.take_front(axis));
    from.push_back(row);
    from.append(at.begin() + axis + index.rank(), at.end());
    visit(from, at);
  });
}

static void gather(GatherOp op, InterpreterContext &context) {
  const Tensor &table = context.get(op.getTable());
  Tensor y = context.make(op.getY());
  forEachPair(table, context.get(op.getIndex()), y.shape, op.getAxis(),
              [&](llvm::ArrayRef<int64_t> from, llvm::ArrayRef<int64_t> to) { y.at(to) = table.at(from); });
  context.set(op.getY(), std::move(y));
}

static void scatterAdd(ScatterAddOp op, InterpreterContext &context) {
  const Tensor &x = context.get(op.getX());
  Tensor y = context.make(op.getY());
  forEachPair(y, context.get(op.getIndex()), x.shape, op.getAxis(),
              [&](llvm::ArrayRef<int64_t> to, llvm::ArrayRef<int64_t> from) { y.at(to) += x.at(from); });
  context.set(op.getY(), std::move(y));
}

static void cumsum(CumsumOp op, InterpreterContext &context) {
  const Tensor &x = context.get(op.getX());
  Tensor y = context.make(op.getY());
  int64_t axis = op.getAxis(), last = x.shape[axis] - 1;
  forEachIndex(x.shape, [&](llvm::ArrayRef<int64_t> index) {
    Index from(index), to(index);
    double sum = 0.0;
    for (int64_t t = 0; t <= index[axis]; ++t) {
      if (op.getExclusive() && t == index[axis])
        break;
      from[axis] = op.getReverse() ? last - t : t;
      sum += x.at(from);
    }
    to[axis] = op.getReverse() ? last - index[axis] : index[axis];
    y.at(to) = sum;
  });
  context.set(op.getY(), std::move(y));
}

void attachIndexingReference(MLIRContext *context) {
  attach<GatherOp, gather>(context);
  attach<ScatterAddOp, scatterAdd>(context);
  attach<CumsumOp, cumsum>(context);
}

} // namespace nnc
