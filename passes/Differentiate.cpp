// Differentiate.cpp: reverse-mode automatic differentiation of nn.grad.
//
// For y = f(x) and a target s, the adjoint of y is d_y = ds/dy. The chain rule, backwards:
//
//   d_s = 1;   for each op y = f(x1 .. xn), last to first:   d_xi += d_y * dy/dxi
//
// 1. find the active values: those that depend on `wrt` and that the target depends on, through differentiable ops;
// 2. walk active ops in reverse program order; each op's rule turns its results' adjoints into its operands';
// 3. drop what rules built for operands that are not active, and say of the rest why it is there.
//
// Of ops that are marked as parts of a checkpoint, rules read no results of the forward pass. When the walk meets the
// last of them, all are computed again from the checkpoint's inputs, each read through nn.hold until the adjoint at hand
// is there; rules are then applied to the copies. Checkpoints may hold others: the copies of a whole keep the marks of its
// parts, and are copied once more when the walk gets there.
#include "ir/GraphBuilder.h"
#include "ir/Provenance.h"
#include "ir/ops/Shape.h"
#include "ir/ops/Structure.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "passes/Observers.h"
#include "passes/Passes.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace nnc {
#define GEN_PASS_DEF_DIFFERENTIATE
#include "passes/Passes.h.inc"

namespace {

/// The name of a value in the source, or empty.
std::string nameOf(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    if (auto func = dyn_cast<FuncOp>(argument.getOwner()->getParentOp()))
      if (StringRef name = func.argumentName(argument.getArgNumber()); !name.empty())
        return name.str();
    return sourceName(argument.getLoc()).str();
  }
  if (StringRef name = sourceName(value.getLoc()); !name.empty())
    return name.str();
  if (auto load = value.getDefiningOp<LoadOp>())
    return load.getVariable().str();
  return "";
}

/// `'score'` for messages.
std::string quoted(Value value, StringRef otherwise) {
  std::string name = nameOf(value);
  return name.empty() ? otherwise.str() : "'" + name + "'";
}

std::string adjointName(Value value) {
  std::string name = nameOf(value);
  return name.empty() ? "" : "d_" + name;
}

/// The location with `name` in the place of the name it has.
Location renamed(Location loc, StringRef name) {
  if (auto named = dyn_cast<NameLoc>(loc))
    return NameLoc::get(StringAttr::get(loc.getContext(), name), named.getChildLoc());
  auto fused = dyn_cast<FusedLoc>(loc);
  if (!fused)
    return loc;
  SmallVector<Location> parts;
  for (Location part : fused.getLocations())
    parts.push_back(renamed(part, name));
  return FusedLoc::get(parts, fused.getMetadata(), loc.getContext());
}

/// What is but a term of a value's adjoint has no claim to the name of the sum: it is `d_x_via_y`, after the op that uses x.
void nameAsTerm(Value value, Value term) {
  Operation *op = term.getDefiningOp();
  ProvenanceAttr provenance = op ? provenanceOf(op->getLoc()) : ProvenanceAttr();
  std::string name = adjointName(value);
  if (!provenance || name.empty() || sourceName(op->getLoc()) != name)
    return; // it is the adjoint of another value, and has that one's name
  bool isSum = provenance.getRole() == Role::Accumulate;
  op->setLoc(renamed(op->getLoc(), isSum ? name + "_so_far" : name + "_via_" + provenance.getOf().str()));
}

/// Whether an op has a rule at all.
bool hasRule(Operation *op) { return isa<DifferentiableOpInterface, RegionDifferentiableOpInterface>(op); }

/// The ops of one block between `wrt` and the values whose adjoints come in as seeds. A region op between them is one
/// op here: its rule (RegionDifferentiableOpInterface) differentiates its block with another BlockDifferentiator.
class BlockDifferentiator {
public:
  BlockDifferentiator(Block &block, ArrayRef<Seed> seeds, ValueRange wrt, DifferentiationObserver *observer)
      : block(block), seeds(seeds), wrt(wrt), observer(observer) {}

  /// Builds adjoints before `place`; one value per `wrt`, null where no path leads.
  FailureOr<SmallVector<Value>> run(OpBuilder &builder);

