/* arguments.c: one call: what it takes goes to the GPU in one copy, what it gives comes back.
 *
 * The block of arguments has the same layout on the GPU and in page-locked memory:
 *
 *   seed, inputs in the CPU's memory | results that go to the CPU's memory, scalars of losses and metrics
 *   `sent` bytes, one copy there       outputs go straight to the caller; the scalars are one copy back
 *
 * A caller's pointer that lies on the GPU is used where it is. The CPU fills one of two page-locked blocks while the
 * other may still travel, so it waits only for the copy of the call before the last one; and at the end, if the caller
 * is to see something.
 */
#include "gpu.h"

#include <stdlib.h>
#include <string.h>

enum {
  ARGUMENT_ALIGNMENT = 256, /* as cuMemAlloc's */
  VECTOR_BYTES = 16         /* kernels may access as many at once */
};

/* Where parts of the block lie. */
typedef struct layout {
  uint64_t sent, scalars, end;
} layout;

static uint64_t place(uint64_t *end, uint64_t bytes) {
  uint64_t begin = (*end + ARGUMENT_ALIGNMENT - 1) & ~(uint64_t)(ARGUMENT_ALIGNMENT - 1);
  *end = begin + bytes;
  return begin;
}

static bool is_scalar(const nnc_value *value) { return value->role >= NNC_LOSS; }

/* Does the memory lie on this GPU? Another one's is refused. */
static int locate(nnc_instance *instance, const nnc_value *value, const void *data, bool *on_device) {
  const nnc_device *device = instance->device;
  unsigned type = 0, ordinal = 0;
  nnc_cu_address address = (uintptr_t)data;
  nnc_cu_result result = device->driver->pointer_attribute(&type, NNC_CU_MEMORY_TYPE, address);
  *on_device = result == NNC_CU_SUCCESS && type == NNC_CU_IS_DEVICE_MEMORY;
  if (result == NNC_CU_INVALID_VALUE) /* memory that the driver does not know: the CPU's */
    return NNC_OK;
  if (result)
    return nnc_cuda_done(instance, result, "asking where an argument lies");
  if (!*on_device)
    return NNC_OK;
  result = device->driver->pointer_attribute(&ordinal, NNC_CU_DEVICE_ORDINAL, address);
  if (result)
    return nnc_cuda_done(instance, result, "asking on which GPU an argument lies");
  if (ordinal != device->context->ordinal)
    return nnc_fail(instance, NNC_INVALID_ARGUMENT, "'%s' lies on GPU %u, the instance on GPU %u",
                    value->name, ordinal, device->context->ordinal);
  if (address % VECTOR_BYTES)
    return nnc_fail(instance, NNC_INVALID_ARGUMENT, "'%s' lies on the GPU and is not aligned to %d bytes",
                    value->name, (int)VECTOR_BYTES);
  return NNC_OK;
}

/* Inputs: offsets into the block stand for those that travel, until the block's address is known. */
typedef struct arguments {
  nnc_instance *instance;
  const nnc_function *function;
  layout at;
  bool borrowed; /* a pointer of the caller's lies on the GPU */
  bool results;  /* the caller is to see something */
} arguments;

/* The bytes of an input in the CPU's memory; scalars are slots of eight. */
static uint64_t input_bytes(const arguments *a, uint32_t i) {
  return a->instance->inputs[i] == &a->instance->scalars[i] ? 8 : a->instance->extents[i];
}

/* Lays the block out; device->inputs and outputs get offsets, or the caller's addresses on the GPU. */
static int lay_out(arguments *a, bool report) {
  nnc_instance *instance = a->instance;
  nnc_device *device = instance->device;
  const nnc_function *function = a->function;
  uint64_t end = 0;
  (void)place(&end, sizeof instance->seed);
  for (uint32_t i = 0; i < function->input_count; ++i) {
    bool on_device = false;
    const void *data = instance->inputs[i];
    int status =
        data == &instance->scalars[i] ? NNC_OK : locate(instance, &function->inputs[i], data, &on_device);
    if (status)
      return status;
    a->borrowed |= on_device;
    device->inputs[i] = on_device ? data : (const void *)(uintptr_t)place(&end, input_bytes(a, i));
  }
  a->at.sent = end;
  for (uint32_t o = 0; o < function->output_count; ++o) {
    if (is_scalar(&function->outputs[o]))
      continue;
    bool on_device;
    int status = locate(instance, &function->outputs[o], instance->outputs[o], &on_device);
    if (status)
      return status;
    a->borrowed |= on_device;
    a->results = true;
    device->outputs[o] = on_device
                             ? instance->outputs[o]
                             : (void *)(uintptr_t)place(&end, instance->extents[function->input_count + o]);
  }
  a->at.scalars = place(&end, 0);
  for (uint32_t o = 0; o < function->output_count; ++o)
    if (is_scalar(&function->outputs[o])) {
      device->outputs[o] = (void *)(uintptr_t)end;
      end += 8;
    }
  a->at.end = end;
  a->results |= report;
  return NNC_OK;
}

