// Schedules.cpp: see Schedules.h. Sizes known at run time only are taken to be 64 where a guess is needed; tasks are
// chunks of a fixed number of rows, so that small inputs make one task, which runs in the calling thread.
#include "codegen/halide/Schedules.h"
#include "codegen/halide/Sizes.h"
#include "codegen/halide/gpu/BlockReduction.h"
#include "codegen/halide/gpu/Grid.h"
#include <algorithm>
#include <numeric>

using namespace Halide;

namespace nnc {
namespace {

constexpr TailStrategy Guard = TailStrategy::GuardWithIf;

/// Loop variables of the result, outermost first, with their sizes.
struct Loop {
  Var var;
  Dim size;
};

/// Makes tasks of the loops (outermost first), each of at least `grain` times the work of one turn of the innermost
/// of them. Returns the variable of that innermost turn.
Var makeTasks(Func out, std::vector<Loop> loops, double grain) {
  // Loops inside the one that is split run whole.
  size_t split = loops.size() - 1;
  double rows = std::max(1.0, grain);
  Var innermost = loops.back().var;
  while (split > 0 && loops[split].size.isStatic() && guess(loops[split].size) <= rows)
    rows = std::ceil(rows / guess(loops[split--].size));
  Var task("task"), within("within");
  out.split(loops[split].var, task, within, static_cast<int>(std::min(rows, 1e6)), Guard);
  if (split == loops.size() - 1)
    innermost = within;
  // The outer ones are tasks too. Of fused loops of run-time sizes Halide finds the single element that a turn needs up
  // to three of them; of more it takes a region from 0, which `bound_extent` would make a wrong one. The rest are plain
  // loops around the tasks.
  size_t runtimeLoops = 0;
  for (const Loop &loop : loops)
    runtimeLoops += !loop.size.isStatic();
  for (size_t i = split; i-- > 0 && (runtimeLoops <= 3 || split - i <= 2);) {
    Var fused("task" + std::to_string(i));
    out.fuse(task, loops[i].var, fused);
    task = fused;
  }
  out.parallel(task);
  return innermost;
}

/// Elements of one vector: of the widest number in memory, so that no value needs more than a few registers.
int lanesOf(const LoopNest &nest, const KernelTarget &target) {
  int bytes = 4;
  for (const Type &type : nest.memoryTypes)
    bytes = std::max(bytes, type.bytes());
  return target.machine.vectorBytes / bytes;
}

} // namespace

llvm::StringRef nameOf(Schedule schedule) {
  switch (schedule) {
  case Schedule::Own: return "own";
  case Schedule::Product: return "product";
  case Schedule::Pointwise: return "pointwise";
  case Schedule::Columns: return "columns";
  case Schedule::Lanes: return "lanes";
  case Schedule::PerUse: return "per use";
  case Schedule::Threads: return "threads";
  case Schedule::Blocks: return "blocks";
  }
  llvm_unreachable("every schedule has a name");
}

/// Are the reductions of one style and read at the same variables?
static bool areAlike(const std::vector<Reduction> &reductions) {
  const Reduction &first = reductions.front();
  return llvm::all_of(reductions, [&](const Reduction &other) {
    return other.lanes.empty() == first.lanes.empty() && other.kept.size() == first.kept.size() &&
           std::equal(other.kept.begin(), other.kept.end(), first.kept.begin(),
                      [](const Var &a, const Var &b) { return a.name() == b.name(); });
  });
}

Schedule chooseSchedule(const LoopNest &nest, const KernelTarget &target) {
  if (target.gpu && !nest.product)
    return nest.reductions.empty() ? Schedule::Threads : Schedule::Blocks;
  if (nest.product)
    return nest.reductions.empty() ? Schedule::Product : Schedule::PerUse;
  if (nest.reductions.empty())
    return Schedule::Pointwise;
  if (!areAlike(nest.reductions))
    return Schedule::PerUse;
  if (!nest.reductions.front().lanes.empty())
    return Schedule::Lanes;
  // Vectors of results need an axis of results.
  return nest.reductions.front().kept.empty() ? Schedule::PerUse : Schedule::Columns;
}

/// Computes the elements of several results one at a time, at `level`, a turn of the innermost loop.
static void stageResultsAt(LoopNest &nest, const LoopLevel &level) {
  nest.staged->compute_at(level).store_in(MemoryType::Register);
  // One element is hard to see where loops of run-time sizes are fused to tasks, and static ones around them with these.
  const bool fusesRunTime = llvm::any_of(nest.dims, [](const Dim &size) { return !size.isStatic(); });
  for (size_t axis = 0; axis < nest.axes.size(); ++axis)
    if (!nest.dims[axis].isStatic() || (fusesRunTime && axis + 1 < nest.axes.size()))
      nest.staged->bound_extent(nest.axes[axis], 1);
}

void stageResults(LoopNest &nest, const Var &lane) {
  if (nest.staged)
    stageResultsAt(nest, LoopLevel(nest.out, lane));
}

void schedulePointwise(LoopNest &nest, const KernelTarget &target) {
  Func &out = nest.out;
  if (nest.axes.empty()) {
    if (nest.staged)
      nest.staged->compute_root();
    return;
  }
  int lanes = lanesOf(nest, target);
  // Halide 21 has no code for a masked vector that is read backwards from a place known while compiling.
  if (nest.readsBackwards && nest.dims.back().isStatic())
    while (nest.dims.back().value() % lanes != 0)
      lanes /= 2;
  Var x = nest.axes.back(), xo("xo"), xi("xi");
  double bytes = 0;
  for (const Type &type : nest.memoryTypes)
    bytes += type.bytes();
  double elements =
      std::min(target.machine.bytesPerTask / bytes, target.machine.flopsPerTask / nest.operations);
  if (nest.axes.size() == 1) {
    // Tasks of whole vectors, so that only the last vector has a tail. In this order: a task that is split into
    // vectors would run through all of its vectors and find most of them empty.
    Var task("task"), within("within");
    int vectors = std::max<int>(1, static_cast<int>(elements) / lanes);
    out.split(x, xo, xi, lanes, Guard).vectorize(xi).split(xo, task, within, vectors, Guard).parallel(task);
  } else {
    std::vector<Loop> loops;
    for (size_t axis = 0; axis + 1 < nest.axes.size(); ++axis)
      loops.push_back({nest.axes[axis], nest.dims[axis]});
    // Stretches of the last axis that are read from one place each get loops of their own, without tests.
    constexpr int64_t mostStretches = 8;
    const int64_t seam = nest.dims.back().isStatic() ? std::gcd(nest.seam, nest.dims.back().value()) : 0;
    if (nest.seam != 0 && seam != 0 && seam % lanes == 0 && nest.dims.back().value() <= mostStretches * seam) {
      Var stretch("stretch");
      out.split(x, stretch, x, static_cast<int>(seam), TailStrategy::RoundUp).unroll(stretch);
    }
    out.split(x, xo, xi, lanes, Guard).vectorize(xi);
    makeTasks(out, loops, elements / guess(nest.dims.back()));
  }
  stageResults(nest, xi);
}

/// The result's loops split into those all reductions are read at, and the others, both outermost first.
static std::pair<std::vector<Loop>, std::vector<Loop>> keptAndFree(const LoopNest &nest) {
  std::pair<std::vector<Loop>, std::vector<Loop>> loops;
  for (auto [var, size] : llvm::zip(nest.axes, nest.dims)) {
    bool kept =
        llvm::any_of(nest.reductions.front().kept, [&](const Var &v) { return v.name() == var.name(); });
    (kept ? loops.first : loops.second).push_back({var, size});
  }
  return loops;
}

/// Reductions that run along contiguous memory: their partial sums in registers, once for each group of kept
/// variables, and the group's other elements right behind, while the row is in the cache.
static void scheduleLanes(LoopNest &nest, const KernelTarget &target) {
  Func &out = nest.out;
  auto [kept, free] = keptAndFree(nest);
  double work = 1;
  for (const Loop &loop : free)
    work *= guess(loop.size);
  double operations = work * nest.operations;
  for (const Reduction &reduction : nest.reductions)
    operations += reduction.length * nest.operations;

  // Free loops innermost, the last axis as vectors.
  Var xo("xo"), xi("xi");
  int lanes = lanesOf(nest, target);
  std::vector<VarOrRVar> order;
  bool vectors = !free.empty() && free.back().var.name() == nest.axes.back().name();
  if (vectors) {
    out.split(free.back().var, xo, xi, lanes, Guard).vectorize(xi);
    order = {xi, xo};
  }
  for (size_t i = free.size() - vectors; i-- > 0;)
    order.push_back(free[i].var);
  for (size_t i = kept.size(); i-- > 0;)
    order.push_back(kept[i].var);
  if (order.size() > 1)
    out.reorder(order);
  LoopLevel level = LoopLevel::root();
  if (!kept.empty())
    level = LoopLevel(out, makeTasks(out, kept, target.machine.flopsPerTask / operations));
  if (nest.staged) {
    if (vectors)
      stageResults(nest, xi);
    else
      stageResultsAt(nest, free.empty() ? level : LoopLevel(out, free.back().var));
  }
  // One row at a time, which is hard to see where its loops are fused.
  auto boundRow = [&](Func &function) {
    for (const Loop &loop : kept)
      function.bound_extent(loop.var, 1);
  };
  for (Reduction &reduction : nest.reductions) {
    int width = reduction.laneCount;
    boundRow(reduction.result);
    for (Func &function : reduction.lanes) {
      boundRow(function);
      int vector = std::min(width, target.lanes(function.types()[0]));
      for (int stage = 0; stage <= function.num_update_definitions(); ++stage) {
        Stage s = stage == 0 ? Stage(function) : function.update(stage - 1);
        s.vectorize(reduction.lane, vector, TailStrategy::RoundUp);
        if (width > vector)
          s.unroll(reduction.lane);
      }
      function.compute_at(level).store_in(MemoryType::Register);
      width /= 2;
    }
    reduction.result.compute_at(level).store_in(MemoryType::Register);
  }
}

/// A task for each part, its sums in registers; all of them before the nest, on its stack.
static void scheduleParts(Reduction::Parts &parts, const Var &x, int lanes) {
  parts.all.compute_root().store_in(MemoryType::Register).vectorize(x, lanes, Guard).parallel(parts.part);
  parts.one.compute_at(parts.all, parts.part).store_in(MemoryType::Register).vectorize(x, lanes, Guard).unroll(x);
  std::vector<VarOrRVar> inner = {x};
  inner.insert(inner.end(), parts.loops.begin(), parts.loops.end());
  parts.one.update().reorder(inner).vectorize(x, lanes, Guard).unroll(x);
}

/// Reductions across contiguous memory: a vector of results each, vectors of columns as tasks.
static void scheduleColumns(LoopNest &nest, const KernelTarget &target) {
  Func &out = nest.out;
  auto [kept, free] = keptAndFree(nest);
  const Reduction &first = nest.reductions.front();
  Var x = first.kept.back(), xo("xo"), xi("xi");
  Dim width;
  for (const Loop &loop : kept)
    if (loop.var.name() == x.name())
      width = loop.size;
  int lanes = lanesOf(nest, target), vectors = 1;
  // Several sums side by side hide the latency of the addition; the unrolled loop needs a size that divides.
  for (int candidate : {4, 2})
    if (width.isStatic() && width.value() % (candidate * lanes) == 0 && vectors == 1)
      vectors = candidate;
  int columns = vectors * lanes;

  double operations = nest.operations * columns;
  for (const Loop &loop : free)
    operations *= guess(loop.size);
  for (const Reduction &reduction : nest.reductions)
    operations += reduction.length * columns * nest.operations;

  Var xv("xv");
  out.split(x, xo, xi, columns, Guard)
      .split(xi, xv, xi, lanes, TailStrategy::RoundUp)
      .vectorize(xi)
      .unroll(xv);
  std::vector<VarOrRVar> order = {xi, xv};
  for (size_t i = free.size(); i-- > 0;)
    order.push_back(free[i].var);
  order.push_back(xo);
  std::vector<Loop> outer;
  for (const Loop &loop : kept)
    if (loop.var.name() != x.name())
      outer.push_back(loop);
  for (size_t i = outer.size(); i-- > 0;)
    order.push_back(outer[i].var);
  out.reorder(order);
  std::vector<Loop> tasks = outer;
  tasks.push_back({xo, width.isStatic() ? Dim((width.value() + columns - 1) / columns) : width});
  Var level = makeTasks(out, tasks, target.machine.flopsPerTask / operations);
  stageResults(nest, xi);
  for (Reduction &reduction : nest.reductions) {
    Func &result = reduction.result;
    if (reduction.parts)
      scheduleParts(*reduction.parts, x, lanes);
    result.compute_at(out, level).store_in(MemoryType::Register).vectorize(x, lanes, Guard);
    for (const Loop &loop : outer) // one turn each, which bounds of run-time sizes do not let Halide see
      result.bound_extent(loop.var, 1);
    std::vector<VarOrRVar> inner = {x};
    inner.insert(inner.end(), reduction.loops.begin(), reduction.loops.end());
    result.update().reorder(inner).vectorize(x, lanes, Guard);
    if (vectors > 1) {
      result.bound_extent(x, columns).unroll(x);
      result.update().unroll(x);
    }
  }
}

/// Any region at all: each anchor in its reader's innermost loop (see Emitter.h).
static void schedulePerUse(LoopNest &nest, const std::vector<Func> &anchors) {
  LoopLevel level = nest.axes.empty() ? LoopLevel::root() : LoopLevel(nest.out, nest.axes.back());
  for (Func anchor : anchors)
    anchor.compute_at(level).store_in(MemoryType::Register);
  if (nest.staged)
    nest.staged->compute_at(level).store_in(MemoryType::Register);
}

void scheduleNest(LoopNest &nest, const KernelTarget &target, const std::vector<Func> &anchors) {
  switch (nest.schedule) {
  case Schedule::Own: return;
  case Schedule::Product: return nest.product->schedule(nest);
  case Schedule::Pointwise: return schedulePointwise(nest, target);
  case Schedule::Columns: return scheduleColumns(nest, target);
  case Schedule::Lanes: return scheduleLanes(nest, target);
  case Schedule::PerUse:
    return target.gpu ? scheduleThreads(nest, anchors) : schedulePerUse(nest, anchors);
  case Schedule::Threads: return scheduleThreads(nest, anchors);
  case Schedule::Blocks: return scheduleBlocks(nest, anchors);
  }
}

} // namespace nnc
