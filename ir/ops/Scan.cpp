// Scan.cpp: the form of the loop; ScanSimplify.cpp makes it smaller, ScanGradient.cpp has its gradient.
#include "ir/ops/Scan.h"
#include "ir/Provenance.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace nnc {

RankedTensorType stackedType(const Dim &length, Type element) {
  auto tensor = cast<RankedTensorType>(element);
  Dims dims = {length};
  llvm::append_range(dims, dimsOf(tensor));
  return makeTensor(dims, tensor.getElementType());
}

RankedTensorType elementOfSequence(Type sequence) {
  auto tensor = cast<RankedTensorType>(sequence);
  return makeTensor(ArrayRef<Dim>(dimsOf(tensor)).drop_front(), tensor.getElementType());
}

YieldOp ScanOp::yieldOp() { return cast<YieldOp>(getBody().front().getTerminator()); }
OperandRange ScanOp::stackedYields() { return yieldOp().getValues().take_front(stackedCount()); }
OperandRange ScanOp::nextYields() { return yieldOp().getValues().drop_front(stackedCount()); }

OpOperand &ScanOp::operandOf(BlockArgument argument) {
  assert(argument.getArgNumber() > 0 && "the turn is no operand");
  return (*this)->getOpOperand(argument.getArgNumber() - 1);
}

//===--------------------------------------------------------------------------------------------------===//
// Form
//===--------------------------------------------------------------------------------------------------===//

LogicalResult ScanOp::verify() {
  std::optional<Dim> length = Dim::parse(getLength().getText());
  if (length->isStatic() && length->value() < 0)
    return emitOpError("has the negative length ") << length->value();
  if (getNumResults() < getInitials().size())
    return emitOpError("expects a result for each of its ")
           << getInitials().size() << " carried values, found " << getNumResults() << " results";
  if (getBody().getNumArguments() != 1 + getNumOperands())
    return emitOpError("expects a region of ")
           << 1 + getNumOperands() << " arguments, found " << getBody().getNumArguments();
  if (turnArg().getType() != RankedTensorType::get({}, IntegerType::get(getContext(), 32)))
    return emitOpError("expects the turn as tensor<i32>, found ") << turnArg().getType();
  for (auto [index, sequence, argument] : llvm::enumerate(getSequences(), sequenceArgs())) {
    auto type = cast<RankedTensorType>(sequence.getType());
    if (type.getRank() == 0 || dimsOf(type).front() != *length)
      return emitOpError("sequence ") << index << " has sizes " << dimsText(dimsOf(type)) << ", expected "
                                      << length->str() << " along the first axis";
    if (elementOfSequence(type) != argument.getType())
      return emitOpError("sequence ") << index << " has elements of type " << elementOfSequence(type)
                                      << ", its argument is " << argument.getType();
  }
  auto *terminator = getBody().front().getTerminator();
  if (!isa<YieldOp>(terminator) || terminator->getNumOperands() != getNumResults())
    return emitOpError("expects its region to yield ") << getNumResults() << " values";
  for (auto [index, initial, argument, next, last] :
       llvm::enumerate(getInitials(), carryArgs(), nextYields(), finals()))
    for (Type type : {argument.getType(), next.getType(), last.getType()})
      if (type != initial.getType())
        return emitOpError("carried value ")
               << index << " begins as " << initial.getType() << ", found " << type;
  for (auto [index, invariant, argument] : llvm::enumerate(getInvariants(), invariantArgs()))
    if (invariant.getType() != argument.getType())
      return emitOpError("invariant ")
             << index << " is " << invariant.getType() << ", its argument is " << argument.getType();
  for (auto [index, value, result] : llvm::enumerate(stackedYields(), stacked()))
    if (stackedType(*length, value.getType()) != result.getType())
      return emitOpError("result ") << index << " stacks " << value.getType() << " and is "
                                    << result.getType();
  return success();
}

