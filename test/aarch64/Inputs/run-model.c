/* run-model.c LIBRARY SIZE CALLS: calls every function of every model in a library CALLS times, on inputs that follow
 * from names alone, and prints all results and then all variables as hexadecimal numbers: the same program on two
 * processors shows whether the libraries for them compute the same. Run-time dimensions have SIZE, SIZE + 1, ..., or
 * their bound if that is less.
 */
#include "runtime/nnc.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what, const char *why) {
  fprintf(stderr, "run-model: error: %s: %s\n", what, why);
  exit(1);
}

static uint64_t mix(uint64_t x) { /* SplitMix64 */
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

static uint64_t hash(const char *text) {
  uint64_t h = 0;
  while (*text)
    h = mix(h ^ (uint8_t)*text++);
  return h;
}

static int64_t evaluate(const nnc_model *model, const nnc_dim *dim, const int64_t *sizes) {
  int64_t sum = 0;
  for (uint32_t t = 0; t < dim->term_count; ++t) {
    int64_t product = dim->terms[t].coefficient;
    for (uint32_t s = 0; s < model->symbol_count; ++s)
      for (uint8_t power = dim->terms[t].powers[s]; power > 0; --power)
        product *= sizes[s];
    sum += product;
  }
  return sum;
}

static int64_t count(const nnc_model *model, const nnc_value *value, const int64_t *sizes) {
  int64_t elements = 1;
  for (uint32_t axis = 0; axis < value->rank; ++axis)
    elements *= evaluate(model, &value->dims[axis], sizes);
  return elements;
}

static const size_t bytes_of[] = {4, 8, 4, 8, 1, 1};

static double fraction(uint64_t bits) { return (double)(bits >> 11) * 0x1p-53; }

/* Numbers in (-1, 1); integers below what the call accepts, or below 2. */
static void *make_input(const nnc_model *model, const nnc_value *value, const int64_t *sizes) {
  int64_t elements = count(model, value, sizes), bound = value->index_bound > 0 ? value->index_bound : INT64_MAX;
  for (uint32_t i = 0; i < value->index_size_count; ++i) {
    int64_t size = evaluate(model, &value->index_sizes[i], sizes);
    bound = size < bound ? size : bound;
  }
  if (bound == INT64_MAX || value->dtype == NNC_BOOL)
    bound = 2;
  uint8_t *data = malloc((size_t)elements * bytes_of[value->dtype] + 1);
  for (int64_t i = 0; i < elements; ++i) {
    uint64_t bits = mix(hash(value->name) + (uint64_t)i);
    double number = 2 * fraction(bits) - 1;
    int64_t integer = (int64_t)(bits % (uint64_t)bound);
    switch (value->dtype) {
    case NNC_F32: ((float *)(void *)data)[i] = (float)number; break;
    case NNC_F64: ((double *)(void *)data)[i] = number; break;
    case NNC_I32: ((int32_t *)(void *)data)[i] = (int32_t)integer; break;
    case NNC_I64: ((int64_t *)(void *)data)[i] = integer; break;
    case NNC_U8:
    case NNC_BOOL: data[i] = (uint8_t)integer; break;
    }
  }
  return data;
}

static void print(const char *model, const char *where, const char *name, nnc_dtype dtype, const void *data,
                  int64_t elements) {
  printf("%s.%s.%s", model, where, name);
  for (int64_t i = 0; i < elements; ++i)
    switch (dtype) {
    case NNC_F32: printf(" %a", (double)((const float *)data)[i]); break;
    case NNC_F64: printf(" %a", ((const double *)data)[i]); break;
    case NNC_I32: printf(" %d", ((const int32_t *)data)[i]); break;
    case NNC_I64: printf(" %lld", (long long)((const int64_t *)data)[i]); break;
    case NNC_U8:
    case NNC_BOOL: printf(" %d", ((const uint8_t *)data)[i]); break;
    }
  putchar('\n');
}

static void run_function(const nnc_model *model, nnc_instance *instance, uint32_t index, const int64_t *sizes,
                         int calls) {
  const nnc_function *function = &model->functions[index];
  const void **inputs = calloc(function->input_count + 1, sizeof *inputs);
  void **outputs = calloc(function->output_count + 1, sizeof *outputs);
  uint64_t *report = calloc(function->output_count + 1, sizeof *report);
  uint32_t given = 0, results = 0, reported = 0;
  for (uint32_t i = 0; i < function->input_count; ++i)
    if (function->inputs[i].role != NNC_HYPER) {
      inputs[given] = function->inputs[i].has_default ? NULL : make_input(model, &function->inputs[i], sizes);
      ++given;
    }
  for (uint32_t o = 0; o < function->output_count; ++o)
    if (function->outputs[o].role == NNC_OUTPUT)
      outputs[results++] = calloc((size_t)count(model, &function->outputs[o], sizes) + 1,
                                  bytes_of[function->outputs[o].dtype]);
  for (int call = 0; call < calls; ++call)
    if (model->call(instance, index, sizes, inputs, outputs, NULL, report))
      fail(function->name, model->error_text(instance));
  results = 0;
  for (uint32_t o = 0; o < function->output_count; ++o) {
    const nnc_value *value = &function->outputs[o];
    if (value->role == NNC_OUTPUT) {
      print(model->name, function->name, value->name, value->dtype, outputs[results++], count(model, value, sizes));
    } else {
      print(model->name, function->name, value->name, value->role == NNC_METRIC_COUNT ? NNC_I64 : NNC_F64,
            &report[reported], 1);
      ++reported;
    }
  }
}

int main(int argc, char **argv) {
  if (argc != 4)
    fail("arguments", "expected LIBRARY SIZE CALLS");
  void *handle = dlopen(argv[1], RTLD_NOW);
  if (!handle)
    fail(argv[1], dlerror());
  const nnc_library *(*describe)(void);
  *(void **)&describe = dlsym(handle, "nnc_describe");
  const nnc_library *library = describe();
  for (uint32_t m = 0; m < library->model_count; ++m) {
    const nnc_model *model = library->models[m];
    int64_t sizes[64];
    for (uint32_t s = 0; s < model->symbol_count; ++s) {
      int64_t size = atoi(argv[2]) + (int64_t)s, bound = model->symbols[s].bound;
      sizes[s] = bound > 0 && bound < size ? bound : size;
    }
    char reason[512] = "";
    const nnc_options options = {.seed = 7, .error = reason, .error_bytes = sizeof reason};
    nnc_instance *instance;
    if (model->create(model, &instance, &options))
      fail(model->name, reason);
    for (uint32_t f = 0; f < model->function_count; ++f)
      if (model->functions[f].kind != NNC_DEFAULTS)
        run_function(model, instance, f, sizes, model->functions[f].kind == NNC_STEP ? atoi(argv[3]) : 1);
    for (uint32_t v = 0; v < model->variable_count; ++v) {
      const nnc_variable *variable = &model->variables[v];
      void *data = malloc(variable->bytes + 1);
      if (model->get(instance, variable->name, data, variable->bytes))
        fail(variable->name, model->error_text(instance));
      print(model->name, "variables", variable->name, variable->dtype, data,
            (int64_t)(variable->bytes / bytes_of[variable->dtype]));
    }
    model->destroy(instance);
  }
  return 0;
}
