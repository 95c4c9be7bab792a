/* random.h: counter-based random numbers and initial values.
 *
 * A number is a function of (seed, stream, index) alone: Philox4x32-10 with the seed as key and the 128-bit
 * counter (block, stream), each block giving two numbers of 64 bits. There is no state to keep, to share or
 * to save, and any number can be had by itself. Streams of initial values are hashes of the variable's name,
 * so adding a layer changes no other layer's values. Everything is computed in double by IEEE operations
 * alone (no libm), then rounded to the variable's type: the same values on every machine, and for f32 as for
 * f64.
 */
#ifndef NNC_RANDOM_H
#define NNC_RANDOM_H

#include "nnc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One block of Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3). */
void nnc_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* Number `index` of a stream, uniform over all 64 bits. */
uint64_t nnc_random_bits(uint64_t seed, uint64_t stream, uint64_t index);

/* The same bits as a double: in [0, 1), multiples of 2^-53. */
double nnc_random_uniform(uint64_t seed, uint64_t stream, uint64_t index);

/* The same bits as a double of the standard normal distribution. */
double nnc_random_normal(uint64_t seed, uint64_t stream, uint64_t index);

/* The inverse of the standard normal distribution function for 0 < p < 1, relative error about 1e-16. */
double nnc_normal_quantile(double p);

/* The stream that the initial values of the variable `name` are drawn from. */
uint64_t nnc_init_stream(const char *name);

/* The name whose stream a variable draws from: that of its parameter for an average, else its own. */
const char *nnc_init_name(nnc_variable_kind kind, const char *name);

/* Fills a variable with its initial values, drawn from the stream of `name`. NNC_OK, or NNC_OUT_OF_MEMORY (orthogonal matrices need scratch).
 */
int nnc_initialize(const nnc_init *init, uint64_t seed, const char *name, nnc_dtype dtype, uint32_t rank,
                   const int64_t *shape, void *out);

#ifdef __cplusplus
}
#endif
#endif
