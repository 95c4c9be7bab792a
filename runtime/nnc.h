/* nnc.h: the public interface that every compiled model shares.
 *
 * A library made by `nnc` exports one description, `nnc_describe()`, and for each model in it the typed
 * functions of its own header (`model.h`). A program that knows its model uses `model.h` and needs nothing
 * from here; a driver that must work with any model (nnc-run, a Python binding) reads the description and
 * calls through it. Layout changes of these structs raise NNC_ABI_VERSION.
 *
 * Conventions: every call returns an nnc_status; nothing prints, exits, throws or aborts. The text of the
 * last failure of an instance is `error_text(instance)`. Shapes are row-major (last axis contiguous).
 *
 * Threads: instances are independent. Two calls at once on one instance: the second returns NNC_BUSY at once
 * and leaves no text, for the text belongs to the call that runs. After fork() the child may go on using an
 * instance that no other thread was in; the pool of threads is made anew there. An instance on a device is an exception:
 * devices stay the parent's, and calls in the child return NNC_NO_DEVICE.
 *
 * Floating point: during a call the rounding is to nearest, nothing traps, and denormal numbers count as
 * zero; when it returns the caller's environment, sticky flags included, is as it was.
 */
#ifndef NNC_H
#define NNC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NNC_ABI_VERSION 5u

typedef enum nnc_status {
  NNC_OK = 0,
  NNC_INVALID_ARGUMENT = 1, /* NULL, negative or too large a size, unknown name */
  NNC_OUT_OF_MEMORY = 2,
  NNC_IO = 3,              /* the operating system refused; errno's text is in the message */
  NNC_BAD_FILE = 4,        /* a file was read and is not what this model can load */
  NNC_BUSY = 5,            /* another call is running on this instance, or on the pool (set_threads) */
  NNC_UNSUPPORTED_CPU = 6, /* the library was compiled for a CPU this machine does not have */
  NNC_INDEX_RANGE = 7,     /* a label or index lies outside of what the model accepts */
  NNC_INTERNAL = 8,        /* a fault of nnc itself */
  NNC_NO_DEVICE = 9, /* the machine has no such device, no driver for it, or this process may not use it */
  NNC_DEVICE_FAILED = 10 /* the device's driver refused or reports a fault; its error is in the message */
} nnc_status;

typedef enum nnc_dtype {
  NNC_F32 = 0,
  NNC_F64 = 1,
  NNC_I32 = 2,
  NNC_I64 = 3,
  NNC_U8 = 4,
  NNC_BOOL = 5
} nnc_dtype;

/* coefficient * product over symbols s of s ** powers[s]; `powers` has symbol_count entries. */
typedef struct nnc_term {
  int64_t coefficient;
  const uint8_t *powers;
} nnc_term;

/* A size: the sum of its terms over the model's run-time dimensions. No terms: zero. */
typedef struct nnc_dim {
  const nnc_term *terms;
  uint32_t term_count;
} nnc_dim;

/* A run-time dimension such as `batch`. */
typedef struct nnc_symbol {
  const char *name;
  int64_t bound; /* largest value allowed by `dim name <= bound`, or 0 when unbounded */
} nnc_symbol;

typedef enum nnc_role {
  NNC_INPUT = 0,
  NNC_HYPER = 1, /* a number of a train block; passed as double */
  NNC_SEED = 2,  /* i64 scalar, for functions that draw random numbers outside training */
  NNC_OUTPUT = 3,
  NNC_LOSS = 4,        /* scalar, reported as double */
  NNC_METRIC = 5,      /* scalar, reported as double */
  NNC_METRIC_COUNT = 6 /* number of values a metric is the mean of; reported as int64 */
} nnc_role;

typedef struct nnc_value {
  const char *name;
  nnc_role role;
  nnc_dtype dtype;
  uint32_t rank;
  const nnc_dim *dims;
  double default_value; /* inputs that are scalars with a default, and hypers whose default is a constant */
  int32_t has_default;
  /* Where index_bound > 0 the call checks that integers lie in [0, index_bound), or equal index_ignore, which is
   * index_bound if there is no such value; and likewise that they lie below each of index_sizes at this call. */
  int64_t index_bound;
  int64_t index_ignore;
  uint32_t index_size_count;
  const nnc_dim *index_sizes;
  const char *documentation; /* the `///` text above the declaration, or "" */
} nnc_value;

