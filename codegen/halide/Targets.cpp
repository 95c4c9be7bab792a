// Targets.cpp: the table of targets. A new processor is one row here.
#include "codegen/halide/Targets.h"
#include "runtime/cpu.h"

using Halide::Target;

namespace nnc {
namespace {

struct Row {
  const char *name;
  const char *triple;
  uint64_t cpuFeatures;
  Target::Arch arch;
  std::vector<Target::Feature> features;
  Machine machine;
  std::optional<Gpu> gpu = std::nullopt;
};

// In the order of what they demand; `host` takes the last that runs here.
const std::vector<Row> &table() {
  static const char *linuxX86 = "x86_64-unknown-linux-gnu", *linuxArm = "aarch64-unknown-linux-gnu";
  static const std::vector<Row> rows = {
      {"x86-64", linuxX86, NNC_X86_64_V1, Target::X86, {}, {16, 16, false, 32 << 10, 1e5, 64 << 10}},
      {"x86-64-v3",
       linuxX86,
       NNC_X86_64_V3,
       Target::X86,
       {Target::SSE41, Target::AVX, Target::F16C, Target::FMA, Target::AVX2},
       {32, 16, true, 32 << 10, 4e5, 64 << 10}},
      {"x86-64-v4",
       linuxX86,
       NNC_X86_64_V4,
       Target::X86,
       {Target::SSE41, Target::AVX, Target::F16C, Target::FMA, Target::AVX2, Target::AVX512,
        Target::AVX512_Skylake},
       {64, 32, true, 32 << 10, 5e5, 64 << 10}},
      // Armv8-A, which has NEON and fused multiply-add.
      {"aarch64", linuxArm, 0, Target::ARM, {}, {16, 32, true, 32 << 10, 2e5, 64 << 10}},
      // The newest PTX that Halide knows; drivers compile it for newer GPUs as well. Launching code is for any CPU.
      {"cuda",
       linuxX86,
       NNC_X86_64_V1,
       Target::X86,
       {Target::CUDA, Target::CUDACapability86},
       {16, 16, true, 32 << 10, 1e5, 64 << 10},
       Gpu{32, 1024, 48 << 10, 1 << 17, 120, 2, 3e6, 2e5, 0.1}},
  };
  return rows;
}

KernelTarget targetOf(const Row &row) {
  // No runtime of Halide's: kernels need a parallel loop and the C library, which nnc links itself.
  std::vector<Target::Feature> features = row.features;
  features.insert(features.end(),
                  {Target::StrictFloat, Target::UserContext, Target::NoRuntime, Target::NoBoundsQuery});
  // Without asserts a launch that fails would count as done. Those on arguments are left out in gpu/Lowering.cpp.
  if (!row.gpu)
    features.push_back(Target::NoAsserts);
  return {row.name,    row.triple, row.cpuFeatures, Target(Target::Linux, row.arch, 64, features),
          row.machine, row.gpu};
}

} // namespace

std::optional<KernelTarget> findKernelTarget(llvm::StringRef name) {
  std::optional<KernelTarget> found;
  if (name == "host") {
    Target host = Halide::get_host_target();
    for (const Row &row : table())
      if (!row.gpu && row.arch == host.arch && host.features_all_of(row.features))
        found = targetOf(row);
    return found;
  }
  for (const Row &row : table())
    if (name == row.name)
      return targetOf(row);
  return std::nullopt;
}

KernelTarget KernelTarget::onOpenCL() const {
  KernelTarget result = *this;
  result.halide = halide.without_feature(Target::CUDA)
                      .without_feature(Target::CUDACapability86)
                      .with_feature(Target::OpenCL)
                      .with_feature(Target::CLDoubles);
  return result;
}

std::vector<std::string> kernelTargetNames() {
  std::vector<std::string> names = {"host"};
  for (const Row &row : table())
    names.push_back(row.name);
  return names;
}

} // namespace nnc
