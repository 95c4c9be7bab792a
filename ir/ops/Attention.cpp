// Attention.cpp: type rules and gradients of attention.
#include "ir/ops/Attention.h"
#include "ir/GraphBuilder.h"
#include "ir/ops/Access.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Matmul.h"
#include "ir/ops/Reduce.h"
#include "ir/ops/Shape.h"

using namespace mlir;

namespace nnc {

std::optional<Dim> attentionOperations(Value q, Value k, Value v, bool causal, int64_t products,
                                       int64_t valueProducts) {
  Dims batch = dimsOf(q), keySizes = dimsOf(k);
  const Dim width = batch.pop_back_val(), queries = batch.pop_back_val(), keys = keySizes[batch.size()];
  // Twice the pairs of a query and a key: without a mask, query i sees i + keys - queries + 1.
  std::optional<Dim> pairs = operationsOver(2, {queries, keys});
  if (causal) {
    bool fewKeys = queries.isStatic() && keys.isStatic() && keys.value() < queries.value();
    std::optional<Dim> seenTwice = fewKeys ? keys.add(1) : operationsOver(2, keys);
    if (!fewKeys && seenTwice && (seenTwice = seenTwice->sub(queries)))
      seenTwice = seenTwice->add(1);
    pairs = seenTwice ? seenTwice->mul(fewKeys ? keys : queries) : std::nullopt;
  }
  std::optional<Dim> wide = operationsOver(products, width), wideValues = operationsOver(valueProducts, dimsOf(v).back());
  std::optional<Dim> each = wide && wideValues ? wide->add(*wideValues) : std::nullopt, rows = elementCount(batch);
  std::optional<Dim> all = pairs && each ? pairs->mul(*each) : std::nullopt;
  return all && rows ? all->mul(*rows) : std::nullopt;
}

//===--------------------------------------------------------------------------------------------------===//
// Types
//===--------------------------------------------------------------------------------------------------===//

namespace {
/// The sizes of one attention, as the types of its operands give them.
struct AttentionSizes {
  Dims batch;
  Dim queries, keys, width, valueWidth;
  Type element;

  Dims with(std::initializer_list<Dim> last) const {
    Dims dims = batch;
    dims.append(last);
    return dims;
  }
};
} // namespace

/// Checks q, k, v and the mask, which may be null.
static LogicalResult readSizes(StringRef name, std::optional<Location> loc, Value q, Value k, Value v,
                               Value mask, AttentionSizes &sizes) {
  auto fail = [&](const Twine &text) { return emitOptionalError(loc, "'", name, "' op ", text); };
  sizes.element = getElementTypeOrSelf(q.getType());
  if (getElementTypeOrSelf(k.getType()) != sizes.element ||
      getElementTypeOrSelf(v.getType()) != sizes.element)
    return fail("element types of queries, keys and values differ");
  Dims left = dimsOf(q), key = dimsOf(k), value = dimsOf(v);
  if (left.size() < 2 || left.size() != key.size() || left.size() != value.size())
    return fail("expects operands of one rank, at least 2, found ranks " + Twine(left.size()) + ", " +
                Twine(key.size()) + " and " + Twine(value.size()));
  size_t row = left.size() - 2, column = left.size() - 1;
  for (size_t axis = 0; axis < row; ++axis)
    if (left[axis] != key[axis] || left[axis] != value[axis])
      return fail("leading dimension " + Twine(axis) + " differs: queries have " + left[axis].str() +
                  ", keys " + key[axis].str() + ", values " + value[axis].str());
  if (left[column] != key[column])
    return fail("widths differ: queries have " + left[column].str() + " numbers, keys " + key[column].str());
  if (key[row] != value[row])
    return fail("there are " + key[row].str() + " keys and " + value[row].str() + " values");
  if (!left[column].isStatic() || !value[column].isStatic())
    return fail("expects widths known while compiling");
  sizes.batch.assign(left.begin(), left.begin() + row);
  sizes.queries = left[row], sizes.keys = key[row];
  sizes.width = left[column], sizes.valueWidth = value[column];
  if (!mask)
    return success();
  Dims allowed = dimsOf(mask), scores = sizes.with({sizes.queries, sizes.keys});
  bool fits = allowed.size() == scores.size();
  for (size_t axis = 0; fits && axis < scores.size(); ++axis)
    fits = allowed[axis] == scores[axis] || allowed[axis] == Dim(1);
  if (!fits)
    return fail("the mask has sizes " + dimsText(allowed) + ", expected those of the scores, " +
                dimsText(scores) + ", or 1");
  return success();
}

LogicalResult AttentionOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
                                            llvm::SmallVectorImpl<Type> &types) {
  AttentionSizes sizes;
  if (failed(readSizes(getOperationName(), loc, adaptor.getQ(), adaptor.getK(), adaptor.getV(),
                       adaptor.getMask(), sizes)))
    return failure();
  types.push_back(makeTensor(sizes.with({sizes.queries, sizes.valueWidth}), sizes.element));
  types.push_back(makeTensor(sizes.with({sizes.queries}), sizes.element));
  return success();
}

