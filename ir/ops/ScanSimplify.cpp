// ScanSimplify.cpp: rewrites that make a loop smaller: parts nobody needs, parts that are the same, values that no turn
// changes.
#include "ir/ops/Scan.h"
#include "ir/ops/Shape.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace nnc {

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
  void initialize() { setDebugName("a loop without what nothing reads"); }

  LogicalResult matchAndRewrite(ScanOp scan, PatternRewriter &rewriter) const override {
    return success(dropUnneededParts(scan, rewriter));
  }
};

/// Parts that are the same become one; the others are dropped as unneeded then.
struct MergeEqual : OpRewritePattern<ScanOp> {
  using OpRewritePattern::OpRewritePattern;
  void initialize() { setDebugName("equal values of a loop are one"); }

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
  void initialize() { setDebugName("constants of a loop are made where they are read"); }

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
    // A sequence of one number, as the mask of a loop over whole sequences: its elements are that number too.
    for (auto [sequence, argument] : llvm::zip(scan.getSequences(), scan.sequenceArgs()))
      if (auto fill = sequence.getDefiningOp<FillOp>(); fill && !argument.use_empty()) {
        rewriter.replaceAllUsesWith(
            argument, rewriter.create<FillOp>(fill.getLoc(), argument.getType(), fill.getValueAttr()));
        changed = true;
      }
    // A sequence that repeats one element is an invariant.
    for (auto [sequence, argument] :
         llvm::zip(llvm::to_vector(scan.getSequences()), llvm::to_vector(scan.sequenceArgs())))
      if (auto repeat = sequence.getDefiningOp<BroadcastOp>();
          repeat && !argument.use_empty() && !llvm::is_contained(repeat.getDims(), 0) &&
          repeat.getX().getType() == argument.getType()) {
        rewriter.replaceAllUsesWith(argument, addInvariant(scan, repeat.getX(), argument.getLoc(), rewriter));
        changed = true;
      }
    for (auto [argument, next] : llvm::zip(scan.carryArgs(), scan.nextYields()))
      if (next == argument && !argument.hasOneUse() && !argument.use_empty())
        sinkUnchanged(scan, argument, rewriter, changed);
    return success(changed);
  }

  static BlockArgument addInvariant(ScanOp scan, Value value, Location loc, PatternRewriter &rewriter) {
    rewriter.modifyOpInPlace(scan, [&] { scan.getInvariantsMutable().append(value); });
    return scan.getBody().addArgument(value.getType(), loc);
  }

  /// An unchanged carried value that is read inside becomes an invariant.
  static void sinkUnchanged(ScanOp scan, BlockArgument argument, PatternRewriter &rewriter, bool &changed) {
    Value initial = scan.operandOf(argument).get();
    BlockArgument invariant = addInvariant(scan, initial, argument.getLoc(), rewriter);
    YieldOp yield = scan.yieldOp();
    rewriter.replaceUsesWithIf(argument, invariant,
                               [&](OpOperand &use) { return use.getOwner() != yield.getOperation(); });
    changed = true;
  }
};

/// What a loop would only copy into a stacked result is there already: elements of a sequence, an invariant, a number.
/// Backpropagation keeps such values for the loop in the other direction.
struct StackOutside : OpRewritePattern<ScanOp> {
  using OpRewritePattern::OpRewritePattern;
  void initialize() { setDebugName("what a loop would only copy is read where it is"); }

  LogicalResult matchAndRewrite(ScanOp scan, PatternRewriter &rewriter) const override {
    bool changed = false;
    for (auto [value, result] : llvm::zip(scan.stackedYields(), scan.stacked())) {
      if (result.use_empty())
        continue;
      rewriter.setInsertionPoint(scan);
      if (Value whole = stackedOutside(scan, value, result.getType(), rewriter)) {
        rewriter.replaceAllUsesWith(result, whole);
        changed = true;
      }
    }
    return success(changed);
  }

  static Value stackedOutside(ScanOp scan, Value value, Type type, PatternRewriter &rewriter) {
    if (auto fill = value.getDefiningOp<FillOp>())
      return rewriter.create<FillOp>(fill.getLoc(), type, fill.getValueAttr());
    if (auto reshape = value.getDefiningOp<ReshapeOp>()) {
      Value whole = stackedOutside(scan, reshape.getX(),
                                   stackedType(scan.lengthDim(), reshape.getX().getType()), rewriter);
      return whole ? rewriter.create<ReshapeOp>(reshape.getLoc(), type, whole).getResult() : Value();
    }
    auto argument = dyn_cast<BlockArgument>(value);
    if (!argument || argument.getOwner() != &scan.getBody().front())
      return {};
    if (llvm::is_contained(scan.sequenceArgs(), argument))
      return scan.operandOf(argument).get();
    if (llvm::is_contained(scan.invariantArgs(), argument)) {
      int64_t rank = cast<RankedTensorType>(value.getType()).getRank();
      SmallVector<int64_t> dims = llvm::to_vector(llvm::seq<int64_t>(1, rank + 1));
      return rewriter.create<BroadcastOp>(value.getLoc(), type, scan.operandOf(argument).get(), dims);
    }
    return {};
  }
};

} // namespace

void ScanOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DropUnneeded, MergeEqual, SinkConstants, StackOutside>(context);
}

} // namespace nnc
