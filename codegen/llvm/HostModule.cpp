// HostModule.cpp: puts the host code of a library together.
#include "codegen/llvm/HostModule.h"
#include "codegen/llvm/HostBuilder.h"
#include "ir/ops/Scan.h"
#include "ir/ops/Shape.h"
#include "ir/ops/Structure.h"

using namespace mlir;
using llvm::StringRef;

namespace nnc {

LLVM::LLVMFuncOp HostBuilder::define(StringRef name, LLVM::LLVMFunctionType type, LLVM::Linkage linkage,
                                     Location loc) {
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  return builder.create<LLVM::LLVMFuncOp>(loc, name, type, linkage);
}

LLVM::LLVMFuncOp HostBuilder::declare(StringRef name, LLVM::LLVMFunctionType type) {
  if (auto known = module.lookupSymbol<LLVM::LLVMFuncOp>(name))
    return known;
  LLVM::LLVMFuncOp function = define(name, type, LLVM::Linkage::External, UnknownLoc::get(context));
  function.setVisibility_(LLVM::Visibility::Hidden);
  function.setDsoLocal(true);
  return function;
}

LLVM::LLVMFuncOp HostBuilder::runtime(StringRef name) {
  // Signatures of runtime/instance.h.
  auto typeOf = [&]() {
    Type p = pointer;
    if (name == "create" || name == "save" || name == "memory_bytes")
      return functionType(i32, {p, p, p});
    if (name == "destroy")
      return functionType(voidType(), {p});
    if (name == "error_text" || name == "device_text")
      return functionType(p, {p});
    if (name == "call")
      return functionType(i32, {p, i32, p, p, p, p, p});
    if (name == "hyper_defaults")
      return functionType(i32, {p, i32, p});
    if (name == "get" || name == "set")
      return functionType(i32, {p, p, p, i64});
    if (name == "reset" || name == "record")
      return functionType(i32, {p, p});
    if (name == "load")
      return functionType(i32, {p, p, i32});
    if (name == "metadata")
      return functionType(i32, {p, p, p, i64, p});
    assert(name == "set_threads" && "an entry point of the runtime");
    return functionType(i32, {i32});
  };
  return declare("nnc_rt_" + name.str(), typeOf());
}

Address HostBuilder::deviceType(StringRef name) {
  std::string symbol = "nnc_" + name.str();
  if (module.lookupSymbol(symbol))
    return {symbol};
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  auto table = builder.create<LLVM::GlobalOp>(UnknownLoc::get(context), pointer, /*isConstant=*/true,
                                              LLVM::Linkage::External, symbol, Attribute());
  table.setVisibility_(LLVM::Visibility::Hidden);
  table.setDsoLocal(true);
  return {symbol};
}

/// Passes and fusion must have left only what bodies know; anything else is a fault of the compiler.
static LogicalResult checkPlanned(const ModelInterface &model) {
  for (VariableOp variable : model.variables())
    if (!variable.getOffset())
      return variable.emitOpError("has no offset; the module is not planned");
  for (const FunctionInterface &function : model.functions) {
    auto check = [](Operation *op) -> WalkResult {
      if (auto kernel = dyn_cast<KernelOp>(op)) {
        if (!kernel.getSymbolAttr() || !kernel.getPlacesAttr())
          return kernel.emitOpError("has no symbol or no places; the module is not planned");
        return WalkResult::skip();
      }
      if (auto scan = dyn_cast<ScanOp>(op); scan && (!scan.getPlacesAttr() || !scan.getSlotsAttr()))
        return scan.emitOpError("has no places; the module is not planned");
      if (!isa<LoadOp, StoreOp, ScanOp, YieldOp, ReturnOp>(op) && !op->hasTrait<SameMemory>())
        return op->emitOpError("is outside of a kernel");
      return WalkResult::advance();
    };
    if (function.op.getBody().walk<WalkOrder::PreOrder>(check).wasInterrupted())
      return failure();
  }
  return success();
}

FailureOr<OwningOpRef<ModuleOp>> buildHostModule(const LibraryInterface &library, MLIRContext *context,
                                                 const HostOptions &options) {
  context->loadDialect<LLVM::LLVMDialect>();
  for (const ModelInterface &model : library.models)
    if (failed(checkPlanned(model)))
      return failure();
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(context));
  HostBuilder host(*module, options);
  std::vector<std::vector<std::vector<std::string>>> bodies;
  for (const ModelInterface &model : library.models) {
    auto &ofModel = bodies.emplace_back();
    for (const FunctionInterface &function : model.functions) {
      auto &ofFunction = ofModel.emplace_back();
      for (const HostVariant &variant : options.variants)
        ofFunction.push_back(buildBody(host, model, function, variant));
    }
  }
  for (const ModelInterface &model : library.models)
    buildTypedFunctions(host, model);
  buildTables(host, library, bodies);
  return module;
}

} // namespace nnc