  /// Explains why no path leads from `from` to `target`.
  void explainNoPath(Value from, Value target, InFlightDiagnostic &diagnostic);

private:
  void findNeeded();
  void findActive();
  LogicalResult differentiate(Operation *op, OpBuilder &builder);
  FailureOr<SmallVector<Value>> applyRegionRule(Operation *op, RegionDifferentiableOpInterface computed,
                                                ValueRange dResults, GraphBuilder &g);
  void collectCheckpoints();
  Operation *computedAgain(Operation *op, Value until, OpBuilder &builder);
  void computeAgain(int64_t checkpoint, Value until, OpBuilder &builder);
  Operation *copyOf(Operation *op) const {
    auto known = copies.find(op);
    return known == copies.end() ? op : known->second;
  }
  /// `sum` is the location of the sum, where there is another adjoint already.
  void addAdjoint(Value value, Value adjoint, Location sum, OpBuilder &builder);
  void describe(Operation *op, ArrayRef<Value> adjoints, StringRef rule, ArrayRef<Operation *> made);

  Block &block;
  ArrayRef<Seed> seeds;
  ValueRange wrt;
  DifferentiationObserver *observer; // or null
  llvm::DenseSet<Value> needed;          // a seed's value depends on them
  llvm::DenseSet<Value> active;          // needed, and depend on wrt
  SmallVector<Operation *> activeOps;    // in program order
  llvm::DenseMap<Value, Value> adjoints; // complete for a value when its defining op is reached
  SmallVector<Operation *> replaced;     // by their rules; gone at the end
  llvm::DenseMap<int64_t, SmallVector<Operation *>> checkpoints; // their ops, in program order
  llvm::DenseMap<Operation *, Operation *> copies;               // of ops that are computed again, the latest
  Operation *lastReplaced = nullptr, *replacement = nullptr; // the last of them, and by what
};

/// The checkpoints that an op is part of and is still to be copied for, the outermost first.
ArrayRef<int64_t> checkpointsOf(Operation *op) {
  auto ids = op->getAttrOfType<DenseI64ArrayAttr>(kCheckpointAttr);
  return ids ? ids.asArrayRef() : ArrayRef<int64_t>();
}

void BlockDifferentiator::findNeeded() {
  SmallVector<Value> work;
  for (const Seed &seed : seeds)
    if (needed.insert(seed.value).second)
      work.push_back(seed.value);
  while (!work.empty()) {
    Operation *op = work.pop_back_val().getDefiningOp();
    if (!op)
      continue;
    for (Value operand : op->getOperands())
      if (needed.insert(operand).second)
        work.push_back(operand);
  }
}

void BlockDifferentiator::findActive() {
  for (Value value : wrt)
    if (needed.contains(value))
      active.insert(value);
  for (Operation &op : block) {
    bool reads = llvm::any_of(op.getOperands(), [&](Value operand) { return active.contains(operand); });
    bool isNeeded = llvm::any_of(op.getResults(), [&](Value result) { return needed.contains(result); });
    if (!reads || !isNeeded || !hasRule(&op))
      continue;
    activeOps.push_back(&op);
    for (Value result : op.getResults())
      if (needed.contains(result))
        active.insert(result);
  }
}

FailureOr<SmallVector<Value>> BlockDifferentiator::run(OpBuilder &builder) {
  findNeeded();
  for (Operation &op : block) {
    bool isNeeded = llvm::any_of(op.getResults(), [&](Value result) { return needed.contains(result); });
    if (isNeeded && op.getNumOperands() != 0 && !hasRule(&op) && !isa<NonDifferentiableOpInterface>(op))
      return op.emitError("internal error: '")
             << op.getName() << "' has neither a gradient nor a reason for having none";
  }
  findActive();
  collectCheckpoints();
  for (const Seed &seed : seeds)
    if (active.contains(seed.value))
      addAdjoint(seed.value, seed.adjoint,
                 provenanceLoc(seed.value.getLoc(), Role::Accumulate, "sum over uses", 0, adjointName(seed.value),
                               nameOf(seed.value)),
                 builder);
  for (Operation *op : llvm::reverse(activeOps))
    if (failed(differentiate(op, builder)))
      return failure();
  for (Operation *op : replaced) {
    for (Value result : op->getResults()) {
      needed.erase(result);
      active.erase(result);
      adjoints.erase(result);
    }
    op->erase();
  }
  SmallVector<Value> gradients;
  for (Value value : wrt)
    gradients.push_back(adjoints.lookup(value));
  return gradients;
}

