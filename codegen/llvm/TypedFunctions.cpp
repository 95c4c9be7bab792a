// TypedFunctions.cpp: the C functions of the header. Each packs its arguments into arrays on its stack and calls the
// runtime, which checks them.
#include "codegen/llvm/HostBuilder.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Structure.h"
#include "runtime/nnc.h"
#include <cstddef>

using namespace mlir;
using llvm::StringRef;

namespace nnc {

namespace {

class TypedFunctions {
public:
  TypedFunctions(HostBuilder &host, const ModelInterface &model) : host(host), model(model) {}

  void build() {
    create();
    memoryBytes();
    statusText();
    forward("destroy", host.voidType(), {host.pointer});
    forward("error_text", host.pointer, {host.pointer});
    forward("device_text", host.pointer, {host.pointer});
    forward("get", host.i32, {host.pointer, host.pointer, host.pointer, host.i64});
    forward("set", host.i32, {host.pointer, host.pointer, host.pointer, host.i64});
    forward("save", host.i32, {host.pointer, host.pointer, host.pointer});
    forward("load", host.i32, {host.pointer, host.pointer, host.i32});
    forward("metadata", host.i32, {host.pointer, host.pointer, host.pointer, host.i64, host.pointer});
    forward("set_threads", host.i32, {host.i32});
    if (!model.resets.empty())
      forward("reset", host.i32, {host.pointer, host.pointer});
    for (auto [index, function] : llvm::enumerate(model.functions)) {
      if (!function.isInternal())
        call(index, function);
      if (!function.hyperDefaults.empty())
        hyperDefaults(index, function);
    }
  }

private:
  LLVM::LLVMFuncOp define(StringRef name, Type result, llvm::ArrayRef<Type> arguments) {
    return host.define(name, host.functionType(result, arguments), LLVM::Linkage::External,
                       UnknownLoc::get(host.context));
  }
  CodeBuilder bodyOf(LLVM::LLVMFuncOp function) {
    OpBuilder builder(host.context);
    Block *entry = function.addEntryBlock(builder);
    return CodeBuilder(host, entry, UnknownLoc::get(host.context));
  }
  std::string prefixed(StringRef name) { return model.prefix + "_" + name.str(); }
  /// Calls the runtime and returns what it returned.
  void returnCall(CodeBuilder &code, StringRef runtimeName, llvm::ArrayRef<Value> arguments) {
    auto call = code.create<LLVM::CallOp>(host.runtime(runtimeName), arguments);
    code.create<LLVM::ReturnOp>(call.getResults());
  }

  void forward(StringRef name, Type result, llvm::ArrayRef<Type> arguments);
  void create();
  void memoryBytes();
  void statusText();
  void hyperDefaults(unsigned index, const FunctionInterface &function);
  void call(unsigned index, const FunctionInterface &function);

