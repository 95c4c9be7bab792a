// Run by asserts.test with a library that exports checked_kernel and a model: hands the kernel one bad buffer after
// another, with an instance as user_context.
#include "check.h"
#include "runtime/nnc.h"

#include <dlfcn.h>
#include <stdlib.h>

/* halide_buffer_t of Halide 21 */
typedef struct dimension {
  int32_t min, extent, stride;
  uint32_t flags;
} dimension;

typedef struct buffer {
  uint64_t device;
  void *interface;
  float *host;
  uint64_t flags;
  uint8_t code, bits;
  uint16_t lanes;
  int32_t dimensions;
  dimension *dim;
  void *padding;
} buffer;

enum { FLOAT = 2, DEVICE_DIRTY = 2 };

static const nnc_model *model;
static nnc_instance *instance;
static int (*kernel)(void *, buffer *, buffer *, int32_t, buffer *);

static float values[64];
static dimension a_dim[2], b_dim[2], out_dim[2];
static buffer a, b, out;

static buffer make(dimension *dim) {
  dim[0] = (dimension){0, 8, 1, 0};
  dim[1] = (dimension){0, 8, 8, 0};
  return (buffer){.host = values, .code = FLOAT, .bits = 32, .lanes = 1, .dimensions = 2, .dim = dim};
}

static void reset(void) {
  a = make(a_dim);
  b = make(b_dim);
  out = make(out_dim);
}

/* Makes the call fail afresh: the text of the first failure of a call stays. */
static void expect(int code, const char *part, int depth, int line) {
  int32_t none = 0;
  CHECK(model->call(instance, 4, (int64_t[]){0, 0}, (const void *[]){&none}, NULL, NULL, NULL) == NNC_OK);
  int got = kernel(instance, &a, &b, depth, &out);
  if (got != code || (code && !strstr(model->error_text(instance), part))) {
    fprintf(stderr, "%s:%d: code %d, \"%s\", expected %d, \"%s\"\n", __FILE__, line, got,
            model->error_text(instance), code, part);
    ++check_failures;
  }
  CHECK(kernel(NULL, &a, &b, depth, &out) == code); // no instance: the code alone
  reset();
}
#define EXPECT(code, part, depth) expect(code, part, depth, __LINE__)

int main(int argc, char **argv) {
  void *handle = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
  const nnc_library *(*describe)(void);
  if (!handle)
    return 2;
  *(void **)&describe = dlsym(handle, "nnc_describe");
  *(void **)&kernel = dlsym(handle, "checked_kernel");
  model = describe()->models[0];
  CHECK(model->create(model, &instance, NULL) == NNC_OK);
  reset();
  out.host = values; // the kernel may well read what it writes: only its checks count
  EXPECT(0, "", 8);
  EXPECT(-4, "a is accessed from 0 to 8 in dimension 0, it reaches from 0 to 7", 9);
  a.bits = 64;
  EXPECT(-3, "has type 0x", 8);
  a.dimensions = 3;
  EXPECT(-43, "has 3 dimensions, expected 2", 8);
  b.host = NULL;
  EXPECT(-34, "is NULL", 8);
  out_dim[0].extent = -1;
  EXPECT(-28, "has extent -1 in dimension 0", 8);
  b_dim[0].stride = 2;
  EXPECT(-8, " is 2, expected ", 8);
  b_dim[1].extent = INT32_MAX;
  EXPECT(-5, " bytes, at most ", 8);
  a.flags = DEVICE_DIRTY;
  EXPECT(-44, "is marked as newer on a device", 8);
  model->destroy(instance);
  return check_failures != 0;
}
