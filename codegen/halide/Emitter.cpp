// Emitter.cpp: see Emitter.h.
#include "codegen/halide/Emitter.h"
#include "codegen/halide/ConvSpec.h"
#include "codegen/halide/Definitions.h"
#include "codegen/halide/Emitters.h"
#include "codegen/halide/Gemm.h"
#include "codegen/halide/Schedules.h"
#include "ir/ops/Shape.h"
#include "ir/ops/Structure.h"
#include <algorithm>
#include <numeric>

#include "codegen/halide/Emit.cpp.inc"

using namespace mlir;
using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::Var;

namespace nnc {

std::vector<unsigned> EmittedKernel::resultOrder() const {
  std::vector<unsigned> order;
  for (const LoopNest &nest : nests)
    order.insert(order.end(), nest.results.begin(), nest.results.end());
  std::vector<unsigned> places(order.size());
  for (unsigned place = 0; place < order.size(); ++place)
    places[order[place]] = place;
  return places;
}

KernelEmitter::KernelEmitter(KernelOp kernel, KernelTarget target)
    : kernel(kernel), target(std::move(target)) {}
KernelEmitter::~KernelEmitter() = default;

/// How elements lie in memory: truth values take a byte.
static Halide::Type memoryType(mlir::Type elementType) {
  Halide::Type type = halideType(elementType);
  return type.is_bool() ? Halide::UInt(8) : type;
}

Expr KernelEmitter::extent(const Dim &dim) {
  Expr sum = Expr(0);
  bool empty = true;
  for (const auto &[monomial, coefficient] : dim.getTerms()) {
    Expr term = Expr(static_cast<int32_t>(coefficient));
    bool unit = coefficient == 1 && !monomial.empty();
    for (const std::string &name : monomial) {
      term = unit ? Expr(sizes.find(name)->second) : term * sizes.find(name)->second;
      unit = false;
    }
    sum = empty ? term : sum + term;
    empty = false;
  }
  return sum;
}

/// Are all values scalars or of the result's sizes, with nothing but elementwise ops between them? Then memory is
/// one long row, whatever the number of axes.
bool KernelEmitter::isFlat() {
  if (target.checksArguments)
    return false; // asserts compare the number of axes of buffers
  Dims dims = dimsOf(kernel.getOutputs().front());
  auto fits = [&](Value value) {
    Dims other = dimsOf(value);
    return other.empty() || other == dims;
  };
  for (Operation &op : kernel.getBody().front()) {
    if (isa<YieldOp>(op))
      continue;
    bool scalarBroadcast = isa<BroadcastOp>(op) && dimsOf(op.getOperand(0)).empty();
    if (!isa<ElementwiseOpInterface, FillOp, SizeOp>(op) && !scalarBroadcast)
      return false;
    if (!fits(op.getResult(0)))
      return false;
  }
  return dims.size() > 1 && llvm::all_of(kernel.getBody().getArguments(), fits);
}

void KernelEmitter::makeInputs() {
  inputs.clear();
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    auto type = cast<RankedTensorType>(argument.getType());
    Dims dims = dimsOf(type);
    if (flat && dims.size() > 1)
      dims = {*elementCount(dims)};
    Halide::ImageParam image(memoryType(type.getElementType()), dims.size(),
                             "in" + std::to_string(argument.getArgNumber()));
    Expr stride = 1;
    for (int axis = dims.size() - 1, i = 0; axis >= 0; --axis, ++i) {
      Expr size = extent(dims[axis]);
      image.dim(i).set_bounds(0, size).set_stride(stride);
      stride = Halide::Internal::simplify(stride * size);
    }
    inputs.push_back(image);
    result->arguments.push_back(image);
  }
}

Num KernelEmitter::element(Value value, llvm::ArrayRef<Expr> index) {
  std::vector<const void *> identity;
  for (const Expr &expr : index)
    identity.push_back(expr.get());
  auto key = std::make_pair(value.getAsOpaquePointer(), identity);
  if (auto found = known.find(key); found != known.end())
    return found->second;

  auto compute = [&]() -> Num {
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      Num number(inputs[argument.getArgNumber()](reversed(index)));
      return castTo(number, getElementTypeOrSelf(value.getType()));
    }
    Operation *op = value.getDefiningOp();
    if (auto emitter = dyn_cast<EmitOpInterface>(op))
      return emitter.element(*this, index);
    if (!failed)
      op->emitOpError("has no kernel code");
    failed = true;
    return constant(halideType(getElementTypeOrSelf(value.getType())), 0.0);
  };
  Num number = compute();
  known.emplace(key, number);
  keptAlive.emplace_back(index.begin(), index.end());
  return number;
}

