/* halide_errors.c: what kernels with assertions (-O0) call when one fails: halide_error_* of Halide 21, in
 * the C ABI of its HalideRuntime.h. Halide's own print and abort; ours leave a text in the instance, which
 * the kernel was given as user_context, and return the code that makes the kernel, the body and then the call
 * fail.
 *
 * Only those that code for a CPU can reach are here; nnc's linker names any other as an undefined symbol.
 */
#include "instance.h"

#include <stdarg.h>
#include <stdio.h>

/* halide_error_code_t */
enum {
  EXPLICIT_BOUNDS_TOO_SMALL = -2,
  BAD_TYPE = -3,
  BAD_DIMENSIONS = -43,
  ACCESS_OUT_OF_BOUNDS = -4,
  BUFFER_ALLOCATION_TOO_LARGE = -5,
  BUFFER_EXTENTS_TOO_LARGE = -6,
  CONSTRAINTS_MAKE_REQUIRED_REGION_SMALLER = -7,
  CONSTRAINT_VIOLATED = -8,
  PARAM_TOO_SMALL = -9,
  PARAM_TOO_LARGE = -10,
  OUT_OF_MEMORY = -11,
  BUFFER_ARGUMENT_IS_NULL = -12,
  UNALIGNED_HOST_PTR = -24,
  BAD_FOLD = -25,
  FOLD_FACTOR_TOO_SMALL = -26,
  REQUIREMENT_FAILED = -27,
  BUFFER_EXTENTS_NEGATIVE = -28,
  SPECIALIZE_FAIL = -31,
  HOST_IS_NULL = -34,
  DEVICE_DIRTY_WITH_NO_DEVICE_SUPPORT = -44,
  STORAGE_BOUND_TOO_SMALL = -45,
  SPLIT_FACTOR_NOT_POSITIVE = -46
};

/* Tasks of a parallel loop may fail together: the first one's text stays. */
__attribute__((format(printf, 3, 4))) static int fail(void *user_context, int code, const char *format, ...) {
  nnc_instance *instance = user_context;
  if (instance && !atomic_exchange_explicit(&instance->kernel_failed, 1, memory_order_acq_rel)) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(instance->error, sizeof instance->error, format, arguments);
    va_end(arguments);
  }
  return code;
}

#define ERROR(name, ...)                                                                                     \
  int halide_error_##name(void *user_context, __VA_ARGS__);                                                  \
  int halide_error_##name(void *user_context, __VA_ARGS__)

ERROR(explicit_bounds_too_small, const char *func, const char *var, int min_bound, int max_bound,
      int min_required, int max_required) {
  return fail(user_context, EXPLICIT_BOUNDS_TOO_SMALL, "bounds of %s in %s are %d to %d, needed are %d to %d",
              var, func, min_bound, max_bound, min_required, max_required);
}

ERROR(bad_type, const char *func, uint32_t given, uint32_t correct) {
  return fail(user_context, BAD_TYPE, "%s has type %#x, expected %#x", func, given, correct);
}

ERROR(bad_dimensions, const char *func, int32_t given, int32_t correct) {
  return fail(user_context, BAD_DIMENSIONS, "%s has %d dimensions, expected %d", func, given, correct);
}

ERROR(access_out_of_bounds, const char *func, int dimension, int min_touched, int max_touched, int min_valid,
      int max_valid) {
  return fail(user_context, ACCESS_OUT_OF_BOUNDS,
              "%s is accessed from %d to %d in dimension %d, it reaches from %d to %d", func, min_touched,
              max_touched, dimension, min_valid, max_valid);
}

ERROR(buffer_allocation_too_large, const char *buffer, uint64_t size, uint64_t most) {
  return fail(user_context, BUFFER_ALLOCATION_TOO_LARGE, "%s has %llu bytes, at most %llu are possible",
              buffer, (unsigned long long)size, (unsigned long long)most);
}

ERROR(buffer_extents_negative, const char *buffer, int dimension, int extent) {
  return fail(user_context, BUFFER_EXTENTS_NEGATIVE, "%s has extent %d in dimension %d", buffer, extent,
              dimension);
}

ERROR(buffer_extents_too_large, const char *buffer, int64_t size, int64_t most) {
  return fail(user_context, BUFFER_EXTENTS_TOO_LARGE, "%s has %lld elements, at most %lld are possible",
              buffer, (long long)size, (long long)most);
}

