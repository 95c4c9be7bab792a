// ElaborateScan.cpp: `scan`, a loop at run time.
//
// The body is run once, symbolically, into a block of its own; what it reads from around it becomes an invariant of
// nn.scan. Sequences are given to it with time as their first axis, which is where its results come out: a transpose on
// either side, which a kernel reads through, brings them into the order of the text.
#include "frontend/Builtins.h"
#include "frontend/Elaborator.h"
#include "ir/Provenance.h"
#include "ir/ops/Elementwise.h"
#include "ir/ops/Scan.h"
#include "ir/ops/Shape.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace nnc;
using namespace nnc::ast;

namespace {

/// One `scan` expression on its way into the graph.
class ScanElaboration {
public:
  ScanElaboration(Elaborator &e, const ScanExpr &scan) : e(e), scan(scan) {}
  Datum run();

private:
  struct Source {
    Datum whole; // of a sequence
    int64_t axis = 0;
    Dim first, length;     // of a range its begin
    llvm::StringRef label; // what the axis of turns is called
  };

  std::optional<Source> sequence(const ScanSource &source);
  std::optional<Source> range(const ScanSource &source);
  bool collectSources();
  bool collectCarries();
  void bindSources();
  bool setNexts();
  Datum results();
  mlir::Value inside(mlir::Value value);
  void capture();
  mlir::Value withAxisFirst(mlir::Value value, int64_t axis);
  mlir::Location named(const Name &name) { return renamed(e.location(name.range), name.text); }

  Elaborator &e;
  const ScanExpr &scan;
  std::vector<Source> sources;
  int64_t stackedAxis = 0;
  std::vector<Datum> carries;
  Elaborator::LoopState state;
  std::unique_ptr<ScanBuilder> parts;
};

} // namespace

std::optional<ScanElaboration::Source> ScanElaboration::sequence(const ScanSource &source) {
  const Expr &expr = *source.each.first;
  Datum whole = e.evaluate(expr);
  if (whole.isUnknown())
    return std::nullopt;
  if (!whole.isTensor() || whole.type().getRank() == 0) {
    e.error(expr.range, "a 'scan' goes over a tensor with an axis, found " + describe(whole));
    return std::nullopt;
  }
  if (!scan.along && !scan.alongNumber) {
    e.error(source.each.name.range.upTo(expr.range), "say which axis '" + source.each.name.text +
                                                         "' goes along, as in 'scan " +
                                                         source.each.name.text + " over x along time'");
    return std::nullopt;
  }
  NameExpr name(scan.along.range);
  name.name = scan.along.text;
  const Expr &along = scan.alongNumber ? *scan.alongNumber : static_cast<const Expr &>(name);
  auto axes = e.resolveAxes(along, whole, &expr);
  if (!axes)
    return std::nullopt;
  Source result;
  result.axis = axes->front();
  result.length = dimsOf(whole.type())[result.axis];
  result.label = scan.along ? scan.along.text : whole.labels[result.axis];
  result.whole = std::move(whole);
  return result;
}

std::optional<ScanElaboration::Source> ScanElaboration::range(const ScanSource &source) {
  const Each &each = source.each;
  if (!each.last) {
    e.error(each.first->range, "a 'scan' goes over a range, as '0..n', or over a sequence, as '" +
                                   each.name.text + " over x along time'");
    return std::nullopt;
  }
  std::optional<Dim> first = e.evaluateSize(*each.first), last = e.evaluateSize(*each.last);
  if (!first || !last)
    return std::nullopt;
  std::optional<Dim> length = last->sub(*first);
  if (!length || (length->isStatic() && length->value() < 1)) {
    e.error(each.first->range.upTo(each.last->range),
            !length ? std::string("this range exceeds 64 bits") : "this range has no turns");
    return std::nullopt;
  }
  Source result;
  result.first = *first;
  result.length = *length;
  if (const auto *name = llvm::dyn_cast<NameExpr>(each.last); name && *first == Dim(0))
    result.label = name->name;
  return result;
}