typedef enum nnc_function_kind {
  NNC_PREDICT = 0,
  NNC_EVALUATE = 1,
  NNC_STEP = 2,
  NNC_DEFAULTS = 3,
  NNC_GRADIENTS = 4, /* the first half of a step: adds gradients to the variables of kind NNC_GRADIENT */
  NNC_UPDATE = 5     /* the second half: updates by the mean of what was added since the last update */
} nnc_function_kind;

typedef struct nnc_frame nnc_frame; /* runtime/frame.h: what a compiled body receives */

/* One C function of a model, without its prefix: "predict", "evaluate", "train_step". */
typedef struct nnc_function {
  const char *name;
  nnc_function_kind kind;
  uint32_t input_count;
  const nnc_value *inputs; /* inputs, then seed, then hypers */
  uint32_t output_count;
  const nnc_value *outputs;
  uint64_t symbols_used; /* bit s: run-time dimension s is an argument */
  nnc_dim workspace;     /* bytes */
  int32_t defaults;      /* index of the function that computes hyper defaults from the step, or -1 */
  int32_t step_variable; /* index of the step counter this function advances, or -1 */
  /* Element counts of the tensors the kernels index with 32 bits, beside inputs and results: a call whose
   * sizes take one of them past 2^31-1 is refused. */
  uint32_t index_space_count;
  const nnc_dim *index_spaces;
  int (*const *bodies)(const nnc_frame *frame); /* one per variant of the model */
  int32_t waiting_variable; /* of the halves of a step: index of the count of gradients added; else -1 */
  nnc_dim turns;            /* at least the turns of each loop whose kernels read which turn it is */
} nnc_function;

typedef struct nnc_device_type
    nnc_device_type; /* runtime/device.h: how the runtime reaches a kind of device */

/* One library may hold the code of its functions for several CPUs and for devices; create picks by the machine and
 * the options. At least one variant is for a CPU. */
typedef struct nnc_variant {
  const char *target;    /* "x86-64-v4", "cuda" */
  uint64_t cpu_features; /* what the machine must have: bits as in runtime/cpu.h */
  const nnc_device_type *device; /* where its kernels run, or NULL: on the CPU */
} nnc_variant;

typedef enum nnc_variable_kind {
  NNC_PARAMETER = 0,
  NNC_STATE = 1,
  NNC_SLOT = 2, /* optimizer state of one parameter */
  NNC_STEP_COUNTER = 3,
  NNC_AVERAGE = 4, /* of a parameter; until the first update the parameter's initial value */
  NNC_GRADIENT =
      5 /* between the halves of a step: the sum of a parameter's gradients, or their count; files do
                    * not keep it */
} nnc_variable_kind;

typedef enum nnc_init_kind {
  NNC_INIT_CONSTANT = 0,   /* a */
  NNC_INIT_UNIFORM = 1,    /* [a, b), before rounding to the variable's type */
  NNC_INIT_NORMAL = 2,     /* mean a, standard deviation b */
  NNC_INIT_TRUNCATED = 3,  /* the same, cut off at two standard deviations from the mean */
  NNC_INIT_ORTHOGONAL = 4, /* gain a; rows or columns orthonormal, over shape [product of leading, last] */
  NNC_INIT_VALUES = 5      /* the numbers at `values` */
} nnc_init_kind;

typedef struct nnc_init {
  nnc_init_kind kind;
  double a, b;
  const double *values;
} nnc_init;

/* Anything an instance remembers between calls; names are the promise of files. */
typedef struct nnc_variable {
  const char *name;
  nnc_variable_kind kind;
  nnc_dtype dtype;
  uint32_t rank;
  const int64_t *shape;
  uint64_t bytes;
  uint64_t offset; /* into the instance's block of variables */
  nnc_init init;
} nnc_variable;