void ScanOp::getAsmBlockArgumentNames(Region &region, OpAsmSetValueNameFn setName) {
  nameArguments(region, setName);
  if (sourceName(turnArg().getLoc()).empty())
    setName(turnArg(), "t");
}

static constexpr StringLiteral groupNames[] = {"sequences", "carries", "invariants"};

// nn.scan <length> reverse turn(%t) sequences(%a = %x : type, ...) carries(...) invariants(...) -> (types) {...}
ParseResult ScanOp::parse(OpAsmParser &parser, OperationState &result) {
  DimValueAttr length;
  auto parsedLength = DimValueAttr::parse(parser, Type());
  if (!(length = dyn_cast_or_null<DimValueAttr>(parsedLength)))
    return failure();
  result.addAttribute(getLengthAttrName(result.name), length);
  if (succeeded(parser.parseOptionalKeyword("reverse")))
    result.addAttribute(getReverseAttrName(result.name), parser.getBuilder().getUnitAttr());

  SmallVector<OpAsmParser::Argument> arguments(1);
  if (parser.parseKeyword("turn") || parser.parseLParen() || parser.parseArgument(arguments[0]) ||
      parser.parseRParen())
    return failure();
  arguments[0].type = RankedTensorType::get({}, parser.getBuilder().getI32Type());

  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  SmallVector<Type> operandTypes;
  SmallVector<int32_t> counts;
  llvm::SMLoc place = parser.getCurrentLocation();
  for (StringRef group : groupNames) {
    size_t before = operands.size();
    auto parseOne = [&]() -> ParseResult {
      return failure(parser.parseArgument(arguments.emplace_back()) || parser.parseEqual() ||
                     parser.parseOperand(operands.emplace_back()) ||
                     parser.parseColonType(operandTypes.emplace_back()));
    };
    if (succeeded(parser.parseOptionalKeyword(group)) &&
        parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, parseOne))
      return failure();
    for (size_t i = before; i < operands.size(); ++i) {
      auto type = dyn_cast<RankedTensorType>(operandTypes[i]);
      bool isSequence = group == groupNames[0];
      if (!type || (isSequence && type.getRank() == 0))
        return parser.emitError(place, "expected a tensor") << (isSequence ? " with an axis" : "");
      arguments[i + 1].type = isSequence ? elementOfSequence(type) : type;
    }
    counts.push_back(operands.size() - before);
  }
  result.addAttribute("operandSegmentSizes", parser.getBuilder().getDenseI32ArrayAttr(counts));
  SmallVector<Type> resultTypes;
  if (parser.parseArrowTypeList(resultTypes) || parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.resolveOperands(operands, operandTypes, place, result.operands))
    return failure();
  result.addTypes(resultTypes);
  return parser.parseRegion(*result.addRegion(), arguments);
}

void ScanOp::print(OpAsmPrinter &printer) {
  printer << " ";
  getLengthAttr().print(printer);
  if (getReverse())
    printer << " reverse";
  printer << " turn(" << turnArg() << ")";
  auto printGroup = [&](StringRef name, auto arguments, auto operands) {
    if (arguments.empty())
      return;
    printer << " " << name << "(";
    llvm::interleaveComma(llvm::zip(arguments, operands), printer, [&](auto pair) {
      printer << std::get<0>(pair) << " = " << std::get<1>(pair) << " : " << std::get<1>(pair).getType();
    });
    printer << ")";
  };
  printGroup(groupNames[0], sequenceArgs(), getSequences());
  printGroup(groupNames[1], carryArgs(), getInitials());
  printGroup(groupNames[2], invariantArgs(), getInvariants());
  printer.printArrowTypeList(getResultTypes());
  printer.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(), {getLengthAttrName(), getReverseAttrName(), getOperandSegmentSizesAttrName()});
  printer << " ";
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false, /*printBlockTerminators=*/true);
}

//===--------------------------------------------------------------------------------------------------===//
// Building
//===--------------------------------------------------------------------------------------------------===//

