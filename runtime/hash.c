/* hash.c: XXH64 as its specification has it (github.com/Cyan4973/xxHash, doc/xxhash_spec.md), seed 0, little
 * endian. */
#include "hash.h"

#include <string.h>

static const uint64_t P1 = UINT64_C(0x9E3779B185EBCA87);
static const uint64_t P2 = UINT64_C(0xC2B2AE3D27D4EB4F);
static const uint64_t P3 = UINT64_C(0x165667B19E3779F9);
static const uint64_t P4 = UINT64_C(0x85EBCA77C2B2AE63);
static const uint64_t P5 = UINT64_C(0x27D4EB2F165667C5);

static uint64_t rotate(uint64_t x, int by) { return x << by | x >> (64 - by); }

static uint64_t read64(const uint8_t *from) {
  uint64_t value;
  memcpy(&value, from, sizeof value);
  return value;
}

static uint32_t read32(const uint8_t *from) {
  uint32_t value;
  memcpy(&value, from, sizeof value);
  return value;
}

static uint64_t step(uint64_t lane, uint64_t word) { return rotate(lane + word * P2, 31) * P1; }

static void stripes(uint64_t lanes[4], const uint8_t *at, size_t count) {
  uint64_t a = lanes[0], b = lanes[1], c = lanes[2], d = lanes[3];
  for (; count > 0; --count, at += 32) {
    a = step(a, read64(at));
    b = step(b, read64(at + 8));
    c = step(c, read64(at + 16));
    d = step(d, read64(at + 24));
  }
  lanes[0] = a, lanes[1] = b, lanes[2] = c, lanes[3] = d;
}

void nnc_hash_begin(nnc_hash *hash) {
  hash->lanes[0] = P1 + P2;
  hash->lanes[1] = P2;
  hash->lanes[2] = 0;
  hash->lanes[3] = 0 - P1;
  hash->length = 0;
}

void nnc_hash_add(nnc_hash *hash, const void *data, size_t bytes) {
  const uint8_t *at = data;
  size_t held = (size_t)(hash->length % 32);
  hash->length += bytes;
  if (held) {
    size_t more = bytes < 32 - held ? bytes : 32 - held;
    memcpy(hash->pending + held, at, more);
    at += more;
    bytes -= more;
    if (held + more < 32)
      return;
    stripes(hash->lanes, hash->pending, 1);
  }
  stripes(hash->lanes, at, bytes / 32);
  if (bytes % 32)
    memcpy(hash->pending, at + bytes / 32 * 32, bytes % 32);
}

uint64_t nnc_hash_end(const nnc_hash *hash) {
  const uint64_t *lanes = hash->lanes;
  uint64_t h = P5;
  if (hash->length >= 32) {
    h = rotate(lanes[0], 1) + rotate(lanes[1], 7) + rotate(lanes[2], 12) + rotate(lanes[3], 18);
    for (int lane = 0; lane < 4; ++lane)
      h = (h ^ step(0, lanes[lane])) * P1 + P4;
  }
  h += hash->length;
  const uint8_t *at = hash->pending;
  size_t left = (size_t)(hash->length % 32);
  for (; left >= 8; left -= 8, at += 8)
    h = rotate(h ^ step(0, read64(at)), 27) * P1 + P4;
  for (; left >= 4; left -= 4, at += 4)
    h = rotate(h ^ read32(at) * P1, 23) * P2 + P3;
  for (; left > 0; --left, ++at)
    h = rotate(h ^ *at * P5, 11) * P1;
  h = (h ^ h >> 33) * P2;
  h = (h ^ h >> 29) * P3;
  return h ^ h >> 32;
}

uint64_t nnc_hash_bytes(const void *data, size_t bytes) {
  nnc_hash hash;
  nnc_hash_begin(&hash);
  nnc_hash_add(&hash, data, bytes);
  return nnc_hash_end(&hash);
}
