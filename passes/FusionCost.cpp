// FusionCost.cpp: the model of FusionCost.h.
#include "passes/FusionCost.h"
#include "ir/ops/Structure.h"

using namespace mlir;

namespace nnc {

FusionCost::FusionCost(ModelOp model) {
  for (auto [symbol, bound] : llvm::zip(model.getSymbols().getAsValueRange<StringAttr>(), model.getBounds()))
    if (bound > 0)
      bounds[symbol] = bound;
}

double FusionCost::elements(ArrayRef<Dim> dims) const {
  double count = 1.0;
  for (const Dim &dim : dims) {
    std::optional<int64_t> size = dim.evaluate([&](StringRef name) -> std::optional<int64_t> {
      auto bound = bounds.find(name);
      return bound == bounds.end() ? typicalSize : bound->second;
    });
    count *= size ? static_cast<double>(*size) : 1e18;
  }
  return count;
}

double FusionCost::bytes(Value value) const {
  auto type = cast<RankedTensorType>(value.getType());
  return elements(dimsOf(type)) * elementBytes(type.getElementType());
}

double FusionCost::gain(const KernelDraft &a, const KernelDraft &b, const KernelDraft &merged,
                        std::string &whyNot) const {
  if (llvm::count_if(merged.ops, [](Operation *op) { return !op->hasTrait<IndexMap>(); }) > mostOps)
    return whyNot = "the kernel would have more than " + std::to_string(mostOps) + " ops", 0.0;
  const KernelShape &shape = merged.shape;
  if (shape.kind == KernelKind::Reduction && elements(shape.space) > smallSpace) {
    bool computesSpace =
        llvm::any_of(merged.results, [&](Value result) { return dimsOf(result) == shape.space; });
    bool alreadyDoes = a.shape.kind == KernelKind::Reduction && b.shape.kind == KernelKind::Reduction;
    if (computesSpace && !alreadyDoes && !shape.reducesTrailingAxes())
      return whyNot = "the rows of the reduction are not contiguous", 0.0;
    if (computesSpace && !alreadyDoes && elements(shape.rows) < fewRows)
      return whyNot = "the reduction has too few rows to share this work among cores", 0.0;
  }
  double saved = callBytes;
  for (const KernelDraft *part : {&a, &b}) {
    for (Value input : part->inputs)
      saved += bytes(input);
    for (Value result : part->results)
      saved += bytes(result);
  }
  for (Value input : merged.inputs)
    saved -= bytes(input);
  for (Value result : merged.results)
    saved -= bytes(result);
  return saved;
}

} // namespace nnc
