// RUN: %testbin/runtime-device %t
//
// device.c: instances on a device: which variant create picks, and that variables travel whenever something of the CPU's
// side reads or writes them. The device is one of memory apart from the instance's, which runs the CPU's bodies.
#include "runtime/device.h"
#include "Inputs/check.h"
#include "Inputs/tiny.h"

#include <stdlib.h>

struct nnc_device {
  uint8_t *variables, *workspace;
  uint64_t workspace_bytes;
};

static int calls, is_absent, is_broken, live;

static int open_apart(nnc_instance *instance, uint32_t ordinal) {
  if (is_absent || ordinal > 1)
    return nnc_fail(instance, NNC_NO_DEVICE, "there are %d", is_absent ? 0 : 2);
  if (is_broken)
    return nnc_fail(instance, NNC_DEVICE_FAILED, "it is broken");
  instance->device = calloc(1, sizeof *instance->device);
  instance->device->variables = aligned_alloc(64, instance->model->variable_bytes);
  memset(instance->device->variables, 0xee, instance->model->variable_bytes);
  snprintf(instance->device_text, sizeof instance->device_text, "apart:%u", ordinal);
  ++live;
  return NNC_OK;
}

static void close_apart(nnc_instance *instance) {
  if (!instance->device)
    return;
  free(instance->device->variables);
  free(instance->device->workspace);
  free(instance->device);
  --live;
}

static int pull(nnc_instance *instance, uint64_t offset, uint64_t bytes) {
  if (is_broken)
    return nnc_fail(instance, NNC_DEVICE_FAILED, "it is broken");
  memcpy(instance->variables + offset, instance->device->variables + offset, bytes);
  return NNC_OK;
}

static int push(nnc_instance *instance, uint64_t offset, uint64_t bytes) {
  if (is_broken)
    return nnc_fail(instance, NNC_DEVICE_FAILED, "it is broken");
  memcpy(instance->device->variables + offset, instance->variables + offset, bytes);
  return NNC_OK;
}

static int reserve(nnc_instance *instance, uint64_t bytes) {
  nnc_device *device = instance->device;
  if (bytes > 1 << 20)
    return nnc_fail(instance, NNC_OUT_OF_MEMORY, "it is full");
  if (bytes > device->workspace_bytes) {
    free(device->workspace);
    device->workspace = malloc(bytes);
    device->workspace_bytes = bytes;
  }
  return NNC_OK;
}

static int peek(nnc_instance *instance, const nnc_value *value, const void **data, uint64_t bytes) {
  (void)instance, (void)value, (void)data, (void)bytes;
  return NNC_OK;
}

static int call(nnc_instance *instance, const nnc_function *function, bool report) {
  ++calls;
  memset(instance->variables, 0xdd, instance->model->variable_bytes); // a copy that nobody may rely on
  instance->steps_known = false;
  const nnc_frame frame = {.variables = instance->device->variables,
                           .workspace = instance->device->workspace,
                           .sizes = instance->sizes,
                           .inputs = instance->inputs,
                           .outputs = instance->outputs,
                           .context = instance,
                           .report = report,
                           .seed = &instance->seed};
  if (function->bodies[instance->variant](&frame))
    return nnc_fail(instance, NNC_DEVICE_FAILED, "a kernel failed");
  return NNC_OK;
}

static const nnc_device_type apart = {"apart", open_apart, close_apart, pull, push, reserve, peek, call};
static const nnc_variant variants[] = {
    {"future", UINT64_C(1) << 63, NULL}, {"baseline", 0, NULL}, {"apart", 0, &apart}};

/* tiny, with a third variant of each body. */
static nnc_function functions[GENERATE + 1];
static int (*bodies[GENERATE + 1][3])(const nnc_frame *);
static nnc_model model;

static void make_model(void) {
  model = tiny;
  for (int f = 0; f <= GENERATE; ++f) {
    functions[f] = tiny.functions[f];
    bodies[f][0] = bodies[f][1] = bodies[f][2] = tiny.functions[f].bodies[1];
    functions[f].bodies = bodies[f];
  }
  model.functions = functions;
  model.variants = variants;
  model.variant_count = 3;
}

static nnc_instance *create(const char *device) {
  char error[200] = "";
  nnc_options options = {.seed = 5, .device = device, .error = error, .error_bytes = sizeof error};
  nnc_instance *instance = NULL;
  int status = nnc_rt_create(&model, &instance, &options);
  CHECK(status == NNC_OK);
  if (status)
    fprintf(stderr, "%s\n", error);
  return instance;
}

