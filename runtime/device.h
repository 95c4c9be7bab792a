/* device.h: where the kernels of an instance run, when not on the CPU.
 *
 * An instance on a device keeps its variables, workspace and the arguments of a call there. The CPU's side of an
 * instance is the same everywhere: the block of variables in it is then a copy, which is right between a pull and the
 * next call. A library carries a device's code only if it has a variant for it: variants name it (nnc_variant.device),
 * nothing else does.
 *
 * Every function returns an nnc_status and leaves a text by nnc_fail, without the name of the function of the model.
 */
#ifndef NNC_DEVICE_H
#define NNC_DEVICE_H

#include "instance.h"

struct nnc_device_type {
  const char *name; /* in nnc_options.device: "cuda" */
  /* Takes device `ordinal` for the instance: sets its `device` and `device_text`, and takes memory for its variables.
   * NNC_NO_DEVICE says that this machine, or this process, has none. */
  int (*open)(nnc_instance *instance, uint32_t ordinal);
  /* Ends the use of what open has set, also after it failed half-way. */
  void (*close)(nnc_instance *instance);
  /* Bytes of the block of variables, from or to the instance's copy. */
  int (*pull)(nnc_instance *instance, uint64_t offset, uint64_t bytes);
  int (*push)(nnc_instance *instance, uint64_t offset, uint64_t bytes);
  /* Makes the workspace at least this large; its contents are lost. */
  int (*reserve)(nnc_instance *instance, uint64_t bytes);
  /* If an argument's *data lies on the device: sets it to a copy in the CPU's memory, which is good until the next call
   * of this. */
  int (*peek)(nnc_instance *instance, const nnc_value *value, const void **data, uint64_t bytes);
  /* Runs a body with the arguments in the instance's scratch (sizes, inputs, outputs, extents): what lies in the CPU's
   * memory travels. `report`: losses and metrics are wanted, in the slots that outputs name. */
  int (*call)(nnc_instance *instance, const nnc_function *function, bool report);
};

#endif
