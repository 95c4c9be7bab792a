// IndexContract.cpp: sums of products of tensors, two factors at a time, by matrix products where they are some.
//
// Of two factors an index that both have and that is summed is an inner one of the matrix product, one that both have
// and that is kept a batch, one that only one has a row or a column. Several of a sort are joined into one axis.
#include "frontend/IndexNotation.h"
#include "ir/ops/Matmul.h"
#include <limits>

using namespace nnc;

double IndexNotation::costOf(llvm::ArrayRef<unsigned> axes) const {
  constexpr int64_t typicalSize = 64; // of a run-time dimension without a bound
  double cost = 1.0;
  for (unsigned index : axes)
    cost *= indices[index]
                .extent
                .evaluate([&](llvm::StringRef symbol) -> std::optional<int64_t> {
                  auto bound = e.model.bounds.find(symbol);
                  return bound == e.model.bounds.end() ? typicalSize : bound->second;
                })
                .value_or(typicalSize);
  return cost;
}

IndexedValue IndexNotation::contract(llvm::SmallVector<IndexedValue, 4> factors,
                                     llvm::ArrayRef<unsigned> kept, Range range) {
  while (factors.size() > 1) {
    // The pair that is cheapest now; in text order of equals.
    size_t bestFirst = 0, bestSecond = 1;
    double best = std::numeric_limits<double>::infinity();
    auto keptWithout = [&](size_t first, size_t second) {
      IndexList all(kept);
      for (auto [position, factor] : llvm::enumerate(factors))
        if (position != first && position != second)
          all.append(factor.axes.begin(), factor.axes.end());
      return all;
    };
    for (size_t first = 0; first < factors.size(); ++first)
      for (size_t second = first + 1; second < factors.size(); ++second) {
        IndexList all = unionOf(factors[first], factors[second]), left;
        for (unsigned index : keptWithout(first, second))
          if (llvm::is_contained(all, index) && !llvm::is_contained(left, index))
            left.push_back(index);
        double cost = costOf(all) + costOf(left);
        if (cost < best)
          best = cost, bestFirst = first, bestSecond = second;
      }
    IndexedValue product =
        contractPair(factors[bestFirst], factors[bestSecond], keptWithout(bestFirst, bestSecond), range);
    if (product.isUnknown())
      return product;
    factors[bestFirst] = std::move(product);
    factors.erase(factors.begin() + bestSecond);
  }
  IndexList summed;
  for (unsigned index : factors.front().axes)
    if (!llvm::is_contained(kept, index))
      summed.push_back(index);
  return foldAxes(Reduction::Sum, factors.front(), summed, range);
}

IndexedValue IndexNotation::contractPair(IndexedValue a, IndexedValue b, llvm::ArrayRef<unsigned> kept,
                                         Range range) {
  // What only one of them has is summed before they meet.
  for (auto [side, other] : {std::pair(&a, &b), std::pair(&b, &a)}) {
    IndexList own;
    for (unsigned index : side->axes)
      if (!llvm::is_contained(kept, index) && !other->dependsOn(index))
        own.push_back(index);
    *side = foldAxes(Reduction::Sum, *side, own, range);
    if (side->isUnknown())
      return unknown();
  }
  Product product;
  for (unsigned index : a.axes)
    if (!b.dependsOn(index))
      product.rows.push_back(index);
    else
      (llvm::is_contained(kept, index) ? product.batch : product.inner).push_back(index);
  for (unsigned index : b.axes)
    if (!a.dependsOn(index))
      product.columns.push_back(index);
  if (!product.inner.empty() && !product.rows.empty() && !product.columns.empty())
    // The index that was named first is a row: mostly the order of the result.
    return product.rows.front() < product.columns.front() ? matrixProduct(a, b, product, range)
                                                          : matrixProduct(b, a, product.swapped(), range);
  IndexedValue joint = combine(ast::Op::Mul, range, a, nullptr, b, nullptr, range);
  return joint.isUnknown() ? joint : foldAxes(Reduction::Sum, joint, product.inner, range);
}

