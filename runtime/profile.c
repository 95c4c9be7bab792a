/* profile.c: an instance's kernel calls, as they happen. Only bodies made with --profile=ops call it. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "instance.h"

#include <time.h>

void nnc_kernel_begins(void *context);
void nnc_kernel_ends(void *context, uint32_t call);

uint64_t nnc_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

void nnc_kernel_begins(void *context) {
  nnc_recording *recording = ((nnc_instance *)context)->recording;
  if (recording && recording->count < recording->capacity)
    recording->events[recording->count].begin = nnc_now();
}

void nnc_kernel_ends(void *context, uint32_t call) {
  nnc_recording *recording = ((nnc_instance *)context)->recording;
  if (!recording)
    return;
  if (recording->count < recording->capacity) {
    nnc_event *event = &recording->events[recording->count];
    event->end = nnc_now();
    event->call = call;
  }
  ++recording->count;
}

int nnc_rt_record(nnc_instance *instance, nnc_recording *recording) {
  int status = nnc_enter(instance);
  if (status)
    return status;
  if (recording && recording->capacity && !recording->events)
    status = nnc_fail(instance, NNC_INVALID_ARGUMENT, "record: there is no memory for the events");
  else
    instance->recording = recording;
  nnc_leave(instance);
  return status;
}
