/* gpu.c: an instance's place on a GPU. */
#include "gpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int nnc_cuda_done(nnc_instance *instance, nnc_cu_result result, const char *doing) {
  if (result == NNC_CU_SUCCESS)
    return NNC_OK;
  int status = nnc_cuda_check(instance, instance->device->driver, result, doing);
  if (!instance->device->failure)
    instance->device->failure = status;
  return status;
}

int nnc_cuda_enter(nnc_instance *instance) {
  if (nnc_cuda_is_forked())
    return nnc_fail(instance, NNC_NO_DEVICE,
                    "the instance lives on the GPU of the process that this one was forked "
                    "from");
  nnc_device *device = instance->device;
  device->failure = NNC_OK;
  device->scratch_lent = 0; /* a call that failed may not have come to give it back */
  return nnc_cuda_done(instance, device->driver->context_push(device->context->handle),
                       "entering the GPU's context");
}

void nnc_cuda_leave(nnc_instance *instance) {
  nnc_cu_context context;
  instance->device->driver->context_pop(&context);
}

static int wait_for_stream(nnc_instance *instance) {
  return nnc_cuda_done(instance, instance->device->driver->stream_synchronize(instance->device->stream),
                       "waiting for the GPU");
}

int nnc_cuda_grow(nnc_instance *instance, nnc_cuda_block *block, uint64_t bytes, const char *what) {
  const nnc_cuda_driver *driver = instance->device->driver;
  if (bytes <= block->bytes)
    return NNC_OK;
  if (block->address) { /* before the new one: its contents are of no use, and the peak is lower */
    int status = wait_for_stream(instance);
    if (status ||
        (status = nnc_cuda_done(instance, driver->free(block->address), "freeing memory of the GPU")))
      return status;
    *block = (nnc_cuda_block){0};
  }
  char doing[96];
  snprintf(doing, sizeof doing, "taking %llu bytes of the GPU for %s", (unsigned long long)bytes, what);
  int status = nnc_cuda_done(instance, driver->allocate(&block->address, bytes), doing);
  block->bytes = status ? 0 : bytes;
  return status;
}

int nnc_cuda_grow_pinned(nnc_instance *instance, nnc_cuda_pinned *pinned, uint64_t bytes) {
  const nnc_cuda_driver *driver = instance->device->driver;
  int status = NNC_OK;
  if (bytes <= pinned->bytes)
    return NNC_OK;
  if (pinned->memory)
    status = nnc_cuda_done(instance, driver->free_host(pinned->memory), "freeing page-locked memory");
  if (status)
    return status;
  pinned->memory = NULL;
  pinned->bytes = 0;
  void *memory = NULL;
  if ((status = nnc_cuda_done(instance, driver->allocate_host(&memory, bytes), "taking page-locked memory")))
    return status;
  pinned->memory = memory;
  pinned->bytes = bytes;
  return NNC_OK;
}

void nnc_cuda_free_pinned(nnc_device *device, nnc_cuda_pinned *pinned) {
  if (pinned->copied)
    device->driver->event_destroy(pinned->copied);
  if (pinned->memory)
    device->driver->free_host(pinned->memory);
}

/* What bodies and the arguments of calls need, but for what grows with them. */
static int take_resources(nnc_instance *instance) {
  nnc_device *device = instance->device;
  const nnc_model *model = instance->model;
  uint32_t inputs = 1, outputs = 1; /* as calloc may give NULL for nothing */
  for (uint32_t f = 0; f < model->function_count; ++f) {
    inputs = model->functions[f].input_count > inputs ? model->functions[f].input_count : inputs;
    outputs = model->functions[f].output_count > outputs ? model->functions[f].output_count : outputs;
  }
  device->inputs = calloc(inputs, sizeof *device->inputs);
  device->outputs = calloc(outputs, sizeof *device->outputs);
  if (!device->inputs || !device->outputs)
    return nnc_fail(instance, NNC_OUT_OF_MEMORY, "no memory for the arguments of calls");
  int status =
      nnc_cuda_done(instance, device->driver->stream_create(&device->stream, NNC_CU_STREAM_NON_BLOCKING),
                    "making a stream");
  if (!status)
    status = nnc_cuda_grow(instance, &device->variables, model->variable_bytes ? model->variable_bytes : 1,
                           "variables");
  return status;
}

