// Notation.cpp: which ops are written as signs, and how all others are written as calls.
#include "codegen/explain/Notation.h"
#include "codegen/explain/Subscripts.h"
#include "codegen/explain/meaning/Meaning.h"
#include "ir/Provenance.h"
#include "ir/ops/Access.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Indexing.h"
#include "ir/ops/Matmul.h"
#include "ir/ops/Random.h"
#include "ir/ops/Shape.h"
#include "llvm/ADT/StringExtras.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace nnc::explain {

std::string typeText(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  Type element = tensor.getElementType();
  std::string text = isa<FloatType>(element) ? "f" : element.isInteger(1) ? "bool" : "i";
  return text + (tensor.getRank() == 0 ? "" : dimsText(dimsOf(tensor)));
}

Notation::Notation(Block &block) : root(block.getParentOp()) {
  if (auto model = block.getParentOp()->getParentOfType<ModelOp>())
    for (Attribute symbol : model.getSymbols())
      taken.insert(cast<StringAttr>(symbol).getValue());
  for (llvm::StringRef word : {"sum", "where", "transpose", "lambda", "in", "is", "if", "for", "and", "or", "not", "as"})
    taken.insert(word);
  // Letters of turns are chosen before anything is named: the names of the source are taken for them.
  llvm::StringSet<> before(taken);
  block.getParentOp()->walk([&](Operation *op) {
    taken.insert(sourceName(op->getLoc()));
    for (Region &region : op->getRegions())
      for (BlockArgument argument : region.getArguments())
        taken.insert(sourceName(argument.getLoc()));
  });
  if (auto func = dyn_cast<FuncOp>(block.getParentOp()))
    for (unsigned i = 0; i < func.getNumArguments(); ++i)
      taken.insert(func.argumentName(i));
  size_t depth = 0;
  block.getParentOp()->walk([&](ScanOp scan) {
    size_t around = 1;
    for (Operation *op = scan->getParentOp(); isa<ScanOp>(op); op = op->getParentOp())
      ++around;
    depth = std::max(depth, around);
  });
  nameTurns(depth);
  for (llvm::StringRef letter : {"i", "j", "k", "l", "m", "n", "o", "p", "q", "u", "v", "w"})
    if (!taken.contains(letter))
      letters.push_back(letter.str());
  while (letters.size() < 12) // more axes than a tensor has
    letters.push_back(unique("i"));
  taken = std::move(before);
  for (const std::string &letter : turns)
    taken.insert(letter);
  block.getParentOp()->walk<WalkOrder::PreOrder>([&](ScanOp scan) {
    names[scan.turnArg()] = Math::name(turns[turnsOf(scan->getBlock()).size()]);
    for (auto [argument, operand] : llvm::zip(scan.invariantArgs(), scan.getInvariants()))
      same(argument, operand);
  });
  nameBlock(block);
}

std::string Notation::unique(llvm::StringRef wanted) {
  std::string text;
  for (char c : wanted)
    text += llvm::isAlnum(c) || c == '_' || c == '.' ? c : '_';
  if (text.empty() || llvm::isDigit(text.front()))
    text = "v" + text;
  std::string made = text;
  for (unsigned number = 2; !taken.insert(made).second; ++number)
    made = text + "_" + std::to_string(number);
  return made;
}

std::vector<Math> Notation::turnsOf(Block *block) const {
  std::vector<Math> found;
  for (auto scan = dyn_cast<ScanOp>(block->getParentOp()); scan; scan = dyn_cast<ScanOp>(scan->getParentOp()))
    found.insert(found.begin(), names.lookup(scan.turnArg()));
  return found;
}

Math stateAfter(ScanOp loop, Math turn) { return loop.getReverse() ? turn : turn + Math(1); }
Math stateBefore(ScanOp loop, Math turn) { return loop.getReverse() ? turn + Math(1) : turn; }

void Notation::name(Value value, llvm::StringRef wanted) {
  value = canonical(value);
  if (names.count(value))
    return;
  std::vector<Math> at = turnsOf(value.getParentBlock());
  if (auto scan = dyn_cast<ScanOp>(value.getParentBlock()->getParentOp()))
    if (llvm::is_contained(scan.carryArgs(), value))
      at.back() = stateBefore(scan, at.back());
  names[value] = Math::atTurns(Math::name(unique(wanted)), at);
}

std::string Notation::nameOf(Value value) const {
  auto found = names.find(canonical(value));
  return found == names.end() ? "" : found->second.baseName().str();
}

