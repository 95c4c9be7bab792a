# python/nnc.py on a library with the interface of a compiled model: calls, variables, files, and what it refuses.
#
# RUN: %cc -shared -fPIC -O1 -I%nncsrc/runtime %nncsrc/test/tools/nnc-run/Inputs/softmax.c -o %t.so -lm
# RUN: echo 'int nothing(void) { return 0; }' > %t.c && %cc -shared -fPIC %t.c -o %t.plain.so
# RUN: %python %s %t.so %t.plain.so | FileCheck %s
import copy
import sys

import nnc
import numpy

random = numpy.random.default_rng(1)
x = random.normal(size=(60, 4))
y = (x[:, 0] > 0).astype(numpy.int64) + (x[:, 1] > 0)

library, plain = nnc.Library(sys.argv[1]), sys.argv[2]
library.set_threads(1)
model = library.models["Iris"]
net = model.create(seed=3)

first = net.train_step(features=x, species=y, lr=0.5)
for _ in range(100):
    last = net.train_step(features=x, species=y, lr=0.5)
# CHECK: learned True 60
print("learned", last["loss"] < 0.8 * first["loss"], last["accuracy_count"])

# CHECK: predicts (60, 3) True float32
prediction = net.predict(features=x)["probability"]
print("predicts", prediction.shape, numpy.allclose(prediction.sum(axis=1), 1), prediction.dtype)

# CHECK: restored True
saved, weight = sys.argv[1] + ".bin", net["dense1.weight"]
net.save(saved)
net["dense1.weight"] = 0 * weight
net.load(saved)
print("restored", numpy.array_equal(net["dense1.weight"], weight))


def refused(what, call):
    try:
        call()
    except (TypeError, AttributeError, KeyError, nnc.Error) as error:
        print("%s: %s" % (what, error))


# CHECK: missing: evaluate() misses 'species'
# CHECK: unknown: evaluate() has no argument 'lr'
# CHECK: shape: predict(): 'features' has shape (60, 3), expected (60, 4)
# CHECK: sizes: evaluate(): 'species' has shape (59,), expected (60,)
# CHECK: function: Iris has no function 'fly'
# CHECK: variable: 'dense9.weight'
refused("missing", lambda: net.evaluate(features=x))
refused("unknown", lambda: net.evaluate(features=x, species=y, lr=1))
refused("shape", lambda: net.predict(features=x[:, :3]))
refused("sizes", lambda: net.evaluate(features=x, species=y[1:]))
refused("function", lambda: net.fly())
refused("variable", lambda: net["dense9.weight"])
# CHECK: fraction: evaluate(): 'species' takes int32, found float64 that it cannot hold
# CHECK: wide: evaluate(): 'species' takes int32, found int64 that it cannot hold
# CHECK: copy: an instance lives in its library
refused("fraction", lambda: net.evaluate(features=x, species=y + 0.5))
refused("wide", lambda: net.evaluate(features=x, species=y.astype(numpy.int64) + 2**32))
refused("copy", lambda: copy.copy(net))
# CHECK: value: dense1.weight has shape (4, 3), found (3,)
# CHECK: seed: seed is -1, expected a number from 0 to 2**64 - 1
# CHECK: library: {{.*}} is not a library made by nnc: it has no 'nnc_describe'
refused("value", lambda: net.__setitem__("dense1.weight", numpy.zeros(3)))
refused("seed", lambda: model.create(seed=-1))
refused("library", lambda: nnc.Library(plain))
# CHECK: status: {{.+}} (status {{[1-8]}})
refused("status", lambda: net.load("/nowhere/at/all"))
