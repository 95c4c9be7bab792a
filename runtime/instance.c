/* instance.c: making and unmaking instances, and their variables by name. */
#include "instance.h"

#include "device.h"
#include "fpenv.h"
#include "random.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const nnc_dtype_names[] = {"f32", "f64", "i32", "i64", "u8", "bool"};

uint64_t nnc_dtype_bytes(nnc_dtype dtype) {
  switch (dtype) {
  case NNC_F64:
  case NNC_I64: return 8;
  case NNC_F32:
  case NNC_I32: return 4;
  default: return 1;
  }
}

int nnc_fail(nnc_instance *instance, int status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(instance->error, sizeof instance->error, format, arguments);
  va_end(arguments);
  return status;
}

int nnc_refuse(nnc_reason why, int status, const char *format, ...) {
  if (why.text && why.bytes) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why.text, why.bytes < PTRDIFF_MAX ? (size_t)why.bytes : (size_t)PTRDIFF_MAX, format, arguments);
    va_end(arguments);
  }
  return status;
}

int nnc_enter(nnc_instance *instance) {
  if (!instance)
    return NNC_INVALID_ARGUMENT;
  return atomic_exchange_explicit(&instance->busy, 1, memory_order_acquire) ? NNC_BUSY : NNC_OK;
}

void nnc_leave(nnc_instance *instance) { atomic_store_explicit(&instance->busy, 0, memory_order_release); }

int64_t nnc_find_variable(const nnc_model *model, const char *name, size_t length) {
  for (uint32_t v = 0; v < model->variable_count; ++v)
    if (strlen(model->variables[v].name) == length && !memcmp(model->variables[v].name, name, length))
      return v;
  return -1;
}

bool nnc_eval_dim(const nnc_dim *dim, const int64_t *sizes, uint32_t symbol_count, bool upper,
                  int64_t *value) {
  int64_t sum = 0;
  for (uint32_t t = 0; t < dim->term_count; ++t) {
    int64_t product = dim->terms[t].coefficient;
    if (upper && product < 0)
      continue;
    for (uint32_t s = 0; s < symbol_count; ++s)
      for (uint8_t power = dim->terms[t].powers[s]; power > 0; --power)
        if (__builtin_mul_overflow(product, sizes[s], &product))
          return false;
    if (__builtin_add_overflow(sum, product, &sum))
      return false;
  }
  *value = sum;
  return sum >= 0;
}

static bool is_constant(const nnc_dim *dim, uint32_t symbol_count) {
  for (uint32_t t = 0; t < dim->term_count; ++t)
    for (uint32_t s = 0; s < symbol_count; ++s)
      if (dim->terms[t].powers[s])
        return false;
  return true;
}

/* The bytes of workspace to reserve: enough for every call up to max_sizes, or, if that is NULL, for the
 * functions that no run-time dimension changes. `defaults`: for those alone that compute defaults. */
static bool workspace_to_reserve(const nnc_model *model, const int64_t *max_sizes, bool defaults,
                                 uint64_t *bytes) {
  *bytes = 0;
  for (uint32_t f = 0; f < model->function_count; ++f) {
    const nnc_dim *workspace = &model->functions[f].workspace;
    if ((defaults && model->functions[f].kind != NNC_DEFAULTS) ||
        (!max_sizes && !is_constant(workspace, model->symbol_count)))
      continue;
    int64_t needed;
    if (!nnc_eval_dim(workspace, max_sizes, model->symbol_count, true, &needed))
      return false;
    if ((uint64_t)needed > *bytes)
      *bytes = (uint64_t)needed;
  }
  return true;
}

/* Where the parts of an instance's block begin. */
typedef struct layout {
  uint64_t max_sizes, sizes, inputs, outputs, scalars, hypers, extents, variables, workspace, end;
} layout;

static bool place(uint64_t *end, uint64_t count, uint64_t size, uint64_t *begin) {
  uint64_t bytes, aligned;
  if (__builtin_mul_overflow(count, size, &bytes) ||
      __builtin_add_overflow(*end, NNC_ALIGNMENT - 1, &aligned))
    return false;
  *begin = aligned & ~(uint64_t)(NNC_ALIGNMENT - 1);
  return !__builtin_add_overflow(*begin, bytes, end) && *end <= PTRDIFF_MAX;
}

