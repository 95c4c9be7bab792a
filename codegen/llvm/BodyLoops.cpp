// BodyLoops.cpp: nn.scan in a body: a loop over the kernel calls of a turn, or tasks that each take some rows through
// such a loop.
#include "codegen/llvm/BodyBuilder.h"
#include "ir/IndependentRows.h"
#include "runtime/frame.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace nnc {

/// What a loop needs besides its kernels: its length, bytes of elements, what tells the turn.
void BodyBuilder::prepareLoop(CodeBuilder &code, ScanOp scan) {
  valueOf(code, scan.lengthDim());
  for (BlockArgument argument : scan.getBody().getArguments())
    valueOf(code, bytesOf(argument));
  if (!scan.turnArg().use_empty())
    loops[scan].turns = memory->prepareTurns(code, frame);
}

/// Address of a slot at a turn.
Value BodyBuilder::slotAt(CodeBuilder &code, SlotAttr slot, Value turn) {
  Value start = code.offset(workspace, valueOf(code, *Dim::parse(slot.getOffset())));
  if (slot.getCount() == 1)
    return start;
  Value place = code.create<LLVM::AddOp>(turn, code.integer(host.i64, slot.getShift()));
  if (slot.getCount() == 2)
    place = code.create<LLVM::AndOp>(place, code.integer(host.i64, 1));
  return code.offset(start, code.create<LLVM::MulOp>(place, valueOf(code, *Dim::parse(slot.getBytes()))));
}

Value BodyBuilder::argumentAddress(CodeBuilder &code, ScanOp scan, BlockArgument argument) {
  const Loop &loop = loops[scan];
  if (argument == scan.turnArg())
    return loop.address;
  for (auto [carry, slot] : llvm::zip(scan.carryArgs(), scan.getSlotsAttr()))
    if (carry == argument)
      return slotAt(code, cast<SlotAttr>(slot), loop.turn);
  Value operand = scan.operandOf(argument).get();
  Value turn = loop.turn;
  Value whole = addressOf(code, operand);
  if (!llvm::is_contained(scan.sequenceArgs(), argument))
    return whole;
  return code.offset(whole, code.create<LLVM::MulOp>(turn, valueOf(code, bytesOf(argument))));
}

Value BodyBuilder::firstTurn(CodeBuilder &code, ScanOp scan) {
  if (!scan.getReverse())
    return code.integer(host.i64, 0);
  return code.create<LLVM::SubOp>(valueOf(code, scan.lengthDim()), code.integer(host.i64, 1));
}

void BodyBuilder::runLoop(CodeBuilder &code, ScanOp scan) {
  code.loc = debugLocation(scan.getLoc());
  Value first = firstTurn(code, scan);
  for (auto [initial, slot] : llvm::zip(scan.getInitials(), scan.getSlotsAttr()))
    copy(code, slotAt(code, cast<SlotAttr>(slot), first), initial);
  if (std::optional<std::string> symbol = rowsOfTasks(scan))
    return runByRows(code, scan, *symbol);
  runTurns(code, scan);
}

void BodyBuilder::runTurns(CodeBuilder &code, ScanOp scan) {
  Value length = valueOf(code, scan.lengthDim()), one = code.integer(host.i64, 1);
  Value first = firstTurn(code, scan);
  Block *before = code.builder.getInsertionBlock();
  Block *head = code.builder.createBlock(exit);
  Value turn = head->addArgument(host.i64, code.loc);
  Block *inside = code.builder.createBlock(exit);
  loops[scan].turn = turn;
  if (Value turns = loops[scan].turns)
    loops[scan].address = memory->turnAddress(code, turns, turn);
  runBlock(code, scan.getBody().front());
  Value next = scan.getReverse() ? code.create<LLVM::SubOp>(turn, one).getRes()
                                 : code.create<LLVM::AddOp>(turn, one).getRes();
  code.create<LLVM::BrOp>(ValueRange{next}, head);
  Block *after = code.builder.createBlock(exit);

  code.builder.setInsertionPointToEnd(before);
  code.create<LLVM::BrOp>(ValueRange{first}, head);
  code.builder.setInsertionPointToEnd(head);
  Value isDone = scan.getReverse()
                     ? code.create<LLVM::ICmpOp>(LLVM::ICmpPredicate::slt, turn, code.integer(host.i64, 0))
                     : code.create<LLVM::ICmpOp>(LLVM::ICmpPredicate::sge, turn, length);
  code.create<LLVM::CondBrOp>(isDone, after, inside);
  code.builder.setInsertionPointToEnd(after);
}

