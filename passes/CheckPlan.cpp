// CheckPlan.cpp: replays a memory plan and looks at who owns the bytes that kernels read.
#include "passes/Lifetimes.h"
#include "ir/ops/Structure.h"
#include "passes/Passes.h"
#include "llvm/ADT/StringMap.h"
#include <map>

using namespace mlir;

namespace nnc {
#define GEN_PASS_DEF_CHECKPLAN
#include "passes/Passes.h.inc"

namespace {

/// Which value the bytes of one memory hold: disjoint ranges, each with its owner.
class Memory {
public:
  void write(int64_t start, int64_t size, Value owner) {
    clear(start, start + size);
    if (size > 0)
      ranges[start] = {start + size, owner};
  }
  bool holds(int64_t start, int64_t size, Value owner) const {
    auto found = ranges.find(start);
    return size == 0 ||
           (found != ranges.end() && found->second.owner == owner && found->second.end == start + size);
  }

private:
  struct Range {
    int64_t end;
    Value owner;
  };
  /// Whatever a write touches is lost as a whole.
  void clear(int64_t start, int64_t end) {
    for (auto range = ranges.begin(); range != ranges.end();)
      range = range->first < end && start < range->second.end ? ranges.erase(range) : std::next(range);
  }
  std::map<int64_t, Range> ranges;
};

/// One function, replayed with every run-time dimension at one size.
class Replay {
public:
  Replay(FuncOp func, int64_t size) : func(func), size(size) {}

  LogicalResult run() {
    for (LoadOp load : func.getBody().getOps<LoadOp>())
      variables.try_emplace(load.getVariable()); // the old value: nobody has written it
    int64_t workspace = evaluate(func.getWorkspace()->getText());
    for (KernelOp kernel : func.getBody().getOps<KernelOp>()) {
      for (auto [index, input] : llvm::enumerate(kernel.getInputs()))
        if (failed(checkRead(kernel, index, behindReshapes(input))))
          return failure();
      for (auto [result, place] : llvm::zip(kernel.getOutputs(), *kernel.getPlaces())) {
        if (auto arena = dyn_cast<ArenaAttr>(place)) {
          int64_t offset = evaluate(arena.getOffset());
          if (offset % 64 != 0 || offset + bytes(result) > workspace)
            return kernel.emitError() << "internal error: a place at byte " << offset
                                      << " is not aligned or ends behind " << workspace;
          arenaMemory.write(offset, bytes(result), result);
        } else if (auto memory = dyn_cast<MemoryAttr>(place)) {
          variables[memory.getVariable().getValue()] = result;
        } else if (!outputs.try_emplace(cast<OutputAttr>(place).getIndex(), result).second) {
          return kernel.emitError("internal error: two kernels write one result of the function");
        }
      }
    }
    for (StoreOp store : func.getBody().getOps<StoreOp>())
      if (variables.lookup(store.getVariable()) != behindReshapes(store.getValue()))
        return store.emitError("internal error: the variable does not hold the value at the end");
    for (OpOperand &operand : func.returnOp()->getOpOperands())
      if (outputs.lookup(operand.getOperandNumber()) != behindReshapes(operand.get()))
        return func.emitError("internal error: result ")
               << operand.getOperandNumber() << " is not where it belongs";
    return success();
  }

private:
  int64_t evaluate(StringRef polynomial) const {
    return *Dim::parse(polynomial)->evaluate([&](StringRef) { return std::optional<int64_t>(size); });
  }
  int64_t bytes(Value value) const {
    auto type = cast<RankedTensorType>(value.getType());
    return evaluate(elementCount(dimsOf(type))->str()) * elementBytes(type.getElementType());
  }

  LogicalResult checkRead(KernelOp kernel, unsigned index, Value value) {
    bool isThere = true;
    Attribute place;
    if (auto load = value.getDefiningOp<LoadOp>()) {
      isThere = !variables.lookup(load.getVariable());
      place = MemoryAttr::get(value.getContext(), load.getVariableAttr());
    } else if (auto maker = value.getDefiningOp<KernelOp>()) {
      place = (*maker.getPlaces())[cast<OpResult>(value).getResultNumber()];
      if (auto arena = dyn_cast<ArenaAttr>(place))
        isThere = arenaMemory.holds(evaluate(arena.getOffset()), bytes(value), value);
      else if (auto memory = dyn_cast<MemoryAttr>(place))
        isThere = variables.lookup(memory.getVariable().getValue()) == value;
    }
    if (!isThere)
      return kernel.emitError("internal error: input ") << index << " is overwritten before it is read";
    // What the kernel writes meanwhile must not be what it still reads.
    for (auto [result, target] : llvm::zip(kernel.getOutputs(), *kernel.getPlaces()))
      if (place && overlaps(place, bytes(value), target, bytes(result)) &&
          (place != target || !isReadInPlace(kernel, index)))
        return kernel.emitError("internal error: a result is written over input ")
               << index << ", which is still read";
    return success();
  }

  bool overlaps(Attribute a, int64_t aBytes, Attribute b, int64_t bBytes) const {
    auto first = dyn_cast<ArenaAttr>(a), second = dyn_cast<ArenaAttr>(b);
    if (!first || !second)
      return a == b;
    int64_t aStart = evaluate(first.getOffset()), bStart = evaluate(second.getOffset());
    return aStart < bStart + bBytes && bStart < aStart + aBytes;
  }

  FuncOp func;
  int64_t size;
  Memory arenaMemory;
  llvm::StringMap<Value> variables;
  llvm::DenseMap<int64_t, Value> outputs;
};

struct CheckPlanPass : impl::CheckPlanBase<CheckPlanPass> {
  void runOnOperation() override {
    for (FuncOp func : getOperation().getBody().getOps<FuncOp>())
      for (int64_t size : {1, 3, 64})
        if (failed(Replay(func, size).run()))
          return signalPassFailure();
  }
};

} // namespace
} // namespace nnc
