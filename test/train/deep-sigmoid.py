# Tiny gradients: a stack of fifteen sigmoids against backpropagation written by hand, by relative error alone.
#
# RUN: nnc %S/Inputs/deep_sigmoid.nn --dtype=f64 --split-step -o %t.so -Wno-sigmoid-stack
# RUN: %python %s %t.so
import sys

import numpy

import nnc

TOLERANCE, DEPTH = 1e-10, 15
random = numpy.random.default_rng(2)
m = nnc.Library(sys.argv[1]).model().create(seed=11)
image, label = random.normal(0, 1, (9, 12)), random.integers(0, 10, 9)
weights = [m["hidden.%d.weight" % i] for i in range(DEPTH)]
biases = [m["hidden.%d.bias" % i] for i in range(DEPTH)]

# Forward, then backward.
h = [image]
for w, b in zip(weights, biases):
    h.append(1 / (1 + numpy.exp(-(h[-1] @ w + b))))
logits = h[-1] @ m["head.weight"] + m["head.bias"]
p = numpy.exp(logits - logits.max(1, keepdims=True))
p /= p.sum(1, keepdims=True)
d = p.copy()
d[numpy.arange(9), label] -= 1
d /= 9
expected = {"head.weight": h[-1].T @ d, "head.bias": d.sum(0)}
d = d @ m["head.weight"].T
for i in reversed(range(DEPTH)):
    d = d * h[i + 1] * (1 - h[i + 1])
    expected["hidden.%d.weight" % i] = h[i].T @ d
    expected["hidden.%d.bias" % i] = d.sum(0)
    d = d @ weights[i].T

report = m.train_gradients(image=image, label=label)
worst = 0.0
for name, value in expected.items():
    found = m["train.gradient." + name]
    worst = max(worst, numpy.linalg.norm(found - value) / numpy.linalg.norm(value))
norms = [numpy.linalg.norm(expected["hidden.%d.weight" % i]) for i in (0, DEPTH - 1)]
for name, norm in zip(("first", "last_norm"), norms):
    worst = max(worst, abs(report[name] - norm) / norm)
print("gradients from %.1e to %.1e, largest relative error %.1e" % (*norms, worst))
if not worst <= TOLERANCE or not norms[0] < 1e-9:
    sys.exit("error: the gradients differ, or are not tiny")
