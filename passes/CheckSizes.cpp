// CheckSizes.cpp: refuses tensors that cannot be indexed, before anything is built on them.
#include "ir/GraphBuilder.h"
#include "ir/ops/Structure.h"
#include "passes/Passes.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;

namespace nnc {
#define GEN_PASS_DEF_CHECKSIZES
#include "passes/Passes.h.inc"

namespace {

constexpr int64_t elementLimit = (int64_t(1) << 31) - 1;

struct CheckSizesPass : impl::CheckSizesBase<CheckSizesPass> {
  llvm::StringMap<int64_t> sizes; // of run-time dimensions: the bound, or 1

  void runOnOperation() override {
    ModelOp model = getOperation();
    sizes.clear();
    for (auto [symbol, bound] :
         llvm::zip(model.getSymbols().getAsValueRange<StringAttr>(), model.getBounds()))
      sizes[symbol] = std::max<int64_t>(bound, 1);

    bool isFine = true;
    model.walk<WalkOrder::PreOrder>([&](Operation *op) {
      for (Value result : op->getResults())
        isFine &= check(result, op->getLoc());
      for (Region &region : op->getRegions())
        for (BlockArgument argument : region.getArguments())
          isFine &= check(argument, argument.getLoc());
    });
    if (!isFine)
      signalPassFailure();
  }

  bool check(Value value, Location loc) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type)
      return true;
    Dims dims = dimsOf(type);
    std::optional<Dim> count = elementCount(dims);
    std::optional<int64_t> least;
    if (count)
      least = count->evaluate([&](StringRef name) -> std::optional<int64_t> {
        auto known = sizes.find(name);
        return known == sizes.end() ? 1 : known->second;
      });
    if (least && *least <= elementLimit)
      return true;
    InFlightDiagnostic diagnostic = emitError(loc) << "a tensor of sizes " << dimsText(dims) << " has ";
    if (least)
      diagnostic << (count->isStatic() ? "" : "at least ") << *least << " elements";
    else
      diagnostic << "more elements than 64 bits can count";
    diagnostic << "; the most that can be indexed are " << elementLimit;
    return false;
  }
};

} // namespace
} // namespace nnc
