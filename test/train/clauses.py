# Clauses of train blocks in numbers: every one against plain NumPy with derivatives written by hand, in f64, as one
# function, in the two halves of a step, and through a file in the middle.
#
# RUN: nnc %S/Inputs/clauses.nn --dtype=f64 --split-step -o %t.so
# RUN: %python %s %t.so %t.safetensors
import sys

import numpy

import nnc

STEPS, TOLERANCE = 11, 1e-12
NAMES = ["net.dense1.weight", "net.dense1.bias", "net.dense2.weight", "net.dense2.bias"]
WEIGHTS = [name for name in NAMES if name.endswith("weight")]


def batch(step):
    random = numpy.random.default_rng(step)
    rows = 3 + step % 4 if step % 4 else 6
    return random.normal(0, 1, (rows, 4)), random.normal(0, 1, (rows, 2))


def start():
    random = numpy.random.default_rng(99)
    shapes = [(4, 5), (5,), (5, 2), (2,)]
    return {name: random.normal(0, 0.4, shape) for name, shape in zip(NAMES, shapes)}


def gradients(p, x, t):
    w1, b1, w2, b2 = (p[name] for name in NAMES)
    h = numpy.tanh(x @ w1 + b1)
    d_y = 2 * (h @ w2 + b2 - t) / t.size
    d_a = d_y @ w2.T * (1 - h ** 2)
    return dict(zip(NAMES, [x.T @ d_a, d_a.sum(0), h.T @ d_y, d_y.sum(0)]))


class Reference:
    """What a train block does, in the order of the language."""

    def __init__(self, optimizer, lr=lambda name, step: 0.1, momentum=lambda name: 0.0, accumulate=1, regularize=None,
                 clip=lambda g: g, project=lambda name, w: w, average=None, update=NAMES):
        self.p, self.step, self.waiting = start(), 0, []
        self.velocity = {name: 0.0 for name in NAMES}
        self.m, self.v = dict(self.velocity), dict(self.velocity)
        self.averages = {}
        self.__dict__.update(optimizer=optimizer, lr=lr, momentum=momentum, accumulate=accumulate,
                             regularize=regularize, clip=clip, project=project, average=average, update=update)

    def call(self, x, t):
        self.waiting.append(gradients(self.p, x, t))
        if len(self.waiting) < self.accumulate:
            return
        g = {name: sum(each[name] for each in self.waiting) / len(self.waiting) for name in self.update}
        self.waiting = []
        for name in self.update:
            if self.regularize:
                g[name] = g[name] + self.regularize(name, self.p[name])
        g = self.clip(g)
        for name in self.update:
            lr = self.lr(name, self.step)
            if self.optimizer == "sgd":
                self.velocity[name] = self.momentum(name) * self.velocity[name] + g[name]
                new = self.p[name] - lr * self.velocity[name]
            else:
                t1 = self.step + 1
                self.m[name] = 0.9 * self.m[name] + 0.1 * g[name]
                self.v[name] = 0.999 * self.v[name] + 0.001 * g[name] ** 2
                new = self.p[name] - lr * (self.m[name] / (1 - 0.9 ** t1)) / (
                    numpy.sqrt(self.v[name] / (1 - 0.999 ** t1)) + 1e-8)
            self.p[name] = self.project(name, new)
            if self.average is not None:
                before = self.averages.get(name, self.p[name])
                self.averages[name] = self.average * before + (1 - self.average) * self.p[name]
        self.step += 1


def by_norm(limit):
    def clip(g):
        norm = numpy.sqrt(sum((each ** 2).sum() for each in g.values()))
        return {name: each * min(1.0, limit / norm) for name, each in g.items()}
    return clip


def by_parameter_norm(limit):
    return lambda g: {name: each * min(1.0, limit / numpy.sqrt((each ** 2).sum())) for name, each in g.items()}


def nine(name):
    return 0.9


def is_weight(name):
    return name.endswith("weight")