void Notation::nameAfterOp(Value value) {
  value = canonical(value);
  Operation *op = value.getDefiningOp();
  if (hasName(value) || !op)
    return;
  if (auto scan = dyn_cast<ScanOp>(op))
    return name(value, cast<OpResult>(value).getResultNumber() < scan.stackedCount() ? "out" : "end");
  llvm::StringRef kind = op->getName().stripDialect();
  name(value, (kind + llvm::Twine(++counts[kind])).str());
}

bool isLoopOfBackward(Operation *op) {
  ProvenanceAttr provenance = provenanceOf(op->getLoc());
  return isa<ScanOp>(op) && provenance && (provenance.getRole() == Role::Adjoint || provenance.getRole() == Role::Recompute);
}

/// Loops beside one another count their turns by the same letter, which no value has.
void Notation::nameTurns(size_t depth) {
  static constexpr llvm::StringLiteral letters[] = {"t", "s", "r"};
  while (turns.size() < depth) {
    auto free = llvm::find_if(letters, [&](llvm::StringRef letter) { return !taken.contains(letter); });
    turns.push_back(unique(free == std::end(letters) ? "turn" : llvm::StringRef(*free)));
  }
}

/// Whether something reads the result as a whole: loops that go through the same turns again read it turn by turn.
static bool isReadAsWhole(Value result) {
  return llvm::any_of(result.getUses(), [](OpOperand &use) {
    Operation *user = use.getOwner();
    if (isLoopOfBackward(user))
      return use.getOperandNumber() >= cast<ScanOp>(user).getSequences().size();
    return !isa<HoldOp>(user) || isReadAsWhole(user->getResult(0));
  });
}

void Notation::nameBlock(Block &block) {
  auto func = dyn_cast<FuncOp>(block.getParentOp());
  auto scan = dyn_cast<ScanOp>(block.getParentOp());
  for (BlockArgument argument : block.getArguments()) {
    if (scan && (argument == scan.turnArg() || llvm::is_contained(scan.invariantArgs(), argument)))
      continue; // outside it has its name
    llvm::StringRef source = sourceName(argument.getLoc());
    if (func && !func.argumentName(argument.getArgNumber()).empty())
      source = func.argumentName(argument.getArgNumber());
    name(argument, source.empty() ? ("x" + llvm::Twine(argument.getArgNumber())).str() : source);
  }
  for (Operation &op : block) {
    if (auto load = dyn_cast<LoadOp>(op))
      name(load.getValue(), load.getVariable());
    if (isLoopOfBackward(&op))
      continue;
    ProvenanceAttr provenance = provenanceOf(op.getLoc());
    bool isForward = !provenance || provenance.getRole() == Role::Forward;
    bool isOptimizer = provenance && provenance.getRole() == Role::Optimizer;
    if (llvm::StringRef source = sourceName(op.getLoc());
        (isForward || isOptimizer) && !source.empty() && !isa<FillOp, SizeOp>(op))
      for (Value result : op.getResults())
        if (!isa<ScanOp>(op) || isReadAsWhole(result))
          name(result, source);
    for (Region &region : op.getRegions())
      for (Block &inner : region)
        nameBlock(inner);
  }
}

/// Constants and what only moves elements: written out wherever it is read.
static bool isWrittenOut(Operation *op) {
  return isa<FillOp, SizeOp, BroadcastOp, CastOp, HoldOp, ReshapeOp, TransposeOp, NegOp>(op);
}

void Notation::nameShared(Block &block) {
  for (Operation &op : block) {
    for (Region &region : op.getRegions())
      for (Block &inner : region)
        nameShared(inner);
    if (isWrittenOut(&op) || op.hasTrait<OpTrait::IsTerminator>())
      continue;
    for (Value result : op.getResults())
      if (!hasName(result) && (isa<ScanOp>(op) ? isReadAsWhole(result) : !result.use_empty() && !result.hasOneUse()))
        nameAfterOp(result);
  }
}

Math Notation::expression(Value value) {
  value = canonical(value);
  for (const auto *known : {&here, &names})
    if (auto found = known->find(value); found != known->end())
      return found->second;
  return definition(value);
}

