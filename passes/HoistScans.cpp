// HoistScans.cpp: moves work out of loops: before them what depends on no turn, or what all turns can do at once; after
// them sums that only the end reads. Into them it moves what turns compute in less time than they take to read it.
#include "ir/GraphBuilder.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Scan.h"
#include "ir/ops/Shape.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "passes/Passes.h"

using namespace mlir;

namespace nnc {
#define GEN_PASS_DEF_HOISTSCANS
#include "passes/Passes.h.inc"

namespace {

/// What comes into the turns of one loop, and the same outside of it.
class Hoister {
public:
  explicit Hoister(ScanOp scan) : scan(scan) {}

  /// Moves ops before the loop.
  void run() {
    Block &block = scan.getBody().front();
    for (Operation &op : llvm::make_early_inc_range(block.without_terminator())) {
      if (op.hasTrait<IndexMap>() || op.getNumResults() != 1)
        continue;
      OpBuilder before(scan);
      if (isInvariant(&op))
        replace(&op, outside(op.getResult(0), before), /*isSequence=*/false);
      else if (auto turnwise = dyn_cast<TurnwiseOpInterface>(op))
        if (Value all = overAllTurns(turnwise, before))
          replace(&op, all, /*isSequence=*/true);
    }
  }

  /// Lays invariant operands out before the loop as its turns read them fastest.
  void layOut() {
    for (Operation &op : scan.getBody().front().without_terminator()) {
      auto turnwise = dyn_cast<TurnwiseOpInterface>(op);
      for (unsigned index = 0; turnwise && index < op.getNumOperands(); ++index) {
        auto argument = dyn_cast<BlockArgument>(op.getOperand(index));
        if (!argument || !llvm::is_contained(scan.invariantArgs(), argument))
          continue;
        OpBuilder before(scan);
        GraphBuilder g(before, op.getLoc());
        if (Value value = turnwise.laidOutForTurns(g, index, scan.operandOf(argument).get()))
          turnwise.takeLaidOut(index, addInvariant(value, argument.getLoc()));
      }
    }
  }

private:
  bool isInvariant(Value value) {
    if (auto argument = dyn_cast<BlockArgument>(value))
      return llvm::is_contained(scan.invariantArgs(), argument);
    return isInvariant(value.getDefiningOp());
  }
  /// Only constants, or index maps of invariants: what an op that goes out takes with it.
  bool isInvariant(Operation *op) {
    bool moves = op->hasTrait<IndexMap>() || op->getNumOperands() != 0;
    return moves && isPure(op) &&
           llvm::all_of(op->getOperands(), [&](Value operand) { return isInvariant(operand); });
  }

  Value outside(Value value, OpBuilder &builder) {
    if (auto argument = dyn_cast<BlockArgument>(value))
      return scan.operandOf(argument).get();
    Operation *op = value.getDefiningOp();
    IRMapping operands;
    for (Value operand : op->getOperands())
      operands.map(operand, outside(operand, builder));
    return builder.clone(*op, operands)->getResult(cast<OpResult>(value).getResultNumber());
  }

  Value overAllTurns(TurnwiseOpInterface op, OpBuilder &builder) {
    SmallVector<bool> isStacked;
    for (Value operand : op->getOperands()) {
      auto argument = dyn_cast<BlockArgument>(operand);
      isStacked.push_back(argument && llvm::is_contained(scan.sequenceArgs(), argument));
      if (!isStacked.back() && !isInvariant(operand))
        return {};
    }
    if (!llvm::is_contained(isStacked, true))
      return {};
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(outside(operand, builder));
    GraphBuilder g(builder, op->getLoc());
    return op.overAllTurns(g, operands, isStacked);
  }

  void replace(Operation *op, Value value, bool isSequence) {
    Value result = op->getResult(0);
    if (isSequence) {
      unsigned at = 1 + scan.getSequences().size();
      scan.getSequencesMutable().append(value);
      result.replaceAllUsesWith(
          scan.getBody().front().insertArgument(at, result.getType(), result.getLoc()));
    } else {
      result.replaceAllUsesWith(addInvariant(value, result.getLoc()));
    }
    op->erase();
  }

  Value addInvariant(Value value, Location loc) {
    scan.getInvariantsMutable().append(value);
    return scan.getBody().front().addArgument(value.getType(), loc);
  }

  ScanOp scan;
};

/// Takes into the turns what only they read and what takes less time to compute than to read: elementwise ops on constants
/// and on values that are repeated along axes.
class Sinker {
public:
  explicit Sinker(ScanOp scan) : scan(scan) {}