REFERENCES = {
    "train": lambda: Reference("adam", lr=lambda name, step: 0.05),
    "accumulated": lambda: Reference("adam", lr=lambda name, step: 0.05, accumulate=3),
    "norm": lambda: Reference("sgd", momentum=nine, clip=by_norm(0.05)),
    "parameter_norm": lambda: Reference("sgd", momentum=nine, clip=by_parameter_norm(0.05)),
    "value": lambda: Reference("sgd", momentum=nine, clip=lambda g: {n: numpy.clip(e, -0.01, 0.01) for n, e in g.items()}),
    "averaged_block": lambda: Reference("sgd", average=0.75),
    "projected": lambda: Reference("sgd", lr=lambda name, step: 0.5,
                                   project=lambda name, w: numpy.clip(w, -0.1, 0.15) if is_weight(name) else w),
    "grouped": lambda: Reference("sgd", lr=lambda name, step: 0.3 if "dense2" in name else 0.2 if "bias" in name else 0.1,
                                 momentum=lambda name: 0.9 if "dense2" in name else 0.5),
    "regularized": lambda: Reference("sgd", regularize=lambda name, w: 0.1 * w * is_weight(name)
                                     + 0.01 * numpy.sign(w) * ("dense1" in name)),
    "frozen": lambda: Reference("sgd", update=["net.dense1.weight", "net.dense2.bias"]),
    "updated": lambda: Reference("sgd", update=["net.dense2.weight"]),
    "scheduled": lambda: Reference("sgd", lr=lambda name, step: 0.1 * 0.9 ** step),
    "everything": lambda: Reference("adam", lr=lambda name, step: 0.05 if is_weight(name) else 0.1,
                                    regularize=lambda name, w: 0.1 * w * is_weight(name), clip=by_norm(0.2),
                                    project=lambda name, w: numpy.clip(w, -0.5, 0.5), average=0.9, accumulate=2),
}


def fresh(model):
    instance = model.create()
    for name, value in start().items():
        instance[name] = value
    return instance


def check(what, found, expected):
    error = numpy.abs(found - expected).max()
    if not error <= TOLERANCE:
        sys.exit("error: %s differs by %.1e" % (what, error))
    return error


def compare(block, model, instance, reference):
    worst = max(check("%s: %s" % (block, name), instance[name], reference.p[name]) for name in NAMES)
    for name, value in reference.averages.items():
        worst = max(worst, check("%s: average of %s" % (block, name), instance["%s.average.%s" % (block, name)], value))
    if instance[block + ".step"] != reference.step:
        sys.exit("error: %s has done %d updates, expected %d" % (block, instance[block + ".step"], reference.step))
    return worst


def moved(reference):
    return {name: value for name, value in start().items() if not numpy.array_equal(value, reference.p[name])}


library, file = sys.argv[1:]
model = nnc.Library(library).model()
for block, make in REFERENCES.items():
    reference, whole, halves = make(), fresh(model), fresh(model)
    worst, resumed, changed = 0.0, None, 0
    for step in range(STEPS):
        x, t = batch(step)
        before = reference.p
        reference.call(x, t)
        losses = getattr(whole, block + "_step")(x=x, t=t), getattr(halves, block + "_gradients")(x=x, t=t)
        if losses[0] != losses[1]:
            sys.exit("error: %s reports %s, its first half %s" % (block, *losses))
        if resumed:
            getattr(resumed, block + "_step")(x=x, t=t)
        if (step + 1) % reference.accumulate == 0:
            # What was summed is there to be reduced, before the update reads it.
            for name in reference.update:
                halves["%s.gradient.%s" % (block, name)] = halves["%s.gradient.%s" % (block, name)]
            getattr(halves, block + "_update")()
        worst = max(worst, compare(block, model, whole, reference))
        if step == 3: # within an accumulation
            whole.save(file)
            resumed = model.create(seed=5)
            resumed.load(file)
    for name, variable in model.variables.items():
        if variable.kind == nnc.GRADIENT or not (name.startswith(block + ".") or name in NAMES):
            continue
        if not numpy.array_equal(whole[name], resumed[name]):
            sys.exit("error: %s is not the same after a file in between" % name)
        # The halves leave other sums behind where the language does not accumulate, and nothing else.
        if not numpy.allclose(whole[name], halves[name], rtol=0, atol=1e-15):
            sys.exit("error: %s differs between a step and its halves" % name)
    if set(moved(reference)) != set(reference.update):
        sys.exit("error: the reference has moved %s" % set(moved(reference)))
    print("%s: %d calls, %d updates, largest difference %.1e" % (block, STEPS, reference.step, worst))

# An update needs gradients, and takes the mean of as many as there are.
pair = fresh(model)
try:
    pair.scheduled_update()
    sys.exit("error: an update without gradients was accepted")
except nnc.Error as error:
    assert "scheduled_update: there are no gradients since the last update" in str(error), error
by_hand = start()
parts = [gradients(by_hand, *batch(step)) for step in range(2)]
for step in range(2):
    x, t = batch(step)
    pair.scheduled_gradients(x=x, t=t)
pair.scheduled_update(lr=0.25)
for name in NAMES:
    check("the mean of two gradients: " + name, pair[name], by_hand[name] - 0.25 * (parts[0][name] + parts[1][name]) / 2)
# What waits for an update is of the parameters that were: a file makes it void.
x, t = batch(0)
pair.scheduled_gradients(x=x, t=t)
pair.save(file)
pair.load(file)
try:
    pair.scheduled_update()
    sys.exit("error: gradients outlived the parameters they were of")
except nnc.Error:
    pass
