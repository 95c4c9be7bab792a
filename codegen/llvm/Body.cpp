// Body.cpp: a planned function -> `int body(const nnc_frame *)`, code that calls kernels in order.
//
//   entry:  sizes and the shapes that depend on them are computed once; buffers get what never changes
//   then:   per kernel, its operands' buffers are filled and it is called; a status other than 0 is returned at once
//           nn.scan is a loop over such calls (BodyLoops.cpp); what it carries was given its places by the plan
//   last:   results and new values of variables that were not computed in their place are copied there
//
// Kernels that only losses and metrics need are jumped over when frame->report is 0. A variant's kernels may run on a
// device (OperandMemory.h): the body then only puts calls and copies into the device's queue.
#include "codegen/HalideBuffer.h"
#include "codegen/llvm/BodyBuilder.h"
#include "ir/Provenance.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Scan.h"
#include "ir/ops/Shape.h"
#include "ir/ops/Structure.h"
#include "mlir/Dialect/LLVMIR/LLVMAttrs.h"
#include "runtime/frame.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/Support/Path.h"
#include <cstddef>

using namespace mlir;
using llvm::StringRef;

namespace nnc {

static uint32_t halideType(Type type) {
  HalideElement::Code code = isa<FloatType>(type)                            ? HalideElement::Float
                             : type.isUnsignedInteger() || type.isInteger(1) ? HalideElement::UInt
                                                                             : HalideElement::Int;
  // Truth values are bytes in memory; kernels with checks compare the type.
  return HalideElement::encode(code, static_cast<uint32_t>(elementBytes(type)) * 8);
}

Dim bytesOf(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return *elementCount(dimsOf(type))->mul(elementBytes(type.getElementType()));
}

//===--------------------------------------------------------------------------------------------------===//
// Entry: frame, sizes, shapes, buffers
//===--------------------------------------------------------------------------------------------------===//

void BodyBuilder::loadFrame(CodeBuilder &code) {
  auto field = [&](Type type, size_t offset) { return code.load(type, code.offset(frame, offset)); };
  variables = field(host.pointer, offsetof(nnc_frame, variables));
  workspace = field(host.pointer, offsetof(nnc_frame, workspace));
  sizes = field(host.pointer, offsetof(nnc_frame, sizes));
  inputs = field(host.pointer, offsetof(nnc_frame, inputs));
  outputs = field(host.pointer, offsetof(nnc_frame, outputs));
  context = field(host.pointer, offsetof(nnc_frame, context));
  report = code.create<LLVM::ICmpOp>(LLVM::ICmpPredicate::ne, field(host.i32, offsetof(nnc_frame, report)),
                                     code.integer(host.i32, 0));
  for (unsigned symbol : function.symbols)
    symbols[symbol] = code.load(host.i64, code.offset(sizes, 8 * symbol));
}

/// The size `dim` as i64. Sizes were checked for overflow before the body is called.
Value BodyBuilder::valueOf(CodeBuilder &code, const Dim &dim) {
  auto [entry, isNew] = dims.try_emplace(dim.str());
  if (!isNew)
    return entry->second;
  Value sum;
  for (const auto &[monomial, coefficient] : dim.getTerms()) {
    Value product = coefficient == 1 && !monomial.empty() ? Value() : code.integer(host.i64, coefficient);
    for (const std::string &name : monomial) {
      auto symbol = llvm::find_if(model.symbols, [&](const SymbolInterface &s) { return s.name == name; });
      Value size = symbols.lookup(symbol - model.symbols.begin());
      product = product ? code.create<LLVM::MulOp>(product, size) : size;
    }
    sum = sum ? code.create<LLVM::AddOp>(sum, product) : product;
  }
  Value result = sum ? sum : code.integer(host.i64, 0);
  dims[dim.str()] = result;
  return result;
}

/// The size that kernels are told: in a task, of its rows alone.
Value BodyBuilder::extentOf(CodeBuilder &code, const Dim &dim) {
  return rows && dim == Dim::symbol(rows->symbol) ? rows->count : valueOf(code, dim);
}

/// Fills the array of HalideDimension for a type with run-time sizes; min and flags are zero already. Halide counts
/// axes from the last.
void BodyBuilder::fillShape(CodeBuilder &code, Value shape, RankedTensorType type) {
  Dims extents = dimsOf(type);
  Value stride = code.integer(host.i32, 1);
  for (auto [index, dim] : llvm::enumerate(llvm::reverse(extents))) {
    std::optional<int64_t> fixed = dim.valueIfStatic();
    Value extent = fixed ? code.integer(host.i32, *fixed)
                         : code.create<LLVM::TruncOp>(host.i32, extentOf(code, dim)).getRes();
    int64_t at = index * sizeof(HalideDimension);
    code.store(extent, code.offset(shape, at + offsetof(HalideDimension, extent)));
    code.store(stride, code.offset(shape, at + offsetof(HalideDimension, stride)));
    if (index + 1 < extents.size())
      stride = code.create<LLVM::MulOp>(stride, extent);
  }
}

/// Symbol of the constant array for a static shape; made once per library.
std::string constantShape(HostBuilder &host, llvm::ArrayRef<int64_t> extents) {
  std::string name = "shape";
  for (int64_t extent : extents)
    name += "." + std::to_string(extent);
  if (host.module.lookupSymbol(name))
    return name;
  std::vector<StructConstant<HalideDimension>> dimensions;
  int64_t stride = 1;
  for (int64_t extent : llvm::reverse(extents)) {
    StructConstant<HalideDimension> dimension;
    dimension.set(&HalideDimension::min, 0).set(&HalideDimension::extent, extent);
    dimension.set(&HalideDimension::stride, stride).set(&HalideDimension::flags, 0);
    dimensions.push_back(dimension);
    stride *= extent;
  }
  return host.globals.array(name, dimensions).symbol;
}

/// Computes every size and shape that depends on run-time dimensions, once.
void BodyBuilder::prepareShapes(CodeBuilder &code) {
  llvm::SmallSetVector<RankedTensorType, 8> types;
  int64_t axes = 0;
  root->walk([&](KernelOp kernel) {
    for (Type type : llvm::concat<Type>(llvm::to_vector(kernel.getInputs().getTypes()),
                                        llvm::to_vector(kernel.getResultTypes())))
      if (auto tensor = cast<RankedTensorType>(type); !tensor.hasStaticShape() && types.insert(tensor))
        axes += tensor.getRank();
  });
  if (axes != 0) {
    Value all = code.stack(LLVM::LLVMArrayType::get(host.i32, sizeof(HalideDimension) / 4), axes,
                           alignof(HalideDimension));
    code.create<LLVM::MemsetOp>(all, code.integer(host.i8, 0),
                                code.integer(host.i64, axes * sizeof(HalideDimension)),
                                /*isVolatile=*/false);
    int64_t axis = 0;
    for (RankedTensorType type : types) {
      shapes[type] = code.offset(all, axis * sizeof(HalideDimension));
      fillShape(code, shapes[type], type);
      axis += type.getRank();
    }
  }

  auto preparePlace = [&](Attribute place) {
    if (auto arena = dyn_cast<ArenaAttr>(place))
      valueOf(code, *Dim::parse(arena.getOffset()));
    if (auto slot = dyn_cast<SlotAttr>(place)) {
      valueOf(code, *Dim::parse(slot.getOffset()));
      valueOf(code, *Dim::parse(slot.getBytes()));
    }
  };
  root->walk([&](KernelOp kernel) {
    for (const std::string &dim : kernel.runtimeDims())
      valueOf(code, Dim::symbol(dim));
    llvm::for_each(kernel.getPlacesAttr(), preparePlace);
  });
  root->walk([&](ScanOp scan) {
    llvm::for_each(*scan.getPlaces(), preparePlace);
    llvm::for_each(*scan.getSlots(), preparePlace);
    prepareLoop(code, scan);
  });
  if (root != function.op)
    return;
  auto prepareCount = [&](Value value) { valueOf(code, bytesOf(value)); };
  for (Value value : function.op.returnOp().getValues())
    prepareCount(value);
  for (StoreOp store : function.op.getBody().getOps<StoreOp>())
    prepareCount(store.getValue());
}

/// One buffer per operand of the kernel that has most; kernels take turns.
void BodyBuilder::makeBuffers(CodeBuilder &code) {
  size_t most = 0;
  root->walk([&](KernelOp kernel) {
    most = std::max<size_t>(most, kernel.getInputs().size() + kernel.getNumResults());
  });
  if (most == 0)
    return;
  Value all =
      code.stack(LLVM::LLVMArrayType::get(host.i64, sizeof(HalideBuffer) / 8), most, alignof(HalideBuffer));
  code.create<LLVM::MemsetOp>(all, code.integer(host.i8, 0),
                              code.integer(host.i64, most * sizeof(HalideBuffer)),
                              /*isVolatile=*/false);
  for (size_t i = 0; i < most; ++i)
    buffers.push_back(code.offset(all, i * sizeof(HalideBuffer)));
}

//===--------------------------------------------------------------------------------------------------===//
// Addresses
//===--------------------------------------------------------------------------------------------------===//

Value BodyBuilder::placeOf(CodeBuilder &code, Attribute place) {
  if (auto arena = dyn_cast<ArenaAttr>(place)) {
    Dim offset = *Dim::parse(arena.getOffset());
    if (std::optional<int64_t> bytes = offset.valueIfStatic())
      return code.offset(workspace, *bytes);
    return code.offset(workspace, valueOf(code, offset));
  }
  if (auto output = dyn_cast<OutputAttr>(place))
    return code.load(host.pointer, code.offset(outputs, 8 * output.getIndex()));
  auto memory = cast<MemoryAttr>(place);
  auto variable = model.op.lookupSymbol<VariableOp>(memory.getVariable());
  return code.offset(variables, *variable.getOffset());
}

/// Where the bytes of a value are.
Value BodyBuilder::addressOf(CodeBuilder &code, Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    if (auto scan = dyn_cast<ScanOp>(argument.getOwner()->getParentOp()))
      return argumentAddress(code, scan, argument);
    if (function.op.argumentRole(argument.getArgNumber()) == "instance_seed")
      return code.load(host.pointer, code.offset(frame, offsetof(nnc_frame, seed)));
    auto isIt = [&](const ValueInterface &input) { return input.index == argument.getArgNumber(); };
    auto input = llvm::find_if(function.inputs, isIt);
    size_t index = input - function.inputs.begin();
    if (input == function.inputs.end())
      index += llvm::find_if(function.hypers, isIt) - function.hypers.begin();
    return code.load(host.pointer, code.offset(inputs, 8 * index));
  }
  Operation *op = value.getDefiningOp();
  if (auto load = dyn_cast<LoadOp>(op))
    return placeOf(code, MemoryAttr::get(host.context, load.getVariableAttr()));
  if (op->hasTrait<SameMemory>())
    return addressOf(code, op->getOperand(0));
  unsigned result = cast<OpResult>(value).getResultNumber();
  if (auto scan = dyn_cast<ScanOp>(op)) {
    if (result < scan.stackedCount())
      return placeOf(code, scan.getPlacesAttr()[result]);
    // Where a turn after the last one would read it.
    Value end = scan.getReverse() ? code.integer(host.i64, -1) : valueOf(code, scan.lengthDim());
    return slotAt(code, cast<SlotAttr>(scan.getSlotsAttr()[result - scan.stackedCount()]), end);
  }
  auto kernel = cast<KernelOp>(op);
  return resultAddress(code, kernel, result);
}