/* An instance on a device has its workspace there, but for what the CPU computes. */
static bool lay_out(const nnc_model *model, const int64_t *max_sizes, bool on_device, layout *at) {
  uint64_t inputs = 0, outputs = 0, workspace;
  for (uint32_t f = 0; f < model->function_count; ++f) {
    inputs = model->functions[f].input_count > inputs ? model->functions[f].input_count : inputs;
    outputs = model->functions[f].output_count > outputs ? model->functions[f].output_count : outputs;
  }
  uint64_t end = sizeof(nnc_instance), rounded;
  return workspace_to_reserve(model, max_sizes, on_device, &workspace) &&
         place(&end, max_sizes ? model->symbol_count : 0, sizeof(int64_t), &at->max_sizes) &&
         place(&end, model->symbol_count, sizeof(int64_t), &at->sizes) &&
         place(&end, inputs, sizeof(void *), &at->inputs) &&
         place(&end, outputs, sizeof(void *), &at->outputs) &&
         place(&end, inputs + outputs, sizeof(uint64_t), &at->scalars) &&
         place(&end, inputs, sizeof(double), &at->hypers) &&
         place(&end, inputs + outputs, sizeof(uint64_t), &at->extents) &&
         place(&end, model->variable_bytes, 1, &at->variables) && place(&end, workspace, 1, &at->workspace) &&
         place(&end, 0, 0, &rounded) && (at->end = rounded, true);
}

static int check_max_sizes(const nnc_model *model, const int64_t *max_sizes, nnc_reason why) {
  for (uint32_t s = 0; max_sizes && s < model->symbol_count; ++s) {
    const nnc_symbol *symbol = &model->symbols[s];
    int64_t bound = symbol->bound ? symbol->bound : INT32_MAX;
    if (max_sizes[s] < 1 || max_sizes[s] > bound)
      return nnc_refuse(why, NNC_INVALID_ARGUMENT, "create: max_sizes of '%s' is %lld, expected 1 to %lld",
                        symbol->name, (long long)max_sizes[s], (long long)bound);
  }
  return NNC_OK;
}

static int initialize(nnc_instance *instance, const nnc_variable *variable) {
  return nnc_initialize(&variable->init, instance->seed, nnc_init_name(variable->kind, variable->name),
                        variable->dtype, variable->rank, variable->shape,
                        instance->variables + variable->offset);
}

/* Apart from its caller, which moves the floating-point environment. */
__attribute__((noinline)) static int initialize_variables(nnc_instance *instance, nnc_reason why) {
  const nnc_model *model = instance->model;
  for (uint32_t v = 0; v < model->variable_count; ++v) {
    const nnc_variable *variable = &model->variables[v];
    if (initialize(instance, variable))
      return nnc_refuse(why, NNC_OUT_OF_MEMORY, "create: no memory for the initial values of '%s'",
                        variable->name);
  }
  return NNC_OK;
}

/* Puts the instance on its device, with workspace for the calls that are known. */
static int open_device(nnc_instance *instance, const nnc_choice *choice, nnc_reason why) {
  const nnc_model *model = instance->model;
  instance->device_type = model->variants[choice->variant].device;
  uint64_t workspace;
  int status = instance->device_type->open(instance, choice->ordinal);
  if (!status && workspace_to_reserve(model, instance->max_sizes, false, &workspace))
    status = instance->device_type->reserve(instance, workspace);
  return status ? nnc_refuse(why, status, "create: '%s' on %s:%u: %s", model->name,
                             instance->device_type->name, choice->ordinal, instance->error)
                : NNC_OK;
}

