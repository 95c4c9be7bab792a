#include "tiny.h"

#include "runtime/pool.h"

#include <string.h>

TINY_STORAGE tiny_seen seen;

int halide_error_access_out_of_bounds(void *context, const char *func, int dimension, int min_touched,
                                      int max_touched, int min_valid, int max_valid);

/* In its thread's environment half the least normal number is zero. */
static int flushes_denormals(void) {
  volatile float least = 0x1p-126f, half = 0.5f;
  return least * half == 0;
}

/* The arguments of a row-parallel loop, as Halide packs them in a closure. */
typedef struct rows {
  const nnc_frame *frame;
  float *scratch;
  _Atomic int flushed;
} rows;

static const float *floats(const nnc_frame *frame, uint32_t variable) {
  return (const float *)(const void *)(frame->variables + tiny.variables[variable].offset);
}

/* scratch[r] = image[r] @ weight + bias */
static int affine_row(void *context, int r, uint8_t *closure) {
  (void)context;
  rows *all = (rows *)(void *)closure;
  const float *image = all->frame->inputs[0], *weight = floats(all->frame, WEIGHT),
              *bias = floats(all->frame, BIAS);
  for (int c = 0; c < 2; ++c) {
    float sum = bias[c];
    for (int k = 0; k < 3; ++k)
      sum += image[3 * r + k] * weight[2 * k + c];
    all->scratch[2 * r + c] = sum;
  }
  if (!flushes_denormals())
    atomic_store(&all->flushed, 0);
  return 0;
}

static int affine(const nnc_frame *frame, rows *all) {
  all->frame = frame;
  all->scratch = (float *)(void *)frame->workspace;
  atomic_store(&all->flushed, flushes_denormals());
  int failure = halide_do_par_for(frame->context, affine_row, 0, (int)frame->sizes[0], (uint8_t *)all);
  seen = (tiny_seen){.denormals_flushed = atomic_load(&all->flushed),
#if defined(__x86_64__)
                     .control = __builtin_ia32_stmxcsr(),
#endif
                     .seed = *frame->seed,
                     .report = frame->report,
                     .workspace = frame->workspace};
  return failure;
}

static int predict(const nnc_frame *frame) {
  rows all;
  int failure = affine(frame, &all);
  float scale = *(const float *)frame->inputs[1], *y = frame->outputs[0];
  for (int64_t i = 0; i < 2 * frame->sizes[0]; ++i)
    y[i] = scale * all.scratch[i];
  return failure;
}

/* The mean of (score of the label - 1)^2 over labels that are not ignored, and how often the label scores
 * highest. */
static int evaluate(const nnc_frame *frame) {
  rows all;
  int failure = affine(frame, &all);
  const int32_t *label = frame->inputs[1];
  float loss = 0, right = 0;
  int64_t count = 0;
  for (int64_t r = 0; r < frame->sizes[0]; ++r) {
    if (label[r] < 0)
      continue;
    float score = all.scratch[2 * r + label[r]], other = all.scratch[2 * r + 1 - label[r]];
    loss += (score - 1) * (score - 1);
    right += score > other;
    ++count;
  }
  *(float *)frame->outputs[0] = count ? loss / (float)count : 0;
  if (frame->report) {
    *(float *)frame->outputs[1] = count ? right / (float)count : 0;
    *(int64_t *)frame->outputs[2] = count;
  }
  return failure;
}

/* weight -= lr * (decay * weight + mean of the images), m = mean of the images, step += 1; loss = lr, decay.
 */
static int train_step(const nnc_frame *frame) {
  const float *image = frame->inputs[0];
  float lr = *(const float *)frame->inputs[2], decay = *(const float *)frame->inputs[3];
  float *weight = (float *)(void *)(frame->variables + tiny.variables[WEIGHT].offset);
  float *slot = (float *)(void *)(frame->variables + tiny.variables[SLOT].offset);
  int64_t *step = (int64_t *)(void *)(frame->variables + tiny.variables[STEP].offset);
  for (int i = 0; i < 6; ++i) {
    float mean = 0;
    for (int64_t r = 0; r < frame->sizes[0]; ++r)
      mean += image[3 * r + i / 2];
    slot[i] = mean / (float)frame->sizes[0];
    weight[i] -= lr * (decay * weight[i] + slot[i]);
  }
  ++*step;
  *(float *)frame->outputs[0] = lr;
  *(float *)frame->outputs[1] = decay;
  seen.report = frame->report;
  return 0;
}

