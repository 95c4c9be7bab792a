/* cpu.c: asks the CPU what it can do. __builtin_cpu_supports would need libgcc, which models do not link. */
#include "cpu.h"

#include <stdbool.h>
#include <stddef.h>

#if defined(__x86_64__)
#include <cpuid.h>

enum cpuid_register { EAX, EBX, ECX, EDX };
enum os_state { OS_NONE, OS_YMM, OS_ZMM };

typedef struct feature {
  const char *name;
  uint32_t leaf, subleaf;
  enum cpuid_register reg;
  uint32_t bit;
  enum os_state state; /* registers that the operating system must save for the feature to be of use */
} feature;

static const feature features[NNC_X86_FEATURE_COUNT] = {
    [NNC_X86_CX16] = {"cmpxchg16b", 1, 0, ECX, 13, OS_NONE},
    [NNC_X86_LAHF] = {"lahf", 0x80000001u, 0, ECX, 0, OS_NONE},
    [NNC_X86_POPCNT] = {"popcnt", 1, 0, ECX, 23, OS_NONE},
    [NNC_X86_SSE3] = {"sse3", 1, 0, ECX, 0, OS_NONE},
    [NNC_X86_SSSE3] = {"ssse3", 1, 0, ECX, 9, OS_NONE},
    [NNC_X86_SSE41] = {"sse4.1", 1, 0, ECX, 19, OS_NONE},
    [NNC_X86_SSE42] = {"sse4.2", 1, 0, ECX, 20, OS_NONE},
    [NNC_X86_AVX] = {"avx", 1, 0, ECX, 28, OS_YMM},
    [NNC_X86_AVX2] = {"avx2", 7, 0, EBX, 5, OS_YMM},
    [NNC_X86_BMI1] = {"bmi1", 7, 0, EBX, 3, OS_NONE},
    [NNC_X86_BMI2] = {"bmi2", 7, 0, EBX, 8, OS_NONE},
    [NNC_X86_F16C] = {"f16c", 1, 0, ECX, 29, OS_YMM},
    [NNC_X86_FMA] = {"fma", 1, 0, ECX, 12, OS_YMM},
    [NNC_X86_LZCNT] = {"lzcnt", 0x80000001u, 0, ECX, 5, OS_NONE},
    [NNC_X86_MOVBE] = {"movbe", 1, 0, ECX, 22, OS_NONE},
    [NNC_X86_AVX512F] = {"avx512f", 7, 0, EBX, 16, OS_ZMM},
    [NNC_X86_AVX512BW] = {"avx512bw", 7, 0, EBX, 30, OS_ZMM},
    [NNC_X86_AVX512CD] = {"avx512cd", 7, 0, EBX, 28, OS_ZMM},
    [NNC_X86_AVX512DQ] = {"avx512dq", 7, 0, EBX, 17, OS_ZMM},
    [NNC_X86_AVX512VL] = {"avx512vl", 7, 0, EBX, 31, OS_ZMM},
    [NNC_X86_AVX512IFMA] = {"avx512ifma", 7, 0, EBX, 21, OS_ZMM},
    [NNC_X86_AVX512VBMI] = {"avx512vbmi", 7, 0, ECX, 1, OS_ZMM},
    [NNC_X86_AVX512VBMI2] = {"avx512vbmi2", 7, 0, ECX, 6, OS_ZMM},
    [NNC_X86_AVX512VNNI] = {"avx512vnni", 7, 0, ECX, 11, OS_ZMM},
    [NNC_X86_AVX512BITALG] = {"avx512bitalg", 7, 0, ECX, 12, OS_ZMM},
    [NNC_X86_AVX512VPOPCNTDQ] = {"avx512vpopcntdq", 7, 0, ECX, 14, OS_ZMM},
    [NNC_X86_AVX512BF16] = {"avx512bf16", 7, 1, EAX, 5, OS_ZMM},
    [NNC_X86_AVX512FP16] = {"avx512fp16", 7, 0, EDX, 23, OS_ZMM},
    [NNC_X86_AVXVNNI] = {"avxvnni", 7, 1, EAX, 4, OS_YMM},
};

/* Which vector registers the operating system saves: XCR0, readable if cpuid says OSXSAVE. */
static enum os_state saved_state(void) {
  uint32_t regs[4] = {0, 0, 0, 0};
  if (!__get_cpuid(1, &regs[EAX], &regs[EBX], &regs[ECX], &regs[EDX]) || !(regs[ECX] & bit_OSXSAVE))
    return OS_NONE;
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  const uint32_t ymm = 0x6;  /* SSE and AVX state */
  const uint32_t zmm = 0xe6; /* and opmasks, upper halves, upper sixteen */
  return (low & zmm) == zmm ? OS_ZMM : (low & ymm) == ymm ? OS_YMM : OS_NONE;
}

uint64_t nnc_cpu_features(void) {
  uint64_t found = 0;
  enum os_state saved = saved_state();
  for (uint32_t f = 0; f < NNC_X86_FEATURE_COUNT; ++f) {
    uint32_t regs[4] = {0, 0, 0, 0};
    if (features[f].state <= saved &&
        __get_cpuid_count(features[f].leaf, features[f].subleaf, &regs[EAX], &regs[EBX], &regs[ECX],
                          &regs[EDX]) &&
        (regs[features[f].reg] >> features[f].bit & 1))
      found |= NNC_FEATURE(f);
  }
  return found;
}

const char *nnc_cpu_feature_name(uint64_t missing) {
  for (uint32_t f = 0; f < NNC_X86_FEATURE_COUNT; ++f)
    if (missing & NNC_FEATURE(f))
      return features[f].name;
  return "a feature unknown to this runtime";
}

#elif defined(__aarch64__)

/* Variants for aarch64 use its base instruction set, which has NEON and fused multiply-add; no bits yet. */
uint64_t nnc_cpu_features(void) { return 0; }

const char *nnc_cpu_feature_name(uint64_t missing) {
  (void)missing;
  return "a feature unknown to this runtime";
}

#else
#error "nnc's runtime knows x86-64 and aarch64"
#endif
