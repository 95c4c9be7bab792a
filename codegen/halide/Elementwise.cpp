// Elementwise.cpp: emitters of the ops with a scalar meaning, all at once.
#include "codegen/halide/Emitters.h"
#include "ir/ops/Elementwise.h"

using namespace mlir;

namespace nnc {
namespace {

/// Instantiates the op's scalar meaning (ir/ops/Elementwise.td) with Num.
template <typename OpT> struct ScalarEmitter : EmitOpInterface::ExternalModel<ScalarEmitter<OpT>, OpT> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Halide::Expr> index) const {
    llvm::SmallVector<Num> operands;
    for (Value operand : op->getOperands())
      operands.push_back(emitter.element(operand, index));
    return cast<OpT>(op).template scalar<Num>(operands);
  }
};

template <typename OpT> void attach(MLIRContext &context) {
  if constexpr (OpT::template hasTrait<ElementwiseOpInterface::Trait>())
    OpT::template attachInterface<ScalarEmitter<OpT>>(context);
}

template <typename... Ops> void attachAll(MLIRContext &context) { (attach<Ops>(context), ...); }

} // namespace

void registerElementwiseEmitters(MLIRContext &context) {
  attachAll<
#define GET_OP_LIST
#include "ir/ops/Elementwise.cpp.inc"
      >(context);
}

} // namespace nnc
