// Attention.cpp: kernels of attention. Scores are made in blocks and forgotten; none of them is ever in memory.
//
// All loop nests have one form. One side (queries or keys) lies across vectors: a task owns a block of it and copies
// its rows, transposed, to the stack. The other side streams past in turns of a few rows, of which single numbers are
// read and broadcast. So a block of scores [stream][across] is a matrix product with accumulators in registers, sums
// over the stream have no dependence between lanes, and nothing is sized by the number of queries or keys.
//
//   forward  queries across, keys stream. Each turn has its own maximum; what is summed so far and the turn's sums
//            are brought to the larger of both (the "online" softmax).
//   dq       queries across, keys stream: p follows from the statistic of the forward pass.
//   dk, dv   keys across, queries stream.
//
// On a GPU it is otherwise (gpu/Attention.h).
//
// Keys that are not seen have a large negative number added to their score, and turns which no query of the block
// sees are left out. Sums go in order of the stream, so results depend on neither threads nor tasks.
#include "ir/ops/Attention.h"
#include "codegen/halide/Emitters.h"
#include "codegen/halide/Sizes.h"
#include "codegen/halide/gpu/Attention.h"
#include <limits>

using namespace mlir;
using Halide::Expr;
using Halide::Func;
using Halide::LoopLevel;
using Halide::RDom;
using Halide::Stage;
using Halide::TailStrategy;
using Halide::Var;

namespace nnc {
namespace {

constexpr TailStrategy Guard = TailStrategy::GuardWithIf;
// For splits that divide.
constexpr TailStrategy Exact = TailStrategy::RoundUp;

template <typename OpT> AttentionOperands operandsOf(OpT op) {
  return {op.getQ(), op.getK(), op.getV(), op.getMask(), op.getScale().convertToDouble(), op.getCausal(),
          halideType(getElementTypeOrSelf(op.getQ().getType()))};
}

/// One loop nest with queries or keys across vectors.
class BlockNest : public AttentionNest {
public:
  BlockNest(KernelEmitter &emitter, const AttentionOperands &operands, bool queriesAcross, LoopNest &nest);

  /// scale * (row `lane` of the block of `across`) . (row `item` of the turn of `stream`)
  Func scores(const char *name, Value across, Value stream, double scale);
  /// The same, with what is not seen far below everything else.
  Func seenScores();
  /// Folds a function of (lane, item) over the items of a turn.
  Func overTurn(const char *name, Func of, double initial, Num (*combine)(const Num &, const Num &));
  /// sum over items of weight(lane, item) * source(item, x)
  Func product(const char *name, Func weight, Value source);

  /// A number per query at (lane, item).
  Num perQuery(Value rows) { return emitter.element(rows, at(query())); }

  /// Runs `update`, a list of values at (lane, x) or (lane), once per turn; the result is read at the nest's index.
  void accumulate(const char *name, bool hasColumns, int64_t columns, const Nums &initial,
                  llvm::function_ref<Nums(const Nums &sums, Expr turn)> update);
  /// The accumulated values at the nest's own index.
  Nums accumulated();
  /// Defines the nest's function and schedules all.
  void finish(const Nums &results);

  /// Functions to be computed in each turn, in order of dependence, with their rows as tiles.
  void inTurn(Func function, Func tile = Func());

  int lanes; // of a vector
  int rows;  // of a register tile
  Var lane{"lane"}, item{"item"}, column{"column"}, turn{"turn"};

private:
  struct TurnFunction {
    Func function;
    Func tile; // accumulators of a few of its rows, or undefined
  };

  Expr query() const { return queriesAcross ? acrossRow(lane) : streamRow(turn, item); }

  void bound(Func function);
  void alongLanes(Stage stage);