bool ScanElaboration::collectSources() {
  bool ok = true;
  for (const ScanSource &source : scan.sources) {
    std::optional<Source> found = source.isRange ? range(source) : sequence(source);
    ok &= bool(found);
    if (found)
      sources.push_back(std::move(*found));
  }
  if (!ok)
    return false;
  for (auto [index, source] : llvm::enumerate(sources))
    if (source.length != sources.front().length) {
      e.error(scan.sources[index].each.name.range,
              "'" + scan.sources[index].each.name.text + "' has " + source.length.str() + " turns, '" +
                  scan.sources[0].each.name.text + "' has " + sources[0].length.str() + "; they go in step")
          .note(scan.sources[0].each.name.range, "'" + scan.sources[0].each.name.text + "' is here");
      return false;
    }
  for (auto [index, source] : llvm::enumerate(sources))
    if (!scan.sources[index].isRange) {
      stackedAxis = source.axis;
      break;
    }
  return true;
}

bool ScanElaboration::collectCarries() {
  bool ok = true;
  for (const Carry &carry : scan.carries) {
    Datum value = e.evaluate(*carry.value);
    if (value.is(Datum::Kind::Float) || value.is(Datum::Kind::Bool)) {
      mlir::Type element = value.is(Datum::Kind::Bool) ? e.builder.getI1Type() : e.floatType;
      value = Datum::ofTensor(e.asTensor(value, makeTensor({}, element), carry.value->range));
    }
    if (!value.isUnknown() && !value.isTensor())
      value = e.fail(carry.value->range,
                     "'" + carry.name.text + "' is carried as a tensor, found " + describe(value) +
                         (value.is(Datum::Kind::Init) ? "; write its sizes, as 'zeros(batch, n)'" : ""));
    ok &= value.isTensor();
    carries.push_back(std::move(value));
  }
  return ok;
}

mlir::Value ScanElaboration::withAxisFirst(mlir::Value value, int64_t axis) {
  if (axis == 0)
    return value;
  llvm::SmallVector<int64_t> permutation = {axis};
  for (int64_t i = 0, rank = mlir::cast<mlir::RankedTensorType>(value.getType()).getRank(); i < rank; ++i)
    if (i != axis)
      permutation.push_back(i);
  return e.at(scan.range).create<TransposeOp>(value, permutation);
}

/// Names for what comes into a turn. Ops for it are made in the turn.
void ScanElaboration::bindSources() {
  for (auto [source, text] : llvm::zip(sources, scan.sources)) {
    Name name = text.each.name;
    if (text.isRange) {
      mlir::Value turn = parts->turn();
      if (source.first != Dim(0)) {
        GraphBuilder g = e.at(text.each.first->range);
        auto type = mlir::cast<mlir::RankedTensorType>(turn.getType());
        mlir::Value first =
            source.first.isStatic()
                ? g.create<FillOp>(type, e.builder.getF64FloatAttr(double(source.first.value())))
                : g.create<SizeOp>(
                      type, DimValueAttr::get(&e.model.context, e.builder.getStringAttr(source.first.str())));
        turn = g.add(turn, first);
      }
      e.define(name, Datum::ofTensor(turn));
      continue;
    }
    Labels labels = source.whole.labels;
    labels.erase(labels.begin() + source.axis);
    e.define(name, Datum::ofTensor(parts->addSequence(source.whole.tensor, named(name)), labels));
  }
}

/// A value as the turn sees it: what comes from outside is an invariant.
mlir::Value ScanElaboration::inside(mlir::Value value) {
  return value.getParentBlock() == &parts->block() ? value : parts->addInvariant(value, value.getLoc());
}

void ScanElaboration::capture() {
  for (mlir::Operation &op : parts->block())
    for (mlir::OpOperand &operand : op.getOpOperands())
      operand.set(inside(operand.get()));
}

bool ScanElaboration::setNexts() {
  bool ok = true;
  for (auto [index, carry] : llvm::enumerate(scan.carries)) {
    auto next = state.nextValues.find(carry.name.text);
    if (next == state.nextValues.end()) {
      e.error(carry.name.range, "'" + carry.name.text + "' is carried, but no 'next " + carry.name.text +
                                    " = ...' sets it for the next turn");
      ok = false;
      continue;
    }
    const Datum &value = next->getValue();
    mlir::RankedTensorType type = carries[index].type();
    mlir::Value tensor =
        value.isUnknown() ? mlir::Value() : e.asTensor(value, type, state.nextPlaces[carry.name.text]);
    if (!tensor && !value.isUnknown())
      e.error(state.nextPlaces[carry.name.text], "'" + carry.name.text + "' is carried as " + typeText(type) +
                                                     ", found " + describe(value) +
                                                     "; every turn gives it the same type and sizes")
          .note(carry.value->range, "it begins as this");
    ok &= bool(tensor);
    if (tensor)
      parts->setNext(index, inside(tensor));
  }
  return ok;
}

