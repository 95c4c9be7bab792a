/* gpu.h: what one instance keeps on a GPU: a stream, its memory, and what makes calls short.
 *
 *   gpu.c        opening, closing, variables and workspace
 *   arguments.c  a call's arguments and results on their way
 *   graph.c      the body's launches, replayed
 *   launch.c     what kernels and bodies call
 *   profile.c    when they ran
 *
 * One stream orders everything an instance does. The instance's context is current from enter to leave.
 */
#ifndef NNC_CUDA_GPU_H
#define NNC_CUDA_GPU_H

#include "context.h"

/* Memory of the GPU, or the CPU's that the GPU reads itself (page-locked). */
typedef struct nnc_cuda_block {
  nnc_cu_address address;
  uint64_t bytes;
} nnc_cuda_block;

typedef struct nnc_cuda_pinned {
  uint8_t *memory;
  uint64_t bytes;
  nnc_cu_event copied; /* what was copied from here has arrived */
  bool pending;        /* the event was recorded and not waited for */
} nnc_cuda_pinned;

/* A kernel's entry point as the instance found it; `entry` is a constant of the library. */
typedef struct nnc_cuda_entry {
  const char *entry;
  nnc_cu_function function;
  unsigned threads; /* it was compiled for blocks of as many */
  unsigned shared_bytes;
} nnc_cuda_entry;

/* One body with one set of sizes and addresses. */
typedef struct nnc_cuda_replay {
  uint64_t *key;
  uint32_t words;
  bool is_refused;              /* the driver could not make a graph of it */
  uint64_t used;                /* number of the call that used it last */
  nnc_cu_executable executable; /* NULL: seen once */
} nnc_cuda_replay;

enum { NNC_CUDA_REPLAYS = 16, NNC_CUDA_SENDERS = 2, NNC_CUDA_SCRATCHES = 32 };

struct nnc_device {
  const nnc_cuda_driver *driver;
  nnc_cuda_context *context;
  nnc_cu_stream stream;
  int failure; /* status of the first fault in this call */
  nnc_cuda_block variables, workspace, turns;

  /* arguments.c: the arguments of a call, then its results, on the GPU and page-locked. */
  nnc_cuda_block arguments;
  nnc_cuda_pinned
      senders[NNC_CUDA_SENDERS]; /* in turns, so that one call fills one while the other travels */
  uint32_t sender;
  nnc_cuda_pinned receiver;
  const void **inputs; /* as in the frame: addresses on the GPU */
  void **outputs;
  uint8_t *peeked;
  uint64_t peeked_bytes;

  /* launch.c: a table open to the next free place, a power of two long. */
  nnc_cuda_entry *entries;
  uint32_t entry_count, entry_capacity;

  /* launch.c: memory that kernels use for what one of their launches tells the next. The last block is the one in use. */
  nnc_cuda_block scratches[NNC_CUDA_SCRATCHES];
  uint32_t scratch_count, scratch_lent; /* lent: pieces that the running kernel has */
  uint64_t scratch_used;

  /* graph.c */
  nnc_cuda_replay replays[NNC_CUDA_REPLAYS];
  uint64_t *key;
  uint32_t key_capacity;
  uint64_t calls;

  /* profile.c: marks in the stream, of which the first is the start of the call. */
  nnc_cu_event *marks;
  uint32_t mark_count, mark_capacity;
  uint64_t recording_start;
};

/* Makes the context current; NNC_NO_DEVICE in a forked child. */
int nnc_cuda_enter(nnc_instance *instance);
void nnc_cuda_leave(nnc_instance *instance);

/* nnc_cuda_check with the instance's driver; notes the first failure of a call. */
int nnc_cuda_done(nnc_instance *instance, nnc_cu_result result, const char *doing);

/* At least this many bytes, contents lost. What still runs is waited for before the old ones go. */
int nnc_cuda_grow(nnc_instance *instance, nnc_cuda_block *block, uint64_t bytes, const char *what);
int nnc_cuda_grow_pinned(nnc_instance *instance, nnc_cuda_pinned *pinned, uint64_t bytes);
void nnc_cuda_free_pinned(nnc_device *device, nnc_cuda_pinned *pinned);

/* nnc_device_type's peek and call. */
int nnc_cuda_peek(nnc_instance *instance, const nnc_value *value, const void **data, uint64_t bytes);
int nnc_cuda_call(nnc_instance *instance, const nnc_function *function, bool report);

/* Runs the body or its replay; what a body returns. */
int nnc_cuda_run(nnc_instance *instance, const nnc_function *function, const nnc_frame *frame);
void nnc_cuda_free_replays(nnc_device *device);

/* Around a call that is recorded. `first`: the recording's count at its start. */
void nnc_cuda_begin_recording(nnc_instance *instance);
int nnc_cuda_end_recording(nnc_instance *instance, uint64_t first);
void nnc_cuda_free_marks(nnc_device *device);

extern const nnc_device_type nnc_cuda;

#endif
