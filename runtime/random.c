#include "random.h"

#include "hash.h"
#include "normal_quantile.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Initial values are drawn this many at a time, so that the compiler can use vectors. */
enum { BATCH = 16, BLOCKS = BATCH / 2 };

/* A round of Philox on one of several blocks side by side. */
static inline void philox_round(uint32_t c[4][BLOCKS], int block, uint32_t k0, uint32_t k1) {
  uint64_t p0 = (uint64_t)0xD2511F53u * c[0][block];
  uint64_t p1 = (uint64_t)0xCD9E8D57u * c[2][block];
  uint32_t c1 = c[1][block], c3 = c[3][block];
  c[0][block] = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
  c[1][block] = (uint32_t)p1;
  c[2][block] = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
  c[3][block] = (uint32_t)p0;
}

static inline void philox(uint32_t c[4][BLOCKS], int blocks, uint32_t k0, uint32_t k1) {
  for (int round = 0; round < 10; ++round) {
    for (int block = 0; block < blocks; ++block)
      philox_round(c, block, k0, k1);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
}

void nnc_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
  uint32_t c[4][BLOCKS];
  for (int word = 0; word < 4; ++word)
    c[word][0] = counter[word];
  philox(c, 1, key[0], key[1]);
  for (int word = 0; word < 4; ++word)
    out[word] = c[word][0];
}

/* Numbers first to first + BATCH of a stream; first is even. */
static void random_batch(uint64_t seed, uint64_t stream, uint64_t first, uint64_t bits[BATCH]) {
  uint32_t c[4][BLOCKS];
  for (int block = 0; block < BLOCKS; ++block) {
    uint64_t number = first / 2 + (uint64_t)block;
    c[0][block] = (uint32_t)number;
    c[1][block] = (uint32_t)(number >> 32);
    c[2][block] = (uint32_t)stream;
    c[3][block] = (uint32_t)(stream >> 32);
  }
  philox(c, BLOCKS, (uint32_t)seed, (uint32_t)(seed >> 32));
  for (int block = 0; block < BLOCKS; ++block) {
    bits[2 * block] = (uint64_t)c[1][block] << 32 | c[0][block];
    bits[2 * block + 1] = (uint64_t)c[3][block] << 32 | c[2][block];
  }
}

uint64_t nnc_random_bits(uint64_t seed, uint64_t stream, uint64_t index) {
  uint64_t block = index / 2;
  const uint32_t counter[4] = {(uint32_t)block, (uint32_t)(block >> 32), (uint32_t)stream,
                               (uint32_t)(stream >> 32)};
  const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
  uint32_t words[4];
  nnc_philox(counter, key, words);
  const uint32_t *half = words + 2 * (index % 2);
  return (uint64_t)half[1] << 32 | half[0];
}

static double unit(uint64_t bits) { return (double)(bits >> 11) * 0x1p-53; }

/* Strictly between 0 and 1, and symmetric: 52 bits and a half. */
static double inner_unit(uint64_t bits) { return ((double)(bits >> 12) + 0.5) * 0x1p-52; }

double nnc_random_uniform(uint64_t seed, uint64_t stream, uint64_t index) {
  return unit(nnc_random_bits(seed, stream, index));
}

double nnc_random_normal(uint64_t seed, uint64_t stream, uint64_t index) {
  return nnc_normal_quantile(inner_unit(nnc_random_bits(seed, stream, index)));
}

/* Natural logarithm of a positive normal number to about an ulp: x = m 2^e with m in [sqrt(1/2), sqrt(2)),
 * and log m = 2 artanh(s), s = (m - 1) / (m + 1). Not libm's, whose last bit depends on its version. */
static double logarithm(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  const uint64_t sqrt_half = UINT64_C(0x3FE6A09E667F3BCD);
  int64_t exponent = ((int64_t)bits - (int64_t)sqrt_half) >> 52;
  bits -= (uint64_t)exponent << 52;
  double m;
  memcpy(&m, &bits, sizeof m);
  double s = (m - 1) / (m + 1), z = s * s, series = 0;
  for (int k = 23; k > 1; k -= 2)
    series = (series + 1.0 / k) * z;
  double e = (double)exponent;
  return e * 0x1.62e42fefa38p-1 + (2 * s + (2 * s * series + e * 0x1.ef35793c7673p-45));
}