void BlockDifferentiator::collectCheckpoints() {
  for (Operation &op : block)
    for (int64_t checkpoint : checkpointsOf(&op))
      checkpoints[checkpoint].push_back(&op);
}

/// The op that `op`'s rule is to read: itself, or its copy in the second computation of its checkpoint.
Operation *BlockDifferentiator::computedAgain(Operation *op, Value until, OpBuilder &builder) {
  Operation *copy = copyOf(op);
  while (!checkpointsOf(copy).empty()) {
    computeAgain(checkpointsOf(copy).front(), until, builder);
    copy = copyOf(op);
  }
  return copy;
}

void BlockDifferentiator::computeAgain(int64_t checkpoint, Value until, OpBuilder &builder) {
  IRMapping again;
  // Constants and variables are there in any case.
  auto isThere = [](Value value) {
    Operation *definition = value.getDefiningOp();
    return definition && (definition->getNumOperands() == 0 || isa<LoadOp>(definition));
  };
  SmallVector<std::pair<Operation *, Operation *>> made;
  for (Operation *op : checkpoints.lookup(checkpoint)) {
    Operation *source = copyOf(op);
    for (Value operand : source->getOperands())
      if (!again.contains(operand) && !isThere(operand)) {
        OpBuilder::InsertionGuard guard(builder);
        again.map(operand, builder.create<HoldOp>(provenanceLoc(op, Role::Recompute, "computed again", 0, sourceName(operand.getLoc())),
                                                  operand, until).getY());
      }
    Operation *copy = builder.clone(*source, again);
    copy->setLoc(provenanceLoc(op, Role::Recompute, "computed again", 0, sourceName(op->getLoc())));
    copy->setAttr(kCheckpointAttr, builder.getDenseI64ArrayAttr(checkpointsOf(source).drop_front()));
    made.push_back({op, copy});
  }
  for (auto [op, copy] : made)
    copies[op] = copy;
}

LogicalResult BlockDifferentiator::differentiate(Operation *op, OpBuilder &builder) {
  SmallVector<Value> dResults;
  for (Value result : op->getResults())
    dResults.push_back(adjoints.lookup(result));
  auto firstAdjoint = llvm::find_if(dResults, [](Value adjoint) { return bool(adjoint); });
  if (firstAdjoint == dResults.end())
    return success();
  Operation *computed = computedAgain(op, *firstAdjoint, builder);

  Operation *before = builder.getInsertionBlock()->empty() ||
                              builder.getInsertionPoint() == builder.getInsertionBlock()->begin()
                          ? nullptr
                          : &*std::prev(builder.getInsertionPoint());
  auto region = dyn_cast<RegionDifferentiableOpInterface>(computed);
  StringRef ruleName =
      region ? region.gradientRule().name : cast<DifferentiableOpInterface>(computed).gradientRule().name;
  GraphBuilder g(builder, provenanceLoc(op, Role::Adjoint, ruleName, 0, ""));
  FailureOr<SmallVector<Value>> rule =
      region ? applyRegionRule(op, region, dResults, g)
             : SmallVector<Value>(cast<DifferentiableOpInterface>(computed).gradient(g, dResults));
  if (failed(rule))
    return failure();
  SmallVector<Value> dOperands = std::move(*rule);
  if (dOperands.size() != op->getNumOperands())
    return op->emitError("internal error: the gradient of '")
           << op->getName() << "' gives " << dOperands.size() << " adjoints for " << op->getNumOperands()
           << " operands";
  for (auto [operand, adjoint] : llvm::zip(op->getOperands(), dOperands)) {
    if (!active.contains(operand))
      adjoint = Value();
    if (adjoint && adjoint.getType() != operand.getType())
      return op->emitError("internal error: the gradient of '")
             << op->getName() << "' gives " << adjoint.getType() << " for an operand of type "
             << operand.getType();
  }

  // What only inactive operands wanted goes; the rest learns what it is for.
  SmallVector<Operation *> made;
  for (Operation *next = before ? before->getNextNode() : &builder.getInsertionBlock()->front();
       next != &*builder.getInsertionPoint(); next = next->getNextNode())
    made.push_back(next);
  llvm::DenseSet<Value> kept(dOperands.begin(), dOperands.end());
  SmallVector<Operation *> live;
  for (Operation *op : llvm::reverse(made)) {
    bool isKept = llvm::any_of(op->getResults(), [&](Value result) { return kept.contains(result); });
    if (!isKept && isOpTriviallyDead(op))
      op->erase();
    else
      live.push_back(op);
  }
  std::reverse(live.begin(), live.end());
  describe(op, dOperands, ruleName, live);
  for (Operation *made : live)
    if (!provenanceOf(made->getLoc()))
      return made->emitError("internal error: the rule of '") << op->getName() << "' made this op without a provenance";
  if (observer)
    observer->applied(op == lastReplaced ? replacement : op, dResults, dOperands);
  for (auto [index, adjoint] : llvm::enumerate(dOperands))
    if (adjoint)
      addAdjoint(op->getOperand(index), adjoint,
                 provenanceLoc(op, Role::Accumulate, ruleName, index, adjointName(op->getOperand(index))), builder);
  return success();
}

