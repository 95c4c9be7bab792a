/* call.c: one call of a compiled function: everything is checked here, so that the body checks nothing.
 *
 *   1. sizes: range, bound, what create reserved; a size of 0 ends the call here
 *   2. hypers, converted to the model's type, then inputs, then outputs: NULL, alignment, index range,
 * overlap
 *   3. element counts that kernels index with 32 bits; workspace
 *   4. the body, which fills the outputs and the scalars of losses and metrics; an instance on a device hands this to
 *      the device, with all that the body is about
 *   5. the report, converted to double and int64_t
 *
 * Nothing is allocated, but for a workspace that grows, and no variable has changed when 1 to 3 fail.
 */
#include "device.h"
#include "fpenv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one call is about; its scratch is in the instance. */
typedef struct call {
  nnc_instance *instance;
  const nnc_model *model;
  const nnc_function *function;
} call;

#define FAIL(status, format, ...) nnc_fail(c->instance, status, "%s: " format, c->function->name, __VA_ARGS__)

/* The device has left a text, which lacks the function. */
static int fail_as_device(const call *c, int status) {
  char text[NNC_ERROR_BYTES];
  memcpy(text, c->instance->error, sizeof text);
  return FAIL(status, "%.*s", NNC_ERROR_BYTES - 128, text);
}

static bool is_scalar_result(nnc_role role) { return role >= NNC_LOSS; }

/* "f32[64, 784]": what an argument should have been, for these sizes. */
static const char *type_text(const call *c, const nnc_value *value, char text[128]) {
  int at = snprintf(text, 128, "%s[", nnc_dtype_names[value->dtype]);
  for (uint32_t axis = 0; axis < value->rank && at < 128; ++axis) {
    int64_t size = 0;
    (void)nnc_eval_dim(&value->dims[axis], c->instance->sizes, c->model->symbol_count, false, &size);
    at += snprintf(text + at, (size_t)(128 - at), "%s%lld", axis ? ", " : "", (long long)size);
  }
  if (at < 127)
    memcpy(text + at, "]", 2);
  return text;
}

/* 1. Copies the sizes the function uses; *empty: one of them is 0. */
static int take_sizes(const call *c, const int64_t *sizes, bool *empty) {
  nnc_instance *instance = c->instance;
  *empty = false;
  for (uint32_t s = 0; s < c->model->symbol_count; ++s) {
    const nnc_symbol *symbol = &c->model->symbols[s];
    instance->sizes[s] = 0;
    if (!(c->function->symbols_used >> s & 1))
      continue;
    if (!sizes)
      return FAIL(NNC_INVALID_ARGUMENT, "sizes is NULL, expected '%s'", symbol->name);
    int64_t size = sizes[s], most = symbol->bound ? symbol->bound : INT32_MAX;
    if (size < 0 || size > most)
      return FAIL(NNC_INVALID_ARGUMENT, "'%s' is %lld, expected 0 to %lld", symbol->name, (long long)size,
                  (long long)most);
    if (instance->max_sizes && size > instance->max_sizes[s])
      return FAIL(NNC_INVALID_ARGUMENT, "'%s' is %lld, but create reserved memory for at most %lld",
                  symbol->name, (long long)size, (long long)instance->max_sizes[s]);
    instance->sizes[s] = size;
    *empty |= size == 0;
  }
  return NNC_OK;
}

/* Elements of an argument or result; kernels index it with 32 bits. */
static int count_elements(const call *c, const nnc_value *value, int64_t *count) {
  *count = 1;
  for (uint32_t axis = 0; axis < value->rank; ++axis) {
    int64_t size;
    if (!nnc_eval_dim(&value->dims[axis], c->instance->sizes, c->model->symbol_count, false, &size))
      return FAIL(NNC_INVALID_ARGUMENT, "axis %u of '%s' would have a negative size", axis, value->name);
    if (__builtin_mul_overflow(*count, size, count) || *count > INT32_MAX)
      return FAIL(NNC_INVALID_ARGUMENT, "'%s' would have more than 2147483647 elements", value->name);
  }
  return NNC_OK;
}