/* a[0] + a[1] x + ... + a[7] x^7 over b[0] + ... */
static inline double ratio(const double a[8], const double b[8], double x) {
  double top = a[7], bottom = b[7];
#pragma GCC unroll 8
  for (int k = 6; k >= 0; --k) {
    top = top * x + a[k];
    bottom = bottom * x + b[k];
  }
  return top / bottom;
}

static inline double centre_quantile(double q) {
  return q * ratio(nnc_ppnd16_centre_top, nnc_ppnd16_centre_bottom, 0.180625 - q * q);
}

static double tail_quantile(double p) {
  double r = __builtin_sqrt(-logarithm(p < 0.5 ? p : 1 - p));
  double x = r <= 5 ? ratio(nnc_ppnd16_near_top, nnc_ppnd16_near_bottom, r - 1.6)
                    : ratio(nnc_ppnd16_far_top, nnc_ppnd16_far_bottom, r - 5);
  return p < 0.5 ? -x : x;
}

static inline bool is_central(double q) { return -0.425 <= q && q <= 0.425; }

double nnc_normal_quantile(double p) {
  return is_central(p - 0.5) ? centre_quantile(p - 0.5) : tail_quantile(p);
}

/* The same of BATCH probabilities: the centre's formula, in vectors, then the few that are not central. */
static void normal_quantiles(const double p[BATCH], double x[BATCH]) {
  for (int i = 0; i < BATCH; ++i)
    x[i] = centre_quantile(p[i] - 0.5);
  for (int i = 0; i < BATCH; ++i)
    if (!is_central(p[i] - 0.5))
      x[i] = tail_quantile(p[i]);
}

uint64_t nnc_init_stream(const char *name) {
  nnc_hash hash;
  nnc_hash_begin(&hash);
  nnc_hash_add(&hash, "init:", 5); /* apart from the streams of random operators */
  nnc_hash_add(&hash, name, strlen(name));
  return nnc_hash_end(&hash);
}

/* Initial values first to first + BATCH of any kind that gives each element by itself. */
static void initial_batch(const nnc_init *init, uint64_t seed, uint64_t stream, uint64_t first,
                          double x[BATCH]) {
  const double below = 0.022750131948179207200; /* probability of less than -2 */
  uint64_t bits[BATCH];
  double p[BATCH];
  random_batch(seed, stream, first, bits);
  switch (init->kind) {
  case NNC_INIT_UNIFORM:
    for (int i = 0; i < BATCH; ++i)
      x[i] = init->a + (init->b - init->a) * unit(bits[i]);
    break;
  case NNC_INIT_TRUNCATED:
    for (int i = 0; i < BATCH; ++i)
      p[i] = below + inner_unit(bits[i]) * (1 - 2 * below);
    normal_quantiles(p, x);
    for (int i = 0; i < BATCH; ++i)
      x[i] = init->a + init->b * (x[i] < -2 ? -2 : x[i] > 2 ? 2 : x[i]);
    break;
  default:
    for (int i = 0; i < BATCH; ++i)
      p[i] = inner_unit(bits[i]);
    normal_quantiles(p, x);
    for (int i = 0; i < BATCH; ++i)
      x[i] = init->a + init->b * x[i];
  }
}

static void store(nnc_dtype dtype, void *out, uint64_t index, double value) {
  switch (dtype) {
  case NNC_F32: ((float *)out)[index] = (float)value; break;
  case NNC_F64: ((double *)out)[index] = value; break;
  case NNC_I32: ((int32_t *)out)[index] = (int32_t)value; break;
  case NNC_I64: ((int64_t *)out)[index] = (int64_t)value; break;
  case NNC_U8: ((uint8_t *)out)[index] = (uint8_t)value; break;
  case NNC_BOOL: ((uint8_t *)out)[index] = value != 0; break;
  }
}

/* Two numbers side by side, of any alignment: the order of the sums below is theirs, not the compiler's choice. */
typedef double pair __attribute__((vector_size(16), aligned(8), may_alias));