FailureOr<SmallVector<Value>> BlockDifferentiator::applyRegionRule(Operation *op,
                                                                   RegionDifferentiableOpInterface computed,
                                                                   ValueRange dResults, GraphBuilder &g) {
  SmallVector<bool> wanted;
  for (Value operand : op->getOperands())
    wanted.push_back(active.contains(operand));
  auto inside = [this](Block &block, ArrayRef<Seed> seeds, ArrayRef<Value> wrt) {
    OpBuilder builder(block.getTerminator());
    return BlockDifferentiator(block, seeds, wrt, observer).run(builder);
  };
  // Where the op gets a replacement, a use says which of the new results took the place of an old one.
  SmallVector<std::pair<Value, OpOperand *>> uses;
  for (Value result : computed->getResults())
    if (!result.use_empty())
      uses.push_back({result, &*result.use_begin()});
  FailureOr<RegionGradient> gradient = computed.regionGradient(g, dResults, wanted, inside);
  if (failed(gradient))
    return failure();
  // What was known of the op's results holds for those that took their place.
  if (gradient->replacement) {
    replaced.push_back(computed);
    lastReplaced = computed;
    replacement = gradient->replacement;
    if (observer)
      observer->replaced(computed, replacement);
    for (auto [before, use] : uses) {
      if (needed.contains(before))
        needed.insert(use->get());
      if (Value adjoint = adjoints.lookup(before))
        adjoints[use->get()] = adjoint;
    }
  }
  return gradient->dOperands;
}

void BlockDifferentiator::describe(Operation *op, ArrayRef<Value> dOperands, StringRef rule,
                                   ArrayRef<Operation *> made) {
  llvm::DenseSet<Operation *> open(made.begin(), made.end());
  for (auto [index, adjoint] : llvm::enumerate(dOperands)) {
    if (!adjoint || !adjoint.getDefiningOp() || !open.contains(adjoint.getDefiningOp()))
      continue;
    SmallVector<Operation *> work{adjoint.getDefiningOp()};
    while (!work.empty()) {
      Operation *next = work.pop_back_val();
      if (!open.erase(next))
        continue;
      std::string name = next == adjoint.getDefiningOp() ? adjointName(op->getOperand(index)) : "";
      next->setLoc(provenanceLoc(op, Role::Adjoint, rule, index, name));
      for (Value operand : next->getOperands())
        if (Operation *definition = operand.getDefiningOp())
          work.push_back(definition);
    }
  }
}

void BlockDifferentiator::addAdjoint(Value value, Value adjoint, Location sum, OpBuilder &builder) {
  Value &known = adjoints[value];
  if (known) {
    nameAsTerm(value, known);
    nameAsTerm(value, adjoint);
  }
  known = known ? GraphBuilder(builder, sum).add(known, adjoint) : adjoint;
}

