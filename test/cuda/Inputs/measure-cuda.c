/* measure-cuda.c: what a GPU can do, and what nnc's kernels make of it: see measured.nn for the kernels. Nothing is needed but a
 * library, a driver and a C library; cuBLAS is found at run time if the machine has one.
 *
 *   measure-cuda LIBRARY
 *
 *   - multiply-adds of f32 that threads do from registers, in GFLOP/s
 *   - bytes that a copy reads and writes, in GB/s
 *   - a product of 4096 x 4096 x 4096 by cuBLAS in f32, without TF32
 *   - the functions of the library, with arguments on the GPU: microseconds, and as shares of the above
 *
 * Without a GPU it says so, and that nothing was measured; the status is then 0.
 */
#include "runtime/cuda/driver.h"
#include "runtime/nnc.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static nnc_cuda_driver driver;

/* Ends the program where a call fails: nothing that follows would mean anything. */
static void expect(nnc_cu_result result, const char *doing) {
  const char *name = NULL;
  if (result == NNC_CU_SUCCESS)
    return;
  if (driver.error_name)
    driver.error_name(result, &name);
  printf("FAILED %s: %s (%d)\n", doing, name ? name : "an error", result);
  exit(1);
}

/* Why there is nothing to measure with; NULL if there is. */
static const char *open_driver(void) {
  static char text[128];
  void *library = dlopen("libcuda.so.1", RTLD_NOW);
  if (!library)
    return "there is no NVIDIA driver";
#define FIND(field, symbol, arguments)                                                                       \
  *(void **)&driver.field = dlsym(library, symbol);                                                          \
  if (!driver.field)                                                                                         \
    return "the NVIDIA driver is too old";
  NNC_CU_REQUIRED(FIND)
#undef FIND
  int count = 0;
  nnc_cu_result result = driver.init(0);
  if (!result)
    result = driver.device_count(&count);
  if (!result && count)
    return NULL;
  snprintf(text, sizeof text, "the NVIDIA driver gives no GPU (%d)", result);
  return text;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Sixteen chains of 64 multiply-adds for each of `turns`; the sum goes where nobody looks unless it is 0. */
static const char peakText[] =
    ".version 7.0\n.target sm_80\n.address_size 64\n"
    ".visible .entry peak(.param .u64 to, .param .u32 turns) {\n"
    "  .reg .pred %p; .reg .b32 %n; .reg .b64 %to; .reg .f32 %x<16>, %a;\n"
    "  ld.param.u64 %to, [to]; ld.param.u32 %n, [turns]; mov.f32 %a, 0f3F7FFFFF;\n"
#define CHAINS(F) F(0) F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9) F(10) F(11) F(12) F(13) F(14) F(15)
#define BEGIN(i) "  mov.f32 %x" #i ", 0f3F80000" "1;\n"
#define ADD(i) "  fma.rn.f32 %x" #i ", %x" #i ", %a, %a;\n"
#define SUM(i) "  add.f32 %x0, %x0, %x" #i ";\n"
    CHAINS(BEGIN) "turn:\n" CHAINS(ADD) CHAINS(ADD) CHAINS(ADD) CHAINS(ADD)
    "  sub.u32 %n, %n, 1; setp.ne.u32 %p, %n, 0; @%p bra turn;\n" CHAINS(SUM)
    "  setp.eq.f32 %p, %x0, 0f00000000; @%p st.global.f32 [%to], %x0;\n  ret;\n}\n"
    ".visible .entry copy(.param .u64 to, .param .u64 from) {\n"
    "  .reg .b32 %b, %t, %n; .reg .b64 %at, %to, %from; .reg .f32 %x<4>;\n"
    "  ld.param.u64 %to, [to]; ld.param.u64 %from, [from]; mov.u32 %b, %ctaid.x; mov.u32 %t, %tid.x; mov.u32 %n, %ntid.x;\n"
    "  mad.lo.u32 %t, %b, %n, %t; mul.wide.u32 %at, %t, 16; add.u64 %to, %to, %at; add.u64 %from, %from, %at;\n"
    "  ld.global.v4.f32 {%x0, %x1, %x2, %x3}, [%from]; st.global.v4.f32 [%to], {%x0, %x1, %x2, %x3};\n  ret;\n}\n";

enum { THREADS = 256, BLOCKS = 132 * 64, TURNS = 1024, REPETITIONS = 10 };

/* The shortest of some launches, in seconds. */
static double time_launch(nnc_cu_function function, unsigned blocks, void **arguments) {
  double best = 1e30;
  for (int i = 0; i < REPETITIONS; ++i) {
    const double begin = now();
    expect(driver.launch(function, blocks, 1, 1, THREADS, 1, 1, 0, NULL, arguments, NULL), "launching a kernel");
    expect(driver.stream_synchronize(NULL), "running a kernel");
    const double spent = now() - begin;
    best = spent < best ? spent : best;
  }
  return best;
}

static nnc_cu_address allocate(size_t bytes) {
  nnc_cu_address address = 0;
  expect(driver.allocate(&address, bytes), "taking memory of the GPU");
  return address;
}

/* cuBLAS, by the numbers of its manual: CUBLAS_OP_N is 0, CUBLAS_PEDANTIC_MATH 2. Seconds; 0 where there is none. */
static double time_cublas(int n) {
  static const char *const names[] = {"libcublas.so.13", "libcublas.so.12", "libcublas.so.11", "libcublas.so"};
  void *library = NULL;
  for (size_t i = 0; i < sizeof names / sizeof *names && !library; ++i)
    library = dlopen(names[i], RTLD_NOW);
  if (!library)
    return 0;
  int (*create)(void **) = NULL, (*set_mode)(void *, int) = NULL;
  int (*gemm)(void *, int, int, int, int, int, const float *, const float *, int, const float *, int, const float *,
              float *, int) = NULL;
  *(void **)&create = dlsym(library, "cublasCreate_v2");
  *(void **)&set_mode = dlsym(library, "cublasSetMathMode");
  *(void **)&gemm = dlsym(library, "cublasSgemm_v2");
  void *handle = NULL;
  if (!create || !set_mode || !gemm || create(&handle) || set_mode(handle, 2))
    return 0;
  const size_t bytes = (size_t)n * (size_t)n * sizeof(float);
  nnc_cu_address a = allocate(bytes), b = allocate(bytes), c = allocate(bytes);
  const float one = 1, zero = 0;
  double best = 1e30;
  for (int i = 0; i < REPETITIONS; ++i) {
    const double begin = now();
    if (gemm(handle, 0, 0, n, n, n, &one, (const float *)(uintptr_t)a, n, (const float *)(uintptr_t)b, n, &zero,
             (float *)(uintptr_t)c, n))
      return 0;
    expect(driver.stream_synchronize(NULL), "running cuBLAS");
    const double spent = now() - begin;
    best = i && spent < best ? spent : best;
  }
  driver.free(a), driver.free(b), driver.free(c);
  return best;
}

static uint64_t elements_of(const nnc_value *value) {
  uint64_t count = 1;
  for (uint32_t axis = 0; axis < value->rank; ++axis)
    count *= value->dims[axis].term_count ? (uint64_t)value->dims[axis].terms[0].coefficient : 0;
  return count;
}

/* Seconds of a function of f32 values of fixed sizes; `bytes` is what it reads and writes. */
static double time_function(const nnc_model *model, uint32_t index, uint64_t *bytes) {
  const nnc_function *function = &model->functions[index];
  const void *inputs[8] = {NULL};
  void *outputs[8] = {NULL};
  *bytes = 0;
  char error[512] = "";
  nnc_options options = {.device = "cuda", .error = error, .error_bytes = sizeof error};
  nnc_instance *instance = NULL;
  if (function->input_count > 8 || function->output_count > 8 || model->create(model, &instance, &options)) {
    printf("FAILED %s: %s\n", model->name, error);
    exit(1);
  }
  for (uint32_t i = 0; i < function->input_count; ++i) {
    const uint64_t size = sizeof(float) * elements_of(&function->inputs[i]);
    inputs[i] = (const void *)(uintptr_t)allocate(size);
    *bytes += size;
  }
  for (uint32_t o = 0; o < function->output_count; ++o) {
    const uint64_t size = sizeof(float) * elements_of(&function->outputs[o]);
    outputs[o] = (void *)(uintptr_t)allocate(size);
    *bytes += size;
  }
  double best = 1e30;
  for (int i = 0; i < REPETITIONS; ++i) {
    const double begin = now();
    if (model->call(instance, index, NULL, inputs, outputs, NULL, NULL)) {
      printf("FAILED %s: %s\n", model->name, model->error_text(instance));
      exit(1);
    }
    const double spent = now() - begin; /* with arguments of the caller's on the GPU a call waits for its end */
    best = i > 2 && spent < best ? spent : best;
  }
  model->destroy(instance);
  for (int i = 0; i < 8; ++i) {
    if (inputs[i])
      driver.free((uintptr_t)inputs[i]);
    if (outputs[i])
      driver.free((uintptr_t)outputs[i]);
  }
  return best;
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (argc == 2 && !strcmp(argv[1], "--ptx")) /* for NVIDIA's assembler */
    return puts(peakText) < 0;
  if (argc != 2)
    return fprintf(stderr, "usage: measure-cuda LIBRARY\n"), 1;
  const char *missing = open_driver();
  if (missing)
    return printf("%s: nothing was measured\n", missing), 0;
  nnc_cu_device device;
  nnc_cu_context context;
  nnc_cu_module module;
  nnc_cu_function peak, copy;
  expect(driver.device_get(&device, 0), "finding the GPU");
  expect(driver.primary_retain(&context, device), "opening the GPU");
  expect(driver.context_push(context), "entering the GPU's context");
  expect(driver.module_load(&module, peakText, 0, NULL, NULL), "loading the kernels that measure");
  expect(driver.module_function(&peak, module, "peak"), "finding a kernel");
  expect(driver.module_function(&copy, module, "copy"), "finding a kernel");

  unsigned turns = TURNS;
  nnc_cu_address to = allocate((size_t)1 << 30), from = allocate((size_t)1 << 30);
  void *peakArguments[] = {&to, &turns}, *copyArguments[] = {&to, &from};
  const double flops = 2.0 * 64 * TURNS * THREADS * BLOCKS / time_launch(peak, BLOCKS, peakArguments);
  const double bandwidth = 2.0 * (1 << 30) / time_launch(copy, (1 << 30) / 16 / THREADS, copyArguments);
  driver.free(to), driver.free(from);
  printf("multiply-adds of f32: %.0f GFLOP/s\n", 1e-9 * flops);
  printf("memory: %.0f GB/s\n", 1e-9 * bandwidth);

  enum { SIZE = 4096 };
  const double work = 2.0 * SIZE * SIZE * SIZE, cublas = time_cublas(SIZE);
  if (cublas > 0)
    printf("cuBLAS, %d cubed: %.0f us, %.0f GFLOP/s, %.0f %% of the peak\n", SIZE, 1e6 * cublas, 1e-9 * work / cublas,
           100 * work / cublas / flops);
  else
    printf("there is no cuBLAS here: products are not compared with it\n");

  void *handle = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  const nnc_library *(*describe)(void) = NULL;
  if (handle)
    *(void **)&describe = dlsym(handle, "nnc_describe");
  if (!describe || describe()->abi_version != NNC_ABI_VERSION)
    return printf("FAILED %s: %s\n", argv[1], handle ? "is no library of this interface version" : dlerror()), 1;
  for (uint32_t m = 0; m < describe()->model_count; ++m) {
    const nnc_model *model = describe()->models[m];
    uint64_t bytes;
    const double spent = time_function(model, 0, &bytes);
    if (strcmp(model->name, "Product"))
      printf("%s: %.0f us, %.0f GB/s, %.0f %% of the bandwidth\n", model->name, 1e6 * spent, 1e-9 * (double)bytes / spent,
             100 * (double)bytes / spent / bandwidth);
    else
      printf("%s: %.0f us, %.0f GFLOP/s, %.0f %% of the peak, %.0f %% of cuBLAS\n", model->name, 1e6 * spent, 1e-9 * work / spent,
             100 * work / spent / flops, cublas > 0 ? 100 * cublas / spent : 0);
  }
  return 0;
}
