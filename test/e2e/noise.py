# Layers of noise in training: whole channels are dropped at their rate and the rest grows, random slopes are uniform in
# their range, and gradients see the same draws. Choices have the distribution of softmax, computed here, also with one
# logit far ahead, with classes that cannot be chosen, and whatever is added to all logits.
#
# RUN: nnc %S/Inputs/noise.nn -o %t.f32.so && %python %s %t.f32.so
# RUN: nnc %S/Inputs/noise.nn --dtype=f64 -o %t.f64.so && %python %s %t.f64.so
import sys

import numpy

import nnc

BATCH = 200
models = nnc.Library(sys.argv[1]).models
random = numpy.random.default_rng(4)
sequence, image = random.normal(0, 1, (BATCH, 6, 40)), random.normal(0, 1, (BATCH, 3, 4, 40))
found = models["Noise"].create().predict(sequence=sequence, image=image, seed=9)
close = dict(rtol=1e-5, atol=1e-6)


def expect(condition, what):
    if not condition:
        sys.exit("error: " + what)


def dropped(result, slope, x, what):
    """A factor per channel of a sample, 0 or 1 / 0.7; 0 as often as the rate says, to five deviations."""
    axes = tuple(range(1, x.ndim - 1))
    expect(numpy.allclose(slope, slope[(slice(None),) + (slice(1),) * len(axes)]), what + ": factors within a channel differ")
    factor = slope.mean(axes)
    expect(numpy.all(numpy.isclose(factor, 0) | numpy.isclose(factor, 1 / 0.7, rtol=1e-5)), what + ": another factor")
    expect(numpy.allclose(result, x * slope, **close), what + ": the gradient sees other draws")
    rate = (factor < 0.5).mean()
    print("%s: %.3f of the channels dropped" % (what, rate))
    expect(abs(rate - 0.3) < 5 * numpy.sqrt(0.3 * 0.7 / factor.size), what + ": dropped at another rate")


dropped(found["by_channel"], found["d_channel"], sequence, "sequences")
dropped(found["by_map"], found["d_map"], image, "images")
expect(numpy.allclose(found["free"], sequence, **close), "rate 0 drops")

slope, negative = found["d_bent"].astype(numpy.float64), sequence < 0
expect(numpy.allclose(found["bent"], sequence * slope, **close), "slopes: the gradient sees other draws")
expect(numpy.all(slope[~negative] == 1), "slopes: positive numbers change")
drawn = numpy.sort((slope[negative] - 0.1) / 0.3)
distance = numpy.abs(drawn - (numpy.arange(drawn.size) + 0.5) / drawn.size).max() + 0.5 / drawn.size
print("slopes: distance from the uniform distribution %.4f of %d" % (distance, drawn.size))
expect(distance < 1.95 / numpy.sqrt(drawn.size), "slopes are not uniform in [0.1, 0.4)")  # the 0.001 quantile

ROWS = 20000
choices = models["Choices"].create()
# The 0.001 quantiles of the chi-square distribution, by degrees of freedom.
QUANTILE = {2: 13.816, 3: 16.266, 6: 22.458}


def choose(logits, seed):
    return choices.predict(logits=numpy.tile(logits, (ROWS, 1)), seed=seed)["choice"]


for about, logits in (("even", numpy.zeros(7)), ("uneven", numpy.array([0, 1, -1, 2, 0.5, -2, 1.5])),
                      ("far from 0", numpy.array([0, 1, -1, 2, 0.5, -2, 1.5]) + 60),
                      ("some impossible", numpy.array([0, -numpy.inf, 1, -numpy.inf, 2, -numpy.inf, -1])),
                      ("two rare", numpy.array([-numpy.inf, -6.0, 0, -5, -numpy.inf, -numpy.inf, -numpy.inf]))):
    weight = numpy.exp(logits - logits.max())
    expected = ROWS * weight / weight.sum()
    counts = numpy.bincount(choose(logits, 31), minlength=7)
    possible = expected > 0
    expect(counts[~possible].sum() == 0, about + ": an impossible class is chosen")
    statistic = ((counts - expected)[possible] ** 2 / expected[possible]).sum()
    print("%s: chi-square %.1f, limit %.1f" % (about, statistic, QUANTILE[possible.sum() - 1]))
    expect(statistic < QUANTILE[possible.sum() - 1], about + ": other frequencies than softmax says")

# One draw is a threshold: as a logit rises, from some point on it is chosen, and what was chosen before stays otherwise.
logits = random.normal(0, 1, 7)
before = choose(logits, 5)
for rise in (0.5, 2.0, 30.0):
    higher = logits.copy()
    higher[3] += rise
    after = choose(higher, 5)
    expect(numpy.all((after == before) | (after == 3)), "a higher logit changes a choice to another class")
    expect((after == 3).sum() > (before == 3).sum(), "a higher logit is not chosen more often")
expect(numpy.all(after == 3), "a logit that is far ahead is not always chosen")
