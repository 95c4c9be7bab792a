// Meaning.td: the interface by which an op says what it computes in mathematics.
#ifndef NN_CODEGEN_EXPLAIN_MEANING_TD
#define NN_CODEGEN_EXPLAIN_MEANING_TD

include "mlir/IR/OpBase.td"

def MeaningOpInterface : OpInterface<"MeaningOpInterface"> {
  let cppNamespace = "::nnc::explain";
  let description = [{
    One element of a result as an expression of the operands' elements: sums over indices, choices, functions. Elementwise
    ops get it from their scalar meaning; the other families have it in the file of codegen/explain/meaning named after
    them. It is what SymPy evaluates, so it follows the definition and not the way of computing: a softmax is a quotient
    of exponentials.
  }];
  let methods = [
    InterfaceMethod<"The element that `element` asks for.", "::nnc::explain::Math", "meaning",
    (ins "::nnc::explain::Element &":$element)>];
}

#endif