  std::vector<Func> panels;
  std::vector<TurnFunction> turnFunctions;
  std::vector<Func> products; // computed in tiles of columns
  Func sums;
  RDom turns;
  bool hasColumns = false;
  int64_t columns = 1; // of the result, and rounded up to tiles
  int columnTile = 1;
};

BlockNest::BlockNest(KernelEmitter &emitter, const AttentionOperands &operands, bool queriesAcross, LoopNest &nest)
    : AttentionNest(emitter, operands, queriesAcross, nest) {
  const KernelTarget &target = emitter.getTarget();
  lanes = target.lanes(operands.type);
  // Accumulators, a row of vectors and a number are in registers: 4 * 4 + 4 + 1 of 32, 4 * 2 + 2 + 1 of 16.
  rows = 4;
  int vectors = target.machine.vectorRegisters >= 32 ? 4 : 2;
  if (acrossSize.isStatic())
    vectors = static_cast<int>(std::clamp<int64_t>(ceilDiv(acrossSize.value(), lanes), 1, vectors));
  width = vectors * lanes;
  length = 64;
  if (streamSize.isStatic())
    length = static_cast<int>(std::min<int64_t>(length, roundUp(streamSize.value(), rows)));
}

Func BlockNest::scores(const char *name, Value across, Value stream, double scale) {
  std::string stem = name;
  int64_t depth = dimsOf(across).back().value();
  Func panel(stem + "_panel");
  Num row = emitter.element(across, at(acrossRow(lane), column));
  panel(vars({lane, column})) = (row * lit(row, scale)).expr();
  panels.push_back(panel);
  Func sum(stem);
  RDom x(0, static_cast<int>(depth), stem + "_x");
  sum(vars({lane, item, turn})) = constant(operands.type, 0.0).expr();
  std::vector<Expr> here = args({lane, item, turn});
  sum(here) =
      fma(emitter.element(stream, at(streamRow(turn, item), x)), Num(panel(args({lane, x}))), Num(sum(here)))
          .expr();
  sum.update().reorder(lane, item, x);
  return sum;
}

Func BlockNest::seenScores() {
  Func plain = scores("dot", queriesAcross ? operands.q : operands.k, queriesAcross ? operands.k : operands.q,
                      operands.scale);
  Num score = Num(plain(args({lane, item, turn})));
  if (std::optional<Num> seen = isSeen(lane, turn, item))
    score = score + select(*seen, lit(score, 0.0), lit(score, unseenScore(operands.type)));
  Func result("scores");
  result(vars({lane, item, turn})) = score.expr();
  inTurn(result, plain);
  return result;
}

Func BlockNest::overTurn(const char *name, Func of, double initial,
                         Num (*combine)(const Num &, const Num &)) {
  Func result(name);
  RDom r(0, length, std::string(name) + "_item");
  result(vars({lane, turn})) = constant(operands.type, initial).expr();
  std::vector<Expr> here = args({lane, turn});
  result(here) = combine(Num(result(here)), Num(of(args({lane, r, turn})))).expr();
  result.update().reorder(lane, r);
  inTurn(result);
  return result;
}

Func BlockNest::product(const char *name, Func weight, Value source) {
  Func result(name);
  RDom r(0, length, std::string(name) + "_item");
  int64_t size = dimsOf(source).back().value();
  result(vars({lane, column, turn})) = constant(operands.type, 0.0).expr();
  std::vector<Expr> here = args({lane, column, turn});
  Num number = emitter.element(source, at(streamRow(turn, r), min(column, static_cast<int>(size) - 1)));
  result(here) = fma(number, Num(weight(args({lane, r, turn}))), Num(result(here))).expr();
  result.update().reorder(lane, column, r);
  products.push_back(result);
  return result;
}

void BlockNest::inTurn(Func function, Func tile) { turnFunctions.push_back({function, tile}); }

void BlockNest::accumulate(const char *name, bool withColumns, int64_t columnCount, const Nums &initial,
                           llvm::function_ref<Nums(const Nums &, Expr)> update) {
  hasColumns = withColumns;
  columns = columnCount;
  columnTile = static_cast<int>(std::min<int64_t>(rows, columns));
  sums = Func(name);
  auto tuple = [](const Nums &values) {
    std::vector<Expr> exprs;
    for (const Num &value : values)
      exprs.push_back(value.expr());
    return Halide::Tuple(exprs);
  };
  Expr count = (emitter.extent(streamSize) + length - 1) / length;
  turns = RDom(0, count, "turns");
  if (std::optional<Expr> needed = isTurnNeeded(turns.x))
    turns.where(*needed);
  std::vector<Expr> here = hasColumns ? args({lane, column}) : args({lane});
  std::vector<Var> pure = hasColumns ? vars({lane, column}) : vars({lane});
  Nums before;
  sums(pure) = tuple(initial);
  for (size_t i = 0; i < initial.size(); ++i)
    before.push_back(Num(initial.size() == 1 ? Expr(sums(here)) : Expr(sums(here)[i])));
  sums(here) = tuple(update(before, turns.x));
}

Nums BlockNest::accumulated() {
  // The nest's axes are batch axes, the row, and perhaps the column.
  size_t rowAxis = nest.axes.size() - (hasColumns ? 2 : 1);
  std::vector<Expr> index = {nest.axes[rowAxis] % width};
  if (hasColumns)
    index.push_back(nest.axes.back());
  index.push_back(nest.axes[rowAxis] / width);
  for (size_t axis = rowAxis; axis-- > 0;)
    index.push_back(nest.axes[axis]);
  Nums values;
  for (int i = 0; i < sums.outputs(); ++i)
    values.push_back(Num(sums.outputs() == 1 ? Expr(sums(index)) : Expr(sums(index)[i])));
  return values;
}

/// What no loop shows: a task has one block of one matrix, a turn is one.
void BlockNest::bound(Func function) {
  function.store_in(Halide::MemoryType::Register).never_partition_all();
  for (int i = 0; i < function.num_update_definitions(); ++i)
    function.update(i).never_partition_all();
  for (const Var &var : outer)
    function.bound_extent(var, 1);
  function.bound_extent(lane, width);
  for (const Var &var : function.args())
    if (var.name() == turn.name())
      function.bound_extent(turn, 1);
}

void BlockNest::alongLanes(Stage stage) {
  stage.vectorize(lane, lanes, Exact);
  if (width > lanes)
    stage.unroll(lane);
}

void BlockNest::finish(const Nums &results) {
  Func out("out_" + sums.name());
  std::vector<Var> outArgs(nest.axes.rbegin(), nest.axes.rend());
  std::vector<Expr> values;
  for (const Num &value : results)
    values.push_back(value.expr());
  out(outArgs) = Halide::Tuple(values);
  nest.out = out;
  emitter.finishNest(nest);

  // Tasks: a block of rows of one matrix each.
  size_t rowAxis = nest.axes.size() - (hasColumns ? 2 : 1);
  Var row = nest.axes[rowAxis], block("row_block"), within("row"), xo("xo"), xi("xi");
  out.split(row, block, within, width, Guard);
  if (hasColumns)
    out.split(nest.axes.back(), xo, xi, lanes, Guard).vectorize(xi).reorder(xi, xo, within, block);
  else
    out.split(within, xo, xi, lanes, Guard).vectorize(xi);
  Var task = block;
  for (size_t axis = rowAxis; axis-- > 0;) {
    Var fused("task" + std::to_string(axis));
    out.fuse(task, nest.axes[axis], fused);
    task = fused;
  }
  out.parallel(task).never_partition_all();
  LoopLevel inTask(out, task);

  for (Func &panel : panels) {
    bound(panel);
    panel.compute_at(inTask);
    // A transposing copy reads a few rows side by side, each along its contiguous axis.
    Var part("part");
    panel.split(lane, part, lane, std::min(16, width), Exact)
        .reorder(lane, column, part)
        .unroll(lane);
  }

  bound(sums);
  sums.compute_at(inTask);
  alongLanes(sums);
  Var tile("tile");
  LoopLevel inTurn(sums, turns.x);
  if (hasColumns) {
    sums.bound_extent(column, static_cast<int>(roundUp(columns, columnTile)));
    sums.update()
        .split(column, tile, column, columnTile, Exact)
        .reorder(lane, column, tile, turns.x)
        .unroll(column);
  } else {
    sums.update().reorder(lane, turns.x);
  }
  alongLanes(sums.update());

  for (Func &product : products) {
    bound(product);
    product.compute_at(sums, tile).bound_extent(column, columnTile).unroll(column);
    product.update().unroll(column);
    alongLanes(product);
    alongLanes(product.update());
  }
  for (TurnFunction &entry : turnFunctions) {
    Func &function = entry.function;
    bound(function);
    function.compute_at(inTurn);
    bool hasItems = function.dimensions() > 2 && function.args()[1].name() == item.name();
    if (hasItems) {
      Var items("items");
      function.bound_extent(item, length)
          .split(item, items, item, rows, Exact)
          .reorder(lane, item, items)
          .unroll(item);
      if (entry.tile.defined()) {
        bound(entry.tile);
        entry.tile.compute_at(function, items).bound_extent(item, rows).unroll(item);
        entry.tile.update().unroll(item);
        alongLanes(entry.tile);
        alongLanes(entry.tile.update());
      }
    }
    alongLanes(function);
    for (int i = 0; i < function.num_update_definitions(); ++i)
      alongLanes(function.update(i));
  }
}

Num plus(const Num &a, const Num &b) { return a + b; }

struct AttentionEmitter : EmitWholeKernelOpInterface::ExternalModel<AttentionEmitter, AttentionOp> {
  void emitKernel(Operation *op, KernelEmitter &emitter, ValueRange results) const {
    AttentionOperands operands = operandsOf(cast<AttentionOp>(op));
    for (unsigned i = 0; i < results.size(); ++i)
      (emitter.getTarget().gpu ? emitDeviceAttention : emitResult)(emitter, operands, i, results[i] == op->getResult(0));
  }

