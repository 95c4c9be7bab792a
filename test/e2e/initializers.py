# Initial values as the language states them: distribution functions, moments and bounds, with the inputs and outputs of a unit counted over the
# window of a convolution; orthogonal rows or columns. In f32 and f64.
#
# RUN: nnc -Wno-zero-weights %S/Inputs/initializers.nn -o %t.f32.so
# RUN: %python %s %t.f32.so
# RUN: nnc -Wno-zero-weights %S/Inputs/initializers.nn --dtype=f64 -o %t.f64.so
# RUN: %python %s %t.f64.so
import math
import sys

import nnc
import numpy

net = nnc.Library(sys.argv[1]).model().create(seed=12)
failed = False


def check(name, what, found, expected, tolerance):
    global failed
    if not abs(found - expected) <= tolerance:
        failed = True
        print("error: %s: %s is %.6g, expected %.6g to %.1g" % (name, what, found, expected, tolerance))


def moments(name, mean, deviation, low=-numpy.inf, high=numpy.inf):
    """Within five deviations of what so many draws give."""
    values = net[name].astype(numpy.float64).ravel()
    check(name, "the mean", values.mean(), mean, 5 * deviation / len(values)**0.5)
    kurtosis = ((values - values.mean())**4).mean() / values.var()**2 if deviation else 1
    check(name, "the standard deviation", values.std(), deviation,
          5 * deviation * ((kurtosis - 1) / 4 / len(values))**0.5 + 1e-12)
    if not (low <= values.min() and values.max() <= high):
        check(name, "a value", values.min() if values.min() < low else values.max(), low, 0)
    if high < numpy.inf and deviation:  # the bounds are those, not narrower ones
        check(name, "the least", values.min(), low, 0.01 * (high - low))
        check(name, "the greatest", values.max(), high, 0.01 * (high - low))


def distributed(name, distribution):
    """Kolmogorov's distance from the distribution function is below its 0.001 quantile."""
    values = numpy.sort(net[name].astype(numpy.float64).ravel())
    true, n = numpy.array([distribution(value) for value in values]), len(values)
    distance = max(numpy.abs(true - numpy.arange(1, n + 1) / n).max(), numpy.abs(true - numpy.arange(n) / n).max())
    check(name, "the distance from its distribution", distance, 0, 1.95 / n**0.5)


def bell(x):
    return 0.5 * math.erfc(-x / 2**0.5)


def uniform(name, variance):
    limit = (3 * variance)**0.5
    moments(name, 0, variance**0.5, -limit * (1 + 1e-6), limit * (1 + 1e-6))
    distributed(name, lambda x: min(max(0.5 + 0.5 * x / limit, 0.0), 1.0))


def normal(name, mean, deviation):
    moments(name, mean, deviation)
    distributed(name, lambda x: bell((x - mean) / deviation))


def orthogonal(name, gain):
    matrix = net[name].astype(numpy.float64)
    matrix = matrix.reshape(-1, matrix.shape[-1])
    if matrix.shape[0] < matrix.shape[1]:
        matrix = matrix.T
    error = numpy.abs(matrix.T @ matrix - gain**2 * numpy.eye(matrix.shape[1])).max()
    check(name, "its product with itself", error, 0, 1e-6 if net[name].itemsize == 4 else 1e-13)


moments("zeros_matrix", 0, 0)
moments("ones_matrix", 1, 0)
moments("constant_matrix", 0.25, 0)
moments("uniform_matrix", 0.5, 2 / 12**0.5, -0.5, 1.5)
normal("normal_matrix", 1, 0.02)
# A normal distribution without what lies beyond two deviations has 0.8796 of its deviation.
moments("truncated_matrix", 0, 0.5 * 0.87962566103423978, -1, 1)
distributed("truncated_matrix", lambda x: (bell(x / 0.5) - bell(-2)) / (bell(2) - bell(-2)))
windows = {"matrix": (300, 200), "window": (9 * 64, 9 * 128)}
for kind, (fan_in, fan_out) in windows.items():
    uniform("glorot_uniform_" + kind, 2 / (fan_in + fan_out))
    normal("glorot_normal_" + kind, 0, (2 / (fan_in + fan_out))**0.5)
    uniform("he_uniform_" + kind, 2 / fan_in)
    normal("he_normal_" + kind, 0, (2 if kind == "matrix" else 1) * (2 / fan_in)**0.5)
    orthogonal("orthogonal_" + kind, 1)
orthogonal("orthogonal_wide", 0.5)
sys.exit(failed)