static int make_instance(const nnc_model *model, nnc_instance **out, const nnc_options *options,
                         const nnc_choice *choice, nnc_reason why) {
  const bool on_device = model->variants[choice->variant].device != NULL;
  layout at;
  if (!lay_out(model, options->max_sizes, on_device, &at))
    return nnc_refuse(why, NNC_OUT_OF_MEMORY,
                      "create: '%s' with these max_sizes needs more memory than can be addressed",
                      model->name);
  uint8_t *block = options->memory;
  if (block && (uintptr_t)block % NNC_ALIGNMENT)
    return nnc_refuse(why, NNC_INVALID_ARGUMENT, "create: memory is not aligned to %d bytes",
                      (int)NNC_ALIGNMENT);
  if (block && options->memory_bytes < at.end)
    return nnc_refuse(why, NNC_INVALID_ARGUMENT, "create: memory has %llu bytes, expected at least %llu",
                      (unsigned long long)options->memory_bytes, (unsigned long long)at.end);
  if (!block && !(block = aligned_alloc(NNC_ALIGNMENT, at.end)))
    return nnc_refuse(why, NNC_OUT_OF_MEMORY, "create: no memory for an instance of '%s' (%llu bytes)",
                      model->name, (unsigned long long)at.end);

  memset(block, 0, at.variables); /* the struct and the scratch */
  nnc_instance *instance = (nnc_instance *)(void *)block;
  instance->model = model;
  instance->cpu_variant = choice->cpu;
  instance->variant = choice->variant;
  instance->seed = options->seed;
  if (options->max_sizes) {
    memcpy(block + at.max_sizes, options->max_sizes, model->symbol_count * sizeof(int64_t));
    instance->max_sizes = (const int64_t *)(void *)(block + at.max_sizes);
  }
  instance->sizes = (int64_t *)(void *)(block + at.sizes);
  instance->inputs = (const void **)(void *)(block + at.inputs);
  instance->outputs = (void **)(void *)(block + at.outputs);
  instance->scalars = (uint64_t *)(void *)(block + at.scalars);
  instance->hypers = (double *)(void *)(block + at.hypers);
  instance->extents = (uint64_t *)(void *)(block + at.extents);
  instance->variables = block + at.variables;
  instance->workspace = block + at.workspace;
  instance->owns_block = !options->memory;
  /* All that is left of the caller's memory is workspace. */
  instance->workspace_bytes = (options->memory ? options->memory_bytes : at.end) - at.workspace;

  snprintf(instance->device_text, sizeof instance->device_text, "cpu (%s)",
           model->variants[choice->cpu].target);
  int status = on_device ? open_device(instance, choice, why) : NNC_OK;
  if (!status) {
    nnc_fpenv environment = nnc_fp_enter();
    status = initialize_variables(instance, why);
    nnc_fp_leave(environment);
  }
  if (!status && (status = nnc_push(instance, 0, model->variable_bytes)))
    nnc_refuse(why, status, "create: %s", instance->error);
  if (status) {
    nnc_rt_destroy(instance);
    return status;
  }
  instance->steps_known = true;
  *out = instance;
  return NNC_OK;
}

int nnc_rt_create(const nnc_model *model, nnc_instance **out, const nnc_options *options) {
  static const nnc_options defaults;
  if (!options)
    options = &defaults;
  nnc_reason why = {options->error, options->error_bytes};
  if (out)
    *out = NULL;
  if (!model || !out)
    return nnc_refuse(why, NNC_INVALID_ARGUMENT, "create: %s is NULL",
                      model ? "the place for the instance" : "the model");
  nnc_choice choice;
  int status = nnc_choose(model, options, why, &choice);
  if (status || (status = check_max_sizes(model, options->max_sizes, why)))
    return status;
  status = make_instance(model, out, options, &choice, why);
  if (status == NNC_NO_DEVICE && choice.may_fall_back) {
    choice.variant = choice.cpu;
    status = make_instance(model, out, options, &choice, why);
  }
  return status;
}

void nnc_rt_destroy(nnc_instance *instance) {
  if (!instance)
    return;
  if (instance->device_type)
    instance->device_type->close(instance);
  if (instance->owns_workspace)
    free(instance->workspace);
  if (instance->owns_block)
    free(instance);
}

const char *nnc_rt_error_text(const nnc_instance *instance) {
  return instance ? instance->error : "the instance is NULL";
}

const char *nnc_rt_device_text(const nnc_instance *instance) {
  return instance ? instance->device_text : "the instance is NULL";
}

int nnc_pull(nnc_instance *instance, uint64_t offset, uint64_t bytes) {
  return instance->device_type ? instance->device_type->pull(instance, offset, bytes) : NNC_OK;
}

int nnc_push(nnc_instance *instance, uint64_t offset, uint64_t bytes) {
  return instance->device_type ? instance->device_type->push(instance, offset, bytes) : NNC_OK;
}

int nnc_rt_memory_bytes(const nnc_model *model, const int64_t *max_sizes, uint64_t *bytes) {
  const nnc_reason nobody = {NULL, 0};
  if (!model || !bytes || check_max_sizes(model, max_sizes, nobody))
    return NNC_INVALID_ARGUMENT;
  *bytes = 0;
  int64_t bounds[64]; /* symbols_used limits a model to 64 run-time dimensions */
  for (uint32_t s = 0; !max_sizes && s < model->symbol_count; ++s) {
    if (s == 64 || !model->symbols[s].bound)
      return NNC_INVALID_ARGUMENT;
    bounds[s] = model->symbols[s].bound;
  }
  layout at;
  if (!lay_out(model, max_sizes ? max_sizes : bounds, false, &at))
    return NNC_OUT_OF_MEMORY;
  *bytes = at.end;
  return NNC_OK;
}

