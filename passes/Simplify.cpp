// Simplify.cpp: rewrites that look at several ops and make the graph cheaper, without changing a bit of its results
// but the sign of a zero.
#include "ir/GraphBuilder.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Matmul.h"
#include "ir/ops/Reduce.h"
#include "ir/ops/Shape.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/Observers.h"
#include "passes/Passes.h"

using namespace mlir;

namespace nnc {
#define GEN_PASS_DEF_SIMPLIFY
#include "passes/Passes.h.inc"

namespace {

/// Whether both ops move the elements of operands of equal sizes in the same way.
bool movesAlike(Operation *a, Operation *b) {
  if (a->getName() != b->getName() || dimsOf(a->getOperand(0)) != dimsOf(b->getOperand(0)))
    return false;
  return !isa<BroadcastOp>(a) || cast<BroadcastOp>(a).getDims() == cast<BroadcastOp>(b).getDims();
}

/// op(broadcast a, broadcast b, fill c) => broadcast(op(a, b, fill c)): the op runs on fewer elements. The same with
/// reshapes, which gain nothing by it but come to stand where they part no kernels.
struct ComputeBeforeMoving : OpInterfaceRewritePattern<ElementwiseOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  void initialize() { setDebugName("an operation on repeated or reshaped elements is done before"); }

  LogicalResult matchAndRewrite(ElementwiseOpInterface op, PatternRewriter &rewriter) const override {
    Operation *first = nullptr;
    for (Value operand : op->getOperands()) {
      Operation *move = operand.getDefiningOp();
      if (isa_and_nonnull<FillOp>(move))
        continue;
      if (!isa_and_nonnull<BroadcastOp, ReshapeOp>(move))
        return rewriter.notifyMatchFailure(op, "an operand is neither moved nor constant");
      if (first && !movesAlike(first, move))
        return rewriter.notifyMatchFailure(op, "operands are moved in different ways");
      first = move;
    }
    if (!first)
      return rewriter.notifyMatchFailure(op, "all operands are constants");

    auto before = cast<RankedTensorType>(first->getOperand(0).getType());
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      if (auto fill = operand.getDefiningOp<FillOp>()) {
        Type type = withElementType(before, getElementTypeOrSelf(fill.getType()));
        operands.push_back(rewriter.create<FillOp>(fill.getLoc(), type, fill.getValueAttr()));
      } else {
        operands.push_back(operand.getDefiningOp()->getOperand(0));
      }
    }
    Type result = withElementType(before, getElementTypeOrSelf(op->getResult(0).getType()));
    Operation *moved =
        rewriter.create(op->getLoc(), op->getName().getIdentifier(), operands, result, op->getAttrs());
    Operation *again = rewriter.create(op->getLoc(), first->getName().getIdentifier(), moved->getResult(0),
                                       op->getResult(0).getType(), first->getAttrs());
    rewriter.replaceOp(op, again);
    return success();
  }
};

/// op(reshape a, b) => reshape(op(a, reshape b)) where the reshape splits axes, and a product or an elementwise op makes a:
/// so a bias, an activation and
/// a residual join the kernel of the product whose rows were those of several axes. b is a constant, a broadcast along
/// axes behind those that the reshape joins, or a value that is in memory in any case, which a reshape only names.
struct ComputeBeforeReshape : OpInterfaceRewritePattern<ElementwiseOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  void initialize() { setDebugName("an operation on elements is done before the reshape"); }

  LogicalResult matchAndRewrite(ElementwiseOpInterface op, PatternRewriter &rewriter) const override {
    ReshapeOp reshape;
    for (Value operand : op->getOperands())
      if (auto candidate = operand.getDefiningOp<ReshapeOp>())
        if (Operation *made = candidate.getX().getDefiningOp();
            made && (made->hasTrait<Contraction>() || isa<ElementwiseOpInterface>(made)) &&
            dimsOf(candidate.getX()).size() < dimsOf(candidate.getY()).size())
          reshape = candidate;
    if (!reshape)
      return rewriter.notifyMatchFailure(op, "no operand is computed in another shape");
    auto before = cast<RankedTensorType>(reshape.getX().getType());
    Dims from = dimsOf(before), to = dimsOf(reshape.getY());
    const int64_t dropped = int64_t(to.size()) - int64_t(from.size());
    size_t common = 0; // axes at the end that are the same
    while (common < from.size() && common < to.size() &&
           from[from.size() - 1 - common] == to[to.size() - 1 - common])
      ++common;
    auto staysBroadcast = [&](BroadcastOp broadcast) {
      return llvm::all_of(broadcast.getDims(),
                          [&](int64_t axis) { return axis >= int64_t(to.size() - common); });
    };
    for (Value operand : op->getOperands()) {
      Operation *definition = operand.getDefiningOp();
      if (auto broadcast = operand.getDefiningOp<BroadcastOp>()) {
        if (!staysBroadcast(broadcast))
          return rewriter.notifyMatchFailure(op, "an operand is repeated along axes that the reshape joins");
      } else if (definition && !isa<FillOp, ReshapeOp>(definition) &&
                 (operand.hasOneUse() || definition->hasTrait<IndexMap>())) {
        return rewriter.notifyMatchFailure(op, "an operand would come to be in memory");
      }
    }
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      RankedTensorType type = withElementType(before, getElementTypeOrSelf(operand.getType()));
      if (auto fill = operand.getDefiningOp<FillOp>()) {
        operands.push_back(rewriter.create<FillOp>(fill.getLoc(), type, fill.getValueAttr()));
      } else if (auto broadcast = operand.getDefiningOp<BroadcastOp>()) {
        SmallVector<int64_t> dims(broadcast.getDims());
        for (int64_t &axis : dims)
          axis -= dropped;
        operands.push_back(rewriter.create<BroadcastOp>(broadcast.getLoc(), type, broadcast.getX(), dims));
      } else if (auto other = operand.getDefiningOp<ReshapeOp>(); other && other.getX().getType() == type) {
        operands.push_back(other.getX());
      } else {
        operands.push_back(rewriter.create<ReshapeOp>(operand.getLoc(), type, operand));
      }
    }
    Type result = withElementType(before, getElementTypeOrSelf(op->getResult(0).getType()));
    Operation *moved =
        rewriter.create(op->getLoc(), op->getName().getIdentifier(), operands, result, op->getAttrs());
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op->getResult(0).getType(), moved->getResult(0));
    return success();
  }
};