std::optional<std::vector<Var>> KernelEmitter::plainVariables(llvm::ArrayRef<Expr> index) const {
  std::vector<Var> vars;
  for (const Expr &expr : index) {
    const auto *variable = expr.as<Halide::Internal::Variable>();
    if (!variable || llvm::any_of(vars, [&](const Var &v) { return v.name() == variable->name; }))
      return std::nullopt;
    auto axis = llvm::find_if(nest->axes, [&](const Var &v) { return v.name() == variable->name; });
    if (axis == nest->axes.end())
      return std::nullopt;
    vars.push_back(*axis);
  }
  return vars;
}

Nums KernelEmitter::reduce(Operation *op, const ReduceSpec &spec, llvm::ArrayRef<Expr> keptIndex) {
  switch (form) {
  case Form::Shared: return reduceShared(op, spec, keptIndex);
  case Form::PerUse: return reducePerUse(spec, keptIndex);
  case Form::Device: return reduceOnDevice(op, spec, keptIndex);
  }
  llvm_unreachable("every form reduces");
}

Nums KernelEmitter::reduceShared(Operation *op, const ReduceSpec &spec, llvm::ArrayRef<Expr> keptIndex) {
  std::optional<std::vector<Var>> vars = plainVariables(keptIndex);
  auto key = std::make_pair(op, std::string(spec.name));
  auto sameVars = [&](const std::vector<Var> &a, const std::vector<Var> &b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Var &x, const Var &y) { return x.name() == y.name(); });
  };
  auto found = shared.find(key);
  if (!vars || (found != shared.end() && !sameVars(*vars, nest->reductions[found->second].kept))) {
    sharedFails = true;
    return spec.initial;
  }
  ++reductionsRead;
  if (found != shared.end())
    return read(nest->reductions[found->second].result, reversed(keptIndex));

  std::string name = std::string(spec.name) + std::to_string(counter++);
  Reduction reduction;
  reduction.kept = *vars;
  reduction.length = guessedLength(spec);
  reduction.result = Func(name);
  std::vector<Expr> args(vars->rbegin(), vars->rend());
  std::vector<Var> vargs(vars->rbegin(), vars->rend());
  std::vector<Expr> reduced;
  int64_t last = spec.dims.size() - 1;
  std::vector<std::pair<Expr, Expr>> ranges; // innermost first
  for (size_t i = spec.axes.size(); i-- > 0;)
    ranges.emplace_back(0, extent(spec.dims[spec.axes[i]]));

  auto domain = [&](const std::string &suffix, const std::vector<std::pair<Expr, Expr>> &bounds) {
    Halide::Region region;
    for (const auto &[min, size] : bounds)
      region.push_back(Halide::Range(min, size));
    return RDom(region, name + suffix);
  };
  if (spec.axes.back() != last && reduceInParts(spec, keptIndex, reduction)) {
    // All of it is done.
  } else if (spec.axes.back() != last) {
    // Columns: one chain per result.
    RDom r = domain("_r", ranges);
    for (int i = ranges.size() - 1; i >= 0; --i)
      reduced.push_back(r[i]);
    define(reduction.result(vargs), spec.initial);
    Nums element = overDomain(r, spec.element(fullIndex(spec, keptIndex, reduced)));
    nest->operations += countOperations(element);
    define(reduction.result(args), combineOnce(spec, read(reduction.result, args), element));
    for (int i = 0; i < static_cast<int>(ranges.size()); ++i)
      reduction.loops.push_back(r[i]);
  } else {
    // Lanes: partial results along the last axis, whole vectors first, then the rest.
    int vector = target.lanes(spec.initial[0].type());
    std::optional<int64_t> length = spec.dims[last].valueIfStatic();
    int vectors = !length || *length >= 8 * vector ? 4 : *length >= 2 * vector ? 2 : 1;
    int count = reduction.laneCount = vectors * vector;
    Func partial(name + "_lanes");
    std::vector<Expr> laneArgs = {reduction.lane};
    laneArgs.insert(laneArgs.end(), args.begin(), args.end());
    std::vector<Var> laneVars = {reduction.lane};
    laneVars.insert(laneVars.end(), vargs.begin(), vargs.end());
    define(partial(laneVars), spec.initial);
    Expr size = ranges.front().second, whole = size / count;
    auto update = [&](RDom &r, const Expr &position) {
      reduced.clear();
      for (int i = ranges.size() - 1; i > 0; --i)
        reduced.push_back(r[i]);
      reduced.push_back(position);
      Nums element = overDomain(r, spec.element(fullIndex(spec, keptIndex, reduced)));
      nest->operations += countOperations(element);
      define(partial(laneArgs), combineOnce(spec, read(partial, laneArgs), element));
    };
    if (!length || *length >= count) {
      ranges.front() = {0, whole};
      RDom r = domain("_r", ranges);
      update(r, r[0] * count + reduction.lane);
    }
    if (!length || *length % count != 0) {
      ranges.front() = {0, 1};
      RDom r = domain("_tail", ranges);
      r.where(reduction.lane < size - whole * count);
      update(r, r[0] + whole * count + reduction.lane);
    }
    reduction.lanes.push_back(partial);
    // Halve as vectors down to two.
    for (int width = count / 2; width >= 2; width /= 2) {
      Func half(name + "_by" + std::to_string(width));
      std::vector<Expr> upper = laneArgs;
      upper[0] = reduction.lane + width;
      Func &previous = reduction.lanes.back();
      define(half(laneVars), spec.combine(read(previous, laneArgs), read(previous, upper)));
      reduction.lanes.push_back(half);
    }
    std::vector<Nums> items;
    for (int i = 0; i < 2; ++i) {
      laneArgs[0] = i;
      items.push_back(read(reduction.lanes.back(), laneArgs));
    }
    items[0] = spec.combine(items[0], items[1]);
    define(reduction.result(vargs), items.front());
  }
  shared[key] = nest->reductions.size();
  nest->reductions.push_back(reduction);
  return read(reduction.result, reversed(keptIndex));
}

