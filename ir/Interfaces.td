// Interfaces.td: what passes and code generation may ask of any op, so that no list of ops exists anywhere.
#ifndef NN_INTERFACES_TD
#define NN_INTERFACES_TD

include "mlir/IR/OpBase.td"

def DifferentiableOpInterface : OpInterface<"DifferentiableOpInterface"> {
  let cppNamespace = "::nnc";
  let description = [{An op with a reverse-mode rule, stated beside the op in ir/ops.}];
  let methods = [
    InterfaceMethod<[{
      Builds the vector-Jacobian product: from the adjoints of the results (null where none flows) to one adjoint
      per operand (null where no gradient flows).
    }], "::llvm::SmallVector<::mlir::Value>", "gradient",
    (ins "::nnc::GraphBuilder &":$g, "::mlir::ValueRange":$dResults)>,
    StaticInterfaceMethod<"The rule's name and mathematics.", "::nnc::GradientRule", "gradientRule", (ins)>];
}

def RegionDifferentiableOpInterface : OpInterface<"RegionDifferentiableOpInterface"> {
  let cppNamespace = "::nnc";
  let description = [{
    An op whose rule differentiates its region. The sibling of DifferentiableOpInterface: the pass lends the rule its
    own walk over a block, so that each op inside is differentiated by its own rule.
  }];
  let methods = [
    InterfaceMethod<[{
      Builds the vector-Jacobian product at `g`: one adjoint per operand, null where none is `wanted` or none flows.
      The rule may put another op, with more results, in the op's place to keep what the backward pass reads.
    }], "::mlir::FailureOr<::nnc::RegionGradient>", "regionGradient",
    (ins "::nnc::GraphBuilder &":$g, "::mlir::ValueRange":$dResults, "const ::llvm::SmallVector<bool> &":$wanted,
         "::nnc::DifferentiateBlock":$differentiate)>,
    StaticInterfaceMethod<"The rule's name and mathematics.", "::nnc::GradientRule", "gradientRule", (ins)>];
}

def NonDifferentiableOpInterface : OpInterface<"NonDifferentiableOpInterface"> {
  let cppNamespace = "::nnc";
  let description = [{An op through which no gradient flows, with the reason.}];
  let methods = [
    StaticInterfaceMethod<"Ends the sentence of a diagnostic: \"'argmax' is piecewise constant\".",
    "::llvm::StringRef", "whyNotDifferentiable", (ins)>];
}

def ElementwiseOpInterface : OpInterface<"ElementwiseOpInterface"> {
  let cppNamespace = "::nnc";
  let description = [{
    Result element i is a function of the operands' elements i alone. Besides this method such an op has
    `template <typename T> T scalar(llvm::ArrayRef<T>)`, its meaning over any number-like type.
  }];
  let methods = [
    InterfaceMethod<"The scalar meaning in f64, before rounding to the result's type.", "double", "evaluate",
    (ins "::llvm::ArrayRef<double>":$operands)>];
}

def IndexingOpInterface : OpInterface<"IndexingOpInterface"> {
  let cppNamespace = "::nnc";
  let description = [{An op with an operand of integers that select along an axis (labels, token ids).}];
  let methods = [
    InterfaceMethod<"The operand that holds the integers.", "::mlir::OpOperand &", "indexOperand", (ins)>,
    InterfaceMethod<"Valid indices lie in [0, this), if they have to be valid.", "std::optional<::nnc::Dim>", "indexBound",
    (ins)>,
    InterfaceMethod<"An accepted value outside of the range, or none.", "std::optional<int64_t>", "ignoredIndex",
    (ins), "", "return std::nullopt;">];
}

def OperationCountOpInterface : OpInterface<"OperationCountOpInterface"> {
  let cppNamespace = "::nnc";
  let description = [{An op whose arithmetic can be counted, for rates in profiles. Every op that computes has it.}];
  let methods = [
    InterfaceMethod<[{
      Floating-point operations of the op's definition: a multiplication and its addition are two, a function of one
      element (`exp`) one, moving elements none. Nothing if the number exceeds 64 bits.
    }], "std::optional<::nnc::Dim>", "operationCount", (ins)>];
}

