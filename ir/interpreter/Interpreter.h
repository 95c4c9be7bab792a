// Interpreter.h: runs functions of the nn dialect by plain loops in f64. The oracle of the tests.
//
// What an op means is its ReferenceOpInterface, attached here as external models, one file per family as in
// ir/ops. Being obviously right comes first; loops run through memory in order, since worked numbers and differences run
// whole models.
#ifndef NNC_IR_INTERPRETER_INTERPRETER_H
#define NNC_IR_INTERPRETER_INTERPRETER_H

#include "ir/Dialect.h"
#include "ir/ops/Structure.h"
#include "ir/interpreter/Tensor.h"
#include "mlir/IR/DialectRegistry.h"
#include "llvm/ADT/DenseMap.h"
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace nnc {

/// Gives every op of the dialect its reference semantics in contexts made from `registry`.
void registerReferenceSemantics(mlir::DialectRegistry &registry);

/// How results of floating-point ops are kept: as f64 whatever their type, so that differences are smooth, or
/// rounded to their type as a compiled library does. Integers and truth values are always what their type
/// holds.
enum class Precision { Exact, AsTyped };

/// All that a call depends on.
struct Call {
  std::vector<Tensor> inputs;              // one per argument
  std::map<std::string, int64_t> sizes;    // of run-time dimensions
  std::map<std::string, Tensor> variables; // at the start of the call
  Precision precision = Precision::Exact;
};

/// All that a call leaves behind.
struct Outcome {
  std::vector<Tensor> results;
  std::map<std::string, Tensor> stored; // variables that the function writes
};

/// Runs one function. Fails with a diagnostic at the op at fault: one without reference semantics, an index
/// out of range, an argument whose shape is not what its type says.
mlir::FailureOr<Outcome> interpret(FuncOp function, const Call &call);

/// What `variable` is in an instance created with `seed`, rounded to its type.
Tensor initialValue(VariableOp variable, uint64_t seed);

/// The state of a call while it runs: what ReferenceOpInterface::interpret reads and writes.
class InterpreterContext {
public:
  explicit InterpreterContext(const Call &call) : call(call) {}

  const Tensor &get(mlir::Value value) const;
  /// Keeps a value, rounded to what its type holds (see Precision).
  void set(mlir::Value value, Tensor tensor);

  /// Keeps the tensor of a value of the same type under another value too, without a copy.
  void share(mlir::Value value, mlir::Value of) { values[value] = keep(of); }

  bool isExact() const { return call.precision == Precision::Exact; }
  /// A size with the run-time dimensions of this call.
  int64_t sizeOf(const Dim &dim) const;
  Shape shapeOf(mlir::Type type) const;
  /// A tensor of `value`'s shape.
  Tensor make(mlir::Value value, double fill = 0.0) const { return Tensor(shapeOf(value.getType()), fill); }

  /// A variable as of the start of the call, or null.
  const Tensor *variable(llvm::StringRef name) const;
  void store(llvm::StringRef name, Tensor tensor) { outcome.stored[name.str()] = std::move(tensor); }
  Outcome &getOutcome() { return outcome; }

  /// Runs ops in order until one fails.
  void run(mlir::Operation *op);
  void run(mlir::Block &block);
  bool hasFailed() const { return failed; }
  /// Added to a value of a loop's body in each turn, as soon as it is there; turns are its first axis. By this, values of
  /// turns have difference quotients.
  struct Nudge {
    mlir::Value value;
    Tensor by;
  };
  std::optional<Nudge> nudge;
  /// Called at the end of each turn of each loop, with its number.
  std::function<void(mlir::Operation *loop, int64_t turn)> turnEnded;
  /// Ends the call with a diagnostic at `op`.
  mlir::InFlightDiagnostic fail(mlir::Operation *op);

  /// Forgets and restores values: nn.grad runs ops several times.
  using Stored = std::shared_ptr<const Tensor>;
  Stored keep(mlir::Value value) const { return values.lookup(value); }
  void restore(mlir::Value value, Stored stored) { values[value] = std::move(stored); }

private:
  const Call &call;
  Outcome outcome;
  llvm::DenseMap<mlir::Value, Stored> values;
  bool failed = false;
};

} // namespace nnc

#endif