static void choice(void) {
  static const struct {
    const char *device;
    int status;
    const char *text; // of the device, or of the error
  } cases[] = {
      {NULL, NNC_OK, "cpu (baseline)"},
      {"cpu", NNC_OK, "cpu (baseline)"},
      {"auto", NNC_OK, "apart:0"},
      {"apart", NNC_OK, "apart:0"},
      {"apart:1", NNC_OK, "apart:1"},
      {"apart:2", NNC_NO_DEVICE, "create: 'Tiny' on apart:2: there are 2"},
      {"apart:", NNC_INVALID_ARGUMENT, "create: device is 'apart:', expected cpu, cuda, cuda:N or auto"},
      {"apart:x", NNC_INVALID_ARGUMENT, "device is 'apart:x'"},
      {"apart:12345", NNC_INVALID_ARGUMENT, "device is 'apart:12345'"},
      {"gpu", NNC_INVALID_ARGUMENT, "device is 'gpu'"},
      {"", NNC_INVALID_ARGUMENT, "device is ''"},
      {"cuda", NNC_NO_DEVICE,
       "create: 'Tiny' is not compiled for 'cuda'; nnc does so with --target=host,cuda"},
      {"cuda:3", NNC_NO_DEVICE, "'Tiny' is not compiled for 'cuda:3'"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
    char error[200] = "";
    nnc_options options = {.device = cases[i].device, .error = error, .error_bytes = sizeof error};
    nnc_instance *instance;
    CHECK(nnc_rt_create(&model, &instance, &options) == cases[i].status);
    CHECK_HAS(instance ? nnc_rt_device_text(instance) : error, cases[i].text);
    nnc_rt_destroy(instance);
  }
  CHECK(!strcmp(nnc_rt_device_text(NULL), "the instance is NULL"));

  // A device is no variant of the CPU.
  char error[200] = "";
  nnc_options options = {.variant = "apart", .error = error, .error_bytes = sizeof error};
  nnc_instance *instance;
  CHECK(nnc_rt_create(&model, &instance, &options) == NNC_INVALID_ARGUMENT);
  CHECK_HAS(error, "the library holds no variant 'apart'");

  // auto is content without a device, not with one that does not work.
  options = (nnc_options){.device = "auto", .error = error, .error_bytes = sizeof error};
  is_absent = 1;
  CHECK(nnc_rt_create(&model, &instance, &options) == NNC_OK);
  CHECK(!strcmp(nnc_rt_device_text(instance), "cpu (baseline)"));
  nnc_rt_destroy(instance);
  is_absent = 0;
  is_broken = 1;
  CHECK(nnc_rt_create(&model, &instance, &options) == NNC_DEVICE_FAILED && !instance);
  CHECK_HAS(error, "create: 'Tiny' on apart:0: it is broken");
  is_broken = 0;
  options.max_sizes = (const int64_t[]){1 << 20, 1};
  CHECK(nnc_rt_create(&model, &instance, &options) == NNC_OUT_OF_MEMORY && !instance);
  CHECK_HAS(error, "it is full");
  CHECK(live == 0);
}

static const float images[] = {0.5f, -1, 2, 1, 0.25f, -0.5f};
static const int32_t labels[] = {1, 0};

static double step(nnc_instance *m) {
  double report[2];
  const void *inputs[] = {images, labels};
  CHECK(nnc_rt_call(m, TRAIN_STEP, (const int64_t[]){2, 0}, inputs, NULL, NULL, report) == NNC_OK);
  return report[0];
}

static int same_variables(nnc_instance *a, nnc_instance *b) {
  uint8_t x[64], y[64];
  for (uint32_t v = 0; v < model.variable_count; ++v) {
    const nnc_variable *variable = &model.variables[v];
    if (nnc_rt_get(a, variable->name, x, variable->bytes) ||
        nnc_rt_get(b, variable->name, y, variable->bytes) || memcmp(x, y, variable->bytes))
      return 0;
  }
  return 1;
}

static void travel(const char *path) {
  nnc_instance *there = create("apart"), *here = create("cpu"), *again = create("apart:1");
  CHECK(same_variables(there, here)); // the initial values
  double hyper_here[8], hyper_there[8];
  for (int i = 0; i < 3; ++i) {
    // Defaults come of the step, which is on the device.
    CHECK(!nnc_rt_hyper_defaults(here, TRAIN_STEP, hyper_here) &&
          !nnc_rt_hyper_defaults(there, TRAIN_STEP, hyper_there));
    CHECK(hyper_here[1] == hyper_there[1]);
    CHECK(step(here) == step(there));
  }
  CHECK(calls == 3);
  CHECK(same_variables(there, here));

  CHECK(nnc_rt_save(there, path, NULL) == NNC_OK);
  CHECK(!same_variables(again, here));
  CHECK(nnc_rt_load(again, path, 1) == NNC_OK); // the step stays
  CHECK(!same_variables(again, here));
  CHECK(nnc_rt_load(again, path, 0) == NNC_OK);
  CHECK(same_variables(again, here));
  CHECK(step(again) == step(here));
  CHECK(same_variables(again, here));

  const float bias[2] = {1, 2};
  CHECK(!nnc_rt_set(here, "dense.bias", bias, sizeof bias) &&
        !nnc_rt_set(again, "dense.bias", bias, sizeof bias));
  CHECK(step(again) == step(here));

  is_broken = 1;
  uint8_t value[64];
  CHECK(nnc_rt_get(again, "dense.bias", value, sizeof bias) == NNC_DEVICE_FAILED);
  CHECK(nnc_rt_set(again, "dense.bias", bias, sizeof bias) == NNC_DEVICE_FAILED);
  CHECK(nnc_rt_save(again, path, NULL) == NNC_DEVICE_FAILED);
  CHECK(nnc_rt_load(again, path, 0) == NNC_DEVICE_FAILED);
  CHECK(nnc_rt_hyper_defaults(again, TRAIN_STEP, hyper_there) == NNC_DEVICE_FAILED);
  CHECK_HAS(nnc_rt_error_text(again), "train_step: it is broken");
  is_broken = 0;

  const int64_t sizes[] = {1 << 20, 0};
  CHECK(nnc_rt_call(again, PREDICT, sizes, NULL, NULL, NULL, NULL) == NNC_INVALID_ARGUMENT);
  nnc_rt_destroy(there);
  nnc_rt_destroy(here);
  nnc_rt_destroy(again);
  CHECK(live == 0);
}

int main(int argc, char **argv) {
  make_model();
  choice();
  travel(argc > 1 ? argv[1] : "device.safetensors");
  return check_failures != 0;
}
