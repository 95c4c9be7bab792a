// Matmul.cpp: reference semantics of contractions.
#include "ir/interpreter/ReferenceModel.h"
#include "ir/ops/Matmul.h"

using namespace mlir;

namespace nnc {

namespace {
/// Matrix `number` of a batch, row after row.
struct Matrix {
  /// `transposed` says that it lies in memory column after column.
  Matrix(const Tensor &x, int64_t number, bool transposed)
      : rows(x.shape[x.rank() - 2]), columns(x.shape.back()), data(x.data.data() + number * rows * columns) {
    if (!transposed)
      return;
    turned.resize(rows * columns);
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < columns; ++j)
        turned[j * rows + i] = data[i * columns + j];
    std::swap(rows, columns);
    data = turned.data();
  }
  const double *row(int64_t i) const { return data + i * columns; }

  int64_t rows, columns;

private:
  const double *data;
  std::vector<double> turned;
};
} // namespace

/// y[i, j] is the sum over k of lhs[i, k] * rhs[k, j], in the order of k. The loop over j is the inner one: it goes through
/// memory in order.
static void matmul(MatmulOp op, InterpreterContext &context) {
  const Tensor &lhs = context.get(op.getLhs()), &rhs = context.get(op.getRhs());
  Tensor y = context.make(op.getY());
  double *row = y.data.data();
  const int64_t matrices = countOf(llvm::ArrayRef<int64_t>(y.shape).drop_back(2));
  for (int64_t number = 0; number < matrices; ++number) {
    const Matrix left(lhs, number, op.getLhsTransposed()), right(rhs, number, op.getRhsTransposed());
    for (int64_t i = 0; i < left.rows; ++i, row += right.columns)
      for (int64_t k = 0; k < left.columns; ++k)
        addMultiple(row, left.row(i)[k], right.row(k), right.columns);
  }
  context.set(op.getY(), std::move(y));
}

void attachMatmulReference(MLIRContext *context) { attach<MatmulOp, matmul>(context); }

} // namespace nnc