  /// y, or the statistic.
  static void emitResult(KernelEmitter &emitter, const AttentionOperands &operands, unsigned result, bool isY) {
    BlockNest nest(emitter, operands, /*queriesAcross=*/true, emitter.addNest({result}));
    double lowest = operands.type.bits() == 64 ? std::numeric_limits<double>::lowest()
                                               : std::numeric_limits<float>::lowest();
    auto number = [&](double value) { return constant(operands.type, value); };
    auto args = [&](std::initializer_list<Expr> first) { return nest.args(first); };
    Func scores = nest.seenScores();
    Func top = nest.overTurn("top", scores, lowest, maximum);
    Func power("power");
    power(nest.vars({nest.lane, nest.item, nest.turn})) =
        exp(Num(scores(args({nest.lane, nest.item, nest.turn}))) - Num(top(args({nest.lane, nest.turn}))))
            .expr();
    nest.inTurn(power);
    Func total = nest.overTurn("total", power, 0.0, plus);
    Func product = isY ? nest.product("weighted", power, operands.v) : Func();

    Nums initial = {number(lowest), number(0.0)};
    if (isY)
      initial.push_back(number(0.0));
    nest.accumulate("softmax", isY, isY ? dimsOf(operands.v).back().value() : 1, initial,
                    [&](const Nums &sums, Expr turn) -> Nums {
                      Num best = Num(top(args({nest.lane, turn})));
                      Num one = number(1.0), smaller = exp(-abs(sums[0] - best));
                      Num isOld = sums[0] >= best;
                      Num old = select(isOld, one, smaller), fresh = select(isOld, smaller, one);
                      Nums next = {maximum(sums[0], best),
                                   fma(sums[1], old, Num(total(args({nest.lane, turn}))) * fresh)};
                      if (isY)
                        next.push_back(
                            fma(sums[2], old, Num(product(args({nest.lane, nest.column, turn}))) * fresh));
                      return next;
                    });
    Nums sums = nest.accumulated();
    Num value = isY ? sums[2] / sums[1] : sums[0] + log(sums[1]);
    nest.finish({select(sums[0] < number(leastScore(operands.type)), number(0.0), value)});
  }
};

struct AttentionGradientEmitter
    : EmitWholeKernelOpInterface::ExternalModel<AttentionGradientEmitter, AttentionGradientOp> {
  void emitKernel(Operation *op, KernelEmitter &emitter, ValueRange results) const {
    auto gradient = cast<AttentionGradientOp>(op);
    std::optional<unsigned> dk, dv;
    for (unsigned i = 0; i < results.size(); ++i) {
      if (results[i] == gradient.getDq())
        emitResults(emitter, gradient, {i}, {gradient.getDq()});
      if (results[i] == gradient.getDk())
        dk = i;
      if (results[i] == gradient.getDv())
        dv = i;
    }
    // Both read the same scores; one nest makes both if it can.
    if (dk && dv && gradient.getDk().getType() == gradient.getDv().getType())
      return emitResults(emitter, gradient, {*dk, *dv}, {gradient.getDk(), gradient.getDv()});
    if (dk)
      emitResults(emitter, gradient, {*dk}, {gradient.getDk()});
    if (dv)
      emitResults(emitter, gradient, {*dv}, {gradient.getDv()});
  }

  static void emitResults(KernelEmitter &emitter, AttentionGradientOp op, llvm::ArrayRef<unsigned> places,
                          llvm::ArrayRef<Value> results) {
    AttentionOperands operands = operandsOf(op);
    if (emitter.getTarget().gpu) {
      operands.statistic = op.getStatistic(), operands.correction = op.getCorrection(), operands.dy = op.getDy();
      llvm::SmallVector<AttentionGradient> wanted;
      for (Value result : results)
        wanted.push_back(result == op.getDq()   ? AttentionGradient::Queries
                         : result == op.getDk() ? AttentionGradient::Keys
                                                : AttentionGradient::Values);
      return emitDeviceAttentionGradient(emitter, operands, places, wanted);
    }
    bool queriesAcross = results.front() == op.getDq();
    BlockNest nest(emitter, operands, queriesAcross, emitter.addNest(places));
    std::vector<Expr> here = nest.args({nest.lane, nest.item, nest.turn});
    std::vector<Var> vars = nest.vars({nest.lane, nest.item, nest.turn});
    Func scores = nest.seenScores(), probability("probability"), weight("weight");
    probability(vars) = exp(Num(scores(here)) - nest.perQuery(op.getStatistic())).expr();
    nest.inTurn(probability);
    if (results != llvm::ArrayRef<Value>(op.getDv())) {
      Func dot = nest.scores("d_probability", queriesAcross ? op.getDy() : op.getV(),
                             queriesAcross ? op.getV() : op.getDy(), 1.0);
      weight(vars) = (Num(probability(here)) * (Num(dot(here)) - nest.perQuery(op.getCorrection()))).expr();
      nest.inTurn(weight, dot);
    }
    std::vector<Func> products;
    Nums initial;
    for (Value result : results) {
      bool isDv = result == op.getDv();
      Value source = isDv ? op.getDy() : queriesAcross ? op.getK() : op.getQ();
      products.push_back(nest.product(isDv ? "dv" : "dqk", isDv ? probability : weight, source));
      initial.push_back(constant(operands.type, 0.0));
    }
    nest.accumulate("gradient", true, dimsOf(results.front()).back().value(), initial,
                    [&](const Nums &sums, Expr turn) {
                      Nums next;
                      for (auto [sum, product] : llvm::zip(sums, products))
                        next.push_back(sum + Num(product(nest.args({nest.lane, nest.column, turn}))));
                      return next;
                    });
    Nums values = nest.accumulated();
    for (auto [value, result] : llvm::zip(values, results))
      if (result != op.getDv())
        value = value * lit(value, operands.scale);
    nest.finish(values);
  }
};

} // namespace

void registerAttentionEmitters(MLIRContext &context) {
  AttentionOp::attachInterface<AttentionEmitter>(context);
  AttentionGradientOp::attachInterface<AttentionGradientEmitter>(context);
}

} // namespace nnc
