/* sequence.c: a model with two run-time dimensions, written by hand: what softmax.c has none of. Inputs that go whole
 * with every call, a number with a default, a seed; outputs that grow with the samples and one that doesn't.
 * Macros: FIXED has no run-time dimension at all (2 samples of 3 tokens).
 */
#include "nnc.h"

#include <stdlib.h>
#include <string.h>

struct nnc_instance {
  const nnc_model *model;
};

static int create(const nnc_model *model, nnc_instance **out, const nnc_options *options) {
  (void)options;
  *out = malloc(sizeof(**out));
  if (!*out)
    return NNC_OUT_OF_MEMORY;
  (*out)->model = model;
  return NNC_OK;
}

static void destroy(nnc_instance *m) { free(m); }

static const char *error_text(const nnc_instance *m) {
  (void)m;
  return "this model has no variables";
}

static int call(nnc_instance *m, uint32_t function, const int64_t *sizes, const void *const *inputs,
                void *const *outputs, const double *hyper, void *report) {
  (void)m, (void)hyper;
#ifdef FIXED
  const int64_t fixed[] = {2, 3};
  sizes = fixed;
#endif
  int64_t batch = sizes[0], time = sizes[1];
  const int32_t *tokens = inputs[0];
  const float *weights = inputs[1];
  float sum = 0, temperature = 1;
  int64_t counted = 0;
  if (function != 1 && inputs[2])
    temperature = *(const float *)inputs[2];
  for (int64_t n = 0; n < batch; ++n)
    for (int64_t t = 0; t < time; ++t) {
      float value = (float)tokens[n * time + t] * temperature * weights[t];
      if (function == 0)
        ((float *)outputs[0])[n * time + t] = value;
      /* The loss is a mean over samples; the metric one over the tokens that are not 0. */
      sum += value;
      counted += tokens[n * time + t] != 0;
    }
  if (function == 0)
    for (int64_t n = 0; n < batch; ++n)
      ((int64_t *)outputs[1])[n] = *(const int64_t *)inputs[3];
  if (function == 2)
    *(float *)outputs[0] = sum;
  if (function == 1) {
    double values[2] = {sum / (double)batch, counted ? sum / (double)counted : 0.0 / (double)counted};
    memcpy(report, values, sizeof(values));
    memcpy((double *)report + 2, &counted, sizeof(counted));
  }
  return NNC_OK;
}

#ifdef FIXED
static const uint8_t none[] = {0, 0};
static const nnc_term two = {2, none}, three = {3, none};
#define BATCH {&two, 1}
#define TIME {&three, 1}
#define SYMBOLS 0
#else
static const uint8_t first[] = {1, 0}, second[] = {0, 1};
static const nnc_term batch_term = {1, first}, time_term = {1, second};
#define BATCH {&batch_term, 1}
#define TIME {&time_term, 1}
#define SYMBOLS 2
#endif
static const nnc_dim tokens_dims[] = {BATCH, TIME}, weights_dims[] = {TIME}, seed_dims[] = {BATCH};
static const nnc_value inputs[] = {
    {"tokens", NNC_INPUT, NNC_I32, 2, tokens_dims, 0, 0, 50, -1, 0, NULL, ""},
    {"weights", NNC_INPUT, NNC_F32, 1, weights_dims, 0, 0, 0, 0, 0, NULL, ""},
    {"temperature", NNC_INPUT, NNC_F32, 0, NULL, 1, 1, 0, 0, 0, NULL, ""},
    {"seed", NNC_SEED, NNC_I64, 0, NULL, 0, 0, 0, 0, 0, NULL, ""},
};
static const nnc_value predictions[] = {
    {"value", NNC_OUTPUT, NNC_F32, 2, tokens_dims, 0, 0, 0, 0, 0, NULL, ""},
    {"drawn", NNC_OUTPUT, NNC_I64, 1, seed_dims, 0, 0, 0, 0, 0, NULL, ""},
};
static const nnc_value total[] = {{"total", NNC_OUTPUT, NNC_F32, 0, NULL, 0, 0, 0, 0, 0, NULL, ""}};
static const nnc_value reports[] = {
    {"loss", NNC_LOSS, NNC_F32, 0, NULL, 0, 0, 0, 0, 0, NULL, ""},
    {"token", NNC_METRIC, NNC_F32, 0, NULL, 0, 0, 0, 0, 0, NULL, ""},
    {"token_count", NNC_METRIC_COUNT, NNC_I64, 0, NULL, 0, 0, 0, 0, 0, NULL, ""},
};
static const nnc_function functions[] = {
    {"predict", NNC_PREDICT, 4, inputs, 2, predictions, 3, {NULL, 0}, -1, -1, 0, NULL, NULL},
    {"evaluate", NNC_EVALUATE, 2, inputs, 3, reports, 3, {NULL, 0}, -1, -1, 0, NULL, NULL},
    {"sum_predict", NNC_PREDICT, 3, inputs, 1, total, 3, {NULL, 0}, -1, -1, 0, NULL, NULL},
};
static const nnc_symbol symbols[] = {{"batch", 0}, {"time", 4}};
static const nnc_variant variants[] = {{"x86-64", 0, NULL}};
static const nnc_model sequence = {.name = "Sequence",
                                   .prefix = "sequence",
                                   .symbol_count = SYMBOLS,
                                   .symbols = symbols,
                                   .function_count = 3,
                                   .functions = functions,
                                   .variant_count = 1,
                                   .variants = variants,
                                   .create = create,
                                   .destroy = destroy,
                                   .error_text = error_text,
                                   .call = call};
static const nnc_model *const models[] = {&sequence};

static int set_threads(int count) {
  (void)count;
  return NNC_OK;
}

static const nnc_library library = {NNC_ABI_VERSION, "cc", "x86-64", 1, models, set_threads};

const nnc_library *nnc_describe(void) { return &library; }
