// Targets.h: the processors kernels are compiled for, and what schedules need to know of them.
#ifndef NNC_CODEGEN_HALIDE_TARGETS_H
#define NNC_CODEGEN_HALIDE_TARGETS_H

#include "codegen/halide/Choices.h"
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

/// Likewise of a GPU, whose kernels are blocks of threads that share a little memory (codegen/halide/gpu).
struct Gpu {
  int warpThreads;  // run in step, and read memory together
  int blockThreads; // the most of a block
  int sharedBytes;  // of a block
  int threads;      // that keep the whole device busy
  // What cost models weigh by, rounded from data sheets of an H200 and an A100 and not measured.
  int multiprocessors;
  double launchTime;   // us that one more launch takes, in a graph
  double bytesPerTime; // of memory, in a us
  double fmasPerTime;  // f32, of one multiprocessor, in a us
  double turnTime;     // us of a turn of one thread's loop that waits for memory, some turns being under way at once
};

struct KernelTarget {
  std::string name;     // "x86-64-v3"
  std::string triple;   // of the machine that host code and runtime are for; one library has one
  uint64_t cpuFeatures; // what the machine code asks of the CPU, as bits of runtime/cpu.h
  Halide::Target halide;
  Machine machine;         // of the CPU; of GPU kernels, it runs what launches them
  std::optional<Gpu> gpu;  // kernels run on one
  bool checksArguments = false; // kernels check their buffers themselves: -O0
  Choices *choices = nullptr;   // of the kernel that is scheduled; null: the cost model decides

  /// The schedules of a GPU target on any OpenCL device, for tests on machines without the GPU. Kernels then need
  /// Halide's own runtime.
  KernelTarget onOpenCL() const;

  /// Choices::choose, or `modelled`.
  size_t chooseWay(llvm::StringRef name, llvm::ArrayRef<Choices::Way> ways, size_t modelled) const {
    return choices ? choices->choose(name, ways, modelled) : modelled;
  }

  /// Elements of a type in one vector.
  int lanes(Halide::Type type) const { return machine.vectorBytes / type.bytes(); }
};

/// Looks a name of --target up; `host` is the best of the table that this machine can run.
std::optional<KernelTarget> findKernelTarget(llvm::StringRef name);

/// Names for diagnostics and completion, `host` first.
std::vector<std::string> kernelTargetNames();

} // namespace nnc

#endif
