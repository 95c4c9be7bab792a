// Targets.h: the processors kernels are compiled for, and what schedules need to know of them.
#ifndef NNC_CODEGEN_HALIDE_TARGETS_H
#define NNC_CODEGEN_HALIDE_TARGETS_H

#include "codegen/halide/HalideHeader.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>
#include <vector>

namespace nnc {

/// The numbers that schedules are chosen by. They describe a kind of processor, not one machine, so that the same
/// input gives the same bytes everywhere.
struct Machine {
  int vectorBytes;
  int vectorRegisters;
  bool fma;
  int firstCacheBytes; // per core
  double flopsPerTask; // the least work worth handing to another thread, about 4 us
  double bytesPerTask; // likewise for loops that wait for memory
};

struct KernelTarget {
  std::string name;     // "x86-64-v3"
  std::string triple;   // of the machine that host code and runtime are for; one library has one
  uint64_t cpuFeatures; // what the machine code asks of the CPU, as bits of runtime/cpu.h
  Halide::Target halide;
  Machine machine;

  /// Elements of a type in one vector.
  int lanes(Halide::Type type) const { return machine.vectorBytes / type.bytes(); }
};

/// Looks a name of --target up; `host` is the best of the table that this machine can run.
std::optional<KernelTarget> findKernelTarget(llvm::StringRef name);

/// Names for diagnostics and completion, `host` first.
std::vector<std::string> kernelTargetNames();

} // namespace nnc

#endif