/// Where a kernel writes a result: in a loop that depends on the turn.
Value BodyBuilder::resultAddress(CodeBuilder &code, KernelOp kernel, unsigned result) {
  Attribute place = kernel.getPlacesAttr()[result];
  if (auto slot = dyn_cast<SlotAttr>(place))
    return slotAt(code, slot, loops.lookup(kernel->getParentOp()).turn);
  return placeOf(code, place);
}

/// Is `value` computed right into `place`?
bool BodyBuilder::isInPlace(Value value, Attribute place) {
  for (Operation *op = value.getDefiningOp(); op && op->hasTrait<SameMemory>(); op = value.getDefiningOp())
    value = op->getOperand(0);
  if (auto load = value.getDefiningOp<LoadOp>())
    return MemoryAttr::get(host.context, load.getVariableAttr()) == place;
  auto kernel = value.getDefiningOp<KernelOp>();
  return kernel && kernel.getPlacesAttr()[cast<OpResult>(value).getResultNumber()] == place;
}

//===--------------------------------------------------------------------------------------------------===//
// Kernel calls
//===--------------------------------------------------------------------------------------------------===//

void BodyBuilder::fillBuffer(CodeBuilder &code, unsigned slot, Value address, RankedTensorType type) {
  Value buffer = buffers[slot];
  Value shape = type.getRank() == 0     ? code.null()
                : type.hasStaticShape() ? code.addressOf(constantShape(host, type.getShape()))
                                        : shapes.lookup(type);
  auto set = [&](size_t offset, Value value) { code.store(value, code.offset(buffer, offset)); };
  set(memory->addressField(), address);
  set(offsetof(HalideBuffer, type), code.integer(host.i32, halideType(type.getElementType())));
  set(offsetof(HalideBuffer, dimensions), code.integer(host.i32, type.getRank()));
  set(offsetof(HalideBuffer, dim), shape);
}

