// OrderKernels.cpp: the order of kernels, and the copies that direct writing leaves over.
//
// 1. decide for each stored value whether its kernel may write the variable in place: then all readers of the old
//    value have to come first; else a kernel that copies it runs at the end;
// 2. likewise for each returned value, whose place is the caller's memory;
// 3. sort: data and step 1 give the edges, the program's order decides among what is ready;
// 4. mark what only losses and metrics need.
//
// The same for the kernels of loops, whose terminator takes the place of stores and returns.
//
// Afterwards each stored value is the result of a kernel that is stored once, in place where nn-plan-memory finds the
// old value dead, and each returned one the result of a kernel that is returned once and not stored.
#include "ir/ops/Scan.h"
#include "ir/ops/Shape.h"
#include "ir/ops/Structure.h"
#include "mlir/IR/Builders.h"
#include "passes/Lifetimes.h"
#include "passes/Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include <queue>

using namespace mlir;

namespace nnc {
#define GEN_PASS_DEF_ORDERKERNELS
#include "passes/Passes.h.inc"

namespace {

struct OrderKernelsPass : impl::OrderKernelsBase<OrderKernelsPass> {
  FuncOp func;
  Block *body = nullptr;
  llvm::DenseMap<Operation *, unsigned> position;                    // in the program so far
  llvm::MapVector<Operation *, llvm::SetVector<Operation *>> before; // what has to precede an op
  llvm::DenseSet<Operation *> needed;                                // by outputs and stores

  void runOnOperation() override {
    for (FuncOp each : getOperation().getBody().getOps<FuncOp>()) {
      each.walk([&](ScanOp scan) { order(scan); });
      order(each);
    }
  }

  void begin(Block &block) {
    body = &block;
    position.clear();
    before.clear();
    needed.clear();
    addDataEdges();
  }

  void order(ScanOp scan) {
    begin(scan.getBody().front());
    settleYields(scan);
    sort();
  }

  void order(FuncOp each) {
    func = each;
    begin(func.getBody().front());
    needed = neededOps(func);
    settleStores();
    settleReturns();
    sort();
    markReportOnly();
  }

  void addDataEdges() {
    for (auto [index, op] : llvm::enumerate(*body)) {
      position[&op] = index;
      before[&op];
      for (Value operand : op.getOperands())
        if (Operation *definition = operand.getDefiningOp())
          before[&op].insert(definition);
    }
  }

  bool precedes(Operation *first, Operation *second) {
    llvm::DenseSet<Operation *> seen;
    SmallVector<Operation *> work{second};
    while (!work.empty()) {
      Operation *op = work.pop_back_val();
      if (op == first)
        return true;
      for (Operation *next : before[op])
        if (seen.insert(next).second)
          work.push_back(next);
    }
    return false;
  }

  /// Kernels and loops that read a variable's value as of the start of the call.
  llvm::SetVector<Operation *> readersOf(FlatSymbolRefAttr variable) {
    llvm::SetVector<Operation *> found;
    for (LoadOp load : body->getOps<LoadOp>()) {
      if (load.getVariableAttr() != variable)
        continue;
      SmallVector<Value> work{load};
      while (!work.empty())
        for (Operation *user : work.pop_back_val().getUsers())
          if (user->hasTrait<SameMemory>())
            work.push_back(user->getResult(0));
          else if (isa<KernelOp, ScanOp>(user))
            found.insert(user);
    }
    return found;
  }

  /// Of the copy that returns a value: where the value is from, or else the return.
  static Location placeOf(Value value, Operation *end) {
    if (auto kernel = value.getDefiningOp<KernelOp>()) // its own place is that of one of its results
      return kernel.yieldOp().getValues()[cast<OpResult>(value).getResultNumber()].getLoc();
    return value.getDefiningOp() ? value.getLoc() : end->getLoc();
  }
  /// A kernel that copies `value`, at the end of the block.
  KernelOp copy(Value value, Location loc) {
    OpBuilder builder(body->getTerminator());
    auto kernel = builder.create<KernelOp>(loc, value.getType(), value, StringAttr(), ArrayAttr(), false);
    Block *inside = builder.createBlock(&kernel.getBody());
    BlockArgument argument = inside->addArgument(value.getType(), value.getLoc());
    builder.create<YieldOp>(loc, ValueRange(argument));
    position[kernel] = position.size();
    before[kernel];
    if (Operation *definition = value.getDefiningOp())
      before[kernel].insert(definition);
    return kernel;
  }

  /// Whether `writer` may write over `variable`: readers of the old value run before it or read in place.
  bool canWriteInPlace(KernelOp writer, FlatSymbolRefAttr variable) {
    for (Operation *reader : readersOf(variable)) {
      if (reader != writer) {
        if (precedes(writer, reader))
          return false;
        continue;
      }
      for (auto [index, input] : llvm::enumerate(writer.getInputs()))
        if (auto load = behindNames(input).getDefiningOp<LoadOp>())
          if (load.getVariableAttr() == variable && !isReadInPlace(writer, index))
            return false;
    }
    return true;
  }

  /// Whether some store of this function changes the variable.
  bool isStored(FlatSymbolRefAttr variable) {
    return llvm::any_of(body->getOps<StoreOp>(),
                        [&](StoreOp store) { return store.getVariableAttr() == variable; });
  }