  HostBuilder &host;
  const ModelInterface &model;
};

void TypedFunctions::forward(StringRef name, Type result, llvm::ArrayRef<Type> arguments) {
  LLVM::LLVMFuncOp function = define(prefixed(name), result, arguments);
  CodeBuilder code = bodyOf(function);
  returnCall(code, name, llvm::to_vector_of<Value>(function.getArguments()));
}

/// <prefix>_create(<type> **model, const <prefix>_options *options). The header's options have one field per
/// run-time dimension where nnc_options has an array; all zero means none was given.
void TypedFunctions::create() {
  LLVM::LLVMFuncOp function = define(prefixed("create"), host.i32, {host.pointer, host.pointer});
  CodeBuilder code = bodyOf(function);
  Value out = function.getArgument(0), given = function.getArgument(1);
  unsigned count = model.symbols.size();
  auto words = [&](unsigned n) { return LLVM::LLVMArrayType::get(host.i64, n); };
  Value options = code.stack(words(sizeof(nnc_options) / 8), 1);
  Value sizes = count ? code.stack(words(count), 1) : Value();

  Block *entry = &function.getBody().front();
  Block *withOptions = code.builder.createBlock(&function.getBody());
  Block *call = code.builder.createBlock(&function.getBody());
  call->addArgument(host.pointer, code.loc);

  code.builder.setInsertionPointToEnd(entry);
  Value isNull = code.create<LLVM::ICmpOp>(LLVM::ICmpPredicate::eq, given, code.null());
  code.create<LLVM::CondBrOp>(isNull, call, ValueRange{given}, withOptions, ValueRange{});

  // Order of the header's struct: seed, one max per run-time dimension, then as in nnc_options.
  code.builder.setInsertionPointToEnd(withOptions);
  static_assert(offsetof(nnc_options, seed) == 0 && offsetof(nnc_options, max_sizes) == 8 &&
                    offsetof(nnc_options, memory) == 16 && sizeof(nnc_options) == 64,
                "fields of nnc_options that the header's struct repeats");
  code.store(code.load(host.i64, given), options);
  Value maxSizes = code.null();
  if (count) {
    Value any = code.integer(host.i64, 0);
    for (unsigned i = 0; i < count; ++i) {
      Value size = code.load(host.i64, code.offset(given, 8 * (1 + i)));
      code.store(size, code.offset(sizes, 8 * i));
      any = code.create<LLVM::OrOp>(any, size);
    }
    Value none = code.create<LLVM::ICmpOp>(LLVM::ICmpPredicate::eq, any, code.integer(host.i64, 0));
    maxSizes = code.create<LLVM::SelectOp>(none, maxSizes, sizes);
  }
  code.store(maxSizes, code.offset(options, offsetof(nnc_options, max_sizes)));
  for (size_t offset = offsetof(nnc_options, memory); offset < sizeof(nnc_options); offset += 8)
    code.store(code.load(host.i64, code.offset(given, offset + 8 * count - 8)), code.offset(options, offset));
  code.create<LLVM::BrOp>(ValueRange{options}, call);

  code.builder.setInsertionPointToEnd(call);
  returnCall(code, "create", {code.addressOf(modelSymbol(model)), out, call->getArgument(0)});
}

/// <prefix>_memory_bytes(sizes..., uint64_t *bytes)
void TypedFunctions::memoryBytes() {
  llvm::SmallVector<Type> arguments(model.symbols.size(), host.i64);
  arguments.push_back(host.pointer);
  LLVM::LLVMFuncOp function = define(prefixed("memory_bytes"), host.i32, arguments);
  CodeBuilder code = bodyOf(function);
  Value sizes = code.null();
  if (!model.symbols.empty())
    sizes = code.stack(LLVM::LLVMArrayType::get(host.i64, model.symbols.size()), 1);
  for (unsigned i = 0; i < model.symbols.size(); ++i)
    code.store(function.getArgument(i), code.offset(sizes, 8 * i));
  returnCall(code, "memory_bytes",
             {code.addressOf(modelSymbol(model)), sizes, function.getArguments().back()});
}

/// <prefix>_status_text(int status): a table of texts, shared by the library's models.
void TypedFunctions::statusText() {
  static constexpr StringRef texts[] = {"success",
                                        "invalid argument",
                                        "out of memory",
                                        "input or output failed",
                                        "not a file this model can load",
                                        "busy: another call is running",
                                        "this CPU lacks instructions the library was compiled for",
                                        "index out of range",
                                        "internal error of nnc",
                                        "no such device",
                                        "the device failed"};
  static_assert(std::size(texts) == NNC_DEVICE_FAILED + 1, "one text per status");
  constexpr StringRef table = "status.texts";
  if (!host.module.lookupSymbol(table)) {
    std::vector<Address> addresses;
    for (StringRef text : texts)
      addresses.push_back(host.globals.text(text));
    addresses.push_back(host.globals.text("unknown status"));
    host.globals.addresses(table, addresses);
  }
  LLVM::LLVMFuncOp function = define(prefixed("status_text"), host.pointer, {host.i32});
  CodeBuilder code = bodyOf(function);
  Value unknown = code.integer(host.i32, std::size(texts));
  Value status = function.getArgument(0);
  Value known = code.create<LLVM::ICmpOp>(LLVM::ICmpPredicate::ult, status, unknown);
  Value index = code.create<LLVM::SelectOp>(known, status, unknown);
  Value offset =
      code.create<LLVM::ShlOp>(code.create<LLVM::ZExtOp>(host.i64, index), code.integer(host.i64, 3));
  code.create<LLVM::ReturnOp>(code.load(host.pointer, code.offset(code.addressOf(table), offset)));
}

/// <prefix>_train_hyper_defaults(<type> *model, <prefix>_train_hyper *hyper): the struct is an array of doubles.
void TypedFunctions::hyperDefaults(unsigned index, const FunctionInterface &function) {
  LLVM::LLVMFuncOp op = define(function.hyperDefaults, host.i32, {host.pointer, host.pointer});
  CodeBuilder code = bodyOf(op);
  returnCall(code, "hyper_defaults", {op.getArgument(0), code.integer(host.i32, index), op.getArgument(1)});
}

/// instance, sizes, inputs, seed, outputs, hyper, report -> nnc_rt_call.
void TypedFunctions::call(unsigned index, const FunctionInterface &function) {
  llvm::SmallVector<Type> types = {host.pointer};
  types.append(function.symbols.size(), host.i64);
  for (const ValueInterface &input : function.inputs) {
    Type element = input.type.getElementType();
    Type scalar = isa<FloatType>(element)
                      ? element
                      : IntegerType::get(host.context, 8 * elementBytes(element)); // signless
    types.push_back(input.isScalar() ? scalar : host.pointer);
  }
  types.append(function.outputs.size(), host.pointer);
  types.append(!function.hyperType.empty() + !function.reportType.empty(), host.pointer);
  LLVM::LLVMFuncOp op = define(function.cName, host.i32, types);
  CodeBuilder code = bodyOf(op);

  unsigned next = 0;
  auto take = [&]() { return op.getArgument(next++); };
  auto array = [&](size_t count, Type element) {
    return count ? code.stack(LLVM::LLVMArrayType::get(element, count), 1) : code.null();
  };
  Value instance = take();
  Value sizes = array(model.symbols.size(), host.i64);
  for (unsigned i = 0; i < model.symbols.size(); ++i)
    if (!llvm::is_contained(function.symbols, i))
      code.store(code.integer(host.i64, 0), code.offset(sizes, 8 * i));
  for (unsigned symbol : function.symbols)
    code.store(take(), code.offset(sizes, 8 * symbol));
  Value inputs = array(function.inputs.size(), host.pointer);
  for (auto [i, input] : llvm::enumerate(function.inputs)) {
    Value value = take();
    if (input.isScalar()) {
      Value slot = code.stack(value.getType(), 1);
      code.store(value, slot);
      value = slot;
    }
    code.store(value, code.offset(inputs, 8 * i));
  }
  Value outputs = array(function.outputs.size(), host.pointer);
  for (unsigned i = 0; i < function.outputs.size(); ++i)
    code.store(take(), code.offset(outputs, 8 * i));
  Value hyper = function.hyperType.empty() ? code.null() : take();
  Value report = function.reportType.empty() ? code.null() : take();
  returnCall(code, "call", {instance, code.integer(host.i32, index), sizes, inputs, outputs, hyper, report});
}

} // namespace

void buildTypedFunctions(HostBuilder &host, const ModelInterface &model) {
  TypedFunctions(host, model).build();
}

} // namespace nnc
