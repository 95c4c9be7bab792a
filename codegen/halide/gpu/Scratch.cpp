// gpu/Scratch.cpp: see gpu/Scratch.h.
#include "codegen/halide/gpu/Scratch.h"
#include "codegen/halide/Definitions.h"
#include "codegen/halide/Schedules.h"
#include "codegen/halide/Sizes.h"
#include "codegen/halide/gpu/BlockReduction.h"

using namespace Halide;
using mlir::Operation;

namespace nnc {
namespace {

/// Parts that the threads which read a result add up themselves.
constexpr int mostPartsOfReaders = 32;
constexpr int mostParts = 256;

} // namespace

double timeOfParts(int parts, double results, int bytes, const Gpu &gpu) {
  // The loads of parts wait for memory together.
  constexpr double partTime = 0.02;
  if (parts == 1)
    return 0;
  return gpu.launchTime + parts * partTime + 2 * parts * results * bytes / gpu.bytesPerTime;
}

int planParts(const ReduceSpec &spec, double results, int lanes, const KernelTarget &target) {
  const Gpu &gpu = *target.gpu;
  const int bytes = spec.initial.front().type().bytes();
  double length = 1;
  for (int64_t axis : spec.axes)
    length *= guessOfTerms(spec.dims[axis]);
  auto time = [&](int parts) {
    double threads = results * lanes * parts, share = std::min(1.0, threads / gpu.threads);
    double turns = std::ceil(length / (lanes * parts)) * std::max(1.0, threads / gpu.threads);
    return std::max(turns * gpu.turnTime, results * length * bytes / (gpu.bytesPerTime * share)) +
           timeOfParts(parts, results, bytes, gpu);
  };
  bool isSized = true;
  for (auto [axis, size] : llvm::enumerate(spec.dims))
    isSized &= size.isStatic() || llvm::is_contained(spec.axes, static_cast<int64_t>(axis));
  std::vector<Choices::Way> ways;
  size_t best = 0;
  for (int parts = 1; parts <= mostPartsOf(isSized, mostParts) && parts * lanes <= std::max<double>(length, lanes); parts *= 2) {
    ways.push_back({std::to_string(parts), time(parts)});
    if (ways.back().cost < ways[best].cost)
      best = ways.size() - 1;
  }
  return 1 << target.chooseWay("parts", ways, best);
}

std::optional<Func> KernelEmitter::inScratch(const std::string &name, const std::vector<Var> &axes, const Dims &dims,
                                             llvm::function_ref<std::optional<Nums>()> write) {
  LoopNest own;
  own.axes = axes;
  own.dims = dims;
  own.index.assign(axes.begin(), axes.end());
  own.memoryTypes = nest->memoryTypes;
  own.readsAligned = nest->readsAligned;
  // What is read there is read at other places than in the nest around it.
  LoopNest *outerNest = std::exchange(nest, &own);
  auto outerKnown = std::exchange(known, {});
  auto outerShared = std::exchange(shared, {});
  auto outerPending = std::exchange(pending, {});

  std::optional<Nums> values = write();
  std::optional<Func> function;
  if (values && !failed && (!own.product || pending.empty())) {
    function = Func(name);
    define((*function)(std::vector<Var>(axes.rbegin(), axes.rend())), *values);
    for (auto [axis, size] : llvm::zip(axes, dims))
      function->bound(axis, 0, extent(size));
    function->compute_root();
    own.out = *function;
    for (const Num &value : *values)
      own.memoryTypes.push_back(value.type());
    own.schedule = chooseSchedule(own, target);
    scheduleNest(own, target, pending);
    result->scratch.push_back(own.schedule);
  }
  nest = outerNest;
  known = std::move(outerKnown);
  shared = std::move(outerShared);
  pending = std::move(outerPending);
  return function;
}

std::optional<Nums> KernelEmitter::reduceOverBlocks(Operation *op, const ReduceSpec &spec, llvm::ArrayRef<Expr> keptIndex) {
  if (spec.keptUnknown)
    return std::nullopt;
  const bool alongRows = runsAlongRows(spec);
  std::vector<Var> kept;
  Dims keptDims;
  double results = 1;
  for (auto [axis, size] : llvm::enumerate(spec.dims))
    if (!llvm::is_contained(spec.axes, static_cast<int64_t>(axis))) {
      kept.push_back(Var("kept" + std::to_string(axis)));
      keptDims.push_back(size);
      results *= guessOfTerms(size);
    }

  // Where neighbouring threads are lanes, parts of a result are neighbours too, else results are.
  const Var part("part");
  const size_t place = alongRows ? kept.size() : 0;
  auto withPart = [&](auto list, auto item) {
    list.insert(list.begin() + place, item);
    return list;
  };
  auto [entry, isNew] = partsInScratch.try_emplace({op, spec.name});
  if (isNew) {
    const int lanes = std::max(2, lanesOfBlock(spec, results, *target.gpu));
    const int count = planParts(spec, results, lanes, target);
    std::vector<Var> axes = withPart(kept, part);
    std::optional<Func> parts;
    if (count > 1)
      parts = inScratch(std::string(spec.name) + std::to_string(counter++) + "_parts", axes, withPart(keptDims, Dim(count)),
                        [&]() -> std::optional<Nums> {
                          Reduction reduction;
                          reduction.kept = axes;
                          reduction.laneCount = lanes;
                          reduction.alongRows = alongRows;
                          Nums sum = addLanes(spec, reduction, ExprIndex(kept.begin(), kept.end()), part, count);
                          // Other reductions of this nest would be needed at other variables.
                          return nest->reductions.size() == 1 ? std::optional(sum) : std::nullopt;
                        });
    // The map may have grown.
    entry = partsInScratch.find({op, spec.name});
    if (parts)
      entry->second = PartsInScratch{count, *parts, std::nullopt};
  }
  if (!entry->second)
    return std::nullopt;

  PartsInScratch &found = *entry->second;
  ReduceSpec sum{spec.name, withPart(keptDims, Dim(found.count)), {static_cast<int64_t>(place)}, spec.initial, {}, spec.combine};
  sum.element = [parts = found.parts](llvm::ArrayRef<Expr> at) { return read(parts, reversed(at)); };
  if (isOwnIndex(keptIndex) && found.count <= mostPartsOfReaders) {
    Nums value = reducePerUse(sum, keptIndex);
    Func &chain = pending.back();
    chain.update().unroll(chain.rvars().front());
    return value;
  }
  if (!found.results)
    found.results = inScratch(std::string(spec.name) + std::to_string(counter++) + "_results", kept, keptDims, [&] {
      return std::optional(reduceInBlock(op, sum, ExprIndex(kept.begin(), kept.end())));
    });
  return read(*found.results, reversed(keptIndex));
}

} // namespace nnc