  void run() {
    for (unsigned index = scan.getSequences().size(); index-- > 0;)
      sink(index);
  }

private:
  void sink(unsigned index) {
    BlockArgument argument = scan.sequenceArgs()[index];
    Value sequence = scan.getSequences()[index], made = sequence;
    Dims turn = dimsOf(argument);
    // The rows of all turns may be one axis.
    auto reshape = sequence.getDefiningOp<ReshapeOp>();
    if (reshape) {
      made = reshape.getX();
      std::optional<Dim> rows = turn.empty() ? std::nullopt : scan.lengthDim().mul(turn[0]);
      Dims joined = turn;
      if (rows)
        joined[0] = *rows;
      if (!rows || dimsOf(made) != joined)
        return;
    }
    auto op = made.getDefiningOp<ElementwiseOpInterface>();
    if (!op || op->getBlock() != scan->getBlock() || !made.hasOneUse() || !sequence.hasOneUse())
      return;
    if (!llvm::all_of(op->getOperands(), [&](Value operand) {
          auto broadcast = operand.getDefiningOp<BroadcastOp>();
          return operand.getDefiningOp<FillOp>() ||
                 (broadcast && (!isOfTurns(broadcast) || dimsOf(broadcast.getX()).front() == dimsOf(made).front()));
        }))
      return;

    Block &block = scan.getBody().front();
    OpBuilder before(scan), inside = OpBuilder::atBlockBegin(&block);
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      RankedTensorType type = withElementType(cast<RankedTensorType>(argument.getType()), getElementTypeOrSelf(operand.getType()));
      if (auto fill = operand.getDefiningOp<FillOp>()) {
        operands.push_back(inside.create<FillOp>(fill.getLoc(), type, fill.getValueAttr()));
        continue;
      }
      auto broadcast = operand.getDefiningOp<BroadcastOp>();
      SmallVector<int64_t> axes(broadcast.getDims());
      if (isOfTurns(broadcast) && !reshape)
        axes.erase(axes.begin());
      if (!reshape)
        for (int64_t &axis : axes)
          --axis;
      Value part = isOfTurns(broadcast) ? addSequence(broadcast.getX(), bool(reshape), turn, before)
                             : addInvariant(broadcast.getX());
      operands.push_back(inside.create<BroadcastOp>(broadcast.getLoc(), type, part, axes));
    }
    Operation *again = inside.create(op->getLoc(), op->getName().getIdentifier(), operands, argument.getType(), op->getAttrs());
    argument.replaceAllUsesWith(again->getResult(0));
    scan.getSequencesMutable().erase(index);
    block.eraseArgument(argument.getArgNumber());
  }

  /// Is the first axis that of the turns, or of the rows of all of them?
  static bool isOfTurns(BroadcastOp broadcast) {
    return !broadcast.getDims().empty() && broadcast.getDims().front() == 0;
  }

  /// What a turn has of `value`, whose first axis is that of the turns, or of the rows of all of them.
  Value addSequence(Value value, bool ofRows, const Dims &turn, OpBuilder &before) {
    Dims dims = dimsOf(value);
    Type element = getElementTypeOrSelf(value.getType());
    dims.erase(dims.begin());
    if (ofRows) {
      dims.insert(dims.begin(), turn[0]);
      value = before.create<ReshapeOp>(value.getLoc(), stackedType(scan.lengthDim(), makeTensor(dims, element)), value);
    }
    const unsigned at = 1 + scan.getSequences().size();
    scan.getSequencesMutable().append(value);
    return scan.getBody().front().insertArgument(at, makeTensor(dims, element), value.getLoc());
  }

  Value addInvariant(Value value) {
    scan.getInvariantsMutable().append(value);
    return scan.getBody().front().addArgument(value.getType(), value.getLoc());
  }

  ScanOp scan;
};

/// Takes summands out of carried sums.
class SumHoister {
public:
  explicit SumHoister(ScanOp scan) : scan(scan) {}

  /// The loop that is left, which may be another op.
  ScanOp run() {
    for (auto [carry, argument, next] : llvm::enumerate(scan.carryArgs(), scan.nextYields()))
      addSum(carry, argument, next);
    return sums.empty() ? scan : rebuild();
  }

private:
  struct Sum {
    unsigned carry;
    SmallVector<Value> taken, left; // summands
  };

  void addSum(unsigned carry, BlockArgument argument, Value next) {
    if (!argument.hasOneUse() || !isa<FloatType>(getElementTypeOrSelf(argument.getType())))
      return;
    Sum sum{carry, {}, {}};
    bool addsToItself = false;
    SmallVector<Value> work{next};
    while (!work.empty()) {
      Value value = work.pop_back_val();
      auto add = value.getDefiningOp<AddOp>();
      if (value == argument)
        addsToItself = true;
      else if (add && value.hasOneUse())
        work.append({add.getRhs(), add.getLhs()});
      else if (canTake(value))
        sum.taken.push_back(value);
      else
        sum.left.push_back(value);
    }
    if (addsToItself && !sum.taken.empty())
      sums.push_back(std::move(sum));
  }

  /// The op behind reshapes that is done for all turns.
  static TurnwiseOpInterface summand(Value value) {
    while (auto reshape = value.getDefiningOp<ReshapeOp>())
      value = reshape.getX();
    return dyn_cast_or_null<TurnwiseOpInterface>(value.getDefiningOp());
  }