typedef struct nnc_instance nnc_instance;

/* What reset of this name sets back: the state that an entry alone moves on, or "predict" for the model's own. */
typedef struct nnc_reset {
  const char *name;
  uint32_t variable_count;
  const int64_t *variables; /* indices */
} nnc_reset;

typedef struct nnc_options {
  uint64_t seed; /* initial values and random operators; same seed, same bits */
  const int64_t
      *max_sizes;        /* per run-time dimension: reserve workspace for it now, refuse more; NULL: grow */
  void *memory;          /* memory for everything the instance needs, 64-byte aligned; NULL: allocate. It */
  uint64_t
      memory_bytes; /* stays the caller's; calls that need more than is left of it are refused. On a device:
                          * for what the instance needs of the CPU's memory */
  const char *variant; /* target of the CPU's variant, or NULL for the first one this CPU can run */
  /* Where kernels run: "cpu" or NULL; "cuda" (the first GPU) or "cuda:N"; "auto": the first GPU if the library has
   * code for it and the machine has one, else the CPU. */
  const char *device;
  char *error;           /* receives the reason when create fails; may be NULL */
  uint64_t error_bytes;
} nnc_options;

/* One kernel call of a compiled function, for profiles and for reading the library: which line it came from.
 */
typedef struct nnc_kernel_call {
  const char *function; /* "train_step" */
  const char *kernel;   /* symbol of the kernel; equal kernels share one */
  const char *value;    /* names of what it computes, from the source: "d_hidden", "exact, d_logits"; the main one first,
                         * which operand, of and the place are about */
  const char *role;     /* forward, recompute, adjoint, accumulate, optimizer; with + between them where it makes values
                         * of several: "adjoint+optimizer" makes a gradient and the update with it */
  const char *rule;     /* gradient rules and optimizers, or "" */
  const char *of;       /* what it was derived from: the value of the forward op ("hidden"), else the op ("broadcast");
                         * of an optimizer's, the parameter. "" in the forward pass */
  const char *file;
  uint32_t line;
  uint32_t column;
  int32_t operand; /* of the forward op: whose gradient this is; -1 where that says nothing */
  /* Of one run, by the definitions of the ops: a multiplication and its addition are two floating-point operations, a
   * function of one element is one. Bytes: of what is read and written once, at least. */
  nnc_dim operations;
  nnc_dim bytes;
} nnc_kernel_call;

/* One run of a kernel, in nanoseconds of CLOCK_MONOTONIC. */
typedef struct nnc_event {
  uint64_t begin, end;
  uint32_t call; /* index into nnc_model.kernel_calls */
} nnc_event;

/* The caller's memory for events. */
typedef struct nnc_recording {
  nnc_event *events;
  uint64_t capacity;
  uint64_t count; /* of all runs; what found no room was not kept */
} nnc_recording;

typedef struct nnc_model nnc_model;

struct nnc_model {
  const char *name;   /* as in the text: "MiniGpt" */
  const char *prefix; /* of its C functions: "mini_gpt" */
  uint32_t symbol_count;
  const nnc_symbol *symbols;
  uint32_t variable_count;
  const nnc_variable *variables;
  uint64_t variable_bytes;
  uint32_t function_count;
  const nnc_function *functions;
  uint32_t kernel_call_count;
  const nnc_kernel_call *kernel_calls;
  uint32_t variant_count; /* at least 1; best first */
  const nnc_variant *variants;

