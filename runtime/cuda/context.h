/* context.h: a GPU as all instances of this library share it: its context, and the modules loaded there. */
#ifndef NNC_CUDA_CONTEXT_H
#define NNC_CUDA_CONTEXT_H

#include "driver.h"

typedef struct nnc_cuda_module {
  struct nnc_cuda_module *next;
  const char *ptx; /* a constant of this library, whose address tells modules apart */
  unsigned registers;
  nnc_cu_module handle;
} nnc_cuda_module;

typedef struct nnc_cuda_context {
  struct nnc_cuda_context *next;
  uint32_t ordinal, users;
  nnc_cu_device device;
  nnc_cu_context handle; /* the device's primary context, which other CUDA code in the process uses too */
  nnc_cuda_module *modules;
  char name[96];
} nnc_cuda_context;

/* Opens the driver and takes a GPU's context; release undoes it, and unloads the modules after the last user. */
int nnc_cuda_retain(nnc_instance *instance, uint32_t ordinal, const nnc_cuda_driver **driver,
                    nnc_cuda_context **context);
void nnc_cuda_release(const nnc_cuda_driver *driver, nnc_cuda_context *context);

/* The function `entry` of `ptx`, compiled so that blocks of this many threads fit a multiprocessor's registers, twice where
 * that costs no memory. The context must be current. */
int nnc_cuda_find_function(nnc_instance *instance, const nnc_cuda_driver *driver, nnc_cuda_context *context,
                           const char *ptx, const char *entry, unsigned threads, nnc_cu_function *function);

#endif
