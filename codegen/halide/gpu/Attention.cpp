// gpu/Attention.cpp: see gpu/Attention.h.
#include "codegen/halide/gpu/Attention.h"
#include "codegen/halide/Sizes.h"
#include "codegen/halide/gpu/Grid.h"
#include "codegen/halide/gpu/Lowering.h"
#include <limits>

using namespace mlir;
using Halide::Expr;
using Halide::Func;
using Halide::MemoryType;
using Halide::RDom;
using Halide::RVar;
using Halide::Stage;
using Halide::TailStrategy;
using Halide::Var;

namespace nnc {

namespace {

constexpr TailStrategy Guard = TailStrategy::GuardWithIf;
// For splits that divide.
constexpr TailStrategy Exact = TailStrategy::RoundUp;
constexpr int rowsOfThread = 4; // of either side

/// One launch with queries or keys across.
class DeviceNest : public AttentionNest {
public:
  DeviceNest(KernelEmitter &emitter, const AttentionOperands &operands, bool queriesAcross, int weights, LoopNest &nest);

  /// One pass over the stream: its scores as a function of (lane, item), in registers, and what is copied for them.
  struct Pass {
    std::string name;
    RDom turns;
    std::vector<std::pair<Value, Func>> rows; // in shared memory, (x, item)
    std::vector<Func> panels; // in shared memory, (lane, x): the rows across
    std::vector<Func> dots;
    std::vector<Func> weights; // in shared memory, (lane, item)
  };
  Pass makePass(const char *name, std::optional<int> more);

  /// scale * (row `lane` across) . (row `item` of the turn)
  Func dot(Pass &pass, const char *name, Value across, Value stream, double scale);
  /// The score at (lane, item), with what is not seen far below everything else.
  Num score(Pass &pass, Func dot, Expr lane, Expr item);
  Func rows(Pass &pass, Value stream);
  /// What a result is the sum of products of.
  Func shareWeights(Pass &pass, const char *name, const Num &value);

  /// log of the sum of powers of all scores of a row of queries across, and whether any key was seen.
  Func statistic();
  /// A number per query at (lane, item).
  Num perQuery(const Pass &pass, Value numbers, Expr laneAt, Expr itemAt) {
    return emitter.element(numbers, at(queriesAcross ? acrossRow(laneAt) : streamRow(turnOf(pass), itemAt)));
  }
  /// Sums over the stream of weights[i](lane, item) * sources[i](column, item).
  void sumUp(Pass &pass, llvm::ArrayRef<Func> sources, llvm::ArrayRef<Func> weights, int64_t columnCount);
  Num total(unsigned i) const;
  Expr ownLane() const { return nest.axes[rowAxis()] % width; }
  void finish(const Nums &results);

  /// The arguments of a function of (lane) or (lane, column) at the nest's own index.
  std::vector<Expr> own(bool withColumn) const;

  Var lane{"lane"}, item{"item"}, x{"x"}, column{"column"};

private:
  size_t rowAxis() const { return nest.axes.size() - (hasColumns ? 2 : 1); }
  /// The turn is the last argument but those of the launch.
  Var turnOf(const Pass &pass) const { return Var(pass.name + "_turn"); }
  void bound(Func function);
  void schedulePass(Pass &pass, Func user, const RVar &turn);
  void scheduleStatistic();
  /// Splits rows across over threads; the thread's four are `lane` again.
  void splitLanes(Stage stage) { stage.split(lane, laneThread, lane, rowsOfThread, Exact); }