/// Columns: a chain per result and part of the rows, then one through the parts. Their number depends on sizes alone.
/// False, and nothing done, where there are columns enough for all threads, or too little to do, or where elements wait for
/// another reduction, which is done beside the result and not before the parts.
bool KernelEmitter::reduceInParts(const ReduceSpec &spec, ArrayRef<Expr> keptIndex, Reduction &reduction) {
  constexpr int partCount = 8;
  constexpr double fewColumns = 128, muchWork = 1 << 17;
  double columns = 1;
  for (auto [axis, size] : llvm::enumerate(spec.dims))
    if (!llvm::is_contained(spec.axes, static_cast<int64_t>(axis)))
      columns *= size.isStatic() ? static_cast<double>(size.value()) : 2 * fewColumns;
  if (spec.axes.front() != 0 || columns > fewColumns || columns * guessedLength(spec) < muchWork)
    return false;

  std::string name = reduction.result.name();
  Halide::Region region; // innermost first
  for (size_t i = spec.axes.size(); i-- > 0;)
    region.push_back(Halide::Range(0, extent(spec.dims[spec.axes[i]])));
  Expr rows = region.back().extent, length = (rows + (partCount - 1)) / partCount;
  region.back().extent = length;
  RDom r(region, name + "_r");
  Reduction::Parts parts{Func(name + "_parts"), Func(name + "_part"), Var("part"), {}};
  std::vector<Expr> reduced;
  for (int i = region.size() - 1; i >= 0; --i)
    reduced.push_back(r[i]);
  reduced.front() = parts.part * length + reduced.front();
  r.where(reduced.front() < rows);

  const unsigned before = reductionsRead;
  Nums element = overDomain(r, spec.element(fullIndex(spec, keptIndex, reduced)));
  if (reductionsRead != before || sharedFails)
    return false;
  nest->operations += countOperations(element);
  std::vector<Var> columnVars(reduction.kept.rbegin(), reduction.kept.rend()), vars = columnVars;
  vars.push_back(parts.part);
  std::vector<Expr> columnArgs(columnVars.begin(), columnVars.end()), args(vars.begin(), vars.end());
  define(parts.one(vars), spec.initial);
  define(parts.one(args), combineOnce(spec, read(parts.one, args), element));
  define(parts.all(vars), read(parts.one, args));
  for (int i = 0; i < static_cast<int>(region.size()); ++i)
    parts.loops.push_back(r[i]);

  RDom q(0, partCount, name + "_q");
  args.back() = q;
  define(reduction.result(columnVars), spec.initial);
  define(reduction.result(columnArgs), spec.combine(read(reduction.result, columnArgs), read(parts.all, args)));
  reduction.loops = {q.x};
  reduction.parts = parts;
  return true;
}

