/* driver.h: the part of NVIDIA's driver interface that the runtime uses, found in libcuda.so.1 at run time.
 *
 * The types and numbers are those of the CUDA driver API (docs.nvidia.com/cuda/cuda-driver-api), declared here so that
 * neither the toolkit nor the driver is needed to build or to load a library.
 */
#ifndef NNC_CUDA_DRIVER_H
#define NNC_CUDA_DRIVER_H

#include "../device.h"

typedef int nnc_cu_result;
typedef int nnc_cu_device;
typedef uint64_t nnc_cu_address; /* in the memory of a device */
typedef struct nnc_cu_context *nnc_cu_context;
typedef struct nnc_cu_stream *nnc_cu_stream;
typedef struct nnc_cu_event *nnc_cu_event;
typedef struct nnc_cu_module *nnc_cu_module;
typedef struct nnc_cu_function *nnc_cu_function;
typedef struct nnc_cu_graph *nnc_cu_graph;
typedef struct nnc_cu_executable *nnc_cu_executable;

enum {
  NNC_CU_SUCCESS = 0,
  NNC_CU_INVALID_VALUE = 1,
  NNC_CU_OUT_OF_MEMORY = 2,
  NNC_CU_MEMORY_TYPE = 2,      /* cuPointerGetAttribute */
  NNC_CU_DEVICE_ORDINAL = 9,   /* likewise */
  NNC_CU_IS_DEVICE_MEMORY = 2, /* a value of NNC_CU_MEMORY_TYPE */
  NNC_CU_STREAM_NON_BLOCKING = 1,
  NNC_CU_EVENT_DISABLE_TIMING = 2,
  NNC_CU_CAPTURE_THREAD_LOCAL = 1,
  NNC_CU_LOCAL_BYTES = 3,              /* cuFuncGetAttribute */
  NNC_CU_MAX_DYNAMIC_SHARED_BYTES = 8, /* cuFuncSetAttribute */
  NNC_CU_JIT_MAX_REGISTERS = 0,
  NNC_CU_JIT_ERROR_LOG_BUFFER = 5,
  NNC_CU_JIT_ERROR_LOG_BUFFER_BYTES = 6
};

/* FUNCTION(field, symbol, arguments): each returns an nnc_cu_result. A driver without a required one is too old
 * (CUDA 11.0 has all); without the others steps are not replayed as graphs. */
