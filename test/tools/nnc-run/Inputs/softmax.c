/* softmax.c: a linear classifier with the interface of a compiled model, written by hand.
 *
 * It lets nnc-run be tested without the compiler, and with libraries the compiler would not make. Momentum and the
 * step counter are state beside the parameters, so that a resume that forgets one shows. Macros:
 *   FEATURES, CLASSES   sizes (4 and 3)
 *   BATCH_BOUND         largest batch, 0 for none
 *   ABI                 another interface version
 *   TWO_MODELS          a second model of the same kind, "Other"
 *   NO_EVALUATE         without an evaluate function
 * `save` writes a file of its own format; what the format is doesn't matter to nnc-run.
 */
#include "nnc.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef FEATURES
#define FEATURES 4
#endif
#ifndef CLASSES
#define CLASSES 3
#endif
#ifndef BATCH_BOUND
#define BATCH_BOUND 0
#endif
#ifndef ABI
#define ABI NNC_ABI_VERSION
#endif

typedef struct variables {
  float weight[FEATURES][CLASSES], bias[CLASSES];
  float weight_momentum[FEATURES][CLASSES], bias_momentum[CLASSES];
  int64_t step;
} variables;

struct nnc_instance {
  const nnc_model *model;
  variables v;
  char error[256];
};

static int fail(nnc_instance *m, int status, const char *what, const char *detail) {
  snprintf(m->error, sizeof(m->error), "%s%s%s", what, *detail ? ": " : "", detail);
  return status;
}

static int create(const nnc_model *model, nnc_instance **out, const nnc_options *options) {
  nnc_instance *m = calloc(1, sizeof(*m));
  if (!m)
    return NNC_OUT_OF_MEMORY;
  m->model = model;
  uint64_t state = options->seed;
  for (int f = 0; f < FEATURES; ++f)
    for (int c = 0; c < CLASSES; ++c) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      m->v.weight[f][c] = (float)((double)(state >> 40) / (1 << 24) - 0.5) * 0.1f;
    }
  *out = m;
  return NNC_OK;
}

static void destroy(nnc_instance *m) { free(m); }
static const char *error_text(const nnc_instance *m) { return m->error; }

/* Probabilities of one sample; returns its loss for `label`. */
static double forward(const nnc_instance *m, const float *x, int label, float *p) {
  float largest = -INFINITY, sum = 0;
  for (int c = 0; c < CLASSES; ++c) {
    p[c] = m->v.bias[c];
    for (int f = 0; f < FEATURES; ++f)
      p[c] += x[f] * m->v.weight[f][c];
    largest = p[c] > largest ? p[c] : largest;
  }
  double logit = p[label];
  for (int c = 0; c < CLASSES; ++c)
    sum += p[c] = expf(p[c] - largest);
  for (int c = 0; c < CLASSES; ++c)
    p[c] /= sum;
  return largest + log(sum) - logit;
}

static int best(const float *p) {
  int index = 0;
  for (int c = 1; c < CLASSES; ++c)
    index = p[c] > p[index] ? c : index;
  return index;
}

typedef struct slots {
  double loss, accuracy;
  int64_t accuracy_count;
} slots;

static int call(nnc_instance *m, uint32_t index, const int64_t *sizes, const void *const *inputs,
                void *const *outputs, const double *hyper, void *report) {
  const nnc_function *function = &m->model->functions[index];
  int64_t batch = sizes[0];
  const float *x = inputs[0];
  const int32_t *label = function->kind == NNC_PREDICT ? NULL : inputs[1];
  if (batch < 1 || (BATCH_BOUND && batch > BATCH_BOUND))
    return fail(m, NNC_INVALID_ARGUMENT, "batch is out of range", "");
  if (function->kind == NNC_PREDICT) {
    for (int64_t n = 0; n < batch; ++n) {
      float *p = (float *)outputs[0] + n * CLASSES;
      forward(m, x + n * FEATURES, 0, p);
      ((int32_t *)outputs[1])[n] = best(p);
    }
    return NNC_OK;
  }
  variables gradient;
  memset(&gradient, 0, sizeof(gradient));
  slots sums = {0, 0, batch};
  for (int64_t n = 0; n < batch; ++n) {
    float p[CLASSES];
    if (label[n] < 0 || label[n] >= CLASSES)
      return fail(m, NNC_INDEX_RANGE, "label is out of range", "");
    sums.loss += forward(m, x + n * FEATURES, label[n], p);
    sums.accuracy += best(p) == label[n];
    p[label[n]] -= 1;
    for (int c = 0; c < CLASSES; ++c) {
      for (int f = 0; f < FEATURES; ++f)
        gradient.weight[f][c] += p[c] * x[n * FEATURES + f] / (float)batch;
      gradient.bias[c] += p[c] / (float)batch;
    }
  }
  sums.loss /= (double)batch;
  sums.accuracy /= (double)batch;
  if (report)
    memcpy(report, &sums, sizeof(sums));
  if (function->kind == NNC_STEP) {
    /* lr falls with the step, so that a resume with a wrong step shows. */
    float lr = (float)(hyper ? hyper[0] : 0.5 / (1 + 0.01 * (double)m->v.step));
    float momentum = (float)(hyper ? hyper[1] : 0.9);
    float *w = &m->v.weight[0][0], *s = &m->v.weight_momentum[0][0], *g = &gradient.weight[0][0];
    for (int i = 0; i < FEATURES * CLASSES; ++i)
      w[i] -= lr * (s[i] = momentum * s[i] + g[i]);
    for (int c = 0; c < CLASSES; ++c)
      m->v.bias[c] -= lr * (m->v.bias_momentum[c] = momentum * m->v.bias_momentum[c] + gradient.bias[c]);
    m->v.step += 1;
  }
  return NNC_OK;
}