  /// Whether the turn computes `value` from what a checkpoint computes again: stacked, that would be kept after all.
  bool isComputedAgain(Value value) {
    auto [known, isNew] = computedAgain.try_emplace(value, false);
    Operation *op = value.getDefiningOp();
    if (!isNew || !op)
      return known->second;
    const bool result = isa<HoldOp>(op) || llvm::any_of(op->getOperands(), [&](Value operand) {
                          return isComputedAgain(operand);
                        });
    return computedAgain[value] = result;
  }

  /// Tried on the types alone: an op that is not kept says whether there is a form for it.
  bool canTake(Value value) {
    TurnwiseOpInterface op = summand(value);
    if (!op || llvm::any_of(op->getOperands(), [&](Value operand) {
          if (auto argument = dyn_cast<BlockArgument>(operand))
            return argument == scan.turnArg() || llvm::is_contained(scan.invariantArgs(), argument);
          return isComputedAgain(operand);
        }))
      return false;
    Block trial;
    OpBuilder builder(op.getContext());
    builder.setInsertionPointToEnd(&trial);
    GraphBuilder g(builder, op->getLoc());
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(
          trial.addArgument(stackedType(scan.lengthDim(), operand.getType()), operand.getLoc()));
    return bool(op.sumOverTurns(g, operands));
  }

  ScanOp rebuild() {
    OpBuilder builder(scan);
    unsigned stacked = scan.stackedCount();
    // What each summand reads of the turns: an operand of the loop, or a stacked result.
    llvm::DenseMap<Value, Value> sequences;
    for (auto [argument, operand] : llvm::zip(scan.sequenceArgs(), scan.getSequences()))
      sequences[argument] = operand;
    SmallVector<std::pair<TurnwiseOpInterface, SmallVector<std::pair<Value, int>>>> plans;
    ScanOp before = scan;
    ScanBuilder parts(scan);
    for (Sum &sum : sums)
      for (Value value : sum.taken) {
        TurnwiseOpInterface op = summand(value);
        SmallVector<std::pair<Value, int>> operands;
        for (Value operand : op->getOperands()) {
          Value whole = sequences.lookup(operand);
          operands.push_back({whole, whole ? -1 : static_cast<int>(parts.addStacked(operand))});
        }
        plans.push_back({op, operands});
      }
    for (Sum &sum : sums) {
      OpBuilder inside = parts.inside();
      GraphBuilder g(inside, parts.nexts[sum.carry].getLoc());
      Value next = parts.carry(sum.carry);
      for (Value value : sum.left)
        next = g.add(next, value);
      parts.setNext(sum.carry, next);
    }
    ScanOp after = parts.build(builder);
    for (unsigned i = 0; i < stacked; ++i)
      before.getResult(i).replaceAllUsesWith(after.getResult(i));
    for (auto [last, replacement] : llvm::zip(before->getResults().drop_front(stacked), after.finals()))
      last.replaceAllUsesWith(replacement);

    builder.setInsertionPointAfter(after);
    unsigned nextPlan = 0;
    for (Sum &sum : sums) {
      Value last = after.finals()[sum.carry], total = last;
      SmallPtrSet<Operation *, 4> added;
      for (Value value : sum.taken) {
        auto &[op, operands] = plans[nextPlan++];
        SmallVector<Value> whole;
        for (auto [operand, result] : operands)
          whole.push_back(operand ? operand : Value(after.stacked()[result]));
        GraphBuilder g(builder, op->getLoc());
        Value part = op.sumOverTurns(g, whole);
        if (part.getType() != value.getType())
          part = g.create<ReshapeOp>(value.getType(), part);
        bool isFirst = total == last;
        if (isFirst && sum.left.empty() && isZero(after.getInitials()[sum.carry])) {
          total = part;
          continue;
        }
        total = g.add(total, part);
        added.insert(total.getDefiningOp());
      }
      last.replaceAllUsesExcept(total, added);
    }
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(after.getBody().front())))
      if (isOpTriviallyDead(&op))
        op.erase();
    before.erase();
    return after;
  }

  static bool isZero(Value value) {
    auto fill = value.getDefiningOp<FillOp>();
    return fill && fill.getValue().isZero();
  }

  ScanOp scan;
  SmallVector<Sum> sums;
  llvm::DenseMap<Value, bool> computedAgain;
};

struct HoistScansPass : impl::HoistScansBase<HoistScansPass> {
  void runOnOperation() override {
    SmallVector<ScanOp> scans; // inner ones first
    getOperation().walk([&](ScanOp scan) { scans.push_back(scan); });
    for (ScanOp scan : scans) {
      scan = SumHoister(scan).run();
      Hoister hoister(scan);
      hoister.run();
      hoister.layOut();
      Sinker(scan).run();
    }
  }
};

} // namespace
} // namespace nnc
