// RUN: %testbin/runtime-instance
// Create, call, get and set: what they do, and what they refuse with which words.
#include "Inputs/check.h"
#include "Inputs/tiny.h"

#include <math.h>
#include <stdalign.h>
#include <stdlib.h>

#define REFUSED(status, part, expression)                                                                    \
  do {                                                                                                       \
    CHECK((expression) == (status));                                                                         \
    CHECK_HAS(nnc_rt_error_text(m), part);                                                                   \
  } while (0)

static nnc_instance *create(const nnc_options *options) {
  nnc_instance *instance = NULL;
  CHECK(nnc_rt_create(&tiny, &instance, options) == NNC_OK);
  return instance;
}

static const float image[] = {1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1};
static const int32_t label[] = {0, 1, -1, 1};
static const uint8_t weighted[] = {1, 0, 1, 1};

static void calls(void) {
  nnc_instance *m = create(NULL);
  float weight[6], bias[2], y[8];
  CHECK(nnc_rt_get(m, "dense.weight", weight, sizeof weight) == NNC_OK);
  CHECK(nnc_rt_get(m, "dense.bias", bias, sizeof bias) == NNC_OK);
  CHECK(bias[0] == 0.5f && bias[1] == 0.5f);
  const int64_t sizes[] = {4, -7}; // the second is not used by these functions
  const void *inputs[] = {image, NULL};
  void *outputs[] = {y};
  CHECK(nnc_rt_call(m, PREDICT, sizes, inputs, outputs, NULL, NULL) == NNC_OK);
  for (int i = 0; i < 6; ++i)
    CHECK(y[i] == 2 * (bias[i % 2] + weight[i])); // the default of `scale`
  CHECK(!seen.report && (uintptr_t)seen.workspace % 64 == 0);
  float scale = 3;
  inputs[1] = &scale;
  CHECK(nnc_rt_call(m, PREDICT, sizes, inputs, outputs, NULL, NULL) == NNC_OK);
  CHECK(y[0] == 3 * (bias[0] + weight[0]));

  float new_bias[2] = {-1, 4};
  CHECK(nnc_rt_set(m, "dense.bias", new_bias, sizeof new_bias) == NNC_OK);
  CHECK(nnc_rt_call(m, PREDICT, sizes, inputs, outputs, NULL, NULL) == NNC_OK);
  CHECK(y[1] == 3 * (4 + weight[1]));

  struct {
    double loss, accuracy;
    int64_t accuracy_count;
  } report = {-1, -1, -1};
  const void *labelled[] = {image, label, weighted};
  CHECK(nnc_rt_call(m, EVALUATE, sizes, labelled, NULL, NULL, &report) == NNC_OK);
  CHECK(seen.report && report.accuracy_count == 3 && report.loss > 0);
  CHECK(report.accuracy >= 0 && report.accuracy <= 1);
  CHECK(nnc_rt_call(m, EVALUATE, sizes, labelled, NULL, NULL, NULL) == NNC_OK);
  CHECK(!seen.report);
  nnc_rt_destroy(m);
}

