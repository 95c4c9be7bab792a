// ScanGradient.cpp: backpropagation through time.
//
// For y_t, h_t = f(x_t, h_{t-1}, w) and adjoints of all y_t and of the last h:
//
//   d_x_t, d_h_{t-1}, d_w += f'(x_t, h_{t-1}, w)ᵀ (d_y_t, d_h_t),   from the last turn to the first
//
// 1. find the carried values whose adjoints have to be carried: the results reach them, and they reach the operands;
// 2. differentiate the block as if it stood alone, with seeds for what it yields;
// 3. what the adjoint reads of the forward turn is stacked by the forward loop, or computed again where that takes no
//    more than sequences and invariants;
// 4. the adjoint becomes a loop in the other direction. Adjoints of invariants are summed in carried values;
//    nn-hoist-scans makes one product after the loop of what is a product each turn.
//
// The result is nn.scan again, so derivatives of any order are the same rule.
#include "ir/GraphBuilder.h"
#include "ir/Provenance.h"
#include "ir/ops/Scan.h"
#include "ir/ops/Shape.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace nnc {

GradientRule ScanOp::gradientRule() {
  static const StringRef operands[] = {"x", "h", "w"}, results[] = {"y"};
  static const StringRef saved[] = {"sequences", "carries", "values of each turn"};
  return {"backpropagation through time",
          "h[t + 1] = f(h[t], x[t], w); y[t] = g(h[t], x[t], w)",
          "`h` is what turns carry, `x` what they go over, `w` what all of them read and `y` what they give; f and g are what "
          "a turn computes",
          "",
          "d_h[t] = transpose(jacobian(h[t + 1], h[t])) @ d_h[t + 1] + transpose(jacobian(y[t], h[t])) @ d_y[t]; "
          "d_x[t] = transpose(jacobian(h[t + 1], x[t])) @ d_h[t + 1] + transpose(jacobian(y[t], x[t])) @ d_y[t]; "
          "d_w = sum(t) (transpose(jacobian(h[t + 1], w)) @ d_h[t + 1] + transpose(jacobian(y[t], w)) @ d_y[t])",
          operands,
          results,
          saved};
}

namespace {

bool isFloat(Value value) { return isa<FloatType>(getElementTypeOrSelf(value.getType())); }
bool passesGradients(Operation *op) {
  return isa<DifferentiableOpInterface, RegionDifferentiableOpInterface>(op);
}

/// The arguments of the block that `value` is computed from by differentiable ops.
llvm::SetVector<BlockArgument> differentiableSources(Value value) {
  llvm::SetVector<BlockArgument> sources;
  llvm::DenseSet<Value> seen;
  SmallVector<Value> work{value};
  while (!work.empty()) {
    Value next = work.pop_back_val();
    if (!isFloat(next) || !seen.insert(next).second)
      continue;
    if (auto argument = dyn_cast<BlockArgument>(next))
      sources.insert(argument);
    else if (passesGradients(next.getDefiningOp()))
      llvm::append_range(work, next.getDefiningOp()->getOperands());
  }
  return sources;
}

class ScanGradient {
public:
  ScanGradient(ScanOp scan, GraphBuilder &g, ValueRange dResults, ArrayRef<bool> wanted)
      : scan(scan), g(g), dResults(dResults), wanted(wanted) {}

  FailureOr<RegionGradient> build(DifferentiateBlock differentiate);

private:
  void findCarried();
  void keepForward(ArrayRef<Operation *> adjointOps);
  bool isFree(Value value);
  Value inReverse(Value value);
  Value adjointOrZero(Value adjoint, Type type);

  unsigned operandIndex(BlockArgument argument) const { return argument.getArgNumber() - 1; }

  ScanOp scan; // the op itself, later the one that keeps values
  GraphBuilder &g;
  ValueRange dResults;
  ArrayRef<bool> wanted;
  SmallVector<bool> carried; // whether the adjoint of a carried value is
  std::unique_ptr<ScanBuilder> reverse;
  llvm::DenseMap<Value, Value> mapped; // of the forward turn or its seeds, in the reverse turn
};

void ScanGradient::findCarried() {
  unsigned count = scan.getInitials().size(), stacked = scan.stackedCount();
  auto args = scan.carryArgs();
  auto nexts = scan.nextYields();
  SmallVector<llvm::SetVector<BlockArgument>> sources;
  for (Value next : nexts)
    sources.push_back(differentiableSources(next));

  // The results reach them ...
  SmallVector<bool> needed(count, false);
  llvm::SetVector<BlockArgument> read;
  for (auto [value, adjoint] : llvm::zip(scan.stackedYields(), dResults))
    if (adjoint)
      for (BlockArgument source : differentiableSources(value))
        read.insert(source);
  for (unsigned c = 0; c < count; ++c)
    needed[c] = dResults[stacked + c] || read.contains(args[c]);
  // ... and they reach operands that are wanted.
  SmallVector<bool> active(count, false);
  for (unsigned c = 0; c < count; ++c)
    active[c] = wanted[scan.getSequences().size() + c];
  for (bool changed = true; changed;) {
    changed = false;
    for (unsigned c = 0; c < count; ++c) {
      for (unsigned other = 0; other < count; ++other)
        if (needed[c] && !needed[other] && sources[c].contains(args[other]))
          needed[other] = changed = true;
      bool reached = llvm::any_of(sources[c], [&](BlockArgument source) {
        auto carry = llvm::find(args, source);
        if (carry != args.end())
          return active[carry - args.begin()];
        return source.getArgNumber() != 0 && wanted[operandIndex(source)];
      });
      if (reached && !active[c])
        active[c] = changed = true;
    }
  }
  for (unsigned c = 0; c < count; ++c)
    carried.push_back(needed[c] && active[c] && isFloat(args[c]));
}

/// Whether a value of the forward turn can be computed from sequences and invariants by ops that need no loop.
bool ScanGradient::isFree(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    unsigned number = argument.getArgNumber(), firstCarry = 1 + scan.getSequences().size();
    return number < firstCarry || number >= firstCarry + scan.getInitials().size();
  }
  Operation *op = value.getDefiningOp();
  return (op->hasTrait<IndexMap>() || isa<ElementwiseOpInterface>(op)) &&
         llvm::all_of(op->getOperands(), [&](Value operand) { return isFree(operand); });
}

