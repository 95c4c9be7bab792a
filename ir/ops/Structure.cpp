// Structure.cpp: models, variables, functions, kernels.
#include "ir/ops/Structure.h"
#include "ir/Dialect.h"
#include "ir/KernelRegion.h"
#include "ir/Provenance.h"
#include "ir/ops/Scan.h"
#include "ir/ops/Shape.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/FunctionImplementation.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace nnc {

//===--------------------------------------------------------------------------------------------------===//
// Models and variables
//===--------------------------------------------------------------------------------------------------===//

LogicalResult ModelOp::verify() {
  if (getSymbols().size() != getBounds().size())
    return emitOpError("expects one bound per symbol, found ")
           << getBounds().size() << " for " << getSymbols().size();
  return success();
}

LogicalResult VariableOp::verify() {
  auto type = cast<RankedTensorType>(getType());
  if (!type.hasStaticShape())
    return emitOpError("has the run-time size ")
           << dimsText(dimsOf(type)) << "; sizes of variables are fixed";
  if (getInit().getKind() == InitKind::Values &&
      (!getInit().getValues() || getInit().getValues().getNumElements() != type.getNumElements()))
    return emitOpError("expects ") << type.getNumElements() << " initial values";
  return success();
}

/// The variable `name` of the enclosing model, checked to have the type of `value`.
static LogicalResult verifyVariableUse(Operation *op, SymbolTableCollection &symbols, FlatSymbolRefAttr name,
                                       Type valueType) {
  auto model = op->getParentOfType<ModelOp>();
  auto variable = model ? symbols.lookupSymbolIn<VariableOp>(model, name) : VariableOp();
  if (!variable)
    return op->emitOpError("names ") << name << ", which is no variable of the model";
  if (variable.getType() != valueType)
    return op->emitOpError("has type ")
           << valueType << ", variable " << name << " has " << variable.getType();
  return success();
}

LogicalResult LoadOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return verifyVariableUse(*this, symbols, getVariableAttr(), getValue().getType());
}

LogicalResult StoreOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return verifyVariableUse(*this, symbols, getVariableAttr(), getValue().getType());
}

//===--------------------------------------------------------------------------------------------------===//
// Functions
//===--------------------------------------------------------------------------------------------------===//

ParseResult FuncOp::parse(OpAsmParser &parser, OperationState &result) {
  // nn.func <kind> @name(...) -> (...) attributes {...} { ... }
  StringRef keyword;
  llvm::SMLoc place = parser.getCurrentLocation();
  if (parser.parseKeyword(&keyword))
    return failure();
  std::optional<FunctionKind> kind = symbolizeFunctionKind(keyword);
  if (!kind)
    return parser.emitError(place, "expected predict, evaluate, step, defaults, gradients or update, found '")
           << keyword << "'";
  result.addAttribute(getKindAttrName(result.name), FunctionKindAttr::get(parser.getContext(), *kind));
  auto buildType = [](Builder &builder, llvm::ArrayRef<Type> arguments, llvm::ArrayRef<Type> results,
                      function_interface_impl::VariadicFlag,
                      std::string &) { return builder.getFunctionType(arguments, results); };
  return function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false, getFunctionTypeAttrName(result.name), buildType,
      getArgAttrsAttrName(result.name), getResAttrsAttrName(result.name));
}

void FuncOp::print(OpAsmPrinter &printer) {
  printer << " " << stringifyFunctionKind(getKind());
  // The kind stands before the name, so it is not repeated among the attributes.
  printer << " ";
  printer.printSymbolName(getSymName());
  function_interface_impl::printFunctionSignature(printer, *this, getArgumentTypes(), /*isVariadic=*/false,
                                                  getResultTypes());
  function_interface_impl::printFunctionAttributes(
      printer, *this,
      {getKindAttrName(), getFunctionTypeAttrName(), getArgAttrsAttrName(), getResAttrsAttrName()});
  printer << " ";
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false, /*printBlockTerminators=*/true);
}

/// Attribute `key` of a list of dictionaries as text, or `otherwise`.
static StringRef textOf(ArrayAttr dictionaries, unsigned index, StringRef key, StringRef otherwise) {
  if (!dictionaries || index >= dictionaries.size())
    return otherwise;
  auto text = cast<DictionaryAttr>(dictionaries[index]).getAs<StringAttr>(key);
  return text ? text.getValue() : otherwise;
}

