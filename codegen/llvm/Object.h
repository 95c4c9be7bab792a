// Object.h: host code in the llvm dialect -> LLVM IR -> object or assembly.
#ifndef NNC_CODEGEN_LLVM_OBJECT_H
#define NNC_CODEGEN_LLVM_OBJECT_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallVector.h"
#include <string>

namespace nnc {

enum class ObjectKind { Object, Assembly };

/// Compiles host code for a machine such as "x86_64-unknown-linux-gnu". It is written for the oldest CPU of the
/// architecture: only kernels use more, and those are called after the CPU was checked.
mlir::FailureOr<llvm::SmallVector<char, 0>> compileHostModule(mlir::ModuleOp module, llvm::StringRef triple,
                                                              ObjectKind kind);

} // namespace nnc

#endif
