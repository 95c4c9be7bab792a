# The gradients of the example models in compiled code, f64, against central differences of the compiled loss.
#
# The gradient is read from the optimizer after one step from empty slots: sgd's velocity is then the gradient, and so is
# adam's first moment for beta1 = 0. Large models are checked at random coordinates of every parameter.
#
# RUN: nnc %nncsrc/examples/xor/xor.nn --dtype=f64 -o %t.xor.so
# RUN: %python %s %nncsrc %t.xor.so
# RUN: nnc %nncsrc/examples/iris/iris.nn --dtype=f64 -o %t.iris.so
# RUN: %python %s %nncsrc %t.iris.so
# RUN: nnc %nncsrc/examples/sine/sine.nn --dtype=f64 -o %t.sine.so
# RUN: %python %s %nncsrc %t.sine.so
# RUN: nnc %nncsrc/examples/fashion_mnist/mlp.nn --dtype=f64 -o %t.mlp.so
# RUN: %python %s %nncsrc %t.mlp.so
# RUN: nnc %nncsrc/examples/minigpt/minigpt.nn --dtype=f64 -D d=12 -D heads=2 -D depth=2 -D context=9 -D vocabulary=11 \
# RUN:   -o %t.minigpt.so
# RUN: %python %s %nncsrc %t.minigpt.so
# RUN: nnc %nncsrc/examples/fashion_mnist/cnn.nn --dtype=f64 -Drate=0 -o %t.cnn.so
# RUN: %python %s %nncsrc %t.cnn.so 1
import os
import sys

import numpy

source, library, *batch = sys.argv[1:]
sys.path.insert(0, os.path.join(source, "python"))
import nnc

TOLERANCE, COORDINATES = 1e-8, 60  # |a - n| <= 1e-8 * max(1, |a|, |n|)
BATCH = int(batch[0]) if batch else 9  # fewer rows, fewer kinks

random = numpy.random.default_rng(7)
model = nnc.Library(library).model()
evaluate = model.functions["evaluate"]
sizes = [BATCH] * len(model.symbols)


def draw(value):
    if value.dtype.kind == "f":
        return random.normal(0, 1, value.shape(sizes))
    return random.integers(0, value.index_bound or 2, value.shape(sizes), value.dtype)


data = {value.name: draw(value) for value in evaluate.inputs}
loss_name = next(value.name for value in evaluate.report if value.role == nnc.LOSS)
instance = model.create(seed=3)
parameters = [name for name, variable in model.variables.items() if variable.kind == nnc.PARAMETER]
before = {name: instance[name] + random.normal(0, 0.1, instance[name].shape) for name in parameters}
for name, value in before.items():
    instance[name] = value

# Regularizers act on the step alone, so the loss that `evaluate` reports is differentiated without them.
step = model.functions["train_step"]
hypers = {value.name: 0.0 for value in step.hypers if value.name == "beta1" or value.name.startswith("regularize")}
if any(value.name == "clip_norm" for value in step.hypers):
    hypers["clip_norm"] = 1e30
instance.train_step(**data, **hypers)
gradients = {}
for name in parameters:
    slot = next(v for v in model.variables if v.endswith((".velocity." + name, ".m." + name)))
    gradients[name] = instance[slot]
for name, value in before.items():
    instance[name] = value


def difference(name, position):
    """The derivative by differences of fourth order. The step shrinks until two agree: to the right side of a kink.
    Nothing if none do: a kink of one of many units is nearer than the smallest step."""
    def loss_at(offset):
        value = before[name].copy()
        value.flat[position] += offset
        instance[name] = value
        return instance.evaluate(**data)[loss_name]

    def with_step(h):
        return (loss_at(-2 * h) - 8 * loss_at(-h) + 8 * loss_at(h) - loss_at(2 * h)) / (12 * h)

    candidates = [with_step(1e-3)]
    for h in (3e-4, 3e-5, 3e-6):
        candidates.append(with_step(h))
        if abs(candidates[-1] - candidates[-2]) <= 1e-10:
            break
    instance[name] = before[name]
    pairs = list(zip(candidates, candidates[1:]))
    best = min(pairs, key=lambda pair: abs(pair[0] - pair[1]))
    return best[0] if abs(best[0] - best[1]) <= TOLERANCE / 10 * max(1.0, abs(best[0])) else None


worst, count, largest = (0.0, ""), 0, 0.0
for name in parameters:
    gradient = gradients[name]
    positions = range(gradient.size)
    if gradient.size > COORDINATES:
        positions = random.choice(gradient.size, COORDINATES, replace=False)
    passed_over = 0
    for position in positions:
        a, n = gradient.flat[position], difference(name, position)
        if n is None:
            passed_over += 1
            continue
        error = abs(a - n) / max(1.0, abs(a), abs(n))
        worst = max(worst, (error, "%s[%d]: gradient %.12g, difference %.12g" % (name, position, a, n)))
        largest = max(largest, abs(a))
        count += 1
    if passed_over > len(positions) / 2:
        sys.exit("error: %s: %d of %d points are at kinks" % (name, passed_over, len(positions)))
print("%s: %d derivatives up to %.2g, largest error %.1e (%s)" % (model.name, count, largest, *worst))
if not worst[0] <= TOLERANCE:
    sys.exit("error: a gradient is wrong: " + worst[1])
if largest < 1e-3:
    sys.exit("error: all gradients are near zero, so this shows nothing")
