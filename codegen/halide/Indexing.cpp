// Indexing.cpp: emitters of ops that integers steer.
#include "ir/ops/Indexing.h"
#include "codegen/halide/Emitters.h"
#include "codegen/halide/Place.h"
#include "codegen/halide/Schedules.h"
#include "codegen/halide/Sizes.h"
#include "codegen/halide/gpu/Grid.h"

using namespace mlir;
using Halide::Expr;
using Halide::Var;

namespace nnc {
namespace {

/// The index of the integer that element `index` of what was gathered belongs to.
llvm::ArrayRef<Expr> integerIndex(llvm::ArrayRef<Expr> index, int64_t axis, Value integers) {
  return index.slice(axis, cast<RankedTensorType>(integers.getType()).getRank());
}

struct GatherEmitter : EmitOpInterface::ExternalModel<GatherEmitter, GatherOp> {
  Num element(Operation *op, KernelEmitter &emitter, llvm::ArrayRef<Expr> index) const {
    auto gather = cast<GatherOp>(op);
    int64_t axis = gather.getAxis();
    llvm::ArrayRef<Expr> integer = integerIndex(index, axis, gather.getIndex());
    Place place(emitter);
    place.at.append(index.begin(), index.begin() + axis);
    place.pushInteger(emitter.element(gather.getIndex(), integer), dimsOf(gather.getTable())[axis]);
    place.at.append(integer.end(), index.end());
    return place.elementOrZero(gather.getTable());
  }
};

/// A step of an op that updates its result in place: element `to` along the axis becomes the sum of element `from` and
/// a term (without one: of what it is), if the condition, where there is one, holds.
struct Step {
  Expr to, from, condition;
  std::optional<Num> term;
};

/// How many groups of rows a scatter's steps are made in on a GPU. A thread goes through all steps for one group and column, and
/// does those of its rows in order: more groups read the integers more often and wait less for memory. In us, by the numbers of
/// `Gpu`: a warp reads an integer and decides in some cycles, while others do; a step that is done waits for what the one
/// before may have written.
int planScatterGroups(double steps, double rows, double columns, const Gpu &gpu) {
  constexpr double warpsPerTime = 1000, stepTime = 0.6; // of one multiprocessor, in a us; us
  double best = 0;
  int groups = 1;
  for (int count = 1; count <= std::min(rows, 4096.0); count *= 2) {
    const double warps = std::ceil(columns / gpu.warpThreads) * count;
    const double time = steps * (warps / (gpu.multiprocessors * warpsPerTime) + stepTime / count);
    if (count == 1 || time < best) {
      best = time;
      groups = count;
    }
  }
  return groups;
}

/// The loops of such an op: initial values, then steps in a fixed order. Vectors and tasks go over the axes that are
/// none of the steps' doing, so results do not depend on them.
class UpdateNest {
public:
  /// `steps` are the sizes of the loops over steps, outermost first. `areFree`: steps that update other elements of the axis
  /// do not need one another.
  UpdateNest(KernelEmitter &emitter, Value result, int64_t axis, const Dims &steps, bool areFree)
      : nest(emitter.addNest({0})), emitter(emitter), axis(axis), stepSizes(steps),
        index(nest.axes.begin(), nest.axes.end()) {
    nest.memoryTypes = {halideType(getElementTypeOrSelf(result.getType()))};
    Halide::Region region;
    for (const Dim &size : llvm::reverse(steps))
      region.push_back(Halide::Range(0, emitter.extent(size)));
    if (region.empty())
      region.push_back(Halide::Range(0, 1));
    if (areFree)
      groups = groupsOnDevice();
    if (groups > 1)
      region.push_back(Halide::Range(0, groups));
    domain = Halide::RDom(region, emitter.uniqueName("step"));
    for (size_t i = steps.size(); i-- > 0;)
      step.push_back(domain[i]);
  }

  /// An element of the result; its entry of `axis` means nothing in steps.
  llvm::ArrayRef<Expr> elementIndex() const { return index; }
  llvm::ArrayRef<Expr> stepIndex() const { return step; }

