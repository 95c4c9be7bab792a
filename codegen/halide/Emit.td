// Emit.td: the interface an op needs to become part of a kernel.
#ifndef NN_CODEGEN_HALIDE_EMIT_TD
#define NN_CODEGEN_HALIDE_EMIT_TD

include "mlir/IR/OpBase.td"

def EmitOpInterface : OpInterface<"EmitOpInterface"> {
  let cppNamespace = "::nnc";
  let description = [{
    How one element of the op's result is computed, as a Halide expression. Elementwise ops get it from their
    scalar meaning; the other families have it in the file of codegen/halide named after them. It is attached as
    external models, so that ir/ does not know Halide.
  }];
  let methods = [
    InterfaceMethod<[{
      The element of the result at `index` (one expression per axis, outermost first). Elements of operands come
      from `emitter.element`; reductions and products go through `emitter.reduce` and `emitter.contract`.
    }], "::nnc::Num", "element",
    (ins "::nnc::KernelEmitter &":$emitter, "::llvm::ArrayRef<::Halide::Expr>":$index)>];
}

def EmitWholeKernelOpInterface : OpInterface<"EmitWholeKernelOpInterface"> {
  let cppNamespace = "::nnc";
  let description = [{
    How an op with trait WholeKernel becomes a kernel: its emitter writes and schedules the loops itself. In place of
    EmitOpInterface.
  }];
  let methods = [
    InterfaceMethod<[{
      Emits and schedules loop nests (`emitter.addNest`) that compute `results`, those of the op's results that are
      needed, in order of the kernel's results. Elements of operands come from `emitter.element`.
    }], "void", "emitKernel", (ins "::nnc::KernelEmitter &":$emitter, "::mlir::ValueRange":$results)>];
}

#endif