/// The values of the expression, in text order.
Datum ScanElaboration::results() {
  struct Result {
    int stacked = -1, carry = -1;
    Labels labels;
  };
  std::vector<Result> list;
  bool ok = true;
  for (Elaborator::LoopState::Slot &slot : state.slots) {
    Result result;
    if (slot.isLast) {
      auto carry = llvm::find_if(scan.carries, [&](const Carry &c) { return c.name.text == slot.carry; });
      if (carry == scan.carries.end())
        return Datum(); // reported by Check
      result.carry = carry - scan.carries.begin();
      result.labels = carries[result.carry].labels;
      list.push_back(std::move(result));
      continue;
    }
    if (slot.values.empty())
      continue; // in a branch that was not taken
    const Datum &value = slot.values.front();
    Range place = llvm::cast<YieldStmt>(slot.stmt)->values[slot.index]->range;
    if (value.isUnknown()) {
      ok = false;
      continue;
    }
    if (!value.isTensor() || value.type().getRank() < stackedAxis) {
      e.error(place, value.isTensor() ? "the turns are stacked at axis " + std::to_string(stackedAxis) +
                                            ", where the sequence has them; " + describe(value) +
                                            " has too few axes before it"
                                      : "a 'scan' stacks tensors, found " + describe(value));
      ok = false;
      continue;
    }
    result.stacked = parts->addStacked(inside(value.tensor));
    result.labels = value.labels;
    result.labels.insert(result.labels.begin() + stackedAxis, sources.front().label);
    list.push_back(std::move(result));
  }
  if (!ok)
    return Datum();
  if (list.empty())
    return e.fail(scan.range, "this 'scan' has no value; it needs a 'yield' or a 'last'");

  // Behind everything that it reads, which may have been made while the turn was written.
  ScanOp op = parts->build(e.builder);
  std::vector<Datum> values;
  for (Result &result : list) {
    if (result.carry >= 0) {
      values.push_back(Datum::ofTensor(op.finals()[result.carry], result.labels));
      continue;
    }
    mlir::Value value = op.stacked()[result.stacked];
    if (stackedAxis != 0) {
      llvm::SmallVector<int64_t> permutation;
      for (int64_t i = 1, rank = mlir::cast<mlir::RankedTensorType>(value.getType()).getRank(); i < rank; ++i)
        permutation.push_back(i);
      permutation.insert(permutation.begin() + stackedAxis, 0);
      value = e.at(scan.range).create<TransposeOp>(value, permutation);
    }
    values.push_back(Datum::ofTensor(value, result.labels));
  }
  return values.size() == 1 ? values.front() : Datum::ofTuple(std::move(values));
}

Datum ScanElaboration::run() {
  bool ok = collectSources();
  if (!collectCarries() || !ok)
    return Datum();
  for (Source &source : sources)
    if (source.whole.isTensor())
      source.whole.tensor = withAxisFirst(source.whole.tensor, source.axis);

  Elaborator::collectSlots(*scan.body, state.slots);
  parts = std::make_unique<ScanBuilder>(e.location(scan.range), sources.front().length, scan.reverse);
  Elaborator::LoopState *outerLoop = e.frame->loop;
  Range outerScan = e.scanPlace;
  {
    mlir::OpBuilder::InsertionGuard guard(e.builder);
    e.builder.setInsertionPointToEnd(&parts->block());
    e.frame->loop = &state;
    e.scanPlace = scan.range;
    e.frame->scope = makeScope(e.frame->scope);
    bindSources();
    for (auto [carry, datum] : llvm::zip(scan.carries, carries)) {
      state.carried[carry.name.text] = datum;
      e.define(carry.name, Datum::ofTensor(parts->addCarry(datum.tensor, named(carry.name)), datum.labels));
    }
    e.frame->scope = makeScope(e.frame->scope);
    e.turns.push_back(parts->turn());
    e.runBlock(*scan.body);
    e.turns.pop_back();
    e.frame->scope = e.frame->scope->parent->parent;
    ok = !e.frame->returned && setNexts();
  }
  e.frame->loop = outerLoop;
  e.scanPlace = outerScan;
  if (!ok)
    return Datum();
  capture();
  return results();
}

Datum Elaborator::runScan(const ScanExpr &scan) { return ScanElaboration(*this, scan).run(); }