Nums KernelEmitter::reducePerUse(const ReduceSpec &spec, llvm::ArrayRef<Expr> keptIndex) {
  std::string name = std::string(spec.name) + std::to_string(counter++);
  Func function(name);
  ExprIndex kept;
  std::vector<Var> vars;
  for (size_t i = 0; i < keptIndex.size(); ++i) {
    vars.push_back(Var(name + "_" + std::to_string(i)));
    kept.push_back(vars.back());
  }
  Halide::Region region;
  for (size_t i = spec.axes.size(); i-- > 0;)
    region.push_back(Halide::Range(0, extent(spec.dims[spec.axes[i]])));
  RDom r(region, name + "_r");
  std::vector<Expr> reduced;
  for (int i = region.size() - 1; i >= 0; --i)
    reduced.push_back(r[i]);

  // What the element reads through functions of its own runs in this function's innermost loop.
  std::vector<Func> outer;
  std::swap(outer, pending);
  define(function(std::vector<Var>(vars.rbegin(), vars.rend())), spec.initial);
  Nums next = nextOf(spec, r, read(function, reversed(kept)), fullIndex(spec, kept, reduced));
  define(function(reversed(kept)), next);
  for (Func &nested : pending)
    nested.compute_at(function, r[0]).store_in(Halide::MemoryType::Register);
  // The loops over kept variables have one turn; they stay inside. Halide does not see it where a thread's element is
  // found from fused loops of run-time sizes.
  if (target.gpu)
    for (const Var &var : vars)
      function.bound_extent(var, 1);
  std::swap(outer, pending);
  pending.push_back(function);
  return read(function, reversed(keptIndex));
}

Num KernelEmitter::contractor(
    Halide::Type type, llvm::ArrayRef<Expr> index,
    llvm::function_ref<std::unique_ptr<Contractor>(const std::vector<Var> &axes)> make) {
  std::optional<std::vector<Var>> vars = plainVariables(index);
  bool own = vars && vars->size() == nest->axes.size() &&
             std::equal(vars->begin(), vars->end(), nest->axes.begin(),
                        [](const Var &a, const Var &b) { return a.name() == b.name(); });
  if (!own || nest->product) {
    sharedFails = true;
    return constant(type, 0.0);
  }
  nest->product = make(nest->axes);
  return nest->product->value();
}

bool KernelEmitter::isOwnIndex(llvm::ArrayRef<Expr> index) const {
  return index.size() == nest->index.size() &&
         std::equal(index.begin(), index.end(), nest->index.begin(),
                    [](const Expr &a, const Expr &b) { return a.same_as(b); });
}

std::vector<Expr> KernelEmitter::positionsAlong(const Dims &sizes, Expr position) {
  std::vector<Expr> along(sizes.size());
  for (size_t i = sizes.size(); i-- > 0;) {
    Expr size = extent(sizes[i]);
    along[i] = i == 0 ? position : position % size;
    position = position / size;
  }
  return along;
}

Num KernelEmitter::contract(Operation *op, const ContractSpec &spec, llvm::ArrayRef<Expr> index) {
  // A column of which each number is the sum along a row of lhs is a reduction of rows.
  const bool isColumn = form == Form::Shared && spec.n == Dim(1);
  if (form == Form::Shared && !(isColumn && !spec.lhsDown))
    return contractor(spec.type, index, [&](std::vector<Var> axes) {
      if (isColumn)
        std::swap(axes[axes.size() - 2], axes.back());
      return std::make_unique<Gemm>(isColumn ? asOneRow(spec) : spec, axes, target,
                                    [&](const Dim &dim) { return extent(dim); });
    });
  if (std::optional<Num> value = deviceProduct(spec, index))
    return *value;
  ReduceSpec sum{"product", {}, {}, {constant(spec.type, 0.0)}, {}, {}};
  // The reduced axis is the last where rhs is read along it, else the columns are.
  size_t batch = index.size() - 2;
  bool across = !target.gpu || spec.rhsAcross;
  size_t depth = batch + (across ? 2 : 1), column = batch + (across ? 1 : 2);
  sum.keptUnknown = !nest->shape.empty() || nest->dims.size() != index.size() || !isOwnIndex(index);
  for (size_t i = 0; i < batch; ++i)
    sum.dims.push_back(sum.keptUnknown ? Dim(1) : nest->dims[i]);
  sum.dims.push_back(spec.m);
  sum.dims.push_back(across ? spec.n : spec.k);
  sum.dims.push_back(across ? spec.k : spec.n);
  sum.axes = {static_cast<int64_t>(depth)};
  auto factors = [=](llvm::ArrayRef<Expr> at) {
    llvm::ArrayRef<Expr> outer = at.take_front(batch);
    return std::pair(spec.lhs(outer, at[batch], at[depth]), spec.rhs(outer, at[depth], at[column]));
  };
  sum.element = [=](llvm::ArrayRef<Expr> at) -> Nums {
    auto [left, right] = factors(at);
    return {left * right};
  };
  sum.combine = [](const Nums &a, const Nums &b) -> Nums { return {a[0] + b[0]}; };
  if (target.gpu || isColumn)
    sum.step = [=](const Nums &sofar, llvm::ArrayRef<Expr> at) -> Nums {
      auto [left, right] = factors(at);
      return {fma(left, right, sofar[0])};
    };
  return reduce(op, sum, index)[0];
}

