/* cpu.h: what a variant of a library asks of the CPU (nnc_variant.cpu_features), and what this one has.
 *
 * The bits are numbered per architecture, in an order that never changes: they are part of the ABI. They say
 * what the machine code uses, which for --target=host may be more than a level of the psABI.
 */
#ifndef NNC_CPU_H
#define NNC_CPU_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum nnc_x86_feature {
  NNC_X86_CX16,
  NNC_X86_LAHF,
  NNC_X86_POPCNT,
  NNC_X86_SSE3,
  NNC_X86_SSSE3,
  NNC_X86_SSE41,
  NNC_X86_SSE42,
  NNC_X86_AVX,
  NNC_X86_AVX2,
  NNC_X86_BMI1,
  NNC_X86_BMI2,
  NNC_X86_F16C,
  NNC_X86_FMA,
  NNC_X86_LZCNT,
  NNC_X86_MOVBE,
  NNC_X86_AVX512F,
  NNC_X86_AVX512BW,
  NNC_X86_AVX512CD,
  NNC_X86_AVX512DQ,
  NNC_X86_AVX512VL,
  NNC_X86_AVX512IFMA,
  NNC_X86_AVX512VBMI,
  NNC_X86_AVX512VBMI2,
  NNC_X86_AVX512VNNI,
  NNC_X86_AVX512BITALG,
  NNC_X86_AVX512VPOPCNTDQ,
  NNC_X86_AVX512BF16,
  NNC_X86_AVX512FP16,
  NNC_X86_AVXVNNI,
  NNC_X86_FEATURE_COUNT
};

#define NNC_FEATURE(bit) (UINT64_C(1) << (bit))

/* The levels of the x86-64 psABI. */
#define NNC_X86_64_V1 UINT64_C(0)
#define NNC_X86_64_V2                                                                                        \
  (NNC_FEATURE(NNC_X86_CX16) | NNC_FEATURE(NNC_X86_LAHF) | NNC_FEATURE(NNC_X86_POPCNT) |                     \
   NNC_FEATURE(NNC_X86_SSE3) | NNC_FEATURE(NNC_X86_SSSE3) | NNC_FEATURE(NNC_X86_SSE41) |                     \
   NNC_FEATURE(NNC_X86_SSE42))
#define NNC_X86_64_V3                                                                                        \
  (NNC_X86_64_V2 | NNC_FEATURE(NNC_X86_AVX) | NNC_FEATURE(NNC_X86_AVX2) | NNC_FEATURE(NNC_X86_BMI1) |        \
   NNC_FEATURE(NNC_X86_BMI2) | NNC_FEATURE(NNC_X86_F16C) | NNC_FEATURE(NNC_X86_FMA) |                        \
   NNC_FEATURE(NNC_X86_LZCNT) | NNC_FEATURE(NNC_X86_MOVBE))
#define NNC_X86_64_V4                                                                                        \
  (NNC_X86_64_V3 | NNC_FEATURE(NNC_X86_AVX512F) | NNC_FEATURE(NNC_X86_AVX512BW) |                            \
   NNC_FEATURE(NNC_X86_AVX512CD) | NNC_FEATURE(NNC_X86_AVX512DQ) | NNC_FEATURE(NNC_X86_AVX512VL))

/* The features of this CPU that the operating system lets programs use. */
uint64_t nnc_cpu_features(void);

/* The lowest of `features` by its name in the manuals: "avx512f". */
const char *nnc_cpu_feature_name(uint64_t features);

#ifdef __cplusplus
}
#endif
#endif
