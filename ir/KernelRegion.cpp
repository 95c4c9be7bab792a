// KernelRegion.cpp: decides whether ops are a kernel. Each value gets a level, from which the rules follow.
#include "ir/KernelRegion.h"
#include "ir/ops/Scan.h"
#include "ir/ops/Shape.h"
#include "ir/ops/Structure.h"
#include "llvm/ADT/DenseMap.h"

using namespace mlir;

namespace nnc {

bool KernelShape::reducesTrailingAxes() const {
  int64_t first = space.size() - reducedAxes.size();
  for (auto [index, axis] : llvm::enumerate(reducedAxes))
    if (axis != first + static_cast<int64_t>(index))
      return false;
  return true;
}

KernelShape KernelShape::of(KernelOp kernel) {
  llvm::SmallVector<Operation *> ops;
  for (Operation &op : kernel.getBody().front().without_terminator())
    ops.push_back(&op);
  std::string whyNot;
  std::optional<KernelShape> shape = analyzeKernel(ops, kernel.yieldOp().getValues(), whyNot);
  assert(shape && "the verifier let an impossible kernel pass");
  return *shape;
}

bool readsMemory(Operation *op) { return op->hasTrait<Contraction>() || op->hasTrait<Windowed>(); }

bool readsThrough(Operation *reader, Operation *definition) {
  auto transpose = dyn_cast<TransposeOp>(definition);
  if (!transpose || !reader->hasTrait<Contraction>())
    return false;
  ArrayRef<int64_t> permutation = transpose.getPermutation();
  return permutation.back() + 1 == static_cast<int64_t>(permutation.size());
}

bool isReadInPlace(KernelOp kernel, unsigned index) {
  BlockArgument argument = kernel.getBody().getArgument(index);
  Dims dims = dimsOf(argument);
  for (Value result : kernel.getOutputs())
    if (dimsOf(result) != dims)
      return false;
  KernelShape shape = KernelShape::of(kernel);
  if (shape.kind == KernelKind::Whole || (shape.kind == KernelKind::Reduction && dims != shape.rows))
    return false;
  return llvm::all_of(argument.getUsers(), [&](Operation *user) {
    return isa<YieldOp>(user) || (isa<ElementwiseOpInterface>(user) && dimsOf(user->getResult(0)) == dims);
  });
}

Value behindNames(Value value) {
  for (Operation *op = value.getDefiningOp(); op && op->hasTrait<SameMemory>(); op = value.getDefiningOp())
    value = op->getOperand(0);
  return value;
}

/// Where the bytes of a value are, as far as two values can be told to share them; null for arguments.
static Attribute placeOf(Value value) {
  value = behindNames(value);
  if (auto load = value.getDefiningOp<LoadOp>())
    return MemoryAttr::get(value.getContext(), load.getVariableAttr());
  if (auto kernel = value.getDefiningOp<KernelOp>(); kernel && kernel.getPlaces())
    return (*kernel.getPlaces())[cast<OpResult>(value).getResultNumber()];
  // What a loop carries may be updated in place; kernels write over nothing else that comes into a turn.
  if (auto argument = dyn_cast<BlockArgument>(value))
    if (auto scan = dyn_cast<ScanOp>(argument.getOwner()->getParentOp()); scan && scan.getSlots())
      for (auto [carry, slot] : llvm::zip(scan.carryArgs(), *scan.getSlots()))
        if (carry == argument)
          return slot;
  return {};
}

llvm::SmallVector<std::pair<unsigned, unsigned>> resultsOverInputs(KernelOp kernel) {
  llvm::SmallVector<std::pair<unsigned, unsigned>> pairs;
  for (auto [index, result] : llvm::enumerate(kernel.getOutputs()))
    for (auto [inputIndex, input] : llvm::enumerate(kernel.getInputs()))
      if (Attribute place = placeOf(result); place && place == placeOf(input))
        pairs.emplace_back(index, inputIndex);
  return pairs;
}

namespace {

/// How a value comes to be inside a kernel.
enum class Level {
  Read,     // an input, or an index map of one
  Constant, // known before the loops: fills, sizes, and rank-0 arithmetic on them
  Row,      // computed, one element per row
  Space     // computed, one element per point of the space
};

class Analyzer {
public:
  Analyzer(ArrayRef<Operation *> ops, ValueRange results, std::string &whyNot)
      : ops(ops), results(results), whyNot(whyNot) {}