/* The variable that get or set names, checked; or NULL with *status set. */
static const nnc_variable *checked_variable(nnc_instance *instance, const char *function, const char *name,
                                            const void *data, uint64_t bytes, int *status) {
  if (!name || !data) {
    *status = nnc_fail(instance, NNC_INVALID_ARGUMENT, "%s: %s is NULL", function,
                       name ? "data" : "the variable's name");
    return NULL;
  }
  int64_t v = nnc_find_variable(instance->model, name, strlen(name));
  if (v < 0) {
    *status = nnc_fail(instance, NNC_INVALID_ARGUMENT, "%s: '%s' has no variable '%s'", function,
                       instance->model->name, name);
    return NULL;
  }
  const nnc_variable *variable = &instance->model->variables[v];
  if (variable->bytes != bytes) {
    *status = nnc_fail(instance, NNC_INVALID_ARGUMENT, "%s: '%s' has %llu bytes, data has %llu", function,
                       name, (unsigned long long)variable->bytes, (unsigned long long)bytes);
    return NULL;
  }
  return variable;
}

int nnc_rt_get(nnc_instance *instance, const char *name, void *data, uint64_t bytes) {
  int status = nnc_enter(instance);
  if (status)
    return status;
  const nnc_variable *variable = checked_variable(instance, "get", name, data, bytes, &status);
  if (variable && !(status = nnc_pull(instance, variable->offset, bytes)))
    memcpy(data, instance->variables + variable->offset, bytes);
  nnc_leave(instance);
  return status;
}

int nnc_rt_set(nnc_instance *instance, const char *name, const void *data, uint64_t bytes) {
  int status = nnc_enter(instance);
  if (status)
    return status;
  const nnc_variable *variable = checked_variable(instance, "set", name, data, bytes, &status);
  for (uint64_t i = 0; variable && variable->dtype == NNC_BOOL && !status && i < bytes; ++i)
    if (((const uint8_t *)data)[i] > 1) /* kernels rely on it */
      status = nnc_fail(instance, NNC_INDEX_RANGE, "set: element %llu of '%s' is %d, expected 0 or 1",
                        (unsigned long long)i, name, ((const uint8_t *)data)[i]);
  if (variable && !status) {
    memcpy(instance->variables + variable->offset, data, bytes);
    status = nnc_push(instance, variable->offset, bytes);
  }
  nnc_leave(instance);
  return status;
}

const nnc_variable *nnc_averaged_parameter(const nnc_model *model, const nnc_variable *average) {
  const char *name = nnc_init_name(average->kind, average->name);
  int64_t v = nnc_find_variable(model, name, strlen(name));
  return v < 0 ? average : &model->variables[v];
}

/* Apart from its caller, which moves the floating-point environment. */
__attribute__((noinline)) static int reset(nnc_instance *instance, const nnc_reset *what) {
  for (uint32_t i = 0; i < what->variable_count; ++i) {
    const nnc_variable *variable = &instance->model->variables[what->variables[i]];
    if (initialize(instance, variable))
      return nnc_fail(instance, NNC_OUT_OF_MEMORY, "reset: no memory for the initial values of '%s'",
                      variable->name);
    int status = nnc_push(instance, variable->offset, variable->bytes);
    if (status)
      return status;
  }
  return NNC_OK;
}

int nnc_rt_reset(nnc_instance *instance, const char *name) {
  int status = nnc_enter(instance);
  if (status)
    return status;
  const nnc_model *model = instance->model;
  bool known = !name;
  nnc_fpenv environment = nnc_fp_enter();
  for (uint32_t r = 0; r < model->reset_count && !status; ++r)
    if (!name || !strcmp(name, model->resets[r].name)) {
      known = true;
      status = reset(instance, &model->resets[r]);
    }
  nnc_fp_leave(environment);
  if (!known)
    status = nnc_fail(instance, NNC_INVALID_ARGUMENT, "reset: '%s' has no entry '%s' that keeps state",
                      model->name, name);
  nnc_leave(instance);
  return status;
}
