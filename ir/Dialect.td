// Dialect.td: the `nn` dialect, its attributes and types constraints, and the base classes of its ops.
#ifndef NN_DIALECT_TD
#define NN_DIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/TensorEncoding.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "ir/Interfaces.td"

def NN_Dialect : Dialect {
  let name = "nn";
  let cppNamespace = "::nnc";
  let summary = "graphs of neural networks: tensors as values, closed under differentiation";
  let description = [{
    A module holds `nn.model`s; a model holds its variables (parameters, state, optimizer slots) and one
    `nn.func` per C function. Inside a function values are tensors and ops are pure, save for `nn.load` and
    `nn.store`: a load reads a variable as of the start of the call, a store takes effect at its end.

    Nothing is implicit: broadcasts and conversions are ops. Run-time dimensions (`batch`) are named in the
    `#nn.dims` encoding of tensor types, so equal types mean equal sizes.
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let extraClassDeclaration = [{
    /// For the families of ir/ops, each of which registers its own.
    template <typename... Ops> void addFamily() { addOperations<Ops...>(); }
  }];
}

//===------------------------------------------------------------------------------------------------===//
// Attributes
//===------------------------------------------------------------------------------------------------===//

class NN_Attr<string name, string attrMnemonic, list<Trait> traits = []> : AttrDef<NN_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

def NN_DimsAttr : NN_Attr<"Dims", "dims", [DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let summary = "the sizes of a tensor with run-time dimensions";
  let description = [{
    One entry per axis: a polynomial over the model's run-time dimensions in its canonical spelling (class
    `nnc::Dim`), as `#nn.dims<batch, 784>` or `#nn.dims<"batch*time", 64>`. It stands as the encoding of tensor
    types that have a dynamic axis, and only there; `nnc::makeTensor` is the one place that builds such types.
  }];
  let parameters = (ins ArrayRefParameter<"::mlir::StringAttr">:$dims);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def NN_DimAttr : NN_Attr<"DimValue", "dim"> {
  let summary = "one size: a polynomial over run-time dimensions, in canonical spelling";
  let parameters = (ins "::mlir::StringAttr":$text);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def NN_InitKind : I32EnumAttr<"InitKind", "distribution of initial values", [
    I32EnumAttrCase<"Constant", 0, "constant">,
    I32EnumAttrCase<"Uniform", 1, "uniform">,
    I32EnumAttrCase<"Normal", 2, "normal">,
    I32EnumAttrCase<"Truncated", 3, "truncated">,
    I32EnumAttrCase<"Orthogonal", 4, "orthogonal">,
    I32EnumAttrCase<"Values", 5, "values">]> {
  let cppNamespace = "::nnc";
  let genSpecializedAttr = 0;
}

def NN_InitAttr : NN_Attr<"Init", "init"> {
  let summary = "how a variable gets its initial value";
  let description = [{
    The numbers and their order are those of `nnc_init` in runtime/nnc.h: constant (a), uniform [a, b), normal
    (mean a, standard deviation b), truncated (the same, redrawn outside of two deviations), orthogonal (gain
    a), values. Random values are drawn from a counter keyed by the seed and the variable's name.
  }];
  let parameters = (ins EnumParameter<NN_InitKind>:$kind, APFloatParameter<"first number, f64">:$a,
                        APFloatParameter<"second number, f64">:$b,
                        OptionalParameter<"::mlir::DenseElementsAttr">:$values);
  let builders = [AttrBuilder<(ins "::nnc::InitKind":$kind, "double":$a, "double":$b,
                                   CArg<"::mlir::DenseElementsAttr", "{}">:$values), [{
    return $_get($_ctxt, kind, ::llvm::APFloat(a), ::llvm::APFloat(b), values);
  }]>];
  let hasCustomAssemblyFormat = 1;
}

def NN_Role : I32EnumAttr<"Role", "part an op plays in training", [
    I32EnumAttrCase<"Forward", 0, "forward">,
    I32EnumAttrCase<"Recompute", 1, "recompute">,
    I32EnumAttrCase<"Adjoint", 2, "adjoint">,
    I32EnumAttrCase<"Accumulate", 3, "accumulate">,
    I32EnumAttrCase<"Optimizer", 4, "optimizer">]> {
  let cppNamespace = "::nnc";
  let genSpecializedAttr = 0;
}

def NN_ProvenanceAttr : NN_Attr<"Provenance", "provenance"> {
  let summary = "why an op is here: role, gradient rule, operand of the forward op, and which op that is";
  let description = [{
    `of` is what the forward op computes: the name of its value, or else of the op; for the optimizer it is the parameter.

    Metadata of a fused location around the forward op's own location. Locations survive CSE and
    canonicalization without making equal ops differ, which attributes would not.
  }];
  let parameters = (ins EnumParameter<NN_Role>:$role, StringRefParameter<"rule name">:$rule, "int32_t":$operand,
                        StringRefParameter<"value of the forward op", "\"\"">:$of);
  let assemblyFormat = "`<` $role `,` $rule `,` $operand (`,` $of^)? `>`";
}

// Where the bytes of a kernel's result are (set by nn-plan-memory).
def NN_ArenaAttr : NN_Attr<"Arena", "arena"> {
  let summary = "in the workspace, at an offset in bytes that is a polynomial over run-time dimensions";
  let parameters = (ins "::mlir::StringAttr":$offset);
  let hasCustomAssemblyFormat = 1;
}
def NN_MemoryAttr : NN_Attr<"Memory", "memory"> {
  let summary = "in a variable: the kernel writes the new value in place";
  let parameters = (ins "::mlir::FlatSymbolRefAttr":$variable);
  let assemblyFormat = "`<` $variable `>`";
}
def NN_OutputAttr : NN_Attr<"Output", "output"> {
  let summary = "in the caller's memory for result `index` of the function";
  let parameters = (ins "int64_t":$index);
  let assemblyFormat = "`<` $index `>`";
}

def NN_SlotAttr : NN_Attr<"Slot", "slot"> {
  let summary = "in the workspace, one of several equal places that the turns of a loop take in order";
  let description = [{
    At turn t: byte `offset + bytes * ((t + shift) mod count)`, where a count of 0 stands for as many places as there
    are turns, or one more. 1: written in place. 2: the old value is read while the new one is written.
  }];
  let parameters = (ins "::mlir::StringAttr":$offset, "::mlir::StringAttr":$bytes, "int64_t":$shift, "int64_t":$count);
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    /// The same places, `turns` later.
    SlotAttr shifted(int64_t turns) const;
  }];
}

def NN_VariableKind : I32EnumAttr<"VariableKind", "what a variable is for", [
    I32EnumAttrCase<"Parameter", 0, "parameter">,
    I32EnumAttrCase<"State", 1, "state">,
    I32EnumAttrCase<"Slot", 2, "slot">,
    I32EnumAttrCase<"StepCounter", 3, "step_counter">,
    I32EnumAttrCase<"Average", 4, "average">,
    I32EnumAttrCase<"Gradient", 5, "gradient">]> {
  let cppNamespace = "::nnc";
  let genSpecializedAttr = 0;
}
def NN_VariableKindAttr : EnumAttr<NN_Dialect, NN_VariableKind, "kind">;

def NN_FunctionKind : I32EnumAttr<"FunctionKind", "what a function of a model is for", [
    I32EnumAttrCase<"Predict", 0, "predict">,
    I32EnumAttrCase<"Evaluate", 1, "evaluate">,
    I32EnumAttrCase<"Step", 2, "step">,
    I32EnumAttrCase<"Defaults", 3, "defaults">,
    I32EnumAttrCase<"Gradients", 4, "gradients">,
    I32EnumAttrCase<"Update", 5, "update">]> {
  let cppNamespace = "::nnc";
  let genSpecializedAttr = 0;
}
def NN_FunctionKindAttr : EnumAttr<NN_Dialect, NN_FunctionKind, "function_kind">;

def NN_ComparePredicate : I32EnumAttr<"ComparePredicate", "order relation", [
    I32EnumAttrCase<"eq", 0>, I32EnumAttrCase<"ne", 1>, I32EnumAttrCase<"lt", 2>,
    I32EnumAttrCase<"le", 3>, I32EnumAttrCase<"gt", 4>, I32EnumAttrCase<"ge", 5>]> {
  let cppNamespace = "::nnc";
  let genSpecializedAttr = 0;
}
def NN_ComparePredicateAttr : EnumAttr<NN_Dialect, NN_ComparePredicate, "predicate">;

//===------------------------------------------------------------------------------------------------===//
// Type constraints
//===------------------------------------------------------------------------------------------------===//

def NN_Float : AnyTypeOf<[F32, F64]>;
def NN_Number : AnyTypeOf<[F32, F64, I32, I64, UI8]>;
def NN_Element : AnyTypeOf<[F32, F64, I32, I64, UI8, I1]>;

// A tensor of certain elements; its run-time sizes are named.
class NN_TensorOf<list<Type> elements, string elementText> : ConfinedType<RankedTensorOf<elements>,
    [CPred<"::nnc::hasNamedSizes(::llvm::cast<::mlir::RankedTensorType>($_self))">],
    "tensor of " # elementText # " whose run-time sizes are named by #nn.dims">;

def NN_Tensor : NN_TensorOf<[NN_Element], "f32, f64, i32, i64, ui8 or i1">;
def NN_NumberTensor : NN_TensorOf<[NN_Number], "f32, f64, i32, i64 or ui8">;
def NN_FloatTensor : NN_TensorOf<[NN_Float], "f32 or f64">;
def NN_IndexTensor : NN_TensorOf<[I32, I64, UI8], "i32, i64 or ui8">;
def NN_PositionTensor : NN_TensorOf<[I32], "i32">;
def NN_BoolTensor : NN_TensorOf<[I1], "i1">;
def NN_FloatScalar : 0DTensorOf<[NN_Float]>;
def NN_KeyScalar : 0DTensorOf<[I64]>;

//===------------------------------------------------------------------------------------------------===//
// Base classes
//===------------------------------------------------------------------------------------------------===//

// Any op. Its results take their printed names from the source (`%h1`, `%d_h1`).
class NN_Op<string opMnemonic, list<Trait> traits = []>
    : Op<NN_Dialect, opMnemonic, traits # [DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  // C++ that op families add to their definitions.
  code definitions = [{}];
  let extraClassDefinition = [{
    void $cppClass::getAsmResultNames(::mlir::OpAsmSetValueNameFn setName) {
      ::nnc::nameResults(getOperation(), setName);
    }
  }] # definitions;
}

