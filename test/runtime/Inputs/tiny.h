/* tiny.h: a model table written by hand, with bodies in C, that uses every field the runtime reads. */
#ifndef TINY_H
#define TINY_H

#include "runtime/instance.h"

extern const nnc_model tiny;
extern const nnc_model tiny_sgd; /* the same parameters, another optimizer */

/* Functions of `tiny` by index. */
enum { PREDICT, EVALUATE, TRAIN_STEP, DEFAULTS, FAIL_AS_TOLD, GENERATE };

/* Variables of `tiny` by index. */
enum { WEIGHT, BIAS, TABLE, MEAN, SEEN, CODES, SLOT, AVERAGE, STEP, VARIABLE_COUNT };

/* What the body of the last call saw. */
typedef struct tiny_seen {
  int denormals_flushed; /* one in its thread and in every task */
  unsigned control;      /* MXCSR in its thread */
  uint64_t seed;
  int report;
  const void *workspace;
} tiny_seen;
#ifndef TINY_STORAGE
#define TINY_STORAGE                                                                                         \
  _Thread_local /* nothing in a library, which is linked without the loader's helper for it */
#endif
extern TINY_STORAGE tiny_seen seen;

#endif
