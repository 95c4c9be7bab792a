// Derive.cpp: a derivation is made by the compiler's own passes, watched while they work.
//
// 1. nn-differentiate runs, and tells of each rule it applies which forward op it was applied to and what it made;
// 2. values get their names: d_x is the adjoint of x, d_x_1 and d_x_2 what its uses contribute;
// 3. each value with a name becomes a line, each applied rule a step;
// 4. nn-simplify runs on the same graph, and tells of each rewrite.
#include "codegen/explain/Derivation.h"
#include "codegen/explain/Notation.h"
#include "codegen/explain/Repeats.h"
#include "codegen/explain/meaning/Meaning.h"
#include "ir/Provenance.h"
#include "ir/ops/Conv.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Indexing.h"
#include "ir/ops/Matmul.h"
#include "ir/ops/Scan.h"
#include "ir/ops/Shape.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Observers.h"
#include "passes/Passes.h"
#include "llvm/ADT/SetVector.h"
#include <cctype>

using namespace mlir;

namespace nnc::explain {

namespace {

/// A rule that was applied.
struct Applied {
  Operation *op;
  SmallVector<Value> incoming; // by result; null: none flows, or it comes into the block
  SmallVector<std::pair<Operation *, unsigned>> reads; // of what comes into the block: loops renew their arguments
  SmallVector<bool> flows;     // by result
  struct Part {
    Value made;       // by the rule, or null
    int through = -1; // the incoming adjoint that passes unchanged
  };
  SmallVector<Part> parts; // by operand
};

struct Completed {
  Value target, seed;
  SmallVector<Value> wrt, gradients;
  size_t from, to; // of the applied rules
};

class Recorder : public DifferentiationObserver {
public:
  void applied(Operation *op, ValueRange dResults, ArrayRef<Value> dOperands) override {
    Applied rule{op, {}, {}, {}, {}};
    for (Value adjoint : dResults) {
      bool isRead = isa_and_nonnull<BlockArgument>(adjoint) && !adjoint.use_empty();
      rule.reads.push_back(isRead ? std::pair(adjoint.use_begin()->getOwner(), adjoint.use_begin()->getOperandNumber())
                                  : std::pair<Operation *, unsigned>(nullptr, 0));
      rule.flows.push_back(bool(adjoint));
      rule.incoming.push_back(isa_and_nonnull<OpResult>(adjoint) ? adjoint : Value());
    }
    for (Value adjoint : dOperands) {
      Applied::Part part;
      auto same = llvm::find(dResults, adjoint);
      if (adjoint && same != dResults.end())
        part.through = same - dResults.begin();
      else if (isa_and_nonnull<OpResult>(adjoint))
        part.made = adjoint;
      rule.parts.push_back(part);
    }
    rules.push_back(std::move(rule));
  }
  /// A loop that is differentiated a second time, as gradients of gradients ask, was in what is known already.
  void replaced(Operation *before, Operation *after) override {
    auto renew = [&](Value &value) {
      if (value && value.getDefiningOp() == before)
        value = after->getResult(cast<OpResult>(value).getResultNumber());
    };
    for (Applied &rule : rules) {
      rule.op = rule.op == before ? after : rule.op;
      for (auto &[reader, operand] : rule.reads)
        reader = reader == before ? after : reader;
      llvm::for_each(rule.incoming, renew);
      for (Applied::Part &part : rule.parts)
        renew(part.made);
    }
    for (Completed &each : all) {
      renew(each.target);
      renew(each.seed);
      llvm::for_each(each.wrt, renew);
      llvm::for_each(each.gradients, renew);
    }
  }
  void completed(Value target, Value seed, ValueRange wrt, ValueRange gradients) override {
    size_t from = all.empty() ? 0 : all.back().to;
    all.push_back({target, seed, llvm::to_vector(wrt), llvm::to_vector(gradients), from, rules.size()});
  }

