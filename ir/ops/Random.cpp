// Random.cpp: type rules of random tensors.
#include "ir/ops/Random.h"

using namespace mlir;

namespace nnc {

LogicalResult RandomKeyOp::inferReturnTypes(MLIRContext *, std::optional<Location>, Adaptor adaptor,
                                            llvm::SmallVectorImpl<Type> &types) {
  types.push_back(adaptor.getKey().getType());
  return success();
}

void registerRandomOps(NNDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "ir/ops/Random.cpp.inc"
      >();
}

} // namespace nnc

using namespace nnc;
#define GET_OP_CLASSES
#include "ir/ops/Random.cpp.inc"
