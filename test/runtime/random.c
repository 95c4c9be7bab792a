// RUN: %testbin/runtime-random
// Philox against its authors' vectors, XXH64 against its specification's, and the distributions of initial values.
#include "runtime/random.h"
#include "Inputs/check.h"
#include "runtime/hash.h"

#include <math.h>
#include <stdlib.h>

static void known_answers(void) {
  const uint32_t counters[3][4] = {
      {0, 0, 0, 0}, {~0u, ~0u, ~0u, ~0u}, {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}};
  const uint32_t keys[3][2] = {{0, 0}, {~0u, ~0u}, {0xa4093822, 0x299f31d0}};
  const uint32_t expected[3][4] = {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
                                   {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
                                   {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}};
  for (int i = 0; i < 3; ++i) {
    uint32_t out[4];
    nnc_philox(counters[i], keys[i], out);
    CHECK(!memcmp(out, expected[i], sizeof out));
  }
  CHECK(nnc_hash_bytes("", 0) == UINT64_C(0xef46db3751d8e999));
  CHECK(nnc_hash_bytes("abc", 3) == UINT64_C(0x44bc2cf5ad770999));
  CHECK(nnc_hash_bytes("Nobody inspects the spammish repetition", 39) == UINT64_C(0xfbcea83c8a378bf1));
  nnc_hash pieces; // the same, however it is cut
  for (size_t cut = 1; cut < 39; ++cut) {
    nnc_hash_begin(&pieces);
    for (size_t at = 0; at < 39; at += cut)
      nnc_hash_add(&pieces, &"Nobody inspects the spammish repetition"[at], 39 - at < cut ? 39 - at : cut);
    CHECK(nnc_hash_end(&pieces) == UINT64_C(0xfbcea83c8a378bf1));
  }
}

/* Quantiles to the 16 digits of Wichura's paper, and the inverse of libm's distribution function. */
static void quantiles(void) {
  CHECK(fabs(nnc_normal_quantile(0.25) / -0.6744897501960817 - 1) < 1e-15);
  CHECK(fabs(nnc_normal_quantile(0.001) / -3.090232306167814 - 1) < 1e-15);
  CHECK(fabs(nnc_normal_quantile(1e-20) / -9.262340089798408 - 1) < 1e-15);
  CHECK(nnc_normal_quantile(0.5) == 0);
  for (double p = 0x1p-53; p < 0.5; p *= 1.37) {
    double x = nnc_normal_quantile(p);
    CHECK(fabs(0.5 * erfc(-x / sqrt(2)) / p - 1) < 1e-13);
    CHECK(fabs(nnc_normal_quantile(1 - p) + x) < 1e-13 * fabs(x) / p * 0x1p-50 + 1e-15 + 1e-16 / p);
  }
}

enum { COUNT = 40000 };
static double values[COUNT];

static void fill(nnc_init init, const char *name, uint64_t seed) {
  const int64_t shape[] = {200, 200};
  CHECK(nnc_initialize(&init, seed, name, NNC_F64, 2, shape, values) == NNC_OK);
}

/* Bounds of four standard errors for the first moments of COUNT draws. */
static void moments(double mean, double deviation, double kurtosis) {
  double sum = 0, squares = 0, fourth = 0;
  for (int i = 0; i < COUNT; ++i)
    sum += values[i];
  CHECK(fabs(sum / COUNT - mean) < 4 * deviation / sqrt(COUNT));
  for (int i = 0; i < COUNT; ++i) {
    double d = (values[i] - mean) / deviation;
    squares += d * d;
    fourth += d * d * d * d;
  }
  CHECK(fabs(squares / COUNT - 1) < 4 * sqrt((kurtosis - 1) / COUNT));
  CHECK(fabs(fourth / COUNT - kurtosis) < 0.2);
}

static void distributions(void) {
  for (uint64_t seed = 0; seed < 3; ++seed) {
    fill((nnc_init){NNC_INIT_UNIFORM, -2, 4, NULL}, "w", seed);
    moments(1, 6 / sqrt(12), 1.8);
    for (int i = 0; i < COUNT; ++i)
      CHECK(values[i] >= -2 && values[i] < 4);
    fill((nnc_init){NNC_INIT_NORMAL, 3, 0.5, NULL}, "w", seed);
    moments(3, 0.5, 3);
    fill((nnc_init){NNC_INIT_TRUNCATED, 3, 0.5, NULL}, "w", seed);
    moments(3, 0.5 * 0.8796256610342398, 2.1633);
    for (int i = 0; i < COUNT; ++i)
      CHECK(fabs(values[i] - 3) <= 1);
  }
}

static void keys(void) {
  const nnc_init uniform = {NNC_INIT_UNIFORM, 0, 1, NULL};
  fill(uniform, "dense1.weight", 1);
  double first = values[0], second = values[1];
  fill(uniform, "dense1.weight", 2);
  CHECK(values[0] != first);
  fill(uniform, "dense2.weight", 1);
  CHECK(values[0] != first);
  // The shape does not matter, nor do other elements; f32 is f64 rounded.
  float rounded[2];
  const int64_t two[] = {2};
  CHECK(nnc_initialize(&uniform, 1, "dense1.weight", NNC_F32, 1, two, rounded) == NNC_OK);
  CHECK(rounded[0] == (float)first && rounded[1] == (float)second);
  CHECK(nnc_random_uniform(1, nnc_init_stream("dense1.weight"), 1) == second);
  // However they are drawn, in batches or one by one.
  fill((nnc_init){NNC_INIT_NORMAL, 0, 1, NULL}, "dense1.weight", 1);
  for (uint64_t i = 0; i < COUNT; ++i)
    CHECK(values[i] == nnc_random_normal(1, nnc_init_stream("dense1.weight"), i));
  // A promise to files and to those who compare runs: these numbers never change.
  CHECK(nnc_init_stream("dense1.weight") == UINT64_C(0xa18505cb35e7d29a));
  CHECK(nnc_random_bits(1, 2, 3) == UINT64_C(0x0e0b3cf344541f91));
}

static void other_types(void) {
  const double given[] = {1, -2, 0};
  const nnc_init init = {NNC_INIT_VALUES, 0, 0, given};
  const int64_t shape[] = {3};
  int32_t i32[3];
  int64_t i64[3];
  uint8_t truth[3];
  CHECK(nnc_initialize(&init, 0, "x", NNC_I32, 1, shape, i32) == NNC_OK);
  CHECK(nnc_initialize(&init, 0, "x", NNC_I64, 1, shape, i64) == NNC_OK);
  CHECK(nnc_initialize(&init, 0, "x", NNC_BOOL, 1, shape, truth) == NNC_OK);
  CHECK(i32[1] == -2 && i64[1] == -2 && truth[0] == 1 && truth[1] == 1 && truth[2] == 0);
  const nnc_init seven = {NNC_INIT_CONSTANT, 7, 0, NULL};
  uint8_t scalar = 0;
  CHECK(nnc_initialize(&seven, 0, "x", NNC_U8, 0, NULL, &scalar) == NNC_OK);
  CHECK(scalar == 7);
}

/* Rows or columns, whichever are fewer, times themselves are gain^2 times the identity. */
static void orthogonal(void) {
  const int64_t shapes[][3] = {{4, 5, 7}, {4, 5, 20}, {4, 5, 64}, {1, 1, 9}, {1, 9, 1}};
  for (size_t s = 0; s < sizeof shapes / sizeof *shapes; ++s) {
    int64_t rows = shapes[s][0] * shapes[s][1], columns = shapes[s][2];
    const nnc_init init = {NNC_INIT_ORTHOGONAL, 2, 0, NULL};
    CHECK(nnc_initialize(&init, 5, "u", NNC_F64, 3, shapes[s], values) == NNC_OK);
    int64_t few = rows < columns ? rows : columns, many = rows < columns ? columns : rows;
    int64_t along = rows < columns ? 1 : columns, across = rows < columns ? columns : 1;
    for (int64_t i = 0; i < few; ++i)
      for (int64_t j = 0; j < few; ++j) {
        double dot = 0;
        for (int64_t k = 0; k < many; ++k)
          dot += values[i * across + k * along] * values[j * across + k * along];
        CHECK(fabs(dot - (i == j ? 4 : 0)) < 1e-13);
      }
  }
}

int main(void) {
  known_answers();
  quantiles();
  distributions();
  keys();
  other_types();
  orthogonal();
  return check_failures != 0;
}
