/* hash.h: XXH64, for checksums of files and for the streams of random numbers that names stand for. */
#ifndef NNC_HASH_H
#define NNC_HASH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nnc_hash {
  uint64_t lanes[4];
  uint64_t length;
  uint8_t pending[32];
} nnc_hash;

void nnc_hash_begin(nnc_hash *hash);
void nnc_hash_add(nnc_hash *hash, const void *data, size_t bytes);
uint64_t nnc_hash_end(const nnc_hash *hash);

/* XXH64 with seed 0 of one block. */
uint64_t nnc_hash_bytes(const void *data, size_t bytes);

#ifdef __cplusplus
}
#endif
#endif