static bool store_scalar(nnc_dtype dtype, double value, uint64_t *slot) {
  switch (dtype) {
  case NNC_F32: {
    float rounded = (float)value;
    memcpy(slot, &rounded, sizeof rounded);
    return true;
  }
  case NNC_F64: memcpy(slot, &value, sizeof value); return true;
  default: break;
  }
  if (!(value >= -0x1p63 && value < 0x1p63))
    return false;
  int64_t whole = (int64_t)value;
  if ((double)whole != value)
    return false;
  int64_t least = dtype == NNC_I64 ? INT64_MIN : dtype == NNC_I32 ? INT32_MIN : 0;
  int64_t most = dtype == NNC_I64   ? INT64_MAX
                 : dtype == NNC_I32 ? INT32_MAX
                 : dtype == NNC_U8  ? UINT8_MAX
                                    : 1;
  memcpy(slot, &whole, sizeof whole); /* little endian: the low bytes are the narrow integer */
  return least <= whole && whole <= most;
}

static double load_scalar(nnc_dtype dtype, const uint64_t *slot) {
  float single;
  double number;
  int32_t narrow;
  int64_t wide;
  uint8_t byte;
  switch (dtype) {
  case NNC_F32: memcpy(&single, slot, sizeof single); return (double)single;
  case NNC_F64: memcpy(&number, slot, sizeof number); return number;
  case NNC_I32: memcpy(&narrow, slot, sizeof narrow); return narrow;
  case NNC_I64: memcpy(&wide, slot, sizeof wide); return (double)wide;
  default: memcpy(&byte, slot, sizeof byte); return byte;
  }
}

static int64_t load_count(nnc_dtype dtype, const uint64_t *slot) {
  int64_t wide;
  memcpy(&wide, slot, sizeof wide);
  return dtype == NNC_I64 ? wide : (int64_t)load_scalar(dtype, slot);
}

/* First of `count` integers that lies outside of [0, bound) and is not `ignore`, or -1. */
static int64_t find_outside(nnc_dtype dtype, const void *data, int64_t count, int64_t bound, int64_t ignore,
                            int64_t *found) {
  for (int64_t i = 0; i < count; ++i) {
    int64_t value = dtype == NNC_I32   ? ((const int32_t *)data)[i]
                    : dtype == NNC_I64 ? ((const int64_t *)data)[i]
                                       : ((const uint8_t *)data)[i];
    if ((value < 0 || value >= bound) && value != ignore) {
      *found = value;
      return i;
    }
  }
  return -1;
}

static int check_indices(const call *c, const nnc_value *value, const void *data, int64_t count) {
  if (value->dtype == NNC_F32 || value->dtype == NNC_F64)
    return NNC_OK;
  int64_t bound = value->dtype == NNC_BOOL   ? 2
                  : value->index_bound > 0 ? value->index_bound
                                           : INT64_MAX;
  int64_t ignore = value->index_ignore, found;
  bool ignores = value->dtype != NNC_BOOL && ignore != value->index_bound;
  for (uint32_t i = 0; i < value->index_size_count; ++i) {
    int64_t size;
    if (nnc_eval_dim(&value->index_sizes[i], c->instance->sizes, c->model->symbol_count, false, &size) && size < bound)
      bound = size;
  }
  if (bound == INT64_MAX)
    return NNC_OK;
  if (c->instance->device_type) {
    int status =
        c->instance->device_type->peek(c->instance, value, &data, (uint64_t)count * nnc_dtype_bytes(value->dtype));
    if (status)
      return fail_as_device(c, status);
  }
  int64_t at = find_outside(value->dtype, data, count, bound, ignores ? ignore : 0, &found);
  if (at < 0)
    return NNC_OK;
  char also[40] = "";
  if (ignores && (ignore < 0 || ignore > bound))
    snprintf(also, sizeof also, ", or %lld", (long long)ignore);
  if (value->rank == 0)
    return FAIL(NNC_INDEX_RANGE, "'%s' is %lld, expected 0 to %lld%s", value->name, (long long)found,
                (long long)(bound - 1), also);
  return FAIL(NNC_INDEX_RANGE, "element %lld of '%s' is %lld, expected 0 to %lld%s", (long long)at,
              value->name, (long long)found, (long long)(bound - 1), also);
}