/// kernel(user_context, inputs..., sizes..., results...)
void BodyBuilder::callKernel(CodeBuilder &code, KernelOp kernel) {
  code.loc = debugLocation(kernel.getLoc());
  llvm::SmallVector<Value> arguments = {context};
  unsigned slot = 0;
  for (Value input : kernel.getInputs()) {
    fillBuffer(code, slot, atFirstRow(code, addressOf(code, input), input), cast<RankedTensorType>(input.getType()));
    arguments.push_back(buffers[slot++]);
  }
  for (const std::string &dim : kernel.runtimeDims())
    arguments.push_back(code.create<LLVM::TruncOp>(host.i32, extentOf(code, Dim::symbol(dim))));
  for (OpResult result : kernel->getResults()) {
    Value address = atFirstRow(code, resultAddress(code, kernel, result.getResultNumber()), result);
    fillBuffer(code, slot, address, cast<RankedTensorType>(result.getType()));
    arguments.push_back(buffers[slot++]);
  }
  auto type = host.functionType(host.i32, llvm::to_vector(ValueRange(arguments).getTypes()));
  LLVM::LLVMFuncOp callee = host.declare(kernel.getSymbolAttr().str() + variant.kernelSuffix, type);
  record(code, "kernel_begins", {context});
  Value status = code.create<LLVM::CallOp>(callee, arguments).getResult();
  record(code, "kernel_ends", {context, code.integer(host.i32, callIndices.lookup(kernel))});
  returnIfFailed(code, status);
}

