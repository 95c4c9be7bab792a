// SplitProducts.cpp: gives each half of a weight's rows to one core in the forward product, as its update does.
#include "ir/ops/Matmul.h"
#include "ir/ops/Reduce.h"
#include "ir/ops/Shape.h"
#include "ir/ops/Structure.h"
#include "mlir/IR/Builders.h"
#include "passes/FusionCost.h"
#include "passes/Passes.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace nnc {
#define GEN_PASS_DEF_SPLITPRODUCTS
#include "passes/Passes.h.inc"

namespace {

/// Parts of a sum. Each is a stretch of the weight's rows, so more of them suit machines with more cores, but every part
/// writes a result that another core reads.
constexpr int64_t parts = 2;
/// A weight of fewer bytes moves between cores in less time than a call of a kernel takes.
constexpr double leastBytes = 128 << 10;
/// The weight has to be longer than the partial results, which are written and read once each: by this factor.
constexpr double leastGain = 4;

class SplitProductsPass : public impl::SplitProductsBase<SplitProductsPass> {
  void runOnOperation() override {
    ModelOp model = getOperation();
    llvm::StringSet<> trained;
    model.walk([&](StoreOp store) { trained.insert(store.getVariable()); });
    FusionCost cost(model);
    SmallVector<MatmulOp> products;
    for (FuncOp func : model.getOps<FuncOp>())
      for (MatmulOp product : func.getOps<MatmulOp>())
        if (auto load = product.getRhs().getDefiningOp<LoadOp>(); load && trained.contains(load.getVariable()))
          if (pays(product, cost))
            products.push_back(product);
    for (MatmulOp product : products)
      split(product);
  }

  static bool pays(MatmulOp product, const FusionCost &cost) {
    Dims rhs = dimsOf(product.getRhs());
    if (product.getLhsTransposed() || product.getRhsTransposed() || dimsOf(product.getLhs()).size() != 2)
      return false;
    std::optional<int64_t> depth = rhs.front().valueIfStatic();
    double weight = cost.bytes(product.getRhs());
    return depth && *depth % parts == 0 && weight >= leastBytes &&
           weight >= leastGain * parts * cost.bytes(product.getY());
  }

  /// x w = sum over parts p of x[:, p] w[p, :].
  static void split(MatmulOp product) {
    OpBuilder builder(product);
    Location loc = product.getLoc();
    Type element = getElementTypeOrSelf(product.getType());
    Dims x = dimsOf(product.getLhs()), w = dimsOf(product.getRhs());
    Dim depth(w.front().value() / parts);
    Value rows = builder.create<ReshapeOp>(loc, makeTensor(Dims{x.front(), Dim(parts), depth}, element), product.getLhs());
    Value lhs = builder.create<TransposeOp>(loc, rows, ArrayRef<int64_t>{1, 0, 2});
    Value rhs = builder.create<ReshapeOp>(loc, makeTensor(Dims{Dim(parts), depth, w.back()}, element), product.getRhs());
    Value partial = builder.create<MatmulOp>(loc, lhs, rhs, false, false);
    product.replaceAllUsesWith(builder.create<SumOp>(loc, partial, ArrayRef<int64_t>{0}).getResult());
    product.erase();
  }
};

} // namespace
} // namespace nnc
