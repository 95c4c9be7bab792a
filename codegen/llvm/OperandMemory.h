// OperandMemory.h: where the kernels of a variant find their operands: in the CPU's memory or a device's.
//
// A body computes addresses in the same way for both. What differs is this: how a kernel is told an address, who copies
// bytes, whose clock tells when it ran, and where a loop's kernels read which turn it is.
#ifndef NNC_CODEGEN_LLVM_OPERANDMEMORY_H
#define NNC_CODEGEN_LLVM_OPERANDMEMORY_H

#include "codegen/llvm/HostBuilder.h"
#include <memory>

namespace nnc {

class OperandMemory {
public:
  static std::unique_ptr<OperandMemory> of(const HostVariant &variant);
  virtual ~OperandMemory() = default;

  /// Offset of the field of HalideBuffer that takes an operand's address.
  virtual size_t addressField() const = 0;
  /// Copies bytes in order with the kernels. What it returns is 0 unless it failed; nothing if it cannot fail.
  virtual mlir::Value copy(CodeBuilder &code, mlir::Value context, mlir::Value to, mlir::Value from,
                           mlir::Value bytes) = 0;
  /// The runtime's functions that record a kernel call: nnc_<this>kernel_begins(context), nnc_<this>kernel_ends(context,
  /// call).
  virtual llvm::StringRef recorder() const = 0;
  /// In the entry block: what a loop needs to tell its turn.
  virtual mlir::Value prepareTurns(CodeBuilder &code, mlir::Value frame) = 0;
  /// In the loop: the address at which its kernels read the turn, an i64, as an i32.
  virtual mlir::Value turnAddress(CodeBuilder &code, mlir::Value prepared, mlir::Value turn) = 0;
};

} // namespace nnc

#endif