static void hypers(void) {
  nnc_instance *m = create(NULL);
  const int64_t sizes[] = {4, 0};
  const void *inputs[] = {image, label};
  double hyper[2] = {0, 0}, report[2];
  CHECK(nnc_rt_hyper_defaults(m, TRAIN_STEP, hyper) == NNC_OK);
  CHECK(hyper[0] == 0.1 && hyper[1] == 1); // a constant is exact, a computed one went through f32
  CHECK(nnc_rt_call(m, TRAIN_STEP, sizes, inputs, NULL, NULL, report) == NNC_OK);
  CHECK(report[0] == (double)0.1f && report[1] == 1);
  CHECK(nnc_rt_hyper_defaults(m, TRAIN_STEP, hyper) == NNC_OK);
  CHECK(hyper[1] == 0.5); // the step has advanced
  CHECK(nnc_rt_call(m, TRAIN_STEP, sizes, inputs, NULL, NULL, report) == NNC_OK);
  CHECK(report[1] == 0.5);
  const double given[] = {0.25, 8};
  CHECK(nnc_rt_call(m, TRAIN_STEP, sizes, inputs, NULL, given, report) == NNC_OK);
  CHECK(report[0] == 0.25 && report[1] == 8);
  int64_t step = 0;
  CHECK(nnc_rt_get(m, "train.step", &step, sizeof step) == NNC_OK);
  CHECK(step == 3);
  const double infinite[] = {1, HUGE_VAL}, not_a_number[] = {(double)NAN, 1};
  CHECK(nnc_rt_call(m, TRAIN_STEP, sizes, inputs, NULL, infinite, report) == NNC_OK);
  CHECK(report[1] == HUGE_VAL);
  REFUSED(NNC_INVALID_ARGUMENT, "train_step: 'lr' is not a number",
          nnc_rt_call(m, TRAIN_STEP, sizes, inputs, NULL, not_a_number, report));
  REFUSED(NNC_INVALID_ARGUMENT, "train_step: the place for", nnc_rt_hyper_defaults(m, TRAIN_STEP, NULL));
  CHECK(nnc_rt_hyper_defaults(m, PREDICT, hyper) == NNC_OK); // has none
  nnc_rt_destroy(m);
}