StringRef FuncOp::argumentName(unsigned index) { return textOf(getArgAttrsAttr(), index, "nn.name", ""); }
StringRef FuncOp::resultName(unsigned index) { return textOf(getResAttrsAttr(), index, "nn.name", ""); }
StringRef FuncOp::argumentRole(unsigned index) {
  return textOf(getArgAttrsAttr(), index, "nn.role", "input");
}
StringRef FuncOp::resultRole(unsigned index) { return textOf(getResAttrsAttr(), index, "nn.role", "output"); }
ReturnOp FuncOp::returnOp() { return cast<ReturnOp>(getBody().front().getTerminator()); }

LogicalResult FuncOp::verify() {
  static constexpr StringRef argumentRoles[] = {"input", "seed", "instance_seed", "hyper"};
  static constexpr StringRef resultRoles[] = {"output", "loss", "metric", "metric_count"};
  for (unsigned i = 0; i < getNumArguments(); ++i)
    if (!llvm::is_contained(argumentRoles, argumentRole(i)))
      return emitOpError("argument ")
             << i << " has role '" << argumentRole(i) << "', expected input, seed or hyper";
  for (unsigned i = 0; i < getNumResults(); ++i)
    if (!llvm::is_contained(resultRoles, resultRole(i)))
      return emitOpError("result ") << i << " has role '" << resultRole(i)
                                    << "', expected output, loss, metric or metric_count";
  for (unsigned i = 0; i < getNumArguments(); ++i)
    if (auto type = dyn_cast<RankedTensorType>(getArgumentTypes()[i]); !type || !hasNamedSizes(type))
      return emitOpError("argument ") << i << " has type " << getArgumentTypes()[i]
                                      << ", expected a tensor whose run-time sizes are named by #nn.dims";
  llvm::SmallPtrSet<Attribute, 8> stored;
  for (StoreOp store : getBody().getOps<StoreOp>())
    if (!stored.insert(store.getVariableAttr()).second)
      return store.emitOpError("stores ") << store.getVariableAttr() << " a second time in this function";
  return success();
}

/// The first symbol of `dim` that is none of `symbols`, or empty.
static StringRef firstUndeclared(const Dim &dim, ArrayAttr symbols) {
  for (const auto &[monomial, coefficient] : dim.getTerms())
    for (const std::string &name : monomial)
      if (!llvm::is_contained(symbols.getAsValueRange<StringAttr>(), name))
        return name;
  return {};
}

/// The sizes that an op names beside its types.
static Dims dimsInAttributes(Operation *op) {
  Dims dims;
  for (NamedAttribute attribute : op->getAttrs())
    attribute.getValue().walk([&](DimValueAttr dim) { dims.push_back(*Dim::parse(dim.getText())); });
  return dims;
}

LogicalResult FuncOp::verifyRegions() {
  auto model = dyn_cast_or_null<ModelOp>((*this)->getParentOp());
  if (!model)
    return success(); // reported by HasParent
  ArrayAttr symbols = model.getSymbols();
  auto check = [&](Operation *op, const Dim &dim) -> LogicalResult {
    StringRef name = firstUndeclared(dim, symbols);
    if (name.empty())
      return success();
    InFlightDiagnostic error = op->emitOpError("has the run-time dimension '")
                               << name << "', which the model does not declare";
    error.attachNote(model.getLoc()) << "its run-time dimensions are " << symbols;
    return error;
  };
  auto checkTypes = [&](Operation *op, TypeRange types) -> LogicalResult {
    for (Type type : types)
      if (auto tensor = dyn_cast<RankedTensorType>(type); tensor && !tensor.hasStaticShape())
        for (const Dim &dim : dimsOf(tensor))
          if (failed(check(op, dim)))
            return failure();
    return success();
  };
  if (failed(checkTypes(*this, getArgumentTypes())))
    return failure();
  WalkResult result = getBody().walk([&](Operation *op) -> WalkResult {
    for (const Dim &dim : dimsInAttributes(op))
      if (failed(check(op, dim)))
        return failure();
    return checkTypes(op, op->getResultTypes());
  });
  return failure(result.wasInterrupted());
}

void FuncOp::getAsmBlockArgumentNames(Region &region, OpAsmSetValueNameFn setName) {
  for (auto [index, argument] : llvm::enumerate(region.getArguments()))
    if (StringRef name = argumentName(index); !name.empty())
      setName(argument, name);
}

LogicalResult ReturnOp::verify() {
  auto func = cast<FuncOp>((*this)->getParentOp());
  if (TypeRange(getValues().getTypes()) != TypeRange(func.getResultTypes()))
    return emitOpError("types of values differ from the function's results");
  return success();
}

//===--------------------------------------------------------------------------------------------------===//
// Grad
//===--------------------------------------------------------------------------------------------------===//