def ReducingOpInterface : OpInterface<"ReducingOpInterface"> {
  let cppNamespace = "::nnc";
  let description = [{
    An op that folds its first operand along axes: a sum, but also a softmax, whose result has the operand's sizes
    again. Its other operands, if any, have one element per row (the sizes without the axes).
  }];
  let methods = [
    InterfaceMethod<"The axes of the first operand.", "::llvm::SmallVector<int64_t>", "reducedAxes", (ins)>];
}

def TurnwiseOpInterface : OpInterface<"TurnwiseOpInterface"> {
  let cppNamespace = "::nnc";
  let description = [{
    An op that many turns of a loop can do at once. Operands that differ from turn to turn come stacked along a new
    first axis; for such operands each method builds what all turns together compute, or returns null if it has no
    form for them.
  }];
  let methods = [
    InterfaceMethod<"The results of all turns, stacked.", "::mlir::Value", "overAllTurns",
    (ins "::nnc::GraphBuilder &":$g, "::mlir::ValueRange":$operands, "::llvm::ArrayRef<bool>":$isStacked), "",
    "return nullptr;">,
    InterfaceMethod<"The sum of the results of all turns; every operand is stacked.", "::mlir::Value", "sumOverTurns",
    (ins "::nnc::GraphBuilder &":$g, "::mlir::ValueRange":$operands), "", "return nullptr;">,
    InterfaceMethod<"Operand `index`, which is `value` in all turns, laid out as each turn reads it fastest; null if it is so.",
    "::mlir::Value", "laidOutForTurns", (ins "::nnc::GraphBuilder &":$g, "unsigned":$index, "::mlir::Value":$value), "",
    "return nullptr;">,
    InterfaceMethod<"Makes the op read operand `index` in that layout, in which `value` is.", "void", "takeLaidOut",
    (ins "unsigned":$index, "::mlir::Value":$value), "",
    "llvm_unreachable(\"no operand of this op has a layout for turns\");">];
}

// An op whose elements are copied or known, not computed: element i of the result is a constant or one element of
// the operand, at an index that follows from i. It costs no loop of its own; a kernel applies it where it reads.
// Its result is operand 0's memory under another type or name: no kernel, and free.
def NN_SameMemory : NativeOpTrait<"SameMemory"> { let cppNamespace = "::nnc"; }

def NN_IndexMap : NativeOpTrait<"IndexMap"> { let cppNamespace = "::nnc"; }
/// Every element of the result is an element of an operand, or a constant.
def NN_MovesElements : NativeOpTrait<"MovesElements"> { let cppNamespace = "::nnc"; }

// An op that sums products of two operands: matmul, and what computes like one. Its operands lie in memory.
def NN_Contraction : NativeOpTrait<"Contraction"> { let cppNamespace = "::nnc"; }

// An op that is a kernel of its own: its emitter writes the loops and schedules of all its results. Index maps may
// stand where it reads its operands, nothing else joins it.
def NN_WholeKernel : NativeOpTrait<"WholeKernel"> { let cppNamespace = "::nnc"; }

// An op each of whose elements comes from several of its operands', as a pool's. Its operands lie in memory; it runs in
// the loops of its result, beside elementwise ops.
def NN_Windowed : NativeOpTrait<"Windowed"> { let cppNamespace = "::nnc"; }

def ReferenceOpInterface : OpInterface<"ReferenceOpInterface"> {
  let cppNamespace = "::nnc";
  let description = [{
    The op's reference semantics: plain loops in f64, attached by ir/interpreter as an external model. The oracle
    of the tests.
  }];
  let methods = [
    InterfaceMethod<"Computes all results. Sizes of run-time dimensions are known to the context.", "void",
    "interpret", (ins "::nnc::InterpreterContext &":$context)>];
}

#endif