/* NULL and alignment of the memory behind an argument or result. */
static int check_pointer(const call *c, const nnc_value *value, const void *data, int64_t count) {
  char text[128];
  if (!data && count > 0)
    return FAIL(NNC_INVALID_ARGUMENT, "'%s' is NULL, expected %s", value->name, type_text(c, value, text));
  if ((uintptr_t)data % nnc_dtype_bytes(value->dtype))
    return FAIL(NNC_INVALID_ARGUMENT, "'%s' is not aligned, expected %s aligned to %u bytes", value->name,
                type_text(c, value, text), (unsigned)nnc_dtype_bytes(value->dtype));
  return NNC_OK;
}

static int take_default(const call *c, uint32_t index, double value) {
  if (!store_scalar(c->function->inputs[index].dtype, value, &c->instance->scalars[index]))
    return FAIL(NNC_INVALID_ARGUMENT, "'%s' is no number that %s can hold", c->function->inputs[index].name,
                nnc_dtype_names[c->function->inputs[index].dtype]);
  c->instance->inputs[index] = &c->instance->scalars[index];
  return NNC_OK;
}

static int take_inputs(const call *c, const void *const *inputs) {
  uint32_t given = 0;
  for (uint32_t i = 0; i < c->function->input_count; ++i) {
    const nnc_value *value = &c->function->inputs[i];
    if (value->role == NNC_HYPER)
      continue;
    const void *data = inputs ? inputs[given] : NULL;
    ++given;
    int64_t count;
    int status = count_elements(c, value, &count);
    if (!status && !data && value->has_default && value->rank == 0)
      status = take_default(c, i, value->default_value);
    else if (!status && !(status = check_pointer(c, value, data, count)) &&
             !(status = check_indices(c, value, data, count)))
      c->instance->inputs[i] = data;
    if (status)
      return status;
    c->instance->extents[i] = data ? (uint64_t)count * nnc_dtype_bytes(value->dtype) : 0;
  }
  return NNC_OK;
}

static bool overlap(const void *a, uint64_t a_bytes, const void *b, uint64_t b_bytes) {
  uintptr_t a_begin = (uintptr_t)a, b_begin = (uintptr_t)b;
  return a_bytes && b_bytes && a_begin < b_begin + b_bytes && b_begin < a_begin + a_bytes;
}

/* A kernel may write a result while another has still to read an argument. */
static int check_overlap(const call *c, uint32_t output) {
  const nnc_function *function = c->function;
  const nnc_instance *instance = c->instance;
  const void *data = instance->outputs[output];
  uint64_t bytes = instance->extents[function->input_count + output];
  for (uint32_t i = 0; i < function->input_count; ++i)
    if (function->inputs[i].role != NNC_HYPER &&
        overlap(data, bytes, instance->inputs[i], instance->extents[i]))
      return FAIL(NNC_INVALID_ARGUMENT, "'%s' overlaps '%s'", function->outputs[output].name,
                  function->inputs[i].name);
  for (uint32_t o = 0; o < output; ++o)
    if (overlap(data, bytes, instance->outputs[o], instance->extents[function->input_count + o]))
      return FAIL(NNC_INVALID_ARGUMENT, "'%s' overlaps '%s'", function->outputs[output].name,
                  function->outputs[o].name);
  if (overlap(data, bytes, instance->variables, c->model->variable_bytes) ||
      overlap(data, bytes, instance->workspace, instance->workspace_bytes))
    return FAIL(NNC_INVALID_ARGUMENT, "'%s' overlaps the memory of the instance",
                function->outputs[output].name);
  return NNC_OK;
}

