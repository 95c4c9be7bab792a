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
int nnc_rt_set_threads(int count);

/* What follows is the runtime's own. */
#ifndef __cplusplus

#include <stdatomic.h>
#include <stdbool.h>

enum { NNC_ERROR_BYTES = 512, NNC_ALIGNMENT = 64 };

struct nnc_instance {
  const nnc_model *model;
  uint32_t variant;
  uint64_t seed;
  const int64_t *max_sizes; /* as given to create, or NULL */
  uint8_t *variables;
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
  atomic_uint busy;
  atomic_uint kernel_failed; /* a kernel has written `error` in this call; the others leave it */
  char error[NNC_ERROR_BYTES];
};

/* Writes the instance's error text and returns `status`. */
__attribute__((format(printf, 3, 4))) int nnc_fail(nnc_instance *instance, int status, const char *format,
                                                   ...);

/* Takes the instance for one call: NNC_OK, NNC_BUSY, or NNC_INVALID_ARGUMENT if it is NULL. */
int nnc_enter(nnc_instance *instance);
void nnc_leave(nnc_instance *instance);

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
