// gpu/BlockReduction.cpp: see gpu/BlockReduction.h.
#include "codegen/halide/gpu/BlockReduction.h"
#include "codegen/halide/Definitions.h"
#include "codegen/halide/Sizes.h"
#include "codegen/halide/gpu/Grid.h"

using namespace Halide;
using mlir::Operation;

namespace nnc {
namespace {

constexpr TailStrategy Guard = TailStrategy::GuardWithIf;

/// Results of the last kept axis that a block has: lanes of each beside them.
constexpr int threadsOfBlock = 256, columnsOfBlock = 32;

bool sameVars(llvm::ArrayRef<Var> a, llvm::ArrayRef<Var> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Var &x, const Var &y) { return x.name() == y.name(); });
}

} // namespace

bool runsAlongRows(const ReduceSpec &spec) {
  return spec.axes.back() == static_cast<int64_t>(spec.dims.size()) - 1;
}

int lanesOfBlock(const ReduceSpec &spec, double results, const Gpu &gpu) {
  double length = guessedLength(spec);
  bool alongRows = runsAlongRows(spec);
  int most = !alongRows ? gpu.blockThreads / columnsOfBlock : results == 1 ? gpu.blockThreads : threadsOfBlock;
  int lanes = 1;
  // Neighbouring threads read memory together.
  while (alongRows && lanes < gpu.warpThreads && lanes < length)
    lanes *= 2;
  while (lanes < most && lanes * 8 <= length && results * lanes < gpu.threads)
    lanes *= 2;
  return lanes;
}

Nums KernelEmitter::reduceOnDevice(Operation *op, const ReduceSpec &spec, llvm::ArrayRef<Expr> keptIndex) {
  if (std::optional<Nums> value = reduceOverBlocks(op, spec, keptIndex))
    return *value;
  return reduceInBlock(op, spec, keptIndex);
}

Nums KernelEmitter::reduceInBlock(Operation *op, const ReduceSpec &spec, llvm::ArrayRef<Expr> keptIndex) {
  std::optional<std::vector<Var>> vars =
      isOwnIndex(keptIndex) ? std::optional(nest->axes) : plainVariables(keptIndex);
  if (!vars)
    return reducePerUse(spec, keptIndex);
  auto key = std::make_pair(op, std::string(spec.name));
  if (auto found = shared.find(key);
      found != shared.end() && sameVars(*vars, nest->reductions[found->second].kept))
    return read(nest->reductions[found->second].result, std::vector<Expr>(vars->rbegin(), vars->rend()));

  Reduction reduction;
  reduction.kept = *vars;
  if (nest->reductions.empty()) {
    double results = 1;
    for (auto [axis, size] : llvm::zip(nest->axes, nest->dims))
      if (llvm::any_of(*vars, [&](const Var &var) { return var.name() == axis.name(); }))
        results *= guess(size);
    reduction.laneCount = lanesOfBlock(spec, results, *target.gpu);
    reduction.alongRows = runsAlongRows(spec);
    // Each result once, by one thread.
    if (reduction.laneCount == 1 && vars->size() == nest->axes.size())
      return reducePerUse(spec, keptIndex);
    reduction.laneCount = std::max(reduction.laneCount, 2);
  } else {
    const Reduction &first = nest->reductions.front();
    if (!sameVars(*vars, first.kept))
      return reducePerUse(spec, keptIndex);
    reduction.laneCount = first.laneCount;
    reduction.alongRows = first.alongRows;
  }

  Nums value = addLanes(spec, reduction, keptIndex, 0, 1);
  shared[key] = nest->reductions.size() - 1;
  return value;
}

Nums KernelEmitter::addLanes(const ReduceSpec &spec, Reduction reduction, llvm::ArrayRef<Expr> keptIndex,
                             const Expr &part, int parts) {
  const std::vector<Var> *vars = &reduction.kept;
  std::string name = std::string(spec.name) + std::to_string(counter++);
  const int lanes = reduction.laneCount, stride = lanes * parts;
  const Expr lane = parts == 1 ? Expr(reduction.lane) : part * lanes + reduction.lane;
  std::vector<Expr> laneArgs = {reduction.lane};
  std::vector<Var> laneVars = {reduction.lane};
  laneArgs.insert(laneArgs.end(), vars->rbegin(), vars->rend());
  laneVars.insert(laneVars.end(), vars->rbegin(), vars->rend());

  Dims reducedSizes;
  for (int64_t axis : spec.axes)
    reducedSizes.push_back(spec.dims[axis]);
  Dim length = *elementCount(reducedSizes);
  Func serial(name + "_serial");
  define(serial(laneVars), spec.initial);
  std::vector<Func> outer;
  auto update = [&](const Expr &first, const Expr &turns, bool guarded) {
    RDom r(0, turns, name + (guarded ? "_tail" : "_r"));
    Expr position = (first + r) * stride + lane;
    if (guarded)
      r.where(position < extent(length));
    std::swap(outer, pending);
    define(serial(laneArgs), nextOf(spec, r, read(serial, laneArgs), fullIndex(spec, keptIndex, positionsAlong(reducedSizes, position))));
    for (Func &nested : pending)
      nested.compute_at(serial, r.x).store_in(MemoryType::Register);
    pending.clear();
    std::swap(outer, pending);
  };
  Expr whole = extent(length) / stride;
  if (!length.isStatic() || length.value() >= stride)
    update(0, whole, false);
  if (!isMultiple(length, stride))
    update(whole, 1, true);
  reduction.serial = serial;

  Func sums(name + "_lanes");
  define(sums(laneVars), read(serial, laneArgs));
  reduction.lanes.push_back(sums);
  auto halves = [&](const Expr &lane, int width) {
    std::vector<Expr> lower = laneArgs, upper = laneArgs;
    lower[0] = lane, upper[0] = lane + width;
    return spec.combine(read(reduction.lanes.back(), lower), read(reduction.lanes.back(), upper));
  };
  for (int width = lanes / 2; width >= 2; width /= 2) {
    Func half(name + "_by" + std::to_string(width));
    define(half(laneVars), halves(reduction.lane, width));
    reduction.lanes.push_back(half);
  }
  // The last addition is made wherever the result is read.
  reduction.result = Func(name);
  define(reduction.result(std::vector<Var>(vars->rbegin(), vars->rend())), halves(0, 1));
  nest->reductions.push_back(reduction);
  return read(reduction.result, std::vector<Expr>(vars->rbegin(), vars->rend()));
}

