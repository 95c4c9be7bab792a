// OperandMemory.cpp: see OperandMemory.h.
#include "codegen/llvm/OperandMemory.h"
#include "codegen/HalideBuffer.h"
#include "runtime/frame.h"
#include <cstddef>

using namespace mlir;

namespace nnc {

namespace {

class CpuMemory : public OperandMemory {
public:
  size_t addressField() const override { return offsetof(HalideBuffer, host); }

  Value copy(CodeBuilder &code, Value, Value to, Value from, Value bytes) override {
    code.create<LLVM::MemcpyOp>(to, from, bytes, /*isVolatile=*/false);
    return {};
  }

  llvm::StringRef recorder() const override { return ""; }

  /// A place on the stack, written in every turn.
  Value prepareTurns(CodeBuilder &code, Value) override { return code.stack(code.host.i32, 1); }
  Value turnAddress(CodeBuilder &code, Value prepared, Value turn) override {
    code.store(code.create<LLVM::TruncOp>(code.host.i32, turn), prepared);
    return prepared;
  }
};

/// What the body says is done later, in the order of the device's queue: so nothing may be read from the body's stack.
class DeviceMemory : public OperandMemory {
public:
  explicit DeviceMemory(llvm::StringRef device)
      : copySymbol("nnc_" + device.str() + "_copy"), recorderPrefix(device.str() + "_") {}

  size_t addressField() const override { return offsetof(HalideBuffer, device); }

  Value copy(CodeBuilder &code, Value context, Value to, Value from, Value bytes) override {
    HostBuilder &host = code.host;
    auto type = host.functionType(host.i32, {host.pointer, host.pointer, host.pointer, host.i64});
    return code.create<LLVM::CallOp>(host.declare(copySymbol, type), ValueRange{context, to, from, bytes})
        .getResult();
  }

  llvm::StringRef recorder() const override { return recorderPrefix; }

  /// The table of turns that the runtime keeps on the device.
  Value prepareTurns(CodeBuilder &code, Value frame) override {
    return code.load(code.host.pointer, code.offset(frame, offsetof(nnc_frame, turns)));
  }
  Value turnAddress(CodeBuilder &code, Value prepared, Value turn) override {
    return code.offset(prepared,
                       code.create<LLVM::MulOp>(turn, code.integer(code.host.i64, sizeof(int32_t))));
  }

private:
  std::string copySymbol, recorderPrefix;
};

} // namespace

std::unique_ptr<OperandMemory> OperandMemory::of(const HostVariant &variant) {
  if (variant.device.empty())
    return std::make_unique<CpuMemory>();
  return std::make_unique<DeviceMemory>(variant.device);
}

} // namespace nnc
