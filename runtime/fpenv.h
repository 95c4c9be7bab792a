/* fpenv.h: the floating-point environment of kernels: round to nearest, no traps, denormals are zero.
 *
 * Denormals cost up to fifty times and carry no information that training needs; the caller's environment
 * (which may trap, round otherwise, or have been built with -ffast-math) must neither matter nor change.
 * The compiler does not know that these move the environment: keep arithmetic in another function than the
 * one that enters and leaves.
 */
#ifndef NNC_FPENV_H
#define NNC_FPENV_H

#include <stdint.h>

#if defined(__x86_64__)

typedef struct nnc_fpenv {
  uint32_t mxcsr;
} nnc_fpenv;

/* Exceptions masked (0x1f80), flush to zero (0x8000), denormals are zero (0x40). */
static inline nnc_fpenv nnc_fp_enter(void) {
  nnc_fpenv saved = {__builtin_ia32_stmxcsr()};
  __builtin_ia32_ldmxcsr(0x1f80u | 0x8000u | 0x40u);
  return saved;
}

static inline void nnc_fp_leave(nnc_fpenv saved) { __builtin_ia32_ldmxcsr(saved.mxcsr); }

#elif defined(__aarch64__)

typedef struct nnc_fpenv {
  uint64_t fpcr, fpsr;
} nnc_fpenv;

static inline nnc_fpenv nnc_fp_enter(void) {
  nnc_fpenv saved;
  __asm__ volatile("mrs %0, fpcr\n\tmrs %1, fpsr" : "=r"(saved.fpcr), "=r"(saved.fpsr));
  __asm__ volatile("msr fpcr, %0" : : "r"(UINT64_C(1) << 24) : "memory"); /* FZ */
  return saved;
}

static inline void nnc_fp_leave(nnc_fpenv saved) {
  __asm__ volatile("msr fpcr, %0\n\tmsr fpsr, %1" : : "r"(saved.fpcr), "r"(saved.fpsr) : "memory");
}

#else
#error "nnc's runtime knows x86-64 and aarch64"
#endif
#endif