Num KernelEmitter::unlessEmpty(llvm::ArrayRef<Dim> sizes, const Num &value) {
  Expr nonempty;
  for (const Dim &size : sizes)
    if (!size.isStatic()) {
      Expr test = extent(size) > 0;
      nonempty = nonempty.defined() ? nonempty && test : test;
    }
  if (!nonempty.defined())
    return value;
  // A branch, unlike select.
  return Num(Halide::Internal::Call::make(value.type(), Halide::Internal::Call::if_then_else,
                                          {nonempty, value.expr(), lit(value, 0.0).expr()},
                                          Halide::Internal::Call::PureIntrinsic));
}

void KernelEmitter::noteSeam(const Expr &along, const Dim &at) {
  const auto *variable = along.as<Halide::Internal::Variable>();
  if (variable && nest && !nest->axes.empty() && nest->axes.back().name() == variable->name && at.isStatic())
    nest->seam = std::gcd(nest->seam, at.value());
}

void KernelEmitter::noteAlignment(const Dims &dims) {
  if (!dims.empty())
    nest->readsAligned &= isMultiple(*elementCount(dims), 4);
}

bool KernelEmitter::emitNest(LoopNest &target, Form newForm) {
  form = newForm;
  sharedFails = false;
  known.clear();
  keptAlive.clear();
  shared.clear();
  pending.clear();
  nest = &target;
  nest->axes.clear();
  nest->reductions.clear();
  nest->product.reset();
  nest->staged.reset();
  nest->memoryTypes.clear();
  nest->readsAligned = true;
  nest->seam = 0;

  for (Value value : kernel.getBody().getArguments())
    noteAlignment(dimsOf(value));
  for (unsigned i : nest->results)
    noteAlignment(dimsOf(kernel.getOutputs()[i]));
  ExprIndex axes;
  for (size_t axis = 0; axis < nest->dims.size(); ++axis) {
    nest->axes.push_back(Var("axis" + std::to_string(axis)));
    axes.push_back(nest->axes.back());
  }
  if (!nest->shape.empty()) {
    std::vector<Expr> outer = positionsAlong(Dims(nest->shape.begin(), nest->shape.end() - 1), axes[0]);
    outer.push_back(axes[1]);
    axes.assign(outer.begin(), outer.end());
  }
  nest->index = axes;
  for (const Halide::ImageParam &input : inputs)
    if (input.dimensions() > 0)
      nest->memoryTypes.push_back(input.type());
  Nums values;
  for (unsigned i : nest->results) {
    Value value = kernel.yieldOp().getValues()[i];
    Num number = element(value, axes);
    values.push_back(castTo(number, memoryType(getElementTypeOrSelf(value.getType()))));
    if (!axes.empty())
      nest->memoryTypes.push_back(values.back().type());
  }
  if (failed || sharedFails)
    return false;

  nest->operations += countOperations(values);
  std::string number = std::to_string(counter++);
  Func out("out" + number);
  std::vector<Var> args(nest->axes.rbegin(), nest->axes.rend());
  if (values.size() > 1) {
    nest->staged = Func("results" + number);
    define((*nest->staged)(args), values);
    values = read(*nest->staged, std::vector<Expr>(args.begin(), args.end()));
  }
  define(out(args), values);
  nest->out = out;

  finishNest(*nest, nest->product && nest->product->leavesRowsOpen());
  return true;
}