ScanBuilder::ScanBuilder(Location loc, const Dim &length, bool reverse)
    : loc(loc), length(length), reverse(reverse), body(std::make_unique<Block>()) {
  body->addArgument(RankedTensorType::get({}, IntegerType::get(loc.getContext(), 32)), loc);
}

ScanBuilder::ScanBuilder(ScanOp scan)
    : sequences(llvm::to_vector<6>(scan.getSequences())), initials(llvm::to_vector<6>(scan.getInitials())),
      invariants(llvm::to_vector<6>(scan.getInvariants())), stacked(llvm::to_vector<6>(scan.stackedYields())),
      nexts(llvm::to_vector<6>(scan.nextYields())), loc(scan.getLoc()), length(scan.lengthDim()),
      reverse(scan.getReverse()), body(&scan.getBody().front()) {
  sequenceArgs.assign(scan.sequenceArgs().begin(), scan.sequenceArgs().end());
  carryArgs.assign(scan.carryArgs().begin(), scan.carryArgs().end());
  invariantArgs.assign(scan.invariantArgs().begin(), scan.invariantArgs().end());
  scan.yieldOp().erase();
  body->getParent()->getBlocks().remove(body.get());
}

ScanBuilder::~ScanBuilder() = default;

Value ScanBuilder::addArgument(SmallVectorImpl<BlockArgument> &list, Type type, Location loc) {
  list.push_back(body->addArgument(type, loc));
  return list.back();
}

Value ScanBuilder::addSequence(Value sequence, Location loc) {
  sequences.push_back(sequence);
  return addArgument(sequenceArgs, elementOfSequence(sequence.getType()), loc);
}

Value ScanBuilder::addCarry(Value initial, Location loc) {
  initials.push_back(initial);
  nexts.push_back({});
  return addArgument(carryArgs, initial.getType(), loc);
}

Value ScanBuilder::addInvariant(Value invariant, Location loc) {
  for (auto [known, argument] : llvm::zip(invariants, invariantArgs))
    if (known == invariant)
      return argument;
  invariants.push_back(invariant);
  return addArgument(invariantArgs, invariant.getType(), loc);
}

unsigned ScanBuilder::addStacked(Value value) {
  auto known = llvm::find(stacked, value);
  if (known != stacked.end())
    return known - stacked.begin();
  stacked.push_back(value);
  return stacked.size() - 1;
}

OpBuilder ScanBuilder::inside() {
  OpBuilder builder(loc.getContext());
  builder.setInsertionPointToEnd(body.get());
  return builder;
}

ScanOp ScanBuilder::build(OpBuilder &builder) {
  SmallVector<Value> yielded(stacked);
  yielded.append(nexts);
  YieldOp yield = inside().create<YieldOp>(loc, yielded);

  // Arguments in order: new ones behind the old ones, which go.
  unsigned old = body->getNumArguments();
  auto renew = [&](BlockArgument argument) {
    argument.replaceAllUsesWith(body->addArgument(argument.getType(), argument.getLoc()));
  };
  renew(turn());
  for (auto *list : {&sequenceArgs, &carryArgs, &invariantArgs})
    llvm::for_each(*list, renew);
  body->eraseArguments(0, old);

  SmallVector<Type> types;
  for (Value value : yield.getValues().take_front(stacked.size()))
    types.push_back(stackedType(length, value.getType()));
  for (Value initial : initials)
    types.push_back(initial.getType());
  auto lengthAttr = DimValueAttr::get(loc.getContext(), builder.getStringAttr(length.str()));
  auto scan = builder.create<ScanOp>(loc, types, sequences, initials, invariants, lengthAttr, reverse,
                                     ArrayAttr(), ArrayAttr(), false);
  scan.getBody().push_back(body.release());
  return scan;
}

void registerScanOps(NNDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "ir/ops/Scan.cpp.inc"
      >();
}

} // namespace nnc

using namespace nnc;
#define GET_OP_CLASSES
#include "ir/ops/Scan.cpp.inc"
