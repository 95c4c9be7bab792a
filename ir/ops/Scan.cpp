// Scan.cpp: form and simplifications of the loop; its gradient is in ScanGradient.cpp.
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
  for (BlockArgument argument : region.getArguments())
    if (StringRef name = sourceName(argument.getLoc()); !name.empty() && llvm::isAlpha(name.front()))
      setName(argument, name);
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

//===--------------------------------------------------------------------------------------------------===//
// Simplification
//===--------------------------------------------------------------------------------------------------===//

namespace {

/// Which parts of a loop something depends on, as one flag per part.
struct Parts {
  llvm::BitVector arguments, results;
  Parts(ScanOp scan)
      : arguments(scan.getBody().getNumArguments(), false), results(scan.getNumResults(), false) {
    arguments.set(0); // the turn
  }
  bool all() const { return arguments.all() && results.all(); }
};

/// What the used results depend on, through the carried values.
Parts neededParts(ScanOp scan) {
  Parts needed(scan);
  unsigned stacked = scan.stackedCount(), firstCarry = 1 + scan.getSequences().size();
  llvm::DenseSet<Value> seen;
  SmallVector<Value> work;
  auto need = [&](unsigned result) {
    if (needed.results.test(result))
      return;
    needed.results.set(result);
    work.push_back(scan.yieldOp().getValues()[result]);
  };
  for (OpResult result : scan->getResults())
    if (!result.use_empty())
      need(result.getResultNumber());
  while (!work.empty()) {
    Value value = work.pop_back_val();
    if (!seen.insert(value).second)
      continue;
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      unsigned number = argument.getArgNumber();
      needed.arguments.set(number);
      if (number >= firstCarry && number < firstCarry + scan.getInitials().size())
        need(stacked + number - firstCarry);
    } else {
      // Ops are pure; one with a region needs what it is given.
      llvm::append_range(work, value.getDefiningOp()->getOperands());
    }
  }
  // A carried value stays if its last value or its value at a turn is needed.
  for (unsigned c = 0; c < scan.getInitials().size(); ++c)
    if (needed.results.test(stacked + c))
      needed.arguments.set(firstCarry + c);
  return needed;
}

} // namespace

bool dropUnneededParts(ScanOp scan, RewriterBase &rewriter) {
  Parts needed = neededParts(scan);
  if (needed.all())
    return false;
  if (scan.use_empty())
    return rewriter.eraseOp(scan), true;
  rewriter.setInsertionPoint(scan);

  auto kept = [](auto values, auto &&isKept) {
    SmallVector<Value> list;
    for (auto [index, value] : llvm::enumerate(values))
      if (isKept(index))
        list.push_back(value);
    return list;
  };
  unsigned firstCarry = 1 + scan.getSequences().size();
  unsigned firstInvariant = firstCarry + scan.getInitials().size();
  SmallVector<Value> sequences =
      kept(scan.getSequences(), [&](unsigned i) { return needed.arguments.test(1 + i); });
  SmallVector<Value> initials =
      kept(scan.getInitials(), [&](unsigned i) { return needed.arguments.test(firstCarry + i); });
  SmallVector<Value> invariants =
      kept(scan.getInvariants(), [&](unsigned i) { return needed.arguments.test(firstInvariant + i); });
  SmallVector<Type> types;
  for (OpResult result : scan->getResults())
    if (needed.results.test(result.getResultNumber()))
      types.push_back(result.getType());

  YieldOp yield = scan.yieldOp();
  SmallVector<Value> yielded = kept(yield.getValues(), [&](unsigned i) { return needed.results.test(i); });
  rewriter.modifyOpInPlace(yield, [&] { yield->setOperands(yielded); });
  Block &block = scan.getBody().front();
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      rewriter.eraseOp(&op);
  block.eraseArguments(
      [&](BlockArgument argument) { return !needed.arguments.test(argument.getArgNumber()); });

  auto smaller =
      rewriter.create<ScanOp>(scan.getLoc(), types, sequences, initials, invariants, scan.getLengthAttr(),
                              scan.getReverse(), ArrayAttr(), ArrayAttr(), scan.getReportOnly());
  rewriter.inlineRegionBefore(scan.getBody(), smaller.getBody(), smaller.getBody().end());
  SmallVector<Value> replacements;
  unsigned next = 0;
  for (OpResult result : scan->getResults())
    replacements.push_back(needed.results.test(result.getResultNumber()) ? smaller.getResult(next++)
                                                                         : Value());
  rewriter.replaceOp(scan, replacements);
  return true;
}

