/* check-cuda.c: a library made with --target=host,cuda on a GPU and on the CPU. It knows models by nnc.h alone, so that it
 * runs where nothing is but the library, a driver and a C library.
 *
 *   check-cuda LIBRARY... [--steps N] [--batch N] [--tolerance T] [--time SECONDS] [--device NAME]
 *
 * For each function of each model:
 *   - N calls with the same random arguments on both: results, losses and afterwards variables agree,
 *     |a - b| <= T * max(1, |a|, |b|). T is 1e-4, and 1e-9 where everything is f64
 *   - the same once more on the GPU, and there as a library whose every call is new to it (sizes change in between): the
 *     same bits
 *   - a function that gives `total` and `d_<input>` in f64, as check-op makes them: the GPU's gradients against fourth-order
 *     differences of the GPU's total, to 1e-8
 *   - with --time: microseconds per call on each
 * Without a GPU it says so, and that nothing was checked; the status is then 0.
 */
#include "runtime/nnc.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t steps = 20, batch = 9;
static double tolerance, seconds;
static const char *device = "cuda";
static int failures, checked;

static void *allocate(size_t bytes) {
  void *memory = calloc(1, bytes ? bytes : 1);
  if (!memory) {
    fprintf(stderr, "check-cuda: no memory\n");
    exit(1);
  }
  return memory;
}

static uint64_t drawn;

/* In [0, 1), Marsaglia's xorshift64*. */
static double draw(void) {
  drawn ^= drawn >> 12, drawn ^= drawn << 25, drawn ^= drawn >> 27;
  return (double)(drawn * UINT64_C(2685821657736338717) >> 11) * 0x1p-53;
}

static size_t bytes_of(nnc_dtype type) {
  return type == NNC_F64 || type == NNC_I64 ? 8 : type == NNC_F32 || type == NNC_I32 ? 4 : 1;
}

static int is_float(nnc_dtype type) { return type == NNC_F32 || type == NNC_F64; }

static double number_at(nnc_dtype type, const void *data, int64_t i) {
  switch (type) {
  case NNC_F32: return ((const float *)data)[i];
  case NNC_F64: return ((const double *)data)[i];
  case NNC_I32: return ((const int32_t *)data)[i];
  case NNC_I64: return (double)((const int64_t *)data)[i];
  default: return ((const uint8_t *)data)[i];
  }
}

static int64_t evaluate(const nnc_model *model, const nnc_dim *dim, const int64_t *sizes) {
  int64_t sum = 0;
  for (uint32_t t = 0; t < dim->term_count; ++t) {
    int64_t product = dim->terms[t].coefficient;
    for (uint32_t s = 0; s < model->symbol_count; ++s)
      for (int power = dim->terms[t].powers[s]; power > 0; --power)
        product *= sizes[s];
    sum += product;
  }
  return sum < 0 ? 0 : sum;
}

static int64_t count_of(const nnc_model *model, const nnc_value *value, const int64_t *sizes) {
  int64_t count = 1;
  for (uint32_t axis = 0; axis < value->rank; ++axis)
    count *= evaluate(model, &value->dims[axis], sizes);
  return count;
}

/* The arguments of one call, and room for what it gives. */
typedef struct call {
  const nnc_model *model;
  const nnc_function *function;
  uint32_t index;
  int64_t sizes[64];
  const void *inputs[64];
  void *outputs[64];
  double report[64];
} call;

static void *draw_input(const call *c, const nnc_value *value) {
  int64_t count = count_of(c->model, value, c->sizes);
  char *data = allocate((size_t)count * bytes_of(value->dtype));
  for (int64_t i = 0; i < count; ++i) {
    double normal = draw() + draw() + draw() + draw() + draw() + draw() - 3; /* a variance of 1/2 */
    int64_t integer = (int64_t)(draw() * (double)(value->index_bound > 0 ? value->index_bound : 2));
    switch (value->dtype) {
    case NNC_F32: ((float *)data)[i] = (float)normal; break;
    case NNC_F64: ((double *)data)[i] = normal; break;
    case NNC_I32: ((int32_t *)data)[i] = (int32_t)integer; break;
    case NNC_I64: ((int64_t *)data)[i] = integer; break;
    default: data[i] = (char)integer;
    }
  }
  return data;
}