void BodyBuilder::record(CodeBuilder &code, StringRef what, llvm::ArrayRef<Value> arguments) {
  if (!host.options.recordsCalls)
    return;
  auto type = host.functionType(host.voidType(), llvm::to_vector(ValueRange(arguments).getTypes()));
  std::string name = "nnc_" + memory->recorder().str() + what.str();
  code.create<LLVM::CallOp>(host.declare(name, type), arguments);
}

void BodyBuilder::returnIfFailed(CodeBuilder &code, Value status) {
  Value failed = code.create<LLVM::ICmpOp>(LLVM::ICmpPredicate::ne, status, code.integer(host.i32, 0));
  Block *next = code.builder.createBlock(exit);
  code.builder.setInsertionPointToEnd(next->getPrevNode());
  code.create<LLVM::CondBrOp>(failed, exit, ValueRange{status}, next, ValueRange{});
  code.builder.setInsertionPointToEnd(next);
}

/// Kernels and loops in order; what only losses and metrics need is jumped over together.
void BodyBuilder::runBlock(CodeBuilder &code, Block &block) {
  llvm::SmallVector<Operation *> ops;
  for (Operation &op : block)
    if (isa<KernelOp, ScanOp>(op))
      ops.push_back(&op);
  auto isReport = [](Operation *op) {
    auto kernel = dyn_cast<KernelOp>(op);
    return kernel ? kernel.getReportOnly() : cast<ScanOp>(op).getReportOnly();
  };
  auto emit = [&](CodeBuilder &code, Operation *op) {
    if (auto kernel = dyn_cast<KernelOp>(op))
      callKernel(code, kernel);
    else
      runLoop(code, cast<ScanOp>(op));
  };
  for (size_t i = 0; i < ops.size();) {
    if (!isReport(ops[i])) {
      emit(code, ops[i++]);
      continue;
    }
    whenReporting(code, [&](CodeBuilder &code) {
      while (i < ops.size() && isReport(ops[i]))
        emit(code, ops[i++]);
    });
  }
}

