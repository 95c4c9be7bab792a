# On a machine without a usable GPU: the statuses and texts of create, and that `auto` gives the CPU's own bits.
import sys

import numpy

import nnc

NO_DEVICE = 9


def losses(library, device):
    random = numpy.random.default_rng(3)
    instance = nnc.Library(library).model().create(seed=2, device=device)
    if instance.device_text() != "cpu (x86-64-v3)":
        sys.exit("error: device '%s' of %s is %s" % (device, library, instance.device_text()))
    return [instance.train_step(features=random.normal(0, 1, (10, 4)), species=random.integers(0, 3, 10))["loss"]
            for _ in range(10)]


expected = losses("./cpu.so", None)
for library, device in (("./both.so", "auto"), ("./both.so", "cpu"), ("./both.so", None), ("./cpu.so", "auto")):
    if losses(library, device) != expected:
        sys.exit("error: %s with device %s has other bits" % (library, device))
for device in ("cuda", "cuda:1"):
    try:
        nnc.Library("./both.so").model().create(device=device)
        sys.exit("error: there is a GPU after all")
    except nnc.Error as error:
        if error.status != NO_DEVICE or ("'Iris' on cuda:%d: " % (device == "cuda:1")) not in str(error):
            sys.exit("error: unexpected: %s" % error)
