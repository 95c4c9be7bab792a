// Matmul.cpp: the sum of products.
#include "codegen/explain/meaning/Meaning.h"
#include "ir/ops/Matmul.h"

using namespace mlir;

namespace nnc::explain {

static Math matmul(MatmulOp op, Element &element) {
  size_t rank = element.index().size();
  Math inner = element.size(op.getLhs(), op.getLhsTransposed() ? rank - 2 : rank - 1);
  return element.fold("sum", inner, [&](llvm::ArrayRef<Math> k) {
    std::vector<Math> lhs = element.index(), rhs = element.index();
    lhs[rank - 1] = rhs[rank - 2] = k[0];
    if (op.getLhsTransposed())
      std::swap(lhs[rank - 2], lhs[rank - 1]);
    if (op.getRhsTransposed())
      std::swap(rhs[rank - 2], rhs[rank - 1]);
    return element.at(0, lhs) * element.at(1, rhs);
  });
}

void attachMatmulMeanings(MLIRContext &context) { attachMeaning<MatmulOp, matmul>(context); }

} // namespace nnc::explain