static void arguments(void) {
  nnc_instance *m = create(NULL);
  float y[8], moved[13];
  int64_t sizes[] = {4, 0};
  const void *inputs[] = {image, NULL};
  void *outputs[] = {y};
  CHECK(nnc_rt_call(NULL, PREDICT, sizes, inputs, outputs, NULL, NULL) == NNC_INVALID_ARGUMENT);
  REFUSED(NNC_INVALID_ARGUMENT, "no function 99 to call",
          nnc_rt_call(m, 99, sizes, inputs, outputs, NULL, NULL));
  REFUSED(NNC_INVALID_ARGUMENT, "no function 3 to call",
          nnc_rt_call(m, DEFAULTS, sizes, inputs, outputs, NULL, NULL));
  REFUSED(NNC_INVALID_ARGUMENT, "predict: sizes is NULL, expected 'batch'",
          nnc_rt_call(m, PREDICT, NULL, inputs, outputs, NULL, NULL));
  REFUSED(NNC_INVALID_ARGUMENT, "predict: 'image' is NULL, expected f32[4, 3]",
          nnc_rt_call(m, PREDICT, sizes, NULL, outputs, NULL, NULL));
  REFUSED(NNC_INVALID_ARGUMENT, "predict: 'y' is NULL, expected f32[4, 2]",
          nnc_rt_call(m, PREDICT, sizes, inputs, NULL, NULL, NULL));
  inputs[0] = (const char *)image + 1;
  REFUSED(NNC_INVALID_ARGUMENT, "predict: 'image' is not aligned",
          nnc_rt_call(m, PREDICT, sizes, inputs, outputs, NULL, NULL));
  memcpy(moved, image, sizeof image);
  inputs[0] = moved;
  outputs[0] = moved + 11;
  REFUSED(NNC_INVALID_ARGUMENT, "predict: 'y' overlaps 'image'",
          nnc_rt_call(m, PREDICT, sizes, inputs, outputs, NULL, NULL));
  inputs[0] = image;
  outputs[0] = m->variables;
  REFUSED(NNC_INVALID_ARGUMENT, "'y' overlaps the memory of the instance",
          nnc_rt_call(m, PREDICT, sizes, inputs, outputs, NULL, NULL));
  outputs[0] = y;

  sizes[0] = -1;
  REFUSED(NNC_INVALID_ARGUMENT, "predict: 'batch' is -1, expected 0 to 2147483647",
          nnc_rt_call(m, PREDICT, sizes, inputs, outputs, NULL, NULL));
  sizes[0] = INT64_MAX;
  REFUSED(NNC_INVALID_ARGUMENT, "'batch' is 9223372036854775807",
          nnc_rt_call(m, PREDICT, sizes, inputs, outputs, NULL, NULL));
  sizes[0] = INT32_MAX;
  REFUSED(NNC_INVALID_ARGUMENT, "'image' would have more than 2147483647 elements",
          nnc_rt_call(m, PREDICT, sizes, inputs, outputs, NULL, NULL));
  sizes[0] = 4;

  int32_t labels[] = {0, 2, -1, 1};
  const void *labelled[] = {image, labels, weighted};
  REFUSED(NNC_INDEX_RANGE, "evaluate: element 1 of 'label' is 2, expected 0 to 1, or -1",
          nnc_rt_call(m, EVALUATE, sizes, labelled, NULL, NULL, NULL));
  labels[1] = -2;
  REFUSED(NNC_INDEX_RANGE, "is -2", nnc_rt_call(m, EVALUATE, sizes, labelled, NULL, NULL, NULL));
  labels[1] = 1;
  const uint8_t not_boolean[] = {1, 0, 255, 1};
  labelled[2] = not_boolean;
  REFUSED(NNC_INDEX_RANGE, "element 2 of 'weighted' is 255, expected 0 to 1",
          nnc_rt_call(m, EVALUATE, sizes, labelled, NULL, NULL, NULL));

  int64_t token[] = {1, 2, 3, 4, 10}, next[3], seed = 5;
  const void *prompt[] = {token, NULL};
  void *result[] = {next};
  const int64_t prompt_sizes[] = {1, 5}, short_sizes[] = {1, 1}, long_sizes[] = {1, 7};
  REFUSED(NNC_INDEX_RANGE, "generate: element 4 of 'token' is 10, expected 0 to 9",
          nnc_rt_call(m, GENERATE, prompt_sizes, prompt, result, NULL, NULL));
  token[4] = 9;
  REFUSED(NNC_INVALID_ARGUMENT, "generate: 'seed' is NULL",
          nnc_rt_call(m, GENERATE, prompt_sizes, prompt, result, NULL, NULL));
  prompt[1] = &seed;
  CHECK(nnc_rt_call(m, GENERATE, prompt_sizes, prompt, result, NULL, NULL) == NNC_OK);
  CHECK(next[0] == 6 && next[2] == 8);
  REFUSED(NNC_INVALID_ARGUMENT, "axis 1 of 'next' would have a negative size",
          nnc_rt_call(m, GENERATE, short_sizes, prompt, result, NULL, NULL));
  REFUSED(NNC_INVALID_ARGUMENT, "generate: 'time' is 7, expected 0 to 6",
          nnc_rt_call(m, GENERATE, long_sizes, prompt, result, NULL, NULL));
  const int64_t many_sizes[] = {60000, 6}; // 60000 * 36 * 1000 elements in an index space
  int64_t *tokens = calloc(60000 * 6, sizeof *tokens), *nexts = calloc(60000 * 4, sizeof *nexts);
  const void *many[] = {tokens, &seed};
  void *many_results[] = {nexts};
  REFUSED(NNC_INVALID_ARGUMENT, "a tensor inside would have more than 2147483647 elements",
          nnc_rt_call(m, GENERATE, many_sizes, many, many_results, NULL, NULL));
  free(tokens);
  free(nexts);

  float value = 0;
  CHECK(nnc_rt_get(NULL, "dense.bias", &value, 4) == NNC_INVALID_ARGUMENT);
  REFUSED(NNC_INVALID_ARGUMENT, "get: the variable's name is NULL", nnc_rt_get(m, NULL, &value, 4));
  REFUSED(NNC_INVALID_ARGUMENT, "set: data is NULL", nnc_rt_set(m, "dense.bias", NULL, 8));
  REFUSED(NNC_INVALID_ARGUMENT, "get: 'Tiny' has no variable 'dense.bia'",
          nnc_rt_get(m, "dense.bia", &value, 4));
  REFUSED(NNC_INVALID_ARGUMENT, "set: 'dense.bias' has 8 bytes, data has 4",
          nnc_rt_set(m, "dense.bias", &value, 4));
  REFUSED(NNC_INDEX_RANGE, "set: element 1 of 'state.seen' is 7", nnc_rt_set(m, "state.seen", "\1\7\0", 3));
  char name[2000];
  memset(name, 'x', sizeof name);
  name[sizeof name - 1] = 0;
  REFUSED(NNC_INVALID_ARGUMENT, "has no variable 'xxx", nnc_rt_get(m, name, &value, 4));
  CHECK(!strcmp(nnc_rt_error_text(NULL), "the instance is NULL"));
  nnc_rt_destroy(m);
  nnc_rt_destroy(NULL);
}

