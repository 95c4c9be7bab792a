// Attention.cpp: reference semantics of attention, row by row as a textbook has it.
#include "ir/ops/Attention.h"
#include "ir/interpreter/ReferenceModel.h"
#include <limits>

using namespace mlir;

namespace nnc {
namespace {

/// q, k, v and the mask of one attention, and its scores one by one.
struct Scores {
  template <typename OpT>
  Scores(OpT op, InterpreterContext &context)
      : q(context.get(op.getQ())), k(context.get(op.getK())), v(context.get(op.getV())),
        mask(op.getMask() ? &context.get(op.getMask()) : nullptr), scale(op.getScale().convertToDouble()),
        causal(op.getCausal()), queries(q.shape[q.rank() - 2]), keys(k.shape[k.rank() - 2]),
        width(q.shape.back()), valueWidth(v.shape.back()) {
    rows = Shape(q.shape.begin(), q.shape.end() - 1);
  }

  /// The index of row `j` of another operand, in the batch of query `row`.
  static Index at(llvm::ArrayRef<int64_t> row, int64_t j, int64_t x) {
    Index index(row);
    index.back() = j;
    index.push_back(x);
    return index;
  }
  double query(llvm::ArrayRef<int64_t> row, int64_t x) const { return q.at(at(row, row.back(), x)); }
  double key(llvm::ArrayRef<int64_t> row, int64_t j, int64_t x) const { return k.at(at(row, j, x)); }
  double value(llvm::ArrayRef<int64_t> row, int64_t j, int64_t x) const { return v.at(at(row, j, x)); }

  bool isSeen(llvm::ArrayRef<int64_t> row, int64_t j) const {
    if (causal && j > row.back() + keys - queries)
      return false;
    if (!mask)
      return true;
    Index index = at(row, row.back(), j);
    for (int64_t axis = 0; axis < mask->rank(); ++axis)
      if (mask->shape[axis] == 1)
        index[axis] = 0;
    return mask->at(index) != 0.0;
  }

  /// What the softmax is over; a score of -infinity weighs nothing.
  bool counts(llvm::ArrayRef<int64_t> row, int64_t j) const {
    return isSeen(row, j) && score(row, j) != -std::numeric_limits<double>::infinity();
  }

  double score(llvm::ArrayRef<int64_t> row, int64_t j) const {
    double sum = 0.0;
    for (int64_t x = 0; x < width; ++x)
      sum += query(row, x) * key(row, j, x);
    return scale * sum;
  }

  const Tensor &q, &k, &v;
  const Tensor *mask;
  double scale;
  bool causal;
  int64_t queries, keys, width, valueWidth;
  Shape rows; // [..., queries]
};

void attention(AttentionOp op, InterpreterContext &context) {
  Scores s(op, context);
  Tensor y = context.make(op.getY()), statistic = context.make(op.getStatistic());
  forEachIndex(s.rows, [&](llvm::ArrayRef<int64_t> row) {
    double best = -std::numeric_limits<double>::infinity(), sum = 0.0;
    bool seesAny = false;
    for (int64_t j = 0; j < s.keys; ++j)
      if (s.counts(row, j)) {
        best = scalar::maximum(best, s.score(row, j));
        seesAny = true;
      }
    if (!seesAny)
      return;
    for (int64_t j = 0; j < s.keys; ++j)
      if (s.counts(row, j))
        sum += std::exp(s.score(row, j) - best);
    statistic.at(row) = best + std::log(sum);
    for (int64_t j = 0; j < s.keys; ++j)
      for (int64_t x = 0; s.counts(row, j) && x < s.valueWidth; ++x)
        y.at(Scores::at(row, row.back(), x)) += std::exp(s.score(row, j) - best) / sum * s.value(row, j, x);
  });
  context.set(op.getY(), std::move(y));
  context.set(op.getStatistic(), std::move(statistic));
}

void attentionGradient(AttentionGradientOp op, InterpreterContext &context) {
  Scores s(op, context);
  const Tensor &statistic = context.get(op.getStatistic()), &dy = context.get(op.getDy()),
               &correction = context.get(op.getCorrection());
  Tensor dq = context.make(op.getDq()), dk = context.make(op.getDk()), dv = context.make(op.getDv());
  forEachIndex(s.rows, [&](llvm::ArrayRef<int64_t> row) {
    int64_t i = row.back();
    for (int64_t j = 0; j < s.keys; ++j) {
      if (!s.isSeen(row, j))
        continue;
      double p = std::exp(s.score(row, j) - statistic.at(row)), dp = 0.0;
      for (int64_t x = 0; x < s.valueWidth; ++x) {
        double dyx = dy.at(Scores::at(row, i, x));
        dp += dyx * s.value(row, j, x);
        dv.at(Scores::at(row, j, x)) += p * dyx;
      }
      double w = s.scale * p * (dp - correction.at(row));
      for (int64_t x = 0; x < s.width; ++x) {
        dq.at(Scores::at(row, i, x)) += w * s.key(row, j, x);
        dk.at(Scores::at(row, j, x)) += w * s.query(row, x);
      }
    }
  });
  context.set(op.getDq(), std::move(dq));
  context.set(op.getDk(), std::move(dk));
  context.set(op.getDv(), std::move(dv));
}

} // namespace

void attachAttentionReference(MLIRContext *context) {
  attach<AttentionOp, attention>(context);
  attach<AttentionGradientOp, attentionGradient>(context);
}

} // namespace nnc