/// Sees to it that the reverse turn can have what it reads of the forward one, and takes the adjoint's ops out.
void ScanGradient::keepForward(ArrayRef<Operation *> adjointOps) {
  llvm::DenseSet<Operation *> made(adjointOps.begin(), adjointOps.end());
  SmallVector<Value> read;
  Block *block = &scan.getBody().front();
  for (Operation *op : adjointOps)
    for (Value operand : op->getOperands())
      if (operand.getParentBlock() == block && !made.contains(operand.getDefiningOp()))
        read.push_back(operand);
  // Decided while arguments are still those of the op.
  SmallVector<Value> stored;
  auto decide = [&](auto &&self, Value value) -> void {
    if (isFree(value))
      return;
    if (Operation *op = value.getDefiningOp(); op && op->hasTrait<IndexMap>())
      llvm::for_each(op->getOperands(), [&](Value operand) { self(self, operand); });
    else
      stored.push_back(value);
  };
  for (Value value : read)
    decide(decide, value);

  for (Operation *op : adjointOps)
    op->remove();
  OpBuilder atScan(scan);
  unsigned stacked = scan.stackedCount();
  ScanBuilder builder(scan);
  for (Value value : stored)
    builder.addStacked(value);
  ScanOp kept = builder.build(atScan);
  for (unsigned i = 0; i < stacked; ++i)
    scan.getResult(i).replaceAllUsesWith(kept.getResult(i));
  for (auto [before, after] : llvm::zip(scan->getResults().drop_front(stacked), kept.finals()))
    before.replaceAllUsesWith(after);
  scan = kept;
}

/// A value of the forward turn, in the reverse one.
Value ScanGradient::inReverse(Value value) {
  Value &known = mapped[value];
  if (known)
    return known;
  auto stackedAt = llvm::find(scan.stackedYields(), value);
  if (isFree(value) || stackedAt == scan.stackedYields().end()) {
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      if (argument.getArgNumber() == 0)
        return known = reverse->turn();
      Value operand = scan.operandOf(argument).get();
      bool isSequence = argument.getArgNumber() <= scan.getSequences().size();
      return known = isSequence ? reverse->addSequence(operand, argument.getLoc())
                                : reverse->addInvariant(operand, argument.getLoc());
    }
    Operation *op = value.getDefiningOp();
    IRMapping operands;
    for (Value operand : op->getOperands())
      operands.map(operand, inReverse(operand));
    OpBuilder builder = reverse->inside();
    Operation *again = builder.clone(*op, operands);
    again->setLoc(
        provenanceLoc(op, Role::Recompute, "computed again", 0, sourceName(op->getLoc())));
    return mapped[value] = again->getResult(cast<OpResult>(value).getResultNumber());
  }
  Value stacked = scan.stacked()[stackedAt - scan.stackedYields().begin()];
  return known = reverse->addSequence(stacked, value.getLoc());
}

Value ScanGradient::adjointOrZero(Value adjoint, Type type) {
  return adjoint ? adjoint : g.create<FillOp>(type, g.getBuilder().getF64FloatAttr(0.0));
}

