# Random tensors in compiled libraries: their distributions; the same seed gives the same draws, another seed, step or
# place in the text others; the backward pass sees the forward pass's mask; predictions hold no trace of dropout.
#
# RUN: nnc %nncsrc/test/e2e/Inputs/draws.nn -o %t.f32.so && %python %s %nncsrc %t.f32.so f32
# RUN: nnc %nncsrc/test/e2e/Inputs/draws.nn --dtype=f64 -o %t.f64.so && %python %s %nncsrc %t.f64.so f64
# RUN: nnc %nncsrc/test/e2e/Inputs/draws.nn -o %t.h && FileCheck %s < %t.h
# CHECK: int draws_predict(draws *model, int64_t batch, const float *x, int64_t seed,
# CHECK: int dropped_predict(dropped *model, int64_t batch, const float *x, float *kept)
# CHECK: int dropped_train_step(dropped *model, int64_t batch, const float *x,
# CHECK-NEXT: const dropped_train_hyper *hyper,
import os
import sys

import numpy

source, library, dtype = sys.argv[1:4]
sys.path.insert(0, os.path.join(source, "python"))
import nnc

models = nnc.Library(library).models
N = 200 * 500


def expect(what, truth):
    if not truth:
        sys.exit("draws.py: %s: %s" % (dtype, what))


def near(value, expected, deviation):
    """Within five standard errors."""
    return abs(value - expected) <= 5 * deviation


def kolmogorov(sample, distribution):
    """The largest distance between the sample's distribution function and the true one."""
    ordered = numpy.sort(sample.ravel().astype(numpy.float64))
    true, steps = distribution(ordered), numpy.arange(1, ordered.size + 1) / ordered.size
    return max(numpy.abs(true - steps).max(), numpy.abs(true - steps + 1 / ordered.size).max())


def normal_distribution(x):
    import math

    return numpy.array([0.5 * math.erfc(-(v - 2) / 0.5 / math.sqrt(2)) for v in x])


draws = models["Draws"].create(seed=1)
logits = numpy.log(numpy.tile(numpy.arange(1, 501) / 125250.0, (200, 1)))
one = draws.predict(x=logits, seed=7)
again = draws.predict(x=logits, seed=7)
other = draws.predict(x=logits, seed=8)
for name in one:
    expect(name + " repeats with its seed", numpy.array_equal(one[name], again[name]))
    expect(name + " differs with another seed", not numpy.array_equal(one[name], other[name]))
expect("places in the text draw for themselves", not numpy.array_equal(one["coin"], one["other"]))
expect("two coins agree as often as independent ones", near((one["coin"] == one["other"]).mean(), 0.58, 0.5 / N**0.5))

fresh = draws.fresh(sizes={"batch": 5}, seed=1)["numbers"]
expect("a size of draws alone is an argument", fresh.shape == (5, 3) and len(set(fresh.ravel().tolist())) == 15)

# The 0.001 quantile of Kolmogorov's distribution is 1.95 / sqrt(n).
expect("uniform", kolmogorov(one["flat"], lambda x: (x + 1) / 4) < 1.95 / N**0.5)
expect("normal", kolmogorov(one["bell"], normal_distribution) < 1.95 / N**0.5)
expect("bernoulli", near(one["coin"].mean(), 0.3, (0.3 * 0.7 / N) ** 0.5))
for axis in 0, 1:
    first, second = (numpy.delete(one["flat"], i, axis) for i in (0, one["flat"].shape[axis] - 1))
    expect("neighbours are not correlated", abs(numpy.corrcoef(first.ravel(), second.ravel())[0, 1]) < 5 / N**0.5)

chosen = numpy.concatenate([draws.predict(x=logits, seed=seed)["choice"] for seed in range(50)])
mean, deviation = (2 * 500 + 1) / 3 - 1, 500 / 18**0.5  # of p(i) proportional to i + 1
expect("categorical", near(chosen.mean(), mean, deviation / chosen.size**0.5))
masked = numpy.full((200, 500), -numpy.inf)
masked[:, 17] = 0
expect("only one is possible", (draws.predict(x=masked, seed=3)["choice"] == 17).all())

x = numpy.ones((64, 400))
net = models["Dropped"].create(seed=5)
expect("no trace of dropout", numpy.array_equal(net.predict(x=x)["kept"], x))
totals = []
for step in range(3):
    net["scale"] = numpy.ones(400)
    totals.append(net.train_step(x=x)["total"])
    gradient = 1 - net["scale"]
    kept = gradient * 0.75
    expect("the gradient counts what was kept", numpy.abs(kept - kept.round()).max() < 1e-4)
    expect("forward and backward see one mask", near(gradient.sum(), totals[-1], 1e-6 * totals[-1]))
    expect("a quarter is dropped", near(kept.sum() / x.size, 0.75, (0.75 * 0.25 / x.size) ** 0.5))
expect("each step draws anew", len(set(totals)) == 3)
same = models["Dropped"].create(seed=5)
expect("the same seed trains alike", same.train_step(x=x)["total"] == totals[0])
expect("another does not", models["Dropped"].create(seed=6).train_step(x=x)["total"] != totals[0])

# A file carries seed and step: what continues from it draws as if it had not been interrupted.
file = library + ".safetensors"
saved = models["Dropped"].create(seed=9)
saved.train_step(x=x)
saved.save(file)
resumed = models["Dropped"].create(seed=1)
resumed.load(file)
expect("resumes", saved.train_step(x=x) == resumed.train_step(x=x))

# In loops: turns draw for themselves, and the backward pass sees each turn's mask.
x = numpy.ones((16, 7, 50))
turns = models["Turns"].create(seed=2)
coins = turns.predict(x=x, seed=4)["coins"]
expect("turns draw for themselves", len({coins[:, turn].tobytes() for turn in range(7)}) == 7)
expect("inner turns too", {0, 1, 2, 3} == set(coins.ravel().tolist()))
total = turns.train_step(x=x)["total"]
gradient = 1 - turns["scale"]
expect("the backward loop sees the turns' masks", near(gradient.sum(), total, 1e-5 * total))
expect("half is dropped", near(total / 2 / x.size, 0.5, 0.5 / x.size**0.5))
