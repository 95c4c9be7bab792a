// Compile.h: kernels to objects, and to the texts of --emit.
#ifndef NNC_CODEGEN_HALIDE_COMPILE_H
#define NNC_CODEGEN_HALIDE_COMPILE_H

#include "codegen/halide/Tuning.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace nnc {

struct HalideOptions {
  std::string target = "host"; // a name of Targets.h
  bool checks = false;         // plain loops with Halide's asserts: -O0
  std::string symbolSuffix;    // tells the variants of a kernel for several targets apart
  bool onOpenCL = false;       // a GPU's kernels for any OpenCL device instead (KernelTarget::onOpenCL)
  bool explain = false;        // remarks that say how the loops of each kernel run
  const Tuning *tuning = nullptr; // what was measured, in place of the cost model
  unsigned jobs = 0;           // processes at a time; 0: one per CPU
  unsigned secondsPerKernel = 120;
  llvm::raw_ostream *log = nullptr; // takes the processor time of each kernel
  std::string workerFault; // for tests: what the first kernel's worker does instead: crash, hang, exit, throw
};

/// One kernel compiled for one target: an ELF object that defines `symbol`. Of a CPU it needs nothing but
/// halide_do_par_for, the C library's memory and mathematical functions, and with checks halide_error_*.
///
/// Of a GPU the object holds the device's code and a function of the same signature that launches it. It needs
/// halide_copy_to_device, halide_cuda_device_interface, halide_cuda_initialize_kernels, halide_cuda_run,
/// halide_cuda_finalize_kernels, halide_error_*, and memset; for scratch memory (gpu/Scratch.h) halide_device_malloc,
/// halide_device_free and halide_device_free_as_destructor. Buffers come with `device` set, whose begin is aligned to the
/// size of an element, and to 16 bytes where the number of elements is a multiple of four. A kernel has no
/// other memory on the device.
struct KernelObject {
  std::string symbol;
  std::vector<char> bytes;
  std::vector<Choice> choices; // what its schedule decided
};

/// Device: what runs on a GPU, as PTX; nothing of kernels for CPUs.
enum class KernelText { LoopNest, Stmt, StmtHtml, Assembly, Device };

/// Kernels could not be compiled: they are at fault, and so is whoever made them. Why was reported at each of them.
class KernelError : public llvm::ErrorInfo<KernelError> {
public:
  static char ID;
  void log(llvm::raw_ostream &out) const override { out << "a kernel could not be compiled"; }
  std::error_code convertToErrorCode() const override { return llvm::inconvertibleErrorCode(); }
};

/// Makes kernels compilable: attaches EmitOpInterface to the dialect's ops. Once per context.
void registerKernelEmitters(mlir::MLIRContext &context);

/// Compiles the distinct nn.kernel ops of a module, by symbol and in order of their first use. Each is compiled in
/// a process of its own: a fault of Halide's stays a diagnostic at the kernel, and the bytes depend on the kernel
/// alone. Turns the context's threads off, as forking wants none. The error is a KernelError, or says why the system
/// runs no process.
llvm::Expected<std::vector<KernelObject>> compileKernels(mlir::ModuleOp module, const HalideOptions &options);

/// The distinct kernels as texts, by symbol and in order of their first use. Errors as of compileKernels.
llvm::Expected<std::vector<std::pair<std::string, std::string>>>
kernelTexts(mlir::ModuleOp module, const HalideOptions &options, KernelText kind);

/// Prints the distinct kernels in one of the forms between region and object. Errors as of compileKernels.
llvm::Error printKernels(mlir::ModuleOp module, const HalideOptions &options, KernelText kind,
                         llvm::raw_ostream &os);

} // namespace nnc

#endif