static int hyper_defaults(nnc_instance *m, uint32_t function, double *hyper) {
  (void)function;
  hyper[0] = 0.5 / (1 + 0.01 * (double)m->v.step);
  hyper[1] = 0.9;
  return NNC_OK;
}

static int memory_bytes(const nnc_model *model, const int64_t *max_sizes, uint64_t *bytes) {
  (void)model, (void)max_sizes;
  *bytes = sizeof(nnc_instance);
  return NNC_OK;
}

static const nnc_variable *find(const nnc_model *model, const char *name) {
  for (uint32_t i = 0; i < model->variable_count; ++i)
    if (!strcmp(model->variables[i].name, name))
      return &model->variables[i];
  return NULL;
}

static int get(nnc_instance *m, const char *name, void *data, uint64_t bytes) {
  const nnc_variable *variable = find(m->model, name);
  if (!variable || variable->bytes != bytes)
    return fail(m, NNC_INVALID_ARGUMENT, "no such variable", name);
  memcpy(data, (char *)&m->v + variable->offset, bytes);
  return NNC_OK;
}

static int set(nnc_instance *m, const char *name, const void *data, uint64_t bytes) {
  const nnc_variable *variable = find(m->model, name);
  if (!variable || variable->bytes != bytes)
    return fail(m, NNC_INVALID_ARGUMENT, "no such variable", name);
  memcpy((char *)&m->v + variable->offset, data, bytes);
  return NNC_OK;
}

/* The file: "SOFTMAX1", the variables, and the extra text up to the end. */
static const char magic[8] = {'S', 'O', 'F', 'T', 'M', 'A', 'X', '1'};

static int save(nnc_instance *m, const char *path, const char *extra_json) {
  char temporary[4096];
  snprintf(temporary, sizeof(temporary), "%s.new", path);
  FILE *file = fopen(temporary, "wb");
  if (!file)
    return fail(m, NNC_IO, path, strerror(errno));
  fwrite(magic, 1, sizeof(magic), file);
  fwrite(&m->v, 1, sizeof(m->v), file);
  fputs(extra_json ? extra_json : "{}", file);
  if (fclose(file) != 0 || rename(temporary, path) != 0)
    return fail(m, NNC_IO, path, strerror(errno));
  return NNC_OK;
}

/* Reads all of the file; the text goes to *extra. */
static int read_file(nnc_instance *m, const char *path, variables *v, char **extra) {
  FILE *file = fopen(path, "rb");
  if (!file)
    return fail(m, NNC_IO, path, strerror(errno));
  char start[sizeof(magic)];
  int good = fread(start, 1, sizeof(start), file) == sizeof(start) && !memcmp(start, magic, sizeof(magic)) &&
             fread(v, 1, sizeof(*v), file) == sizeof(*v);
  *extra = calloc(1, 1 << 16);
  good = good && *extra && fread(*extra, 1, (1 << 16) - 1, file) > 0;
  fclose(file);
  return good ? NNC_OK : fail(m, NNC_BAD_FILE, path, "is no file of this model");
}

static int load(nnc_instance *m, const char *path, int parameters_only) {
  variables v;
  char *extra = NULL;
  int status = read_file(m, path, &v, &extra);
  free(extra);
  if (status != NNC_OK)
    return status;
  memcpy(&m->v, &v, parameters_only ? offsetof(variables, weight_momentum) : sizeof(v));
  return NNC_OK;
}

static int metadata(nnc_instance *m, const char *path, char *extra_json, uint64_t bytes, uint64_t *needed) {
  variables v;
  char *extra = NULL;
  int status = read_file(m, path, &v, &extra);
  if (status == NNC_OK) {
    *needed = strlen(extra) + 1;
    if (extra_json && bytes < *needed)
      status = fail(m, NNC_INVALID_ARGUMENT, "buffer is too small", "");
    else if (extra_json)
      memcpy(extra_json, extra, *needed);
  }
  free(extra);
  return status;
}

/* The description. */
static const uint8_t no_powers[] = {0}, batch_powers[] = {1};
static const nnc_term batch_term = {1, batch_powers}, features_term = {FEATURES, no_powers},
                      classes_term = {CLASSES, no_powers};
static const nnc_dim image_dims[] = {{&batch_term, 1}, {&features_term, 1}};
static const nnc_dim label_dims[] = {{&batch_term, 1}};
static const nnc_dim probability_dims[] = {{&batch_term, 1}, {&classes_term, 1}};

