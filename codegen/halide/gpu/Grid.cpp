// gpu/Grid.cpp: see gpu/Grid.h.
#include "codegen/halide/gpu/Grid.h"
#include "codegen/halide/Schedules.h"

using namespace Halide;

namespace nnc {
namespace {

constexpr TailStrategy Guard = TailStrategy::GuardWithIf;
// For splits that divide.
constexpr TailStrategy Exact = TailStrategy::RoundUp;
constexpr int threadsOfBlock = 128;

} // namespace

int vectorOf(const LoopNest &nest) {
  constexpr int width = 4;
  bool fits = isMultiple(nest.dims.back(), width) && nest.readsAligned && !nest.readsBackwards;
  for (const Type &type : nest.memoryTypes)
    fits &= type.bits() <= 32;
  return fits ? width : 1;
}

std::vector<Var> fuseLoops(Stage stage, const std::vector<Var> &vars, const Dims &sizes) {
  std::vector<Var> groups;
  bool isClosed = true;
  for (size_t axis = vars.size(); axis-- > 0;) {
    bool opens = isClosed;
    isClosed = !sizes[axis].isStatic();
    if (opens) {
      groups.push_back(vars[axis]);
      continue;
    }
    Var fused("grid" + std::to_string(axis));
    stage.fuse(groups.back(), vars[axis], fused);
    groups.back() = fused;
  }
  return groups;
}

void makeBlocks(Stage stage, llvm::ArrayRef<Var> loops, size_t dimensions) {
  for (const Var &loop : loops.take_front(dimensions))
    stage.gpu_blocks(loop);
}

GridLevel makeGrid(Stage stage, std::vector<Var> vars, const Dims &sizes) {
  GridLevel level{Var("block"), Var("thread")};
  std::vector<Var> loops = fuseLoops(stage, vars, sizes);
  if (loops.empty())
    stage.split(Var::outermost(), Var::outermost(), level.thread, 1)
        .split(Var::outermost(), Var::outermost(), level.block, 1);
  else
    stage.split(loops.front(), level.block, level.thread, threadsOfBlock, Guard);
  stage.gpu_blocks(level.block).gpu_threads(level.thread);
  makeBlocks(stage, llvm::ArrayRef(loops).drop_front(!loops.empty()), 2);
  return level;
}

void scheduleThreads(LoopNest &nest, const std::vector<Func> &anchors) {
  Func &out = nest.out;
  std::vector<Var> loops = nest.axes;
  Dims sizes = nest.dims;
  int vector = !loops.empty() && anchors.empty() ? vectorOf(nest) : 1;
  Var lane("lane");
  if (vector > 1) {
    Var words("words");
    out.split(loops.back(), words, lane, vector, Exact).vectorize(lane);
    loops.back() = words;
  }
  LoopLevel inThread(out, makeGrid(out, loops, sizes).thread);
  for (Func anchor : anchors)
    anchor.compute_at(inThread).store_in(MemoryType::Register);
  if (!nest.staged)
    return;
  nest.staged->compute_at(inThread).store_in(MemoryType::Register);
  for (const Var &axis : nest.axes)
    nest.staged->bound_extent(axis, vector > 1 && axis.name() == nest.axes.back().name() ? vector : 1);
  if (vector > 1)
    nest.staged->vectorize(nest.axes.back(), vector, Exact);
}

} // namespace nnc
