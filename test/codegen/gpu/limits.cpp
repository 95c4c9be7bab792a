// limits.cpp: kernels that ask for more than a GPU has are refused while compiling, and others are not.
#include "codegen/halide/gpu/Limits.h"
#include <cstdio>
#include <stdexcept>
#include <string>

using namespace Halide;
using namespace nnc;

/// What is said of rows of `width` numbers that a block of `threads` copies through shared memory.
static std::string compile(int threads, int width) {
  static int count = 0;
  const std::string number = std::to_string(count++);
  KernelTarget target = *findKernelTarget("cuda");
  ImageParam in(Float(32), 2, "in" + number);
  Func out("out" + number), row("row" + number);
  Var x("x"), y("y"), part("part");
  row(x, y) = in(x, y) + 1;
  out(x, y) = row(width - 1 - x, y);
  out.bound(x, 0, width).split(x, part, x, threads).reorder(x, part, y).gpu_blocks(y).gpu_threads(x);
  row.compute_at(out, y).store_in(MemoryType::GPUShared).split(x, part, x, threads).gpu_threads(x);
  Pipeline pipeline(out);
  addLimitsPass(pipeline, *target.gpu);
  try {
    pipeline.compile_to_module({in}, "kernel" + number, target.halide);
  } catch (const std::runtime_error &error) {
    return error.what();
  }
  return "";
}

int main() {
  struct {
    int threads, width;
    std::string said;
  } cases[] = {{1024, 12288, ""},
               {1025, 12300, "a block of the kernel would have 1025 threads, the GPU has 1024"},
               {1024, 13312, "a block of the kernel would have 53248 bytes of shared memory, the GPU has 49152"}};
  int failures = 0;
  for (const auto &[threads, width, said] : cases)
    if (std::string text = compile(threads, width); text != said) {
      std::printf("%d threads, %d numbers: \"%s\", expected \"%s\"\n", threads, width, text.c_str(), said.c_str());
      ++failures;
    }
  return failures != 0;
}