/// broadcast(reshape x) => broadcast(x) where the reshape only adds axes of size 1: those are repeated anyway.
struct BroadcastWithoutUnitAxes : OpRewritePattern<BroadcastOp> {
  using OpRewritePattern::OpRewritePattern;
  void initialize() { setDebugName("axes of length 1 need not be made to be repeated"); }

  LogicalResult matchAndRewrite(BroadcastOp op, PatternRewriter &rewriter) const override {
    auto reshape = op.getX().getDefiningOp<ReshapeOp>();
    if (!reshape)
      return rewriter.notifyMatchFailure(op, "the operand is not a reshape");
    Dims before = dimsOf(reshape.getX()), after = dimsOf(reshape.getY());
    SmallVector<int64_t> kept;
    size_t next = 0;
    for (auto [axis, dim] : llvm::enumerate(after))
      if (next < before.size() && before[next] == dim) {
        kept.push_back(op.getDims()[axis]);
        ++next;
      } else if (dim != Dim(1)) {
        return rewriter.notifyMatchFailure(op, "the reshape does more than add axes");
      }
    if (next != before.size())
      return rewriter.notifyMatchFailure(op, "the reshape drops axes");
    rewriter.replaceOpWithNewOp<BroadcastOp>(op, op.getType(), reshape.getX(), kept);
    return success();
  }
};

/// A reduction over axes of size 1 keeps the elements as they are.
template <typename OpT> struct ReduceUnitAxes : OpRewritePattern<OpT> {
  using OpRewritePattern<OpT>::OpRewritePattern;
  void initialize() { this->setDebugName("a reduction of one element is that element"); }

  LogicalResult matchAndRewrite(OpT op, PatternRewriter &rewriter) const override {
    Dims dims = dimsOf(op.getX());
    if (llvm::any_of(op.getAxes(), [&](int64_t axis) { return dims[axis] != Dim(1); }))
      return rewriter.notifyMatchFailure(op, "an axis has more than one element, or may have");
    if (op.getX().getType() == op.getType())
      rewriter.replaceOp(op, op.getX());
    else
      rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getX());
    return success();
  }
};

/// A matrix product whose sums have one term is a product of elements, each factor repeated along an axis: it then joins
/// the kernels around it as any elementwise op.
struct OuterProduct : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;
  void initialize() { setDebugName("a matrix product whose sums have one term is an outer product"); }

  LogicalResult matchAndRewrite(MatmulOp op, PatternRewriter &rewriter) const override {
    const int64_t row = dimsOf(op.getY()).size() - 2, column = row + 1;
    if (dimsOf(op.getLhs())[op.getLhsTransposed() ? row : column] != Dim(1))
      return rewriter.notifyMatchFailure(op, "sums may have other than one term");
    // A factor without its axis of one element, repeated along axis `along` of the result.
    auto repeated = [&](Value factor, bool oneRow, int64_t along) -> Value {
      Dims dims = dimsOf(factor);
      dims.erase(dims.begin() + (oneRow ? row : column));
      auto type = makeTensor(dims, getElementTypeOrSelf(factor.getType()));
      SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, column + 1));
      axes.erase(axes.begin() + along);
      Value vector = rewriter.create<ReshapeOp>(op.getLoc(), type, factor);
      return rewriter.create<BroadcastOp>(op.getLoc(), op.getType(), vector, axes);
    };
    Value left = repeated(op.getLhs(), op.getLhsTransposed(), column);
    Value right = repeated(op.getRhs(), !op.getRhsTransposed(), row);
    rewriter.replaceOpWithNewOp<MulOp>(op, left, right);
    return success();
  }
};

struct SimplifyPass : impl::SimplifyBase<SimplifyPass> {
  explicit SimplifyPass(RewriterBase::Listener *listener = nullptr) : listener(listener) {}

  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    patterns
        .add<ComputeBeforeMoving, ComputeBeforeReshape, BroadcastWithoutUnitAxes, OuterProduct,
             ReduceUnitAxes<SumOp>, ReduceUnitAxes<MeanOp>, ReduceUnitAxes<ProdOp>, ReduceUnitAxes<MaxOp>,
             ReduceUnitAxes<MinOp>>(context);
    context->getLoadedDialect<NNDialect>()->getCanonicalizationPatterns(patterns);
    for (RegisteredOperationName op : context->getRegisteredOperations())
      if (op.getDialectNamespace() == NNDialect::getDialectNamespace())
        op.getCanonicalizationPatterns(patterns, context);
    GreedyRewriteConfig config;
    config.listener = listener;
    if (failed(applyPatternsAndFoldGreedily(getOperation(), std::move(patterns), config)))
      signalPassFailure();
  }

  RewriterBase::Listener *listener;
};

} // namespace

std::unique_ptr<Pass> createSimplify() { return std::make_unique<SimplifyPass>(); }
std::unique_ptr<Pass> createSimplify(RewriterBase::Listener &listener) {
  return std::make_unique<SimplifyPass>(&listener);
}

} // namespace nnc
