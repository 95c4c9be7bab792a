// DeferTransposes.cpp: transposes the rows of a product's result instead of those it reads, where they are shorter.
#include "ir/ops/Matmul.h"
#include "ir/ops/Shape.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/Passes.h"

using namespace mlir;

namespace nnc {
#define GEN_PASS_DEF_DEFERTRANSPOSES
#include "passes/Passes.h.inc"

namespace {

/// matmul(reshape(transpose x), w) => reshape(transpose(reshape(matmul(reshape x, w)))), where the transpose moves whole
/// rows, the inner reshapes make one axis of all but the last, and the product's rows are shorter than x's.
struct TransposeBehindProduct : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;
  void initialize() { setDebugName("what is shorter is transposed: the product's rows, not its factor's"); }

  LogicalResult matchAndRewrite(MatmulOp op, PatternRewriter &rewriter) const override {
    auto rows = op.getLhs().getDefiningOp<ReshapeOp>();
    auto transpose = rows ? rows.getX().getDefiningOp<TransposeOp>() : TransposeOp();
    if (!transpose || op.getLhsTransposed())
      return rewriter.notifyMatchFailure(op, "it does not read rows that a transpose has moved");
    if (!rows->hasOneUse() || !transpose->hasOneUse())
      return rewriter.notifyMatchFailure(op, "the transpose is read elsewhere, too");
    Dims before = dimsOf(transpose.getX()), joined = dimsOf(op.getLhs()), after = dimsOf(op.getY());
    llvm::ArrayRef<int64_t> permutation = transpose.getPermutation();
    if (joined.size() != 2 || permutation.back() + 1 != int64_t(before.size()) || joined.back() != before.back())
      return rewriter.notifyMatchFailure(op, "rows are not moved as a whole");
    std::optional<int64_t> longer = before.back().valueIfStatic(), shorter = after.back().valueIfStatic();
    if (!longer || !shorter || *shorter >= *longer)
      return rewriter.notifyMatchFailure(op, "rows of the result are not known to be shorter");

    Type element = getElementTypeOrSelf(op.getType());
    Location loc = op.getLoc();
    Value x = rewriter.create<ReshapeOp>(loc, makeTensor(joined, element), transpose.getX());
    Value y = rewriter.create<MatmulOp>(loc, x, op.getRhs(), false, op.getRhsTransposed());
    Dims dims = before;
    dims.back() = after.back();
    Value apart = rewriter.create<ReshapeOp>(loc, makeTensor(dims, element), y);
    Value moved = rewriter.create<TransposeOp>(transpose.getLoc(), apart, permutation);
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), moved);
    return success();
  }
};

struct DeferTransposesPass : impl::DeferTransposesBase<DeferTransposesPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<TransposeBehindProduct>(&getContext());
    if (failed(applyPatternsAndFoldGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace nnc
