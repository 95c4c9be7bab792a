/* frame.h: the contract between compiled function bodies (codegen/llvm) and the runtime.
 *
 * For a variant that runs on a device, variables, workspace, turns, seed and what `inputs` and `outputs` list are
 * addresses there; bodies only do arithmetic with them.
 *
 * A body is straight-line code: it fills one halide_buffer_t per operand on its stack and calls kernels in
 * order. It allocates nothing and checks nothing; everything was checked before it is called. It returns 0,
 * or what the first kernel that failed returned, and calls no further one.
 */
#ifndef NNC_FRAME_H
#define NNC_FRAME_H

#include "nnc.h"

struct nnc_frame {
  uint8_t *variables;   /* the instance's block: variable v is at variables + v.offset */
  uint8_t *workspace;   /* 64-byte aligned, at least nnc_function.workspace bytes for these sizes */
  const int64_t *sizes; /* value of each run-time dimension of the model */
  const void *const
      *inputs; /* every input of the function in order: inputs, seed, hypers (in the model's float) */
  void *const *outputs; /* every result in order; losses and metrics point at scalars in their own dtype */
  void *context;        /* handed to kernels as user_context */
  int32_t report;       /* zero: kernels that only losses and metrics need are skipped */
  const uint64_t *seed; /* of the instance: key of the draws of training, with the step */
  const int32_t
      *turns; /* 0, 1, 2, ...: nnc_function.turns of them, which kernels of loops read; on the CPU NULL,
                         * there bodies keep the turn on their stack */
};

#endif