LogicalResult AttentionGradientOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                                    Adaptor adaptor, llvm::SmallVectorImpl<Type> &types) {
  AttentionSizes sizes;
  if (failed(readSizes(getOperationName(), loc, adaptor.getQ(), adaptor.getK(), adaptor.getV(),
                       adaptor.getMask(), sizes)))
    return failure();
  Type row = makeTensor(sizes.with({sizes.queries}), sizes.element);
  if (adaptor.getStatistic().getType() != row || adaptor.getCorrection().getType() != row)
    return emitOptionalError(loc,
                             "'nn.attention_gradient' op expects one number per query in 'statistic' and "
                             "'correction', of type ",
                             row);
  Type result = makeTensor(sizes.with({sizes.queries, sizes.valueWidth}), sizes.element);
  if (adaptor.getDy().getType() != result)
    return emitOptionalError(loc, "'nn.attention_gradient' op expects 'dy' of the result's type, ", result);
  for (Value operand : {adaptor.getQ(), adaptor.getK(), adaptor.getV()})
    types.push_back(operand.getType());
  return success();
}

//===--------------------------------------------------------------------------------------------------===//
// Gradients
//===--------------------------------------------------------------------------------------------------===//

llvm::SmallVector<Value> attentionGradient(GraphBuilder &g, AttentionOp op, ValueRange dResults) {
  Value y = op.getY(), dy = dResults[0], dStatistic = dResults[1];
  if (!dy)
    dy = g.fill(0.0, y);
  int64_t last = cast<RankedTensorType>(y.getType()).getRank() - 1;
  // d_s = p (dp - sum(p dp)) + p d_statistic, and the sum over keys of p dp is that over the width of y dy.
  Value correction = g.create<SumOp>(g.mul(dy, y), llvm::ArrayRef<int64_t>{last});
  if (dStatistic)
    correction = g.sub(correction, dStatistic);
  auto gradient = g.getBuilder().create<AttentionGradientOp>(g.getLoc(), op.getQ(), op.getK(), op.getV(),
                                                             op.getStatistic(), dy, correction, op.getMask(),
                                                             op.getScaleAttr(), op.getCausalAttr());
  llvm::SmallVector<Value> dOperands(gradient.getResults());
  dOperands.resize(op->getNumOperands());
  return dOperands;
}

namespace {
/// The matrices of one attention as values of the graph, for what is differentiated twice.
class ScoreMatrices {
public:
  ScoreMatrices(GraphBuilder &g, AttentionGradientOp op) : g(g), op(op) {
    Value scores = scaled(matmul(op.getQ(), op.getK(), false, true));
    probability = g.create<ExpOp>(g.sub(scores, spread(op.getStatistic(), scores)));
    if (Value seen = seenKeys(scores))
      probability = g.select(seen, probability, g.fill(0.0, scores));
    excess = g.sub(matmul(op.getDy(), op.getV(), false, true), spread(op.getCorrection(), scores));
    weight = g.mul(probability, excess);
  }

