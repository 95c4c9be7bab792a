/* context.c: see context.h. */
#include "context.h"

#include <stdio.h>
#include <stdlib.h>

static nnc_cuda_context *contexts; /* of this library; guarded by nnc_cuda_lock */

static int open_context(nnc_instance *instance, const nnc_cuda_driver *driver, uint32_t ordinal,
                        nnc_cuda_context *context) {
  int count = 0;
  int status = nnc_cuda_check(instance, driver, driver->device_count(&count), "counting the GPUs");
  if (status)
    return status;
  if (ordinal >= (uint32_t)count)
    return nnc_fail(instance, NNC_NO_DEVICE, "the NVIDIA driver shows %d GPU%s, numbered from 0", count,
                    count == 1 ? "" : "s");
  context->ordinal = ordinal;
  if ((status = nnc_cuda_check(instance, driver, driver->device_get(&context->device, (int)ordinal),
                               "asking for the GPU")) ||
      (status = nnc_cuda_check(instance, driver,
                               driver->device_name(context->name, (int)sizeof context->name, context->device),
                               "asking for the GPU's name")))
    return status;
  return nnc_cuda_check(instance, driver, driver->primary_retain(&context->handle, context->device),
                        "taking the GPU's context");
}

static int retain(nnc_instance *instance, const nnc_cuda_driver *driver, uint32_t ordinal,
                  nnc_cuda_context **result) {
  nnc_cuda_context *context = contexts;
  while (context && context->ordinal != ordinal)
    context = context->next;
  if (!context) {
    if (!(context = calloc(1, sizeof *context)))
      return nnc_fail(instance, NNC_OUT_OF_MEMORY, "no memory for the GPU's description");
    int status = open_context(instance, driver, ordinal, context);
    if (status) {
      free(context);
      return status;
    }
    context->next = contexts;
    contexts = context;
  }
  ++context->users;
  *result = context;
  return NNC_OK;
}

int nnc_cuda_retain(nnc_instance *instance, uint32_t ordinal, const nnc_cuda_driver **driver,
                    nnc_cuda_context **context) {
  if (nnc_cuda_is_forked()) /* before the lock, which another thread of the parent may have held */
    return nnc_fail(instance, NNC_NO_DEVICE,
                    "the driver was opened before this process was forked; CUDA wants "
                    "a process of its own");
  nnc_cuda_lock();
  *driver = nnc_cuda_open_driver(instance);
  int status = *driver ? retain(instance, *driver, ordinal, context) : NNC_NO_DEVICE;
  nnc_cuda_unlock();
  return status;
}

/* What fails here cannot be helped, and nobody is left to be told. */
void nnc_cuda_release(const nnc_cuda_driver *driver, nnc_cuda_context *context) {
  nnc_cuda_lock();
  if (--context->users == 0) {
    nnc_cuda_context **link = &contexts;
    while (*link != context)
      link = &(*link)->next;
    *link = context->next;
    if (!driver->context_push(context->handle)) {
      for (nnc_cuda_module *module = context->modules; module; module = module->next)
        driver->module_unload(module->handle);
      driver->context_pop(&context->handle);
    }
    while (context->modules) {
      nnc_cuda_module *next = context->modules->next;
      free(context->modules);
      context->modules = next;
    }
    driver->primary_release(context->device);
    free(context);
  }
  nnc_cuda_unlock();
}

/* A multiprocessor has 65536 registers, given out by eights per thread, at most 255 (CUDA's programming guide, table of
 * compute capabilities, 5.0 and newer): the most for each where so many threads share it. Without a limit the driver's
 * compiler may take so many that a block does not fit and its launch fails. */
static unsigned registers_for(unsigned threads) {
  unsigned share = threads ? 65536 / threads / 8 * 8 : 255;
  return share < 255 ? share : 255;
}

static int load_module(nnc_instance *instance, const nnc_cuda_driver *driver, nnc_cuda_module *module) {
  char log[NNC_ERROR_BYTES / 2] = "";
  const int options[] = {NNC_CU_JIT_MAX_REGISTERS, NNC_CU_JIT_ERROR_LOG_BUFFER,
                         NNC_CU_JIT_ERROR_LOG_BUFFER_BYTES};
  void *values[] = {(void *)(uintptr_t)module->registers, log, (void *)(uintptr_t)sizeof log};
  nnc_cu_result result = driver->module_load(&module->handle, module->ptx, 3, options, values);
  int status = nnc_cuda_check(instance, driver, result, "compiling a kernel for the GPU");
  if (status && log[0]) {
    char text[NNC_ERROR_BYTES / 2];
    snprintf(text, sizeof text, "%s", instance->error);
    nnc_fail(instance, status, "%s: %s", text, log);
  }
  return status;
}

static int find_module(nnc_instance *instance, const nnc_cuda_driver *driver, nnc_cuda_context *context,
                       const char *ptx, unsigned registers, nnc_cuda_module **result) {
  nnc_cuda_module *module = context->modules;
  while (module && (module->ptx != ptx || module->registers != registers))
    module = module->next;
  if (!module) {
    if (!(module = calloc(1, sizeof *module)))
      return nnc_fail(instance, NNC_OUT_OF_MEMORY, "no memory for a kernel's description");
    module->ptx = ptx;
    module->registers = registers;
    int status = load_module(instance, driver, module);
    if (status) {
      free(module);
      return status;
    }
    module->next = context->modules;
    context->modules = module;
  }
  *result = module;
  return NNC_OK;
}

/* The function compiled for so many registers, and the bytes that a thread keeps in memory for want of more. */
static int find_compiled(nnc_instance *instance, const nnc_cuda_driver *driver, nnc_cuda_context *context,
                         const char *ptx, const char *entry, unsigned registers, nnc_cu_function *function,
                         int *local_bytes) {
  nnc_cuda_module *module;
  nnc_cuda_lock();
  int status = find_module(instance, driver, context, ptx, registers, &module);
  nnc_cuda_unlock();
  if (status)
    return status;
  if ((status = nnc_cuda_check(instance, driver, driver->module_function(function, module->handle, entry),
                               "finding a kernel in its module")))
    return status;
  return nnc_cuda_check(instance, driver, driver->function_get(local_bytes, NNC_CU_LOCAL_BYTES, *function),
                        "asking for a kernel's memory");
}

/* Two blocks of up to 256 threads are to fit a multiprocessor side by side, so that one computes while the other waits at
 * a barrier, unless a thread would have to keep numbers in memory for it. */
int nnc_cuda_find_function(nnc_instance *instance, const nnc_cuda_driver *driver, nnc_cuda_context *context,
                           const char *ptx, const char *entry, unsigned threads, nnc_cu_function *function) {
  enum { RESIDENT_THREADS = 512 };
  int local_bytes, fewer_bytes;
  nnc_cu_function roomier;
  const unsigned resident = threads < RESIDENT_THREADS ? RESIDENT_THREADS : threads;
  int status = find_compiled(instance, driver, context, ptx, entry, registers_for(resident), function, &local_bytes);
  if (status || !local_bytes || resident == threads)
    return status;
  status = find_compiled(instance, driver, context, ptx, entry, registers_for(threads), &roomier, &fewer_bytes);
  if (!status && fewer_bytes < local_bytes)
    *function = roomier;
  return status;
}
