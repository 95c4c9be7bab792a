/* instance.h: an instance, and the entry points that nnc_model's pointers and the typed functions of model.h
 * share.
 *
 * An instance is one block: this struct, scratch for pointers and scalars, the variables, and the workspace.
 * The workspace lies apart, in a block of its own that grows, if no max_sizes were given at create.
 */
#ifndef NNC_INSTANCE_H
#define NNC_INSTANCE_H

#include "frame.h"

/* Signatures and meaning as in nnc.h. */
int nnc_rt_create(const nnc_model *model, nnc_instance **out, const nnc_options *options);
void nnc_rt_destroy(nnc_instance *instance);
const char *nnc_rt_error_text(const nnc_instance *instance);
int nnc_rt_memory_bytes(const nnc_model *model, const int64_t *max_sizes, uint64_t *bytes);
int nnc_rt_call(nnc_instance *instance, uint32_t function, const int64_t *sizes, const void *const *inputs,
                void *const *outputs, const double *hyper, void *report);
int nnc_rt_hyper_defaults(nnc_instance *instance, uint32_t function, double *hyper);
int nnc_rt_get(nnc_instance *instance, const char *variable, void *data, uint64_t bytes);
int nnc_rt_set(nnc_instance *instance, const char *variable, const void *data, uint64_t bytes);
int nnc_rt_save(nnc_instance *instance, const char *path, const char *extra_json);
int nnc_rt_load(nnc_instance *instance, const char *path, int parameters_only);
int nnc_rt_metadata(nnc_instance *instance, const char *path, char *extra_json, uint64_t bytes,
                    uint64_t *needed);
int nnc_rt_reset(nnc_instance *instance, const char *name);
const char *nnc_rt_device_text(const nnc_instance *instance);
int nnc_rt_set_threads(int count);
int nnc_rt_record(nnc_instance *instance, nnc_recording *recording);

/* What follows is the runtime's own. */
#ifndef __cplusplus

#include <stdatomic.h>
#include <stdbool.h>

enum { NNC_ERROR_BYTES = 512, NNC_ALIGNMENT = 64, NNC_DEVICE_TEXT_BYTES = 128 };

typedef struct nnc_device nnc_device; /* what a kind of device keeps for an instance */

/* Which of a library's variants an instance runs. */
typedef struct nnc_choice {
  uint32_t cpu;       /* for this CPU: what computes the numbers of training steps, on the host always */
  uint32_t variant;   /* for everything else: the same, or a device's */
  uint32_t ordinal;   /* which of the devices of that kind */
  bool may_fall_back; /* to the CPU, where there is no such device */
} nnc_choice;

struct nnc_instance {
  const nnc_model *model;
  uint32_t cpu_variant, variant;      /* as in nnc_choice */
  const nnc_device_type *device_type; /* NULL: on the CPU; then so is `device` */
  nnc_device *device;
  bool steps_known; /* the copy's step counters are the device's */
  char device_text[NNC_DEVICE_TEXT_BYTES];
  uint64_t seed;
  const int64_t *max_sizes; /* as given to create, or NULL */
  uint8_t *variables; /* on a device: a copy, see device.h; so is the workspace, for what the CPU runs */
  uint8_t *workspace;
  uint64_t workspace_bytes;
  bool owns_block;     /* else the caller's memory */
  bool owns_workspace; /* else a part of the block */
  /* Scratch of one call, with room for the function that needs most. */
  int64_t *sizes;
  const void **inputs;
  void **outputs;
  uint64_t *scalars; /* hypers and defaults of inputs, in their own types; losses and metrics */
  double *hypers;    /* before conversion */
  uint64_t *extents; /* bytes behind each input, then each output */
  nnc_recording *recording; /* profile.c; NULL: none */
  atomic_uint busy;
  atomic_uint kernel_failed; /* a kernel has written `error` in this call; the others leave it */
  char error[NNC_ERROR_BYTES];
};

/* Writes the instance's error text and returns `status`. */
__attribute__((format(printf, 3, 4))) int nnc_fail(nnc_instance *instance, int status, const char *format,
                                                   ...);

/* Says in `text` why create or memory_bytes refuses. */
typedef struct nnc_reason {
  char *text;
  uint64_t bytes;
} nnc_reason;
__attribute__((format(printf, 3, 4))) int nnc_refuse(nnc_reason why, int status, const char *format, ...);

/* variant.c: what options.variant and options.device ask for, as far as this CPU can tell. */
int nnc_choose(const nnc_model *model, const nnc_options *options, nnc_reason why, nnc_choice *choice);

/* The block's bytes of variables from or to the device, if the instance is on one. */
int nnc_pull(nnc_instance *instance, uint64_t offset, uint64_t bytes);
int nnc_push(nnc_instance *instance, uint64_t offset, uint64_t bytes);

/* Takes the instance for one call: NNC_OK, NNC_BUSY, or NNC_INVALID_ARGUMENT if it is NULL. */
int nnc_enter(nnc_instance *instance);
void nnc_leave(nnc_instance *instance);

/* Nanoseconds of CLOCK_MONOTONIC. */
uint64_t nnc_now(void);

extern const char *const nnc_dtype_names[]; /* as in the text: "f32" */
uint64_t nnc_dtype_bytes(nnc_dtype dtype);

/* Index of a variable by name, or -1. */
int64_t nnc_find_variable(const nnc_model *model, const char *name, size_t length);

/* The parameter whose average this variable is. */
const nnc_variable *nnc_averaged_parameter(const nnc_model *model, const nnc_variable *average);

/* The value of a size; false if it does not fit int64 or is negative. `upper`: leave negative terms out,
 * which bounds it for all smaller sizes. */
bool nnc_eval_dim(const nnc_dim *dim, const int64_t *sizes, uint32_t symbol_count, bool upper,
                  int64_t *value);

#endif
#endif