LoopNest &KernelEmitter::addNest(llvm::ArrayRef<unsigned> results) {
  LoopNest &added = result->nests.emplace_back();
  added.results.assign(results.begin(), results.end());
  added.dims = dimsOf(kernel.getOutputs()[results.front()]);
  for (size_t axis = 0; axis < added.dims.size(); ++axis)
    added.axes.push_back(Var("axis" + std::to_string(axis)));
  return added;
}

void KernelEmitter::finishNest(LoopNest &nest, bool rowsOpen) {
  std::vector<Halide::OutputImageParam> buffers = nest.out.output_buffers();
  for (size_t i = 0; i < buffers.size(); ++i) {
    Expr stride = 1;
    for (int axis = nest.dims.size() - 1, d = 0; axis >= 0; --axis, ++d) {
      Expr size = extent(nest.dims[axis]);
      buffers[i].dim(d).set_stride(stride);
      // Sizes of the other results are those of the first.
      if (i == 0 && !(rowsOpen && d == 1))
        buffers[i].dim(d).set_bounds(0, size);
      else if (i == 0)
        buffers[i].dim(d).set_min(0);
      stride = Halide::Internal::simplify(stride * size);
    }
  }
}

std::unique_ptr<EmittedKernel> KernelEmitter::emit() {
  result = std::make_unique<EmittedKernel>();
  result->symbol = kernel.getSymbol().value_or("kernel").str();
  for (const std::string &name : kernel.runtimeDims())
    sizes.insert({name, Halide::Param<int32_t>("size_" + name)});
  flat = isFlat();
  makeInputs();
  for (const std::string &name : kernel.runtimeDims())
    result->arguments.push_back(sizes.find(name)->second);

  for (Operation &op : kernel.getBody().front())
    if (auto whole = dyn_cast<EmitWholeKernelOpInterface>(op)) {
      whole.emitKernel(*this, kernel.yieldOp().getValues());
      return failed ? nullptr : std::move(result);
    }

  // A convolution on a GPU is a matrix product, with a row for each position (gpu/Product.h).
  bool asMatrices = target.gpu && !target.checksArguments &&
                    llvm::any_of(kernel.getBody().front(), [](Operation &op) { return isConvolution(&op); });
  // Results of equal sizes share a nest.
  for (auto [i, value] : llvm::enumerate(kernel.yieldOp().getValues())) {
    Dims dims = dimsOf(value);
    if (flat && dims.size() > 1)
      dims = {*elementCount(dims)};
    Dims shape;
    if (asMatrices && dims.size() > 2) {
      shape = dims;
      dims = {*elementCount(Dims(shape.begin(), shape.end() - 1)), shape.back()};
    }
    auto same = llvm::find_if(result->nests, [&](const LoopNest &nest) { return nest.dims == dims && nest.shape == shape; });
    if (same == result->nests.end()) {
      result->nests.emplace_back();
      same = std::prev(result->nests.end());
      same->dims = dims;
      same->shape = shape;
    }
    same->results.push_back(i);
  }

  // With checks on, kernels are plain loops: padded vectors read under masks, which Halide's checks of bounds do not
  // take into account.
  bool plain = target.checksArguments;
  for (LoopNest &nest : result->nests) {
    Form first = target.gpu ? Form::Device : Form::Shared;
    bool shared = !plain && emitNest(nest, first);
    // Halide does not find the single element that a thread's sum is for behind rows of several axes.
    if (shared && !nest.shape.empty() && !pending.empty()) {
      nest.dims = std::exchange(nest.shape, {});
      shared = emitNest(nest, first);
    }
    nest.schedule = shared ? chooseSchedule(nest, target) : Schedule::PerUse;
    if (nest.product && !pending.empty()) // a product's loops have no place for other anchors
      nest.schedule = Schedule::PerUse;
    if (failed || (nest.schedule == Schedule::PerUse && !emitNest(nest, Form::PerUse)))
      return nullptr;
    scheduleNest(nest, target, pending);
  }
  return std::move(result);
}

void registerEmitters(MLIRContext &context) {
#define NNC_FAMILY(NAME) register##NAME##Emitters(context);
#define NNC_STRUCTURE_FAMILY(NAME)
#include "ir/ops/Families.def"
}

} // namespace nnc