void BlockDifferentiator::explainNoPath(Value from, Value target, InFlightDiagnostic &diagnostic) {
  if (!needed.contains(from)) {
    diagnostic.attachNote(target.getLoc())
        << quoted(target, "the target") << " is not computed from " << quoted(from, "this value");
    return;
  }
  // Follow differentiable ops from `from`; whatever stops the walk is a place where a path ends.
  llvm::DenseSet<Value> reached{from};
  for (Operation &op : block) {
    bool isNeeded = llvm::any_of(op.getResults(), [&](Value result) { return needed.contains(result); });
    if (!isNeeded ||
        llvm::none_of(op.getOperands(), [&](Value operand) { return reached.contains(operand); }))
      continue;
    if (auto ends = dyn_cast<NonDifferentiableOpInterface>(op))
      diagnostic.attachNote(op.getLoc()) << ends.whyNotDifferentiable();
    else if (adjoints.lookup(op.getResult(0)))
      diagnostic.attachNote(op.getLoc())
          << "'" << op.getName().stripDialect() << "' passes no gradient to this operand";
    else
      reached.insert(op.result_begin(), op.result_end());
  }
}

struct DifferentiatePass : impl::DifferentiateBase<DifferentiatePass> {
  explicit DifferentiatePass(DifferentiationObserver *observer = nullptr) : observer(observer) {}

  void runOnOperation() override {
    for (FuncOp func : getOperation().getBody().getOps<FuncOp>())
      loadOnce(func);
    SmallVector<GradOp> grads; // in program order: inner ones first
    getOperation().walk([&](GradOp grad) { grads.push_back(grad); });
    bool anyFailed = false;
    for (GradOp grad : grads)
      anyFailed |= failed(expand(grad));
    if (anyFailed)
      signalPassFailure();
    getOperation().walk([](Operation *op) { op->removeAttr(kCheckpointAttr); });
  }

  /// All loads of a variable are one value, so that a gradient with respect to one of them sees all uses.
  void loadOnce(FuncOp func) {
    llvm::DenseMap<Attribute, LoadOp> first;
    for (LoadOp load : llvm::make_early_inc_range(func.getBody().getOps<LoadOp>())) {
      auto [known, isNew] = first.try_emplace(load.getVariableAttr(), load);
      if (isNew)
        continue;
      load.replaceAllUsesWith(known->second.getResult());
      load.erase();
    }
  }

  LogicalResult expand(GradOp grad) {
    OpBuilder builder(grad);
    Value target = grad.getTarget();
    Location loc = provenanceLoc(target.getLoc(), Role::Adjoint, "derivative of the target by itself", 0,
                                 adjointName(target), nameOf(target));
    Seed seed{target, GraphBuilder(builder, loc).fill(1.0, target)};
    BlockDifferentiator differentiator(*grad->getBlock(), seed, grad.getWrt(), observer);
    FailureOr<SmallVector<Value>> gradients = differentiator.run(builder);
    if (failed(gradients))
      return failure();
    bool complete = true;
    for (auto [value, gradient] : llvm::zip(grad.getWrt(), *gradients)) {
      if (gradient)
        continue;
      complete = false;
      InFlightDiagnostic diagnostic = grad.emitError() << quoted(grad.getTarget(), "the target")
                                                       << " has no differentiable path from "
                                                       << quoted(value, "a value of 'wrt'");
      differentiator.explainNoPath(value, grad.getTarget(), diagnostic);
    }
    if (!complete) {
      // Later grads may use these results: zeros stand for them, so that their own errors are found too.
      GraphBuilder g(builder, grad.getLoc());
      for (auto [value, gradient] : llvm::zip(grad.getWrt(), *gradients))
        if (!gradient)
          gradient = g.fill(0.0, value);
    }
    if (observer && complete)
      observer->completed(target, seed.adjoint, grad.getWrt(), *gradients);
    grad.replaceAllUsesWith(*gradients);
    grad.erase();
    if (seed.adjoint.use_empty())
      seed.adjoint.getDefiningOp()->erase();
    return success(complete);
  }

  DifferentiationObserver *observer;
};

} // namespace

std::unique_ptr<Pass> createDifferentiate() { return std::make_unique<DifferentiatePass>(); }
std::unique_ptr<Pass> createDifferentiate(DifferentiationObserver &observer) {
  return std::make_unique<DifferentiatePass>(&observer);
}

} // namespace nnc