LogicalResult GradOp::verify() {
  if (TypeRange(getWrt().getTypes()) != TypeRange(getGradients().getTypes()))
    return emitOpError("expects one result of the same type per value of 'wrt'");
  return success();
}

//===--------------------------------------------------------------------------------------------------===//
// Kernels: nn.kernel @symbol(%x = %a : type, ...) -> (types) places [...] report_only { body }
//===--------------------------------------------------------------------------------------------------===//

YieldOp KernelOp::yieldOp() { return cast<YieldOp>(getBody().front().getTerminator()); }

SmallVector<std::string> KernelOp::runtimeDims() {
  SmallVector<std::string> names;
  auto addDim = [&](const Dim &dim) {
    for (const auto &[monomial, coefficient] : dim.getTerms())
      for (const std::string &name : monomial)
        if (!llvm::is_contained(names, name))
          names.push_back(name);
  };
  auto addTypes = [&](TypeRange types) {
    for (Type type : types)
      if (auto tensor = dyn_cast<RankedTensorType>(type))
        for (const Dim &dim : dimsOf(tensor))
          addDim(dim);
  };
  addTypes(getInputs().getTypes());
  addTypes(getOutputs().getTypes());
  for (Operation &op : getBody().front()) {
    for (const Dim &dim : dimsInAttributes(&op))
      addDim(dim);
    addTypes(op.getResultTypes());
  }
  return names;
}

// Results of a kernel are called as the values inside that they are, arguments as what they stand for.
void KernelOp::getAsmResultNames(OpAsmSetValueNameFn setName) { nameResults(*this, setName); }

void KernelOp::getAsmBlockArgumentNames(Region &region, OpAsmSetValueNameFn setName) { nameArguments(region, setName); }

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &result) {
  StringAttr symbol;
  (void)parser.parseOptionalSymbolName(symbol);
  if (symbol)
    result.addAttribute(getSymbolAttrName(result.name), symbol);
  llvm::SmallVector<OpAsmParser::Argument> arguments;
  llvm::SmallVector<OpAsmParser::UnresolvedOperand> operands;
  llvm::SmallVector<Type> operandTypes, resultTypes;
  auto parseOne = [&]() -> ParseResult {
    return failure(parser.parseArgument(arguments.emplace_back()) || parser.parseEqual() ||
                   parser.parseOperand(operands.emplace_back()) ||
                   parser.parseColonType(operandTypes.emplace_back()));
  };
  llvm::SMLoc place = parser.getCurrentLocation();
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, parseOne) ||
      parser.parseArrowTypeList(resultTypes) || parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.resolveOperands(operands, operandTypes, place, result.operands))
    return failure();
  for (auto [argument, type] : llvm::zip(arguments, operandTypes))
    argument.type = type;
  result.addTypes(resultTypes);
  return parser.parseRegion(*result.addRegion(), arguments);
}

void KernelOp::print(OpAsmPrinter &printer) {
  if (StringAttr symbol = getSymbolAttr()) {
    printer << " ";
    printer.printSymbolName(symbol);
  } else {
    printer << " ";
  }
  printer << "(";
  llvm::interleaveComma(llvm::zip(getBody().getArguments(), getInputs()), printer, [&](auto pair) {
    printer << std::get<0>(pair) << " = " << std::get<1>(pair) << " : " << std::get<1>(pair).getType();
  });
  printer << ")";
  printer.printArrowTypeList(getResultTypes());
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(), {getSymbolAttrName()});
  printer << " ";
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false, /*printBlockTerminators=*/true);
}

LogicalResult KernelOp::verify() {
  if (TypeRange(getInputs().getTypes()) != TypeRange(getBody().getArgumentTypes()))
    return emitOpError("types of inputs differ from the region's arguments");
  if (TypeRange(yieldOp().getValues().getTypes()) != TypeRange(getOutputs().getTypes()))
    return emitOpError("types of results differ from the values yielded");
  if (getPlaces() && getPlaces()->size() != getNumResults())
    return emitOpError("expects one place per result, found ")
           << getPlaces()->size() << " for " << getNumResults();
  return success();
}

LogicalResult KernelOp::verifyRegions() {
  SmallVector<Operation *> ops;
  for (Operation &op : getBody().front().without_terminator())
    ops.push_back(&op);
  std::string whyNot;
  if (!analyzeKernel(ops, yieldOp().getValues(), whyNot))
    return emitOpError("is no kernel: ") << whyNot;
  return success();
}

void registerStructureOps(NNDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "ir/ops/Structure.cpp.inc"
      >();
}

} // namespace nnc

using namespace nnc;
#define GET_OP_CLASSES
#include "ir/ops/Structure.cpp.inc"
