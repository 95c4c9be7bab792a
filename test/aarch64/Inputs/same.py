# same.py A B TOLERANCE: what run-model printed of two libraries. Integers are equal, numbers within TOLERANCE of one
# another, relative to the largest of their tensor.
import sys

import numpy


def read(path):
    with open(path) as file:
        return {words[0]: words[1:] for words in (line.split() for line in file)}


def numbers(words):
    return numpy.array([float.fromhex(word) if "x" in word or "n" in word else int(word) for word in words], float)


a, b, tolerance = read(sys.argv[1]), read(sys.argv[2]), float(sys.argv[3])
assert a.keys() == b.keys(), a.keys() ^ b.keys()
worst = 0.0
for name in a:
    left, right = numbers(a[name]), numbers(b[name])
    assert left.shape == right.shape, name
    assert (numpy.isnan(left) == numpy.isnan(right)).all(), "%s: NaN" % name
    left, right = numpy.nan_to_num(left), numpy.nan_to_num(right)
    if not any("x" in word for word in a[name]):
        assert (left == right).all(), "%s: %s and %s" % (name, left, right)
        continue
    error = numpy.abs(left - right).max(initial=0) / max(numpy.abs(left).max(initial=0), 1e-30)
    worst = max(worst, error if numpy.abs(left).max(initial=0) > 1e-12 else 0)
    assert error <= tolerance or numpy.abs(left - right).max() <= tolerance, "%s: %g" % (name, error)
print("%d tensors, largest difference %.1e" % (len(a), worst))