  void settleStores() {
    for (StoreOp store : llvm::to_vector(body->getOps<StoreOp>())) {
      auto load = store.getValue().getDefiningOp<LoadOp>();
      if (load && load.getVariableAttr() == store.getVariableAttr())
        forget(store); // changes nothing
    }
    // The old value of a variable may become the new one of another, and the other way round: take it aside first.
    for (StoreOp store : llvm::to_vector(body->getOps<StoreOp>())) {
      auto load = behindNames(store.getValue()).getDefiningOp<LoadOp>();
      if (!load || !isStored(load.getVariableAttr()))
        continue;
      KernelOp aside = copy(store.getValue(), store.getLoc());
      needed.insert(aside);
      KernelOp final = copy(aside.getResult(0), store.getLoc());
      use(store, final);
    }
    llvm::DenseSet<Value> taken; // bytes that are a variable already
    for (StoreOp store : body->getOps<StoreOp>()) {
      auto writer = behindNames(store.getValue()).getDefiningOp<KernelOp>();
      if (!writer || taken.contains(behindNames(store.getValue())) ||
          !canWriteInPlace(writer, store.getVariableAttr())) {
        writer = copy(store.getValue(), store.getLoc());
        use(store, writer);
      }
      taken.insert(behindNames(store.getValue()));
      addReadersBefore(writer, store.getVariableAttr());
    }
  }

  void addReadersBefore(KernelOp writer, FlatSymbolRefAttr variable) {
    for (Operation *reader : readersOf(variable))
      if (reader != writer)
        before[writer].insert(reader);
  }

  void use(StoreOp store, KernelOp copied) {
    needed.insert(copied);
    store.getValueMutable().assign(copied.getResult(0));
    before[store].insert(copied);
  }

  void forget(StoreOp store) {
    before.erase(store);
    store.erase();
  }

  void settleReturns() {
    llvm::DenseSet<Value> taken; // bytes that are a variable or another result
    for (StoreOp store : body->getOps<StoreOp>())
      taken.insert(behindNames(store.getValue()));
    ReturnOp end = func.returnOp();
    for (OpOperand &operand : end->getOpOperands()) {
      Value root = behindNames(operand.get());
      auto kernel = root.getDefiningOp<KernelOp>();
      bool isReportOfOthers = isReport(func, operand.getOperandNumber()) && kernel && needed.contains(kernel);
      if (!kernel || isReportOfOthers || !taken.insert(root).second) {
        KernelOp copied = copy(operand.get(), placeOf(operand.get(), end));
        if (!isReport(func, operand.getOperandNumber()))
          needed.insert(copied);
        operand.set(copied.getResult(0));
        before[end].insert(copied);
        taken.insert(copied.getResult(0));
      }
    }
    // Copies of variables' old values read them too.
    for (StoreOp store : body->getOps<StoreOp>())
      addReadersBefore(behindNames(store.getValue()).getDefiningOp<KernelOp>(), store.getVariableAttr());
  }

  /// Afterwards each stacked value is a kernel's result or the carried value that came into the turn, each next value a
  /// kernel's result, and none is yielded twice, save for a next value that is stacked too.
  void settleYields(ScanOp scan) {
    YieldOp end = scan.yieldOp();
    llvm::DenseSet<Value> stacked, nexts;
    for (OpOperand &operand : end->getOpOperands()) {
      bool isNext = operand.getOperandNumber() >= scan.stackedCount();
      Value root = behindNames(operand.get());
      bool isCarry = llvm::is_contained(scan.carryArgs(), root) && root.getType() == operand.get().getType();
      bool isFine = root.getDefiningOp<KernelOp>() || (isCarry && !isNext);
      if (isFine && (isNext ? nexts : stacked).insert(root).second)
        continue;
      KernelOp copied = copy(operand.get(), placeOf(operand.get(), end));
      operand.set(copied.getResult(0));
      before[end].insert(copied);
    }
  }

  void sort() {
    // Kahn's algorithm, the earliest in the program first.
    llvm::DenseMap<Operation *, unsigned> waiting;
    llvm::DenseMap<Operation *, SmallVector<Operation *>> after;
    auto later = [&](Operation *a, Operation *b) { return position.lookup(a) > position.lookup(b); };
    std::priority_queue<Operation *, std::vector<Operation *>, decltype(later)> ready(later);
    for (auto &[op, first] : before) {
      waiting[op] = first.size();
      for (Operation *earlier : first)
        after[earlier].push_back(op);
      if (first.empty())
        ready.push(op);
    }
    Operation *end = body->getTerminator();
    while (!ready.empty()) {
      Operation *op = ready.top();
      ready.pop();
      if (op != end)
        op->moveBefore(end);
      for (Operation *next : after[op])
        if (--waiting[next] == 0)
          ready.push(next);
    }
    assert(llvm::all_of(waiting, [](auto &entry) { return entry.second == 0; }) &&
           "kernels depend on each other");
  }

  void markReportOnly() {
    bool isTraining = func.getKind() == FunctionKind::Step || func.getKind() == FunctionKind::Gradients;
    for (KernelOp kernel : body->getOps<KernelOp>())
      kernel.setReportOnly(isTraining && !needed.contains(kernel));
    for (ScanOp scan : body->getOps<ScanOp>())
      scan.setReportOnly(isTraining && !needed.contains(scan));
  }
};

} // namespace
} // namespace nnc
