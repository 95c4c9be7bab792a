// Attention.cpp: reference semantics of attention, row by row as a textbook has it.
#include "ir/ops/Attention.h"
#include "ir/interpreter/ReferenceModel.h"
#include <limits>
#include <numeric>

using namespace mlir;

namespace nnc {
namespace {

/// q, k, v and the mask of one attention; rows of queries are numbered through all of its batch.
struct Scores {
  template <typename OpT>
  Scores(OpT op, InterpreterContext &context)
      : q(context.get(op.getQ())), k(context.get(op.getK())), v(context.get(op.getV())),
        mask(op.getMask() ? &context.get(op.getMask()) : nullptr), scale(op.getScale().convertToDouble()),
        causal(op.getCausal()), queries(q.shape[q.rank() - 2]), keys(k.shape[k.rank() - 2]),
        width(q.shape.back()), valueWidth(v.shape.back()), rows(q.shape.begin(), q.shape.end() - 1) {}

  int64_t rowCount() const { return countOf(rows); }
  /// Where key or value `j` of the batch of query `row` begins, in rows.
  int64_t keyRow(int64_t row, int64_t j) const { return row / queries * keys + j; }
  const double *query(int64_t row) const { return q.data.data() + row * width; }
  const double *key(int64_t row, int64_t j) const { return k.data.data() + keyRow(row, j) * width; }
  const double *value(int64_t row, int64_t j) const { return v.data.data() + keyRow(row, j) * valueWidth; }

  bool isSeen(int64_t row, int64_t j) const {
    if (causal && j > row % queries + keys - queries)
      return false;
    if (!mask)
      return true;
    int64_t position = 0, step = 1, rest = row, index = j; // from the last axis to the first
    for (int64_t axis = mask->rank(); axis-- > 0;) {
      position += mask->shape[axis] == 1 ? 0 : index * step;
      step *= mask->shape[axis];
      if (axis > 0) {
        index = rest % rows[axis - 1];
        rest /= rows[axis - 1];
      }
    }
    return mask->data[position] != 0.0;
  }

  double score(int64_t row, int64_t j) const {
    return scale * std::inner_product(query(row), query(row) + width, key(row, j), 0.0);
  }

  const Tensor &q, &k, &v;
  const Tensor *mask;
  double scale;
  bool causal;
  int64_t queries, keys, width, valueWidth;
  Shape rows; // [..., queries]
};

void attention(AttentionOp op, InterpreterContext &context) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Scores s(op, context);
  Tensor y = context.make(op.getY()), statistic = context.make(op.getStatistic());
  for (int64_t row = 0; row < s.rowCount(); ++row) {
    // What the softmax is over; a score of -infinity weighs nothing.
    std::vector<std::pair<int64_t, double>> scores;
    double best = -infinity, sum = 0.0;
    for (int64_t j = 0; j < s.keys; ++j) {
      double score = s.isSeen(row, j) ? s.score(row, j) : -infinity;
      if (score == -infinity)
        continue;
      scores.push_back({j, score});
      best = scalar::maximum(best, score);
    }
    if (scores.empty())
      continue;
    for (auto [j, score] : scores)
      sum += std::exp(score - best);
    statistic.data[row] = best + std::log(sum);
    for (auto [j, score] : scores)
      for (int64_t x = 0; x < s.valueWidth; ++x)
        y.data[row * s.valueWidth + x] += std::exp(score - best) / sum * s.value(row, j)[x];
  }
  context.set(op.getY(), std::move(y));
  context.set(op.getStatistic(), std::move(statistic));
}

void attentionGradient(AttentionGradientOp op, InterpreterContext &context) {
  Scores s(op, context);
  const Tensor &statistic = context.get(op.getStatistic()), &correction = context.get(op.getCorrection());
  const Tensor &dy = context.get(op.getDy());
  Tensor dq = context.make(op.getDq()), dk = context.make(op.getDk()), dv = context.make(op.getDv());
  for (int64_t row = 0; row < s.rowCount(); ++row) {
    const double *dyRow = dy.data.data() + row * s.valueWidth;
    double *dqRow = dq.data.data() + row * s.width;
    for (int64_t j = 0; j < s.keys; ++j) {
      if (!s.isSeen(row, j))
        continue;
      double *dkRow = dk.data.data() + s.keyRow(row, j) * s.width;
      double *dvRow = dv.data.data() + s.keyRow(row, j) * s.valueWidth;
      double p = std::exp(s.score(row, j) - statistic.data[row]), dp = 0.0;
      for (int64_t x = 0; x < s.valueWidth; ++x) {
        dp += dyRow[x] * s.value(row, j)[x];
        dvRow[x] += p * dyRow[x];
      }
      double w = s.scale * p * (dp - correction.data[row]);
      for (int64_t x = 0; x < s.width; ++x) {
        dqRow[x] += w * s.key(row, j)[x];
        dkRow[x] += w * s.query(row)[x];
      }
    }
  }
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