  std::optional<KernelShape> run() {
    if (results.empty())
      return refuse("it has no result");
    if (ops.size() > kernelOpLimit)
      return refuse("it has more than " + std::to_string(kernelOpLimit) + " ops");
    if (results.size() > kernelResultLimit)
      return refuse("it has more than " + std::to_string(kernelResultLimit) + " results");
    if (!findAnchors())
      return std::nullopt;
    for (Operation *op : ops)
      if (!visit(op))
        return std::nullopt;
    for (Value result : results)
      if (shape.kind != KernelKind::Whole && !isLoopSize(dimsOf(result)))
        return refuse("a result has sizes " + dimsText(dimsOf(result)) + ", the loops have " +
                      dimsText(shape.space));
    return shape;
  }

private:
  std::nullopt_t refuse(std::string reason) {
    whyNot = std::move(reason);
    return std::nullopt;
  }
  bool fail(Operation *op, StringRef reason) {
    whyNot = ("'" + op->getName().getStringRef() + "' " + reason).str();
    return false;
  }

  bool isRowSize(ArrayRef<Dim> dims) const {
    return shape.kind == KernelKind::Reduction && dims == ArrayRef<Dim>(shape.rows);
  }
  bool isLoopSize(ArrayRef<Dim> dims) const { return dims == ArrayRef<Dim>(shape.space) || isRowSize(dims); }

  /// Inputs are read; what is inside has its level already.
  Level levelOf(Value value) const {
    auto known = levels.find(value);
    return known == levels.end() ? Level::Read : known->second;
  }
  bool isComputed(Value value) const {
    Level level = levelOf(value);
    return level == Level::Row || level == Level::Space;
  }

  bool findAnchors() {
    for (Operation *op : ops) {
      auto reducing = dyn_cast<ReducingOpInterface>(op);
      if (!reducing && !op->hasTrait<Contraction>() && !op->hasTrait<WholeKernel>())
        continue;
      KernelKind kind = reducing                      ? KernelKind::Reduction
                        : op->hasTrait<WholeKernel>() ? KernelKind::Whole
                                                      : KernelKind::Contraction;
      Dims space = dimsOf(reducing ? op->getOperand(0) : op->getResult(0));
      SmallVector<int64_t> axes = reducing ? reducing.reducedAxes() : SmallVector<int64_t>();
      if (shape.anchors.empty()) {
        shape.kind = kind;
        shape.space = space;
        shape.reducedAxes = axes;
      } else if (shape.kind != kind || kind != KernelKind::Reduction) {
        return fail(
            op,
            ("is a second anchor beside '" + shape.anchors.front()->getName().getStringRef() + "'").str());
      } else if (shape.space != space || shape.reducedAxes != axes) {
        return fail(op, "folds other axes or another space than '" +
                            shape.anchors.front()->getName().getStringRef().str() + "'");
      }
      shape.anchors.push_back(op);
    }
    if (shape.anchors.empty())
      shape.space = dimsOf(results.front());
    for (auto [axis, dim] : llvm::enumerate(shape.space))
      if (!llvm::is_contained(shape.reducedAxes, static_cast<int64_t>(axis)))
        shape.rows.push_back(dim);
    return true;
  }

  bool visit(Operation *op) {
    if (op->hasTrait<IndexMap>())
      return visitMap(op);
    if (shape.kind == KernelKind::Whole)
      return visitWhole(op);
    if (isa<ReducingOpInterface>(op))
      return visitReducing(op);
    if (readsMemory(op))
      return visitReader(op);
    if (isa<ElementwiseOpInterface>(op))
      return visitElementwise(op);
    return fail(op, "cannot be part of a kernel");
  }

