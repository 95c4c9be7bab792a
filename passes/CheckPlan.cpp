// CheckPlan.cpp: replays a memory plan and looks at who owns the bytes that kernels read.
//
// Each write makes an owner of its own, so that a value of one turn of a loop is not taken for that of another. What a
// value's bytes should hold is a list of parts with their owners: one for a kernel's result, one per turn for what a
// loop stacks.
#include "ir/ops/Scan.h"
#include "ir/ops/Structure.h"
#include "passes/Lifetimes.h"
#include "passes/Passes.h"
#include "llvm/ADT/StringMap.h"
#include <map>

using namespace mlir;

namespace nnc {
#define GEN_PASS_DEF_CHECKPLAN
#include "passes/Passes.h.inc"

namespace {

using Owner = int64_t; // counts writes; 0: nobody

struct Part {
  int64_t offset, size; // within the value
  Owner owner;
};
using Contents = std::vector<Part>;

/// Which owner the bytes of the workspace hold: disjoint ranges.
class Memory {
public:
  void write(int64_t start, int64_t size, Owner owner) {
    clear(start, start + size);
    if (size > 0)
      ranges[start] = {start + size, owner};
  }
  bool holds(int64_t start, int64_t size, Owner owner) const {
    if (size == 0)
      return true;
    auto found = ranges.upper_bound(start);
    if (found == ranges.begin())
      return false;
    --found;
    return found->second.owner == owner && found->second.end >= start + size;
  }

private:
  struct Range {
    int64_t end;
    Owner owner;
  };
  /// Whatever a write touches is lost as a whole.
  void clear(int64_t start, int64_t end) {
    auto range = ranges.upper_bound(start);
    if (range != ranges.begin() && std::prev(range)->second.end > start)
      --range;
    while (range != ranges.end() && range->first < end)
      range = ranges.erase(range);
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
    workspace = evaluate(func.getWorkspace()->getText());
    if (failed(run(func.getBody().front())))
      return failure();
    for (StoreOp store : func.getBody().getOps<StoreOp>())
      if (variables.lookup(store.getVariable()) != behindNames(store.getValue()))
        return store.emitError("internal error: the variable does not hold the value at the end");
    for (OpOperand &operand : func.returnOp()->getOpOperands())
      if (outputs.lookup(operand.getOperandNumber()) != behindNames(operand.get()))
        return func.emitError("internal error: result ")
               << operand.getOperandNumber() << " is not where it belongs";
    return success();
  }

private:
  /// Where bytes are: in the workspace, or in a variable or result of the caller's as a whole.
  struct Address {
    Attribute elsewhere;
    int64_t start = 0;
  };

  int64_t evaluate(StringRef polynomial) const { return evaluate(*Dim::parse(polynomial)); }
  int64_t evaluate(const Dim &dim) const {
    return *dim.evaluate([&](StringRef) { return std::optional<int64_t>(size); });
  }
  int64_t bytes(Value value) const { return evaluate(*ScanStorage::bytesOf(value)); }

  int64_t startOf(SlotAttr slot, int64_t turn) const {
    int64_t place = turn + slot.getShift();
    if (slot.getCount() != 0)
      place %= slot.getCount();
    return evaluate(slot.getOffset()) + place * evaluate(slot.getBytes());
  }

  Address addressOf(Attribute place, Operation *kernel) const {
    if (auto arena = dyn_cast<ArenaAttr>(place))
      return {{}, evaluate(arena.getOffset())};
    if (auto slot = dyn_cast<SlotAttr>(place))
      return {{}, startOf(slot, turns.lookup(kernel->getParentOp()))};
    return {place, 0};
  }

