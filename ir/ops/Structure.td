// Structure.td: models, variables, functions, and the ops that later passes replace: grad and kernel.
#ifndef NN_OPS_STRUCTURE_TD
#define NN_OPS_STRUCTURE_TD

include "ir/Dialect.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/CallInterfaces.td"

class NN_StructureOp<string opMnemonic, list<Trait> traits = []>
    : Op<NN_Dialect, opMnemonic, traits # [NN_IsStructure]>;

def NN_ModelOp : NN_StructureOp<"model", [IsolatedFromAbove, Symbol, SymbolTable, NoTerminator, SingleBlock,
    NoRegionArguments]> {
  let summary = "one model: its variables and its functions";
  let description = [{
    `sym_name` is the prefix of its C functions, `source_name` the name in the text. `symbols` are the run-time
    dimensions in the order of C arguments, `bounds` their largest values (0: unbounded).
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$source_name, StrArrayAttr:$symbols, DenseI64ArrayAttr:$bounds);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
  let hasVerifier = 1;
}

def NN_VariableOp : NN_StructureOp<"variable", [Symbol, HasParent<"ModelOp">]> {
  let summary = "something an instance remembers between calls";
  let description = [{
    A parameter, state, an optimizer's slot, a step counter, a moving average, or a gradient between the two halves of
    a step (with the count of them), which files do not keep. The name is the promise of files.
    `offset` (bytes in the instance's block) is set by nn-plan-memory.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, NN_VariableKindAttr:$kind, TypeAttrOf<NN_Tensor>:$type,
                       NN_InitAttr:$init, OptionalAttr<I64Attr>:$offset, OptionalAttr<StrAttr>:$doc);
  let assemblyFormat = "$sym_name $kind `:` $type `=` $init attr-dict";
  let hasVerifier = 1;
}

def NN_FuncOp : NN_StructureOp<"func", [FunctionOpInterface, IsolatedFromAbove, HasParent<"ModelOp">,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let summary = "one C function of a model";
  let description = [{
    Arguments carry `nn.name`, `nn.role` (input, seed, instance_seed or hyper; input if absent; the instance's seed is no argument in C), `nn.default` and `nn.doc`; results
    carry `nn.name` and `nn.role` (output, loss, metric or metric_count). A step function names the counter it
    advances (`step`) and the function that computes its hypers' defaults, if they are not constants (`defaults`).
    The halves of a step, gradients and update, name the variable that counts the gradients that wait for the update
    (`waiting`).
    `workspace` (bytes) is set by nn-plan-memory.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<FunctionType>:$function_type, NN_FunctionKindAttr:$kind,
                       OptionalAttr<FlatSymbolRefAttr>:$step, OptionalAttr<FlatSymbolRefAttr>:$defaults,
                       OptionalAttr<FlatSymbolRefAttr>:$waiting,
                       OptionalAttr<NN_DimAttr>:$workspace,
                       OptionalAttr<DictArrayAttr>:$arg_attrs, OptionalAttr<DictArrayAttr>:$res_attrs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ::llvm::ArrayRef<::mlir::Type> getArgumentTypes() { return getFunctionType().getInputs(); }
    ::llvm::ArrayRef<::mlir::Type> getResultTypes() { return getFunctionType().getResults(); }
    ::mlir::Region *getCallableRegion() { return &getBody(); }
    /// The source name of argument or result `index`.
    ::llvm::StringRef argumentName(unsigned index);
    ::llvm::StringRef resultName(unsigned index);
    /// "input", "seed", "instance_seed" or "hyper".
    ::llvm::StringRef argumentRole(unsigned index);
    /// "output", "loss", "metric" or "metric_count".
    ::llvm::StringRef resultRole(unsigned index);
    ReturnOp returnOp();
  }];
}

def NN_ReturnOp : NN_StructureOp<"return", [Terminator, HasParent<"FuncOp">, Pure]> {
  let summary = "results of a function";
  let arguments = (ins Variadic<NN_Tensor>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
  let hasVerifier = 1;
}

def NN_LoadOp : NN_Op<"load", [NN_IsStructure, Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "value of a variable at the start of the call";
  let description = [{Pure: stores of the same function do not change what is read.}];
  let arguments = (ins FlatSymbolRefAttr:$variable);
  let results = (outs NN_Tensor:$value);
  let assemblyFormat = "$variable attr-dict `:` type($value)";
}

def NN_StoreOp : NN_StructureOp<"store", [DeclareOpInterfaceMethods<SymbolUserOpInterface>, MemoryEffects<[MemWrite]>]> {
  let summary = "value of a variable after the call";
  let description = [{At most one per variable and function; loads of the same function do not see it.}];
  let arguments = (ins NN_Tensor:$value, FlatSymbolRefAttr:$variable);
  let assemblyFormat = "$value `,` $variable attr-dict `:` type($value)";
}

def NN_GradOp : NN_Op<"grad", [NN_IsStructure, Pure]> {
  let summary = "derivatives of a scalar with respect to values it was computed from";
  let description = [{
    One result per value of `wrt`, of its type: d target / d value, along all paths that the target was computed by.
    nn-differentiate replaces it by reverse-mode derivatives, innermost first, so any order is possible.
  }];
  let arguments = (ins NN_FloatScalar:$target, Variadic<NN_FloatTensor>:$wrt);
  let results = (outs Variadic<NN_FloatTensor>:$gradients);
  let assemblyFormat = "$target `wrt` $wrt attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
  let builders = [OpBuilder<(ins "::mlir::Value":$target, "::mlir::ValueRange":$wrt), [{
    build($_builder, $_state, wrt.getTypes(), target, wrt);
  }]>];
}

def NN_KernelOp : NN_StructureOp<"kernel", [IsolatedFromAbove, SingleBlock, Pure,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames", "getAsmBlockArgumentNames"]>]> {
  let summary = "ops that become one kernel";
  let description = [{
    A fused region: one anchor (contraction, reduction, ...) or none, with what surrounds it elementwise. Block
    arguments stand for `inputs`. `symbol` is the hash of what the region computes, so equal kernels have equal
    symbols (nn-name-kernels); `places` says for each result where its bytes are (nn-plan-memory): #nn.arena,
    #nn.memory or #nn.output. `report_only`: only losses and metrics need it.
  }];
  let arguments = (ins Variadic<NN_Tensor>:$inputs, OptionalAttr<StrAttr>:$symbol, OptionalAttr<ArrayAttr>:$places,
                       UnitAttr:$report_only);
  let results = (outs Variadic<NN_Tensor>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    YieldOp yieldOp();
    /// The run-time dimensions its types and sizes name, in order of first appearance: inputs, results, then the
    /// body. They are arguments of the compiled kernel, between inputs and results, whatever the model calls them elsewhere.
    ::llvm::SmallVector<std::string> runtimeDims();
  }];
}

def NN_YieldOp : NN_StructureOp<"yield", [Terminator, Pure, ParentOneOf<["KernelOp", "ScanOp"]>]> {
  let summary = "results of a region";
  let arguments = (ins Variadic<NN_Tensor>:$values);
  let assemblyFormat = "$values attr-dict `:` type($values)";
}

#endif