static double dot(const double *x, const double *y, uint64_t count) {
  pair sums[2] = {{0, 0}, {0, 0}};
  uint64_t i = 0;
  for (; i + 4 <= count; i += 4) {
    sums[0] += *(const pair *)(x + i) * *(const pair *)(y + i);
    sums[1] += *(const pair *)(x + i + 2) * *(const pair *)(y + i + 2);
  }
  for (; i < count; ++i)
    sums[0][0] += x[i] * y[i];
  return (sums[0][0] + sums[0][1]) + (sums[1][0] + sums[1][1]);
}

/* x -= a y */
static void subtract(double *x, double a, const double *y, uint64_t count) {
  uint64_t i = 0;
  for (; i + 4 <= count; i += 4) {
    *(pair *)(x + i) -= a * *(const pair *)(y + i);
    *(pair *)(x + i + 2) -= a * *(const pair *)(y + i + 2);
  }
  for (; i < count; ++i)
    x[i] -= a * y[i];
}

/* Orthonormal rows (or columns, whichever are fewer) of a normal matrix by the modified Gram-Schmidt process.
 * Its R has a positive diagonal, which makes the result uniform over all such matrices. */
static int initialize_orthogonal(const nnc_init *init, uint64_t seed, uint64_t stream, nnc_dtype dtype,
                                 uint64_t rows, uint64_t columns, void *out) {
  uint64_t vectors = rows < columns ? rows : columns, length = rows < columns ? columns : rows;
  double *q =
      malloc(vectors * length * sizeof(double)); /* no overflow: the variable itself has that many elements */
  if (!q)
    return NNC_OUT_OF_MEMORY;
  const nnc_init standard = {NNC_INIT_NORMAL, 0, 1, NULL};
  for (uint64_t first = 0; first < vectors * length; first += BATCH) {
    double x[BATCH];
    initial_batch(&standard, seed, stream, first, x);
    for (uint64_t i = first; i < first + BATCH && i < vectors * length; ++i)
      q[i] = x[i - first];
  }
  for (uint64_t v = 0; v < vectors; ++v) {
    double *unit_v = q + v * length;
    double scale = 1 / __builtin_sqrt(dot(unit_v, unit_v, length));
    for (uint64_t i = 0; i < length; ++i)
      unit_v[i] *= scale;
    for (uint64_t w = v + 1; w < vectors; ++w) {
      double *later = q + w * length;
      subtract(later, dot(unit_v, later, length), unit_v, length);
    }
  }
  for (uint64_t r = 0; r < rows; ++r)
    for (uint64_t c = 0; c < columns; ++c)
      store(dtype, out, r * columns + c, init->a * (rows < columns ? q[r * length + c] : q[c * length + r]));
  free(q);
  return NNC_OK;
}

const char *nnc_init_name(nnc_variable_kind kind, const char *name) {
  /* <train block>.average.<parameter>, and names of train blocks have no dots */
  const char *at = name;
  for (int dots = 0; kind == NNC_AVERAGE && dots < 2; ++at) {
    if (!*at)
      return name;
    dots += *at == '.';
  }
  return at;
}

int nnc_initialize(const nnc_init *init, uint64_t seed, const char *name, nnc_dtype dtype, uint32_t rank,
                   const int64_t *shape, void *out) {
  uint64_t stream = nnc_init_stream(name), leading = 1;
  for (uint32_t axis = 0; axis + 1 < rank; ++axis)
    leading *= (uint64_t)shape[axis];
  uint64_t last = rank ? (uint64_t)shape[rank - 1] : 1;
  if (init->kind == NNC_INIT_ORTHOGONAL)
    return initialize_orthogonal(init, seed, stream, dtype, leading, last, out);
  if (init->kind == NNC_INIT_CONSTANT || init->kind == NNC_INIT_VALUES) {
    for (uint64_t i = 0; i < leading * last; ++i)
      store(dtype, out, i, init->kind == NNC_INIT_VALUES ? init->values[i] : init->a);
    return NNC_OK;
  }
  for (uint64_t first = 0; first < leading * last; first += BATCH) {
    double x[BATCH];
    initial_batch(init, seed, stream, first, x);
    for (uint64_t i = first; i < first + BATCH && i < leading * last; ++i)
      store(dtype, out, i, x[i - first]);
  }
  return NNC_OK;
}
