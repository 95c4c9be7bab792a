// FilterGradient.cpp: see FilterGradient.h.
#include "codegen/halide/FilterGradient.h"
#include "codegen/halide/Place.h"
#include "codegen/halide/Schedules.h"
#include <algorithm>
#include <cmath>

using namespace Halide;

namespace nnc {
namespace {

constexpr TailStrategy Guard = TailStrategy::GuardWithIf;
// For splits that divide: inner loops of a tile, whose extent is bounded to a multiple of the factor.
constexpr TailStrategy Exact = TailStrategy::RoundUp;

// A turn's x and dy; all partials on the stack of the caller; the part of a task.
constexpr int64_t turnBytes = 160 << 10, mostTurnBytes = 384 << 10, slicesBytes = 320 << 10,
                  partBytes = 96 << 10;

/// The register tile; see chooseTile in DirectConv.cpp.
void chooseTile(const ConvSpec &spec, const KernelTarget &target, FilterGradientPlan &plan) {
  const Machine &machine = target.machine;
  int lanes = target.lanes(spec.type), registers = machine.vectorRegisters;
  int spare = spareRegisters(machine);
  int64_t outputs = spec.isChannelwise() ? spec.groups : spec.outputsPerGroup;
  size_t rank = spec.rank();
  struct Tile {
    int vectors, channels;
    bool row, plane;
  };
  std::vector<Tile> tiles;
  std::vector<Choices::Way> ways;
  size_t best = 0;
  for (int vectors = 1; vectors <= 4; ++vectors)
    for (int channels = 1; channels <= 8; ++channels)
      for (bool row : {true, false})
        for (bool plane : {true, false}) {
          if (spec.inputsPerGroup % channels != 0 || (plane && (rank < 2 || !row)))
            continue;
          if (spec.groups > 1 && !spec.isChannelwise() && outputs % (vectors * lanes) != 0)
            continue;
          int taps = (row ? spec.axes[rank - 1].taps() : 1) * (plane ? spec.axes[rank - 2].taps() : 1);
          int numbers = channels * taps, accumulators = numbers * vectors;
          if (accumulators + vectors + spare > registers)
            continue;
          double loads = (vectors + numbers * (spec.isChannelwise() ? vectors : 1)) / 2.0;
          double step = std::max({accumulators / 2.0, loads, 4.0}) + 0.25;
          double useful =
              static_cast<double>(outputs) / (ceilDiv(outputs, vectors * lanes) * vectors * lanes);
          double time = step / (accumulators * useful);
          tiles.push_back({vectors, channels, row, plane});
          ways.push_back({std::to_string(channels) + "x" + std::to_string(vectors) + (plane ? " plane" : row ? " row" : ""), time});
          if (time < ways[best].cost * 0.999)
            best = ways.size() - 1;
        }
  if (!ways.empty()) {
    const Tile &tile = tiles[target.chooseWay("tile", ways, best)];
    plan.vectors = tile.vectors, plan.channels = tile.channels, plan.holdsRow = tile.row, plan.holdsPlane = tile.plane;
  }
  plan.columns = plan.vectors * lanes;
}

} // namespace

std::optional<FilterGradientPlan> planFilterGradient(const ConvSpec &spec, const KernelTarget &target) {
  size_t rank = spec.rank();
  int lanes = target.lanes(spec.type);
  if (spec.groups > 1 && !spec.isChannelwise() && spec.outputsPerGroup % lanes != 0)
    return std::nullopt;
  FilterGradientPlan plan{};
  chooseTile(spec, target, plan);
  if (plan.columns == 0)
    return std::nullopt;
  plan.copiesAdjoint = spec.outputs() % plan.columns != 0;
  for (const ConvAxis &axis : spec.axes)
    plan.copiesInput |= axis.padded;
  plan.copiesInput |= spec.isChannelwise() && plan.copiesAdjoint;

  // Turns: blocks of positions whose x and dy stay in the cache, several images where they have few.
  int64_t bytes = spec.type.bytes(), outputs = plan.paddedOutputs(spec);
  int64_t inputs = spec.isChannelwise() ? outputs : spec.inputs();
  for (const ConvAxis &axis : spec.axes)
    plan.block.push_back(axis.output.valueIfStatic().value_or(64));
  auto positions = [&] {
    int64_t count = 1;
    for (int64_t size : plan.block)
      count *= size;
    return count;
  };
  auto bytesOfTurn = [&] {
    return InputBlock::bytes(spec, plan.block, inputs) + positions() * outputs * bytes;
  };
  for (size_t axis = 0; axis < rank; ++axis)
    for (int64_t whole = plan.block[axis], pieces = 2; bytesOfTurn() > turnBytes && plan.block[axis] > 1;
         ++pieces)
      plan.block[axis] = ceilDiv(whole, pieces);
  int64_t copied = (plan.copiesInput ? InputBlock::bytes(spec, plan.block, inputs) : 0) +
                   (plan.copiesAdjoint ? positions() * outputs * bytes : 0);
  if (copied > mostTurnBytes)
    return std::nullopt;
  plan.imagesPerTurn =
      static_cast<int>(std::clamp<int64_t>(std::min(64 / positions(), turnBytes / bytesOfTurn()), 1, 8));

  // Slices, as many as the stack and the work allow.
  int64_t images = std::max<int64_t>(1, spec.batch.valueIfStatic().value_or(64));
  int64_t taps = 1;
  double work = 2.0 * spec.inputsPerGroup * spec.outputs() * images;
  for (const ConvAxis &axis : spec.axes) {
    taps *= axis.taps();
    work *= axis.taps() * static_cast<double>(std::max<int64_t>(1, axis.output.valueIfStatic().value_or(64)));
  }
  int64_t filterBytes = taps * spec.inputsPerGroup * spec.outputs() * bytes;
  int64_t most = std::min<int64_t>({slicesBytes / filterBytes, ceilDiv(images, plan.imagesPerTurn),
                                    static_cast<int64_t>(work / target.machine.flopsPerTask) + 1, 8});
  for (int slices : {8, 4, 2})
    if (slices <= most && plan.slices == 0)
      plan.slices = slices;
  if (plan.slices == 0 && filterBytes <= slicesBytes / 2)
    plan.slices = 1;
  int64_t held = 1;
  if (plan.holdsRow)
    held *= spec.axes[rank - 1].taps();
  if (plan.holdsPlane)
    held *= spec.axes[rank - 2].taps();
  int64_t parts = std::max<int64_t>(1, spec.inputsPerGroup / plan.channels);
  int64_t partsPerTask =
      std::clamp<int64_t>(partBytes / (held * plan.channels * plan.columns * bytes), 1, parts);
  while (parts % partsPerTask != 0)
    --partsPerTask;
  plan.channelsPerTask = static_cast<int>(partsPerTask * plan.channels);
  return plan;
}

FilterGradient::FilterGradient(KernelEmitter &emitter, const ConvSpec &spec, mlir::Value adjoint,
                               const FilterGradientPlan &plan, std::vector<Var> axesOfResult)
    : emitter(emitter), spec(spec), plan(plan), axes(std::move(axesOfResult)) {
  size_t rank = spec.rank();
  for (size_t axis = 0; axis < rank; ++axis) {
    std::string number = std::to_string(axis);
    tap.push_back(Var("tap" + number));
    block.push_back(Var("in_block" + number));
    copiedPlace.push_back(Var("copied_place" + number));
    copiedBlock.push_back(Var("copied_block" + number));
  }
  if (plan.copiesInput) {
    int64_t outputs = plan.paddedOutputs(spec);
    input.emplace(emitter, spec, plan.block, spec.isChannelwise() ? outputs : spec.inputs());
  }
  if (plan.copiesAdjoint)
    defineAdjointCopy(adjoint);
  definePositions(adjoint);

  // Turns: blocks of positions, then of images, those of a slice in order.
  Region region;
  for (size_t axis = rank; axis-- > 0;) {
    Expr size = emitter.extent(spec.axes[axis].output);
    int count = static_cast<int>(plan.block[axis]);
    region.push_back(Range(0, Internal::simplify((size + count - 1) / count)));
  }
  Expr images = emitter.extent(spec.batch);
  int slices = std::max(1, plan.slices);
  Expr all = (images + plan.imagesPerTurn - 1) / plan.imagesPerTurn;
  Expr ofSlice = Internal::simplify((all + slices - 1) / slices);
  region.push_back(Range(0, ofSlice));
  turns = RDom(region, "turns");
  Expr number = slice * ofSlice + turns[static_cast<int>(rank)];
  turns.where(number < all);
  std::vector<Var> args = {column, channel};
  args.insert(args.end(), tap.rbegin(), tap.rend());
  std::vector<Expr> at(args.begin(), args.end());
  for (size_t axis = 0; axis < rank; ++axis)
    at.push_back(turns[static_cast<int>(axis)]);
  at.push_back(number);
  args.push_back(slice);
  partial(args) = constant(spec.type, 0.0).expr();
  partial(args) += tile(at);
}

/// The sum over the positions of a turn.
void FilterGradient::definePositions(mlir::Value adjoint) {
  size_t rank = spec.rank();
  Region region;
  for (size_t axis = rank; axis-- > 0;)
    region.push_back(Range(0, static_cast<int>(plan.block[axis])));
  region.push_back(Range(0, plan.imagesPerTurn));
  r = RDom(region, "r");
  Expr image = turn * plan.imagesPerTurn + r[static_cast<int>(rank)];
  if (plan.imagesPerTurn > 1)
    r.where(image < emitter.extent(spec.batch));
  llvm::SmallVector<Expr, 5> positions = {image}, met = {image};
  llvm::SmallVector<Expr, 3> places, metPlaces, blocks;
  for (size_t axis = 0; axis < rank; ++axis) {
    const ConvAxis &a = spec.axes[axis];
    int count = static_cast<int>(plan.block[axis]);
    Expr place = r[static_cast<int>(rank - 1 - axis)];
    std::optional<int64_t> size = a.output.valueIfStatic();
    Expr position = block[axis] * count + place;
    if (!size || *size % count != 0)
      r.where(position < emitter.extent(a.output));
    positions.push_back(position);
    Expr reached = place * a.inputStride + tap[axis] * a.tapStep;
    met.push_back(block[axis] * (count * a.inputStride) + reached + a.lowest());
    places.push_back(place);
    metPlaces.push_back(reached);
    blocks.push_back(block[axis]);
  }
  Expr from =
      spec.isChannelwise() ? Expr(column)
      : spec.groups == 1
          ? Expr(channel)
          : column / static_cast<int>(spec.outputsPerGroup) * static_cast<int>(spec.inputsPerGroup) + channel;
  met.push_back(from);
  Num number = input ? Num(input->at(from, metPlaces, blocks, image)) : emitter.element(spec.input, met);
  Num dy = number;
  if (plan.copiesAdjoint) {
    std::vector<Expr> at = {column};
    at.insert(at.end(), places.rbegin(), places.rend());
    at.insert(at.end(), blocks.rbegin(), blocks.rend());
    at.push_back(image);
    dy = Num(adjointCopy(at));
  } else {
    positions.push_back(column);
    dy = emitter.element(adjoint, positions);
  }
  std::vector<Var> args = {column, channel};
  args.insert(args.end(), tap.rbegin(), tap.rend());
  args.insert(args.end(), block.rbegin(), block.rend());
  args.push_back(turn);
  tile(args) = constant(spec.type, 0.0).expr();
  tile(args) = fma(number, dy, Num(tile(args))).expr();
}

/// dy with channels of zeros that fill vectors.
void FilterGradient::defineAdjointCopy(mlir::Value adjoint) {
  Place at(emitter);
  at.push(min(copiedImage, emitter.extent(spec.batch) - 1));
  for (size_t axis = 0; axis < spec.rank(); ++axis) {
    Expr position = copiedBlock[axis] * static_cast<int>(plan.block[axis]) + copiedPlace[axis];
    at.pushChecked(position, spec.axes[axis].output);
  }
  at.pushChecked(column, Dim(spec.outputs()));
  std::vector<Var> args = {column};
  args.insert(args.end(), copiedPlace.rbegin(), copiedPlace.rend());
  args.insert(args.end(), copiedBlock.rbegin(), copiedBlock.rend());
  args.push_back(copiedImage);
  adjointCopy(args) = at.elementOrZero(adjoint).expr();
}

Num FilterGradient::value() const {
  Func f = partial;
  std::vector<Expr> at(axes.rbegin(), axes.rend());
  at.push_back(0);
  Num total(f(at));
  for (int i = 1; i < plan.slices; ++i) {
    at.back() = i;
    total = total + Num(f(at));
  }
  return total;
}

/// Taps of an axis in a register tile.
int FilterGradient::tileTaps(size_t axis) const {
  bool holds = (axis + 1 == spec.rank() && plan.holdsRow) || (axis + 2 == spec.rank() && plan.holdsPlane);
  return holds ? spec.axes[axis].taps() : 1;
}

void FilterGradient::schedule(LoopNest &nest) {
  size_t rank = spec.rank();
  if (plan.slices > 0) {
    schedulePointwise(nest, emitter.getTarget());
    partial.compute_root();
    schedulePartial();
    return;
  }
  Func &out = nest.out;
  Var group("group"), inGroup("in_group"), vector("vector"), lane("lane"), part("part"), inPart("in_part");
  out.split(axes.back(), group, inGroup, plan.columns, Guard)
      .split(inGroup, vector, lane, plan.lanes(), Exact)
      .split(axes[rank], part, inPart, plan.channelsPerTask, Guard);
  std::vector<VarOrRVar> inner = {lane, vector, inPart}, tasks = {part, group};
  for (size_t axis = rank; axis-- > 0;)
    (tileTaps(axis) > 1 ? inner : tasks).push_back(axes[axis]);
  std::vector<VarOrRVar> order = inner;
  order.insert(order.end(), tasks.begin(), tasks.end());
  out.reorder(order).vectorize(lane).never_partition_all();
  Var task = tasks.front().var;
  for (size_t i = 1; i < tasks.size(); ++i) {
    Var fused("task" + std::to_string(i));
    out.fuse(task, tasks[i].var, fused);
    task = fused;
  }
  out.parallel(task);
  stageResults(nest, lane);
  partial.compute_at(out, task)
      .bound_extent(column, plan.columns)
      .bound_extent(channel, plan.channelsPerTask)
      .bound_extent(slice, 1);
  for (size_t axis = 0; axis < rank; ++axis)
    partial.bound_extent(tap[axis], tileTaps(axis));
  schedulePartial();
}

void FilterGradient::schedulePartial() {
  size_t rank = spec.rank();
  int lanes = plan.lanes();
  partial.store_in(MemoryType::Register)
      .vectorize(column, lanes, plan.slices > 0 ? Guard : Exact)
      .never_partition_all();
  Var group("group"), inGroup("in_group"), vector("vector"), lane("lane"), part("part"), inTile("in_tile");
  Stage update = partial.update();
  update.split(column, group, inGroup, plan.columns, Guard)
      .split(inGroup, vector, lane, lanes, Guard)
      .split(channel, part, inTile, plan.channels, Guard);
  std::vector<VarOrRVar> order = {lane, vector, inTile}, loops, outer;
  for (size_t axis = rank; axis-- > 0;) {
    if (tileTaps(axis) > 1)
      order.push_back(tap[axis]);
    else if (axis == 0 && rank > 1 && plan.slices > 0)
      outer.push_back(tap[axis]);
    else
      loops.push_back(tap[axis]);
  }
  // The tile is computed in the loop around what it holds.
  loops.insert(loops.begin(), part);
  loops.push_back(group);
  order.insert(order.end(), loops.begin(), loops.end());
  for (int i = 0; i < turns.dimensions(); ++i)
    order.push_back(turns[i]);
  order.insert(order.end(), outer.begin(), outer.end());
  order.push_back(slice);
  update.reorder(order).vectorize(lane).unroll(vector).unroll(inTile).never_partition_all();
  for (size_t axis = 0; axis < rank; ++axis)
    if (tileTaps(axis) > 1)
      update.unroll(tap[axis]);
  if (plan.slices > 0) {
    partial.parallel(slice);
    if (outer.empty()) {
      update.parallel(slice);
    } else {
      Var task("task");
      update.fuse(tap.front(), slice, task).parallel(task);
    }
  }
  scheduleTile(LoopLevel(partial, part));
  LoopLevel turnLoop(partial, turns[0]);
  if (input)
    input->schedule(turnLoop, plan.imagesPerTurn);
  if (plan.copiesAdjoint) {
    adjointCopy.compute_at(turnLoop)
        .store_in(MemoryType::Register)
        .bound(column, 0, static_cast<int>(plan.paddedOutputs(spec)))
        .bound_extent(copiedImage, plan.imagesPerTurn)
        .vectorize(column, lanes, Exact)
        .never_partition_all();
    for (size_t axis = 0; axis < rank; ++axis)
      adjointCopy.bound(copiedPlace[axis], 0, static_cast<int>(plan.block[axis]))
          .bound_extent(copiedBlock[axis], 1);
  }
}

void FilterGradient::scheduleTile(const LoopLevel &level) {
  size_t rank = spec.rank();
  int lanes = plan.lanes();
  tile.compute_at(level)
      .store_in(MemoryType::Register)
      .bound_extent(column, plan.columns)
      .bound_extent(channel, plan.channels)
      .bound_extent(turn, 1)
      .vectorize(column, lanes, Exact)
      .unroll(column)
      .unroll(channel)
      .never_partition_all();
  std::vector<VarOrRVar> order = {column, channel};
  for (size_t axis = rank; axis-- > 0;) {
    tile.bound_extent(tap[axis], tileTaps(axis)).bound_extent(block[axis], 1);
    if (tileTaps(axis) > 1) {
      tile.unroll(tap[axis]);
      order.push_back(tap[axis]);
    }
  }
  for (int i = 0; i < r.dimensions(); ++i)
    order.push_back(r[i]);
  Stage update = tile.update();
  update.reorder(order).vectorize(column, lanes, Exact).unroll(column).unroll(channel).never_partition_all();
  for (size_t axis = 0; axis < rank; ++axis)
    if (tileTaps(axis) > 1)
      update.unroll(tap[axis]);
}

} // namespace nnc