  std::vector<Applied> rules;
  std::vector<Completed> all;
};

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

/// The expression without its names: equal for what does the same elsewhere.
std::string shapeOf(const Math &math) {
  return toText(math.mapped([](const Math &leaf) {
    return leaf.kind() == explain::Kind::Name ? Math::name("x") : leaf;
  }));
}

bool isSum(Value value) {
  auto add = value.getDefiningOp<AddOp>();
  return add && roleOf(add) == "accumulate";
}

/// Makes the derivation of one function from the joint graph and the rules that were applied to it.
class Deriver {
public:
  Deriver(FuncOp func, const Recorder &recorder)
      : func(func), recorder(recorder), notation(func.getBody().front()) {}

  Derivation derive();
  Notation &getNotation() { return notation; }
  /// Works the numbers; `before` is the function before it was differentiated.
  llvm::Error work(FuncOp before, const IRMapping &copies, const Setting &setting, Derivation &derivation);

private:
  void nameAdjoints();
  void nameParts(Value adjoint, llvm::StringRef sum);
  SmallVector<Value> contributionsTo(Value sum);
  Equation sumOf(Value adjoint);
  std::string adjointName(Value value);
  std::vector<Line> linesOf(Block &block);
  Line loopLine(ScanOp scan);
  std::vector<Call> calls();
  Gradient gradient(const Completed &completed);
  Step step(const Applied &rule);
  std::vector<Update> updates();
  /// The adjoint that result `number` has, or null if it comes into the block and nothing reads it.
  Value incoming(const Applied &rule, unsigned number) {
    auto [reader, operand] = rule.reads[number];
    return rule.incoming[number] ? rule.incoming[number] : reader ? reader->getOperand(operand) : Value();
  }
  bool isHere(Operation *op) { return func->isProperAncestor(op); }