static int take_outputs(const call *c, void *const *outputs) {
  nnc_instance *instance = c->instance;
  uint32_t given = 0, scalar = c->function->input_count;
  for (uint32_t o = 0; o < c->function->output_count; ++o) {
    const nnc_value *value = &c->function->outputs[o];
    if (is_scalar_result(value->role)) {
      instance->scalars[scalar] = 0;
      instance->outputs[o] = &instance->scalars[scalar++];
      instance->extents[c->function->input_count + o] = 0;
      continue;
    }
    void *data = outputs ? outputs[given] : NULL;
    ++given;
    int64_t count;
    int status = count_elements(c, value, &count);
    if (!status && !(status = check_pointer(c, value, data, count))) {
      instance->outputs[o] = data;
      instance->extents[c->function->input_count + o] = (uint64_t)count * nnc_dtype_bytes(value->dtype);
      status = check_overlap(c, o);
    }
    if (status)
      return status;
  }
  return NNC_OK;
}

static int check_index_spaces(const call *c) {
  for (uint32_t i = 0; i < c->function->index_space_count; ++i) {
    int64_t count;
    if (!nnc_eval_dim(&c->function->index_spaces[i], c->instance->sizes, c->model->symbol_count, false,
                      &count) ||
        count > INT32_MAX)
      return FAIL(NNC_INVALID_ARGUMENT, "%s",
                  "for these sizes a tensor inside would have more than 2147483647 elements");
  }
  return NNC_OK;
}

static int take_workspace(const call *c) {
  nnc_instance *instance = c->instance;
  int64_t needed;
  if (!nnc_eval_dim(&c->function->workspace, instance->sizes, c->model->symbol_count, false, &needed))
    return FAIL(NNC_OUT_OF_MEMORY, "%s", "these sizes need more workspace than can be addressed");
  if (instance->device_type && c->function->kind != NNC_DEFAULTS) {
    int status = instance->device_type->reserve(instance, (uint64_t)needed);
    return status ? fail_as_device(c, status) : NNC_OK;
  }
  if ((uint64_t)needed <= instance->workspace_bytes)
    return NNC_OK;
  if (!instance->owns_block || instance->max_sizes)
    return FAIL(NNC_OUT_OF_MEMORY, "these sizes need %lld bytes of workspace, the instance's memory has %llu",
                (long long)needed, (unsigned long long)instance->workspace_bytes);
  if (instance->owns_workspace)
    free(instance->workspace); /* before the new one: its contents are of no use, and the peak is lower */
  uint64_t rounded = ((uint64_t)needed + NNC_ALIGNMENT - 1) & ~(uint64_t)(NNC_ALIGNMENT - 1);
  instance->workspace = aligned_alloc(NNC_ALIGNMENT, rounded);
  instance->owns_workspace = instance->workspace != NULL;
  instance->workspace_bytes = instance->workspace ? rounded : 0;
  if (!instance->workspace)
    return FAIL(NNC_OUT_OF_MEMORY, "no memory for %llu bytes of workspace", (unsigned long long)rounded);
  return NNC_OK;
}

/* An update needs gradients: it divides by their number. */
static int check_waiting(const call *c) {
  int64_t waiting;
  if (c->function->kind != NNC_UPDATE)
    return NNC_OK;
  const nnc_variable *variable = &c->model->variables[c->function->waiting_variable];
  int status = nnc_pull(c->instance, variable->offset, sizeof waiting);
  if (status)
    return fail_as_device(c, status);
  memcpy(&waiting, c->instance->variables + variable->offset, sizeof waiting);
  if (waiting > 0)
    return NNC_OK;
  return FAIL(NNC_INVALID_ARGUMENT, "%s", "there are no gradients since the last update");
}

