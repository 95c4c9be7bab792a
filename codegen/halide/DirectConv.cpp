// DirectConv.cpp: see DirectConv.h.
#include "codegen/halide/DirectConv.h"
#include "codegen/halide/Schedules.h"
#include <algorithm>
#include <cmath>

using namespace Halide;

namespace nnc {
namespace {

constexpr TailStrategy Guard = TailStrategy::GuardWithIf;
// For splits that divide: inner loops of a tile, whose extent is bounded to a multiple of the factor.
constexpr TailStrategy Exact = TailStrategy::RoundUp;

// What a task keeps on the stack: beside the rows that stream past they stay in the second-level cache.
constexpr int64_t inputBytes = 128 << 10, mostInputBytes = 384 << 10, panelBytes = 256 << 10;

struct Tile {
  int pixels, vectors;
};

/// The register tile: pixels * vectors accumulators, a row of the filter and a number of the input stay in registers,
/// with one to spare where there are few. A step of the sum takes as long as its multiply-adds, its loads, or the
/// latency of one multiply-add; what is computed past the end of a row or of the channels is lost.
Tile chooseTile(const ConvSpec &spec, const KernelTarget &target) {
  const Machine &machine = target.machine;
  int lanes = target.lanes(spec.type), registers = machine.vectorRegisters;
  int spare = spareRegisters(machine);
  int64_t width = guess(spec.axes.back().outputsOfPhase()), phases = spec.axes.back().phases.size();
  int64_t outputs = spec.isChannelwise() ? spec.groups : spec.outputsPerGroup;
  std::vector<Tile> tiles;
  std::vector<Choices::Way> ways;
  size_t best = 0;
  for (int vectors = 1; vectors <= 4; ++vectors) {
    if (spec.groups > 1 && !spec.isChannelwise() && outputs % (vectors * lanes) != 0)
      continue;
    for (int pixels = 1; pixels <= std::min<int64_t>(width, 16); ++pixels) {
      int64_t accumulators = pixels * phases * vectors;
      if (accumulators + vectors + spare > registers)
        break;
      double multiplies = accumulators / 2.0;
      double loads = (phases * vectors + pixels * (spec.isChannelwise() ? vectors : 1)) / 2.0;
      double step = std::max({multiplies, loads, 4.0}) + 0.25;
      double useful = static_cast<double>(width) / (ceilDiv(width, pixels) * pixels) * outputs /
                      (ceilDiv(outputs, vectors * lanes) * vectors * lanes);
      double time = step / (accumulators * useful);
      tiles.push_back({pixels, vectors});
      ways.push_back({std::to_string(pixels) + "x" + std::to_string(vectors), time});
      if (time < ways[best].cost * 0.999)
        best = ways.size() - 1;
    }
  }
  return ways.empty() ? Tile{1, 1} : tiles[target.chooseWay("tile", ways, best)];
}

} // namespace

bool DirectConvPlan::leavesOut(const ConvSpec &spec, size_t axis) const {
  const ConvAxis &a = spec.axes[axis];
  if (!a.padded || a.taps() == 1)
    return false;
  return axis + 1 == spec.rank() ? tileIsRow : axis == 0;
}

std::optional<DirectConvPlan> planDirectConv(const ConvSpec &spec, const KernelTarget &target) {
  size_t rank = spec.rank();
  int lanes = target.lanes(spec.type);
  bool perGroup = spec.groups > 1 && !spec.isChannelwise();
  if (perGroup && spec.outputsPerGroup % lanes != 0)
    return std::nullopt;
  DirectConvPlan plan{};
  // A row's phases are computed side by side.
  if (static_cast<int>(spec.axes.back().phases.size()) > target.machine.vectorRegisters / 4)
    return std::nullopt;
  Tile tile = chooseTile(spec, target);
  plan.pixels = tile.pixels, plan.vectors = tile.vectors;
  plan.columns = tile.vectors * lanes;
  bool ragged = spec.outputs() % plan.columns != 0;

  const ConvAxis &row = spec.axes.back();
  std::optional<int64_t> width = row.outputsOfPhase();
  constexpr int mostUnrolledTaps = 5;
  // With a last group of fewer channels, Halide 21 would lose the guard of the vectors behind the last one.
  plan.tileIsRow = width == plan.pixels && !ragged && row.input.isStatic() && row.phases.size() == 1 && row.taps() <= mostUnrolledTaps;
  // Without padding tiles read behind a row's end only if the last tile is not whole.
  plan.copiesInput = !width || *width % plan.pixels != 0 || (ragged && spec.isChannelwise());
  for (size_t axis = 0; axis < rank; ++axis)
    plan.copiesInput |= spec.axes[axis].padded && !plan.leavesOut(spec, axis);
  plan.tileIsRow &= !plan.copiesInput; // the copy has zeros there
  int64_t channels = plan.copiedChannels(spec);

  int64_t taps = 1, allTaps = 1, phases = 1;
  for (const ConvAxis &axis : spec.axes) {
    taps *= axis.taps();
    phases *= axis.phases.size();
    int64_t ofAxis = 0;
    for (const ConvAxis::Phase &phase : axis.phases)
      ofAxis = std::max<int64_t>(ofAxis, phase.first + (phase.count - 1) * axis.tapStride + 1);
    allTaps *= ofAxis;
  }
  int64_t panel = allTaps * spec.inputsPerGroup * plan.columns * spec.type.bytes();
  plan.copiesFilter = ragged || (spec.filterAcross && panel <= panelBytes);
  if (plan.copiesFilter && panel > panelBytes)
    return std::nullopt;

  // Blocks: all outputs, less rows where the copy of the input or the work would be more than a task's.
  double opsPerOutput = 2.0 * taps * spec.inputsPerGroup * spec.outputs() * phases;
  for (const ConvAxis &axis : spec.axes)
    plan.block.push_back(axis.outputsOfPhase().value_or(16));
  plan.block.back() = ceilDiv(plan.block.back(), plan.pixels) * plan.pixels;
  auto work = [&] {
    double outputs = opsPerOutput;
    for (int64_t count : plan.block)
      outputs *= count;
    return outputs;
  };
  auto copied = [&] { return plan.copiesInput ? InputBlock::bytes(spec, plan.block, channels) : 0; };
  const double grain = 2 * target.machine.flopsPerTask;
  for (size_t axis = 0; axis < rank; ++axis) {
    int64_t unit = axis + 1 == rank ? plan.pixels : 1;
    int64_t units = plan.block[axis] / unit, pieces = 1;
    auto cut = [&] { plan.block[axis] = ceilDiv(units, pieces) * unit; };
    while (pieces < units && (copied() > inputBytes || (axis == 0 && work() > 2 * grain))) {
      ++pieces;
      cut();
    }
  }
  if (copied() > mostInputBytes)
    return std::nullopt;

  bool whole = true; // an image is one block
  for (auto [axis, count] : llvm::zip(spec.axes, plan.block))
    whole &= axis.outputsOfPhase().value_or(count + 1) <= count;
  int64_t groups = ceilDiv(spec.outputs(), plan.columns);
  if (plan.copiesFilter) {
    // The copy, a number a cycle, is to be a twentieth of the work.
    double image = opsPerOutput;
    for (const ConvAxis &axis : spec.axes)
      image *= guess(axis.outputsOfPhase());
    double copyCost = 40.0 * panel / spec.type.bytes() * lanes;
    plan.imagesPerTask = std::clamp<int64_t>(std::ceil(copyCost / (image / groups)), 1, 16);
    plan.imagesPerTask =
        std::max<int64_t>(plan.imagesPerTask, std::min(16.0, std::ceil(grain / (image / groups))));
    plan.groupsPerTask = 1;
  } else {
    plan.imagesPerTask = whole ? std::clamp<int64_t>(std::ceil(grain / work()), 1, 64) : 1;
    plan.groupsPerTask = std::clamp<int64_t>(std::ceil(grain / (work() / groups)), 1, groups);
  }
  if (auto batch = spec.batch.valueIfStatic())
    plan.imagesPerTask = std::clamp<int64_t>(*batch, 1, plan.imagesPerTask);
  plan.tasksOfBlocks = !plan.copiesFilter && plan.imagesPerTask == 1;
  return plan;
}

DirectConv::DirectConv(KernelEmitter &emitter, const ConvSpec &spec, const DirectConvPlan &plan,
                       std::vector<Var> axesOfResult)
    : spec(spec), plan(plan), axes(std::move(axesOfResult)) {
  size_t rank = spec.rank();
  ragged = spec.outputs() % plan.columns != 0;
  for (size_t axis = 0; axis < rank; ++axis) {
    std::string number = std::to_string(axis);
    place.push_back(Var("place" + number));
    phase.push_back(Var("phase" + number));
    block.push_back(Var("in_block" + number));
    tap.push_back(Var("tap" + number));
  }
  if (plan.copiesInput) {
    int64_t channels = plan.copiedChannels(spec);
    input.emplace(emitter, spec, plan.block, channels);
  }
  if (plan.copiesFilter)
    definePanel();

  // Input channels innermost, then taps from the last axis to the first.
  Region region = {Range(0, static_cast<int>(spec.inputsPerGroup))};
  for (size_t axis = rank; axis-- > 0;)
    region.push_back(Range(0, spec.axes[axis].taps()));
  r = RDom(region, "r");
  Expr out = group * plan.columns + column, in = r[0];
  Expr ofGroup = spec.groups == 1 || spec.isChannelwise()
                     ? Expr(0)
                     : group * plan.columns / static_cast<int>(spec.outputsPerGroup);
  Expr channel = spec.isChannelwise() ? out : ofGroup * static_cast<int>(spec.inputsPerGroup) + in;
  llvm::SmallVector<Expr, 4> taps, places, blocks, position = {image};
  for (size_t axis = 0; axis < rank; ++axis) {
    const ConvAxis &a = spec.axes[axis];
    Expr j = r[static_cast<int>(rank - axis)];
    Expr count = a.perPhase(phase[axis], &ConvAxis::Phase::count);
    if (!Internal::is_const(count, a.taps()))
      r.where(j < count);
    taps.push_back(a.perPhase(phase[axis], &ConvAxis::Phase::first) + j * a.tapStride);
    // Of the last axis, `block` counts tiles and `place` is within one.
    Expr number = block[axis], inBlock = place[axis];
    int outputs = static_cast<int>(plan.block[axis]);
    if (axis + 1 == rank) {
      int tiles = outputs / plan.pixels;
      number = isOneBlock(axis) ? Expr(0) : block[axis] / tiles;
      if (!plan.tileIsRow)
        inBlock = (block[axis] - number * tiles) * plan.pixels + place[axis];
    }
    Expr met = inBlock * a.inputStride + a.perPhase(phase[axis], &ConvAxis::Phase::base) + j * a.tapStep;
    places.push_back(Internal::simplify(met - a.lowest()));
    blocks.push_back(number);
    position.push_back(Internal::simplify(number * (outputs * a.inputStride) + met));
    if (plan.leavesOut(spec, axis))
      r.where(position.back() >= 0 && position.back() < emitter.extent(a.input));
  }
  position.push_back(channel);
  Num number = input ? Num(input->at(channel, places, blocks, image)) : emitter.element(spec.input, position);
  Expr weight;
  if (plan.copiesFilter) {
    std::vector<Expr> at = {column, in};
    at.insert(at.end(), taps.rbegin(), taps.rend());
    at.push_back(group);
    weight = panel(at);
  } else {
    weight = spec.filter(taps, in, out, ofGroup).expr();
  }
  std::vector<Var> args = {column};
  args.insert(args.end(), place.rbegin(), place.rend());
  args.insert(args.end(), phase.rbegin(), phase.rend());
  args.push_back(group);
  args.insert(args.end(), block.rbegin(), block.rend());
  args.push_back(image);
  sum(args) = constant(spec.type, 0.0).expr();
  sum(args) = fma(number, Num(weight), Num(sum(args))).expr();
}

void DirectConv::definePanel() {
  std::vector<Var> args = {column, depth};
  args.insert(args.end(), tap.rbegin(), tap.rend());
  args.push_back(group);
  llvm::SmallVector<Expr, 3> taps(tap.begin(), tap.end());
  auto filterAt = [&](const Expr &inGroup) {
    Expr ofGroup = spec.groups == 1 || spec.isChannelwise()
                       ? Expr(0)
                       : group * plan.columns / static_cast<int>(spec.outputsPerGroup);
    return spec.filter(taps, depth, group * plan.columns + inGroup, ofGroup).expr();
  };
  if (!ragged) {
    panel(args) = filterAt(column);
    return;
  }
  columns = RDom(0, plan.columns, "columns");
  columns.where(group * plan.columns + columns < static_cast<int>(spec.outputs()));
  panel(args) = constant(spec.type, 0.0).expr();
  std::vector<Expr> filled(args.begin(), args.end());
  filled[0] = columns;
  panel(filled) = filterAt(columns);
}

bool DirectConv::isOneBlock(size_t axis) const {
  std::optional<int64_t> outputs = spec.axes[axis].outputsOfPhase();
  return outputs && *outputs <= plan.block[axis];
}

Num DirectConv::value() const {
  std::vector<Expr> places, phases, blocks;
  for (size_t axis = spec.rank(); axis-- > 0;) {
    Expr q = axes[axis + 1];
    int count = static_cast<int>(spec.axes[axis].phases.size()), size = static_cast<int>(plan.block[axis]);
    // Differences instead of remainders where one turn has one value, as Halide takes a remainder's bounds to be all
    // remainders. So they are of a tile's pixels, and of phases side by side.
    Expr whole = count == 1 ? q : q / count;
    if (axis + 1 == spec.rank()) {
      phases.push_back(count == 1 ? Expr(0) : q % count);
      places.push_back(whole % plan.pixels);
      blocks.push_back(whole / plan.pixels);
    } else {
      phases.push_back(count == 1 ? Expr(0) : q - whole * count);
      places.push_back(isOneBlock(axis) ? whole : whole - whole / size * size);
      blocks.push_back(isOneBlock(axis) ? Expr(0) : whole / size);
    }
  }
  Expr channel = axes.back();
  bool oneGroup = spec.outputs() <= plan.columns;
  std::vector<Expr> at = {oneGroup ? channel : channel % plan.columns};
  at.insert(at.end(), places.begin(), places.end());
  at.insert(at.end(), phases.begin(), phases.end());
  at.push_back(oneGroup ? Expr(0) : channel / plan.columns);
  at.insert(at.end(), blocks.begin(), blocks.end());
  at.push_back(axes.front());
  Func f = sum;
  return Num(f(at));
}

void DirectConv::schedule(LoopNest &nest) {
  Func &out = nest.out;
  size_t rank = spec.rank();
  Var image = axes.front(), channel = axes.back();
  Var group("group"), groupTask("group_task"), inGroup("in_group"), vector("vector"), lane("lane");
  Var tile("tile"), pixel("pixel");
  Var imageTask("image_task"), imageInTask("image_in_task");
  out.split(channel, group, inGroup, plan.columns, Guard).split(inGroup, vector, lane, plan.lanes(), Exact);
  out.split(group, groupTask, group, plan.groupsPerTask, Guard);
  out.split(image, imageTask, imageInTask, plan.imagesPerTask, Guard);
  std::vector<VarOrRVar> phases, blocks, rows; // innermost first
  for (size_t axis = rank; axis-- > 0;) {
    std::string number = std::to_string(axis);
    Var q = axes[axis + 1];
    int ofAxis = static_cast<int>(spec.axes[axis].phases.size());
    bool isLast = axis + 1 == rank; // whose phases lie side by side
    if (ofAxis > 1 && !isLast) {
      Var whole("whole" + number), phase("out_phase" + number);
      out.split(q, whole, phase, ofAxis, Guard);
      phases.push_back(phase);
      q = whole;
    }
    if (!isOneBlock(axis)) {
      Var block("out_block" + number), inBlock("out_place" + number);
      out.split(q, block, inBlock, static_cast<int>(plan.block[axis]) * (isLast ? ofAxis : 1), Guard);
      blocks.push_back(block);
      q = inBlock;
    }
    if (isLast)
      out.split(q, tile, pixel, plan.pixels * ofAxis, Guard);
    else
      rows.push_back(q);
  }
  std::vector<VarOrRVar> order = {lane, vector, pixel, tile};
  auto append = [&](const std::vector<VarOrRVar> &vars) {
    order.insert(order.end(), vars.begin(), vars.end());
  };
  append(rows);
  append(phases);
  std::vector<VarOrRVar> tasks;
  Var inputLevel = imageInTask;
  if (!plan.copiesFilter)
    order.push_back(group);
  if (plan.tasksOfBlocks) {
    order.push_back(imageInTask);
    tasks = blocks;
  } else {
    if (!blocks.empty())
      inputLevel = blocks.front().var;
    append(blocks);
    order.push_back(imageInTask);
  }
  if (plan.copiesFilter)
    order.push_back(group);
  tasks.push_back(groupTask);
  tasks.push_back(imageTask);
  append(tasks);
  out.reorder(order).vectorize(lane).unroll(vector).never_partition_all();
  // See Gemm::schedule: an update of an optimizer is too much code to be unrolled.
  constexpr double lightEpilogue = 12;
  if (nest.operations <= lightEpilogue && !nest.staged)
    out.unroll(pixel);

  Var task = tasks.front().var;
  for (size_t i = 1; i < tasks.size(); ++i) {
    Var fused("task" + std::to_string(i));
    out.fuse(task, tasks[i].var, fused);
    task = fused;
  }
  out.parallel(task);
  stageResults(nest, lane);

  scheduleSum(LoopLevel(out, tile));
  if (input)
    input->schedule(LoopLevel(out, inputLevel), 1);
  if (plan.copiesFilter)
    schedulePanel(LoopLevel(out, group));
}

void DirectConv::scheduleSum(const LoopLevel &tileLoop) {
  size_t rank = spec.rank();
  int lanes = plan.lanes();
  sum.compute_at(tileLoop)
      .store_in(MemoryType::Register)
      .bound_extent(column, plan.columns)
      .bound_extent(group, 1)
      .bound_extent(image, 1)
      .vectorize(column, lanes, Exact)
      .unroll(column)
      .unroll(place.back())
      .never_partition_all();
  for (size_t axis = 0; axis < rank; ++axis) {
    if (axis + 1 == rank)
      sum.bound(place[axis], 0, plan.pixels);
    else
      sum.bound_extent(place[axis], 1).bound_extent(phase[axis], 1);
    sum.bound_extent(block[axis], 1);
  }
  const ConvAxis &row = spec.axes.back();
  sum.bound(phase.back(), 0, static_cast<int>(row.phases.size())).unroll(phase.back());
  std::vector<VarOrRVar> order = {column, place.back(), phase.back()};
  for (int i = 0; i < r.dimensions(); ++i)
    order.push_back(r[i]);
  Stage update = sum.update();
  update.reorder(order)
      .vectorize(column, lanes, Exact)
      .unroll(column)
      .unroll(place.back())
      .unroll(phase.back())
      .never_partition_all();
  // Few channels: taps of a row, or all, are one straight piece of code.
  int64_t steps = spec.inputsPerGroup;
  if (steps <= 4)
    update.unroll(r[0]);
  else if (steps % 2 == 0)
    update.unroll(r[0], 2, Guard);
  // So are those of a row with several phases, each of which has its own, and of one that leaves out pixels.
  if (row.phases.size() > 1 || plan.leavesOut(spec, rank - 1)) {
    update.unroll(r[1]);
    return;
  }
  for (size_t i = 1; i <= rank && steps <= 4; ++i) {
    const ConvAxis &axis = spec.axes[rank - i];
    bool isGuarded = axis.phases.size() > 1 || (i == rank && rank > 1 && axis.padded);
    steps *= axis.taps();
    if (steps > 12 || isGuarded)
      break;
    update.unroll(r[static_cast<int>(i)]);
  }
}

void DirectConv::schedulePanel(const LoopLevel &level) {
  int lanes = plan.lanes();
  panel.compute_at(level)
      .store_in(MemoryType::Register)
      .bound(column, 0, plan.columns)
      .bound(depth, 0, static_cast<int>(spec.inputsPerGroup))
      .bound_extent(group, 1)
      .never_partition_all();
  for (size_t axis = 0; axis < spec.rank(); ++axis) {
    int most = 0;
    for (const ConvAxis::Phase &phase : spec.axes[axis].phases)
      most = std::max(most, phase.first + (phase.count - 1) * spec.axes[axis].tapStride + 1);
    panel.bound(tap[axis], 0, most);
  }
  Stage filled = ragged ? panel.update() : Stage(panel);
  if (ragged)
    panel.vectorize(column, lanes, Exact);
  filled.never_partition_all();
  if (!spec.filterAcross) {
    if (ragged)
      filled.vectorize(columns.x, lanes, Guard);
    else
      filled.vectorize(column, lanes, Exact).unroll(column);
    return;
  }
  // A transposing copy reads a few rows of the filter side by side, each along its contiguous axis.
  constexpr int rowsAtOnce = 16;
  if (ragged) {
    RVar outer("outer"), inner("inner");
    filled.split(columns.x, outer, inner, std::min(rowsAtOnce, plan.columns), Guard)
        .reorder(inner, depth, outer);
    filled.unroll(inner);
  } else {
    Var outer("outer"), inner("inner");
    int factor = std::min(rowsAtOnce, plan.columns);
    while (plan.columns % factor != 0)
      --factor;
    filled.split(column, outer, inner, factor, Exact).reorder(inner, depth, outer).unroll(inner);
  }
}

} // namespace nnc