  /// Nothing for the caller's arguments and the turn, which nobody writes.
  std::optional<Address> addressOf(Value value) {
    value = behindNames(value);
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      auto scan = dyn_cast<ScanOp>(argument.getOwner()->getParentOp());
      if (!scan || argument == scan.turnArg())
        return std::nullopt;
      for (auto [carry, slot] : llvm::zip(scan.carryArgs(), *scan.getSlots()))
        if (carry == argument)
          return Address{{}, startOf(cast<SlotAttr>(slot), turns.lookup(scan))};
      std::optional<Address> address = addressOf(scan.operandOf(argument).get());
      if (address && llvm::is_contained(scan.sequenceArgs(), argument))
        address->start += turns.lookup(scan) * bytes(argument);
      return address;
    }
    Operation *op = value.getDefiningOp();
    if (auto load = dyn_cast<LoadOp>(op))
      return Address{MemoryAttr::get(op->getContext(), load.getVariableAttr()), 0};
    unsigned result = cast<OpResult>(value).getResultNumber();
    if (auto kernel = dyn_cast<KernelOp>(op))
      return addressOf((*kernel.getPlaces())[result], kernel);
    auto scan = cast<ScanOp>(op);
    if (result < scan.stackedCount())
      return addressOf((*scan.getPlaces())[result], scan);
    int64_t length = evaluate(scan.lengthDim());
    auto slot = cast<SlotAttr>((*scan.getSlots())[result - scan.stackedCount()]);
    return Address{{}, startOf(slot, scan.getReverse() ? -1 : length)};
  }

  /// What the bytes of a value should hold.
  Contents contentsOf(Value value) {
    value = behindNames(value);
    if (auto argument = dyn_cast<BlockArgument>(value))
      if (auto scan = dyn_cast<ScanOp>(argument.getOwner()->getParentOp());
          scan && argument != scan.turnArg() && !llvm::is_contained(scan.carryArgs(), argument)) {
        Contents whole = contentsOf(scan.operandOf(argument).get());
        if (!llvm::is_contained(scan.sequenceArgs(), argument))
          return whole;
        int64_t length = bytes(argument), begin = turns.lookup(scan) * length;
        Contents element;
        for (const Part &part : whole) {
          int64_t from = std::max(part.offset, begin), to = std::min(part.offset + part.size, begin + length);
          if (from < to)
            element.push_back({from - begin, to - from, part.owner});
        }
        return element;
      }
    auto known = contents.find(value);
    return known == contents.end() ? Contents() : known->second;
  }

  LogicalResult checkRead(Operation *reader, Value value) {
    std::optional<Address> address = addressOf(value);
    bool isThere = true;
    if (address && address->elsewhere) {
      if (auto memory = dyn_cast<MemoryAttr>(address->elsewhere)) {
        Value held = variables.lookup(memory.getVariable().getValue());
        Value origin = originAround(value);
        isThere = origin.getDefiningOp<LoadOp>() ? !held : held == origin;
      }
    } else if (address) {
      for (const Part &part : contentsOf(value))
        isThere &= workspaceMemory.holds(address->start + part.offset, part.size, part.owner);
    }
    return success(isThere);
  }

  /// The value outside of all loops that an argument of a loop is, or is part of.
  Value originAround(Value value) {
    value = behindNames(value);
    while (auto argument = dyn_cast<BlockArgument>(value)) {
      auto scan = dyn_cast<ScanOp>(argument.getOwner()->getParentOp());
      if (!scan)
        break;
      value = behindNames(scan.operandOf(argument).get());
    }
    return value;
  }

  LogicalResult run(Block &block) {
    for (Operation &op : block) {
      if (auto kernel = dyn_cast<KernelOp>(op); kernel && failed(run(kernel)))
        return failure();
      if (auto scan = dyn_cast<ScanOp>(op); scan && failed(run(scan)))
        return failure();
    }
    return success();
  }

  LogicalResult write(Operation *writer, int64_t start, Value value, int64_t alignment) {
    if (start % alignment != 0 || start + bytes(value) > workspace)
      return writer->emitError() << "internal error: a place at byte " << start
                                 << " is not aligned or ends behind " << workspace;
    workspaceMemory.write(start, bytes(value), ++writes);
    contents[value] = {{0, bytes(value), writes}};
    return success();
  }

