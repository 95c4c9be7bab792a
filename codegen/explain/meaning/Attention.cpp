// Attention.cpp: attention and its gradient as sums over keys, straight from the definition.
#include "codegen/explain/meaning/Meaning.h"
#include "ir/ops/Attention.h"

using namespace mlir;

namespace nnc::explain {
namespace {

/// The scores of one attention. `rows` are the leading axes of the element asked for.
template <typename OpT> class Scores {
public:
  Scores(OpT op, Element &element) : op(op), element(element) {
    rank = dimsOf(op.getQ()).size();
    rows = element.index().take_front(rank - 2).vec();
    for (auto [number, operand] : llvm::enumerate(op->getOperands()))
      if (operand == op.getMask())
        maskNumber = number;
  }

  Math queries() { return element.size(op.getQ(), rank - 2); }
  Math keys() { return element.size(op.getK(), rank - 2); }
  Math width() { return element.size(op.getQ(), rank - 1); }
  Math valueWidth() { return element.size(op.getV(), rank - 1); }
  /// An element of an operand of rows and columns, in this batch.
  Math at(unsigned operand, Math row, Math column) { return element.at(operand, with({row, column})); }
  Math perQuery(unsigned operand, Math i) { return element.at(operand, with({i})); }

  Math score(Math i, Math j) {
    Math scale = op.getScale().convertToDouble();
    return scale *
           element.fold("sum", width(), [&](llvm::ArrayRef<Math> x) { return at(0, i, x[0]) * at(1, j, x[0]); });
  }
  /// `value`, or 0 where query i does not see key j.
  Math whereSeen(Math i, Math j, Math value) {
    if (op.getMask()) {
      std::vector<Math> place = with({i, j});
      Dims sizes = dimsOf(op.getMask());
      for (size_t axis = 0; axis < sizes.size(); ++axis)
        if (sizes[axis] == Dim(1))
          place[axis] = 0;
      value = Math::where(element.at(maskNumber, place), value, 0);
    }
    if (op.getCausal())
      value = Math::where(Math::compare("<=", j, i + keys() - queries()), value, 0);
    return value;
  }
  Math overKeys(llvm::function_ref<Math(Math)> body) {
    return element.fold("sum", keys(), [&](llvm::ArrayRef<Math> j) { return body(j[0]); });
  }

private:
  std::vector<Math> with(std::initializer_list<Math> last) {
    std::vector<Math> index = rows;
    index.insert(index.end(), last);
    return index;
  }

  OpT op;
  Element &element;
  size_t rank;
  unsigned maskNumber = 0;
  std::vector<Math> rows;
};

Math attention(AttentionOp op, Element &element) {
  Scores<AttentionOp> s(op, element);
  size_t rank = dimsOf(op.getQ()).size();
  Math i = element.index()[rank - 2];
  Math total =
      s.overKeys([&](Math j) { return s.whereSeen(i, j, Math::call("exp", {s.score(i, j)})); });
  Math seesAny = Math::compare(">", total, 0);
  if (element.result() == 1)
    return Math::where(seesAny, Math::call("log", {total}), 0);
  Math x = element.index()[rank - 1];
  Math weighted = s.overKeys([&](Math j) {
    return s.whereSeen(i, j, Math::call("exp", {s.score(i, j)}) * s.at(2, j, x));
  });
  return Math::where(seesAny, weighted / total, 0);
}

Math attentionGradient(AttentionGradientOp op, Element &element) {
  Scores<AttentionGradientOp> s(op, element);
  size_t rank = dimsOf(op.getQ()).size();
  constexpr unsigned q = 0, k = 1, v = 2, statistic = 3, dy = 4, correction = 5;
  auto p = [&](Math i, Math j) {
    return s.whereSeen(i, j, Math::call("exp", {s.score(i, j) - s.perQuery(statistic, i)}));
  };
  auto w = [&](Math i, Math j) {
    Math dp = element.fold("sum", s.valueWidth(),
                           [&](llvm::ArrayRef<Math> x) { return s.at(dy, i, x[0]) * s.at(v, j, x[0]); });
    return p(i, j) * (dp - s.perQuery(correction, i));
  };
  Math row = element.index()[rank - 2], x = element.index()[rank - 1];
  Math scale = op.getScale().convertToDouble();
  auto overQueries = [&](llvm::function_ref<Math(Math)> body) {
    return element.fold("sum", s.queries(), [&](llvm::ArrayRef<Math> i) { return body(i[0]); });
  };
  if (element.result() == 0)
    return scale * s.overKeys([&](Math j) { return w(row, j) * s.at(k, j, x); });
  if (element.result() == 1)
    return scale * overQueries([&](Math i) { return w(i, row) * s.at(q, i, x); });
  return overQueries([&](Math i) { return p(i, row) * s.at(dy, i, x); });
}

} // namespace

void attachAttentionMeanings(MLIRContext &context) {
  attachMeaning<AttentionOp, attention>(context);
  attachMeaning<AttentionGradientOp, attentionGradient>(context);
}

} // namespace nnc::explain