void BodyBuilder::whenReporting(CodeBuilder &code, llvm::function_ref<void(CodeBuilder &)> emit) {
  Block *before = code.builder.getInsertionBlock();
  Block *inside = code.builder.createBlock(exit);
  code.builder.setInsertionPointToEnd(inside);
  emit(code);
  Block *end = code.builder.getInsertionBlock();
  Block *after = code.builder.createBlock(exit);
  code.builder.setInsertionPointToEnd(end);
  code.create<LLVM::BrOp>(ValueRange{}, after);
  code.builder.setInsertionPointToEnd(before);
  code.create<LLVM::CondBrOp>(report, inside, after);
  code.builder.setInsertionPointToEnd(after);
}

//===--------------------------------------------------------------------------------------------------===//
// Results
//===--------------------------------------------------------------------------------------------------===//

void BodyBuilder::copy(CodeBuilder &code, Value target, Value value) {
  Value from = addressOf(code, value);
  if (Value status = memory->copy(code, context, target, from, valueOf(code, bytesOf(value))))
    returnIfFailed(code, status);
}

/// What was not computed in its place. Results come first: they may be variables' old values. The plan has seen to
/// it that no store here overwrites what a later one reads.
void BodyBuilder::copyResults(CodeBuilder &code) {
  ReturnOp returnOp = function.op.returnOp();
  code.loc = debugLocation(returnOp.getLoc());
  auto copyOutput = [&](unsigned index, CodeBuilder &code) {
    Value target = code.load(host.pointer, code.offset(outputs, 8 * index));
    copy(code, target, returnOp.getValues()[index]);
  };
  llvm::SmallVector<unsigned> reported;
  for (auto [index, value] : llvm::enumerate(returnOp.getValues())) {
    if (isInPlace(value, OutputAttr::get(host.context, index)))
      continue;
    if (function.op.resultRole(index) == "output" || function.isInternal())
      copyOutput(index, code);
    else
      reported.push_back(index);
  }
  if (!reported.empty())
    whenReporting(code, [&](CodeBuilder &code) {
      for (unsigned index : reported)
        copyOutput(index, code);
    });
  for (StoreOp store : function.op.getBody().getOps<StoreOp>()) {
    Attribute place = MemoryAttr::get(host.context, store.getVariableAttr());
    if (isInPlace(store.getValue(), place))
      continue;
    code.loc = debugLocation(store.getLoc());
    copy(code, placeOf(code, place), store.getValue());
  }
}

//===--------------------------------------------------------------------------------------------------===//
// Line tables
//===--------------------------------------------------------------------------------------------------===//