namespace {

/// Drops results nobody uses, and what only they needed.
struct DropUnneeded : OpRewritePattern<ScanOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ScanOp scan, PatternRewriter &rewriter) const override {
    return success(dropUnneededParts(scan, rewriter));
  }
};

/// Parts that are the same become one; the others are dropped as unneeded then.
struct MergeEqual : OpRewritePattern<ScanOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ScanOp scan, PatternRewriter &rewriter) const override {
    bool changed = false;
    auto replace = [&](Value value, Value by) {
      if (value.use_empty())
        return;
      rewriter.replaceAllUsesWith(value, by);
      changed = true;
    };
    auto mergeOperands = [&](auto arguments) {
      llvm::DenseMap<Value, Value> first;
      for (BlockArgument argument : arguments)
        if (auto [known, isNew] = first.try_emplace(scan.operandOf(argument).get(), argument); !isNew)
          replace(argument, known->second);
    };
    mergeOperands(scan.sequenceArgs());
    mergeOperands(scan.invariantArgs());
    llvm::DenseMap<Value, Value> first;
    for (auto [value, result] : llvm::zip(scan.stackedYields(), scan.stacked()))
      if (auto [known, isNew] = first.try_emplace(value, result); !isNew)
        replace(result, known->second);
    // A carried value that no turn changes is what it began as.
    for (auto [argument, next, last] : llvm::zip(scan.carryArgs(), scan.nextYields(), scan.finals()))
      if (next == argument)
        replace(last, scan.operandOf(argument).get());
    return success(changed);
  }
};

/// Constants and sizes are made where they are used, and carried values that do not change are invariants.
struct SinkConstants : OpRewritePattern<ScanOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ScanOp scan, PatternRewriter &rewriter) const override {
    bool changed = false;
    rewriter.setInsertionPointToStart(&scan.getBody().front());
    auto sink = [&](BlockArgument argument) {
      Operation *definition = scan.operandOf(argument).get().getDefiningOp();
      if (argument.use_empty() || !definition || definition->getNumOperands() != 0 ||
          !definition->hasTrait<IndexMap>())
        return;
      rewriter.replaceAllUsesWith(argument, rewriter.clone(*definition)->getResult(0));
      changed = true;
    };
    for (BlockArgument argument : scan.invariantArgs())
      sink(argument);
    for (auto [argument, next] : llvm::zip(scan.carryArgs(), scan.nextYields()))
      if (next == argument && !argument.hasOneUse() && !argument.use_empty())
        sinkUnchanged(scan, argument, rewriter, changed);
    return success(changed);
  }

  /// An unchanged carried value that is read inside becomes an invariant.
  static void sinkUnchanged(ScanOp scan, BlockArgument argument, PatternRewriter &rewriter, bool &changed) {
    Value initial = scan.operandOf(argument).get();
    rewriter.modifyOpInPlace(scan, [&] { scan.getInvariantsMutable().append(initial); });
    BlockArgument invariant = scan.getBody().addArgument(argument.getType(), argument.getLoc());
    YieldOp yield = scan.yieldOp();
    rewriter.replaceUsesWithIf(argument, invariant,
                               [&](OpOperand &use) { return use.getOwner() != yield.getOperation(); });
    changed = true;
  }
};

} // namespace

void ScanOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DropUnneeded, MergeEqual, SinkConstants>(context);
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
