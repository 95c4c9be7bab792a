// Meaning.cpp: elements, sizes, and the list of families.
#include "codegen/explain/meaning/Meaning.h"

using namespace mlir;

#include "codegen/explain/meaning/Meaning.cpp.inc"

namespace nnc::explain {

Math sizeMath(const Dim &dim) {
  Math sum = 0;
  for (const auto &[monomial, coefficient] : dim.getTerms()) {
    Math term = coefficient;
    for (const std::string &name : monomial)
      term = Math::scaled(term, Math::name(name));
    sum = sum + term;
  }
  return sum;
}

Element::Element(Operation *op, unsigned result) : op(op), resultNumber(result) {
  for (size_t axis = 0; axis < dimsOf(op->getResult(result)).size(); ++axis)
    indices.push_back(Math::name("i" + std::to_string(axis)));
}

Math Element::at(unsigned number, llvm::ArrayRef<Math> index) const {
  return Math::index(Math::name("a" + std::to_string(number)), index.vec());
}

Math Element::fold(llvm::StringRef how, llvm::ArrayRef<Math> sizes,
                   llvm::function_ref<Math(llvm::ArrayRef<Math>)> body) {
  std::vector<Math::Bound> bounds;
  std::vector<Math> names;
  for (const Math &size : sizes) {
    bounds.push_back({"k" + std::to_string(variables++), 0, size});
    names.push_back(Math::name(bounds.back().name));
  }
  return Math::bind(how, std::move(bounds), body(names));
}

Math meaningOf(Operation *op, unsigned result) {
  auto meaning = dyn_cast<MeaningOpInterface>(op);
  if (!meaning)
    return {};
  Element element(op, result);
  return meaning.meaning(element);
}

void registerMeanings(MLIRContext &context) {
  attachAccessMeanings(context);
  attachAttentionMeanings(context);
  attachConvMeanings(context);
  attachElementwiseMeanings(context);
  attachIndexingMeanings(context);
  attachMatmulMeanings(context);
  attachPoolMeanings(context);
  attachReduceMeanings(context);
  attachResampleMeanings(context);
  attachShapeMeanings(context);
  attachSoftmaxMeanings(context);
}

} // namespace nnc::explain