FailureOr<RegionGradient> ScanGradient::build(DifferentiateBlock differentiate) {
  findCarried();
  unsigned stacked = scan.stackedCount(), sequences = scan.getSequences().size(),
           carries = scan.getInitials().size();

  // Seeds stand in a block of their own until the reverse turn has arguments for them.
  Block seedBlock;
  SmallVector<Seed> seeds;
  SmallVector<std::pair<Value, Value>> stackedSeeds; // with the adjoints of whole results
  SmallVector<Value> carrySeeds(carries);
  for (auto [value, adjoint] : llvm::zip(scan.stackedYields(), dResults))
    if (adjoint) {
      seeds.push_back({value, seedBlock.addArgument(value.getType(), adjoint.getLoc())});
      stackedSeeds.push_back({seeds.back().adjoint, adjoint});
    }
  for (auto [c, next] : llvm::enumerate(scan.nextYields()))
    if (carried[c]) {
      Location loc = provenanceLoc(scan, Role::Adjoint, ScanOp::gradientRule().name, sequences + c,
                                   ("d_" + sourceName(scan.carryArgs()[c].getLoc())).str());
      carrySeeds[c] = seedBlock.addArgument(next.getType(), loc);
      seeds.push_back({next, carrySeeds[c]});
    }
  SmallVector<Value> wrt;
  SmallVector<unsigned> wrtOperand;
  for (BlockArgument argument : scan.getBody().getArguments().drop_front()) {
    unsigned operand = operandIndex(argument);
    bool isCarry = operand >= sequences && operand < sequences + carries;
    if (!isFloat(argument) || !(isCarry ? carried[operand - sequences] : wanted[operand]))
      continue;
    wrt.push_back(argument);
    wrtOperand.push_back(operand);
  }

  Block &block = scan.getBody().front();
  // Stands between the forward ops, whose last may be replaced, and the adjoint's.
  OpBuilder atEnd(block.getTerminator());
  Operation *mark = atEnd.create<FillOp>(scan.getLoc(), RankedTensorType::get({}, atEnd.getF64Type()),
                                         atEnd.getF64FloatAttr(0.0));
  FailureOr<SmallVector<Value>> adjoints = differentiate(block, seeds, wrt);
  if (failed(adjoints))
    return failure();
  SmallVector<Operation *> adjointOps;
  for (Operation *op = mark->getNextNode(); op != block.getTerminator(); op = op->getNextNode())
    adjointOps.push_back(op);
  mark->erase();
  keepForward(adjointOps);

  Location reverseLoc = provenanceLoc(scan, Role::Adjoint, ScanOp::gradientRule().name, 0, "");
  reverse = std::make_unique<ScanBuilder>(reverseLoc, scan.lengthDim(), !scan.getReverse());
  for (auto [seed, adjoint] : stackedSeeds)
    mapped[seed] = reverse->addSequence(adjoint, seed.getLoc());
  SmallVector<int> carryOf(scan.getNumOperands(), -1); // of the reverse loop, by operand of the forward one
  for (unsigned c = 0; c < carries; ++c)
    if (carried[c]) {
      Value end = adjointOrZero(dResults[stacked + c], carrySeeds[c].getType());
      carryOf[sequences + c] = reverse->initials.size();
      mapped[carrySeeds[c]] = reverse->addCarry(end, carrySeeds[c].getLoc());
    }
  for (Operation *op : adjointOps) {
    for (OpOperand &operand : op->getOpOperands())
      if (operand.get().getParentBlock() != &reverse->block())
        operand.set(inReverse(operand.get()));
    reverse->block().push_back(op);
  }

  RegionGradient gradient;
  gradient.replacement = scan;
  gradient.dOperands.resize(scan.getNumOperands());
  SmallVector<int> stackedOf(scan.getNumOperands(), -1);
  OpBuilder inside = reverse->inside();
  for (auto [operand, adjoint] : llvm::zip(wrtOperand, *adjoints)) {
    GraphBuilder turn(inside, provenanceLoc(scan, Role::Accumulate, ScanOp::gradientRule().name, operand, ""));
    // An adjoint may be a seed as it came in, or one of the forward turn's values.
    Value value = !adjoint                                        ? Value()
                  : adjoint.getParentBlock() == &reverse->block() ? adjoint
                                                                  : inReverse(adjoint);
    Type type = scan.getBody().getArgument(operand + 1).getType();
    if (operand < sequences) {
      if (value)
        stackedOf[operand] = reverse->addStacked(value);
    } else if (operand < sequences + carries) {
      reverse->setNext(carryOf[operand],
                       value ? value : turn.create<FillOp>(type, inside.getF64FloatAttr(0.0)));
    } else if (value) {
      carryOf[operand] = reverse->initials.size();
      Value sum = reverse->addCarry(adjointOrZero({}, type), value.getLoc());
      turn.setLoc(renamed(turn.getLoc(), sourceName(value.getLoc())));
      reverse->setNext(carryOf[operand], turn.add(sum, value));
    }
  }
  if (reverse->stacked.empty() && reverse->initials.empty())
    return gradient;
  g.setLoc(reverseLoc);
  ScanOp backward = reverse->build(g.getBuilder());
  for (unsigned i = 0; i < scan.getNumOperands(); ++i)
    if (wanted[i] && stackedOf[i] >= 0)
      gradient.dOperands[i] = backward.stacked()[stackedOf[i]];
    else if (wanted[i] && carryOf[i] >= 0)
      gradient.dOperands[i] = backward.finals()[carryOf[i]];
  return gradient;
}

} // namespace

FailureOr<RegionGradient> ScanOp::regionGradient(GraphBuilder &g, ValueRange dResults,
                                                 const llvm::SmallVector<bool> &wanted,
                                                 DifferentiateBlock differentiate) {
  return ScanGradient(*this, g, dResults, wanted).build(differentiate);
}

} // namespace nnc