/// An attribute as a keyword argument; empty for what the operands and the result's sizes say already.
static std::string attributeText(Attribute attribute) {
  std::string text;
  llvm::raw_string_ostream out(text);
  llvm::TypeSwitch<Attribute>(attribute)
      .Case([&](DenseI64ArrayAttr array) {
        out << '[';
        llvm::interleaveComma(array.asArrayRef(), out);
        out << ']';
      })
      .Case([&](DenseElementsAttr elements) {
        SmallVector<std::string> numbers;
        if (isa<FloatType>(elements.getElementType()))
          for (const llvm::APFloat &number : elements.getValues<llvm::APFloat>())
            numbers.push_back(numberText(number.convertToDouble()));
        else
          for (const llvm::APInt &number : elements.getValues<llvm::APInt>())
            numbers.push_back(std::to_string(number.getSExtValue()));
        out << '[' << llvm::join(numbers, ", ") << ']';
      })
      .Case([&](UnitAttr) { out << "True"; })
      .Case([&](BoolAttr flag) { out << (flag.getValue() ? "True" : "False"); })
      .Case([&](FloatAttr number) { out << numberText(number.getValueAsDouble()); })
      .Case([&](IntegerAttr number) { out << number.getInt(); })
      .Case([&](StringAttr string) { out << '\'' << string.getValue() << '\''; })
      .Case([&](DimValueAttr dim) { out << '\'' << dim.getText() << '\''; })
      .Default([&](Attribute other) { out << "'...'"; });
  return text;
}

Math Notation::call(Operation *op, unsigned result) {
  std::vector<Math> arguments;
  for (unsigned i = 0; i < op->getNumOperands(); ++i)
    arguments.push_back(operand(op, i));
  std::vector<std::pair<std::string, std::string>> keywords;
  for (NamedAttribute attribute : op->getAttrs())
    if (attribute.getName() != "operandSegmentSizes" && !attribute.getName().getValue().starts_with("nn."))
      keywords.push_back({attribute.getName().str(), attributeText(attribute.getValue())});
  // Sizes that operands and attributes do not tell.
  if (!isa<InferTypeOpInterface>(op))
    keywords.push_back({"sizes", "'" + dimsText(dimsOf(op->getResult(0))) + "'"});
  if (op->getNumResults() > 1 && result > 0)
    keywords.push_back({"result", std::to_string(result)});
  return noteCall(Math::call(op->getName().stripDialect(), std::move(arguments), std::move(keywords)), op, result);
}

Math Notation::noteCall(Math made, Operation *op, unsigned result) {
  calls.push_back({toText(made), op, result});
  return made;
}

/// Whether a broadcast repeats along new leading axes alone, or a single element: as in any notation of tensors.
static bool isImplicit(BroadcastOp op) {
  Dims from = dimsOf(op.getX()), to = dimsOf(op.getY());
  for (auto [axis, target] : llvm::enumerate(op.getDims()))
    if (static_cast<size_t>(target) + from.size() != axis + to.size())
      return false;
  return true;
}

Math Notation::shaped(Operation *op, unsigned number) {
  Value value = canonical(op->getOperand(number));
  if (hasName(value))
    return operand(op, number);
  Operation *definition = value.getDefiningOp();
  while (!hasName(value) && definition && isa<HoldOp, CastOp>(definition)) {
    value = canonical(definition->getOperand(0));
    definition = value.getDefiningOp();
  }
  bool hasShape = hasName(value) || !definition || !isa<BroadcastOp, FillOp>(definition);
  return hasShape ? expression(value) : call(definition, 0);
}

bool isImplied(Operation *op) {
  if (isa<HoldOp>(op))
    return true;
  if (auto broadcast = dyn_cast<BroadcastOp>(op))
    return isImplicit(broadcast);
  auto cast = dyn_cast<CastOp>(op);
  return cast && isa<FloatType>(getElementTypeOrSelf(cast.getX().getType())) &&
         isa<FloatType>(getElementTypeOrSelf(cast.getType()));
}

/// Whether all elements are one number: of rank 0, or repeated from there.
static bool isOneNumber(Value value) {
  if (cast<RankedTensorType>(value.getType()).getRank() == 0)
    return true;
  auto broadcast = value.getDefiningOp<BroadcastOp>();
  return broadcast && broadcast.getX().getType().getRank() == 0;
}

