// Naming.cpp: the names of adjoints, and which values of the backward pass are values of the forward pass again.
#include "codegen/explain/Deriver.h"
#include "ir/Provenance.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Shape.h"

using namespace mlir;

namespace nnc::explain {

//===------------------------------------------------------------------------------------------------------===//
// The order of rules
//===------------------------------------------------------------------------------------------------------===//

/// Rules of turns come before the rule of their loop.
void Deriver::addEvents(size_t from, size_t to, Block &block, unsigned depth, std::vector<Event> &events) {
  for (size_t i = from; i < to;) {
    size_t last = i;
    while (last < to && recorder.rules[last].op->getBlock() != &block)
      ++last;
    if (last == to)
      return;
    const Applied &rule = recorder.rules[last];
    appliedTo.insert(rule.op);
    auto scan = dyn_cast<ScanOp>(rule.op);
    ScanOp backward;
    for (const Applied::Part &part : rule.parts)
      if (scan && part.made)
        backward = part.made.getDefiningOp<ScanOp>();
    if (scan && backward) {
      // Of a checkpoint the loop that was differentiated is a copy.
      ScanOp computed = last > i ? cast<ScanOp>(recorder.rules[last - 1].op->getParentOp()) : scan;
      forwardLoops[backward] = computed;
      events.push_back({Step::Part::LoopBegins, &rule, computed, backward, depth});
      addEvents(i, last, computed.getBody().front(), depth + 1, events);
      events.push_back({Step::Part::LoopEnds, &rule, computed, backward, depth});
    } else {
      events.push_back({Step::Part::Whole, &rule, {}, {}, depth});
    }
    i = last + 1;
  }
}

/// Which carried values of the forward loop have adjoints that are carried: the first ones of the adjoint's loop say so.
std::vector<unsigned> Deriver::carriedOf(const Event &event) {
  ScanOp forward = event.forward, backward = event.backward;
  unsigned firstCarry = forward.getSequences().size(), firstInvariant = firstCarry + forward.getInitials().size();
  unsigned sums = 0;
  for (auto [operand, part] : llvm::enumerate(event.rule->parts))
    sums += operand >= firstInvariant && part.flows();
  std::vector<unsigned> carried;
  for (BlockArgument argument : backward.carryArgs().drop_back(sums))
    carried.push_back(provenanceOf(argument.getLoc()).getOperand() - firstCarry);
  return carried;
}

bool Deriver::isSumOverTurns(ScanOp backward, unsigned carry) {
  BlockArgument argument = backward.carryArgs()[carry];
  auto add = backward.nextYields()[carry].getDefiningOp<AddOp>();
  return add && argument.hasOneUse() && add.getOperand(0) == argument && add->hasOneUse() && !appliedTo.contains(add);
}

//===------------------------------------------------------------------------------------------------------===//
// Gradients of one target
//===------------------------------------------------------------------------------------------------------===//

/// The events of `whole` that are those of `part`, one for each; nothing where `part` has others.
std::optional<std::vector<const Deriver::Event *>> Deriver::matching(ArrayRef<Event> whole, ArrayRef<Event> part) {
  llvm::DenseMap<Operation *, const Event *> known;
  for (const Event &event : whole)
    known[event.rule->op] = &event;
  std::vector<const Event *> found;
  for (const Event &event : part) {
    auto place = known.find(event.rule->op);
    if (event.part != Step::Part::Whole || place == known.end())
      return std::nullopt;
    const Applied &own = *event.rule, &other = *place->second->rule;
    for (auto [flows, also] : llvm::zip(own.flows, other.flows))
      if (flows && !also)
        return std::nullopt;
    for (auto [mine, its] : llvm::zip(own.parts, other.parts))
      if ((mine.made && !its.made) || (mine.through >= 0 && mine.through != its.through))
        return std::nullopt;
    found.push_back(place->second);
  }
  return found;
}

/// Of a target that several gradients are taken of, as a metric does that looks into the gradients of training, the
/// derivatives are the same values: one that another holds is told by it.
void Deriver::joinGradients() {
  for (size_t one = 0; one < all.size();) {
    auto holds = [&](size_t other) {
      return other != one && all[other].of->target == all[one].of->target &&
             (all[other].events.size() > all[one].events.size() || other < one) && matching(all[other].events, all[one].events);
    };
    size_t other = 0;
    while (other < all.size() && !holds(other))
      ++other;
    if (other == all.size()) {
      ++one;
      continue;
    }
    auto same = [&](Value own, Value its) {
      if (isa_and_nonnull<OpResult>(own) && its && own != its)
        notation.same(own, its);
    };
    llvm::DenseMap<Value, Value> adjointsOf; // by forward value
    auto pairs = *matching(all[other].events, all[one].events);
    for (auto [own, its] : llvm::zip(all[one].events, pairs)) {
      for (auto [number, flows] : llvm::enumerate(own.rule->flows))
        if (flows) {
          adjointsOf[own.rule->result(number)] = its->rule->adjointOf(number);
          same(own.rule->adjointOf(number), its->rule->adjointOf(number));
        }
      for (auto [mine, part] : llvm::zip(own.rule->parts, its->rule->parts))
        same(mine.made, part.made);
    }
    for (auto [value, gradient] : llvm::zip(all[other].of->wrt, all[other].of->gradients))
      adjointsOf[value] = gradient;
    for (auto [value, gradient] : llvm::zip(all[one].of->wrt, all[one].of->gradients))
      same(gradient, adjointsOf.lookup(value));
    // In the place of the first of them: what follows may read it.
    if (other > one)
      std::swap(all[one], all[other]);
    all.erase(all.begin() + std::max(one, other));
    one = 0;
  }
}

//===------------------------------------------------------------------------------------------------------===//
// What is computed again
//===------------------------------------------------------------------------------------------------------===//

/// An op that does what `known` does to what are the same values.
bool Deriver::isRepetition(Operation &op, Operation *known) {
  if (op.getName() != known->getName() || op.getAttrDictionary() != known->getAttrDictionary() ||
      op.getNumOperands() != known->getNumOperands() || op.getNumRegions() != known->getNumRegions())
    return false;
  auto plain = [&](Value value) {
    value = notation.canonical(value);
    while (auto hold = value.getDefiningOp<HoldOp>())
      value = notation.canonical(hold.getX());
    auto first = firstAlike.find(value);
    return first == firstAlike.end() ? value : first->second;
  };
  for (auto [own, other] : llvm::zip(op.getOperands(), known->getOperands()))
    if (plain(own) != plain(other))
      return false;
  auto scan = dyn_cast<ScanOp>(op);
  if (!scan)
    return op.getResultTypes() == known->getResultTypes();
  // Turn by turn; the copy may keep more than the loop it is a copy of.
  auto other = cast<ScanOp>(known);
  for (auto [own, its] : llvm::zip(scan.getBody().getArguments(), other.getBody().getArguments()))
    if (!llvm::is_contained(scan.invariantArgs(), own))
      notation.same(own, its);
  auto its = other.getBody().front().without_terminator();
  auto at = its.begin();
  for (Operation &inner : scan.getBody().front().without_terminator()) {
    if (at == its.end() || !isRepetition(inner, &*at))
      return false;
    for (auto [own, result] : llvm::zip(inner.getResults(), at->getResults()))
      notation.same(own, result);
    ++at;
  }
  for (auto [own, result] : llvm::zip(scan.stacked(), other.stacked()))
    notation.same(own, result);
  for (auto [own, result] : llvm::zip(scan.finals(), other.finals()))
    notation.same(own, result);
  return true;
}

static bool isSamePlace(Operation *one, Operation *other) {
  return sourcePlace(one->getLoc()) == sourcePlace(other->getLoc()) && layerOf(one->getLoc()) == layerOf(other->getLoc()) &&
         sourceName(one->getLoc()) == sourceName(other->getLoc());
}

/// Values of checkpoints that are computed again, and what a turn of the backward pass has of the forward turn.
void Deriver::findRepetitions(Block &block) {
  for (Operation &op : block) {
    std::string key = (op.getName().getStringRef() + " " + llvm::Twine(op.getNumOperands())).str();
    if (auto hold = dyn_cast<HoldOp>(op)) {
      notation.same(hold.getY(), hold.getX());
      continue;
    }
    // Of ops that do the same the one from the same place of the text is what is computed again.
    bool isAgain = roleOf(&op) == "recompute";
    Operation *found = nullptr;
    for (Operation *known : alike[key]) {
      bool isBetter = !found || (isAgain && isSamePlace(&op, known) && !isSamePlace(&op, found));
      if (isBetter && (isAgain || !isa<ScanOp>(op)) && isRepetition(op, known))
        found = known;
      if (found && !isAgain)
        break;
    }
    if (found && isAgain) {
      if (!isa<ScanOp>(op))
        for (auto [own, result] : llvm::zip(op.getResults(), found->getResults()))
          notation.same(own, result);
      continue;
    }
    if (found)
      for (auto [own, result] : llvm::zip(op.getResults(), found->getResults())) {
        Value first = firstAlike.lookup(result);
        firstAlike[own] = first ? first : Value(result);
      }
    alike[key].push_back(&op);
    auto scan = dyn_cast<ScanOp>(op);
    if (!scan)
      continue;
    if (ScanOp forward = forwardLoops.lookup(scan)) {
      for (auto [argument, sequence] : llvm::zip(scan.sequenceArgs(), scan.getSequences())) {
        auto own = llvm::find_if(forward.getSequences(), [&](Value other) {
          return notation.canonical(other) == notation.canonical(sequence);
        });
        // What a loop keeps may be known as what another keeps: the results are looked for, not their canonical values.
        auto kept = llvm::find(forward.stacked(), sequence);
        if (own != forward.getSequences().end())
          notation.same(argument, forward.sequenceArgs()[own - forward.getSequences().begin()]);
        else if (kept != forward.stacked().end())
          notation.same(argument, forward.stackedYields()[kept - forward.stacked().begin()]);
      }
    }
    findRepetitions(scan.getBody().front());
  }
}

//===------------------------------------------------------------------------------------------------------===//
// Adjoints
//===------------------------------------------------------------------------------------------------------===//

/// What is read by name: its own, or one after its op. Constants are written out.
void Deriver::nameRead(Value value) {
  value = notation.canonical(value);
  if (Operation *op = value.getDefiningOp(); op && !isa<FillOp, SizeOp>(op))
    notation.nameAfterOp(value);
}

std::string Deriver::wordFor(Value value) {
  Operation *op = notation.canonical(value).getDefiningOp();
  if (!notation.hasName(value) && op && isImplied(op)) {
    Value known = notation.canonical(value);
    if (auto word = words.find(known); word != words.end())
      return word->second;
    std::string word = notation.unique(wordFor(op->getOperand(0)) + (isa<BroadcastOp>(op) ? "_repeated" : "_converted"));
    return words[known] = word;
  }
  nameRead(value);
  return notation.nameOf(value);
}

Math Deriver::adjointOf(Value value, Adjoints &adjoints) {
  if (auto known = adjoints.names.find(value); known != adjoints.names.end())
    return known->second;
  std::string word = "d_" + wordFor(value);
  std::vector<Math> turns = notation.turnsOf(value.getParentBlock());
  if (auto scan = dyn_cast<ScanOp>(value.getParentBlock()->getParentOp())) {
    if (llvm::is_contained(scan.invariantArgs(), value))
      word += "_at";
    if (llvm::is_contained(scan.carryArgs(), value))
      turns.back() = stateBefore(scan, turns.back());
  }
  return adjoints.names[value] = Math::atTurns(Math::name(notation.unique(word)), turns);
}

void Deriver::countTerms(Adjoints &adjoints) {
  ++adjoints.counts[adjoints.of->target];
  for (Event event : adjoints.events) {
    if (event.part == Step::Part::LoopBegins) {
      unsigned stacked = event.rule->flows.size() - event.forward.getInitials().size();
      for (unsigned i = 0; i < stacked; ++i)
        adjoints.counts[event.forward.stackedYields()[i]] += event.rule->flows[i];
      for (unsigned carry : carriedOf(event))
        ++adjoints.counts[event.forward.nextYields()[carry]];
    } else {
      for (auto [operand, part] : llvm::enumerate(event.rule->parts))
        adjoints.counts[event.rule->op->getOperand(operand)] += part.flows();
    }
  }
}

void Deriver::nameAdjoints(Adjoints &adjoints) {
  const Completed &completed = *adjoints.of;
  nameRead(completed.target);
  addTerm(completed.target, adjointOf(completed.target, adjoints), adjoints);
  if (completed.seed)
    notation.nameAs(completed.seed, adjointOf(completed.target, adjoints));
  for (const Event &event : adjoints.events) {
    if (event.part != Step::Part::LoopEnds)
      for (unsigned i = 0; i < event.rule->flows.size(); ++i) {
        if (!event.rule->flows[i])
          continue;
        Value result = event.rule->result(i), adjoint = event.rule->adjointOf(i);
        Math name = adjointOf(result, adjoints);
        if (adjoint && !notation.hasName(adjoint))
          notation.nameAs(adjoint, name);
        if (adjoint && isa<OpResult>(adjoint) && result.getParentBlock() == &func.getBody().front() &&
            notation.hasName(result))
          pairs.push_back({result, adjoint, completed.target, name.baseName().str()});
      }
    if (event.part == Step::Part::LoopBegins)
      nameLoop(event, adjoints);
    else
      nameContributions(event, adjoints);
  }
  for (auto [value, gradient] : llvm::zip(completed.wrt, completed.gradients)) {
    Math name = adjointOf(value, adjoints);
    if (!notation.hasName(gradient))
      notation.nameAs(gradient, name);
    if (!value.getDefiningOp() || isa<LoadOp>(value.getDefiningOp()))
      pairs.push_back({value, gradient, completed.target, name.baseName().str()});
  }
}

/// What comes into the turns of the adjoint's loop.
void Deriver::nameLoop(const Event &event, Adjoints &adjoints) {
  ScanOp forward = event.forward, backward = event.backward;
  Math turn = notation.expression(backward.turnArg());
  unsigned stacked = event.rule->flows.size() - forward.getInitials().size(), sequence = 0;
  for (unsigned i = 0; i < stacked; ++i) {
    notation.nameAfterOp(forward.stackedYields()[i]);
    if (!event.rule->flows[i])
      continue;
    Math element = Math::atTurns(adjointOf(event.rule->result(i), adjoints), {turn});
    addTerm(forward.stackedYields()[i], element, adjoints);
    notation.nameAs(backward.sequenceArgs()[sequence++], element);
  }
  for (Value kept : forward.stackedYields())
    notation.nameAfterOp(kept);
  for (auto [place, carry] : llvm::enumerate(carriedOf(event))) {
    Math name = Math::name(adjointOf(forward.carryArgs()[carry], adjoints).baseName());
    std::vector<Math> turns = notation.turnsOf(&forward.getBody().front());
    turns.back() = stateAfter(forward, turns.back());
    Math after = Math::atTurns(name, turns);
    addTerm(forward.nextYields()[carry], after, adjoints);
    notation.nameAs(backward.carryArgs()[place], after);
  }
  unsigned sums = backward.getInitials().size();
  for (unsigned carry = carriedOf(event).size(); carry < sums; ++carry)
    if (!isSumOverTurns(backward, carry))
      notation.name(backward.carryArgs()[carry], "sum");
}

/// What the rule's op makes of its operands, by name: where it only repeats or converts, what the next op makes.
std::string Deriver::userOf(const Event &event) {
  unsigned number = 0;
  while (!event.rule->flows[number])
    ++number;
  Value result = event.rule->result(number);
  while (isImplied(result.getDefiningOp()) && !notation.hasName(result)) {
    auto user = llvm::find_if(result.getUsers(), [&](Operation *op) { return appliedTo.contains(op); });
    if (user == result.getUsers().end())
      break;
    result = (*user)->getResult(0);
  }
  return wordFor(result);
}

void Deriver::nameContributions(const Event &event, Adjoints &adjoints) {
  for (auto [operand, part] : llvm::enumerate(event.rule->parts)) {
    if (!part.flows())
      continue;
    Value value = event.rule->op->getOperand(operand);
    Math target = adjointOf(value, adjoints);
    if (adjoints.counts[value] > 1) {
      // Turns behind the name: d_h_via_a[t].
      std::string name = notation.unique((target.baseName() + via + userOf(event)).str());
      std::vector<Math> turns;
      if (target.kind() == explain::Kind::Index)
        turns = target.parts().drop_front().vec();
      target = Math::atTurns(Math::name(name), turns);
    }
    addTerm(value, target, adjoints);
    adjoints.targets[{event.rule, operand}] = target;
    if (part.made && !notation.hasName(part.made))
      notation.nameAs(part.made, target);
  }
}

} // namespace nnc::explain