  FuncOp func;
  const Recorder &recorder;
  Notation notation;
  std::vector<AdjointPair> pairs; // outside of loops
};

/// Of a value that is but a repetition of a named one, the adjoint before it is summed.
std::string Deriver::adjointName(Value value) {
  if (notation.hasName(value) || !value.getDefiningOp() || value.getDefiningOp()->getNumOperands() == 0)
    return "d_" + notation.nameOf(value);
  std::string name = adjointName(value.getDefiningOp()->getOperand(0));
  return llvm::StringRef(name).ends_with("_repeated") ? name : name + "_repeated";
}

/// The terms of a sum over uses, in order. A term may be a sum itself: the adjoint of another value, with its own name.
SmallVector<Value> Deriver::contributionsTo(Value sum) {
  SmallVector<Value> parts;
  Value rest = sum;
  do {
    parts.push_back(rest.getDefiningOp()->getOperand(1));
    rest = rest.getDefiningOp()->getOperand(0);
  } while (isSum(rest) && !notation.hasName(rest));
  parts.push_back(rest);
  std::reverse(parts.begin(), parts.end());
  return parts;
}

/// d_x = d_x_1 + d_x_2.
Equation Deriver::sumOf(Value adjoint) {
  SmallVector<Value> parts = contributionsTo(adjoint);
  Math sum = notation.expression(parts.front());
  for (Value part : ArrayRef(parts).drop_front())
    sum = sum + notation.expression(part);
  return {Math::name(notation.nameOf(adjoint)), sum};
}

/// Names the contributions of a sum, which has the name `sum`.
void Deriver::nameParts(Value adjoint, llvm::StringRef sum) {
  if (!isSum(adjoint))
    return;
  for (auto [number, part] : llvm::enumerate(contributionsTo(adjoint)))
    notation.name(part, (sum + "_" + llvm::Twine(number + 1)).str());
}

void Deriver::nameAdjoints() {
  Value target;
  auto nameAdjoint = [&](Value value, Value adjoint) {
    if (!adjoint || !isHere(adjoint.getDefiningOp() ? adjoint.getDefiningOp() : adjoint.getParentBlock()->getParentOp()))
      return;
    nameParts(adjoint, notation.name(adjoint, adjointName(value)));
    if (value.getParentBlock() == &func.getBody().front())
      pairs.push_back({value, adjoint, target});
  };
  for (const Completed &completed : recorder.all) {
    if (!isHere(completed.target.getDefiningOp()))
      continue;
    target = completed.target;
    nameAdjoint(completed.target, completed.seed);
    for (const Applied &rule : ArrayRef(recorder.rules).slice(completed.from, completed.to - completed.from)) {
      // Values of the forward pass that rules speak of have names, be it after their op.
      for (Value result : rule.op->getResults())
        if (!isImplied(rule.op))
          notation.nameAfterOp(result);
      for (auto [result, adjoint] : llvm::zip(rule.op->getResults(), rule.incoming))
        nameAdjoint(result, adjoint);
    }
    for (auto [value, gradient] : llvm::zip(completed.wrt, completed.gradients))
      if (isa<OpResult>(gradient))
        nameAdjoint(value, gradient);
    // What is left are contributions: of operands that are no results, or named after their operand.
    for (const Applied &rule : ArrayRef(recorder.rules).slice(completed.from, completed.to - completed.from))
      for (auto [number, part] : llvm::enumerate(rule.parts))
        if (part.made && !notation.hasName(part.made)) {
          Value operand = rule.op->getOperand(number);
          if (operand.getDefiningOp() && !isImplied(operand.getDefiningOp()))
            notation.nameAfterOp(operand);
          notation.name(part.made, adjointName(operand));
        }
  }
}

std::vector<Call> Deriver::calls() {
  std::vector<Call> made;
  llvm::StringSet<> seen;
  for (const PrintedCall &printed : notation.takeCalls()) {
    if (!seen.insert(printed.text).second)
      continue;
    Call call{printed.text, meaningOf(printed.op, printed.result), sizesOf(printed.op->getResult(printed.result)), {}};
    for (Value operand : printed.op->getOperands())
      call.argumentSizes.push_back(sizesOf(operand));
    made.push_back(std::move(call));
  }
  return made;
}

Line Deriver::loopLine(ScanOp scan) {
  auto loop = std::make_shared<Loop>();
  loop->length = sizeMath(scan.lengthDim());
  loop->reverse = scan.getReverse();
  loop->turn = notation.nameOf(scan.turnArg());
  auto take = [&](auto arguments, auto operands, auto &list) {
    for (auto [argument, operand] : llvm::zip(arguments, operands))
      list.push_back({notation.nameOf(argument), notation.expression(operand), sizesOf(operand)});
  };
  take(scan.sequenceArgs(), scan.getSequences(), loop->sequences);
  take(scan.carryArgs(), scan.getInitials(), loop->carries);
  take(scan.invariantArgs(), scan.getInvariants(), loop->invariants);
  loop->calls = calls();
  loop->body = linesOf(scan.getBody().front());
  for (Value value : scan.stackedYields())
    loop->stacked.push_back(notation.expression(value));
  for (Value value : scan.nextYields())
    loop->next.push_back(notation.expression(value));
  for (Call &call : calls())
    loop->calls.push_back(std::move(call));
  for (Value value : scan.stacked())
    loop->stackedNames.push_back(notation.nameOf(value));
  for (Value value : scan.finals())
    loop->finalNames.push_back(notation.nameOf(value));
  Line line;
  line.role = roleOf(scan);
  line.loop = std::move(loop);
  return line;
}

std::vector<Line> Deriver::linesOf(Block &block) {
  std::vector<Line> lines;
  for (Operation &op : block) {
    if (auto scan = dyn_cast<ScanOp>(op)) {
      lines.push_back(loopLine(scan));
      continue;
    }
    if (isa<LoadOp>(op))
      continue;
    for (Value result : op.getResults())
      if (notation.hasName(result))
        lines.push_back({notation.equation(result), typeText(result.getType()), sizesOf(result), roleOf(&op), calls(), {}});
  }
  return lines;
}

/// Why a sum appears in what an operand of the op receives.
std::string whySummed(Operation *op, unsigned operand) {
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

Step Deriver::step(const Applied &rule) {
  Operation *op = rule.op;
  Step step;
  if (FileLineColLoc place = sourcePlace(op->getLoc()))
    step.line = place.getLine(), step.column = place.getColumn();
  step.layer = layerOf(op->getLoc()).str();
  step.op = op->getName().stripDialect().str();
  step.type = typeText(op->getResult(0).getType());
  step.rule = *ruleOf(op->getName());
  for (Operation *outer = op->getParentOp(); outer != func; outer = outer->getParentOp())
    ++step.depth;
  // A loop that keeps values has more results than the one it took the place of.
  for (auto [number, result] : llvm::enumerate(op->getResults().take_front(rule.flows.size()))) {
    if (!rule.flows[number])
      continue;
    std::string own = adjointName(result);
    Value adjoint = incoming(rule, number);
    std::string known = adjoint && notation.hasName(adjoint) ? notation.nameOf(adjoint) : own;
    step.incomingNames += (step.incomingNames.empty() ? "" : ", ") + known;
    if (adjoint && known == own && isSum(adjoint)) {
      step.incoming.push_back(sumOf(adjoint));
    } else if (known != own && notation.hasName(result)) {
      step.incoming.push_back({Math::name(own), Math::name(known)});
    }
    if (!isa<ScanOp>(op) && notation.hasName(result))
      step.forward.push_back(notation.equation(result));
  }
  std::string factors;
  for (auto [number, part] : llvm::enumerate(rule.parts)) {
    if (!part.made && part.through < 0)
      continue;
    Value operand = op->getOperand(number);
    Contribution contribution;
    contribution.operand = notation.hasName(operand) ? notation.nameOf(operand) : toText(notation.expression(operand));
    contribution.why = whySummed(op, number);
    if (part.made) {
      bool isLoop = isa<ScanOp>(part.made.getDefiningOp());
      contribution.equation = {Math::name(notation.nameOf(part.made)),
                               isLoop ? Math::name(notation.nameOf(part.made)) : notation.definition(part.made)};
    } else if (!notation.hasName(operand)) {
      continue; // what is repeated shows where its repetitions are summed
    } else {
      Value through = incoming(rule, part.through);
      std::string known = through ? notation.nameOf(through) : adjointName(op->getResult(part.through));
      contribution.equation = {Math::name("d_" + contribution.operand), Math::name(known)};
    }
    if (isa<ElementwiseOpInterface>(op) && rule.flows[0]) {
      Value adjoint = incoming(rule, 0);
      std::string known = adjoint ? notation.nameOf(adjoint) : adjointName(op->getResult(0));
      if (std::optional<Math> factor = factorOf(contribution.equation.value, known);
          factor && factor->kind() != explain::Kind::Number)
        contribution.jacobian = Equation{
            Math::call("jacobian", {notation.expression(op->getResult(0)), Math::name(contribution.operand)}),
            Math::call("diag", {*factor})};
    }
    step.contributions.push_back(std::move(contribution));
  }
  notation.takeCalls();
  return step;
}

Gradient Deriver::gradient(const Completed &completed) {
  Gradient gradient;
  gradient.target = notation.nameOf(completed.target);
  for (const Applied &rule : ArrayRef(recorder.rules).slice(completed.from, completed.to - completed.from))
    gradient.steps.push_back(step(rule));
  for (auto [value, adjoint] : llvm::zip(completed.wrt, completed.gradients)) {
    gradient.wrt.push_back({notation.nameOf(value), notation.nameOf(adjoint)});
    if (isSum(adjoint))
      gradient.sums.push_back(sumOf(adjoint));
  }
  gradient.stretches = findRepeats(gradient.steps);
  notation.takeCalls();
  return gradient;
}

/// The lines on the way from gradients to what is stored in parameters: what all share (a norm of all gradients) first,
/// then once for all parameters that change alike.
std::vector<Update> Deriver::updates() {
  llvm::DenseSet<Value> stops;
  for (const Completed &completed : recorder.all)
    stops.insert(completed.gradients.begin(), completed.gradients.end());
  auto model = func->getParentOfType<ModelOp>();
  std::vector<std::pair<std::string, llvm::DenseSet<Operation *>>> slices; // by parameter
  llvm::DenseMap<Operation *, unsigned> readers;
  for (StoreOp store : func.getBody().getOps<StoreOp>()) {
    auto variable = model.lookupSymbol<VariableOp>(store.getVariable());
    if (!variable || variable.getKind() != VariableKind::Parameter)
      continue;
    llvm::DenseSet<Operation *> ops;
    SmallVector<Value> work{store.getValue()};
    while (!work.empty()) {
      Value value = work.pop_back_val();
      Operation *op = value.getDefiningOp();
      if (!op || stops.contains(value) || isa<LoadOp>(op) || !ops.insert(op).second)
        continue;
      ++readers[op];
      llvm::append_range(work, op->getOperands());
    }
    slices.push_back({store.getVariable().str(), std::move(ops)});
  }

  // What updates read in common tells them apart: of two groups of parameters each has a learning rate of its own.
  llvm::StringSet<> common;
  for (BlockArgument argument : func.getArguments())
    common.insert(notation.nameOf(argument));
  for (auto [op, count] : readers)
    if (count > 1)
      for (Value result : op->getResults())
        if (notation.hasName(result))
          common.insert(notation.nameOf(result));

  std::vector<Update> made;
  std::map<std::string, size_t> known;
  auto add = [&](const std::string &parameter, llvm::function_ref<bool(Operation *)> isPart) {
    Update update;
    std::string signature;
    llvm::StringSet<> alike;
    llvm::StringMap<unsigned> numbers;
    auto blank = [&](const Math &leaf) {
      if (leaf.kind() != explain::Kind::Name || common.contains(leaf.text()))
        return leaf;
      return Math::name("n" + std::to_string(numbers.try_emplace(leaf.text(), numbers.size()).first->second));
    };
    for (Operation &op : func.getBody().front())
      for (Value result : op.getResults())
        if (isPart(&op) && notation.hasName(result)) {
          Equation equation = notation.equation(result);
          if (parameter.empty() && !alike.insert(shapeOf(equation.value)).second)
            continue; // the same for another parameter
          update.equations.push_back(std::move(equation));
          signature += toText(update.equations.back().target.mapped(blank)) + "=" +
                       toText(update.equations.back().value.mapped(blank)) + "\n";
        }
    if (update.equations.empty())
      return;
    for (Operation &op : func.getBody().front())
      if (isPart(&op))
        if (ProvenanceAttr provenance = provenanceOf(op.getLoc()); provenance && provenance.getRole() == Role::Optimizer)
          update.rule = provenance.getRule().str();
    auto [place, isNew] = known.try_emplace(signature, made.size());
    if (isNew)
      made.push_back(std::move(update));
    if (!parameter.empty())
      made[place->second].parameters.push_back(parameter);
  };
  if (slices.size() > 1)
    add("", [&](Operation *op) { return readers.lookup(op) > 1; });
  for (const auto &[parameter, ops] : slices)
    add(parameter, [&](Operation *op) { return ops.contains(op) && (readers.lookup(op) == 1 || slices.size() == 1); });
  notation.takeCalls();
  return made;
}

Derivation Deriver::derive() {
  nameAdjoints();
  notation.nameShared(func.getBody().front());
  Derivation derivation;
  derivation.model = func->getParentOfType<ModelOp>().getSourceName().str();
  derivation.function = func.getSymName().str();
  for (BlockArgument argument : func.getArguments())
    derivation.inputs.push_back({notation.nameOf(argument), typeText(argument.getType())});
  for (LoadOp load : func.getBody().getOps<LoadOp>())
    derivation.variables.push_back({notation.nameOf(load.getValue()), typeText(load.getValue().getType())});
  derivation.lines = linesOf(func.getBody().front());
  ReturnOp end = func.returnOp();
  for (auto [number, value] : llvm::enumerate(end.getValues()))
    derivation.results.push_back({func.resultName(number).str(), notation.expression(value)});
  for (StoreOp store : func.getBody().getOps<StoreOp>())
    derivation.stores.push_back({store.getVariable().str(), notation.expression(store.getValue())});
  derivation.endCalls = calls();
  for (const Completed &completed : recorder.all)
    if (isHere(completed.target.getDefiningOp()))
      derivation.gradients.push_back(gradient(completed));
  derivation.updates = updates();
  return derivation;
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
  llvm::Expected<std::vector<Worked>> worked = workedNumbers(func, before, copies, named, pairs, setting);
  if (!worked)
    return worked.takeError();
  for (Worked &row : *worked)
    for (const AdjointPair &pair : pairs)
      if (notation.nameOf(pair.value) == row.name)
        row.adjointName = "d_" + row.name;
  derivation.numbers = std::move(*worked);
  return llvm::Error::success();
}

/// Notes the rewrites of the backward pass while nn-simplify makes them.
class RewriteRecorder : public RewriterBase::Listener {
public:
  explicit RewriteRecorder(llvm::MapVector<FuncOp, std::unique_ptr<Deriver>> &derivers,
                           std::vector<Derivation> &derivations)
      : derivers(derivers), derivations(derivations) {}

  void notifyPatternBegin(const Pattern &pattern, Operation *) override {
    current = pattern.getDebugName().str();
  }
  void notifyPatternEnd(const Pattern &, LogicalResult) override { current.clear(); }
  void notifyOperationReplaced(Operation *op, ValueRange values) override {
    auto func = op->getParentOfType<FuncOp>();
    auto deriver = derivers.find(func);
    if (deriver == derivers.end() || roleOf(op) == "optimizer" || op->getNumResults() != 1 || isa<FillOp>(op))
      return;
    Notation &notation = deriver->second->getNotation();
    Value result = op->getResult(0);
    // A constant that is an adjoint's beginning may be others' as well: here it is its number.
    for (Value operand : op->getOperands())
      if (auto fill = operand.getDefiningOp<FillOp>())
        notation.forget(fill);
    Math before = notation.definition(result), after = notation.expression(values[0]);
    notation.takeCalls();
    std::string beforeText = toText(before), afterText = toText(after);
    if (beforeText == afterText || beforeText.size() > 200)
      return;
    std::string title = current.empty() ? ("an identity of " + op->getName().stripDialect()).str() : words(current);
    Derivation &derivation = derivations[deriver - derivers.begin()];
    Math target = Math::name(notation.hasName(result) ? notation.nameOf(result) : "value");
    Simplification made{title, {target, before}, {target, after}, 1};
    // Of rewrites by one pattern the shortest is shown: the others are as clear as it is, or less.
    auto known = llvm::find_if(derivation.simplifications, [&](const Simplification &other) { return other.name == title; });
    if (known == derivation.simplifications.end()) {
      derivation.simplifications.push_back(std::move(made));
    } else {
      made.times = known->times + 1;
      if (beforeText.size() + afterText.size() < length(*known))
        *known = std::move(made);
      else
        known->times = made.times;
    }
    // What takes its place is known by its name from here on.
    if (notation.hasName(result) && !notation.hasName(values[0]))
      notation.shareName(values[0], notation.nameOf(result));
  }
  void notifyOperationErased(Operation *op) override {
    if (auto deriver = derivers.find(op->getParentOfType<FuncOp>()); deriver != derivers.end())
      deriver->second->getNotation().forget(op);
  }

private:
  static size_t length(const Simplification &known) {
    return toText(known.before.value).size() + toText(known.after.value).size();
  }
  /// "(anonymous namespace)::ComputeBeforeMoving" => "compute before moving".
  static std::string words(llvm::StringRef type) {
    type = type.take_until([](char c) { return c == '<'; });
    size_t colon = type.rfind(':');
    type = colon == llvm::StringRef::npos ? type : type.drop_front(colon + 1);
    std::string text;
    for (char c : type) {
      if (isupper(static_cast<unsigned char>(c)) && !text.empty())
        text += ' ';
      text += static_cast<char>(tolower(c));
    }
    return text;
  }

  llvm::MapVector<FuncOp, std::unique_ptr<Deriver>> &derivers;
  std::vector<Derivation> &derivations;
  std::string current;
};

bool runPass(ModuleOp module, std::unique_ptr<Pass> pass) {
  PassManager manager(module.getContext(), ModuleOp::getOperationName());
  manager.nest<ModelOp>().addPass(std::move(pass));
  return succeeded(manager.run(module));
}

} // namespace

llvm::Expected<std::vector<Derivation>> derive(ModuleOp module, const Setting *setting) {
  auto reported = [] { return llvm::createStringError(llvm::inconvertibleErrorCode(), ""); };
  IRMapping copies;
  OwningOpRef<ModuleOp> before;
  if (setting)
    before = cast<ModuleOp>(module->clone(copies));
  Recorder recorder;
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
  llvm::MapVector<FuncOp, std::unique_ptr<Deriver>> derivers;
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
  RewriteRecorder rewrites(derivers, derivations);
  if (!runPass(module, createSimplify(rewrites)))
    return reported();
  return derivations;
}

} // namespace nnc::explain
