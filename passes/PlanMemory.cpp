// PlanMemory.cpp: places for variables and for the results of kernels.
//
// The workspace of a function, for sizes that are only known at run time:
//
// 1. round each coefficient of a buffer's size up to 64 bytes: `40*batch + 8` becomes `64*batch + 64`;
// 2. divide by the largest common factor: what is left is the class, the factor is the size within the class;
// 3. place the buffers of a class, largest first, in the smallest gap that no buffer alive at the same time covers;
// 4. lay the classes one after another, constant sizes first; a buffer's offset is its class's start plus its place
//    times the class's polynomial.
//
// Buffers of two classes never share bytes: which of them is larger is not known.
#include "ir/Provenance.h"
#include "ir/ops/Structure.h"
#include "mlir/IR/Builders.h"
#include "passes/Lifetimes.h"
#include "passes/Passes.h"
#include <map>
#include <numeric>

using namespace mlir;

namespace nnc {
#define GEN_PASS_DEF_PLANMEMORY
#include "passes/Passes.h.inc"

namespace {

constexpr int64_t alignment = 64;
constexpr int64_t byteLimit = int64_t(1) << 48;

/// `bytes` rounded up per coefficient, in units of 64 bytes; nothing on overflow.
std::optional<Dim> inUnits(const Dim &bytes) {
  std::optional<Dim> units = Dim();
  for (const auto &[monomial, coefficient] : bytes.getTerms()) {
    Dim term(coefficient / alignment + (coefficient % alignment > 0));
    for (const std::string &symbol : monomial)
      term = *term.mul(Dim::symbol(symbol));
    if (!(units = units->add(term)))
      return std::nullopt;
  }
  return units;
}

/// A polynomial as a factor times one without a common factor.
std::pair<int64_t, Dim> factored(const Dim &units) {
  int64_t factor = 0;
  for (const auto &[monomial, coefficient] : units.getTerms())
    factor = std::gcd(factor, coefficient);
  return factor == 0 ? std::make_pair(int64_t(0), Dim(1))
                     : std::make_pair(factor, *units.divExact(Dim(factor)));
}

/// Constant sizes first, then by degree and spelling.
struct ClassOrder {
  static size_t degree(const Dim &dim) {
    size_t most = 0;
    for (const auto &[monomial, coefficient] : dim.getTerms())
      most = std::max(most, monomial.size());
    return most;
  }
  bool operator()(const Dim &a, const Dim &b) const {
    return std::make_pair(degree(a), a.str()) < std::make_pair(degree(b), b.str());
  }
};

struct Placed {
  const Buffer *buffer;
  int64_t size;   // in multiples of the class
  int64_t offset; // likewise
};

/// Places buffers so that those alive at the same time do not overlap; returns the total.
int64_t place(MutableArrayRef<Placed> buffers) {
  SmallVector<Placed *> order;
  for (Placed &placed : buffers)
    order.push_back(&placed);
  llvm::stable_sort(order, [](const Placed *a, const Placed *b) { return a->size > b->size; });

  SmallVector<Placed *> done; // by offset
  int64_t total = 0;
  for (Placed *placed : order) {
    int64_t end = 0, best = -1, bestGap = 0;
    for (const Placed *other : done) {
      bool together =
          placed->buffer->first <= other->buffer->last && other->buffer->first <= placed->buffer->last;
      if (!together)
        continue;
      int64_t gap = other->offset - end;
      if (gap >= placed->size && (best < 0 || gap < bestGap)) {
        best = end;
        bestGap = gap;
      }
      end = std::max(end, other->offset + other->size);
    }
    placed->offset = best < 0 ? end : best;
    total = std::max(total, placed->offset + placed->size);
    done.insert(llvm::upper_bound(done, placed,
                                  [](const Placed *a, const Placed *b) { return a->offset < b->offset; }),
                placed);
  }
  return total;
}

struct PlanMemoryPass : impl::PlanMemoryBase<PlanMemoryPass> {
  using PlanMemoryBase::PlanMemoryBase;

  void runOnOperation() override {
    bool isFine = placeVariables();
    for (FuncOp func : getOperation().getBody().getOps<FuncOp>())
      isFine &= placeValues(func);
    if (!isFine)
      signalPassFailure();
  }

  bool placeVariables() {
    Builder builder(&getContext());
    int64_t offset = 0;
    static constexpr VariableKind order[] = {VariableKind::Parameter, VariableKind::State,
                                             VariableKind::Slot,      VariableKind::StepCounter,
                                             VariableKind::Average,   VariableKind::Gradient};
    for (VariableKind kind : order)
      for (VariableOp variable : getOperation().getBody().getOps<VariableOp>()) {
        if (variable.getKind() != kind)
          continue;
        auto type = cast<RankedTensorType>(variable.getType());
        std::optional<Dim> count = elementCount(dimsOf(type));
        int64_t bytes = 0;
        bool tooLarge =
            !count || __builtin_mul_overflow(count->value(), elementBytes(type.getElementType()), &bytes);
        if (tooLarge || bytes > byteLimit - offset) {
          variable.emitError() << "'" << variable.getSymName() << "' of sizes " << dimsText(dimsOf(type))
                               << " makes the model's variables larger than 2^48 bytes";
          return false;
        }
        variable.setOffset(offset);
        offset = llvm::alignTo(offset + bytes, alignment);
      }
    return true;
  }

  bool tooLarge(Value value) {
    emitError(value.getLoc()) << "a tensor of sizes " << dimsText(dimsOf(value))
                              << " makes the workspace of this function larger than 2^48 bytes";
    return false;
  }