  bool visitMap(Operation *op) {
    Value y = op->getResult(0);
    if (op->getNumOperands() == 0) {
      levels[y] = Level::Constant;
      return true;
    }
    if (llvm::none_of(op->getOperands(), [&](Value operand) { return isComputed(operand); })) {
      bool isConstant =
          llvm::all_of(op->getOperands(), [&](Value operand) { return levelOf(operand) == Level::Constant; });
      levels[y] = isConstant ? Level::Constant : Level::Read;
      return true;
    }
    Value x = op->getOperand(0);
    auto broadcast = dyn_cast<BroadcastOp>(op);
    bool isSpread = broadcast && levelOf(x) == Level::Row && isRowSize(dimsOf(x)) &&
                    dimsOf(y) == shape.space && keepsRowAxes(broadcast.getDims());
    if (!isSpread)
      return fail(op, "would compute elements of its operand more than once");
    levels[y] = Level::Space;
    return true;
  }

  bool keepsRowAxes(ArrayRef<int64_t> dims) const {
    return llvm::none_of(dims, [&](int64_t axis) { return llvm::is_contained(shape.reducedAxes, axis); });
  }

  bool visitElementwise(Operation *op) {
    Value y = op->getResult(0);
    Dims dims = dimsOf(y);
    if (dims.empty() &&
        llvm::all_of(op->getOperands(), [&](Value x) { return levelOf(x) == Level::Constant; })) {
      levels[y] = Level::Constant;
      return true;
    }
    if (!isLoopSize(dims))
      return fail(op, "has sizes " + dimsText(dims) + ", the loops have " + dimsText(shape.space));
    levels[y] = dims == shape.space ? Level::Space : Level::Row;
    return true;
  }

  bool visitReducing(Operation *op) {
    for (Value row : op->getOperands().drop_front())
      if (!isRowSize(dimsOf(row)))
        return fail(op, "has an operand that does not belong to rows");
    Value y = op->getResult(0);
    if (!isLoopSize(dimsOf(y)))
      return fail(op, "has a result that belongs neither to rows nor to the space");
    levels[y] = dimsOf(y) == shape.space ? Level::Space : Level::Row;
    return true;
  }

  bool visitReader(Operation *op) {
    auto isInMemory = [&](Value operand) {
      if (!levels.count(operand))
        return true;
      Operation *definition = operand.getDefiningOp();
      return readsThrough(op, definition) && !levels.count(definition->getOperand(0));
    };
    for (Value operand : op->getOperands())
      if (!isInMemory(operand))
        return fail(op, "reads its operands from memory, and one is computed in the kernel");
    if (dimsOf(op->getResult(0)) != shape.space)
      return fail(op, "has sizes " + dimsText(dimsOf(op->getResult(0))) + ", the loops have " +
                          dimsText(shape.space));
    levels[op->getResult(0)] = Level::Space;
    return true;
  }

  bool visitWhole(Operation *op) {
    if (!op->hasTrait<WholeKernel>())
      return fail(op, ("stands beside '" + shape.anchors.front()->getName().getStringRef() +
                       "', which is a kernel of its own")
                          .str());
    if (llvm::any_of(results, [&](Value result) { return result.getDefiningOp() != op; }))
      return fail(op, "is a kernel of its own, and a result is not among its results");
    for (Value result : op->getResults())
      levels[result] = Level::Space;
    return true;
  }

  ArrayRef<Operation *> ops;
  ValueRange results;
  std::string &whyNot;
  KernelShape shape;
  llvm::DenseMap<Value, Level> levels;
};

} // namespace

std::optional<KernelShape> analyzeKernel(ArrayRef<Operation *> ops, ValueRange results, std::string &whyNot) {
  return Analyzer(ops, results, whyNot).run();
}

} // namespace nnc
