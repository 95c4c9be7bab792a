// Tuning.h: what was measured to be fast, kept in a file: by kernel (which is its shapes), target and compiler.
#ifndef NNC_CODEGEN_HALIDE_TUNING_H
#define NNC_CODEGEN_HALIDE_TUNING_H

#include "codegen/halide/Choices.h"
#include "llvm/Support/Error.h"

namespace nnc {

/// What measuring found for one kernel.
struct TunedKernel {
  Chosen chosen;                        // empty: the cost model was right
  std::map<std::string, int64_t> sizes; // of run-time dimensions, as they were measured
  double gain = 1;                      // time by the cost model, divided by the time now
};

class Tuning {
public:
  /// Results for `compiler`, as its version is spelled.
  explicit Tuning(std::string compiler) : compiler(std::move(compiler)) {}

  /// Reads a file. What another compiler measured is left out, since its schedules offered other ways; `stale` says so. Fails
  /// with the words of a message.
  static llvm::Expected<Tuning> read(llvm::StringRef path, std::string compiler, bool &stale);
  /// The file, the same for the same results.
  std::string text() const;

  const TunedKernel *find(llvm::StringRef kernel, llvm::StringRef target) const;
  void set(llvm::StringRef kernel, llvm::StringRef target, TunedKernel tuned);

private:
  std::string compiler;
  std::map<std::pair<std::string, std::string>, TunedKernel> kernels; // by symbol and target
};

} // namespace nnc

#endif