  bool placeValues(FuncOp func) {
    Lifetimes lifetimes(func);
    if (Value value = lifetimes.getTooLarge())
      return tooLarge(value);

    std::map<Dim, SmallVector<Placed>, ClassOrder> classes;
    for (const Buffer &buffer : lifetimes.getBuffers()) {
      std::optional<Dim> units = inUnits(buffer.bytes);
      if (!units)
        return tooLarge(buffer.values.front());
      auto [size, unit] = factored(*units);
      classes[unit].push_back({&buffer, size, 0});
    }

    llvm::DenseMap<Value, Attribute> places;
    Dim start;
    for (auto &[unit, buffers] : classes) {
      int64_t total = place(buffers);
      std::optional<Dim> bytesPerUnit = unit.mul(Dim(alignment));
      for (const Placed &placed : buffers) {
        std::optional<Dim> offset = bytesPerUnit ? bytesPerUnit->mul(Dim(placed.offset)) : std::nullopt;
        offset = offset ? start.add(*offset) : std::nullopt;
        if (!offset || !fits(*offset))
          return tooLarge(placed.buffer->values.front());
        for (Value value : placed.buffer->values)
          places[value] = ArenaAttr::get(&getContext(), StringAttr::get(&getContext(), offset->str()));
        if (explain)
          remark(*placed.buffer, *offset);
      }
      std::optional<Dim> bytes = bytesPerUnit ? bytesPerUnit->mul(Dim(total)) : std::nullopt;
      bytes = bytes ? start.add(*bytes) : std::nullopt;
      if (!bytes || !fits(*bytes))
        return tooLarge(buffers.front().buffer->values.front());
      start = *bytes;
    }
    func.setWorkspaceAttr(DimValueAttr::get(&getContext(), StringAttr::get(&getContext(), start.str())));
    for (const auto &[scan, storage] : lifetimes.getScans())
      placeTurns(scan, storage, places);
    addDirectPlaces(func, places);
    for (KernelOp kernel : lifetimes.getKernels()) {
      SmallVector<Attribute> attributes;
      for (Value result : kernel.getOutputs())
        attributes.push_back(places.at(result));
      kernel.setPlacesAttr(ArrayAttr::get(&getContext(), attributes));
    }
    return true;
  }

  /// Places of what a loop carries and stacks, from where their memory begins.
  void placeTurns(ScanOp scan, const ScanStorage &storage, llvm::DenseMap<Value, Attribute> &places) {
    auto text = [&](const Dim &dim) { return StringAttr::get(&getContext(), dim.str()); };
    auto startOf = [&](Value value) { return *Dim::parse(cast<ArenaAttr>(places.at(value)).getOffset()); };
    SmallVector<Attribute> slots, stacked;
    for (auto [argument, count] : llvm::zip(scan.carryArgs(), storage.counts))
      slots.push_back(SlotAttr::get(&getContext(), text(startOf(argument)),
                                    text(*ScanStorage::bytesOf(argument)),
                                    scan.getReverse() && count != 1 ? 1 : 0, count));
    for (auto [result, value, shared] : llvm::zip(scan.stacked(), scan.stackedYields(), storage.shared)) {
      Dim bytes = *ScanStorage::bytesOf(value), start;
      if (shared) {
        auto slot = cast<SlotAttr>(slots[shared->carry]);
        int64_t shift = (shared->isNext ? slot.shifted(slotStep(scan)) : slot).getShift();
        start = *startOf(scan.carryArgs()[shared->carry]).add(*bytes.mul(Dim(shift)));
      } else {
        start = startOf(result);
      }
      stacked.push_back(ArenaAttr::get(&getContext(), text(start)));
      if (Value root = behindNames(value); root.getDefiningOp())
        places[root] = SlotAttr::get(&getContext(), text(start), text(bytes), 0, 0);
    }
    for (auto [next, slot] : llvm::zip(scan.nextYields(), slots))
      places[behindNames(next)] = cast<SlotAttr>(slot).shifted(slotStep(scan));
    scan.setPlacesAttr(ArrayAttr::get(&getContext(), stacked));
    scan.setSlotsAttr(ArrayAttr::get(&getContext(), slots));
  }

  /// Whether a number of bytes is sensible when run-time dimensions are 1, or at their bounds.
  bool fits(const Dim &bytes) {
    ModelOp model = getOperation();
    std::optional<int64_t> least = bytes.evaluate([&](StringRef name) -> std::optional<int64_t> {
      for (auto [symbol, bound] :
           llvm::zip(model.getSymbols().getAsValueRange<StringAttr>(), model.getBounds()))
        if (symbol == name && bound > 0)
          return bound;
      return 1;
    });
    return least && *least <= byteLimit;
  }

  void addDirectPlaces(FuncOp func, llvm::DenseMap<Value, Attribute> &places) {
    for (OpOperand &operand : func.returnOp()->getOpOperands())
      places[behindNames(operand.get())] = OutputAttr::get(&getContext(), operand.getOperandNumber());
    for (StoreOp store : func.getBody().getOps<StoreOp>())
      places[behindNames(store.getValue())] = MemoryAttr::get(&getContext(), store.getVariableAttr());
  }

  void remark(const Buffer &buffer, const Dim &offset) {
    for (Value value : buffer.values) {
      StringRef name = sourceName(value.getLoc());
      emitRemark(value.getLoc()) << (name.empty() ? "a value" : name) << ": " << buffer.bytes.str()
                                 << " bytes at " << offset.str() << ", kernels " << buffer.first << " to "
                                 << buffer.last;
    }
  }
};

} // namespace
} // namespace nnc
