/* launch.c: what compiled code for a GPU calls: kernels made by Halide 21, in the C ABI of its HalideRuntimeCuda.h, and
 * bodies. The kernels' user_context is the instance.
 *
 * Halide's own runtime allocates, copies and waits as buffers ask for it. Here operands lie on the GPU already, so that
 * nothing is left but to launch.
 */
#include "gpu.h"

#include <stdlib.h>

/* halide_buffer_t, as far as it is read here. */
typedef struct buffer {
  uint64_t device;
} buffer;

struct halide_device_interface_t;
const struct halide_device_interface_t *halide_cuda_device_interface(void);
int halide_copy_to_device(void *user_context, buffer *operand, const struct halide_device_interface_t *type);
int halide_cuda_initialize_kernels(void *user_context, void **state, const char *ptx, int bytes);
void halide_cuda_finalize_kernels(void *user_context, void *state);
int halide_cuda_run(void *user_context, void *state, const char *entry, int blocks_x, int blocks_y,
                    int blocks_z, int threads_x, int threads_y, int threads_z, int shared_bytes,
                    size_t *argument_bytes, void **arguments, int8_t *is_buffer);
int nnc_cuda_copy(void *user_context, nnc_cu_address to, nnc_cu_address from, uint64_t bytes);

/* Kernels hand it on to halide_copy_to_device, and nobody looks at it. */
const struct halide_device_interface_t *halide_cuda_device_interface(void) { return NULL; }

int halide_copy_to_device(void *user_context, buffer *operand, const struct halide_device_interface_t *type) {
  (void)type;
  if (operand->device)
    return 0;
  nnc_instance *instance = user_context;
  return nnc_fail(instance, instance->device->failure = NNC_INTERNAL,
                  "an operand of a kernel is not on the GPU");
}

/* The state of a kernel's module is the address of its text. Threads that come here together write the same. */
int halide_cuda_initialize_kernels(void *user_context, void **state, const char *ptx, int bytes) {
  (void)user_context, (void)bytes;
  __atomic_store_n(state, (void *)(uintptr_t)ptx, __ATOMIC_RELAXED);
  return 0;
}

void halide_cuda_finalize_kernels(void *user_context, void *state) { (void)user_context, (void)state; }

static uint32_t place_of(const nnc_device *device, const char *name) {
  uint32_t mask = device->entry_capacity - 1;
  uint32_t at = (uint32_t)(((uintptr_t)name * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & mask;
  while (device->entries[at].entry && device->entries[at].entry != name)
    at = (at + 1) & mask;
  return at;
}

static int grow_entries(nnc_instance *instance) {
  nnc_device *device = instance->device;
  const uint32_t capacity = device->entry_capacity;
  nnc_cuda_entry *entries = device->entries;
  nnc_cuda_entry *larger = calloc(capacity ? 2 * (size_t)capacity : 64, sizeof *larger);
  if (!larger)
    return nnc_fail(instance, device->failure = NNC_OUT_OF_MEMORY, "no memory for the table of kernels");
  device->entries = larger;
  device->entry_capacity = capacity ? 2 * capacity : 64;
  for (uint32_t i = 0; i < capacity; ++i)
    if (entries[i].entry)
      larger[place_of(device, entries[i].entry)] = entries[i];
  free(entries);
  return NNC_OK;
}

/* Finds the entry point for blocks of this many threads, loading its module if it is new. */
static int find_entry(nnc_instance *instance, const char *ptx, const char *name, unsigned threads,
                      nnc_cuda_entry **result) {
  nnc_device *device = instance->device;
  if (2 * device->entry_count >= device->entry_capacity) {
    int status = grow_entries(instance);
    if (status)
      return status;
  }
  nnc_cuda_entry *entry = &device->entries[place_of(device, name)];
  if (!entry->entry || threads > entry->threads) {
    nnc_cu_function function;
    int status =
        nnc_cuda_find_function(instance, device->driver, device->context, ptx, name, threads, &function);
    if (status)
      return device->failure = status;
    device->entry_count += !entry->entry;
    *entry = (nnc_cuda_entry){.entry = name, .function = function, .threads = threads};
  }
  *result = entry;
  return NNC_OK;
}

enum { SHARED_BYTES_WITHOUT_ASKING = 48 << 10 };

/* More of a multiprocessor's shared memory than any GPU has must be asked for. */
static int allow_shared(nnc_instance *instance, nnc_cuda_entry *entry, unsigned bytes) {
  if (bytes <= SHARED_BYTES_WITHOUT_ASKING || bytes <= entry->shared_bytes)
    return NNC_OK;
  entry->shared_bytes = bytes;
  return nnc_cuda_done(
      instance,
      instance->device->driver->function_set(entry->function, NNC_CU_MAX_DYNAMIC_SHARED_BYTES, (int)bytes),
      "asking for a kernel's shared memory");
}

int halide_cuda_run(void *user_context, void *state, const char *name, int blocks_x, int blocks_y,
                    int blocks_z, int threads_x, int threads_y, int threads_z, int shared_bytes,
                    size_t *argument_bytes, void **arguments, int8_t *is_buffer) {
  nnc_instance *instance = user_context;
  nnc_device *device = instance->device;
  if (blocks_x <= 0 || blocks_y <= 0 ||
      blocks_z <= 0) /* nothing to do, which the driver takes for a mistake */
    return 0;
  nnc_cuda_entry *entry;
  int status = find_entry(instance, state, name, (unsigned)(threads_x * threads_y * threads_z), &entry);
  if (status || (status = allow_shared(instance, entry, (unsigned)shared_bytes)))
    return status;
  size_t count = 0;
  while (argument_bytes[count])
    ++count;
  void *values[count + 1]; /* a buffer's address is passed by value; `device` comes first in it */
  for (size_t i = 0; i < count; ++i)
    values[i] = is_buffer[i] ? &((buffer *)arguments[i])->device : arguments[i];
  return nnc_cuda_done(instance,
                       device->driver->launch(entry->function, (unsigned)blocks_x, (unsigned)blocks_y,
                                              (unsigned)blocks_z, (unsigned)threads_x, (unsigned)threads_y,
                                              (unsigned)threads_z, (unsigned)shared_bytes, device->stream,
                                              values, NULL),
                       "launching a kernel");
}

/* Copies inside the GPU, in order with the kernels: what bodies do for carried values and results. */
int nnc_cuda_copy(void *user_context, nnc_cu_address to, nnc_cu_address from, uint64_t bytes) {
  nnc_instance *instance = user_context;
  const nnc_device *device = instance->device;
  if (to == from || !bytes)
    return 0;
  return nnc_cuda_done(instance, device->driver->copy(to, from, bytes, device->stream),
                       "copying inside the GPU");
}
