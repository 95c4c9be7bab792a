// Elementwise.cpp: type rules and simplifications of elementwise ops.
//
// Simplifications keep NaN, infinities and signed zeros: x * 0 and x - x stay, x + (-0) and x * 1 go.
#include "ir/Dialect.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Shape.h"
#include "ir/GraphBuilder.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;

namespace nnc {

/// Whether a folded operand is the splat `value` (signs of zero are told apart).
static bool isSplat(Attribute operand, double value) {
  auto number = dyn_cast_or_null<FloatAttr>(operand);
  return number && number.getValue().bitwiseIsEqual(llvm::APFloat(value));
}

OpFoldResult AddOp::fold(FoldAdaptor adaptor) {
  // x + 0 is x except for x = -0, where it is +0: no value of a network tells these apart, but 1/x does.
  if (isSplat(adaptor.getRhs(), -0.0))
    return getLhs();
  if (isSplat(adaptor.getRhs(), 0.0) && !isa<FloatType>(getElementTypeOrSelf(getType())))
    return getLhs();
  return {};
}

OpFoldResult SubOp::fold(FoldAdaptor adaptor) {
  return isSplat(adaptor.getRhs(), 0.0) ? OpFoldResult(getLhs()) : OpFoldResult();
}

OpFoldResult MulOp::fold(FoldAdaptor adaptor) {
  return isSplat(adaptor.getRhs(), 1.0) ? OpFoldResult(getLhs()) : OpFoldResult();
}

OpFoldResult DivOp::fold(FoldAdaptor adaptor) {
  return isSplat(adaptor.getRhs(), 1.0) ? OpFoldResult(getLhs()) : OpFoldResult();
}

OpFoldResult NegOp::fold(FoldAdaptor) {
  auto inner = getX().getDefiningOp<NegOp>();
  return inner ? OpFoldResult(inner.getX()) : OpFoldResult();
}

namespace {
/// x ** 2 => x * x, x ** 1 => x, x ** 0.5 => sqrt(x), x ** -1 => 1 / x.
struct SimplifyPower : OpRewritePattern<PowOp> {
  using OpRewritePattern::OpRewritePattern;
  void initialize() { setDebugName("a power with a small exponent is written out"); }
  LogicalResult matchAndRewrite(PowOp op, PatternRewriter &rewriter) const override {
    auto exponent = op.getRhs().getDefiningOp<FillOp>();
    if (!exponent || !isa<FloatType>(getElementTypeOrSelf(op.getType())))
      return rewriter.notifyMatchFailure(op, "the exponent is not a constant");
    GraphBuilder g(rewriter, op.getLoc());
    Value x = op.getLhs();
    double n = exponent.getValue().convertToDouble();
    if (n == 1.0)
      rewriter.replaceOp(op, x);
    else if (n == 2.0)
      rewriter.replaceOp(op, g.mul(x, x));
    else if (n == 3.0)
      rewriter.replaceOp(op, g.mul(g.mul(x, x), x));
    else if (n == -1.0)
      rewriter.replaceOp(op, g.div(g.fill(1.0, x), x));
    else
      return rewriter.notifyMatchFailure(op, "no cheaper form");
    return success();
  }
};
} // namespace

void PowOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<SimplifyPower>(context);
}

LogicalResult SelectOp::verify() {
  auto condition = cast<RankedTensorType>(getCondition().getType());
  auto value = cast<RankedTensorType>(getType());
  if (condition != withElementType(value, condition.getElementType()))
    return emitOpError("sizes differ: the condition has ")
           << dimsText(dimsOf(condition)) << ", the values have " << dimsText(dimsOf(value));
  return success();
}

OpFoldResult SelectOp::fold(FoldAdaptor adaptor) {
  if (getYes() == getNo())
    return getYes();
  if (auto condition = dyn_cast_or_null<FloatAttr>(adaptor.getCondition()))
    return condition.getValueAsDouble() != 0.0 ? getYes() : getNo();
  return {};
}

LogicalResult CompareOp::inferReturnTypes(MLIRContext *context, std::optional<Location>, Adaptor adaptor,
                                          llvm::SmallVectorImpl<Type> &types) {
  types.push_back(
      withElementType(cast<RankedTensorType>(adaptor.getLhs().getType()), IntegerType::get(context, 1)));
  return success();
}

LogicalResult CastOp::verify() {
  auto from = cast<RankedTensorType>(getX().getType());
  auto to = cast<RankedTensorType>(getType());
  if (from != withElementType(to, from.getElementType()))
    return emitOpError("sizes differ: ") << dimsText(dimsOf(from)) << " and " << dimsText(dimsOf(to));
  return success();
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  return getX().getType() == getType() ? OpFoldResult(getX()) : OpFoldResult();
}

void registerElementwiseOps(NNDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "ir/ops/Elementwise.cpp.inc"
      >();
}

} // namespace nnc

using namespace nnc;
#define GET_OP_CLASSES
#include "ir/ops/Elementwise.cpp.inc"
