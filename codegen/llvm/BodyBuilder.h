// BodyBuilder.h: a planned function -> its body; private to Body.cpp and BodyLoops.cpp.
#ifndef NNC_CODEGEN_LLVM_BODYBUILDER_H
#define NNC_CODEGEN_LLVM_BODYBUILDER_H

#include "codegen/llvm/OperandMemory.h"
#include "ir/ops/Scan.h"
#include "ir/ops/Structure.h"
#include "mlir/Dialect/LLVMIR/LLVMAttrs.h"
#include "llvm/ADT/StringMap.h"
#include <optional>

namespace nnc {

/// The bytes of a whole value.
Dim bytesOf(mlir::Value value);

class BodyBuilder {
public:
  BodyBuilder(HostBuilder &host, const ModelInterface &model, const FunctionInterface &function,
              const HostVariant &variant);

  /// Builds the body; returns its symbol.
  std::string build();

private:
  CodeBuilder begin(const std::string &name, llvm::ArrayRef<mlir::Type> arguments);
  // What the entry block computes.
  void loadFrame(CodeBuilder &code);
  void makeBuffers(CodeBuilder &code);
  mlir::Value valueOf(CodeBuilder &code, const Dim &dim);
  mlir::Value extentOf(CodeBuilder &code, const Dim &dim);
  void fillShape(CodeBuilder &code, mlir::Value shape, mlir::RankedTensorType type);
  void prepareShapes(CodeBuilder &code);

  mlir::Value addressOf(CodeBuilder &code, mlir::Value value);
  mlir::Value placeOf(CodeBuilder &code, mlir::Attribute place);
  mlir::Value resultAddress(CodeBuilder &code, KernelOp kernel, unsigned result);
  void fillBuffer(CodeBuilder &code, unsigned slot, mlir::Value address, mlir::RankedTensorType type);
  void callKernel(CodeBuilder &code, KernelOp kernel);
  /// Calls one of the runtime's recorders of kernel calls, if the library has them.
  void record(CodeBuilder &code, llvm::StringRef what, llvm::ArrayRef<mlir::Value> arguments);
  void runBlock(CodeBuilder &code, mlir::Block &block);

  // BodyLoops.cpp
  void runLoop(CodeBuilder &code, ScanOp scan);
  mlir::Value firstTurn(CodeBuilder &code, ScanOp scan);
  void runTurns(CodeBuilder &code, ScanOp scan);
  void prepareLoop(CodeBuilder &code, ScanOp scan);
  mlir::Value slotAt(CodeBuilder &code, SlotAttr slot, mlir::Value turn);
  mlir::Value argumentAddress(CodeBuilder &code, ScanOp scan, mlir::BlockArgument argument);
  void runByRows(CodeBuilder &code, ScanOp scan, const std::string &symbol);
  void buildTask(ScanOp scan, const std::string &symbol, const std::string &name);
  std::optional<std::string> rowsOfTasks(ScanOp scan) const;
  std::optional<Dim> rowBytes(mlir::Value value) const;
  mlir::Value atFirstRow(CodeBuilder &code, mlir::Value address, mlir::Value value);

  /// What tells the turn (of a loop whose kernels read it); in the loop being emitted, its address and its i64.
  struct Loop {
    mlir::Value turns, address, turn;
  };
  /// The rows that a task takes through its loop.
  struct Rows {
    std::string symbol;       // the run-time dimension along which they lie
    mlir::Value first, count; // i64
  };
  void copyResults(CodeBuilder &code);
  void copy(CodeBuilder &code, mlir::Value target, mlir::Value value);
  void returnIfFailed(CodeBuilder &code, mlir::Value status);
  bool isInPlace(mlir::Value value, mlir::Attribute place);

  /// Runs `emit` in a block that is skipped when no report is wanted.
  void whenReporting(CodeBuilder &code, llvm::function_ref<void(CodeBuilder &)> emit);

  mlir::Location debugLocation(mlir::Location loc);
  void addSubprogram();

  HostBuilder &host;
  const ModelInterface &model;
  const FunctionInterface &function;
  const HostVariant &variant;
  std::unique_ptr<OperandMemory> memory;
  mlir::Operation *root; // what is built: the function, or a loop of it
  std::optional<Rows> rows; // of a loop's task
  unsigned taskCount = 0;
  mlir::LLVM::LLVMFuncOp body;
  mlir::Value frame; // nnc_frame, an argument of the body
  mlir::LLVM::DISubprogramAttr subprogram;
  mlir::Block *exit = nullptr; // returns its argument
  mlir::Value variables, workspace, sizes, inputs, outputs, context, report;
  llvm::SmallVector<mlir::Value> buffers;
  llvm::DenseMap<unsigned, mlir::Value> symbols;  // run-time dimension -> its size
  llvm::StringMap<mlir::Value> dims;              // canonical spelling -> its value
  llvm::DenseMap<mlir::Type, mlir::Value> shapes; // tensor type -> array of HalideDimension
  llvm::DenseMap<mlir::Operation *, Loop> loops;  // nn.scan -> its turn
  llvm::DenseMap<mlir::Operation *, unsigned> callIndices; // nn.kernel -> its place in the table of calls, for recorders
};

} // namespace nnc

#endif