/* 4. Kernels with assertions (-O0) leave a text in the instance before they fail. */
static int run_body(const call *c, bool report) {
  nnc_instance *instance = c->instance;
  atomic_store_explicit(&instance->kernel_failed, 0, memory_order_relaxed);
  if (instance->device_type && c->function->kind != NNC_DEFAULTS) {
    int status = instance->device_type->call(instance, c->function, report);
    return status ? fail_as_device(c, status) : NNC_OK;
  }
  const nnc_frame frame = {.variables = instance->variables,
                           .workspace = instance->workspace,
                           .sizes = instance->sizes,
                           .inputs = instance->inputs,
                           .outputs = instance->outputs,
                           .context = instance,
                           .report = report,
                           .seed = &instance->seed};
  int failure = c->function->bodies[instance->cpu_variant](&frame);
  if (!failure)
    return NNC_OK;
  if (!atomic_load_explicit(&instance->kernel_failed, memory_order_acquire))
    return FAIL(NNC_INTERNAL, "a kernel failed with code %d", failure);
  char text[NNC_ERROR_BYTES];
  memcpy(text, instance->error, sizeof text);
  return FAIL(NNC_INTERNAL, "a kernel failed: %.*s", NNC_ERROR_BYTES - 128, text);
}

/* What the CPU computes defaults from. */
static int pull_steps(const call *c) {
  int status = NNC_OK;
  if (!c->instance->device_type || c->instance->steps_known)
    return NNC_OK;
  for (uint32_t v = 0; v < c->model->variable_count && !status; ++v)
    if (c->model->variables[v].kind == NNC_STEP_COUNTER)
      status = nnc_pull(c->instance, c->model->variables[v].offset, c->model->variables[v].bytes);
  c->instance->steps_known = !status;
  return status ? fail_as_device(c, status) : NNC_OK;
}

/* Runs the function that computes defaults from the step, if there is one, on the CPU in any case, so that they are the
 * same bits everywhere. Its results are left as scalars. */
static int run_defaults(const call *c) {
  if (c->function->defaults < 0)
    return NNC_OK;
  const call defaults = {c->instance, c->model, &c->model->functions[c->function->defaults]};
  for (uint32_t o = 0; o < defaults.function->output_count; ++o)
    c->instance->outputs[o] = &c->instance->scalars[defaults.function->input_count + o];
  int status = pull_steps(c);
  if (!status)
    status = take_workspace(&defaults);
  return status ? status : run_body(&defaults, true);
}

/* The default of a hyper, after run_defaults. */
static double hyper_default(const call *c, const nnc_value *hyper) {
  if (c->function->defaults >= 0) {
    const nnc_function *defaults = &c->model->functions[c->function->defaults];
    for (uint32_t o = 0; o < defaults->output_count; ++o)
      if (!strcmp(defaults->outputs[o].name, hyper->name))
        return load_scalar(defaults->outputs[o].dtype, c->instance->outputs[o]);
  }
  return hyper->default_value;
}

/* Before outputs are taken: run_defaults uses their scratch. */
static int take_hypers(const call *c, const double *hyper) {
  int status = hyper ? NNC_OK : run_defaults(c);
  if (status)
    return status;
  /* The results of run_defaults may lie where the converted hypers will: read all before writing any. */
  double *values = c->instance->hypers;
  uint32_t count = 0;
  for (uint32_t i = 0; i < c->function->input_count; ++i)
    if (c->function->inputs[i].role == NNC_HYPER) {
      values[count] = hyper ? hyper[count] : hyper_default(c, &c->function->inputs[i]);
      ++count;
    }
  count = 0;
  for (uint32_t i = 0; i < c->function->input_count; ++i) {
    if (c->function->inputs[i].role != NNC_HYPER)
      continue;
    double value = values[count++];
    if (value != value)
      return FAIL(NNC_INVALID_ARGUMENT, "'%s' is not a number", c->function->inputs[i].name);
    if ((status = take_default(c, i, value)))
      return status;
  }
  return NNC_OK;
}

