# The variants of both.so give the bits of old.so and new.so; x86-64-v3's are what runs by default.
import sys

import numpy

import nnc


def train(library, variant=None):
    random = numpy.random.default_rng(3)
    instance = nnc.Library("./" + library).model().create(seed=2, variant=variant)
    losses = [instance.train_step(features=random.normal(0, 1, (10, 4)), species=random.integers(0, 3, 10))["loss"]
              for _ in range(10)]
    return losses, instance.device_text()


old, new = train("old.so")[0], train("new.so")[0]
if old == new:
    sys.exit("error: the two CPUs give the same bits, so this test cannot tell them apart")
for variant, expected, text in ((None, new, "cpu (x86-64-v3)"), ("x86-64-v3", new, "cpu (x86-64-v3)"),
                                ("x86-64", old, "cpu (x86-64)")):
    if train("both.so", variant) != (expected, text):
        sys.exit("error: variant %s differs: %s" % (variant, train("both.so", variant)))
