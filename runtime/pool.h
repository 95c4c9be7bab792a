/* pool.h: the threads of a library; kernels reach them as halide_do_par_for, in Halide's C ABI. */
#ifndef NNC_POOL_H
#define NNC_POOL_H

#include <stdint.h>

enum { NNC_MAX_THREADS = 256 };

typedef int (*halide_task_t)(void *user_context, int index, uint8_t *closure);

/* Calls task(user_context, i, closure) for i in [min, min + size), each once, in any order and on any thread.
 * Returns 0, or what the failing task of lowest index returned. */
int halide_do_par_for(void *user_context, halide_task_t task, int min, int size, uint8_t *closure);

/* As nnc_library.set_threads. */
int nnc_rt_set_threads(int count);

#endif
