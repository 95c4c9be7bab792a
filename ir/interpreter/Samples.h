// Samples.h: random arguments for functions, for tests of what functions mean.
//
// Numbers are drawn so that differences are fair: within the argument's `nn.range` (array<f64: low, high>,
// else
// [-2, 2]) all are distinct, well apart, and not near a multiple of 1/2, where relu, round or a comparison
// jump. Integers keep to `nn.index_bound`.
#ifndef NNC_IR_INTERPRETER_SAMPLES_H
#define NNC_IR_INTERPRETER_SAMPLES_H

#include "ir/interpreter/Interpreter.h"
#include "ir/ops/Structure.h"

namespace nnc {

/// Reproducible random numbers, the same on every machine.
class SampleSource {
public:
  explicit SampleSource(uint64_t seed) : state(seed) {}
  uint64_t bits();
  /// In [0, 1).
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  /// In [0, bound).
  int64_t below(int64_t bound) { return static_cast<int64_t>(uniform() * static_cast<double>(bound)); }

private:
  uint64_t state;
};

/// Small sizes for the run-time dimensions of a function's model, no two alike, within their bounds.
std::map<std::string, int64_t> sampleSizes(ModelOp model);

/// The bound that ops reading `value` as an index set on it, and a number beyond it that they accept; nothing if none does.
/// Kernels are looked into.
struct IndexRange {
  int64_t bound;
  std::optional<int64_t> ignored;
};
std::optional<IndexRange> indexRangeOf(mlir::Value value, const std::map<std::string, int64_t> &sizes);

/// Arguments for a call of `function`, without variables.
Call sampleArguments(FuncOp function, std::map<std::string, int64_t> sizes, uint64_t seed);

/// The same arguments, and variables.
Call sampleCall(FuncOp function, std::map<std::string, int64_t> sizes, uint64_t seed);

} // namespace nnc

#endif