static int open_device(nnc_instance *instance, uint32_t ordinal) {
  nnc_device *device = calloc(1, sizeof *device);
  if (!device)
    return nnc_fail(instance, NNC_OUT_OF_MEMORY, "no memory for what it keeps of its GPU");
  instance->device = device;
  int status = nnc_cuda_retain(instance, ordinal, &device->driver, &device->context);
  if (status || (status = nnc_cuda_enter(instance)))
    return status;
  snprintf(instance->device_text, sizeof instance->device_text, "cuda:%u (%s)", ordinal,
           device->context->name);
  status = take_resources(instance);
  nnc_cuda_leave(instance);
  return status;
}

/* Everything the driver gave. What fails here cannot be helped. */
static void give_back(nnc_device *device) {
  const nnc_cuda_driver *driver = device->driver;
  if (device->stream) {
    driver->stream_synchronize(device->stream);
    driver->stream_destroy(device->stream);
  }
  nnc_cuda_free_replays(device);
  nnc_cuda_free_marks(device);
  for (uint32_t i = 0; i < NNC_CUDA_SENDERS; ++i)
    nnc_cuda_free_pinned(device, &device->senders[i]);
  nnc_cuda_free_pinned(device, &device->receiver);
  for (uint32_t i = 0; i < device->scratch_count; ++i)
    driver->free(device->scratches[i].address);
  const nnc_cuda_block blocks[] = {device->variables, device->workspace, device->turns, device->arguments};
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; ++i)
    if (blocks[i].address)
      driver->free(blocks[i].address);
}

static void close_device(nnc_instance *instance) {
  nnc_device *device = instance->device;
  if (!device)
    return;
  /* A forked child owns none of it. */
  if (device->context && !nnc_cuda_is_forked()) {
    if (!nnc_cuda_enter(instance)) {
      give_back(device);
      nnc_cuda_leave(instance);
    }
    nnc_cuda_release(device->driver, device->context);
  }
  for (uint32_t i = 0; i < NNC_CUDA_REPLAYS; ++i)
    free(device->replays[i].key);
  free(device->key);
  free(device->entries);
  free(device->marks);
  free(device->peeked);
  free(device->inputs);
  free(device->outputs);
  free(device);
  instance->device = NULL;
}

static int pull(nnc_instance *instance, uint64_t offset, uint64_t bytes) {
  int status = nnc_cuda_enter(instance);
  if (status)
    return status;
  const nnc_device *device = instance->device;
  if (bytes)
    status =
        nnc_cuda_done(instance,
                      device->driver->copy_out(instance->variables + offset,
                                               device->variables.address + offset, bytes, device->stream),
                      "copying variables from the GPU");
  if (!status)
    status = wait_for_stream(instance);
  nnc_cuda_leave(instance);
  return status;
}

/* Waits: the caller may change its copy at once. */
static int push(nnc_instance *instance, uint64_t offset, uint64_t bytes) {
  int status = nnc_cuda_enter(instance);
  if (status)
    return status;
  const nnc_device *device = instance->device;
  if (bytes)
    status = nnc_cuda_done(instance,
                           device->driver->copy_in(device->variables.address + offset,
                                                   instance->variables + offset, bytes, device->stream),
                           "copying variables to the GPU");
  if (!status)
    status = wait_for_stream(instance);
  nnc_cuda_leave(instance);
  return status;
}

static int reserve(nnc_instance *instance, uint64_t bytes) {
  if (bytes <= instance->device->workspace.bytes)
    return NNC_OK;
  int status = nnc_cuda_enter(instance);
  if (status)
    return status;
  status = nnc_cuda_grow(instance, &instance->device->workspace, bytes, "workspace");
  nnc_cuda_leave(instance);
  return status;
}

const nnc_device_type nnc_cuda = {.name = "cuda",
                                  .open = open_device,
                                  .close = close_device,
                                  .pull = pull,
                                  .push = push,
                                  .reserve = reserve,
                                  .peek = nnc_cuda_peek,
                                  .call = nnc_cuda_call};