  void emit(const Num &initial, const Step &made) {
    Halide::Func out("out");
    out(std::vector<Var>(nest.axes.rbegin(), nest.axes.rend())) = initial.expr();
    if (made.condition.defined())
      domain.where(made.condition);
    if (groups > 1)
      domain.where(made.to % groups == group());
    Expr before = out(place(made.from));
    Expr after = before + (made.term ? made.term->expr() : Expr(out(place(made.to))));
    out(place(made.to)) = overDomain(domain, {Num(after)})[0].expr();
    nest.out = out;
    // With checks on, kernels are plain loops (see KernelEmitter::emit).
    if (emitter.getTarget().gpu) {
      makeGrid(out, nest.axes, nest.dims);
      scheduleStepsInThreads(out.update());
    } else if (!emitter.getTarget().checksArguments) {
      schedulePointwise(nest, emitter.getTarget());
      if (nest.axes.size() > 1)
        scheduleSteps(out.update());
    }
    emitter.finishNest(nest);
  }

private:
  std::vector<Expr> place(const Expr &position) const {
    std::vector<Expr> at(index.rbegin(), index.rend());
    at[at.size() - 1 - axis] = position;
    return at;
  }

  Halide::RVar group() const { return domain[domain.dimensions() - 1]; }

  /// The sizes of the axes but the updated one.
  Dims columns() const {
    Dims sizes = nest.dims;
    sizes.erase(sizes.begin() + axis);
    return sizes;
  }

  int groupsOnDevice() const {
    const KernelTarget &target = emitter.getTarget();
    const Dims sizes = columns();
    // One loop of the grid has them all (see fuseLoops), and the groups another.
    if (!target.gpu || !llvm::all_of(llvm::drop_begin(sizes, !sizes.empty()), [](const Dim &size) { return size.isStatic(); }))
      return 1;
    double steps = 1, count = 1;
    for (const Dim &size : stepSizes)
      steps *= guessOfTerms(size);
    for (const Dim &size : sizes)
      count *= guessOfTerms(size);
    return planScatterGroups(steps, guessOfTerms(nest.dims[axis]), count, *target.gpu);
  }

  /// A thread goes through all steps for its elements, or for those of its group's rows.
  void scheduleStepsInThreads(Halide::Stage update) {
    std::vector<Var> vars = nest.axes;
    vars.erase(vars.begin() + axis);
    if (groups == 1) {
      makeGrid(update, vars, columns());
      return;
    }
    // No two threads update the same element: each is of one group and column.
    update.allow_race_conditions();
    std::vector<Halide::VarOrRVar> order;
    for (int i = 0; i + 1 < domain.dimensions(); ++i)
      order.push_back(domain[i]);
    if (vars.empty()) {
      Halide::RVar block("group_block"), thread("group_thread");
      update.split(group(), block, thread, emitter.getTarget().gpu->warpThreads, Halide::TailStrategy::GuardWithIf);
      order.insert(order.end(), {thread, block});
      update.reorder(order).gpu_threads(thread).gpu_blocks(block);
      return;
    }
    GridLevel level = makeGrid(update, vars, columns());
    order.insert(order.end(), {level.thread, level.block, group()});
    update.reorder(order).gpu_blocks(group());
  }

