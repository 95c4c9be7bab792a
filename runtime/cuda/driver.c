/* driver.c: finds the driver's functions. */
#include "driver.h"

#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static nnc_cuda_driver driver;
static void *library; /* never closed: the driver keeps threads of its own */
static bool ready;
static _Atomic int32_t process; /* that has called the driver; 0: none yet */

void nnc_cuda_lock(void) { pthread_mutex_lock(&mutex); }
void nnc_cuda_unlock(void) { pthread_mutex_unlock(&mutex); }

bool nnc_cuda_is_forked(void) {
  int32_t opener = atomic_load_explicit(&process, memory_order_relaxed);
  return opener && opener != getpid();
}

int nnc_cuda_check(nnc_instance *instance, const nnc_cuda_driver *cuda, nnc_cu_result result,
                   const char *doing) {
  if (result == NNC_CU_SUCCESS)
    return NNC_OK;
  const char *name = NULL, *text = NULL;
  cuda->error_name(result, &name);
  cuda->error_string(result, &text);
  return nnc_fail(instance, result == NNC_CU_OUT_OF_MEMORY ? NNC_OUT_OF_MEMORY : NNC_DEVICE_FAILED,
                  "%s: %s (%s)", doing, name ? name : "an error without a name",
                  text ? text : "unknown to the driver");
}

/* The missing function, or NULL. */
static const char *find_functions(void) {
#define FIND(field, symbol, arguments) *(void **)&driver.field = dlsym(library, symbol);
#define NEED(field, symbol, arguments)                                                                       \
  if (!driver.field)                                                                                         \
    return symbol;
#define HAS(field, symbol, arguments) &&driver.field
  NNC_CU_REQUIRED(FIND)
  NNC_CU_OPTIONAL(FIND)
  NNC_CU_REQUIRED(NEED)
  driver.has_graphs = true NNC_CU_OPTIONAL(HAS);
  return NULL;
#undef FIND
#undef NEED
#undef HAS
}

const nnc_cuda_driver *nnc_cuda_open_driver(nnc_instance *instance) {
  if (ready)
    return &driver;
  if (!library)
    library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char *why = dlerror();
    nnc_fail(instance, NNC_NO_DEVICE, "there is no NVIDIA driver (%s)",
             why ? why : "libcuda.so.1 was not found");
    return NULL;
  }
  const char *missing = find_functions();
  if (missing) {
    nnc_fail(instance, NNC_NO_DEVICE, "the NVIDIA driver is too old: it has no '%s'", missing);
    return NULL;
  }
  atomic_store_explicit(&process, getpid(), memory_order_relaxed);
  nnc_cu_result result = driver.init(0);
  if (result) {
    nnc_cuda_check(instance, &driver, result, "the NVIDIA driver does not start");
    return NULL;
  }
  ready = true;
  return &driver;
}