/* decay = 1 / (1 + step) */
static int defaults(const nnc_frame *frame) {
  const int64_t *step = (const int64_t *)(const void *)(frame->variables + tiny.variables[STEP].offset);
  *(float *)frame->outputs[0] = 1 / (1 + (float)*step);
  return 0;
}

static int fail_at_odd(void *context, int index, uint8_t *closure) {
  (void)closure;
  return index % 2 ? halide_error_access_out_of_bounds(context, "d_hidden", 1, 0, index, 0, 0) - index : 0;
}

static int fail_as_told(const nnc_frame *frame) {
  int32_t how = *(const int32_t *)frame->inputs[0];
  if (how == 1)
    return halide_error_access_out_of_bounds(frame->context, "d_hidden", 0, -1, 70, 0, 63);
  if (how == 2)
    return halide_do_par_for(frame->context, fail_at_odd, 0, 100, NULL);
  return how;
}

static int generate(const nnc_frame *frame) {
  const int64_t *token = frame->inputs[0];
  int64_t *out = frame->outputs[0], time = frame->sizes[1];
  memset(frame->workspace, 0x5a, (size_t)(8 * frame->sizes[0] * time * time - 64 * time + 400));
  for (int64_t r = 0; r < frame->sizes[0]; ++r)
    for (int64_t t = 0; t < time - 2; ++t)
      out[r * (time - 2) + t] = token[r * time + t] + *(const int64_t *)frame->inputs[1];
  return 0;
}

#define COUNT(array) (uint32_t)(sizeof(array) / sizeof *(array))
#define SUM(...)                                                                                             \
  {(const nnc_term[]){__VA_ARGS__}, (uint32_t)(sizeof((const nnc_term[]){__VA_ARGS__}) / sizeof(nnc_term))}
#define NUMBER(n) SUM({n, (const uint8_t[]){0, 0}})
#define BATCH SUM({1, (const uint8_t[]){1, 0}})
#define TIME SUM({1, (const uint8_t[]){0, 1}})
#define DIMS(...)                                                                                            \
  (const nnc_dim[]) { __VA_ARGS__ }

static int never(const nnc_frame *frame) {
  (void)frame;
  return -99;
}
#define BODIES(body)                                                                                         \
  (int (*const[])(const nnc_frame *)) { never, body }

static const nnc_symbol symbols[] = {{"batch", 0}, {"time", 6}};

static const int64_t shape32[] = {3, 2}, shape2[] = {2}, shape23[] = {2, 3}, shape3[] = {3}, shape5[] = {5};
static const double mean_values[] = {1, 2};

#define UNIFORM {NNC_INIT_UNIFORM, -1, 1, NULL}
#define CONSTANT(a) {NNC_INIT_CONSTANT, a, 0, NULL}
static const nnc_variable variables[VARIABLE_COUNT] = {
    [WEIGHT] = {"dense.weight", NNC_PARAMETER, NNC_F32, 2, shape32, 24, 0, UNIFORM},
    [BIAS] = {"dense.bias", NNC_PARAMETER, NNC_F32, 1, shape2, 8, 64, CONSTANT(0.5)},
    [TABLE] = {"embed.table", NNC_PARAMETER, NNC_F64, 2, shape23, 48, 128, {NNC_INIT_ORTHOGONAL, 1, 0, NULL}},
    [MEAN] = {"state.mean", NNC_STATE, NNC_F32, 1, shape2, 8, 192, {NNC_INIT_VALUES, 0, 0, mean_values}},
    [SEEN] = {"state.seen", NNC_STATE, NNC_BOOL, 1, shape3, 3, 256, CONSTANT(1)},
    [CODES] = {"state.codes", NNC_STATE, NNC_U8, 1, shape5, 5, 320, CONSTANT(7)},
    [SLOT] = {"train.adam.m.dense.weight", NNC_SLOT, NNC_F32, 2, shape32, 24, 384, CONSTANT(0)},
    [AVERAGE] = {"train.average.dense.weight", NNC_AVERAGE, NNC_F32, 2, shape32, 24, 448, CONSTANT(0)},
    [STEP] = {"train.step", NNC_STEP_COUNTER, NNC_I64, 0, NULL, 8, 512, CONSTANT(0)},
};