  void scheduleSteps(Halide::Stage update) {
    constexpr Halide::TailStrategy guard = Halide::TailStrategy::GuardWithIf;
    const Machine &machine = emitter.getTarget().machine;
    size_t rank = nest.axes.size(), updated = axis;
    int lanes = emitter.getTarget().lanes(nest.memoryTypes.front());
    Var vectors("vectors"), lane("update_lane"), task("update_task"), within("update_within");
    // Innermost first: vectors of the last axis, other axes behind the updated one, steps, axes before it.
    std::vector<Halide::VarOrRVar> order;
    double work = 2;
    for (const Dim &size : stepSizes)
      work *= guess(size);
    if (updated + 1 < rank) {
      update.split(nest.axes.back(), vectors, lane, lanes, guard).vectorize(lane);
      order.push_back(lane);
      // Without axes in front, tasks are stretches of the last axis, each of which goes through all steps.
      if (updated == 0) {
        update.split(vectors, task, within, std::max(1, 64 / lanes), guard);
        order.push_back(within);
      } else {
        order.push_back(vectors);
      }
      for (size_t i = rank - 1; i-- > updated + 1;)
        order.push_back(nest.axes[i]);
    }
    for (size_t i = updated + 1; i < rank; ++i)
      work *= guess(nest.dims[i]);
    for (int i = 0; i < domain.dimensions(); ++i)
      order.push_back(domain[i]);
    if (updated > 0) {
      for (size_t i = updated; i-- > 1;) {
        order.push_back(nest.axes[i]);
        work *= guess(nest.dims[i]);
      }
      int rows = static_cast<int>(std::min(std::max(machine.flopsPerTask / work, 1.0), 1e6));
      update.split(nest.axes.front(), task, within, rows, guard);
      order.push_back(within);
    }
    order.push_back(task);
    update.reorder(order).parallel(task);
  }

  LoopNest &nest;
  KernelEmitter &emitter;
  int64_t axis;
  int groups = 1; // of rows, each with threads of its own
  Dims stepSizes;
  ExprIndex index, step;
  Halide::RDom domain;
};

struct ScatterAddEmitter : EmitWholeKernelOpInterface::ExternalModel<ScatterAddEmitter, ScatterAddOp> {
  void emitKernel(Operation *op, KernelEmitter &emitter, ValueRange) const {
    auto scatter = cast<ScatterAddOp>(op);
    int64_t axis = scatter.getAxis();
    UpdateNest nest(emitter, scatter.getY(), axis, dimsOf(scatter.getIndex()), true);
    Place place(emitter);
    place.pushInteger(emitter.element(scatter.getIndex(), nest.stepIndex()), dimsOf(scatter.getY())[axis]);
    llvm::ArrayRef<Expr> index = nest.elementIndex();
    ExprIndex from(index.take_front(axis));
    from.append(nest.stepIndex().begin(), nest.stepIndex().end());
    from.append(index.begin() + axis + 1, index.end());
    Num term = emitter.element(scatter.getX(), from);
    nest.emit(lit(term, 0.0), {place.at.front(), place.at.front(), place.inside, term});
  }
};

/// Each element, initialized with its own term, gets the sum before it added.
struct CumsumEmitter : EmitWholeKernelOpInterface::ExternalModel<CumsumEmitter, CumsumOp> {
  void emitKernel(Operation *op, KernelEmitter &emitter, ValueRange) const {
    auto cumsum = cast<CumsumOp>(op);
    int64_t axis = cumsum.getAxis();
    bool reverse = cumsum.getReverse();
    Dim size = dimsOf(cumsum.getY())[axis];
    Expr last = emitter.extent(size) - 1;
    UpdateNest nest(emitter, cumsum.getY(), axis, {*size.sub(Dim(1))}, false);
    Expr step = nest.stepIndex().front(), to = reverse ? last - 1 - step : step + 1;
    Step made{to, reverse ? to + 1 : to - 1, Expr(), std::nullopt};
    llvm::ArrayRef<Expr> index = nest.elementIndex();
    if (!cumsum.getExclusive())
      return nest.emit(emitter.element(cumsum.getX(), index), made);
    ExprIndex before(index.begin(), index.end());
    before[axis] = reverse ? Halide::min(index[axis] + 1, last) : Halide::max(index[axis] - 1, 0);
    Num term = emitter.element(cumsum.getX(), before);
    Expr isFirst = index[axis] == (reverse ? last : Expr(0));
    nest.emit(select(Num(isFirst), lit(term, 0.0), term), made);
  }
};

} // namespace

void registerIndexingEmitters(MLIRContext &context) {
  GatherOp::attachInterface<GatherEmitter>(context);
  ScatterAddOp::attachInterface<ScatterAddEmitter>(context);
  CumsumOp::attachInterface<CumsumEmitter>(context);
}

} // namespace nnc