static void draw_call(call *c, uint64_t seed, int64_t rows) {
  drawn = seed * 2 + 1;
  for (uint32_t s = 0; s < c->model->symbol_count; ++s) {
    const nnc_symbol *symbol = &c->model->symbols[s];
    int64_t size = strcmp(symbol->name, "batch") ? 4 : rows;
    c->sizes[s] = symbol->bound && symbol->bound < size ? symbol->bound : size;
  }
  uint32_t given = 0, taken = 0;
  for (uint32_t i = 0; i < c->function->input_count; ++i)
    if (c->function->inputs[i].role != NNC_HYPER)
      c->inputs[given++] = draw_input(c, &c->function->inputs[i]);
  for (uint32_t o = 0; o < c->function->output_count; ++o)
    if (c->function->outputs[o].role == NNC_OUTPUT)
      c->outputs[taken++] = allocate((size_t)count_of(c->model, &c->function->outputs[o], c->sizes) *
                                     bytes_of(c->function->outputs[o].dtype));
}

static void free_call(call *c) {
  for (int i = 0; i < 64; ++i) {
    free((void *)(uintptr_t)c->inputs[i]);
    free(c->outputs[i]);
    c->inputs[i] = c->outputs[i] = NULL;
  }
}

static int run(nnc_instance *instance, call *c, int report) {
  return c->model->call(instance, c->index, c->sizes, c->inputs, c->outputs, NULL, report ? c->report : NULL);
}

static nnc_instance *create(const nnc_model *model, const char *where) {
  char error[512] = "";
  nnc_options options = {.seed = 7, .device = where, .error = error, .error_bytes = sizeof error};
  nnc_instance *instance = NULL;
  int status = model->create(model, &instance, &options);
  if (status == NNC_NO_DEVICE) {
    printf("%s: nothing was checked\n", error);
    exit(0);
  }
  if (status) {
    fprintf(stderr, "check-cuda: %s\n", error);
    exit(1);
  }
  return instance;
}

static double disagreement(double a, double b) {
  if ((isnan(a) && isnan(b)) || a == b)
    return 0;
  double scale = fmax(1, fmax(fabs(a), fabs(b))), difference = fabs(a - b) / scale;
  return isnan(difference) ? INFINITY : difference;
}

static double disagreement_of(nnc_dtype type, const void *a, const void *b, int64_t count) {
  double most = 0;
  for (int64_t i = 0; i < count; ++i)
    most = fmax(most, disagreement(number_at(type, a, i), number_at(type, b, i)));
  return most;
}

/* Results and what is reported of the same call in two places. */
static double compare_calls(const call *a, const call *b) {
  double most = 0;
  uint32_t given = 0, reported = 0;
  for (uint32_t o = 0; o < a->function->output_count; ++o) {
    const nnc_value *value = &a->function->outputs[o];
    if (value->role == NNC_OUTPUT) {
      most = fmax(most, disagreement_of(value->dtype, a->outputs[given], b->outputs[given],
                                        count_of(a->model, value, a->sizes)));
      ++given;
    } else {
      /* A metric counts decisions, which fall otherwise where two numbers are nearly equal. */
      if (value->role == NNC_LOSS)
        most = fmax(most, disagreement(a->report[reported], b->report[reported]));
      ++reported;
    }
  }
  return most;
}

static int same_bits(const call *a, const call *b) {
  uint32_t given = 0, reported = 0;
  for (uint32_t o = 0; o < a->function->output_count; ++o) {
    const nnc_value *value = &a->function->outputs[o];
    if (value->role != NNC_OUTPUT)
      ++reported;
    else if (memcmp(a->outputs[given], b->outputs[given],
                    (size_t)count_of(a->model, value, a->sizes) * bytes_of(value->dtype)))
      return 0;
    else
      ++given;
  }
  return !memcmp(a->report, b->report, reported * sizeof *a->report);
}