  Var laneThread{"lane_thread"}, itemThread{"item_thread"};
  std::vector<Pass> passes;
  Func partial, parts, whole; // of the statistic
  Func sums;
  RDom sumDomain;
  bool hasColumns = false;
  int64_t columns = 0; // of the result, rounded up to what threads have
  int columnWord = 1;
};

DeviceNest::DeviceNest(KernelEmitter &emitter, const AttentionOperands &operands, bool queriesAcross, int weights, LoopNest &nest)
    : AttentionNest(emitter, operands, queriesAcross, nest) {
  for (Value operand : {operands.q, operands.k, operands.v, operands.dy})
    nest.readsAligned &= !operand || isMultiple(*elementCount(dimsOf(operand)), 4);
  // The largest tile whose rows, transposed rows and weights fit shared memory.
  int64_t depth = dimsOf(operands.q).back().value(), other = dimsOf(operands.v).back().value();
  bool isForward = weights < 2 && !operands.dy;
  auto bytes = [&](int64_t rowsAcross, int64_t rowsOfTurn) {
    int64_t panel = (isForward ? depth : depth + other) * (rowsAcross + 4);
    int64_t streamed = rowsOfTurn * (depth + other + 8);
    int64_t shared = weights * rowsOfTurn * (rowsAcross + 4) + 3 * rowsAcross * rowsOfTurn / rowsOfThread + 3 * rowsAcross;
    return (panel + streamed + shared) * operands.type.bytes();
  };
  width = 64, length = 32;
  auto shrink = [](int &size, const Dim &all) {
    while (size > 2 * rowsOfThread && all.isStatic() && size / 2 >= all.value())
      size /= 2;
  };
  shrink(width, acrossSize);
  shrink(length, streamSize);
  while (bytes(width, length) > emitter.getTarget().gpu->sharedBytes && (width > rowsOfThread || length > rowsOfThread))
    (width > length || length == rowsOfThread ? width : length) /= 2;
}

DeviceNest::Pass DeviceNest::makePass(const char *name, std::optional<int> more) {
  Expr count = (emitter.extent(streamSize) + length - 1) / length;
  Halide::Region region;
  if (more)
    region.push_back(Halide::Range(0, *more));
  region.push_back(Halide::Range(0, count));
  Pass pass{name, RDom(region, std::string(name) + "_domain"), {}, {}, {}, {}};
  if (std::optional<Expr> needed = isTurnNeeded(more ? Expr(pass.turns[1]) : Expr(pass.turns[0])))
    pass.turns.where(*needed);
  return pass;
}

Func DeviceNest::rows(Pass &pass, Value source) {
  for (auto &[value, function] : pass.rows)
    if (value == source)
      return function;
  Func copy("staged_" + pass.name + std::to_string(pass.rows.size()));
  copy(vars({x, item, turnOf(pass)})) = emitter.element(source, at(streamRow(turnOf(pass), item), x)).expr();
  pass.rows.emplace_back(source, copy);
  return copy;
}

Func DeviceNest::dot(Pass &pass, const char *name, Value across, Value stream, double scale) {
  std::string stem = pass.name + "_" + name;
  Func panel(stem + "_panel"), result("private_" + stem), copy = rows(pass, stream);
  Num row = emitter.element(across, at(acrossRow(lane), x));
  panel(vars({lane, x})) = (row * lit(row, scale)).expr();
  pass.panels.push_back(panel);
  RDom depth(0, static_cast<int>(dimsOf(across).back().value()), stem + "_x");
  Var turn = turnOf(pass);
  result(vars({lane, item, turn})) = constant(operands.type, 0.0).expr();
  std::vector<Expr> here = args({lane, item, turn});
  result(here) = fma(Num(copy(args({depth, item, turn}))), Num(panel(args({lane, depth}))), Num(result(here))).expr();
  pass.dots.push_back(result);
  return result;
}

Num DeviceNest::score(Pass &pass, Func dot, Expr laneAt, Expr itemAt) {
  Num score = Num(dot(args({laneAt, itemAt, turnOf(pass)})));
  if (std::optional<Num> seen = isSeen(laneAt, turnOf(pass), itemAt))
    score = score + select(*seen, lit(score, 0.0), lit(score, unseenScore(operands.type)));
  return score;
}

Func DeviceNest::shareWeights(Pass &pass, const char *name, const Num &value) {
  Func weights(pass.name + "_" + name);
  weights(vars({lane, item, turnOf(pass)})) = value.expr();
  pass.weights.push_back(weights);
  return weights;
}

Func DeviceNest::statistic() {
  Pass pass = makePass("first", rowsOfThread);
  Func made = dot(pass, "dot", operands.q, operands.k, operands.scale);
  Func seen("first_score");
  seen(vars({lane, item, turnOf(pass)})) = score(pass, made, lane, item).expr();
  auto number = [&](double value) { return constant(operands.type, value); };
  double lowest = operands.type.bits() == 64 ? std::numeric_limits<double>::lowest()
                                             : std::numeric_limits<float>::lowest();

  partial = Func("private_partial"), parts = Func("parts"), whole = Func("statistic_of_rows");
  Var part("part");
  std::vector<Expr> here = args({lane, part});
  partial(vars({lane, part})) = Halide::Tuple(number(lowest).expr(), number(0.0).expr());
  Num best = Num(partial(here)[0]), total = Num(partial(here)[1]);
  Num next = Num(seen(args({lane, part * rowsOfThread + pass.turns[0], pass.turns[1]})));
  Num one = number(1.0), smaller = exp(-abs(best - next)), isOld = best >= next;
  partial(here) = Halide::Tuple(maximum(best, next).expr(),
                                fma(total, select(isOld, one, smaller), select(isOld, smaller, one)).expr());
  parts(vars({lane, part})) = Halide::Tuple(partial(here)[0], partial(here)[1]);

  RDom each(0, length / rowsOfThread, "each_part");
  here = args({lane});
  whole(vars({lane})) = Halide::Tuple(number(lowest).expr(), number(0.0).expr());
  Halide::FuncRef one_of = parts(args({lane, each}));
  Num sofar = Num(whole(here)[0]), more = Num(one_of[0]), top = maximum(sofar, more);
  whole(here) = Halide::Tuple(
      top.expr(), fma(Num(whole(here)[1]), exp(sofar - top), Num(one_of[1]) * exp(more - top)).expr());
  passes.push_back(pass);
  return whole;
}

void DeviceNest::sumUp(Pass &pass, llvm::ArrayRef<Func> sources, llvm::ArrayRef<Func> allWeights, int64_t columnCount) {
  hasColumns = true;
  const int threads = length / rowsOfThread;
  columnWord = columnCount % (4 * threads) == 0 ? 4 : 1;
  columns = roundUp(columnCount, threads * columnWord);
  sums = Func("private_sums");
  std::vector<Expr> here = args({lane, column}), initial, next;
  Expr from = columns == columnCount ? Expr(column) : min(column, static_cast<int>(columnCount) - 1);
  RDom domain = pass.turns;
  for (size_t i = 0; i < sources.size(); ++i)
    initial.push_back(constant(operands.type, 0.0).expr());
  sums(vars({lane, column})) = Halide::Tuple(initial);
  for (auto [i, source] : llvm::enumerate(sources)) {
    Func weights = allWeights[i], rows = source;
    const Expr before = sources.size() == 1 ? Expr(sums(here)) : Expr(sums(here)[i]);
    Expr sum = fma(Num(rows(args({from, domain[0], domain[1]}))), Num(weights(args({lane, domain[0], domain[1]}))),
                   Num(before))
                   .expr();
    // The next turn reads panels once more.
    for (Func &panel : pass.panels)
      sum = keptAlive(sum, panel(args({lane, 0})));
    next.push_back(sum);
  }
  sums(here) = Halide::Tuple(next);
  passes.push_back(pass);
}

std::vector<Expr> DeviceNest::own(bool withColumn) const {
  std::vector<Expr> index = {ownLane()};
  if (withColumn)
    index.push_back(nest.axes.back());
  index.push_back(nest.axes[rowAxis()] / width);
  for (size_t axis = rowAxis(); axis-- > 0;)
    index.push_back(nest.axes[axis]);
  return index;
}

Num DeviceNest::total(unsigned i) const {
  Func all = sums;
  return Num(all.outputs() == 1 ? Expr(all(own(true))) : Expr(all(own(true))[i]));
}

/// What no loop shows: a launch's block has one tile of one matrix, a turn is one.
void DeviceNest::bound(Func function) {
  function.never_partition_all();
  for (int i = 0; i < function.num_update_definitions(); ++i)
    function.update(i).never_partition_all();
  for (const Var &var : outer)
    function.bound_extent(var, 1);
  for (const Var &var : function.args()) {
    if (var.name() == lane.name())
      function.bound_extent(lane, width);
    if (var.name() == item.name())
      function.bound_extent(item, length);
    for (const Pass &pass : passes)
      if (var.name() == turnOf(pass).name())
        function.bound_extent(var, 1);
  }
}

void DeviceNest::schedulePass(Pass &pass, Func user, const RVar &turn) {
  const int threads = width / rowsOfThread * (length / rowsOfThread);
  Var all("all"), some("some"), thread("thread"), words("words"), word("word"), acrossThread("across_thread");
  for (auto &[value, copy] : pass.rows) {
    int64_t depth = dimsOf(value).back().value();
    bool inWords = nest.readsAligned && operands.type.bits() == 32 && depth % 4 == 0;
    bound(copy);
    copy.compute_at(user, turn).store_in(MemoryType::GPUShared).bound_extent(x, static_cast<int>(depth));
    copy.align_storage(x, static_cast<int>(depth % 4 == 0 ? depth + 4 : depth));
    if (inWords)
      copy.split(x, words, word, 4, Exact).vectorize(word).fuse(words, item, all);
    else
      copy.fuse(x, item, all);
    copy.split(all, some, thread, threads, Guard).split(thread, itemThread, acrossThread, width / rowsOfThread, Exact);
    std::vector<Halide::VarOrRVar> order = {some, acrossThread, itemThread};
    if (inWords)
      order.insert(order.begin(), word);
    copy.reorder(order).gpu_threads(acrossThread, itemThread);
  }
  auto inThreads = [&](Stage stage) {
    splitLanes(stage);
    stage.split(item, itemThread, item, rowsOfThread, Exact);
  };
  for (Func &dot : pass.dots) {
    bound(dot);
    dot.compute_at(user, turn).store_in(MemoryType::Register);
    inThreads(dot);
    dot.reorder(lane, item, laneThread, itemThread).vectorize(lane).unroll(item).gpu_threads(laneThread, itemThread);
    Stage update = dot.update();
    RVar depth = dot.rvars(0)[0], four("four"), fours("fours");
    inThreads(update);
    update.split(depth, fours, four, 4, Guard)
        .reorder({lane, item, four, fours, laneThread, itemThread})
        .vectorize(lane)
        .unroll(item)
        .unroll(four)
        .gpu_threads(laneThread, itemThread);
  }
  for (Func &weights : pass.weights) {
    bound(weights);
    weights.compute_at(user, turn).store_in(MemoryType::GPUShared).align_storage(lane, width + 4);
    inThreads(weights);
    weights.reorder(lane, item, laneThread, itemThread).unroll(lane).unroll(item).gpu_threads(laneThread, itemThread);
  }
}

void DeviceNest::scheduleStatistic() {
  Var part = partial.args()[1];
  const int partCount = length / rowsOfThread;
  for (Func function : {partial, parts}) {
    bound(function);
    function.bound_extent(part, partCount);
    splitLanes(function);
    function.reorder(lane, laneThread, part).unroll(lane).gpu_threads(laneThread, part);
  }
  partial.store_in(MemoryType::Register);
  parts.store_in(MemoryType::GPUShared);
  Stage update = partial.update();
  std::vector<RVar> domain = partial.rvars(0);
  splitLanes(update);
  update.reorder({lane, domain[0], laneThread, part, domain[1]}).unroll(lane).unroll(domain[0]).gpu_threads(laneThread, part);
  bound(whole);
  whole.store_in(MemoryType::GPUShared);
  splitLanes(whole);
  whole.reorder(lane, laneThread).unroll(lane).gpu_threads(laneThread);
  splitLanes(whole.update());
  whole.update().reorder({lane, whole.rvars(0)[0], laneThread}).unroll(lane).gpu_threads(laneThread);
  schedulePass(passes.front(), partial, domain[1]);
}

void DeviceNest::finish(const Nums &results) {
  Func out("out_attention");
  std::vector<Var> outArgs(nest.axes.rbegin(), nest.axes.rend());
  std::vector<Expr> values;
  for (const Num &value : results)
    values.push_back(value.expr());
  out(outArgs) = Halide::Tuple(values);
  nest.out = out;
  emitter.finishNest(nest);

  const int threadsAlong = length / rowsOfThread;
  Var row = nest.axes[rowAxis()], block("row_block"), within("row");
  out.never_partition_all().split(row, block, within, width, Guard).split(within, laneThread, within, rowsOfThread, Exact);
  std::vector<Halide::VarOrRVar> order = {within, laneThread};
  Var group("group"), columnThread("column_thread"), word("word");
  if (hasColumns) {
    out.split(nest.axes.back(), group, columnThread, threadsAlong * columnWord, Guard)
        .split(columnThread, columnThread, word, columnWord, Exact);
    order = {word, group, within, laneThread, columnThread};
    out.unroll(group).unroll(word);
  }
  order.push_back(block);
  out.reorder(order).unroll(within).gpu_threads(laneThread);
  if (hasColumns)
    out.gpu_threads(columnThread);
  out.gpu_blocks(block);
  std::vector<Var> matrices(nest.axes.begin(), nest.axes.begin() + rowAxis());
  if (!matrices.empty())
    makeBlocks(out, fuseLoops(out, matrices, Dims(nest.dims.begin(), nest.dims.begin() + rowAxis())), 2);

  for (Pass &pass : passes)
    for (Func &panel : pass.panels) {
      bound(panel);
      Var all("all"), some("some"), thread("thread"), acrossThread("across_thread");
      panel.compute_at(out, block)
          .store_in(MemoryType::GPUShared)
          .align_storage(lane, width + 4)
          .reorder(x, lane)
          .fuse(x, lane, all)
          .split(all, some, thread, width / rowsOfThread * threadsAlong, Guard)
          .split(thread, itemThread, acrossThread, width / rowsOfThread, Exact)
          .reorder(some, acrossThread, itemThread)
          .gpu_threads(acrossThread, itemThread);
    }
  if (partial.defined()) {
    for (Func function : {partial, parts, whole})
      function.compute_at(out, block);
    scheduleStatistic();
  }
  if (!hasColumns)
    return;
  bound(sums);
  sums.compute_at(out, block).store_in(MemoryType::Register).bound_extent(column, static_cast<int>(columns));
  // All these splits divide; Halide wants a guard where several are of one loop of an update, and then drops it.
  auto inThreads = [&](Stage stage) {
    splitLanes(stage);
    stage.split(column, group, columnThread, threadsAlong * columnWord, Guard)
        .split(columnThread, columnThread, word, columnWord, Guard);
  };
  inThreads(sums);
  sums.reorder(lane, word, group, laneThread, columnThread)
      .vectorize(lane)
      .unroll(word)
      .unroll(group)
      .gpu_threads(laneThread, columnThread);
  Stage update = sums.update();
  std::vector<RVar> domain = sums.rvars(0);
  RVar four("four"), fours("fours");
  inThreads(update);
  update.split(domain[0], fours, four, rowsOfThread, Guard)
      .reorder({lane, word, group, four, fours, laneThread, columnThread, domain[1]})
      .vectorize(lane)
      .unroll(word)
      .unroll(group)
      .unroll(four)
      .gpu_threads(laneThread, columnThread);
  schedulePass(passes.back(), sums, domain[1]);
}

} // namespace

void emitDeviceAttention(KernelEmitter &emitter, const AttentionOperands &operands, unsigned place, bool isY) {
  DeviceNest nest(emitter, operands, /*queriesAcross=*/true, isY ? 1 : 0, emitter.addNest({place}));
  Func whole = nest.statistic();
  Num zero = constant(operands.type, 0.0), least = constant(operands.type, leastScore(operands.type));
  if (!isY) {
    Halide::FuncRef own = whole(nest.own(false));
    Num top = Num(own[0]);
    return nest.finish({select(top < least, zero, top + log(Num(own[1])))});
  }
  DeviceNest::Pass pass = nest.makePass("second", nest.length);
  Func dot = nest.dot(pass, "dot", operands.q, operands.k, operands.scale);
  Num score = nest.score(pass, dot, nest.lane, nest.item);
  Func weights = nest.shareWeights(pass, "weights", exp(score - Num(whole(nest.args({nest.lane}))[0])));
  Func values = nest.rows(pass, operands.v);
  nest.sumUp(pass, {values}, {weights}, dimsOf(operands.v).back().value());
  Halide::FuncRef own = whole(nest.own(false));
  nest.finish({select(Num(own[0]) < least, zero, nest.total(0) / Num(own[1]))});
}

void emitDeviceAttentionGradient(KernelEmitter &emitter, const AttentionOperands &operands,
                                 llvm::ArrayRef<unsigned> places, llvm::ArrayRef<AttentionGradient> wanted) {
  bool queriesAcross = wanted.front() == AttentionGradient::Queries;
  DeviceNest nest(emitter, operands, queriesAcross, 2, emitter.addNest(places));
  auto sides = [&](Value query, Value key) {
    return queriesAcross ? std::pair(query, key) : std::pair(key, query);
  };
  DeviceNest::Pass pass = nest.makePass("stream", nest.length);
  auto [own, other] = sides(operands.q, operands.k);
  Func dot = nest.dot(pass, "dot", own, other, operands.scale);
  Num power = exp(nest.score(pass, dot, nest.lane, nest.item) -
                  nest.perQuery(pass, operands.statistic, nest.lane, nest.item));
  Func probability = nest.shareWeights(pass, "probability", power);
  bool onlyValues = wanted == llvm::ArrayRef(AttentionGradient::Values);
  Func weight;
  if (!onlyValues) {
    auto [ownDy, otherDy] = sides(operands.dy, operands.v);
    Func change = nest.dot(pass, "d_probability", ownDy, otherDy, 1.0);
    std::vector<Expr> here = nest.args({nest.lane, nest.item, Var("stream_turn")});
    weight = nest.shareWeights(pass, "weight",
                               Num(probability(here)) *
                                   (Num(change(here)) - nest.perQuery(pass, operands.correction, nest.lane, nest.item)));
  }
  std::vector<Func> sources;
  llvm::SmallVector<Func> weights;
  for (AttentionGradient gradient : wanted) {
    bool isValues = gradient == AttentionGradient::Values;
    sources.push_back(nest.rows(pass, isValues ? operands.dy : queriesAcross ? operands.k : operands.q));
    weights.push_back(isValues ? probability : weight);
  }
  Value shape = wanted.front() == AttentionGradient::Values ? operands.v : operands.q;
  nest.sumUp(pass, sources, weights, dimsOf(shape).back().value());
  Nums results;
  for (auto [i, gradient] : llvm::enumerate(wanted)) {
    Num total = nest.total(i);
    results.push_back(gradient == AttentionGradient::Values ? total : total * lit(total, operands.scale));
  }
  nest.finish(results);
}

} // namespace nnc
