// Dialect.cpp: registration, attributes, and what all ops share.
#include "ir/Dialect.h"
#include "ir/GraphBuilder.h"
#include "ir/Provenance.h"
#include "ir/ops/Shape.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/OpImplementation.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace nnc;

#include "ir/Dialect.cpp.inc"
#include "ir/Enums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "ir/Attributes.cpp.inc"
#include "ir/Interfaces.cpp.inc"

namespace nnc {
#define NNC_FAMILY(NAME) void register##NAME##Ops(NNDialect &dialect);
#include "ir/ops/Families.def"
} // namespace nnc

void NNDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "ir/Attributes.cpp.inc"
      >();
#define NNC_FAMILY(NAME) register##NAME##Ops(*this);
#include "ir/ops/Families.def"
}

Operation *NNDialect::materializeConstant(OpBuilder &builder, Attribute value, Type type, Location loc) {
  if (auto number = dyn_cast<FloatAttr>(value))
    return builder.create<FillOp>(loc, type, number);
  if (auto elements = dyn_cast<ElementsAttr>(value); elements && elements.getType() == type)
    return builder.create<ConstantDataOp>(loc, type, elements);
  return nullptr;
}

namespace nnc {

double scalar::castTo(double x, Type type) {
  if (type.isF32())
    return static_cast<float>(x);
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer)
    return x;
  if (integer.getWidth() == 1)
    return x != 0.0;
  if (std::isnan(x))
    return 0.0;
  unsigned bits = integer.getWidth();
  double low = integer.isUnsigned() ? 0.0 : -std::ldexp(1.0, bits - 1);
  double high = std::ldexp(1.0, integer.isUnsigned() ? bits : bits - 1) - 1.0;
  return std::clamp(std::trunc(x), low, high);
}

LogicalResult foldElementwise(Operation *op, llvm::ArrayRef<Attribute> operands,
                              llvm::SmallVectorImpl<OpFoldResult> &results) {
  llvm::SmallVector<double> values;
  for (Attribute operand : operands) {
    auto number = dyn_cast_or_null<FloatAttr>(operand);
    if (!number)
      return failure();
    values.push_back(number.getValueAsDouble());
  }
  Type element = getElementTypeOrSelf(op->getResult(0).getType());
  double value = scalar::castTo(cast<ElementwiseOpInterface>(op).evaluate(values), element);
  results.push_back(FloatAttr::get(Float64Type::get(op->getContext()), value));
  return success();
}

//===--------------------------------------------------------------------------------------------------===//
// Attributes: names and numbers are printed bare, other polynomials quoted.
//===--------------------------------------------------------------------------------------------------===//

static ParseResult parseDimText(AsmParser &parser, StringAttr &dim) {
  std::string text;
  llvm::SMLoc place = parser.getCurrentLocation();
  int64_t number;
  OptionalParseResult asNumber = parser.parseOptionalInteger(number);
  if (asNumber.has_value()) {
    if (failed(*asNumber))
      return failure();
    text = std::to_string(number);
  } else if (StringRef keyword; succeeded(parser.parseOptionalKeyword(&keyword))) {
    text = keyword.str();
  } else if (failed(parser.parseOptionalString(&text))) {
    return parser.emitError(place, "expected a size: a number, a name or a quoted polynomial");
  }
  std::optional<Dim> parsed = Dim::parse(text);
  if (!parsed)
    return parser.emitError(place, "'") << text << "' is not a polynomial over dimension names";
  dim = StringAttr::get(parser.getContext(), parsed->str());
  return success();
}

static void printDimText(AsmPrinter &printer, StringAttr dim) {
  bool bare = llvm::all_of(dim.getValue(), [](char c) { return llvm::isAlnum(c) || c == '_'; });
  if (bare)
    printer << dim.getValue();
  else
    printer << '"' << dim.getValue() << '"';
}

static LogicalResult verifyDimText(llvm::function_ref<InFlightDiagnostic()> emitError, StringAttr dim) {
  std::optional<Dim> parsed = Dim::parse(dim);
  if (!parsed || parsed->str() != dim.getValue())
    return emitError() << "'" << dim.getValue() << "' is not a canonical size";
  return success();
}

Attribute DimsAttr::parse(AsmParser &parser, Type) {
  llvm::SmallVector<StringAttr> dims;
  auto parseOne = [&]() { return parseDimText(parser, dims.emplace_back()); };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::LessGreater, parseOne))
    return {};
  return parser.getChecked<DimsAttr>(parser.getContext(), dims);
}

void DimsAttr::print(AsmPrinter &printer) const {
  printer << "<";
  llvm::interleaveComma(getDims(), printer, [&](StringAttr dim) { printDimText(printer, dim); });
  printer << ">";
}

LogicalResult DimsAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                               llvm::ArrayRef<StringAttr> dims) {
  for (StringAttr dim : dims)
    if (failed(verifyDimText(emitError, dim)))
      return failure();
  return success();
}