  /* The generic interface; the typed functions of model.h call the same code. */
  int (*create)(const nnc_model *model, nnc_instance **out, const nnc_options *options);
  void (*destroy)(nnc_instance *instance);
  const char *(*error_text)(const nnc_instance *instance);
  /* Bytes for options.memory so that no call with sizes up to max_sizes allocates; max_sizes may be NULL when
   * every run-time dimension has a bound. */
  int (*memory_bytes)(const nnc_model *model, const int64_t *max_sizes, uint64_t *bytes);
  /* `sizes`: one per symbol of the model (unused ones ignored). `inputs`: one per input of role NNC_INPUT and
   * NNC_SEED in order; a NULL input takes its default if it has one. `outputs`: one per result of role
   * NNC_OUTPUT. `hyper`: one double per hyper in order, or NULL for the defaults at this step. `report`: one
   * 8-byte slot per loss, metric (double) and metric count (int64_t) in order of the results, or NULL.
   * A size of 0 is a call on no data: NNC_OK, nothing changes, the step does not advance, every slot of the
   * report is 0; but NNC_INVALID_ARGUMENT if a result would not be empty then. Inputs and outputs must be
   * aligned to their type and must not overlap one another.
   * Of an instance on a GPU they may also lie in that GPU's memory (of DLPack: kDLCUDA with the same number; data +
   * byte_offset), aligned to 16 bytes; what writes them must have finished before the call. A call with a result, a report or such a pointer
   * has finished when it returns. Any other has copied its inputs and leaves its work in the GPU's queue; that it
   * failed is then said by a later call. */
  int (*call)(nnc_instance *instance, uint32_t function, const int64_t *sizes, const void *const *inputs,
              void *const *outputs, const double *hyper, void *report);
  /* The hypers' defaults at the present step, one double each. */
  int (*hyper_defaults)(nnc_instance *instance, uint32_t function, double *hyper);
  /* Copies a variable out or in; `bytes` must be its size. */
  int (*get)(nnc_instance *instance, const char *variable, void *data, uint64_t bytes);
  int (*set)(nnc_instance *instance, const char *variable, const void *data, uint64_t bytes);
  /* safetensors with all variables, the seed and a checksum; the file of that name is the old one or the new
   * one, whatever happens. `extra_json`: a JSON object of strings to keep in the file for the caller, or
   * NULL. */
  int (*save)(nnc_instance *instance, const char *path, const char *extra_json);
  /* Loads nothing at all unless everything fits. parameters_only: parameters, state and such averages as the file
   * has; an average that it has not becomes its parameter's value. The instance keeps its optimizer state, steps and
   * seed, and what the file has of training may be of any train block. Gradients that wait for an update are
   * forgotten unless the model's own text accumulates them. */
  int (*load)(nnc_instance *instance, const char *path, int parameters_only);
  /* Reads back `extra_json` of a file ("{}" if it has none). *needed is set to its bytes with the final NUL;
   * the text is written if `bytes` suffices, else NNC_INVALID_ARGUMENT, or NNC_OK when `extra_json` is NULL.
   */
  int (*metadata)(nnc_instance *instance, const char *path, char *extra_json, uint64_t bytes,
                  uint64_t *needed);
  uint32_t reset_count;
  const nnc_reset *resets;
  /* Sets state back to its initial values: that of the entry `name`, or of all if NULL. */
  int (*reset)(nnc_instance *instance, const char *name);
  /* What runs the instance's kernels: "cpu (x86-64-v4)", "cuda:0 (NVIDIA H200)". */
  const char *(*device_text)(const nnc_instance *instance);
  /* In libraries made with --profile=ops, else NULL. From now on each run of a kernel is added to `recording`, which the
   * caller keeps until record(instance, NULL) or destroy, and may empty between calls (count = 0). */
  int (*record)(nnc_instance *instance, nnc_recording *recording);
};

typedef struct nnc_library {
  uint32_t abi_version; /* NNC_ABI_VERSION of the compiler; check it before reading on */
  const char *compiler; /* "nnc 0.1.0" */
  const char *target;   /* "x86-64-v3"; several are separated by commas */
  uint32_t model_count;
  const nnc_model *const *models;
  /* Threads the library's pool may use, the caller's included; 0: NNC_THREADS, or else the CPUs of the affinity
   * mask and the control group's quota decide, as they do at first. Results never depend on it. NNC_BUSY while a parallel section runs. */
  int (*set_threads)(int count);
} nnc_library;

/* The one symbol, beside the typed functions, that every library exports. */
const nnc_library *nnc_describe(void);

#ifdef __cplusplus
}
#endif
#endif