ERROR(constraints_make_required_region_smaller, const char *buffer, int dimension, int constrained_min,
      int constrained_extent, int required_min, int required_extent) {
  return fail(user_context, CONSTRAINTS_MAKE_REQUIRED_REGION_SMALLER,
              "%s is limited to %d elements from %d in dimension %d, needed are %d from %d", buffer,
              constrained_extent, constrained_min, dimension, required_extent, required_min);
}

ERROR(constraint_violated, const char *var, int value, const char *constrained_var, int constrained_value) {
  return fail(user_context, CONSTRAINT_VIOLATED, "%s is %d, expected %s = %d", var, value, constrained_var,
              constrained_value);
}

ERROR(param_too_small_i64, const char *param, int64_t value, int64_t least) {
  return fail(user_context, PARAM_TOO_SMALL, "%s is %lld, expected at least %lld", param, (long long)value,
              (long long)least);
}

ERROR(param_too_small_u64, const char *param, uint64_t value, uint64_t least) {
  return fail(user_context, PARAM_TOO_SMALL, "%s is %llu, expected at least %llu", param,
              (unsigned long long)value, (unsigned long long)least);
}

ERROR(param_too_large_i64, const char *param, int64_t value, int64_t most) {
  return fail(user_context, PARAM_TOO_LARGE, "%s is %lld, expected at most %lld", param, (long long)value,
              (long long)most);
}

ERROR(param_too_large_u64, const char *param, uint64_t value, uint64_t most) {
  return fail(user_context, PARAM_TOO_LARGE, "%s is %llu, expected at most %llu", param,
              (unsigned long long)value, (unsigned long long)most);
}

/* Without the values: printf writes numbers with a point or a comma as the program's locale says. */
ERROR(param_too_small_f64, const char *param, double value, double least) {
  (void)value, (void)least;
  return fail(user_context, PARAM_TOO_SMALL, "%s is too small", param);
}

ERROR(param_too_large_f64, const char *param, double value, double most) {
  (void)value, (void)most;
  return fail(user_context, PARAM_TOO_LARGE, "%s is too large", param);
}

int halide_error_out_of_memory(void *user_context);
int halide_error_out_of_memory(void *user_context) {
  return fail(user_context, OUT_OF_MEMORY, "out of memory");
}

ERROR(buffer_argument_is_null, const char *buffer) {
  return fail(user_context, BUFFER_ARGUMENT_IS_NULL, "buffer %s is NULL", buffer);
}

ERROR(host_is_null, const char *func) {
  return fail(user_context, HOST_IS_NULL, "memory of %s is NULL", func);
}

ERROR(unaligned_host_ptr, const char *func, int alignment) {
  return fail(user_context, UNALIGNED_HOST_PTR, "memory of %s is not aligned to %d bytes", func, alignment);
}

ERROR(bad_fold, const char *func, const char *var, const char *loop) {
  return fail(user_context, BAD_FOLD, "%s is folded over %s, which loop %s does not pass in order", func, var,
              loop);
}

ERROR(fold_factor_too_small, const char *func, const char *var, int factor, const char *loop, int required) {
  return fail(user_context, FOLD_FACTOR_TOO_SMALL, "%s is folded over %s by %d, loop %s needs %d", func, var,
              factor, loop, required);
}

ERROR(requirement_failed, const char *condition, const char *message) {
  return fail(user_context, REQUIREMENT_FAILED, "required: %s %s", condition, message);
}

ERROR(specialize_fail, const char *message) { return fail(user_context, SPECIALIZE_FAIL, "%s", message); }

ERROR(device_dirty_with_no_device_support, const char *buffer) {
  return fail(user_context, DEVICE_DIRTY_WITH_NO_DEVICE_SUPPORT, "%s is marked as newer on a device", buffer);
}

ERROR(storage_bound_too_small, const char *func, const char *var, int provided, int required) {
  return fail(user_context, STORAGE_BOUND_TOO_SMALL, "storage of %s over %s is %d, needed is %d", func, var,
              provided, required);
}

ERROR(split_factor_not_positive, const char *func, const char *orig, const char *outer, const char *inner,
      const char *factor_text, int factor) {
  return fail(user_context, SPLIT_FACTOR_NOT_POSITIVE, "%s splits %s into %s and %s by %s, which is %d", func,
              orig, outer, inner, factor_text, factor);
}