#define VALUE(name, role, type, rank, dims) {name, role, type, rank, dims, 0, 0, 0, 0, 0, NULL, ""}
static const nnc_value inputs[] = {
    {"features", NNC_INPUT, NNC_F32, 2, image_dims, 0, 0, 0, 0, 0, NULL, "measurements of one flower"},
    {"species", NNC_INPUT, NNC_I32, 1, label_dims, 0, 0, CLASSES, CLASSES, 0, NULL, ""},
    {"lr", NNC_HYPER, NNC_F32, 0, NULL, 0, 0, 0, 0, 0, NULL, ""},
    {"momentum", NNC_HYPER, NNC_F32, 0, NULL, 0.9, 1, 0, 0, 0, NULL, ""},
};
static const nnc_value predictions[] = {
    VALUE("probability", NNC_OUTPUT, NNC_F32, 2, probability_dims),
    VALUE("best", NNC_OUTPUT, NNC_I32, 1, label_dims),
};
static const nnc_value reports[] = {
    VALUE("loss", NNC_LOSS, NNC_F32, 0, NULL),
    VALUE("accuracy", NNC_METRIC, NNC_F32, 0, NULL),
    VALUE("accuracy_count", NNC_METRIC_COUNT, NNC_I64, 0, NULL),
};
static const nnc_function functions[] = {
    {"predict", NNC_PREDICT, 1, inputs, 2, predictions, 1, {NULL, 0}, -1, -1, 0, NULL, NULL},
    {"train_step", NNC_STEP, 4, inputs, 3, reports, 1, {NULL, 0}, 0, 4, 0, NULL, NULL},
    {"evaluate", NNC_EVALUATE, 2, inputs, 3, reports, 1, {NULL, 0}, -1, -1, 0, NULL, NULL},
};
static const int64_t weight_shape[] = {FEATURES, CLASSES}, bias_shape[] = {CLASSES};
#define VARIABLE(name, kind, type, rank, shape, field)                                                       \
  {                                                                                                          \
    name, kind, type, rank, shape, sizeof(((variables *)0)->field), offsetof(variables, field), {            \
      NNC_INIT_CONSTANT, 0, 0, NULL                                                                          \
    }                                                                                                        \
  }
static const nnc_variable vars[] = {
    {"dense1.weight",
     NNC_PARAMETER,
     NNC_F32,
     2,
     weight_shape,
     sizeof(((variables *)0)->weight),
     0,
     {NNC_INIT_UNIFORM, -0.05, 0.05, NULL}},
    VARIABLE("dense1.bias", NNC_PARAMETER, NNC_F32, 1, bias_shape, bias),
    VARIABLE("train.sgd.m.dense1.weight", NNC_SLOT, NNC_F32, 2, weight_shape, weight_momentum),
    VARIABLE("train.sgd.m.dense1.bias", NNC_SLOT, NNC_F32, 1, bias_shape, bias_momentum),
    VARIABLE("train.step", NNC_STEP_COUNTER, NNC_I64, 0, NULL, step),
};
static const nnc_symbol symbols[] = {{"batch", BATCH_BOUND}};
static const nnc_kernel_call calls[] = {
    {"predict", "k_dense", "logits", "forward", "", "", "softmax.nn", 4, 7, -1},
    {"train_step", "k_dense", "logits", "forward", "", "", "softmax.nn", 4, 7, -1},
    {"train_step", "k_update", "d_weight", "adjoint", "matmul", "logits", "softmax.nn", 4, 7, 1},
};
static const nnc_variant variants[] = {{"x86-64", 0, NULL}};

#ifdef NO_EVALUATE
#define FUNCTION_COUNT 2
#else
#define FUNCTION_COUNT 3
#endif
#define MODEL(name, prefix)                                                                                  \
  {name,                                                                                                     \
   prefix,                                                                                                   \
   1,                                                                                                        \
   symbols,                                                                                                  \
   5,                                                                                                        \
   vars,                                                                                                     \
   sizeof(variables),                                                                                        \
   FUNCTION_COUNT,                                                                                           \
   functions,                                                                                                \
   3,                                                                                                        \
   calls,                                                                                                    \
   1,                                                                                                        \
   variants,                                                                                                 \
   create,                                                                                                   \
   destroy,                                                                                                  \
   error_text,                                                                                               \
   memory_bytes,                                                                                             \
   call,                                                                                                     \
   hyper_defaults,                                                                                           \
   get,                                                                                                      \
   set,                                                                                                      \
   save,                                                                                                     \
   load,                                                                                                     \
   metadata}
static const nnc_model iris = MODEL("Iris", "iris"), other = MODEL("Other", "other");
static const nnc_model *const models[] = {&iris, &other};

static int set_threads(int count) {
  (void)count;
  return NNC_OK;
}

static const nnc_library library = {ABI,    "cc",       "x86-64",
#ifdef TWO_MODELS
                                    2,
#else
                                    1,
#endif
                                    models, set_threads};

const nnc_library *nnc_describe(void) {
  (void)other;
  return &library;
}