static IndexList joined(std::initializer_list<llvm::ArrayRef<unsigned>> parts) {
  IndexList all;
  for (llvm::ArrayRef<unsigned> part : parts)
    all.append(part.begin(), part.end());
  return all;
}

/// The axes of a matrix per batch, as it lies in memory.
static IndexList matrixOrder(llvm::ArrayRef<unsigned> batch, llvm::ArrayRef<unsigned> first,
                             llvm::ArrayRef<unsigned> second, bool transposed) {
  return transposed ? joined({batch, second, first}) : joined({batch, first, second});
}

/// The members of `set` in the order of `axes`.
static IndexList inOrderOf(llvm::ArrayRef<unsigned> axes, llvm::ArrayRef<unsigned> set) {
  IndexList ordered;
  for (unsigned index : axes)
    if (llvm::is_contained(set, index))
      ordered.push_back(index);
  return ordered;
}

IndexedValue IndexNotation::matrixProduct(const IndexedValue &a, const IndexedValue &b,
                                          const Product &product, Range range) {
  // The orders that both sides share are taken from one of them, so that least has to be transposed.
  struct Layout {
    IndexList batch, inner;
    bool lhsTransposed = false, rhsTransposed = false;
    double moved = std::numeric_limits<double>::infinity();
  } best;
  for (const IndexedValue *batchFrom : {&a, &b})
    for (const IndexedValue *innerFrom : {&a, &b})
      for (bool lhsTransposed : {false, true})
        for (bool rhsTransposed : {false, true}) {
          Layout layout{inOrderOf(batchFrom->axes, product.batch), inOrderOf(innerFrom->axes, product.inner),
                        lhsTransposed, rhsTransposed, 0.0};
          if (a.axes != matrixOrder(layout.batch, product.rows, layout.inner, lhsTransposed))
            layout.moved += costOf(a.axes);
          if (b.axes != matrixOrder(layout.batch, layout.inner, product.columns, rhsTransposed))
            layout.moved += costOf(b.axes);
          if (layout.moved < best.moved)
            best = layout;
        }
  auto joinedSize = [&](llvm::ArrayRef<unsigned> axes) { return elementCount(extentsOf(axes)); };
  std::optional<Dim> rows = joinedSize(product.rows), inner = joinedSize(best.inner),
                     columns = joinedSize(product.columns);
  if (!rows || !inner || !columns)
    return fail(range, "the number of elements exceeds 64 bits");
  // One axis for the indices of each sort.
  auto matrices = [&](const IndexedValue &side, const IndexList &order, Dim first, Dim second,
                      bool transposed) {
    IndexedValue moved = align(side, order, range);
    Dims dims = extentsOf(best.batch);
    dims.push_back(transposed ? second : first);
    dims.push_back(transposed ? first : second);
    return moved.isUnknown() ? Datum() : e.reshapeTo(moved.datum, dims, {}, range);
  };
  Datum lhs = matrices(a, matrixOrder(best.batch, product.rows, best.inner, best.lhsTransposed), *rows,
                       *inner, best.lhsTransposed);
  Datum rhs = matrices(b, matrixOrder(best.batch, best.inner, product.columns, best.rhsTransposed), *inner,
                       *columns, best.rhsTransposed);
  IndexList axes = joined({best.batch, product.rows, product.columns});
  if (lhs.isUnknown() || rhs.isUnknown() || !e.checkSize(extentsOf(axes), lhs.type().getElementType(), range))
    return unknown();
  mlir::Value y =
      e.at(range).create<MatmulOp>(lhs.tensor, rhs.tensor, best.lhsTransposed, best.rhsTransposed);
  return {e.reshapeTo(Datum::ofTensor(y), extentsOf(axes), {}, range), axes, {}};
}
