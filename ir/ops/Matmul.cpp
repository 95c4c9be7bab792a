// Matmul.cpp: type rule, gradient and simplifications of the matrix product.
#include "ir/ops/Matmul.h"
#include "ir/GraphBuilder.h"
#include "ir/ops/Shape.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;

namespace nnc {

LogicalResult MatmulOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
                                         llvm::SmallVectorImpl<Type> &types) {
  auto lhs = cast<RankedTensorType>(adaptor.getLhs().getType());
  auto rhs = cast<RankedTensorType>(adaptor.getRhs().getType());
  if (lhs.getElementType() != rhs.getElementType())
    return emitOptionalError(loc, "'nn.matmul' op element types differ: ", lhs.getElementType(), " and ",
                             rhs.getElementType());
  if (lhs.getRank() < 2 || lhs.getRank() != rhs.getRank())
    return emitOptionalError(loc, "'nn.matmul' op expects operands of one rank, at least 2, found ranks ",
                             lhs.getRank(), " and ", rhs.getRank());
  Dims left = dimsOf(lhs), right = dimsOf(rhs);
  size_t row = left.size() - 2, column = left.size() - 1;
  if (adaptor.getLhsTransposed())
    std::swap(left[row], left[column]);
  if (adaptor.getRhsTransposed())
    std::swap(right[row], right[column]);
  if (left[column] != right[row])
    return emitOptionalError(loc, "'nn.matmul' op inner dimensions differ: lhs has ", left[column].str(),
                             " columns, rhs has ", right[row].str(), " rows");
  for (size_t axis = 0; axis < row; ++axis)
    if (left[axis] != right[axis])
      return emitOptionalError(loc, "'nn.matmul' op batch dimension ", axis, " differs: lhs has ",
                               left[axis].str(), ", rhs has ", right[axis].str());
  left[column] = right[column];
  types.push_back(makeTensor(left, lhs.getElementType()));
  return success();
}

std::optional<Dim> matmulOperations(MatmulOp op) {
  Dims sizes = dimsOf(op.getY()), lhs = dimsOf(op.getLhs());
  sizes.push_back(lhs[lhs.size() - (op.getLhsTransposed() ? 2 : 1)]);
  return operationsOver(2, sizes);
}

llvm::SmallVector<Value> matmulGradient(GraphBuilder &g, MatmulOp op, Value dy) {
  Value lhs = op.getLhs(), rhs = op.getRhs();
  bool lhsTransposed = op.getLhsTransposed(), rhsTransposed = op.getRhsTransposed();
  // With A' = op(A), B' = op(B): dA' = dY B'^T and dB' = A'^T dY; a transposed operand wants the transpose of that,
  // which swaps the factors.
  Value dLhs = lhsTransposed ? g.create<MatmulOp>(rhs, dy, rhsTransposed, true)
                             : g.create<MatmulOp>(dy, rhs, false, !rhsTransposed);
  Value dRhs = rhsTransposed ? g.create<MatmulOp>(dy, lhs, true, lhsTransposed)
                             : g.create<MatmulOp>(lhs, dy, !lhsTransposed, false);
  return {dLhs, dRhs};
}

/// [turns, rows, columns] as [turns * rows, columns].
static Value rowsOfAllTurns(GraphBuilder &g, Value stacked) {
  Dims dims = dimsOf(stacked);
  std::optional<Dim> rows = dims.size() == 3 ? dims[0].mul(dims[1]) : std::nullopt;
  if (!rows)
    return {};
  return g.create<ReshapeOp>(makeTensor({*rows, dims[2]}, getElementTypeOrSelf(stacked.getType())), stacked);
}

/// x_t w, of all turns: the rows of all x_t times w. Where sums have one term, a turn computes them in less time than it
/// takes to read them.
Value MatmulOp::overAllTurns(GraphBuilder &g, ValueRange operands, llvm::ArrayRef<bool> isStacked) {
  if (!isStacked[0] || isStacked[1] || getLhsTransposed() || dimsOf(getLhs()).back() == Dim(1))
    return {};
  Value rows = rowsOfAllTurns(g, operands[0]);
  if (!rows)
    return {};
  Value product = g.create<MatmulOp>(rows, operands[1], false, getRhsTransposed());
  Dims dims = dimsOf(operands[0]);
  dims.back() = dimsOf(product).back();
  return g.create<ReshapeOp>(makeTensor(dims, getElementTypeOrSelf(product.getType())), product);
}

/// The sum of a_tᵀ b_t over turns: the rows of all turns are the rows of one product.
Value MatmulOp::sumOverTurns(GraphBuilder &g, ValueRange operands) {
  if (!getLhsTransposed() || getRhsTransposed())
    return {};
  Value lhs = rowsOfAllTurns(g, operands[0]), rhs = rowsOfAllTurns(g, operands[1]);
  return lhs && rhs ? g.create<MatmulOp>(lhs, rhs, true, false) : Value();
}

/// Rows of a right operand lie one behind the other where a register tile of the result reads them (Gemm.cpp); a
/// transposed one is packed at every call.
Value MatmulOp::laidOutForTurns(GraphBuilder &g, unsigned index, Value value) {
  if (index != 1 || !getRhsTransposed())
    return {};
  llvm::SmallVector<int64_t> permutation(llvm::to_vector(llvm::seq<int64_t>(0, dimsOf(value).size())));
  std::swap(permutation[permutation.size() - 2], permutation.back());
  return g.create<TransposeOp>(value, permutation);
}

void MatmulOp::takeLaidOut(unsigned index, Value value) {
  setOperand(index, value);
  setRhsTransposed(false);
}

namespace {
/// matmul(transpose(a), b) => matmul(a, b) with lhs_transposed flipped; likewise on the right.
struct AbsorbTranspose : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;
  void initialize() { setDebugName("the transpose of a factor is part of the matrix product"); }

  /// The operand behind a swap of the last two axes, or null.
  static Value behindTranspose(Value value) {
    auto transpose = value.getDefiningOp<TransposeOp>();
    if (!transpose)
      return {};
    llvm::ArrayRef<int64_t> permutation = transpose.getPermutation();
    int64_t rank = permutation.size();
    for (int64_t axis = 0; axis < rank; ++axis) {
      int64_t expected = axis == rank - 2 ? rank - 1 : axis == rank - 1 ? rank - 2 : axis;
      if (permutation[axis] != expected)
        return {};
    }
    return transpose.getX();
  }

  LogicalResult matchAndRewrite(MatmulOp op, PatternRewriter &rewriter) const override {
    Value lhs = behindTranspose(op.getLhs()), rhs = behindTranspose(op.getRhs());
    if (!lhs && !rhs)
      return rewriter.notifyMatchFailure(op, "no operand swaps its last two axes");
    rewriter.replaceOpWithNewOp<MatmulOp>(op, lhs ? lhs : op.getLhs(), rhs ? rhs : op.getRhs(),
                                          op.getLhsTransposed() != bool(lhs),
                                          op.getRhsTransposed() != bool(rhs));
    return success();
  }
};
} // namespace

void MatmulOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<AbsorbTranspose>(context);
}

void registerMatmulOps(NNDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "ir/ops/Matmul.cpp.inc"
      >();
}

} // namespace nnc

using namespace nnc;
#define GET_OP_CLASSES
#include "ir/ops/Matmul.cpp.inc"
