/* variant.c: which of the library's variants an instance runs. */
#include "cpu.h"
#include "device.h"

#include <string.h>

/* The first of the CPU's variants that this one can run, or the one asked for by name. */
static int choose_cpu(const nnc_model *model, const char *name, nnc_reason why, uint32_t *variant) {
  uint64_t missing = 0, present = nnc_cpu_features();
  bool known = false;
  for (uint32_t v = 0; v < model->variant_count; ++v) {
    if (model->variants[v].device || (name && strcmp(name, model->variants[v].target)))
      continue;
    known = true;
    *variant = v;
    missing = model->variants[v].cpu_features & ~present;
    if (!missing)
      return NNC_OK;
  }
  if (!known)
    return nnc_refuse(why, NNC_INVALID_ARGUMENT, "create: the library holds no variant '%s'",
                      name ? name : "");
  return nnc_refuse(why, NNC_UNSUPPORTED_CPU, "create: '%s' is compiled for %s; this CPU lacks %s",
                    model->name, model->variants[*variant].target, nnc_cpu_feature_name(missing));
}

/* "cuda" or "cuda:12": is it this name, and which one? */
static bool is_device(const char *text, const char *name, uint32_t *ordinal) {
  size_t length = strlen(name);
  if (strncmp(text, name, length))
    return false;
  *ordinal = 0;
  if (!text[length])
    return true;
  if (text[length] != ':' || !text[length + 1] || strlen(text + length + 1) > 4)
    return false;
  for (const char *digit = text + length + 1; *digit; ++digit) {
    if (*digit < '0' || *digit > '9')
      return false;
    *ordinal = 10 * *ordinal + (uint32_t)(*digit - '0');
  }
  return true;
}

int nnc_choose(const nnc_model *model, const nnc_options *options, nnc_reason why, nnc_choice *choice) {
  *choice = (nnc_choice){0};
  int status = choose_cpu(model, options->variant, why, &choice->cpu);
  choice->variant = choice->cpu;
  const char *device = options->device;
  if (status || !device || !strcmp(device, "cpu"))
    return status;
  choice->may_fall_back = !strcmp(device, "auto");
  for (uint32_t v = 0; v < model->variant_count; ++v)
    if (model->variants[v].device &&
        (choice->may_fall_back || is_device(device, model->variants[v].device->name, &choice->ordinal))) {
      choice->variant = v;
      return NNC_OK;
    }
  uint32_t ordinal;
  if (choice->may_fall_back)
    return NNC_OK;
  if (is_device(device, "cuda", &ordinal))
    return nnc_refuse(why, NNC_NO_DEVICE,
                      "create: '%s' is not compiled for '%s'; nnc does so with --target=host,cuda",
                      model->name, device);
  return nnc_refuse(why, NNC_INVALID_ARGUMENT,
                    "create: device is '%.60s', expected cpu, cuda, cuda:N or auto", device);
}