/* 5. One 8-byte slot per loss, metric and count; zeros for a call on no data. */
static void write_report(const call *c, bool empty, unsigned char *report) {
  for (uint32_t o = 0; o < c->function->output_count; ++o) {
    const nnc_value *value = &c->function->outputs[o];
    if (!is_scalar_result(value->role))
      continue;
    const uint64_t *slot = c->instance->outputs[o];
    if (empty) {
      memset(report, 0, 8);
    } else if (value->role == NNC_METRIC_COUNT) {
      int64_t count = load_count(value->dtype, slot);
      memcpy(report, &count, sizeof count);
    } else {
      double number = load_scalar(value->dtype, slot);
      memcpy(report, &number, sizeof number);
    }
    report += 8;
  }
}

/* A size is 0: nothing to do, if nothing was asked for. */
static int run_empty(const call *c, void *report) {
  for (uint32_t o = 0; o < c->function->output_count; ++o) {
    const nnc_value *value = &c->function->outputs[o];
    int64_t count = 0;
    int status = is_scalar_result(value->role) ? NNC_OK : count_elements(c, value, &count);
    if (status)
      return status;
    if (count > 0)
      return FAIL(NNC_INVALID_ARGUMENT, "a size is 0, but '%s' would not be empty", value->name);
  }
  if (report)
    write_report(c, true, report);
  return NNC_OK;
}

/* Apart from nnc_rt_call, which moves the floating-point environment. */
__attribute__((noinline)) static int run(const call *c, const int64_t *sizes, const void *const *inputs,
                                         void *const *outputs, const double *hyper, void *report) {
  bool empty;
  int status = take_sizes(c, sizes, &empty);
  if (status)
    return status;
  if (empty)
    return run_empty(c, report);
  if ((status = check_waiting(c)))
    return status;
  if ((status = take_hypers(c, hyper)) || (status = take_inputs(c, inputs)) ||
      (status = take_outputs(c, outputs)) || (status = check_index_spaces(c)) ||
      (status = take_workspace(c)) || (status = run_body(c, report != NULL)))
    return status;
  if (report)
    write_report(c, false, report);
  return NNC_OK;
}

__attribute__((noinline)) static int defaults_of(const call *c, double *hyper) {
  memset(c->instance->sizes, 0, c->model->symbol_count * sizeof(int64_t));
  int status = run_defaults(c);
  for (uint32_t i = 0; !status && i < c->function->input_count; ++i)
    if (c->function->inputs[i].role == NNC_HYPER)
      *hyper++ = hyper_default(c, &c->function->inputs[i]);
  return status;
}

/* The function by its index, if it is one that can be called. */
static const nnc_function *callable(nnc_instance *instance, uint32_t function) {
  const nnc_model *model = instance->model;
  if (function < model->function_count && model->functions[function].kind != NNC_DEFAULTS)
    return &model->functions[function];
  nnc_fail(instance, NNC_INVALID_ARGUMENT, "call: '%s' has no function %u to call", model->name, function);
  return NULL;
}

int nnc_rt_call(nnc_instance *instance, uint32_t function, const int64_t *sizes, const void *const *inputs,
                void *const *outputs, const double *hyper, void *report) {
  int status = nnc_enter(instance);
  if (status)
    return status;
  const call c = {instance, instance->model, callable(instance, function)};
  status = NNC_INVALID_ARGUMENT;
  if (c.function) {
    nnc_fpenv environment = nnc_fp_enter();
    status = run(&c, sizes, inputs, outputs, hyper, report);
    nnc_fp_leave(environment);
  }
  nnc_leave(instance);
  return status;
}

int nnc_rt_hyper_defaults(nnc_instance *instance, uint32_t function, double *hyper) {
  int status = nnc_enter(instance);
  if (status)
    return status;
  const call c = {instance, instance->model, callable(instance, function)};
  status = NNC_INVALID_ARGUMENT;
  if (c.function && !hyper)
    status = nnc_fail(instance, NNC_INVALID_ARGUMENT, "%s: the place for the hypers' defaults is NULL",
                      c.function->name);
  else if (c.function) {
    nnc_fpenv environment = nnc_fp_enter();
    status = defaults_of(&c, hyper);
    nnc_fp_leave(environment);
  }
  nnc_leave(instance);
  return status;
}