static double compare_variables(const nnc_model *model, nnc_instance *a, nnc_instance *b, int *same) {
  double most = 0;
  for (uint32_t v = 0; v < model->variable_count; ++v) {
    const nnc_variable *variable = &model->variables[v];
    void *x = allocate(variable->bytes), *y = allocate(variable->bytes);
    if (model->get(a, variable->name, x, variable->bytes) ||
        model->get(b, variable->name, y, variable->bytes))
      most = INFINITY;
    else if (is_float(variable->dtype))
      most = fmax(most, disagreement_of(variable->dtype, x, y,
                                        (int64_t)(variable->bytes / bytes_of(variable->dtype))));
    if (same && memcmp(x, y, variable->bytes))
      *same = 0;
    free(x);
    free(y);
  }
  return most;
}

static int is_double(const call *c) {
  for (uint32_t v = 0; v < c->model->variable_count; ++v)
    if (c->model->variables[v].dtype == NNC_F32)
      return 0;
  for (uint32_t i = 0; i < c->function->input_count; ++i)
    if (c->function->inputs[i].dtype == NNC_F32)
      return 0;
  for (uint32_t o = 0; o < c->function->output_count; ++o)
    if (c->function->outputs[o].dtype == NNC_F32)
      return 0;
  return 1;
}

static void fail(const call *c, const char *what) {
  ++failures;
  printf("  FAILED %s %s: %s\n", c->model->name, c->function->name, what);
}

