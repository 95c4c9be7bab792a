// Matmul.cpp: reference semantics of contractions.
#include "ir/interpreter/ReferenceModel.h"
#include "ir/ops/Matmul.h"

using namespace mlir;

namespace nnc {

static void matmul(MatmulOp op, InterpreterContext &context) {
  const Tensor &lhs = context.get(op.getLhs()), &rhs = context.get(op.getRhs());
  bool lhsTransposed = op.getLhsTransposed(), rhsTransposed = op.getRhsTransposed();
  Tensor y = context.make(op.getY());
  size_t row = y.shape.size() - 2, column = y.shape.size() - 1;
  int64_t inner = lhs.shape[lhsTransposed ? row : column];
  forEachIndex(y.shape, [&](llvm::ArrayRef<int64_t> index) {
    Index left(index), right(index);
    double sum = 0.0;
    for (int64_t k = 0; k < inner; ++k) {
      left[row] = lhsTransposed ? k : index[row];
      left[column] = lhsTransposed ? index[row] : k;
      right[row] = rhsTransposed ? index[column] : k;
      right[column] = rhsTransposed ? k : index[column];
      sum += lhs.at(left) * rhs.at(right);
    }
    y.at(index) = sum;
  });
  context.set(op.getY(), std::move(y));
}

void attachMatmulReference(MLIRContext *context) { attach<MatmulOp, matmul>(context); }

} // namespace nnc
