// HostBuilder.h: what the builders of host code share; private to codegen/llvm.
#ifndef NNC_CODEGEN_LLVM_HOSTBUILDER_H
#define NNC_CODEGEN_LLVM_HOSTBUILDER_H

#include "codegen/llvm/Constants.h"
#include "ir/ops/Structure.h"
#include "codegen/llvm/HostModule.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"

namespace nnc {

/// The module that grows, its types, and the functions it calls.
struct HostBuilder {
  HostBuilder(mlir::ModuleOp module, const HostOptions &options)
      : module(module), options(options), globals(module), context(module.getContext()),
        pointer(mlir::LLVM::LLVMPointerType::get(context)), i8(mlir::IntegerType::get(context, 8)),
        i32(mlir::IntegerType::get(context, 32)), i64(mlir::IntegerType::get(context, 64)) {}

  mlir::ModuleOp module;
  const HostOptions &options;
  Globals globals;
  mlir::MLIRContext *context;
  mlir::Type pointer, i8, i32, i64;
  mlir::LLVM::DICompileUnitAttr compileUnit; // of the line tables; made with the first

  /// A function defined elsewhere in the library (runtime, kernels), never outside of it.
  mlir::LLVM::LLVMFuncOp declare(llvm::StringRef name, mlir::LLVM::LLVMFunctionType type);
  mlir::LLVM::LLVMFuncOp define(llvm::StringRef name, mlir::LLVM::LLVMFunctionType type,
                                mlir::LLVM::Linkage linkage, mlir::Location loc);
  /// The runtime's entry point `nnc_rt_<name>`, with the signature of nnc.h.
  mlir::LLVM::LLVMFuncOp runtime(llvm::StringRef name);
  /// The runtime's table of a kind of device, `nnc_<name>`.
  Address deviceType(llvm::StringRef name);

  mlir::LLVM::LLVMFunctionType functionType(mlir::Type result, llvm::ArrayRef<mlir::Type> arguments) {
    return mlir::LLVM::LLVMFunctionType::get(result, arguments);
  }
  mlir::Type voidType() { return mlir::LLVM::LLVMVoidType::get(context); }
};

/// Ops of straight-line host code at one location.
struct CodeBuilder {
  mlir::OpBuilder builder;
  mlir::Location loc;
  HostBuilder &host;

  CodeBuilder(HostBuilder &host, mlir::Block *block, mlir::Location loc)
      : builder(mlir::OpBuilder::atBlockEnd(block)), loc(loc), host(host),
        entry(&block->getParent()->front()) {}

  template <typename OpT, typename... Args> OpT create(Args &&...args) {
    return builder.create<OpT>(loc, std::forward<Args>(args)...);
  }
  /// Numbers stand at the top of the function, each once.
  mlir::Value integer(mlir::Type type, int64_t value) {
    mlir::Value &known = integers[{type, value}];
    if (!known) {
      mlir::OpBuilder top = mlir::OpBuilder::atBlockBegin(entry);
      known =
          top.create<mlir::LLVM::ConstantOp>(host.module.getLoc(), type, builder.getIntegerAttr(type, value));
    }
    return known;
  }
  mlir::Value null() { return create<mlir::LLVM::ZeroOp>(host.pointer); }
  mlir::Value addressOf(llvm::StringRef symbol) {
    return create<mlir::LLVM::AddressOfOp>(host.pointer, symbol);
  }
  /// `base` + a number of bytes known now.
  mlir::Value offset(mlir::Value base, int64_t bytes) {
    if (bytes == 0)
      return base;
    if (bytes >= int64_t(1) << 28) // more than a constant index of the op can hold
      return offset(base, integer(host.i64, bytes));
    return create<mlir::LLVM::GEPOp>(host.pointer, host.i8, base,
                                     llvm::ArrayRef<mlir::LLVM::GEPArg>{static_cast<int32_t>(bytes)},
                                     /*inbounds=*/true);
  }
  mlir::Value offset(mlir::Value base, mlir::Value bytes) {
    return create<mlir::LLVM::GEPOp>(host.pointer, host.i8, base, llvm::ArrayRef<mlir::LLVM::GEPArg>{bytes},
                                     /*inbounds=*/true);
  }
  mlir::Value load(mlir::Type type, mlir::Value address) { return create<mlir::LLVM::LoadOp>(type, address); }
  void store(mlir::Value value, mlir::Value address) { create<mlir::LLVM::StoreOp>(value, address); }
  /// Memory on the stack for the whole call.
  mlir::Value stack(mlir::Type type, int64_t count, unsigned alignment = 0) {
    return create<mlir::LLVM::AllocaOp>(host.pointer, type, integer(host.i64, count), alignment);
  }

private:
  mlir::Block *entry;
  llvm::DenseMap<std::pair<mlir::Type, int64_t>, mlir::Value> integers;
};

/// Adds the body of a function for one variant of the library; returns its symbol.
std::string buildBody(HostBuilder &host, const ModelInterface &model, const FunctionInterface &function,
                      const HostVariant &variant);

/// Adds the C functions of the header.
void buildTypedFunctions(HostBuilder &host, const ModelInterface &model);

/// Adds the tables and nnc_describe. `bodies`: per model and function, one symbol per variant.
void buildTables(HostBuilder &host, const LibraryInterface &library,
                 llvm::ArrayRef<std::vector<std::vector<std::string>>> bodies);

/// Symbol of a model's table.
std::string modelSymbol(const ModelInterface &model);

} // namespace nnc

#endif