#define NNC_CU_REQUIRED(FUNCTION)                                                                            \
  FUNCTION(init, "cuInit", (unsigned flags))                                                                 \
  FUNCTION(error_name, "cuGetErrorName", (nnc_cu_result, const char **))                                     \
  FUNCTION(error_string, "cuGetErrorString", (nnc_cu_result, const char **))                                 \
  FUNCTION(device_count, "cuDeviceGetCount", (int *))                                                        \
  FUNCTION(device_get, "cuDeviceGet", (nnc_cu_device *, int ordinal))                                        \
  FUNCTION(device_name, "cuDeviceGetName", (char *, int bytes, nnc_cu_device))                               \
  FUNCTION(primary_retain, "cuDevicePrimaryCtxRetain", (nnc_cu_context *, nnc_cu_device))                    \
  FUNCTION(primary_release, "cuDevicePrimaryCtxRelease_v2", (nnc_cu_device))                                 \
  FUNCTION(context_push, "cuCtxPushCurrent_v2", (nnc_cu_context))                                            \
  FUNCTION(context_pop, "cuCtxPopCurrent_v2", (nnc_cu_context *))                                            \
  FUNCTION(stream_create, "cuStreamCreate", (nnc_cu_stream *, unsigned flags))                               \
  FUNCTION(stream_destroy, "cuStreamDestroy_v2", (nnc_cu_stream))                                            \
  FUNCTION(stream_synchronize, "cuStreamSynchronize", (nnc_cu_stream))                                       \
  FUNCTION(event_create, "cuEventCreate", (nnc_cu_event *, unsigned flags))                                  \
  FUNCTION(event_destroy, "cuEventDestroy_v2", (nnc_cu_event))                                               \
  FUNCTION(event_record, "cuEventRecord", (nnc_cu_event, nnc_cu_stream))                                     \
  FUNCTION(event_synchronize, "cuEventSynchronize", (nnc_cu_event))                                          \
  FUNCTION(event_elapsed, "cuEventElapsedTime", (float *milliseconds, nnc_cu_event, nnc_cu_event))           \
  FUNCTION(allocate, "cuMemAlloc_v2", (nnc_cu_address *, size_t bytes))                                      \
  FUNCTION(free, "cuMemFree_v2", (nnc_cu_address))                                                           \
  FUNCTION(allocate_host, "cuMemAllocHost_v2", (void **, size_t bytes))                                      \
  FUNCTION(free_host, "cuMemFreeHost", (void *))                                                             \
  FUNCTION(copy_in, "cuMemcpyHtoDAsync_v2", (nnc_cu_address, const void *, size_t bytes, nnc_cu_stream))     \
  FUNCTION(copy_out, "cuMemcpyDtoHAsync_v2", (void *, nnc_cu_address, size_t bytes, nnc_cu_stream))          \
  FUNCTION(copy, "cuMemcpyDtoDAsync_v2", (nnc_cu_address, nnc_cu_address, size_t bytes, nnc_cu_stream))      \
  FUNCTION(pointer_attribute, "cuPointerGetAttribute", (void *value, int attribute, nnc_cu_address))         \
  FUNCTION(module_load, "cuModuleLoadDataEx",                                                                \
           (nnc_cu_module *, const void *ptx, unsigned count, const int *options, void **values))            \
  FUNCTION(module_unload, "cuModuleUnload", (nnc_cu_module))                                                 \
  FUNCTION(module_function, "cuModuleGetFunction", (nnc_cu_function *, nnc_cu_module, const char *))         \
  FUNCTION(function_get, "cuFuncGetAttribute", (int *value, int attribute, nnc_cu_function))                 \
  FUNCTION(function_set, "cuFuncSetAttribute", (nnc_cu_function, int attribute, int value))                  \
  FUNCTION(launch, "cuLaunchKernel",                                                                         \
           (nnc_cu_function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,            \
            unsigned block_y, unsigned block_z, unsigned shared_bytes, nnc_cu_stream, void **arguments,      \
            void **extra))
#define NNC_CU_OPTIONAL(FUNCTION)                                                                            \
  FUNCTION(capture_begin, "cuStreamBeginCapture_v2", (nnc_cu_stream, int mode))                              \
  FUNCTION(capture_end, "cuStreamEndCapture", (nnc_cu_stream, nnc_cu_graph *))                               \
  FUNCTION(graph_instantiate, "cuGraphInstantiateWithFlags",                                                 \
           (nnc_cu_executable *, nnc_cu_graph, unsigned long long flags))                                    \
  FUNCTION(graph_launch, "cuGraphLaunch", (nnc_cu_executable, nnc_cu_stream))                                \
  FUNCTION(graph_destroy, "cuGraphDestroy", (nnc_cu_graph))                                                  \
  FUNCTION(executable_destroy, "cuGraphExecDestroy", (nnc_cu_executable))

typedef struct nnc_cuda_driver {
#define NNC_CU_FIELD(field, symbol, arguments) nnc_cu_result(*field) arguments;
  NNC_CU_REQUIRED(NNC_CU_FIELD)
  NNC_CU_OPTIONAL(NNC_CU_FIELD)
#undef NNC_CU_FIELD
  bool has_graphs;
} nnc_cuda_driver;

/* The driver, ready for use; or NULL, with NNC_NO_DEVICE's text in the instance. The caller holds nnc_cuda_lock. */
const nnc_cuda_driver *nnc_cuda_open_driver(nnc_instance *instance);

/* Is this process a child of the one that has opened the driver? Then nothing of CUDA may be touched here. */
bool nnc_cuda_is_forked(void);

/* Guards what instances share: the driver, the contexts and their modules. */
void nnc_cuda_lock(void);
void nnc_cuda_unlock(void);

/* NNC_OK, or the status of a result with a text in the instance: what was being done, then the driver's error. */
int nnc_cuda_check(nnc_instance *instance, const nnc_cuda_driver *driver, nnc_cu_result result,
                   const char *doing);

#endif