  LogicalResult run(KernelOp kernel) {
    for (auto [index, input] : llvm::enumerate(kernel.getInputs())) {
      if (failed(checkRead(kernel, input)))
        return kernel.emitError("internal error: input ") << index << " is overwritten before it is read";
      // What the kernel writes meanwhile must not be what it still reads.
      std::optional<Address> address = addressOf(input);
      for (auto [result, place] : llvm::zip(kernel.getOutputs(), *kernel.getPlaces())) {
        Address target = addressOf(place, kernel);
        bool overlaps = address && address->elsewhere == target.elsewhere &&
                        (address->elsewhere || (address->start < target.start + bytes(result) &&
                                                target.start < address->start + bytes(input)));
        if (overlaps && (address->start != target.start || !isReadInPlace(kernel, index)))
          return kernel.emitError("internal error: a result is written over input ")
                 << index << ", which is still read";
      }
    }
    for (auto [result, place] : llvm::zip(kernel.getOutputs(), *kernel.getPlaces())) {
      if (isa<ArenaAttr, SlotAttr>(place)) {
        int64_t alignment = isa<ArenaAttr>(place) ? 64 : 1;
        if (failed(write(kernel, addressOf(place, kernel).start, result, alignment)))
          return failure();
      } else if (auto memory = dyn_cast<MemoryAttr>(place)) {
        variables[memory.getVariable().getValue()] = result;
      } else if (!outputs.try_emplace(cast<OutputAttr>(place).getIndex(), result).second) {
        return kernel.emitError("internal error: two kernels write one result of the function");
      }
    }
    return success();
  }

  LogicalResult run(ScanOp scan) {
    int64_t length = evaluate(scan.lengthDim());
    for (auto [argument, initial, slot] : llvm::zip(scan.carryArgs(), scan.getInitials(), *scan.getSlots())) {
      if (failed(checkRead(scan, initial)))
        return scan.emitError("internal error: an initial value is overwritten before the loop");
      int64_t start = startOf(cast<SlotAttr>(slot), scan.getReverse() ? length - 1 : 0);
      if (failed(write(scan, start, argument, 1)))
        return failure();
    }
    std::vector<Contents> stacked(scan.stackedCount());
    for (int64_t turn = 0; turn < length; ++turn) {
      int64_t t = scan.getReverse() ? length - 1 - turn : turn;
      turns[scan] = t;
      if (failed(run(scan.getBody().front())))
        return failure();
      std::vector<Contents> nexts;
      for (Value next : scan.nextYields())
        nexts.push_back(contentsOf(next));
      for (auto [value, list] : llvm::zip(scan.stackedYields(), stacked))
        for (Part part : contentsOf(value))
          list.push_back({part.offset + t * bytes(value), part.size, part.owner});
      for (auto [argument, next] : llvm::zip(scan.carryArgs(), nexts))
        contents[argument] = next;
    }
    for (auto [result, list] : llvm::zip(scan.stacked(), stacked))
      contents[result] = list;
    for (auto [result, argument] : llvm::zip(scan.finals(), scan.carryArgs())) {
      auto parts = contents.lookup(argument); // not in one expression: the map may grow
      contents[result] = std::move(parts);
    }
    for (OpResult result : scan->getResults())
      if (failed(checkRead(scan, result)))
        return scan.emitError("internal error: result ")
               << result.getResultNumber() << " is overwritten in the loop that makes it";
    return success();
  }

  FuncOp func;
  int64_t size, workspace = 0;
  Memory workspaceMemory;
  Owner writes = 0;
  llvm::DenseMap<Value, Contents> contents;   // of results of kernels and loops, and of carried values
  llvm::DenseMap<Operation *, int64_t> turns; // of loops that run
  llvm::StringMap<Value> variables;
  llvm::DenseMap<int64_t, Value> outputs;
};

/// Whether no tensor is empty or less where all run-time dimensions have this size: such a call is refused.
bool canHaveSize(FuncOp func, int64_t size) {
  bool can = true;
  func.walk([&](Operation *op) {
    for (Value value : op->getResults())
      if (auto type = dyn_cast<RankedTensorType>(value.getType()))
        for (const Dim &dim : dimsOf(type)) {
          std::optional<int64_t> count =
              dim.evaluate([&](StringRef) { return std::optional<int64_t>(size); });
          can &= !count || *count > 0;
        }
  });
  return can;
}

struct CheckPlanPass : impl::CheckPlanBase<CheckPlanPass> {
  void runOnOperation() override {
    for (FuncOp func : getOperation().getBody().getOps<FuncOp>())
      for (int64_t size : {1, 3, 64})
        if (canHaveSize(func, size) && failed(Replay(func, size).run()))
          return signalPassFailure();
  }
};

} // namespace
} // namespace nnc
