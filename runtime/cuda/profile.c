/* profile.c: kernel calls on a GPU, recorded: an event of the driver's before and behind each, read when the call has
 * finished. The times are the GPU's, to about half a microsecond, set to the CPU's clock at the start of the call.
 */
#include "gpu.h"

#include <stdlib.h>
#include <string.h>

void nnc_cuda_kernel_begins(void *context);
void nnc_cuda_kernel_ends(void *context, uint32_t call);

/* Puts the next mark into the stream. A mark that cannot be had is a failure of the call, as any of the driver's. */
static int mark(nnc_instance *instance) {
  nnc_device *device = instance->device;
  const nnc_cuda_driver *driver = device->driver;
  if (device->mark_count == device->mark_capacity) {
    const uint32_t capacity = device->mark_capacity ? 2 * device->mark_capacity : 256;
    nnc_cu_event *larger = realloc(device->marks, capacity * sizeof *larger);
    if (!larger)
      return nnc_fail(instance, device->failure = NNC_OUT_OF_MEMORY, "no memory for a profile's marks");
    memset(larger + device->mark_capacity, 0, (capacity - device->mark_capacity) * sizeof *larger);
    device->marks = larger;
    device->mark_capacity = capacity;
  }
  nnc_cu_event *event = &device->marks[device->mark_count];
  int status = *event ? NNC_OK : nnc_cuda_done(instance, driver->event_create(event, 0), "making a mark");
  if (!status)
    status = nnc_cuda_done(instance, driver->event_record(*event, device->stream), "setting a mark");
  if (!status)
    ++device->mark_count;
  return status;
}

void nnc_cuda_begin_recording(nnc_instance *instance) {
  nnc_device *device = instance->device;
  device->mark_count = 0;
  device->recording_start = nnc_now();
  mark(instance);
}

void nnc_cuda_kernel_begins(void *context) {
  nnc_instance *instance = context;
  const nnc_recording *recording = instance->recording;
  if (recording && recording->count < recording->capacity)
    mark(instance);
}

void nnc_cuda_kernel_ends(void *context, uint32_t call) {
  nnc_instance *instance = context;
  nnc_recording *recording = instance->recording;
  if (!recording)
    return;
  if (recording->count < recording->capacity) {
    recording->events[recording->count].call = call;
    mark(instance);
  }
  ++recording->count;
}

/* Nanoseconds of the CPU's clock at a mark. */
static int read_mark(nnc_instance *instance, uint32_t index, uint64_t *time) {
  nnc_device *device = instance->device;
  float milliseconds = 0;
  int status = nnc_cuda_done(
      instance, device->driver->event_elapsed(&milliseconds, device->marks[0], device->marks[index]),
      "reading a mark");
  *time = device->recording_start + (uint64_t)((double)milliseconds * 1e6);
  return status;
}

int nnc_cuda_end_recording(nnc_instance *instance, uint64_t first) {
  nnc_device *device = instance->device;
  nnc_recording *recording = instance->recording;
  int status = nnc_cuda_done(instance, device->driver->stream_synchronize(device->stream),
                             "waiting for the GPU");
  /* Mark 0 is the start; events before `first` are of earlier calls, or of functions that ran on the CPU. */
  for (uint32_t m = 1; !status && m + 1 < device->mark_count; m += 2) {
    nnc_event *event = &recording->events[first + m / 2];
    if (!(status = read_mark(instance, m, &event->begin)))
      status = read_mark(instance, m + 1, &event->end);
  }
  return status;
}

void nnc_cuda_free_marks(nnc_device *device) {
  for (uint32_t i = 0; i < device->mark_capacity; ++i)
    if (device->marks[i])
      device->driver->event_destroy(device->marks[i]);
}