  Value matmul(Value a, Value b, bool aTransposed = false, bool bTransposed = false) {
    return g.create<MatmulOp>(a, b, aTransposed, bTransposed);
  }
  Value scaled(Value x) { return g.mul(x, g.fill(op.getScale().convertToDouble(), x)); }
  Value spread(Value rows, Value like) { return g.spread(rows, like, lastAxis(like)); }
  Value sumOfRows(Value x) { return g.create<SumOp>(x, llvm::ArrayRef<int64_t>{lastAxis(x)}); }

  Value probability; // p
  Value excess;      // dy @ v^T - correction
  Value weight;      // w, their product

private:
  static int64_t lastAxis(Value x) { return cast<RankedTensorType>(x.getType()).getRank() - 1; }

  /// Truth values of `like`'s sizes, or null where every query sees every key.
  Value seenKeys(Value like) {
    auto type = cast<RankedTensorType>(like.getType());
    auto truth = withElementType(type, g.getBuilder().getI1Type());
    Value seen;
    if (Value mask = op.getMask()) {
      auto axes = llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
      seen = mask.getType() == truth ? mask : g.create<BroadcastOp>(truth, mask, axes);
    }
    if (!op.getCausal())
      return seen;
    // j + queries <= i + keys
    Dims dims = dimsOf(type);
    int64_t row = type.getRank() - 2;
    auto whole = withElementType(type, g.getBuilder().getI64Type());
    Value query = g.create<IotaOp>(whole, row), key = g.create<IotaOp>(whole, row + 1);
    Value end = g.add(key, size(dims[row], key)), last = g.add(query, size(dims[row + 1], key));
    Value causal = g.compare(ComparePredicate::le, end, last);
    return seen ? g.create<AndOp>(truth, seen, causal) : causal;
  }

  Value size(const Dim &dim, Value like) {
    auto scalar = RankedTensorType::get({}, getElementTypeOrSelf(like.getType()));
    MLIRContext *context = g.getBuilder().getContext();
    auto text = DimValueAttr::get(context, StringAttr::get(context, dim.str()));
    return g.broadcastScalar(g.create<SizeOp>(scalar, text), like);
  }

  GraphBuilder &g;
  AttentionGradientOp op;
};
} // namespace

llvm::SmallVector<Value> attentionSecondGradient(GraphBuilder &g, AttentionGradientOp op,
                                                 ValueRange dResults) {
  ScoreMatrices m(g, op);
  Value a = dResults[0], b = dResults[1], e = dResults[2];
  auto plus = [&](Value x, Value y) { return x && y ? g.add(x, y) : x ? x : y; };

  // dq = c W k, dk = c W^T q, dv = P^T dy with W = P (dy v^T - correction)
  Value dWeight, dProbability, dQ, dK, dV, dDy, dCorrection;
  if (a)
    dWeight = m.matmul(a, op.getK(), false, true);
  if (b)
    dWeight = plus(dWeight, m.matmul(op.getQ(), b, false, true));
  if (dWeight) {
    dWeight = m.scaled(dWeight);
    Value dExcess = g.mul(dWeight, m.probability);
    dProbability = g.mul(dWeight, m.excess);
    dCorrection = g.neg(m.sumOfRows(dExcess));
    dDy = m.matmul(dExcess, op.getV());
    dV = m.matmul(dExcess, op.getDy(), true);
  }
  if (e) {
    dProbability = plus(dProbability, m.matmul(op.getDy(), e, false, true));
    dDy = plus(dDy, m.matmul(m.probability, e));
  }
  Value dScores = g.mul(dProbability, m.probability);
  dQ = m.matmul(dScores, op.getK());
  dK = m.matmul(dScores, op.getQ(), true);
  if (b)
    dQ = plus(dQ, m.matmul(m.weight, b));
  if (a)
    dK = plus(dK, m.matmul(m.weight, a, true));
  llvm::SmallVector<Value> dOperands = {m.scaled(dQ), m.scaled(dK), dV, g.neg(m.sumOfRows(dScores)),
                                        dDy,          dCorrection};
  dOperands.resize(op->getNumOperands());
  return dOperands;
}

void registerAttentionOps(NNDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "ir/ops/Attention.cpp.inc"
      >();
}

} // namespace nnc

using namespace nnc;
#define GET_OP_CLASSES
#include "ir/ops/Attention.cpp.inc"
