// Meaning.h: what an op computes, element by element, as an expression.
#ifndef NNC_CODEGEN_EXPLAIN_MEANING_MEANING_H
#define NNC_CODEGEN_EXPLAIN_MEANING_MEANING_H

#include "codegen/explain/Math.h"
#include "ir/Dialect.h"
#include "mlir/IR/DialectRegistry.h"

namespace nnc::explain {

/// A size as an expression; run-time dimensions are names.
Math sizeMath(const Dim &dim);

/// The element of one result of an op that is asked for, and what it may be made of. Operand i is the tensor `a<i>`.
class Element {
public:
  Element(mlir::Operation *op, unsigned result);

  /// One expression per axis of the result: i0, i1, ...
  llvm::ArrayRef<Math> index() const { return indices; }
  unsigned result() const { return resultNumber; }
  /// An element of operand `number`.
  Math at(unsigned number, llvm::ArrayRef<Math> index) const;
  Math size(mlir::Value value, unsigned axis) const { return sizeMath(dimsOf(value)[axis]); }
  /// Sum, product, maximum or minimum over one new variable from 0 to below each size.
  Math fold(llvm::StringRef how, llvm::ArrayRef<Math> sizes,
            llvm::function_ref<Math(llvm::ArrayRef<Math>)> body);

private:
  mlir::Operation *op;
  unsigned resultNumber, variables = 0;
  std::vector<Math> indices;
};

/// What the elements of result `result` are, over indices i0, i1, ... and operands a0, a1, ...; null for an op without
/// a meaning (one that draws random numbers).
Math meaningOf(mlir::Operation *op, unsigned result);

/// Gives every op its meaning in contexts made from `registry`.
void registerMeanings(mlir::MLIRContext &context);

} // namespace nnc::explain

#include "codegen/explain/meaning/Meaning.h.inc"

namespace nnc::explain {

template <typename OpT, Math (*function)(OpT, Element &)>
struct MeaningModel : MeaningOpInterface::ExternalModel<MeaningModel<OpT, function>, OpT> {
  Math meaning(mlir::Operation *op, Element &element) const { return function(mlir::cast<OpT>(op), element); }
};
template <typename OpT, Math (*function)(OpT, Element &)> void attachMeaning(mlir::MLIRContext &context) {
  OpT::template attachInterface<MeaningModel<OpT, function>>(context);
}

// Families with meanings; of random tensors, and of what is no computation, nothing is said.
void attachAccessMeanings(mlir::MLIRContext &context);
void attachAttentionMeanings(mlir::MLIRContext &context);
void attachConvMeanings(mlir::MLIRContext &context);
void attachElementwiseMeanings(mlir::MLIRContext &context);
void attachIndexingMeanings(mlir::MLIRContext &context);
void attachMatmulMeanings(mlir::MLIRContext &context);
void attachPoolMeanings(mlir::MLIRContext &context);
void attachReduceMeanings(mlir::MLIRContext &context);
void attachResampleMeanings(mlir::MLIRContext &context);
void attachShapeMeanings(mlir::MLIRContext &context);
void attachSoftmaxMeanings(mlir::MLIRContext &context);

} // namespace nnc::explain

#endif
