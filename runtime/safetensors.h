/* safetensors.h: what saving and loading agree on beside the format itself.
 *
 * A file is the header's length (8 bytes, little endian), the header (JSON, padded with spaces to 8 bytes),
 * and the tensors, without holes. Ours orders tensors by the size of their elements, largest first, so that
 * each is aligned in the file, and keeps in `__metadata__`, beside the strings of the caller:
 */
#ifndef NNC_SAFETENSORS_H
#define NNC_SAFETENSORS_H

#include "instance.h"

#define NNC_META_PREFIX "nnc." /* of all names of ours; the caller's strings may not begin so */
#define NNC_META_FORMAT "nnc.format"
#define NNC_META_MODEL "nnc.model"
#define NNC_META_SEED "nnc.seed" /* of the instance, decimal */
/* Names of optimizer state, averages and steps, separated by spaces: what loading parameters alone passes
 * over. */
#define NNC_META_TRAINING "nnc.training_state"
/* XXH64 of the header, with these 16 digits as zeros, and the tensors. Files of other programs have neither this
 * nor a format version. */
#define NNC_META_CHECKSUM "nnc.checksum"

#define NNC_FORMAT_VERSION "1"

enum { NNC_CHECKSUM_DIGITS = 16, NNC_MAX_HEADER = 100000000 /* as in the safetensors library */ };

extern const char *const nnc_file_dtypes[]; /* by nnc_dtype: "F32" */

/* Parameters and state make the model; the rest serves its training. */
static inline bool nnc_is_training_state(const nnc_variable *variable) {
  return variable->kind == NNC_SLOT || variable->kind == NNC_STEP_COUNTER || variable->kind == NNC_AVERAGE;
}

void nnc_checksum_text(uint64_t checksum, char digits[NNC_CHECKSUM_DIGITS]);

/* The operating system's text for an error number. */
const char *nnc_os_error(int number, char text[128]);

#endif