//===--------------------------------------------------------------------------------------------------===//
// Tasks of rows
//===--------------------------------------------------------------------------------------------------===//

// A loop of small turns waits for threads more than it computes where each kernel is split among them. Where the rows do
// not need one another, a task takes some of them through all turns. Every core then reads all weights in each turn, so
// they have to be few enough to stay in its cache; the rows of a task are some register tiles, whatever the machine.
constexpr int64_t mostWeightBytes = 128 << 10, rowsPerTask = 16;

/// The run-time dimension whose rows the tasks of a loop share; nothing if its turns run one by one. Recorders of kernel
/// calls are told of one thread's.
std::optional<std::string> BodyBuilder::rowsOfTasks(ScanOp scan) const {
  if (!variant.device.empty() || host.options.recordsCalls || scan->getParentOp() != function.op.getOperation())
    return std::nullopt;
  int64_t bytes = 0;
  for (Value weight : scan.getInvariants())
    bytes += bytesOf(weight).valueIfStatic().value_or(mostWeightBytes + 1);
  return bytes <= mostWeightBytes ? independentRows(scan) : std::nullopt;
}

/// halide_do_par_for(context, task, 0, tasks, frame)
void BodyBuilder::runByRows(CodeBuilder &code, ScanOp scan, const std::string &symbol) {
  std::string name = body.getSymName().str() + ".rows" + std::to_string(taskCount++);
  BodyBuilder(host, model, function, variant).buildTask(scan, symbol, name);
  Value size = valueOf(code, Dim::symbol(symbol)), step = code.integer(host.i64, rowsPerTask);
  Value tasks = code.create<LLVM::SDivOp>(
      code.create<LLVM::AddOp>(size, code.integer(host.i64, rowsPerTask - 1)), step);
  llvm::SmallVector<Value> arguments = {context, code.addressOf(name), code.integer(host.i32, 0),
                                        code.create<LLVM::TruncOp>(host.i32, tasks), frame};
  auto type = host.functionType(host.i32, llvm::to_vector(ValueRange(arguments).getTypes()));
  returnIfFailed(code, code.create<LLVM::CallOp>(host.declare("halide_do_par_for", type), arguments).getResult());
}

/// int task(context, index, frame), a halide_task_t (runtime/pool.h).
void BodyBuilder::buildTask(ScanOp scan, const std::string &symbol, const std::string &name) {
  root = scan;
  CodeBuilder code = begin(name, {host.pointer, host.i32, host.pointer});
  frame = body.getArgument(2);
  loadFrame(code);
  Value step = code.integer(host.i64, rowsPerTask);
  Value first = code.create<LLVM::MulOp>(code.create<LLVM::ZExtOp>(host.i64, body.getArgument(1)), step);
  Value left = code.create<LLVM::SubOp>(valueOf(code, Dim::symbol(symbol)), first);
  Value isLast = code.create<LLVM::ICmpOp>(LLVM::ICmpPredicate::slt, left, step);
  rows = Rows{symbol, first, code.create<LLVM::SelectOp>(isLast, left, step)};
  makeBuffers(code);
  prepareShapes(code);
  scan.walk([&](KernelOp kernel) {
    for (Value value : llvm::concat<Value>(llvm::to_vector_of<Value>(kernel.getInputs()), llvm::to_vector_of<Value>(kernel.getOutputs())))
      if (std::optional<Dim> bytes = rowBytes(value))
        valueOf(code, *bytes);
  });
  runTurns(code, scan);
  code.create<LLVM::BrOp>(ValueRange{code.integer(host.i32, 0)}, exit);
}

/// In a task, the bytes of one row of a value that is of rows.
std::optional<Dim> BodyBuilder::rowBytes(Value value) const {
  return rows ? bytesOf(value).divExact(Dim::symbol(rows->symbol)) : std::nullopt;
}

/// Where the task's rows of a value begin that begins at `address`.
Value BodyBuilder::atFirstRow(CodeBuilder &code, Value address, Value value) {
  std::optional<Dim> bytes = rowBytes(value);
  return bytes ? code.offset(address, code.create<LLVM::MulOp>(rows->first, valueOf(code, *bytes))) : address;
}

} // namespace nnc