/* A size of 0 changes nothing and needs no memory. */
static void no_data(void) {
  nnc_instance *m = create(NULL);
  const int64_t sizes[] = {0, 0}, no_batch[] = {0, 5}, no_time[] = {3, 0};
  const void *none[] = {NULL, NULL};
  CHECK(nnc_rt_call(m, PREDICT, sizes, none, (void *[]){NULL}, NULL, NULL) == NNC_OK);
  double report[2] = {7, 7};
  CHECK(nnc_rt_call(m, TRAIN_STEP, sizes, none, NULL, NULL, report) == NNC_OK);
  CHECK(report[0] == 0 && report[1] == 0);
  int64_t step = 7;
  CHECK(nnc_rt_get(m, "train.step", &step, sizeof step) == NNC_OK);
  CHECK(step == 0);
  CHECK(nnc_rt_call(m, GENERATE, no_batch, none, (void *[]){NULL}, NULL, NULL) == NNC_OK);
  REFUSED(NNC_INVALID_ARGUMENT, "axis 1 of 'next' would have a negative size", // time - 2
          nnc_rt_call(m, GENERATE, no_time, none, (void *[]){NULL}, NULL, NULL));
  nnc_rt_destroy(m);
}

static void kernels_that_fail(void) {
  nnc_instance *m = create(NULL);
  const int64_t sizes[] = {0, 0};
  int32_t how = -7;
  const void *inputs[] = {&how};
  REFUSED(NNC_INTERNAL, "fail: a kernel failed with code -7",
          nnc_rt_call(m, FAIL_AS_TOLD, sizes, inputs, NULL, NULL, NULL));
  how = 1;
  REFUSED(NNC_INTERNAL,
          "fail: a kernel failed: d_hidden is accessed from -1 to 70 in dimension 0, it reaches from 0 to 63",
          nnc_rt_call(m, FAIL_AS_TOLD, sizes, inputs, NULL, NULL, NULL));
  how = 2;
  for (int turn = 0; turn < 20; ++turn)
    REFUSED(NNC_INTERNAL, "a kernel failed: d_hidden is accessed from 0 to ",
            nnc_rt_call(m, FAIL_AS_TOLD, sizes, inputs, NULL, NULL, NULL));
  how = 0;
  CHECK(nnc_rt_call(m, FAIL_AS_TOLD, sizes, inputs, NULL, NULL, NULL) == NNC_OK);
  nnc_rt_destroy(m);
}