// An op that holds or connects computations instead of being one. Checks that walk all ops (gradients, emitters, test
// cases) pass these over.
def NN_IsStructure : NativeOpTrait<"IsStructure"> { let cppNamespace = "::nnc"; }

// The number of floating-point operations unless an op says otherwise, as C++: one for each element that is computed or,
// in reductions, read.
class NN_OperationCount { code usual = "::nnc::usualOperationCount(getOperation())"; }

// A pure function of its operands with a gradient. Fields without a value are mandatory: leaving one out fails the
// build and names the op. `gradient` is C++ with `g` (a GraphBuilder at the right place and location) and `dy`
// (the first result's adjoint; `dResults` has all, null where none flows); it returns one value per operand,
// null where no gradient flows. It must use differentiable ops, so that gradients have gradients.
class NN_DiffOp<string opMnemonic, list<Trait> traits = []>
    : NN_Op<opMnemonic, traits # [Pure, DeclareOpInterfaceMethods<DifferentiableOpInterface>,
                                  DeclareOpInterfaceMethods<OperationCountOpInterface>]> {
  code gradient = ?;
  string rule = ?;      // name of the rule, as a textbook calls it
  // The rule's mathematics, which every spelling is printed from: equations in plain text (codegen/explain/Formula.h),
  // `y = a * b` or, with subscripts, in the smallest sizes that show the rule: one row, one spatial axis, axes that stay
  // left out. Its letters are those of the operands and results, d_x the adjoint of x, attributes by their names, and what
  // `forward` says; what else is read is explained in `words`.
  list<string> letters = ?;             // of the operands, in their order
  list<string> resultLetters = ["y"];
  string forward = ?;   // what the op computes
  string words = "";    // what letters mean that no equation says, as the end of a sentence
  string before = "";   // what calculus gives, where `formula` is its simplification
  string formula = ?;   // the adjoints, as the compiler makes them
  list<string> saves = ?; // which operands or results the gradient reads, by their letters
  code operations = NN_OperationCount<>.usual; // see OperationCountOpInterface
  code diffDefinitions = [{}];
  let definitions = [{
    ::llvm::SmallVector<::mlir::Value> $cppClass::gradient(::nnc::GraphBuilder &g, ::mlir::ValueRange dResults) {
      ::mlir::Value dy = dResults.front();
      (void)dy;
  }] # gradient # [{
    }
    ::nnc::GradientRule $cppClass::gradientRule() {
      static const ::llvm::StringRef saved[] = {"", }] # !interleave(!foreach(s, saves, "\"" # s # "\""), ", ") # [{};
      static const ::llvm::StringRef operands[] = {}] # !interleave(!foreach(s, letters, "\"" # s # "\""), ", ") # [{};
      static const ::llvm::StringRef results[] = {}] # !interleave(!foreach(s, resultLetters, "\"" # s # "\""), ", ") # [{};
      return {R"rule(}] # rule # [{)rule", R"rule(}] # forward # [{)rule", R"rule(}] # words # [{)rule",
              R"rule(}] # before # [{)rule", R"rule(}] # formula # [{)rule", operands, results,
              ::llvm::ArrayRef<::llvm::StringRef>(saved).drop_front()};
    }
    std::optional<::nnc::Dim> $cppClass::operationCount() { return }] # operations # [{; }
  }] # diffDefinitions;
}

// A pure function without a gradient; `reason` says why, in the words of a diagnostic:
// "'argmax' is piecewise constant".
class NN_ConstantOp<string opMnemonic, list<Trait> traits = []>
    : NN_Op<opMnemonic, traits # [Pure, DeclareOpInterfaceMethods<NonDifferentiableOpInterface>,
                                  DeclareOpInterfaceMethods<OperationCountOpInterface>]> {
  string reason = ?;
  code operations = NN_OperationCount<>.usual; // see OperationCountOpInterface
  code constDefinitions = [{}];
  let definitions = [{
    ::llvm::StringRef $cppClass::whyNotDifferentiable() { return "}] # reason # [{"; }
    std::optional<::nnc::Dim> $cppClass::operationCount() { return }] # operations # [{; }
  }] # constDefinitions;
}

#endif