Math Notation::definition(Value value) {
  value = canonical(value);
  Operation *op = value.getDefiningOp();
  if (!op)
    return names.lookup(value);
  auto at = [&](unsigned number) { return operand(op, number); };
  return llvm::TypeSwitch<Operation *, Math>(op)
      .Case([&](LoadOp) { return names.lookup(value); })
      .Case([&](FillOp fill) { return Math(fill.getValue().convertToDouble()); })
      .Case([&](SizeOp size) { return sizeMath(*Dim::parse(size.getDim().getText())); })
      .Case([&](AddOp) { return at(0) + at(1); })
      .Case([&](SubOp) { return at(0) - at(1); })
      .Case([&](MulOp) {
        return isOneNumber(op->getOperand(0)) || isOneNumber(op->getOperand(1)) ? Math::scaled(at(0), at(1)) : at(0) * at(1);
      })
      .Case([&](DivOp div) {
        return isa<FloatType>(getElementTypeOrSelf(div.getType())) ? at(0) / at(1) : call(op, 0);
      })
      .Case([&](HoldOp) { return at(0); })
      .Case([&](NegOp) { return -at(0); })
      .Case([&](AndOp) { return Math::where(at(0), at(1), 0); })
      .Case([&](OrOp) { return Math::where(at(0), 1, at(1)); })
      .Case([&](NotOp) { return Math::where(at(0), 0, 1); })
      .Case([&](PowOp) { return Math::binary(Kind::Power, at(0), at(1)); })
      .Case([&](SelectOp) { return Math::where(at(0), at(1), at(2)); })
      .Case([&](CompareOp compare) {
        static const char *signs[] = {"==", "!=", "<", "<=", ">", ">="};
        return Math::compare(signs[static_cast<unsigned>(compare.getPredicate())], at(0), at(1));
      })
      .Case([&](CastOp cast) {
        bool rounds = isa<FloatType>(getElementTypeOrSelf(cast.getX().getType())) &&
                      !isa<FloatType>(getElementTypeOrSelf(cast.getType()));
        return rounds ? call(op, 0) : at(0);
      })
      .Case([&](AccessOp access) { return noteCall(subscripted(access, shaped(op, 0), letters), op, 0); })
      .Case([&](GatherOp gather) {
        return gather.getAxis() == 0 ? noteCall(Math::index(shaped(op, 0), {at(1)}), op, 0) : call(op, 0);
      })
      .Case([&](RandomKeyOp key) {
        std::string draw = std::to_string(draws.try_emplace(key.getStream(), draws.size() + 1).first->second);
        return noteCall(Math::call("random_key", {at(0), at(1)}, {{"draw", draw}}), op, 0);
      })
      .Case([&](BroadcastOp broadcast) { return isImplicit(broadcast) ? at(0) : call(op, 0); })
      .Case([&](TransposeOp transpose) {
        return transpose.getPermutation() == ArrayRef<int64_t>{1, 0} ? Math::call("transpose", {shaped(op, 0)}) : call(op, 0);
      })
      .Case([&](MatmulOp product) {
        Math lhs = shaped(op, 0), rhs = shaped(op, 1);
        if (product.getLhsTransposed())
          lhs = Math::call("transpose", {lhs});
        if (product.getRhsTransposed())
          rhs = Math::call("transpose", {rhs});
        return Math::binary(Kind::MatMul, lhs, rhs);
      })
      .Default([&](Operation *) { return call(op, cast<OpResult>(value).getResultNumber()); });
}

void Notation::settle() {
  for (auto [value, other] : again)
    if (auto known = names.find(other); known != names.end())
      names[value] = Math(known->second);
  again.clear();
  isSettled = true;
  root->walk([&](Operation *op) {
    if (isa<FillOp>(op))
      names.erase(op->getResult(0));
  });
  root->walk([&](Operation *op) {
    for (OpOperand &operand : op->getOpOperands())
      if (hasName(operand.get()))
        noted.try_emplace({op, operand.getOperandNumber()}, Noted{operand.get(), names[operand.get()]});
  });
}

void Notation::noteOperand(Operation *op, unsigned number, Math known) {
  noted[{op, number}] = {op->getOperand(number), std::move(known)};
}

Math Notation::operand(Operation *op, unsigned number) {
  Value value = op->getOperand(number);
  if (!isSettled || isa_and_nonnull<FillOp>(value.getDefiningOp()))
    return expression(value);
  auto known = noted.find({op, number});
  if (known != noted.end() && known->second.value == value)
    return here[value] = known->second.name;
  // An op that a rewrite has made reads what the one before it read.
  if (auto read = here.find(value); read != here.end())
    noteOperand(op, number, read->second);
  return expression(value);
}

std::pair<Math, Math> Notation::rewriting(Value value, Value by) {
  Math before = definition(value), after = expression(by);
  readAsNamed();
  return {before, after};
}

void Notation::replaced(Value value, Value by) {
  if (isa_and_nonnull<FillOp>(by.getDefiningOp()))
    return;
  for (OpOperand &use : value.getUses())
    if (auto known = noted.find({use.getOwner(), use.getOperandNumber()}); known != noted.end())
      known->second.value = by;
  // What takes its place is known by its name from here on.
  if (auto known = names.find(value); known != names.end())
    names.try_emplace(by, Math(known->second));
}

void Notation::forget(Operation *op) {
  for (Value result : op->getResults())
    names.erase(result);
  for (unsigned number = 0; number < op->getNumOperands(); ++number)
    noted.erase({op, number});
}

std::vector<PrintedCall> Notation::takeCalls() { return std::exchange(calls, {}); }

} // namespace nnc::explain