/* After lay_out: has the argument a place in the block, or is it used where the caller has it? */
static bool travels(const void *caller, const void *placed) { return caller != placed; }

/* Copies what travels into page-locked memory, and queues the copy of all of it. */
static int send(const arguments *a) {
  nnc_instance *instance = a->instance;
  nnc_device *device = instance->device;
  const nnc_cuda_driver *driver = device->driver;
  nnc_cuda_pinned *sender = &device->senders[device->sender++ % NNC_CUDA_SENDERS];
  int status = NNC_OK;
  if (sender->pending)
    status =
        nnc_cuda_done(instance, driver->event_synchronize(sender->copied), "waiting for arguments to arrive");
  sender->pending = false;
  if (!status && !sender->copied)
    status = nnc_cuda_done(instance, driver->event_create(&sender->copied, NNC_CU_EVENT_DISABLE_TIMING),
                           "making an event");
  if (status || (status = nnc_cuda_grow_pinned(instance, sender, a->at.sent)) ||
      (status = nnc_cuda_grow(instance, &device->arguments, a->at.end, "arguments")))
    return status;
  memcpy(sender->memory, &instance->seed, sizeof instance->seed);
  for (uint32_t i = 0; i < a->function->input_count; ++i) {
    if (!travels(instance->inputs[i], device->inputs[i]))
      continue;
    uintptr_t offset = (uintptr_t)device->inputs[i];
    memcpy(sender->memory + offset, instance->inputs[i], input_bytes(a, i));
    device->inputs[i] = (const void *)(uintptr_t)(device->arguments.address + offset);
  }
  for (uint32_t o = 0; o < a->function->output_count; ++o)
    if (travels(instance->outputs[o], device->outputs[o]))
      device->outputs[o] = (void *)(uintptr_t)(device->arguments.address + (uintptr_t)device->outputs[o]);
  if ((status = nnc_cuda_done(
           instance, driver->copy_in(device->arguments.address, sender->memory, a->at.sent, device->stream),
           "copying arguments to the GPU")) ||
      (status = nnc_cuda_done(instance, driver->event_record(sender->copied, device->stream),
                              "recording an event")))
    return status;
  sender->pending = true;
  return NNC_OK;
}

/* The numbers 0, 1, 2, ... that kernels of loops read. */
static int prepare_turns(nnc_instance *instance, const nnc_function *function) {
  nnc_device *device = instance->device;
  int64_t count;
  if (!nnc_eval_dim(&function->turns, instance->sizes, instance->model->symbol_count, false, &count) ||
      count > INT32_MAX)
    return nnc_fail(instance, NNC_INVALID_ARGUMENT,
                    "for these sizes a loop would have more than 2147483647 turns");
  if ((uint64_t)count * sizeof(int32_t) <= device->turns.bytes)
    return NNC_OK;
  int32_t *numbers = malloc((size_t)count * sizeof *numbers);
  if (!numbers)
    return nnc_fail(instance, NNC_OUT_OF_MEMORY, "no memory for the turns of a loop");
  for (int64_t i = 0; i < count; ++i)
    numbers[i] = (int32_t)i;
  int status =
      nnc_cuda_grow(instance, &device->turns, (uint64_t)count * sizeof *numbers, "the turns of loops");
  if (!status) {
    status = nnc_cuda_done(
        instance,
        device->driver->copy_in(device->turns.address, numbers, device->turns.bytes, device->stream),
        "copying the turns of loops to the GPU");
    int waited = device->driver->stream_synchronize(device->stream);
    if (!status)
      status = nnc_cuda_done(instance, waited, "waiting for the GPU");
    if (status) /* what is there is not the numbers */
      device->turns.bytes = 0;
  }
  free(numbers);
  return status;
}

static bool is_step(const arguments *a, uint32_t variable) {
  return a->function->defaults >= 0 && a->instance->model->variables[variable].kind == NNC_STEP_COUNTER;
}

/* Queues the copies back: results, scalars, and the step counters, as the next call's numbers are computed from them. */
static int queue_results(const arguments *a) {
  nnc_instance *instance = a->instance;
  nnc_device *device = instance->device;
  const nnc_cuda_driver *driver = device->driver;
  const nnc_function *function = a->function;
  const nnc_model *model = instance->model;
  uint64_t bytes = a->at.end - a->at.scalars, steps = 0;
  for (uint32_t v = 0; v < model->variable_count; ++v)
    steps += is_step(a, v);
  int status = nnc_cuda_grow_pinned(instance, &device->receiver, bytes + 8 * steps);
  uint8_t *received = device->receiver.memory;
  if (!status && bytes)
    status = nnc_cuda_done(
        instance,
        driver->copy_out(received, device->arguments.address + a->at.scalars, bytes, device->stream),
        "copying results from the GPU");
  received += bytes;
  for (uint32_t v = 0; v < model->variable_count && !status; ++v)
    if (is_step(a, v)) {
      status =
          nnc_cuda_done(instance,
                        driver->copy_out(received, device->variables.address + model->variables[v].offset, 8,
                                         device->stream),
                        "copying the step from the GPU");
      received += 8;
    }
  for (uint32_t o = 0; o < function->output_count && !status; ++o) {
    bytes = instance->extents[function->input_count + o];
    if (!is_scalar(&function->outputs[o]) && travels(instance->outputs[o], device->outputs[o]) && bytes)
      status = nnc_cuda_done(
          instance,
          driver->copy_out(instance->outputs[o], (uintptr_t)device->outputs[o], bytes, device->stream),
          "copying a result from the GPU");
  }
  return status;
}