static void creation(void) {
  char error[200] = "";
  nnc_instance *m = NULL;
  nnc_options options = {.error = error, .error_bytes = sizeof error};
  CHECK(nnc_rt_create(NULL, &m, &options) == NNC_INVALID_ARGUMENT);
  CHECK_HAS(error, "create: the model is NULL");
  CHECK(nnc_rt_create(&tiny, NULL, &options) == NNC_INVALID_ARGUMENT);
  CHECK_HAS(error, "create: the place for the instance is NULL");

  options.variant = "future";
  CHECK(nnc_rt_create(&tiny, &m, &options) == NNC_UNSUPPORTED_CPU && !m);
  CHECK_HAS(error, "'Tiny' is compiled for future; this CPU lacks ");
  options.variant = "z80";
  CHECK(nnc_rt_create(&tiny, &m, &options) == NNC_INVALID_ARGUMENT && !m);
  CHECK_HAS(error, "the library holds no variant 'z80'");
  options.variant = "baseline";
  CHECK(nnc_rt_create(&tiny, &m, &options) == NNC_OK);
  nnc_rt_destroy(m);
  options.variant = NULL;

  int64_t sizes[] = {0, 3};
  options.max_sizes = sizes;
  CHECK(nnc_rt_create(&tiny, &m, &options) == NNC_INVALID_ARGUMENT);
  CHECK_HAS(error, "max_sizes of 'batch' is 0, expected 1 to 2147483647");
  sizes[0] = 8, sizes[1] = 7;
  CHECK(nnc_rt_create(&tiny, &m, &options) == NNC_INVALID_ARGUMENT);
  CHECK_HAS(error, "max_sizes of 'time' is 7, expected 1 to 6");
  sizes[0] = INT32_MAX, sizes[1] = 6; // 8 * 2^31 * 36 bytes
  int status = nnc_rt_create(&tiny, &m, &options);
  CHECK(status == NNC_OUT_OF_MEMORY || status == NNC_OK); // the system may promise more than it has
  if (status == NNC_OK)
    nnc_rt_destroy(m);
  error[0] = 'x', error[10] = 'y';
  options.error_bytes = 10; // the text is cut, not written past
  CHECK(nnc_rt_create(NULL, &m, &options) == NNC_INVALID_ARGUMENT);
  CHECK(strlen(error) == 9 && error[10] == 'y');
}

/* With the memory and sizes told beforehand nothing is allocated, and nothing larger is accepted. */
static void own_memory(void) {
  static alignas(64) uint8_t memory[16384];
  char error[200] = "";
  const int64_t sizes[] = {4, 5};
  uint64_t bytes = 0;
  CHECK(nnc_rt_memory_bytes(NULL, sizes, &bytes) == NNC_INVALID_ARGUMENT);
  CHECK(nnc_rt_memory_bytes(&tiny, sizes, NULL) == NNC_INVALID_ARGUMENT);
  CHECK(nnc_rt_memory_bytes(&tiny, NULL, &bytes) == NNC_INVALID_ARGUMENT); // batch is unbounded
  CHECK(nnc_rt_memory_bytes(&tiny, sizes, &bytes) == NNC_OK);
  CHECK(bytes > tiny.variable_bytes && bytes < sizeof memory);

  nnc_instance *m = NULL;
  nnc_options options = {.memory = memory + 8,
                         .memory_bytes = bytes,
                         .max_sizes = sizes,
                         .error = error,
                         .error_bytes = sizeof error};
  CHECK(nnc_rt_create(&tiny, &m, &options) == NNC_INVALID_ARGUMENT);
  CHECK_HAS(error, "memory is not aligned to 64 bytes");
  options.memory = memory;
  options.memory_bytes = bytes - 1;
  CHECK(nnc_rt_create(&tiny, &m, &options) == NNC_INVALID_ARGUMENT);
  CHECK_HAS(error, "memory has ");
  options.memory_bytes = bytes;
  memset(memory + bytes, 0xee, sizeof memory - bytes);
  CHECK(nnc_rt_create(&tiny, &m, &options) == NNC_OK);
  float y[10];
  const void *inputs[] = {image, NULL};
  void *outputs[] = {y};
  CHECK(nnc_rt_call(m, PREDICT, sizes, inputs, outputs, NULL, NULL) == NNC_OK);
  CHECK((const uint8_t *)seen.workspace > memory && (const uint8_t *)seen.workspace < memory + bytes);
  const int64_t more[] = {5, 5};
  REFUSED(NNC_INVALID_ARGUMENT, "'batch' is 5, but create reserved memory for at most 4",
          nnc_rt_call(m, PREDICT, more, inputs, outputs, NULL, NULL));
  nnc_rt_destroy(m);

  // No sizes told: what is left of the memory is workspace.
  options.max_sizes = NULL;
  CHECK(nnc_rt_create(&tiny, &m, &options) == NNC_OK);
  const int64_t large[] = {2000, 5};
  float *images = calloc(6000, sizeof *images), *results = calloc(4000, sizeof *results);
  inputs[0] = images;
  outputs[0] = results;
  REFUSED(NNC_OUT_OF_MEMORY, "these sizes need 16128 bytes of workspace, the instance's memory has",
          nnc_rt_call(m, PREDICT, large, inputs, outputs, NULL, NULL));
  nnc_rt_destroy(m);
  free(images);
  free(results);
  for (uint64_t i = bytes; i < sizeof memory; ++i)
    CHECK(memory[i] == 0xee);
}

