/* launch.c: what compiled code for a GPU calls: kernels made by Halide 21, in the C ABI of its HalideRuntimeCuda.h, and
 * bodies. The kernels' user_context is the instance.
 *
 * Halide's own runtime allocates, copies and waits as buffers ask for it. Here operands lie on the GPU already, so that
 * nothing is left but to launch, and to lend kernels scratch memory for what one of their launches tells the next. Launches
 * of an instance run one after another: all kernels have the same block. It is taken when a kernel first needs as much,
 * and stays until the instance is closed, so calls like one before allocate nothing.
 */
#include "gpu.h"

#include <stdlib.h>

/* halide_dimension_t and halide_buffer_t, as far as they are read here. */
typedef struct dimension {
  int32_t min, extent, stride;
  uint32_t flags;
} dimension;

typedef struct buffer {
  uint64_t device;
  const void *device_interface;
  uint8_t *host;
  uint64_t flags;
  uint8_t type_code, type_bits;
  uint16_t type_lanes;
  int32_t dimensions;
  const dimension *dim;
} buffer;

struct halide_device_interface_t;
const struct halide_device_interface_t *halide_cuda_device_interface(void);
int halide_copy_to_device(void *user_context, buffer *operand, const struct halide_device_interface_t *type);
int halide_device_malloc(void *user_context, buffer *memory, const struct halide_device_interface_t *type);
int halide_device_free(void *user_context, buffer *memory);
void halide_device_free_as_destructor(void *user_context, void *memory);
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

enum { SCRATCH_ALIGNMENT = 256 };

/* False: there are more elements than kernels can count. */
static bool count_elements(const buffer *memory, int64_t *count) {
  *count = 1;
  for (int32_t axis = 0; axis < memory->dimensions; ++axis)
    if (__builtin_mul_overflow(*count, memory->dim[axis].extent, count) || *count > INT32_MAX)
      return false;
  return true;
}

/* Blocks that have become too small stay: what was launched, or recorded, may use them. Each is twice the one before. */
static int grow_scratch(nnc_instance *instance, uint64_t bytes) {
  nnc_device *device = instance->device;
  if (device->scratch_count == NNC_CUDA_SCRATCHES)
    return nnc_fail(instance, device->failure = NNC_OUT_OF_MEMORY, "kernels need more than %d blocks of scratch memory",
                    (int)NNC_CUDA_SCRATCHES);
  const uint64_t before = device->scratch_count ? device->scratches[device->scratch_count - 1].bytes : SCRATCH_ALIGNMENT;
  nnc_cuda_block block = {0};
  int status = nnc_cuda_grow(instance, &block, bytes > 2 * before ? bytes : 2 * before, "kernels' scratch memory");
  if (status)
    return status;
  device->scratches[device->scratch_count++] = block;
  device->scratch_used = 0;
  return NNC_OK;
}

/* Kernels ask for the same memory before each launch that uses it. */
int halide_device_malloc(void *user_context, buffer *memory, const struct halide_device_interface_t *type) {
  (void)type;
  nnc_instance *instance = user_context;
  nnc_device *device = instance->device;
  if (memory->device)
    return 0;
  int64_t count;
  if (!count_elements(memory, &count))
    return nnc_fail(instance, device->failure = NNC_INVALID_ARGUMENT,
                    "for these sizes a kernel's scratch memory would have more than 2147483647 elements");
  const uint64_t whole = ((uint64_t)count * ((memory->type_bits + 7u) / 8u) + SCRATCH_ALIGNMENT - 1) / SCRATCH_ALIGNMENT;
  const uint64_t bytes = (whole ? whole : 1) * SCRATCH_ALIGNMENT;
  if (!device->scratch_lent) /* a kernel begins */
    device->scratch_used = 0;
  if (!device->scratch_count || device->scratch_used + bytes > device->scratches[device->scratch_count - 1].bytes) {
    int status = grow_scratch(instance, bytes);
    if (status)
      return status;
  }
  memory->device = device->scratches[device->scratch_count - 1].address + device->scratch_used;
  device->scratch_used += bytes;
  ++device->scratch_lent;
  return 0;
}

int halide_device_free(void *user_context, buffer *memory) {
  nnc_instance *instance = user_context;
  if (memory->device)
    --instance->device->scratch_lent;
  memory->device = 0;
  return 0;
}

/* What kernels that fail call for what they have not freed. */
void halide_device_free_as_destructor(void *user_context, void *memory) { (void)halide_device_free(user_context, memory); }

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
