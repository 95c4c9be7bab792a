# Augmentation in training: every result is one that the layer may give, all of those occur, at the rates they should; and
# outside of training nothing is drawn and nothing changes.
#
# RUN: nnc %S/Inputs/augmentation.nn --dtype=f64 -o %t.so
# RUN: %python %s %t.so
# RUN: nnc %S/Inputs/augmentation.nn --emit=graph -o - | FileCheck %s
#
# CHECK: nn.model @training
# CHECK: nn.random_uniform
# CHECK: nn.model @prediction
# CHECK-NOT: nn.random
import sys

import numpy

import nnc

library = nnc.Library(sys.argv[1])
random = numpy.random.default_rng(3)
BATCH = 400
x = random.normal(0, 1, (BATCH, 5, 8, 2))
target = random.normal(0, 1, (BATCH, 3))
model = library.models["Training"].create()
found = model.predict(x=x, target=target, seed=11)


def expect(condition, what):
    if not condition:
        sys.exit("error: " + what)


def which(results, candidates):
    """For each sample the number of the candidate that it equals; all are such."""
    chosen = []
    for n in range(BATCH):
        fits = [i for i, candidate in enumerate(candidates) if numpy.array_equal(results[n], candidate[n])]
        expect(len(fits) == 1, "sample %d is none of %d candidates" % (n, len(candidates)))
        chosen.append(fits[0])
    return numpy.bincount(chosen, minlength=len(candidates)) / BATCH


def evenly(rates, what):
    """Within five standard deviations of a binomial distribution."""
    p = 1 / len(rates)
    print(what, rates.round(3))
    expect(numpy.all(numpy.abs(rates - p) < 5 * numpy.sqrt(p * (1 - p) / BATCH)), "%s: rates are %s" % (what, rates))


evenly(which(found["flipped"], [x, x[:, :, ::-1]]), "flip")
evenly(which(found["both_flipped"], [x, x[:, :, ::-1], x[:, ::-1], x[:, ::-1, ::-1]]), "flip both ways")
expect(numpy.array_equal(found["never"], x), "flips of rate 0")
expect(numpy.array_equal(found["always"], x[:, :, ::-1]), "flips of rate 1")
wide = numpy.pad(x, ((0, 0), (2, 2), (2, 2), (0, 0)))
windows = [wide[:, i:i + 3, j:j + 8] for i in range(7) for j in range(5)]
evenly(which(found["cropped"], windows), "crop")

# Bilinear means of a plane are exact, so the angle can be read off what lies inside.
rows, columns = numpy.meshgrid(numpy.arange(5) - 2.0, numpy.arange(8) - 3.5, indexing="ij")
plane = numpy.stack([rows, columns], -1)[None] + 10.0
turned = model.predict(x=numpy.repeat(plane, BATCH, 0), target=target, seed=5)["turned"]
angles = []
for image in turned:
    r, c = image[2, 4] - 10  # reads the place (r, c) of the plane for the place (0, 0.5)
    angle = numpy.arctan2(-r, c)
    wanted = numpy.stack([numpy.cos(angle) * rows - numpy.sin(angle) * columns,
                          numpy.sin(angle) * rows + numpy.cos(angle) * columns], -1)
    inside = (numpy.abs(wanted[..., 0]) <= 2) & (numpy.abs(wanted[..., 1]) <= 3.5)
    outside = (numpy.abs(wanted[..., 0]) >= 3) | (numpy.abs(wanted[..., 1]) >= 4.5)
    expect(numpy.allclose(image[inside], wanted[inside] + 10, atol=1e-12), "a turned plane is none")
    expect(numpy.all(image[outside] == 0), "what comes from outside is not 0")
    angles.append(numpy.degrees(angle))
expect(numpy.abs(angles).max() <= 20 and numpy.max(angles) > 17 and numpy.min(angles) < -17, "angles of the rotation")
print("angles from %.1f to %.1f" % (numpy.min(angles), numpy.max(angles)))

shift = found["brighter"] - x
expect(numpy.allclose(shift, shift[:, :1, :1, :1]), "brightness differs within an image")
expect(numpy.abs(shift).max() <= 0.5 and shift.max() > 0.45 and shift.min() < -0.45, "brightness leaves its range")
noise = found["noisy"] - x
expect(abs(noise.std() - 0.3) < 0.01 and abs(noise.mean()) < 0.01, "noise of another deviation")

# The part of a sample is the same for all of its numbers and its target.
difference = x - x[::-1]
part = (found["mixed"] - x[::-1])[:, 0, 0, 0] / difference[:, 0, 0, 0]
for numbers, whole in ((found["mixed"], x), (found["mixed_target"], target)):
    p = part.reshape(-1, *[1] * (whole.ndim - 1))
    expect(numpy.allclose(numbers, p * whole + (1 - p) * whole[::-1], atol=1e-9), "mixed with another part")


def beta_moments(sample, alpha, what):
    """Mean 1/2, variance 1 / (4 (2 alpha + 1)), fourth central moment 3 / (16 (2 alpha + 1) (2 alpha + 3))."""
    variance, fourth = 1 / (4 * (2 * alpha + 1)), 3 / (16 * (2 * alpha + 1) * (2 * alpha + 3))
    expect(numpy.all((sample >= -1e-9) & (sample <= 1 + 1e-9)), what + " leaves [0, 1]")
    expect(abs(sample.mean() - 0.5) < 5 * numpy.sqrt(variance / sample.size), what + ": mean %g" % sample.mean())
    spread = numpy.sqrt((fourth - variance**2) / sample.size)
    expect(abs(((sample - 0.5)**2).mean() - variance) < 5 * spread, what + ": variance %g" % sample.var())


beta_moments(part, 0.4, "mixup")
many = model.predict(x=numpy.zeros((20000, 5, 8, 2)), target=numpy.zeros((20000, 3)), seed=2)
beta_moments(many["part"], 0.4, "beta 0.4")
beta_moments(many["even"], 1.0, "beta 1")

still = library.models["Prediction"].create().predict(x=x, target=target)
expect(numpy.array_equal(still["all"], x) and numpy.array_equal(still["same_target"], target), "prediction changes samples")
expect(numpy.array_equal(still["window"], x[:, 1:4, 1:6]) and numpy.array_equal(still["whole"], x), "windows in the middle")
