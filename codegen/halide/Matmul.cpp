// Matmul.cpp: emitter of matrix products; how they run is in Gemm.h.
#include "codegen/halide/Emitters.h"
#include "ir/ops/Matmul.h"
#include "codegen/halide/Gemm.h"

using namespace mlir;
using Halide::Expr;

namespace nnc {
namespace {

struct MatmulEmitter : EmitOpInterface::ExternalModel<MatmulEmitter, MatmulOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) const {
    auto matmul = cast<MatmulOp>(op);
    Dims sizes = dimsOf(matmul.getY()), left = dimsOf(matmul.getLhs());
    size_t row = sizes.size() - 2, column = sizes.size() - 1;
    // Reads an operand's matrix at (i, j), or (j, i) where it is stored transposed.
    auto reader = [&emitter](Value operand, bool transposed) {
      return [&emitter, operand, transposed](llvm::ArrayRef<Expr> batch, Expr i, Expr j) {
        ExprIndex at(batch.begin(), batch.end());
        if (transposed)
          std::swap(i, j);
        at.push_back(i);
        at.push_back(j);
        return emitter.element(operand, at);
      };
    };
    ContractSpec spec{sizes[row],
                      sizes[column],
                      left[matmul.getLhsTransposed() ? row : column],
                      halideType(getElementTypeOrSelf(matmul.getType())),
                      matmul.getRhsTransposed(),
                      matmul.getLhsTransposed(),
                      reader(matmul.getLhs(), matmul.getLhsTransposed()),
                      reader(matmul.getRhs(), matmul.getRhsTransposed())};
    return emitter.contract(op, spec, index);
  }
};

} // namespace

void registerMatmulEmitters(MLIRContext &context) { MatmulOp::attachInterface<MatmulEmitter>(context); }

} // namespace nnc