#define INPUT(name, dtype, rank, dims) {name, NNC_INPUT, dtype, rank, dims, 0, 0, 0, 0, 0, NULL, ""}
#define IMAGE INPUT("image", NNC_F32, 2, DIMS(BATCH, NUMBER(3)))
#define LABEL {"label", NNC_INPUT, NNC_I32, 1, DIMS(BATCH), 0, 0, 2, -1, 0, NULL, ""}
static const nnc_value predict_inputs[] = {IMAGE, {"scale", NNC_INPUT, NNC_F32, 0, NULL, 2, 1, 0, 0, 0, NULL, ""}};
static const nnc_value predict_outputs[] = {
    {"y", NNC_OUTPUT, NNC_F32, 2, DIMS(BATCH, NUMBER(2)), 0, 0, 0, 0, 0, NULL, ""}};
static const nnc_value evaluate_inputs[] = {IMAGE, LABEL, INPUT("weighted", NNC_BOOL, 1, DIMS(BATCH))};
static const nnc_value evaluate_outputs[] = {
    {"loss", NNC_LOSS, NNC_F32, 0, NULL, 0, 0, 0, 0, 0, NULL, ""},
    {"accuracy", NNC_METRIC, NNC_F32, 0, NULL, 0, 0, 0, 0, 0, NULL, ""},
    {"accuracy_count", NNC_METRIC_COUNT, NNC_I64, 0, NULL, 0, 0, 0, 0, 0, NULL, ""},
};
static const nnc_value step_inputs[] = {IMAGE,
                                        LABEL,
                                        {"lr", NNC_HYPER, NNC_F32, 0, NULL, 0.1, 1, 0, 0, 0, NULL, ""},
                                        {"decay", NNC_HYPER, NNC_F32, 0, NULL, 0, 0, 0, 0, 0, NULL, ""}};
static const nnc_value step_outputs[] = {{"loss", NNC_LOSS, NNC_F32, 0, NULL, 0, 0, 0, 0, 0, NULL, ""},
                                         {"decay_used", NNC_METRIC, NNC_F32, 0, NULL, 0, 0, 0, 0, 0, NULL, ""}};
static const nnc_value defaults_outputs[] = {{"decay", NNC_OUTPUT, NNC_F32, 0, NULL, 0, 0, 0, 0, 0, NULL, ""}};
static const nnc_value fail_inputs[] = {INPUT("how", NNC_I32, 0, NULL)};
static const nnc_value generate_inputs[] = {
    {"token", NNC_INPUT, NNC_I64, 2, DIMS(BATCH, TIME), 0, 0, 10, 10, 0, NULL, ""},
    {"seed", NNC_SEED, NNC_I64, 0, NULL, 0, 0, 0, 0, 0, NULL, ""},
};
static const nnc_value generate_outputs[] = {
    {"next", NNC_OUTPUT, NNC_I64, 2,
     DIMS(BATCH, SUM({1, (const uint8_t[]){0, 1}}, {-2, (const uint8_t[]){0, 0}})), 0, 0, 0, 0, 0, NULL, ""},
};
static const nnc_dim generate_spaces[] = {SUM({1000, (const uint8_t[]){1, 2}})};