static void sharing(void) {
  nnc_options options = {.seed = 77};
  nnc_instance *a = create(&options), *b = create(&options), *c = create(NULL);
  CHECK(!memcmp(a->variables, b->variables, 24));
  CHECK(memcmp(a->variables, c->variables, 24));
  float zero[2] = {0, 0}, bias[2];
  CHECK(nnc_rt_set(a, "dense.bias", zero, sizeof zero) == NNC_OK);
  CHECK(nnc_rt_get(b, "dense.bias", bias, sizeof bias) == NNC_OK);
  CHECK(bias[0] == 0.5f);
  float y[2];
  CHECK(nnc_rt_call(a, PREDICT, (int64_t[]){1, 0}, (const void *[]){image, NULL}, (void *[]){y}, NULL,
                    NULL) == NNC_OK);
  CHECK(seen.seed == 77);

  atomic_store(&b->busy, 1); // as while another thread is in a call
  CHECK(nnc_rt_call(b, PREDICT, NULL, NULL, NULL, NULL, NULL) == NNC_BUSY);
  CHECK(nnc_rt_get(b, "dense.bias", bias, sizeof bias) == NNC_BUSY);
  CHECK(nnc_rt_set(b, "dense.bias", bias, sizeof bias) == NNC_BUSY);
  CHECK(nnc_rt_hyper_defaults(b, TRAIN_STEP, NULL) == NNC_BUSY);
  CHECK(nnc_rt_save(b, NULL, NULL) == NNC_BUSY);
  CHECK(nnc_rt_load(b, NULL, 0) == NNC_BUSY);
  CHECK(nnc_rt_metadata(b, NULL, NULL, 0, NULL) == NNC_BUSY);
  CHECK(nnc_rt_error_text(b)[0] == 0);
  atomic_store(&b->busy, 0);
  nnc_rt_destroy(a);
  nnc_rt_destroy(b);
  nnc_rt_destroy(c);
}

#if defined(__x86_64__)
/* Whatever the caller's environment is, kernels see the same one, and the caller gets back its own. */
static void environment(void) {
  const unsigned caller[] = {0x1f80, /* default */ 0x1f80 | 0x6000, /* round to zero */
                             0x1f80 | 0x8040,
                             /* built with -ffast-math */ 0x1f80 & ~0x200u, /* division traps */
                             0x1f80 | 0x20 /* an exception has been seen */};
  float first[8], y[8];
  for (size_t i = 0; i < sizeof caller / sizeof *caller; ++i) {
    __builtin_ia32_ldmxcsr(caller[i]);
    nnc_instance *m = create(NULL);
    const void *inputs[] = {image, NULL};
    void *outputs[] = {y};
    int status = nnc_rt_call(m, PREDICT, (int64_t[]){4, 0}, inputs, outputs, NULL, NULL);
    double hyper[2];
    int defaults_status = nnc_rt_hyper_defaults(m, TRAIN_STEP, hyper);
    nnc_rt_destroy(m);
    unsigned after = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(0x1f80);
    CHECK(status == NNC_OK && defaults_status == NNC_OK);
    CHECK(after == caller[i]);
    CHECK((seen.control & 0xffc0) == (0x1f80 | 0x8040) && seen.denormals_flushed);
    if (i == 0)
      memcpy(first, y, sizeof y);
    CHECK(!memcmp(first, y, sizeof y));
  }
}
#else
static void environment(void) {}
#endif

int main(void) {
  calls();
  hypers();
  arguments();
  no_data();
  kernels_that_fail();
  creation();
  own_memory();
  sharing();
  environment();
  return check_failures != 0;
}
