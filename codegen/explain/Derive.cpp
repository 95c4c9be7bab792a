// Derive.cpp: a derivation is made by the compiler's own passes, watched while they work. nn-differentiate tells of each
// rule it applies which forward op it was applied to and what it made; Deriver makes lines of it, in an order in which they
// can be computed; nn-simplify runs on the same graph, and tells of each rewrite.
#include "codegen/explain/Deriver.h"
#include "codegen/explain/Repeats.h"
#include "codegen/explain/Rewrites.h"
#include "codegen/explain/meaning/Meaning.h"
#include "ir/Provenance.h"
#include "ir/ops/Conv.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Indexing.h"
#include "ir/ops/Matmul.h"
#include "ir/ops/Random.h"
#include "ir/ops/Shape.h"
#include "mlir/Pass/PassManager.h"
#include "passes/Passes.h"

using namespace mlir;

namespace nnc::explain {

std::vector<Math> sizesOf(Value value) {
  std::vector<Math> sizes;
  for (const Dim &dim : dimsOf(value))
    sizes.push_back(sizeMath(dim));
  return sizes;
}

std::string roleOf(Operation *op) {
  ProvenanceAttr provenance = provenanceOf(op->getLoc());
  return provenance ? stringifyRole(provenance.getRole()).str() : "forward";
}

std::string shapeOf(const Math &math) {
  return toText(math.mapped([](const Math &leaf) {
    return leaf.kind() == explain::Kind::Name ? Math::name("x") : leaf;
  }));
}

std::string Step::value() const { return forward.empty() ? op : toText(forward.front().equation.target); }

Deriver::Deriver(FuncOp func, const Recorder &recorder)
    : func(func), recorder(recorder), notation(func.getBody().front()) {}

//===------------------------------------------------------------------------------------------------------===//
// Lines
//===------------------------------------------------------------------------------------------------------===//

std::vector<Call> Deriver::takeCalls() {
  std::vector<Call> made;
  llvm::StringSet<> seen;
  for (const PrintedCall &printed : notation.takeCalls()) {
    if (!seen.insert(printed.text).second)
      continue;
    Call call{printed.text, meaningOf(printed.op, printed.result), sizesOf(printed.op->getResult(printed.result)), {}};
    for (Value operand : printed.op->getOperands())
      call.argumentSizes.push_back(sizesOf(operand));
    if (auto key = dyn_cast<RandomKeyOp>(printed.op))
      call.stream = key.getStream();
    made.push_back(std::move(call));
  }
  return made;
}

Line Deriver::line(Value value) {
  stated.insert(notation.canonical(value));
  Equation equation = notation.equation(value);
  Operation *op = notation.canonical(value).getDefiningOp();
  return {equation, typeText(value.getType()), sizesOf(value), "", takeCalls(), {}, op ? layerOf(op->getLoc()).str() : ""};
}

Line Deriver::line(Math target, Math text, Value like) {
  return {{std::move(target), std::move(text)}, typeText(like.getType()), sizesOf(like), "", takeCalls(), {}};
}

/// The ops of `block` that `value` is computed from and that no line has said.
void Deriver::need(Value value, Block *block, llvm::SetVector<Operation *> &ops) {
  if (notation.isReadOtherwise(value))
    return;
  value = notation.canonical(value);
  Operation *op = value.getDefiningOp();
  if (!op || op->getBlock() != block || stated.contains(value) || isa<LoadOp>(op) || !ops.insert(op))
    return;
  for (Value operand : op->getOperands())
    need(operand, block, ops);
}

/// Lines that say what `roots` are computed from, and the roots if they have names, in the order of the program.
std::vector<Line> Deriver::linesFor(ValueRange roots, Block *block) {
  llvm::SetVector<Operation *> ops;
  for (Value root : roots)
    need(root, block, ops);
  SmallVector<Operation *> ordered(ops.begin(), ops.end());
  llvm::sort(ordered, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  std::vector<Line> lines;
  for (Operation *op : ordered) {
    if (auto scan = dyn_cast<ScanOp>(op)) {
      if (!forwardLoops.count(scan))
        lines.push_back(loopLine(scan));
      continue;
    }
    for (Value result : op->getResults())
      if (notation.hasName(result) && notation.canonical(result) == result && !stated.contains(result))
        lines.push_back(line(result));
  }
  return lines;
}

Line Deriver::loopLine(ScanOp scan) {
  Line made;
  made.layer = layerOf(scan->getLoc()).str();
  made.loop = std::make_shared<Loop>();
  Loop &loop = *made.loop;
  Math turn = notation.expression(scan.turnArg());
  loop.turn = turn.text().str();
  loop.length = sizeMath(scan.lengthDim());
  loop.reverse = scan.getReverse();
  Math first = loop.reverse ? loop.length : Math(0), last = loop.reverse ? Math(0) : loop.length;
  std::vector<Math> around = notation.turnsOf(scan->getBlock());
  auto state = [&](BlockArgument carry, Math at) {
    std::vector<Math> turns = around;
    turns.push_back(at);
    return Math::atTurns(Math::name(notation.nameOf(carry)), turns);
  };
  auto whole = [&](Value sequence) {
    Math named = notation.expression(sequence);
    return named.kind() == explain::Kind::Number ? named : Math::atTurns(named, {turn});
  };
  for (auto [argument, initial] : llvm::zip(scan.carryArgs(), scan.getInitials()))
    loop.start.push_back(line(state(argument, first), notation.expression(initial), initial));
  for (auto [argument, sequence] : llvm::zip(scan.sequenceArgs(), scan.getSequences()))
    loop.body.push_back(line(notation.expression(argument), whole(sequence), argument));
  Block &body = scan.getBody().front();
  for (Operation &op : body) {
    if (auto inner = dyn_cast<ScanOp>(op)) {
      loop.body.push_back(loopLine(inner));
      continue;
    }
    for (Value result : op.getResults())
      if (notation.hasName(result) && notation.canonical(result) == result)
        loop.body.push_back(line(result));
  }
  for (auto [argument, next] : llvm::zip(scan.carryArgs(), scan.nextYields()))
    loop.body.push_back(line(state(argument, stateAfter(scan, turn)), notation.expression(next), next));
  for (auto [result, value] : llvm::zip(scan.stacked(), scan.stackedYields()))
    if (notation.hasName(result))
      loop.body.push_back(line(Math::atTurns(notation.expression(result), {turn}), notation.expression(value), value));
  for (auto [argument, result] : llvm::zip(scan.carryArgs(), scan.finals()))
    if (notation.hasName(result))
      loop.end.push_back(line(notation.expression(result), state(argument, last), result));
  for (Value result : scan.getResults())
    stated.insert(result);
  return made;
}

//===------------------------------------------------------------------------------------------------------===//
// Steps
//===------------------------------------------------------------------------------------------------------===//

/// Why a sum appears in what an operand of the op receives.
static std::string whySummed(Operation *op, unsigned operand) {
  if (isa<BroadcastOp>(op))
    return "the value is repeated, so its adjoint is the sum over the repetitions";
  if (isa<MatmulOp>(op) && operand == 1)
    return "the product sums over the rows, all of which used it";
  if (isa<ConvOp>(op) && operand == 1)
    return "a sum over all places where the filter was laid";
  if (isa<GatherOp>(op))
    return "a row that was read several times collects the sum";
  return "";
}

/// d_x = d_x_1 + d_x_2, or d_x = d_y where the only use passes d_y; nothing where the only use says d_x itself.
std::optional<Line> Deriver::sum(Value value, Adjoints &adjoints) {
  auto found = adjoints.terms.find(value);
  if (found == adjoints.terms.end() || found->second.empty())
    return std::nullopt;
  Math target = adjointOf(value, adjoints), total = found->second.front();
  if (toText(total) == toText(target))
    return std::nullopt;
  for (const Math &term : llvm::drop_begin(found->second))
    total = total + term;
  found->second = {target}; // it is said once
  return line(target, total, value);
}

void Deriver::takeIncoming(const Event &event, Adjoints &adjoints, Step &step) {
  for (unsigned i = 0; i < event.rule->flows.size(); ++i) {
    if (!event.rule->flows[i])
      continue;
    Value result = event.rule->result(i);
    Math name = adjointOf(result, adjoints);
    step.incomingNames += (step.incomingNames.empty() ? "" : ", ") + ("`" + toText(name) + "`");
    if (std::optional<Line> total = sum(result, adjoints))
      step.incoming.push_back(std::move(*total));
    if (Value adjoint = event.rule->adjointOf(i)) {
      if (toText(notation.expression(adjoint)) == toText(name))
        stated.insert(notation.canonical(adjoint));
      notation.readAs(adjoint, name);
      for (const Applied::Part &part : event.rule->parts)
        noteReads(part, adjoint, name);
    }
  }
}

/// The ops that a rule made of an adjoint read it by the name that it has in this step.
void Deriver::noteReads(const Applied::Part &part, Value adjoint, const Math &name) {
  Operation *from = adjoint.getDefiningOp();
  llvm::SmallSetVector<Operation *, 8> ops;
  auto visit = [&](Value value) {
    Operation *op = value ? value.getDefiningOp() : nullptr;
    if (op && from && op->getBlock() == from->getBlock() && from->isBeforeInBlock(op))
      ops.insert(op);
  };
  visit(part.made);
  for (size_t i = 0; i < ops.size(); ++i)
    for (OpOperand &operand : ops[i]->getOpOperands()) {
      if (operand.get() == adjoint)
        notation.noteOperand(ops[i], operand.getOperandNumber(), name);
      visit(operand.get());
    }
}

/// Values that are not kept but computed a second time, for this step or the ones behind it.
void Deriver::findRecomputed(Value value, Step &step) {
  Operation *op = value.getDefiningOp();
  bool isAgain = op && (roleOf(op) == "recompute" || isa<HoldOp>(op));
  if (!op || (!isAgain && notation.hasName(value)) || !announced.insert(value).second)
    return;
  step.isCheckpoint |= isa<HoldOp>(op);
  if (!isa<HoldOp>(op) && notation.canonical(value) != value && notation.hasName(value))
    step.recomputed.push_back(toText(notation.expression(value)));
  for (Value operand : op->getOperands())
    findRecomputed(operand, step);
}

void Deriver::rule(const Event &event, Adjoints &adjoints, Step &step) {
  Operation *op = event.rule->op;
  for (unsigned i = 0; i < event.rule->flows.size(); ++i)
    if (Value result = event.rule->result(i); event.rule->flows[i] && !isa<HoldOp>(op)) {
      if (notation.hasName(result))
        step.forward.push_back(line(result));
      else if (isRepeated(result))
        step.forward.push_back(repetition(result));
    }
  takeLetters(event, step);
  // In the order in which they were made: a later one may read an earlier one.
  SmallVector<unsigned> operands;
  SmallVector<Value> roots;
  auto isOwn = [&](unsigned operand) {
    Value made = event.rule->parts[operand].made;
    return made && made.getDefiningOp() && notation.canonical(made) == made && !notation.isReadOtherwise(made) &&
           toText(notation.expression(made)) == toText(adjoints.targets.lookup({event.rule, operand}));
  };
  for (auto [operand, part] : llvm::enumerate(event.rule->parts)) {
    if (!part.flows())
      continue;
    operands.push_back(operand);
    if (!part.made)
      continue;
    if (isOwn(operand))
      llvm::append_range(roots, part.made.getDefiningOp()->getOperands());
    else
      roots.push_back(part.made);
  }
  auto place = [&](unsigned operand) { return isOwn(operand) ? event.rule->parts[operand].made.getDefiningOp() : nullptr; };
  llvm::stable_sort(operands, [&](unsigned a, unsigned b) {
    Operation *first = place(a), *second = place(b);
    return first && second && first->getBlock() == second->getBlock() ? first->isBeforeInBlock(second) : !first && second;
  });
  for (Value root : roots)
    findRecomputed(root, step);
  Block *block = nullptr;
  for (const Applied::Part &part : event.rule->parts)
    if (part.made && isa<OpResult>(part.made))
      block = part.made.getDefiningOp()->getBlock();
  for (unsigned operand : operands) {
    const Applied::Part &part = event.rule->parts[operand];
    Value value = op->getOperand(operand);
    Math text = isOwn(operand) ? notation.definition(part.made)
                : part.made    ? notation.expression(part.made)
                               : adjointOf(event.rule->result(part.through), adjoints);
    std::vector<Line> before;
    if (isOwn(operand))
      before = linesFor(part.made.getDefiningOp()->getOperands(), block);
    else if (part.made)
      before = linesFor(part.made, block);
    if (step.contributions.empty())
      step.first = std::exchange(before, {});
    if (part.made)
      stated.insert(part.made);
    std::string letter = operand < step.rule.operands.size() ? step.rule.operands[operand] : "";
    Contribution contribution{wordFor(value), letter, std::move(before), line(adjoints.targets.lookup({event.rule, operand}), text, value)};
    contribution.line.why = whySummed(op, operand);
    step.contributions.push_back(std::move(contribution));
  }
  takeJacobians(event, operands, adjoints, step);
}

/// What comes from behind the loop, and what the state's adjoint begins as: h[0] is followed by d_h[T].
void Deriver::loopBegins(const Event &event, Adjoints &adjoints, Step &step) {
  ScanOp forward = event.forward, backward = event.backward;
  step.loop.turn = notation.expression(backward.turnArg()).text().str();
  step.loop.length = sizeMath(backward.lengthDim());
  step.loop.reverse = backward.getReverse();
  takeLoopLetters(event, step);
  for (Value operand : backward->getOperands())
    findRecomputed(operand, step);
  step.first = linesFor(backward->getOperands(), backward->getBlock());
  Math first = step.loop.reverse ? step.loop.length : Math(0);
  std::vector<Math> turns = notation.turnsOf(backward->getBlock());
  turns.push_back(first);
  unsigned stacked = event.rule->flows.size() - forward.getInitials().size();
  for (unsigned carry : carriedOf(event)) {
    BlockArgument argument = forward.carryArgs()[carry];
    Math end = event.rule->flows[stacked + carry] ? adjointOf(event.rule->result(stacked + carry), adjoints) : Math(0);
    step.loop.start.push_back(
        line(Math::atTurns(Math::name(adjointOf(argument, adjoints).baseName()), turns), end, argument));
  }
  for (unsigned carry = carriedOf(event).size(); carry < backward.getInitials().size(); ++carry)
    if (!isSumOverTurns(backward, carry)) {
      BlockArgument argument = backward.carryArgs()[carry];
      step.loop.start.push_back(line(Math::atTurns(Math::name(notation.nameOf(argument)), turns),
                                     notation.expression(backward.getInitials()[carry]), argument));
    }
}

/// What a turn leaves for the turn before it, and what the loop leaves for what is around it.
void Deriver::loopEnds(const Event &event, Adjoints &adjoints, Step &step) {
  ScanOp forward = event.forward, backward = event.backward;
  Math turn = notation.expression(backward.turnArg());
  step.loop.turn = turn.text().str();
  step.loop.length = sizeMath(backward.lengthDim());
  step.loop.reverse = backward.getReverse();
  std::vector<Math> around = notation.turnsOf(backward->getBlock());
  auto stateAt = [&](Math name, Math at) {
    std::vector<Math> turns = around;
    turns.push_back(at);
    return Math::atTurns(Math::name(name.baseName()), turns);
  };
  std::vector<unsigned> carried = carriedOf(event);
  for (BlockArgument argument : forward.getBody().getArguments())
    if (adjoints.names.count(argument)) {
      if (std::optional<Line> total = sum(argument, adjoints))
        step.loop.body.push_back(std::move(*total));
      else if (adjoints.terms.lookup(argument).empty()) // no use of the state has an adjoint
        step.loop.body.push_back(line(adjointOf(argument, adjoints), 0, argument));
    }
  // What a gradient of this gradient speaks of is said here as well.
  Block *body = &backward.getBody().front();
  SmallVector<Value> left(backward.yieldOp().getValues());
  for (Operation &op : *body)
    if (appliedTo.contains(&op))
      llvm::append_range(left, op.getOperands());
  for (Value value : backward.nextYields().take_front(carried.size()))
    stated.insert(notation.canonical(value));
  for (auto [carry, value] : llvm::enumerate(backward.nextYields()))
    if (isSumOverTurns(backward, carry))
      stated.insert(value);
  for (Line &line : linesFor(left, body))
    step.loop.body.push_back(std::move(line));

  Math last = step.loop.reverse ? Math(0) : step.loop.length;
  unsigned sequences = forward.getSequences().size(), carries = forward.getInitials().size(), total = carried.size();
  for (auto [operand, part] : llvm::enumerate(event.rule->parts)) {
    if (!part.flows())
      continue;
    Value outside = event.rule->op->getOperand(operand);
    Value argument = forward.getBody().getArgument(operand + 1);
    Math target = adjoints.targets.lookup({event.rule, operand});
    stated.insert(part.made);
    if (operand < sequences)
      step.loop.body.push_back(line(Math::atTurns(target, {turn}), adjointOf(argument, adjoints), argument));
    else if (operand < sequences + carries)
      step.loop.end.push_back(line(target, stateAt(adjointOf(argument, adjoints), last), outside));
    else if (unsigned carry = total++; isSumOverTurns(backward, carry))
      step.loop.end.push_back(line(
          target, Math::bind("sum", {{step.loop.turn, 0, step.loop.length}}, adjointOf(argument, adjoints)), outside));
    else {
      BlockArgument state = backward.carryArgs()[carry];
      step.loop.body.push_back(line(stateAt(notation.expression(state), stateAfter(backward, turn)),
                                    notation.expression(backward.nextYields()[carry]), state));
      step.loop.end.push_back(line(target, stateAt(notation.expression(state), last), outside));
    }
  }
}

Step Deriver::beginOf(const Event &event) {
  Operation *op = event.rule->op;
  Step step;
  step.part = event.part;
  step.depth = event.depth;
  if (FileLineColLoc place = sourcePlace(op->getLoc()))
    step.line = place.getLine(), step.column = place.getColumn();
  step.layer = layerOf(op->getLoc()).str();
  step.op = op->getName().stripDialect().str();
  step.type = typeText(op->getResult(0).getType());
  step.rule = *ruleOf(op->getName());
  return step;
}

Step Deriver::step(const Event &event, Adjoints &adjoints) {
  Step step = beginOf(event);
  if (event.part != Step::Part::LoopEnds)
    takeIncoming(event, adjoints, step);
  if (event.part == Step::Part::Whole)
    rule(event, adjoints, step);
  else if (event.part == Step::Part::LoopBegins)
    loopBegins(event, adjoints, step);
  else
    loopEnds(event, adjoints, step);
  notation.readAsNamed();
  notation.takeCalls();
  return step;
}

Gradient Deriver::gradient(Adjoints &adjoints) {
  const Completed &completed = *adjoints.of;
  Gradient gradient;
  gradient.target = notation.nameOf(completed.target);
  SmallVector<Value> roots{completed.target};
  for (const Event &event : adjoints.events)
    if (event.depth == 0)
      llvm::append_range(roots, event.rule->op->getOperands());
  gradient.forward = linesFor(roots, &func.getBody().front());
  gradient.start = line(adjoints.terms[completed.target].front(), 1, completed.target);
  if (completed.seed)
    stated.insert(completed.seed);
  for (const Event &event : adjoints.events)
    gradient.steps.push_back(step(event, adjoints));
  for (auto [value, adjoint] : llvm::zip(completed.wrt, completed.gradients)) {
    gradient.wrt.push_back({notation.nameOf(value), toText(adjointOf(value, adjoints))});
    if (std::optional<Line> total = sum(value, adjoints))
      gradient.sums.push_back(std::move(*total));
    if (toText(notation.expression(adjoint)) == toText(adjointOf(value, adjoints)))
      stated.insert(notation.canonical(adjoint));
  }
  gradient.stretches = findRepeats(gradient.steps);
  return gradient;
}

Derivation Deriver::derive() {
  Block &block = func.getBody().front();
  for (const Completed &completed : recorder.all)
    if (isHere(completed.target.getDefiningOp())) {
      all.emplace_back().of = &completed;
      addEvents(completed.from, completed.to, block, 0, all.back().events);
    }
  joinGradients();
  findRepetitions(block);
  func.walk([&](ScanOp scan) {
    if (!isLoopOfBackward(scan))
      llvm::for_each(scan.getSequences(), [&](Value sequence) { nameRead(sequence); });
  });
  // Values of the forward pass that rules speak of have names, be it after their op.
  for (Adjoints &adjoints : all) {
    for (const Event &event : adjoints.events)
      for (unsigned i = 0; event.part == Step::Part::Whole && i < event.rule->flows.size(); ++i)
        if (event.rule->flows[i] && !isImplied(event.rule->op) && !forwardLoops.count(event.rule->op->getParentOp()))
          notation.nameAfterOp(event.rule->result(i));
    countTerms(adjoints);
    nameAdjoints(adjoints);
  }
  notation.nameShared(block);

  Derivation derivation;
  derivation.model = func->getParentOfType<ModelOp>().getSourceName().str();
  derivation.function = func.getSymName().str();
  for (BlockArgument argument : func.getArguments())
    derivation.inputs.push_back({notation.nameOf(argument), typeText(argument.getType())});
  for (LoadOp load : func.getBody().getOps<LoadOp>())
    derivation.variables.push_back({notation.nameOf(load.getValue()), typeText(load.getValue().getType())});
  for (Adjoints &adjoints : all)
    derivation.gradients.push_back(gradient(adjoints));
  findAlike(derivation.gradients);
  ReturnOp end = func.returnOp();
  derivation.rest = linesFor(end.getValues(), &block);
  for (auto [number, value] : llvm::enumerate(end.getValues()))
    derivation.results.push_back({func.resultName(number).str(), line(Math(), notation.expression(value), value)});
  derivation.updates = updates();
  return derivation;
}

/// States before each turn, and what rules were applied to in it.
void Deriver::findTurnPairs(Adjoints &adjoints) {
  auto add = [&](Value value, Value adjoint) {
    // One that comes into a turn is an argument; what passes through the whole loop has no value of a turn.
    if (adjoint && value.getParentBlock() != &func.getBody().front() && adjoint.getParentBlock() != &func.getBody().front())
      turnPairs.push_back({value, adjoint, adjoints.of->target, toText(notation.expression(value)), toText(adjointOf(value, adjoints))});
  };
  for (const Event &event : adjoints.events) {
    if (event.part == Step::Part::LoopBegins && event.depth == 0)
      for (auto [place, carry] : llvm::enumerate(carriedOf(event))) {
        ScanOp forward = event.forward, backward = event.backward;
        add(forward.carryArgs()[carry], backward.nextYields()[place]);
      }
    if (event.part == Step::Part::Whole && event.depth == 1 && !isImplied(event.rule->op) && event.rule->flows[0])
      add(event.rule->result(0), event.rule->adjointOf(0));
  }
}

llvm::Error Deriver::work(FuncOp before, const IRMapping &copies, const Setting &setting, Derivation &derivation) {
  std::vector<std::pair<Value, std::string>> named;
  auto add = [&](Value value) {
    if (notation.hasName(value) && isa<FloatType>(getElementTypeOrSelf(value.getType())))
      named.push_back({value, notation.nameOf(value)});
  };
  for (BlockArgument argument : func.getArguments())
    add(argument);
  for (Operation &op : func.getBody().front())
    if (roleOf(&op) == "forward")
      llvm::for_each(op.getResults(), add);
  if (!all.empty())
    findTurnPairs(all.front());
  llvm::Expected<std::vector<Worked>> worked = workedNumbers(func, before, copies, named, pairs, turnPairs, setting);
  if (!worked)
    return worked.takeError();
  derivation.numbers = std::move(*worked);
  return llvm::Error::success();
}

static bool runPass(ModuleOp module, std::unique_ptr<Pass> pass) {
  PassManager manager(module.getContext(), ModuleOp::getOperationName());
  manager.nest<ModelOp>().addPass(std::move(pass));
  return succeeded(manager.run(module));
}

llvm::Expected<std::vector<Derivation>> derive(ModuleOp module, const Setting *setting) {
  auto reported = [] { return llvm::createStringError(llvm::inconvertibleErrorCode(), ""); };
  IRMapping copies;
  OwningOpRef<ModuleOp> before;
  if (setting)
    before = cast<ModuleOp>(module->clone(copies));
  Recorder recorder;
  recorder.copies = &copies;
  if (!runPass(module, createDifferentiate(recorder)))
    return reported();
  // A train block's step has all that the other functions have.
  llvm::SetVector<FuncOp> functions;
  for (const Completed &completed : recorder.all)
    functions.insert(completed.target.getDefiningOp()->getParentOfType<FuncOp>());
  llvm::SetVector<Operation *> trained; // models with a step
  for (FuncOp func : functions)
    if (func.getKind() == FunctionKind::Step)
      trained.insert(func->getParentOp());
  auto isLeftOut = [&](FuncOp func) {
    return func.getKind() != FunctionKind::Step && trained.contains(func->getParentOp());
  };
  functions.remove_if(isLeftOut);
  if (setting)
    if (llvm::Error error = checkNames(functions.getArrayRef(), *setting))
      return error;
  Derivers derivers;
  std::vector<Derivation> derivations;
  for (FuncOp func : functions) {
    derivers[func] = std::make_unique<Deriver>(func, recorder);
    derivations.push_back(derivers[func]->derive());
    if (!setting)
      continue;
    FuncOp copy;
    before->walk([&](FuncOp candidate) {
      if (candidate.getSymName() == func.getSymName() &&
          candidate->getParentOfType<ModelOp>().getSymName() == func->getParentOfType<ModelOp>().getSymName())
        copy = candidate;
    });
    if (llvm::Error error = derivers[func]->work(copy, copies, *setting, derivations.back()))
      return error;
  }
  for (auto &[func, deriver] : derivers)
    deriver->getNotation().settle();
  RewriteRecorder rewrites(derivers, derivations);
  if (!runPass(module, createSimplify(rewrites)))
    return reported();
  return derivations;
}

} // namespace nnc::explain