#define WORKSPACE SUM({8, (const uint8_t[]){1, 0}}, {128, (const uint8_t[]){0, 0}})
#define NO_WORKSPACE {NULL, 0}
static const nnc_function functions[] = {
    [PREDICT] = {"predict", NNC_PREDICT, COUNT(predict_inputs), predict_inputs, COUNT(predict_outputs),
                 predict_outputs, 1, WORKSPACE, -1, -1, 0, NULL, BODIES(predict)},
    [EVALUATE] = {"evaluate", NNC_EVALUATE, COUNT(evaluate_inputs), evaluate_inputs, COUNT(evaluate_outputs),
                  evaluate_outputs, 1, WORKSPACE, -1, -1, 0, NULL, BODIES(evaluate)},
    [TRAIN_STEP] = {"train_step", NNC_STEP, COUNT(step_inputs), step_inputs, COUNT(step_outputs),
                    step_outputs, 1, WORKSPACE, DEFAULTS, STEP, 0, NULL, BODIES(train_step)},
    [DEFAULTS] = {"train_hyper_defaults", NNC_DEFAULTS, 0, NULL, COUNT(defaults_outputs), defaults_outputs, 0,
                  NO_WORKSPACE, -1, -1, 0, NULL, BODIES(defaults)},
    [FAIL_AS_TOLD] = {"fail", NNC_PREDICT, COUNT(fail_inputs), fail_inputs, 0, NULL, 0, NO_WORKSPACE, -1, -1,
                      0, NULL, BODIES(fail_as_told)},
    [GENERATE] = {"generate", NNC_PREDICT, COUNT(generate_inputs), generate_inputs, COUNT(generate_outputs),
                  generate_outputs, 3,
                  SUM({8, (const uint8_t[]){1, 2}}, {-64, (const uint8_t[]){0, 1}},
                      {400, (const uint8_t[]){0, 0}}),
                  -1, -1, COUNT(generate_spaces), generate_spaces, BODIES(generate)},
};

/* The first one asks for what no CPU has. */
static const nnc_variant variants[] = {{"future", UINT64_C(1) << 63, NULL}, {"baseline", 0, NULL}};

#define ENTRY_POINTS                                                                                         \
  nnc_rt_create, nnc_rt_destroy, nnc_rt_error_text, nnc_rt_memory_bytes, nnc_rt_call, nnc_rt_hyper_defaults, \
      nnc_rt_get, nnc_rt_set, nnc_rt_save, nnc_rt_load, nnc_rt_metadata, 0, NULL, nnc_rt_reset,              \
      nnc_rt_device_text, NULL

const nnc_model tiny = {"Tiny",   "tiny",           COUNT(symbols), symbols, VARIABLE_COUNT, variables,
                        576,      COUNT(functions), functions,      0,       NULL,           COUNT(variants),
                        variants, ENTRY_POINTS};

static const nnc_variable sgd_variables[] = {
    {"dense.weight", NNC_PARAMETER, NNC_F32, 2, shape32, 24, 0, UNIFORM},
    {"dense.bias", NNC_PARAMETER, NNC_F32, 1, shape2, 8, 64, CONSTANT(0)},
    {"embed.table", NNC_PARAMETER, NNC_F64, 2, shape23, 48, 128, CONSTANT(0)},
    {"state.mean", NNC_STATE, NNC_F32, 1, shape2, 8, 192, CONSTANT(0)},
    {"state.seen", NNC_STATE, NNC_BOOL, 1, shape3, 3, 256, CONSTANT(0)},
    {"state.codes", NNC_STATE, NNC_U8, 1, shape5, 5, 320, CONSTANT(0)},
    {"fine.step", NNC_STEP_COUNTER, NNC_I64, 0, NULL, 8, 384, CONSTANT(0)},
};
const nnc_model tiny_sgd = {
    "TinySgd", "tiny_sgd", COUNT(symbols),  symbols,  COUNT(sgd_variables), sgd_variables, 448, 0, NULL,
    0,         NULL,       COUNT(variants), variants, ENTRY_POINTS};

static const nnc_model *const models[] = {&tiny, &tiny_sgd};
static const nnc_library library = {NNC_ABI_VERSION, "nnc by hand",     "baseline", 2,
                                    models,          nnc_rt_set_threads};

/* When this is linked as a library, its only export. */
__attribute__((visibility("default"))) const nnc_library *nnc_describe(void) { return &library; }