/* Microseconds per call, after calls that load kernels and record them. */
static double time_calls(const call *model, const char *where) {
  call c = *model;
  memset(c.inputs, 0, sizeof c.inputs);
  memset(c.outputs, 0, sizeof c.outputs);
  nnc_instance *instance = create(c.model, where);
  draw_call(&c, 1, batch);
  struct timespec begin, end;
  double spent = 0;
  int64_t calls = 0;
  int status = 0;
  for (int i = 0; i < 3 && !status; ++i)
    status = run(instance, &c, 1);
  clock_gettime(CLOCK_MONOTONIC, &begin);
  while (!status && spent < seconds) {
    for (int i = 0; i < 32 && !status; ++i)
      status = run(instance, &c, 0);
    if (!status)
      status = run(instance, &c, 1); /* waits for all of them */
    calls += 33;
    clock_gettime(CLOCK_MONOTONIC, &end);
    spent = (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
  }
  free_call(&c);
  c.model->destroy(instance);
  return status ? NAN : 1e6 * spent / (double)calls;
}

static const nnc_value *find_value(const nnc_value *values, uint32_t count, const char *name,
                                   uint32_t *index) {
  for (*index = 0; *index < count; ++*index)
    if (!strcmp(values[*index].name, name))
      return &values[*index];
  return NULL;
}

/* Largest disagreement of the GPU's gradients with differences of the GPU's total; negative: the function gives none. */
static double check_gradients(const call *model, nnc_instance *instance) {
  const nnc_function *function = model->function;
  if (!is_double(model) || !function->output_count || strcmp(function->outputs[0].name, "total"))
    return -1;
  call c = *model;
  double most = 0;
  draw_call(&c, 3, batch < 3 ? batch : 3);
  for (uint32_t o = 1; o < function->output_count; ++o) {
    const nnc_value *value = &function->outputs[o];
    int64_t count = count_of(c.model, value, c.sizes);
    double *gradient = allocate((size_t)count * sizeof *gradient);
    if (run(instance, &c, 0))
      most = INFINITY;
    memcpy(gradient, c.outputs[o], (size_t)count * sizeof *gradient);
    uint32_t input;
    if (!strncmp(value->name, "d_", 2) &&
        find_value(function->inputs, function->input_count, value->name + 2, &input))
      for (int64_t i = 0; i < count; ++i) {
        static const double places[] = {-2, -1, 1, 2}, weights[] = {1, -8, 8, -1};
        double *x = (double *)(uintptr_t)c.inputs[input] + i, at = *x, h = 1e-3, slope = 0;
        for (int p = 0; p < 4; ++p) {
          *x = at + places[p] * h;
          if (run(instance, &c, 0))
            most = INFINITY;
          slope += weights[p] * *(double *)c.outputs[0];
        }
        *x = at;
        most = fmax(most, disagreement(gradient[i], slope / (12 * h)));
      }
    free(gradient);
  }
  free_call(&c);
  return most;
}

static void check_function(const nnc_model *model, uint32_t index) {
  call here = {.model = model, .function = &model->functions[index], .index = index}, there = here,
       again = here, strange = here;
  nnc_instance *cpu = create(model, "cpu"), *gpu = create(model, device), *second = create(model, device);
  const int is_step = here.function->kind == NNC_STEP;
  const double limit = tolerance > 0 ? tolerance : is_double(&here) ? 1e-9 : 1e-4;
  double most = 0, variables = 0;
  int same = 1, refused = 0;
  for (int64_t i = 0; i < steps && !refused; ++i) {
    /* Every third call has another size, as the last batch of an epoch has. */
    int64_t rows = i % 3 == 2 && batch > 1 ? batch - 1 : batch;
    draw_call(&here, (uint64_t)i + 1, rows), draw_call(&there, (uint64_t)i + 1, rows);
    draw_call(&again, (uint64_t)i + 1, rows);
    refused = run(cpu, &here, 1);
    nnc_instance *failed = refused                  ? NULL
                           : run(gpu, &there, 1)    ? gpu
                           : run(second, &again, 1) ? second
                                                    : NULL;
    if (failed) {
      fail(&there, model->error_text(failed));
      refused = 1;
    } else if (!refused) {
      most = fmax(most, compare_calls(&here, &there));
      same &= same_bits(&there, &again);
    }
    free_call(&here), free_call(&there), free_call(&again);
  }
  if (!refused) {
    variables = compare_variables(model, cpu, gpu, NULL);
    compare_variables(model, gpu, second, &same);
    double gradients = check_gradients(&strange, gpu);
    printf("  %-24s differs by %.1e (variables %.1e), bits %s", here.function->name, most, variables,
           same ? "the same twice" : "OTHERS the second time");
    if (gradients >= 0)
      printf(", gradients by %.1e", gradients);
    if (seconds > 0 && (is_step || here.function->kind == NNC_PREDICT))
      printf(", %.1f us (CPU %.1f us)", time_calls(&strange, device), time_calls(&strange, "cpu"));
    printf("\n");
    ++checked;
    if (!(most <= limit))
      fail(&here, "the GPU's results differ from the CPU's");
    if (!same)
      fail(&here, "the GPU gives other bits the second time");
    if (gradients > 1e-8)
      fail(&here, "the GPU's gradients differ from differences");
  }
  model->destroy(cpu), model->destroy(gpu), model->destroy(second);
}

static void check_library(const char *path) {
  char where[4096]; /* without a slash dlopen searches the system's directories */
  snprintf(where, sizeof where, "%s%s", strchr(path, '/') ? "" : "./", path);
  void *handle = dlopen(where, RTLD_NOW | RTLD_LOCAL);
  const nnc_library *(*describe)(void) = NULL;
  if (handle)
    *(void **)&describe = dlsym(handle, "nnc_describe");
  if (!describe || describe()->abi_version != NNC_ABI_VERSION) {
    ++failures;
    printf("FAILED %s: %s\n", path, handle ? "is no library of this interface version" : dlerror());
    return;
  }
  const nnc_library *library = describe();
  nnc_instance *first = create(library->models[0], device);
  printf("%s on %s\n", path, library->models[0]->device_text(first));
  library->models[0]->destroy(first);
  for (uint32_t m = 0; m < library->model_count; ++m)
    for (uint32_t f = 0; f < library->models[m]->function_count; ++f)
      if (library->models[m]->functions[f].kind <= NNC_STEP)
        check_function(library->models[m], f);
  dlclose(handle);
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (int i = 1; i < argc; ++i)
    if (!strncmp(argv[i], "--", 2)) {
      const char *value = i + 1 < argc ? argv[i + 1] : "";
      if (!strcmp(argv[i], "--steps"))
        steps = atoll(value);
      else if (!strcmp(argv[i], "--batch"))
        batch = atoll(value);
      else if (!strcmp(argv[i], "--tolerance"))
        tolerance = atof(value);
      else if (!strcmp(argv[i], "--time"))
        seconds = atof(value);
      else if (!strcmp(argv[i], "--device"))
        device = value;
      else
        return fprintf(stderr, "check-cuda: unknown option '%s'\n", argv[i]), 1;
      ++i;
    }
  for (int i = 1; i < argc; ++i)
    if (!strncmp(argv[i], "--", 2))
      ++i;
    else
      check_library(argv[i]);
  printf("%d functions checked, %d failures\n", checked, failures);
  return failures != 0;
}