void scheduleBlocks(LoopNest &nest, const std::vector<Func> &anchors) {
  Func &out = nest.out;
  const Reduction &first = nest.reductions.front();
  int lanes = first.laneCount;
  bool hasGroup = !first.kept.empty();
  std::vector<Var> kept, free;
  Dims keptSizes, freeSizes;
  for (auto [axis, size] : llvm::zip(nest.axes, nest.dims)) {
    bool isKept = llvm::any_of(first.kept, [&](const Var &var) { return var.name() == axis.name(); });
    (isKept ? kept : free).push_back(axis);
    (isKept ? keptSizes : freeSizes).push_back(size);
  }

  // Loops of the result, innermost first.
  std::vector<VarOrRVar> order, threads;
  Var block("block"), result("result"), element("element"), lane("lane"), turn("turn");
  if (!free.empty()) {
    // The lanes of a result share the last of the free axes, or where neighbours are results the longest.
    size_t axis = free.size() - 1;
    if (!first.alongRows)
      for (size_t i = 0; i < free.size(); ++i)
        if (guess(freeSizes[i]) > guess(freeSizes[axis]))
          axis = i;
    out.split(free[axis], turn, lane, lanes, Guard);
    order.push_back(turn);
    for (size_t i = free.size(); i-- > 0;)
      if (i != axis)
        order.push_back(free[i]);
    threads.push_back(lane);
  }
  int results = 1;
  Var group("group"); // the last kept axis, if there is one
  if (!kept.empty()) {
    group = kept.back();
    int64_t most = first.alongRows ? std::max(1, threadsOfBlock / lanes) : columnsOfBlock;
    results = static_cast<int>(std::min<int64_t>(most, guess(keptSizes.back())));
    out.split(kept.back(), block, result, results, Guard);
    // Where lanes are nobody's but the sums', a loop of one turn keeps the threads' dimensions those of the sums.
    if (free.empty()) {
      out.split(result, result, element, 1, TailStrategy::RoundUp);
      threads.push_back(element);
    }
    threads.push_back(result);
  } else if (free.empty()) {
    out.split(Var::outermost(), Var::outermost(), element, 1);
    threads.push_back(element);
  }
  if (!first.alongRows)
    std::reverse(threads.begin(), threads.end());
  order.insert(order.end(), threads.begin(), threads.end());
  if (hasGroup)
    order.push_back(block);
  for (size_t i = kept.empty() ? 0 : kept.size() - 1; i-- > 0;)
    order.push_back(kept[i]);
  if (order.size() > 1)
    out.reorder(order);
  if (!hasGroup)
    out.split(Var::outermost(), Var::outermost(), block, 1);
  for (const VarOrRVar &thread : threads)
    out.gpu_threads(thread);
  out.gpu_blocks(block);
  if (kept.size() > 1) {
    kept.pop_back();
    keptSizes.pop_back();
    makeBlocks(out, fuseLoops(out, kept, keptSizes), 2);
  }

  LoopLevel inThread(out, order.front()), inBlock(out, block);
  for (Func anchor : anchors)
    anchor.compute_at(inThread).store_in(MemoryType::Register);
  if (nest.staged) {
    nest.staged->compute_at(inThread).store_in(MemoryType::Register);
    for (const Var &axis : nest.axes)
      nest.staged->bound_extent(axis, 1);
  }
  for (Reduction &reduction : nest.reductions) {
    for (Func &function : reduction.lanes) {
      function.compute_at(inBlock).store_in(MemoryType::GPUShared);
      for (const Var &var : reduction.kept)
        if (var.name() != group.name())
          function.bound_extent(var, 1);
      std::vector<VarOrRVar> loops = {reduction.lane};
      if (hasGroup) {
        loops.insert(reduction.alongRows ? loops.end() : loops.begin(), group);
        function.bound_storage(group, results);
      }
      function.reorder(loops);
      for (const VarOrRVar &loop : loops)
        function.gpu_threads(loop);
    }
    Func &serial = reduction.serial;
    serial.compute_at(reduction.lanes.front(), hasGroup && !reduction.alongRows ? group : reduction.lane)
        .store_in(MemoryType::Register);
    for (const Var &var : serial.args())
      serial.bound_extent(var, 1);
  }
}

} // namespace nnc