static void take_received(const arguments *a) {
  nnc_instance *instance = a->instance;
  const uint8_t *received = instance->device->receiver.memory;
  for (uint32_t o = 0; o < a->function->output_count; ++o)
    if (is_scalar(&a->function->outputs[o])) {
      memcpy(instance->outputs[o], received, 8);
      received += 8;
    }
  for (uint32_t v = 0; v < instance->model->variable_count; ++v)
    if (is_step(a, v)) {
      memcpy(instance->variables + instance->model->variables[v].offset, received, 8);
      received += 8;
    }
  instance->steps_known = a->function->defaults >= 0;
}

/* What the body returned, as a status. */
static int status_of(nnc_instance *instance, int failure) {
  if (instance->device->failure)
    return instance->device->failure;
  if (!failure)
    return NNC_OK;
  if (atomic_load_explicit(&instance->kernel_failed, memory_order_acquire))
    return NNC_INTERNAL;
  return nnc_fail(instance, NNC_INTERNAL, "a kernel failed with code %d", failure);
}

static int call(arguments *a, bool report) {
  nnc_instance *instance = a->instance;
  nnc_device *device = instance->device;
  int status = prepare_turns(instance, a->function);
  if (status || (status = lay_out(a, report)) || (status = send(a)))
    return status;
  instance->steps_known = false;
  const nnc_frame frame = {.variables = (uint8_t *)(uintptr_t)device->variables.address,
                           .workspace = (uint8_t *)(uintptr_t)device->workspace.address,
                           .sizes = instance->sizes,
                           .inputs = device->inputs,
                           .outputs = device->outputs,
                           .context = instance,
                           .report = report,
                           .seed = (const uint64_t *)(uintptr_t)device->arguments.address,
                           .turns = (const int32_t *)(uintptr_t)device->turns.address};
  const uint64_t first = instance->recording ? instance->recording->count : 0;
  if (instance->recording)
    nnc_cuda_begin_recording(instance);
  status = status_of(instance, nnc_cuda_run(instance, a->function, &frame));
  if (!status && instance->recording)
    status = nnc_cuda_end_recording(instance, first);
  if (!status && a->results)
    status = queue_results(a);
  /* What has been queued may read and write the caller's memory, also when something failed. */
  if (!status && !a->results && !a->borrowed)
    return NNC_OK;
  int waited = device->driver->stream_synchronize(device->stream);
  if (!status)
    status = nnc_cuda_done(instance, waited, "waiting for the GPU");
  if (!status && a->results)
    take_received(a);
  return status;
}

int nnc_cuda_call(nnc_instance *instance, const nnc_function *function, bool report) {
  int status = nnc_cuda_enter(instance);
  if (status)
    return status;
  arguments a = {.instance = instance, .function = function};
  status = call(&a, report);
  nnc_cuda_leave(instance);
  return status;
}

static int peek(nnc_instance *instance, const nnc_value *value, const void **data, uint64_t bytes) {
  nnc_device *device = instance->device;
  bool on_device;
  int status = locate(instance, value, *data, &on_device);
  if (status || !on_device || !bytes)
    return status;
  if (bytes > device->peeked_bytes) {
    free(device->peeked);
    device->peeked = malloc(bytes);
    device->peeked_bytes = device->peeked ? bytes : 0;
    if (!device->peeked)
      return nnc_fail(instance, NNC_OUT_OF_MEMORY, "no memory for %llu bytes of indices",
                      (unsigned long long)bytes);
  }
  status = nnc_cuda_done(instance,
                         device->driver->copy_out(device->peeked, (uintptr_t)*data, bytes, device->stream),
                         "copying indices from the GPU");
  int waited = device->driver->stream_synchronize(device->stream);
  *data = device->peeked;
  return status ? status : nnc_cuda_done(instance, waited, "waiting for the GPU");
}

int nnc_cuda_peek(nnc_instance *instance, const nnc_value *value, const void **data, uint64_t bytes) {
  int status = nnc_cuda_enter(instance);
  if (status)
    return status;
  status = peek(instance, value, data, bytes);
  nnc_cuda_leave(instance);
  return status;
}