LogicalResult DimsAttr::verifyEncoding(llvm::ArrayRef<int64_t> shape, Type,
                                       llvm::function_ref<InFlightDiagnostic()> emitError) const {
  if (getDims().size() != shape.size())
    return emitError() << "#nn.dims names " << getDims().size() << " sizes of a tensor with " << shape.size()
                       << " axes";
  if (!ShapedType::isDynamicShape(shape))
    return emitError() << "#nn.dims stands on a tensor without run-time sizes";
  for (auto [axis, size] : llvm::enumerate(shape)) {
    std::optional<int64_t> number = Dim::parse(getDims()[axis])->valueIfStatic();
    if (number.value_or(ShapedType::kDynamic) != size)
      return emitError() << "#nn.dims says '" << getDims()[axis].getValue() << "' of axis " << axis
                         << ", its size is " << (ShapedType::isDynamic(size) ? "?" : std::to_string(size));
  }
  return success();
}

template <typename AttrT> static Attribute parseOneDim(AsmParser &parser) {
  StringAttr dim;
  if (parser.parseLess() || parseDimText(parser, dim) || parser.parseGreater())
    return {};
  return AttrT::get(parser.getContext(), dim);
}

Attribute DimValueAttr::parse(AsmParser &parser, Type) { return parseOneDim<DimValueAttr>(parser); }
Attribute ArenaAttr::parse(AsmParser &parser, Type) { return parseOneDim<ArenaAttr>(parser); }

void DimValueAttr::print(AsmPrinter &printer) const {
  printer << "<";
  printDimText(printer, getText());
  printer << ">";
}

void ArenaAttr::print(AsmPrinter &printer) const {
  printer << "<";
  printDimText(printer, getOffset());
  printer << ">";
}

LogicalResult DimValueAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError, StringAttr text) {
  return verifyDimText(emitError, text);
}

SlotAttr SlotAttr::shifted(int64_t turns) const {
  int64_t shift = getCount() == 0 ? getShift() + turns : (getShift() + turns) & (getCount() - 1);
  return SlotAttr::get(getContext(), getOffset(), getBytes(), shift, getCount());
}

Attribute SlotAttr::parse(AsmParser &parser, Type) {
  StringAttr offset, bytes;
  int64_t shift, count;
  if (parser.parseLess() || parseDimText(parser, offset) || parser.parseComma() ||
      parseDimText(parser, bytes) || parser.parseComma() || parser.parseInteger(shift) || parser.parseComma())
    return {};
  llvm::SMLoc place = parser.getCurrentLocation();
  if (parser.parseInteger(count) || parser.parseGreater())
    return {};
  if (count < 0 || count > 2) {
    parser.emitError(place, "expected 0, 1 or 2 places, found ") << count;
    return {};
  }
  return SlotAttr::get(parser.getContext(), offset, bytes, shift, count);
}

void SlotAttr::print(AsmPrinter &printer) const {
  printer << "<";
  printDimText(printer, getOffset());
  printer << ", ";
  printDimText(printer, getBytes());
  printer << ", " << getShift() << ", " << getCount() << ">";
}

/// How many of the numbers a and b a kind of initial value reads.
static unsigned numberCount(InitKind kind) {
  switch (kind) {
  case InitKind::Constant:
  case InitKind::Orthogonal: return 1;
  case InitKind::Values: return 0;
  default: return 2;
  }
}

Attribute InitAttr::parse(AsmParser &parser, Type) {
  if (parser.parseLess())
    return {};
  auto kind = FieldParser<InitKind>::parse(parser);
  if (failed(kind))
    return {};
  double numbers[2] = {0.0, 0.0};
  for (unsigned i = 0; i < numberCount(*kind); ++i)
    if (parser.parseComma() || parser.parseFloat(numbers[i]))
      return {};
  DenseElementsAttr values;
  if (*kind == InitKind::Values && (parser.parseComma() || parser.parseAttribute(values)))
    return {};
  if (parser.parseGreater())
    return {};
  return InitAttr::get(parser.getContext(), *kind, numbers[0], numbers[1], values);
}

void InitAttr::print(AsmPrinter &printer) const {
  printer << "<" << stringifyInitKind(getKind());
  llvm::APFloat numbers[2] = {getA(), getB()};
  for (unsigned i = 0; i < numberCount(getKind()); ++i) {
    printer << ", ";
    printer.printFloat(numbers[i]);
  }
  if (getValues())
    printer << ", " << getValues();
  printer << ">";
}

std::optional<Dim> operationsOver(int64_t factor, llvm::ArrayRef<Dim> sizes) {
  std::optional<Dim> count = elementCount(sizes);
  return count ? count->mul(factor) : std::nullopt;
}

std::optional<Dim> usualOperationCount(Operation *op) {
  if (op->hasTrait<IndexMap>() || op->hasTrait<SameMemory>())
    return Dim(0);
  if (isa<ReducingOpInterface>(op))
    return elementCount(dimsOf(op->getOperand(0)));
  std::optional<Dim> sum = Dim(0);
  for (Value result : op->getResults())
    if (std::optional<Dim> count = elementCount(dimsOf(result)); count && sum)
      sum = sum->add(*count);
    else
      return std::nullopt;
  return sum;
}

} // namespace nnc
