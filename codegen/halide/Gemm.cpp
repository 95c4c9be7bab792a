// Gemm.cpp: see Gemm.h.
#include "codegen/halide/Gemm.h"
#include "codegen/halide/Schedules.h"
#include "codegen/halide/Sizes.h"
#include <algorithm>

using namespace Halide;

namespace nnc {
namespace {

constexpr TailStrategy Guard = TailStrategy::GuardWithIf;
// For splits that divide: inner loops of a tile, whose extent is bounded to a multiple of the factor.
constexpr TailStrategy Exact = TailStrategy::RoundUp;

/// A register tile and the time it takes per multiply-add, relative to the best.
struct Tile {
  int rows, vectors;
  double cost;
};

/// Tiles obey rows * vectors + vectors + 1 <= registers: accumulators, one row of rhs, one number of lhs. One more
/// and the inner loop spills. With 16 registers the scheduler wants one to spare (4 x 3 and 6 x 2 run at 40 % of
/// 3 x 4), and more than eight rows want more address registers than there are.
llvm::ArrayRef<Tile> tilesFor(const Machine &machine) {
  static const Tile wide[] = {{6, 4, 1.0}, {8, 3, 1.02}, {8, 2, 1.15}, {8, 1, 1.6}};
  static const Tile narrow[] = {{3, 4, 1.0}, {3, 3, 1.13}, {5, 2, 1.13}, {8, 1, 1.45}};
  // Without fused multiply-add the product needs a register of its own.
  static const Tile separate[] = {{4, 2, 1.0}, {8, 1, 1.4}};
  if (!machine.fma)
    return separate;
  return machine.vectorRegisters >= 32 ? llvm::ArrayRef<Tile>(wide) : llvm::ArrayRef<Tile>(narrow);
}

/// As `guess`, with each run-time dimension of a product taken to be 64: sums over a batch and over time are long.
double guessedDepth(const Dim &k) {
  return static_cast<double>(k.evaluate([](llvm::StringRef) { return std::optional<int64_t>(64); }).value_or(64));
}

} // namespace

ContractSpec asOneRow(const ContractSpec &spec) {
  auto lhs = spec.lhs, rhs = spec.rhs;
  // Both matrices with one row or column are contiguous along k.
  return {spec.n, spec.m, spec.k, spec.type, /*rhsAcross=*/!spec.lhsDown, /*lhsDown=*/false,
          [rhs](llvm::ArrayRef<Expr> batch, Expr m, Expr k) { return rhs(batch, k, m); },
          [lhs](llvm::ArrayRef<Expr> batch, Expr k, Expr n) { return lhs(batch, n, k); }};
}

GemmPlan planGemm(const ContractSpec &spec, const KernelTarget &target) {
  GemmPlan plan{};
  plan.lanes = target.lanes(spec.type);
  int64_t n = guess(spec.n);
  llvm::ArrayRef<Tile> tiles = tilesFor(target.machine);
  std::vector<Choices::Way> ways;
  size_t best = 0;
  for (const Tile &tile : tiles) {
    int64_t columns = tile.vectors * plan.lanes;
    ways.push_back({std::to_string(tile.rows) + "x" + std::to_string(tile.vectors), tile.cost * ceilDiv(n, columns) * columns});
    if (ways.back().cost < ways[best].cost)
      best = ways.size() - 1;
  }
  const Tile &tile = tiles[target.chooseWay("tile", ways, best)];
  plan.rows = tile.rows;
  plan.vectors = tile.vectors;
  if (auto m = spec.m.valueIfStatic())
    plan.rows = std::clamp<int64_t>(*m, 1, plan.rows);
  plan.columns = plan.vectors * plan.lanes;
  plan.unrollK = 2;

  // A panel of this many bytes stays in the second-level cache beside the rows that stream past it, and on the
  // stack of any thread.
  constexpr int64_t panelBytes = 128 << 10, blockBytes = 64 << 10, fewTasks = 8;
  int64_t rowBytes = plan.columns * spec.type.bytes();
  bool ragged = !spec.n.isStatic() || spec.n.value() % plan.columns != 0;
  std::optional<int64_t> k = spec.k.valueIfStatic();
  if (!ragged && !spec.rhsAcross && (k || !spec.lhsDown))
    plan.form = GemmPlan::Direct;
  else if (k && *k * rowBytes <= panelBytes)
    plan.form = GemmPlan::Panel;
  else
    plan.form = GemmPlan::Blocked;
  // Where the tile is as wide as rhs, a block of it is one stretch of memory as it is.
  plan.copies = plan.form == GemmPlan::Panel ||
                (plan.form == GemmPlan::Blocked && (ragged || spec.rhsAcross || n > plan.columns));
  plan.blockK = std::max<int64_t>(32, blockBytes / rowBytes);

  // Tasks: rows first, as all read the same panel; then panels. A copied panel wants rows to pay for it.
  double rowWork = 2.0 * plan.rows * plan.columns * guessedDepth(spec.k);
  int64_t panels = ceilDiv(n, plan.columns), rowTiles = ceilDiv(guess(spec.m), plan.rows);
  int64_t rows = std::max<int64_t>(1, std::ceil(target.machine.flopsPerTask / rowWork));
  // A copied panel wants many rows to pay for it, but a few tasks are worth more, down to rows that pay for the copy's
  // loads and stores alone; one that transposes takes longer.
  if (plan.copies) {
    int64_t paying = 32, least = spec.rhsAcross ? 64 : 16;
    while (spec.m.isStatic() && paying * plan.rows >= 2 * least && ceilDiv(rowTiles, paying) * panels < fewTasks)
      paying /= 2;
    rows = std::max(rows, paying);
  }
  // The stack holds a block of rows.
  if (plan.form == GemmPlan::Blocked)
    rows = std::min<int64_t>(rows, std::max<int64_t>(1, (48 << 10) / (plan.rows * rowBytes)));
  if (spec.m.isStatic()) {
    rows = std::min(rows, rowTiles);
    // Blocks of equal size, and of an even number, so that half of the tasks are half of the rows (nn-split-products).
    int64_t blocks = ceilDiv(rowTiles, rows);
    rows = ceilDiv(rowTiles, blocks == 1 ? 1 : roundUp(blocks, 2));
  }
  plan.rowsPerTask = rows;
  double taskWork = rowWork * std::min(rows, rowTiles);
  plan.panelsPerTask = std::clamp<int64_t>(std::ceil(target.machine.flopsPerTask / taskWork), 1, panels);
  plan.panelsPerTask = ceilDiv(panels, ceilDiv(panels, plan.panelsPerTask));
  if (!spec.n.isStatic())
    plan.panelsPerTask = 1;
  // Going down columns, each task has its rows of lhs to fetch, one number for `columns` products; going along rows, its
  // columns of rhs.
  bool outer = plan.columns * plan.panelsPerTask > plan.rows * plan.rowsPerTask;
  plan.panelsOuter = target.chooseWay("tasks", {{"down", 0}, {"along", 0}}, outer ? 0 : 1) == 0;
  return plan;
}

/// Whether a number of rows that is known at run time only may be 1: as a product of dimensions may, 6 * batch may not.
static bool mayBeOne(const Dim &rows) {
  const auto &terms = rows.getTerms();
  return rows == Dim(1) || (!rows.isStatic() && terms.size() == 1 && terms.begin()->second == 1);
}

std::optional<RowPlan> planRow(const ContractSpec &spec, const KernelTarget &target) {
  int64_t lanes = target.lanes(spec.type);
  if (spec.rhsAcross || !spec.n.isStatic() || spec.n.value() % lanes != 0 || !mayBeOne(spec.m))
    return std::nullopt;
  // Tasks of about 10 us, of columns that make whole tasks; their sums take a few KB of the stack. Beside tiles as wide as
  // those at least: Halide bounds the product of a row where tiles are computed too, though none is there.
  constexpr int64_t sumBytes = 4 << 10, tasksWorth = 8;
  int64_t most = std::min<int64_t>(sumBytes / spec.type.bytes(),
                                   tasksWorth * target.machine.bytesPerTask / (spec.type.bytes() * guess(spec.k)));
  int64_t vectors = spec.n.value() / lanes;
  int64_t least = spec.m.isStatic() ? lanes : std::min<int64_t>(spec.n.value(), planGemm(spec, target).columns);
  int64_t columns = spec.n.value();
  for (int64_t tasks = 1; tasks <= vectors; ++tasks) {
    int64_t width = vectors / tasks * lanes;
    if (vectors % tasks == 0 && width >= least) {
      columns = width;
      if (width <= most)
        break;
    }
  }
  return RowPlan{static_cast<int>(columns), static_cast<int>(lanes), 4};
}

Gemm::Gemm(const ContractSpec &spec, std::vector<Var> axesOfResult, const KernelTarget &target,
           const std::function<Expr(const Dim &)> &extent)
    : spec(spec), axes(std::move(axesOfResult)), plan(planGemm(spec, target)) {
  Var x = axes.back(), y = axes[axes.size() - 2];
  std::vector<Expr> batch(axes.begin(), axes.end() - 2);
  Expr m = extent(spec.m), n = extent(spec.n);
  ragged = !spec.n.isStatic() || spec.n.value() % plan.columns != 0;
  k = RDom(0, extent(spec.k), "k");
  std::vector<Var> args(axes.rbegin(), axes.rend());

  // A last tile with fewer rows computes the last row again instead of reading behind lhs; it stores what is its own.
  bool whole = spec.m.isStatic() && spec.m.value() % plan.rows == 0;
  Expr row = whole ? Expr(y) : min(y, m - 1);
  Num left = spec.lhs(batch, row, k);
  Expr right;
  if (!plan.copies) {
    right = spec.rhs(batch, k, x).expr();
  } else {
    std::vector<Var> panelArgs = {column, depth, panelIndex};
    panelArgs.insert(panelArgs.end(), axes.rbegin() + 2, axes.rend());
    if (ragged) {
      columns = RDom(0, plan.columns, "columns");
      Expr source = panelIndex * plan.columns + columns;
      columns.where(source < n);
      panel(panelArgs) = constant(spec.type, 0.0).expr();
      std::vector<Expr> filled(panelArgs.begin(), panelArgs.end());
      filled[0] = columns;
      panel(filled) = spec.rhs(batch, depth, source).expr();
    } else {
      panel(panelArgs) = spec.rhs(batch, depth, panelIndex * plan.columns + column).expr();
    }
    std::vector<Expr> at = {x % plan.columns, k, x / plan.columns};
    at.insert(at.end(), batch.rbegin(), batch.rend());
    right = panel(at);
  }
  auto accumulate = [&](Func &product, const Num &factor) {
    product(args) = constant(spec.type, 0.0).expr();
    product(args) = fma(left, factor, Num(product(args))).expr();
  };
  accumulate(sum, Num(right));
  rowPlan = planRow(spec, target);
  if (rowPlan)
    accumulate(single, spec.rhs(batch, k, x));
  if (rowPlan && !spec.m.isStatic())
    isRow = m == 1;
}

Num Gemm::value() const {
  Func tiles = sum, alone = single;
  std::vector<Expr> at(axes.rbegin(), axes.rend());
  if (isRow.defined())
    return Num(select(isRow, alone(at), tiles(at)));
  return Num(rowPlan ? alone(at) : tiles(at));
}

void Gemm::schedule(LoopNest &nest) {
  Func &out = nest.out;
  // The condition decides which of the two products elements read; the other is not computed.
  if (rowPlan)
    scheduleRow(isRow.defined() ? out.specialize(isRow) : Stage(out), nest);
  if (!rowPlan || isRow.defined())
    scheduleTiles(out, nest);
  stageResults(nest, xi);
}

void Gemm::scheduleTiles(Stage out, LoopNest &nest) {
  Var x = axes.back(), y = axes[axes.size() - 2];
  Var xv("xv"), yi("yi"), yt("yt"), xt("xt");

  // x -> task xt, panel xo, vector xv, lane xi; y -> task yt, tile yo, row yi.
  out.split(x, xo, xi, plan.columns, Guard)
      .split(xi, xv, xi, plan.lanes, Exact)
      .split(y, yo, yi, plan.rows, Guard)
      .split(yo, yt, yo, plan.rowsPerTask, Guard)
      .split(xo, xt, xo, plan.panelsPerTask, Guard);
  Var inner = plan.panelsOuter ? yt : xt, outer = plan.panelsOuter ? xt : yt;
  std::vector<VarOrRVar> order = {xi, xv, yi, yo, xo, inner, outer};
  order.insert(order.end(), axes.rbegin() + 2, axes.rend());
  out.reorder(order).vectorize(xi).unroll(xv).never_partition_all();
  // With its rows unrolled the tile never leaves registers. An update of an optimizer is too much code for that: its
  // tile goes through the stack, which costs a store and a load per element.
  constexpr double lightEpilogue = 12;
  if (nest.operations <= lightEpilogue && !nest.staged)
    out.unroll(yi);

  // One parallel loop over all tasks. A thread gets neighbours, and the same ones when the product is computed again
  // (runtime/pool.c).
  Var tasks("task");
  out.fuse(inner, outer, tasks);
  fuseTasks(out, tasks);

  // A task is within one matrix of the batch, which is hard to see behind the fused loop.
  for (size_t axis = 0; axis + 2 < axes.size(); ++axis)
    sum.bound_extent(axes[axis], 1);
  if (plan.form == GemmPlan::Blocked)
    return scheduleBlocked(LoopLevel(nest.out, xo));
  sum.compute_at(LoopLevel(nest.out, yo))
      .store_in(MemoryType::Register)
      .bound_extent(x, plan.columns)
      .bound_extent(y, plan.rows)
      .vectorize(x, plan.lanes, Exact)
      .unroll(x)
      .unroll(y);
  sum.update().reorder(x, y, k.x).vectorize(x, plan.lanes, Exact).unroll(x).unroll(y);
  if (plan.unrollK > 1)
    sum.update().unroll(k.x, plan.unrollK, Guard);
  if (plan.form == GemmPlan::Panel) {
    panel.compute_at(nest.out, xo);
    schedulePanelStages();
  }
}

void Gemm::scheduleRow(Stage out, LoopNest &nest) {
  Var x = axes.back(), y = axes[axes.size() - 2], xv("xv"), yi("yi"), lane("lane");
  // Loops have the names of those over tiles: Halide wants one place for a function, even where it is not computed.
  out.split(x, xo, xi, rowPlan->columns, Exact).split(xi, xv, xi, rowPlan->lanes, Exact).split(y, yo, yi, 1, Guard);
  std::vector<VarOrRVar> order = {xi, xv, yi, yo, xo};
  order.insert(order.end(), axes.rbegin() + 2, axes.rend());
  out.reorder(order).vectorize(xi).never_partition_all();
  fuseTasks(out, xo);

  for (size_t axis = 0; axis + 2 < axes.size(); ++axis)
    single.bound_extent(axes[axis], 1);
  single.compute_at(LoopLevel(nest.out, yo))
      .store_in(MemoryType::Register)
      .bound_extent(x, rowPlan->columns)
      .bound_extent(y, 1)
      .vectorize(x, rowPlan->lanes, Exact);
  // A sum is loaded, has the products with some rows added, and is stored.
  RVar ko("ko"), ki("ki");
  single.update()
      .split(x, xv, lane, rowPlan->lanes, Exact)
      .split(k.x, ko, ki, rowPlan->depth, Guard)
      .reorder(lane, ki, xv, y, ko)
      .vectorize(lane)
      .unroll(ki);
}

/// Makes one parallel loop of a loop over tasks and those over the matrices of a batch.
void Gemm::fuseTasks(Stage &out, Var tasks) {
  for (size_t axis = axes.size() - 2; axis-- > 0;) {
    Var fused("task" + std::to_string(axis));
    out.fuse(tasks, axes[axis], fused);
    tasks = fused;
  }
  out.parallel(tasks);
}

void Gemm::scheduleBlocked(const LoopLevel &panelLoop) {
  Var x = axes.back(), y = axes[axes.size() - 2], tile("tile"), row("row");
  RVar block("block"), inner("inner");
  int blockRows = plan.rows * plan.rowsPerTask;
  sum.compute_at(panelLoop)
      .store_in(MemoryType::Register)
      .bound_extent(x, plan.columns)
      .bound_storage(y, blockRows)
      .vectorize(x, plan.lanes, Exact)
      .unroll(x)
      .never_partition_all();
  // The accumulators of a tile are loaded into registers before the loop over `inner` and stored behind it.
  sum.update()
      .split(y, tile, row, plan.rows, Exact)
      .split(k.x, block, inner, plan.blockK, Guard)
      .reorder(x, row, inner, tile, block)
      .vectorize(x, plan.lanes, Exact)
      .unroll(x)
      .unroll(row)
      .never_partition_all();
  if (plan.unrollK > 1)
    sum.update().unroll(inner, plan.unrollK, Guard);
  if (plan.copies) {
    panel.compute_at(sum, block).bound_storage(depth, plan.blockK);
    schedulePanelStages();
  }
}

void Gemm::schedulePanelStages() {
  panel.store_in(MemoryType::Register)
      .bound_extent(column, plan.columns)
      .bound_extent(panelIndex, 1)
      .never_partition_all();
  for (size_t axis = 0; axis + 2 < axes.size(); ++axis)
    panel.bound_extent(axes[axis], 1);
  // A transposing copy reads a few rows of rhs side by side, each along its contiguous axis.
  constexpr int rowsAtOnce = 16;
  if (!ragged && spec.rhsAcross) {
    Var outer("outer"), inner("inner");
    int factor = std::min(rowsAtOnce, plan.columns);
    while (plan.columns % factor != 0)
      --factor;
    panel.split(column, outer, inner, factor, Exact).reorder(inner, depth, outer).unroll(inner);
    return;
  }
  panel.vectorize(column, plan.lanes, Exact).unroll(column);
  if (!ragged)
    return;
  Stage fill = panel.update();
  fill.never_partition_all();
  if (spec.rhsAcross) {
    RVar outer("outer"), inner("inner");
    fill.split(columns.x, outer, inner, std::min(rowsAtOnce, plan.columns), Guard)
        .reorder(inner, depth, outer);
    fill.unroll(inner);
  } else {
    fill.vectorize(columns.x, plan.lanes, Guard).unroll(columns.x);
  }
}

} // namespace nnc
