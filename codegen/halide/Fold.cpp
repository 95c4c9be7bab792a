// Fold.cpp: see Fold.h.
#include "codegen/halide/Fold.h"

using namespace mlir;
using Halide::Expr;

namespace nnc {

/// Boxes up to this many points are written out.
static constexpr int64_t writtenOut = 16;

/// Neighbours first, then pairs of them, ...: an expression that uses each operand several times, as a maximum does, grows
/// by the number of levels. One after the other it would grow by the number of points, to the power, for all of Halide's
/// passes that do not see that subexpressions are shared.
static Nums combined(llvm::ArrayRef<Nums> values, const std::function<Nums(const Nums &, const Nums &)> &combine) {
  if (values.size() == 1)
    return values.front();
  size_t half = (values.size() + 1) / 2;
  return combine(combined(values.take_front(half), combine), combined(values.drop_front(half), combine));
}

Nums fold(Operation *op, KernelEmitter &emitter, const char *name, ArrayRef<int64_t> counts, Nums initial,
          ArrayRef<Expr> index, std::function<Nums(ArrayRef<Expr> index, ArrayRef<Expr> point)> element,
          std::function<Nums(const Nums &, const Nums &)> combine) {
  int64_t points = 1;
  for (int64_t count : counts)
    points *= count;
  if (points <= writtenOut) {
    std::vector<Nums> values;
    for (int64_t number = 0; number < points; ++number) {
      ExprIndex point(counts.size());
      int64_t rest = number;
      for (size_t axis = counts.size(); axis-- > 0; rest /= counts[axis])
        point[axis] = Expr(static_cast<int>(rest % counts[axis]));
      values.push_back(element(index, point));
    }
    return combine(initial, combined(values, combine));
  }
  // [n, positions..., points..., channel], vectors along the last.
  Dims result = dimsOf(op->getResult(0)), dims(result.begin(), result.end() - 1);
  SmallVector<int64_t> reduced;
  for (int64_t count : counts) {
    reduced.push_back(dims.size());
    dims.push_back(Dim(count));
  }
  dims.push_back(result.back());
  size_t first = reduced.front(), rank = counts.size();
  ReduceSpec spec{name,
                  dims,
                  reduced,
                  initial,
                  [element, first, rank](ArrayRef<Expr> at) -> Nums {
                    ExprIndex own(at.begin(), at.begin() + first);
                    own.push_back(at.back());
                    return element(own, at.slice(first, rank));
                  },
                  combine};
  return emitter.reduce(op, spec, index);
}

Num foldSum(Operation *op, KernelEmitter &emitter, const char *name, ArrayRef<int64_t> counts,
            Halide::Type type, ArrayRef<Expr> index,
            std::function<Num(ArrayRef<Expr> index, ArrayRef<Expr> point)> element) {
  return fold(
      op, emitter, name, counts, {constant(type, 0.0)}, index,
      [element](ArrayRef<Expr> at, ArrayRef<Expr> point) -> Nums { return {element(at, point)}; },
      [](const Nums &a, const Nums &b) -> Nums { return {a[0] + b[0]}; })[0];
}

} // namespace nnc
