// HostModule.h: a planned nn module -> the host code of a library, in MLIR's llvm dialect.
//
//   HostModule.cpp      puts the parts together
//   Body.cpp            one body per function and variant: kernel calls in order
//   OperandMemory.cpp   what of a body differs where kernels run on a device
//   TypedFunctions.cpp  the C functions of the header: pack arguments, call the runtime
//   Tables.cpp          what nnc_describe() shows
//   Constants.cpp       C structs as globals, checked against nnc.h
#ifndef NNC_CODEGEN_LLVM_HOSTMODULE_H
#define NNC_CODEGEN_LLVM_HOSTMODULE_H

#include "codegen/llvm/Interface.h"
#include <string>
#include <vector>

namespace nnc {

/// One set of kernels in the library, made for one kind of CPU or device.
struct HostVariant {
  std::string target;       // "x86-64-v4"
  uint64_t cpuFeatures = 0; // bits of runtime/cpu.h
  std::string kernelSuffix; // what this variant's kernels have after their symbol
  std::string device;       // "cuda": the runtime's nnc_cuda runs its kernels; empty: the CPU
};

struct HostOptions {
  std::vector<HostVariant> variants; // best first
  std::string compiler;              // "nnc 0.1.0"
  bool recordsCalls = false;         // bodies tell runtime/profile.c when each kernel call begins and ends
  bool lineTables = true;            // debug information that takes host code back to the lines of the text
};

/// Builds the host code. The nn module must be planned: kernels with symbols and places, variables with offsets.
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>>
buildHostModule(const LibraryInterface &library, mlir::MLIRContext *context, const HostOptions &options);

/// The text of the header: one for all models of the library.
std::string headerText(const LibraryInterface &library, llvm::StringRef compiler);

} // namespace nnc

#endif
