// Indexing.cpp: reference semantics of ops that integers steer.
#include "ir/ops/Indexing.h"
#include "ir/interpreter/ReferenceModel.h"

using namespace mlir;

namespace nnc {

/// Visits all pairs of positions: of an element of what a table holds, and of what is gathered from it. Both are rows of
/// what lies behind the axis, which the table has once per row number and what is gathered once per index.
template <typename Visit>
static void forEachPair(const Tensor &table, const Tensor &index, int64_t axis, Visit visit) {
  const llvm::ArrayRef<int64_t> shape(table.shape);
  const int64_t before = countOf(shape.take_front(axis)), rows = shape[axis], behind = countOf(shape.drop_front(axis + 1));
  for (int64_t outer = 0; outer < before; ++outer)
    for (int64_t i = 0; i < index.count(); ++i) {
      const int64_t row = static_cast<int64_t>(index.data[i]);
      if (row < 0 || row >= rows)
        continue;
      for (int64_t inner = 0; inner < behind; ++inner)
        visit((outer * rows + row) * behind + inner, (outer * index.count() + i) * behind + inner);
    }
}

static void gather(GatherOp op, InterpreterContext &context) {
  const Tensor &table = context.get(op.getTable());
  Tensor y = context.make(op.getY());
  forEachPair(table, context.get(op.getIndex()), op.getAxis(),
              [&](int64_t from, int64_t to) { y.data[to] = table.data[from]; });
  context.set(op.getY(), std::move(y));
}

static void scatterAdd(ScatterAddOp op, InterpreterContext &context) {
  const Tensor &x = context.get(op.getX());
  Tensor y = context.make(op.getY());
  forEachPair(y, context.get(op.getIndex()), op.getAxis(),
              [&](int64_t to, int64_t from) { y.data[to] += x.data[from]; });
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
