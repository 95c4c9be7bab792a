// gpu/Product.cpp: see gpu/Product.h.
#include "codegen/halide/gpu/Product.h"
#include "codegen/halide/Definitions.h"
#include "codegen/halide/Schedules.h"
#include "codegen/halide/Sizes.h"
#include "codegen/halide/gpu/Grid.h"
#include "codegen/halide/gpu/Prefetch.h"
#include "codegen/halide/gpu/Scratch.h"

using namespace Halide;

namespace nnc {
namespace {

constexpr TailStrategy Guard = TailStrategy::GuardWithIf;
// For splits that divide.
constexpr TailStrategy Exact = TailStrategy::RoundUp;

/// Numbers of 32 bits that a thread copies to shared memory at once.
constexpr int wordOfCopy = 4;

int elementsOf(int items) { return std::min(items, 4); }

} // namespace

std::optional<ProductPlan> planProduct(const ContractSpec &spec, const Dims &batch,
                                       const KernelTarget &target) {
  // From the most work per byte to the most blocks. The share is that of multiply-adds among a turn's instructions.
  static const struct {
    ProductTile tile;
    double share;
  } tiles[] = {{{128, 128, 8, 8, 16}, 0.9},
               {{64, 64, 8, 4, 16}, 0.85},
               {{32, 32, 4, 4, 16}, 0.65},
               {{16, 32, 2, 4, 32}, 0.5}};
  const bool isSized = spec.m.isStatic() && spec.n.isStatic() && llvm::all_of(batch, [](const Dim &size) { return size.isStatic(); });
  const int mostParts = mostPartsOf(isSized, 32);
  // Threads of a multiprocessor that hide each other's waiting, and the us of a stretch for which nothing does.
  constexpr int residentThreads = 512;
  constexpr double stretchTime = 0.6;
  const Gpu &gpu = *target.gpu;
  const int64_t m = guessOfTerms(spec.m), n = guessOfTerms(spec.n), k = guessOfTerms(spec.k);
  double matrices = 1;
  for (const Dim &size : batch)
    matrices *= guessOfTerms(size);
  // Rows that are not there would be most of the work.
  if (m < 8 || n < 8 || k < 8)
    return std::nullopt;
  const bool isWide = spec.type.bits() == 64;
  std::vector<Choices::Way> ways;
  std::vector<std::pair<ProductTile, int>> plans;
  size_t best = 0;
  for (const auto &[tile, share] : tiles) {
    if (isWide && tile.rows > 32) // registers
      continue;
    const double tilesOfResult = ceilDiv(m, tile.rows) * ceilDiv(n, tile.columns) * matrices;
    const int threads = tile.rows * tile.columns / (tile.threadRows * tile.threadColumns);
    const double resident = gpu.multiprocessors * (residentThreads / threads);
    const double work = tile.rows * tile.columns * tile.depth * (isWide ? 2 : 1) / (gpu.fmasPerTime * share);
    for (int parts = 1; parts <= mostParts && (parts == 1 || parts * 2 * tile.depth <= k); parts *= 2) {
      const double blocks = tilesOfResult * parts, stretches = std::ceil(double(k) / (tile.depth * parts));
      const double waiting = std::ceil(blocks / resident) * stretches * stretchTime;
      const double computing = std::ceil(blocks / gpu.multiprocessors) * stretches * work;
      const double time = std::max(waiting, computing) + timeOfParts(parts, matrices * m * n, spec.type.bytes(), gpu);
      ways.push_back({std::to_string(tile.rows) + "x" + std::to_string(tile.columns) + (parts > 1 ? "/" + std::to_string(parts) : ""), time});
      plans.emplace_back(tile, parts);
      // Estimates are not worth a launch that saves little.
      constexpr double saving = 0.8;
      if (time < (parts > 1 ? saving : 1) * ways[best].cost)
        best = ways.size() - 1;
    }
  }
  auto [tile, parts] = plans[target.chooseWay("tile", ways, best)];
  ProductPlan plan{tile, parts, spec.k};
  if (parts > 1 && spec.k.isStatic())
    plan.partLength = Dim(roundUp(ceilDiv(k, parts), tile.depth));
  return plan;
}

std::optional<Num> KernelEmitter::deviceProduct(const ContractSpec &spec, llvm::ArrayRef<Expr> index) {
  if (form != Form::Device || !isOwnIndex(index) || nest->product)
    return std::nullopt;
  const size_t rank = nest->dims.size();
  std::optional<ProductPlan> plan = planProduct(spec, Dims(nest->dims.begin(), nest->dims.end() - 2), target);
  if (!plan)
    return std::nullopt;
  auto make = [&](const std::vector<Var> &axes) {
    nest->product = std::make_unique<DeviceProduct>(spec, *plan, axes, [&](const Dim &dim) { return extent(dim); },
                                                    nest->readsAligned && spec.type.bits() == 32);
    return nest->product->value();
  };
  if (plan->parts == 1)
    return make(nest->axes);
  std::vector<Var> axes = nest->axes;
  Dims dims = nest->dims;
  axes.insert(axes.end() - 2, Var("part_of_k"));
  dims.insert(dims.end() - 2, Dim(plan->parts));
  std::optional<Func> parts =
      inScratch("product" + std::to_string(counter++) + "_parts", axes, dims, [&] { return std::optional(Nums{make(axes)}); });
  if (!parts)
    return std::nullopt;
  auto ofPart = [&](int part) {
    std::vector<Expr> at(nest->axes.begin(), nest->axes.end());
    at.insert(at.begin() + (rank - 2), part);
    return read(*parts, reversed(at)).front();
  };
  Num sum = ofPart(0);
  for (int part = 1; part < plan->parts; ++part)
    sum = sum + ofPart(part);
  return sum;
}

std::optional<Num>
KernelEmitter::matrixProduct(Type type, const ReduceSpec &sum, bool leftDown, bool rightAcross,
                             const std::function<std::pair<Num, Num>(llvm::ArrayRef<Expr>)> &factors,
                             llvm::ArrayRef<Expr> index) {
  Dims rows, reduced;
  Dim m = 1, k = 1;
  for (size_t axis = 0; axis + 1 < sum.dims.size(); ++axis) {
    bool isReduced = llvm::is_contained(sum.axes, static_cast<int64_t>(axis));
    (isReduced ? reduced : rows).push_back(sum.dims[axis]);
    (isReduced ? k : m) = *(isReduced ? k : m).mul(sum.dims[axis]);
  }
  // Of a factor the axes that it does not depend on are at 0.
  auto at = [=, this, axes = sum.axes](const Expr &row, const Expr &depth, const Expr &column) {
    std::vector<Expr> kept = positionsAlong(rows, row), along = positionsAlong(reduced, depth);
    ExprIndex full;
    for (size_t axis = 0, nextKept = 0, nextReduced = 0; axis < rows.size() + reduced.size(); ++axis)
      full.push_back(llvm::is_contained(axes, static_cast<int64_t>(axis)) ? along[nextReduced++] : kept[nextKept++]);
    full.push_back(column);
    return full;
  };
  ContractSpec spec{m, sum.dims.back(), k, type, rightAcross, leftDown,
                    [=](llvm::ArrayRef<Expr>, Expr row, Expr depth) { return factors(at(row, depth, 0)).first; },
                    [=](llvm::ArrayRef<Expr>, Expr depth, Expr column) { return factors(at(0, depth, column)).second; }};
  if (nest->dims.size() != 2)
    return std::nullopt;
  return deviceProduct(spec, index);
}

DeviceProduct::DeviceProduct(const ContractSpec &spec, const ProductPlan &plan, std::vector<Var> axesOfResult,
                             const std::function<Expr(const Dim &)> &extent, bool inWords)
    : spec(spec), tile(plan.tile), axes(std::move(axesOfResult)) {
  Var x = axes.back(), y = axes[axes.size() - 2];
  const bool inParts = plan.parts > 1;
  std::vector<Expr> batch(axes.begin(), axes.end() - 2 - inParts);
  const int chunk = plan.parts * tile.depth; // of k, that all parts take together
  const bool isWhole = isMultiple(spec.k, chunk);
  // A part is whole stretches long.
  Expr size = extent(spec.k);
  const Expr length = plan.partLength.isStatic() && inParts ? extent(plan.partLength)
                      : isWhole                             ? size / plan.parts
                                                            : (size + chunk - 1) / chunk * tile.depth;
  const Expr along = inParts ? axes[axes.size() - 3] * length + depth : Expr(depth);
  leftInWords = inWords && isMultiple(spec.lhsDown ? spec.m : spec.k, wordOfCopy);
  rightInWords = inWords && isMultiple(spec.rhsAcross ? spec.k : spec.n, wordOfCopy);
  // Words of a copy are inside or outside as a whole.
  auto bounded = [&](const Expr &var, const Dim &size, int block, bool words) -> Expr {
    if (isMultiple(size, block))
      return var;
    if (!words)
      return min(var, extent(size) - 1);
    return min(var / wordOfCopy, extent(size) / wordOfCopy - 1) * wordOfCopy + var % wordOfCopy;
  };
  auto inside = [&](const Num &number, bool words) {
    Expr at = words ? along / wordOfCopy * wordOfCopy : along;
    return (isWhole ? number : select(Num(at < size), number, lit(number, 0.0))).expr();
  };
  auto args = [&](auto first, auto second) {
    std::vector<std::decay_t<decltype(first)>> all = {first, second};
    all.insert(all.end(), axes.rbegin() + 2, axes.rend());
    return all;
  };
  bool downWords = leftInWords && spec.lhsDown, acrossWords = rightInWords && !spec.rhsAcross;
  bool leftDeep = leftInWords && !spec.lhsDown, rightDeep = rightInWords && spec.rhsAcross;
  left(args(row, depth)) = inside(
      spec.lhs(batch, bounded(row, spec.m, tile.rows, downWords), bounded(along, spec.k, chunk, leftDeep)),
      leftDeep);
  right(args(column, depth)) =
      inside(spec.rhs(batch, bounded(along, spec.k, chunk, rightDeep),
                      bounded(column, spec.n, tile.columns, acrossWords)),
             rightDeep);
  k = RDom(0, length, "k");
  sum(args(x, y)) = constant(spec.type, 0.0).expr();
  sum(args(Expr(x), Expr(y))) = fma(Num(left(args(Expr(y), Expr(k)))), Num(right(args(Expr(x), Expr(k)))),
                                    Num(sum(args(Expr(x), Expr(y)))))
                                    .expr();
}

Num DeviceProduct::value() const {
  Func f = sum;
  return Num(f(std::vector<Expr>(axes.rbegin(), axes.rend())));
}

void DeviceProduct::schedule(LoopNest &nest) {
  Func &out = nest.out;
  Var x = axes.back(), y = axes[axes.size() - 2];
  int threadsAcross = tile.columns / tile.threadColumns, threadsDown = tile.rows / tile.threadRows;
  // Words of the result want columns in groups; without them single columns are as good.
  int word = vectorOf(nest), down = elementsOf(tile.threadRows);
  if (tile.threadColumns % word != 0)
    word = 1;

  Var xw("xw"), xl("xl"), xb("xb"), xi("xi"), xg("xg"), xt("xt"), yb("yb"), yi("yi"), yg("yg"), yr("yr"),
      yt("yt"), yl("yl");
  out.split(x, xw, xl, word, Exact)
      .split(xw, xb, xi, tile.columns / word, Guard)
      .split(xi, xg, xt, threadsAcross, Exact)
      .split(y, yb, yi, tile.rows, Guard)
      .split(yi, yg, yr, threadsDown * down, Exact)
      .split(yr, yt, yl, down, Exact);
  std::vector<VarOrRVar> order = {xl, xg, yl, yg, xt, yt, xb, yb};
  order.insert(order.end(), axes.rbegin() + 2, axes.rend());
  out.reorder(order).unroll(xg).unroll(yl).unroll(yg).gpu_threads(xt, yt).gpu_blocks(xb, yb);
  if (word > 1)
    out.vectorize(xl);
  if (axes.size() > 2) {
    Var matrices = axes[axes.size() - 3];
    for (size_t axis = axes.size() - 3; axis-- > 0;) {
      Var fused("matrices" + std::to_string(axis));
      out.fuse(matrices, axes[axis], fused);
      matrices = fused;
    }
    out.gpu_blocks(matrices);
  }
  stageResults(nest, xl);

  // The accumulators: in registers, each thread its own (gpu/Lowering.h).
  sum.compute_at(out, xb).store_in(MemoryType::Register).bound_extent(x, tile.columns).bound_extent(y, tile.rows);
  // All these splits divide; Halide wants a guard where several are of one loop of an update, and then drops it.
  auto inThreads = [&](Stage stage) {
    stage.split(x, xg, xt, threadsAcross * word, Guard)
        .split(xt, xt, xl, word, Guard)
        .split(y, yg, yr, threadsDown * down, Guard)
        .split(yr, yt, yl, down, Guard);
  };
  inThreads(sum);
  sum.reorder({xl, xg, yl, yg, xt, yt}).unroll(xg).unroll(yl).unroll(yg).gpu_threads(xt, yt);
  RVar ko(stagedLoop), ki("ki");
  Stage update = sum.update();
  inThreads(update);
  update.split(k.x, ko, ki, tile.depth, Guard)
      .reorder({xl, xg, yl, yg, ki, xt, yt, ko})
      .unroll(xg)
      .unroll(yl)
      .unroll(yg)
      .unroll(ki)
      .gpu_threads(xt, yt);
  if (word > 1) {
    sum.vectorize(xl);
    update.vectorize(xl);
  }
  for (size_t axis = 0; axis + 2 < axes.size(); ++axis)
    sum.bound_extent(axes[axis], 1);

  // The copies: neighbouring threads read neighbouring words.
  auto copy = [&](Func function, Var across, int width, bool alongDepth, bool inWords) {
    Var all("all"), part("part"), thread("thread"), words("words"), item("item");
    function.compute_at(sum, ko)
        .store_in(MemoryType::GPUShared)
        .bound_extent(across, width)
        .bound_extent(depth, tile.depth);
    for (size_t axis = 0; axis + 2 < axes.size(); ++axis)
      function.bound_extent(axes[axis], 1);
    if (alongDepth)
      function.align_storage(across, width + 4);
    Var inner = alongDepth ? depth : across, outer = alongDepth ? across : depth;
    if (inWords)
      function.split(inner, words, item, wordOfCopy, Exact).vectorize(item).fuse(words, outer, all);
    else
      function.fuse(inner, outer, all);
    int threads = std::min(threadsAcross * threadsDown, width * tile.depth / (inWords ? wordOfCopy : 1));
    function.split(all, part, thread, threads, Exact)
        .split(thread, yt, xt, threadsAcross, Exact);
    if (inWords)
      function.reorder(item, part, xt, yt);
    else
      function.reorder(part, xt, yt);
    function.unroll(part).gpu_threads(xt, yt);
  };
  copy(left, row, tile.rows, !spec.lhsDown, leftInWords);
  copy(right, column, tile.columns, spec.rhsAcross, rightInWords);
}

} // namespace nnc