LLVM::DIFileAttr fileAttr(MLIRContext *context, StringRef path) {
  return LLVM::DIFileAttr::get(context, llvm::sys::path::filename(path), llvm::sys::path::parent_path(path));
}

void BodyBuilder::addSubprogram() {
  FileLineColLoc place = sourcePlace(function.op.getLoc());
  if (!host.options.lineTables || !place)
    return;
  auto file = fileAttr(host.context, place.getFilename());
  if (!host.compileUnit)
    host.compileUnit = LLVM::DICompileUnitAttr::get(
        DistinctAttr::create(UnitAttr::get(host.context)), llvm::dwarf::DW_LANG_C99, file,
        StringAttr::get(host.context, host.options.compiler),
        /*isOptimized=*/true, LLVM::DIEmissionKind::LineTablesOnly);
  auto type = LLVM::DISubroutineTypeAttr::get(host.context, llvm::ArrayRef<LLVM::DITypeAttr>{});
  subprogram =
      LLVM::DISubprogramAttr::get(DistinctAttr::create(UnitAttr::get(host.context)), host.compileUnit, file,
                                  function.cName, body.getSymName(), file, place.getLine(), place.getLine(),
                                  LLVM::DISubprogramFlags::Definition | LLVM::DISubprogramFlags::Optimized |
                                      LLVM::DISubprogramFlags::LocalToUnit,
                                  type);
  body->setLoc(FusedLoc::get({place}, subprogram, host.context));
}

/// The place in the text, marked when it lies in another file than the function does.
Location BodyBuilder::debugLocation(Location loc) {
  FileLineColLoc place = sourcePlace(loc);
  if (!place || !subprogram)
    return place ? Location(place) : function.op.getLoc();
  if (place.getFilename() == sourcePlace(function.op.getLoc()).getFilename())
    return place;
  auto file = fileAttr(host.context, place.getFilename());
  auto block = LLVM::DILexicalBlockFileAttr::get(host.context, subprogram, file, /*discriminator=*/0);
  return FusedLoc::get({place}, block, host.context);
}

BodyBuilder::BodyBuilder(HostBuilder &host, const ModelInterface &model, const FunctionInterface &function,
                         const HostVariant &variant)
    : host(host), model(model), function(function), variant(variant), memory(OperandMemory::of(variant)),
      root(function.op) {
  if (host.options.recordsCalls)
    for (auto [index, call] : llvm::enumerate(model.kernelCalls()))
      callIndices[call.second] = index;
}

/// Defines a function of the library that returns a status, and begins it.
CodeBuilder BodyBuilder::begin(const std::string &name, llvm::ArrayRef<Type> arguments) {
  FileLineColLoc place = sourcePlace(root->getLoc());
  Location loc = place ? Location(place) : UnknownLoc::get(host.context);
  body = host.define(name, host.functionType(host.i32, arguments), LLVM::Linkage::Internal, loc);
  addSubprogram();
  OpBuilder blocks(host.context);
  Block *entry = body.addEntryBlock(blocks);
  exit = new Block;
  body.getBody().push_back(exit);
  exit->addArgument(host.i32, loc);
  CodeBuilder(host, exit, loc).create<LLVM::ReturnOp>(exit->getArguments());
  return CodeBuilder(host, entry, loc);
}

std::string BodyBuilder::build() {
  std::string name = model.prefix + "." + function.name + variant.kernelSuffix;
  CodeBuilder code = begin(name, {host.pointer});
  frame = body.getArgument(0);
  loadFrame(code);
  makeBuffers(code);
  prepareShapes(code);
  runBlock(code, function.op.getBody().front());
  copyResults(code);
  code.create<LLVM::BrOp>(ValueRange{code.integer(host.i32, 0)}, exit);
  return name;
}

std::string buildBody(HostBuilder &host, const ModelInterface &model, const FunctionInterface &function,
                      const HostVariant &variant) {
  return BodyBuilder(host, model, function, variant).build();
}

} // namespace nnc
