"""Data and initial parameters of the trajectory, from a formula, so that both sides have the same digits."""
import numpy

STEPS = 20
SHAPES = {"dense1": (5, 7), "dense2": (7, 4), "dense3": (4, 3)}


def wave(shape, phase):
    """Numbers between -1 and 1 without a pattern that matters."""
    index = numpy.arange(numpy.prod(shape), dtype=numpy.float64)
    return numpy.sin(phase + 2.7 * index + 0.013 * index**2).reshape(shape)


def batch(step):
    """Six samples in even steps, nine in odd ones: the batch is a number of each call."""
    size = 6 + 3 * (step % 2)
    return wave((size, 5), 0.3 + step), (numpy.arange(size) * (step + 2) % 3).astype(numpy.int32)


def parameters():
    values = {}
    for phase, (name, shape) in enumerate(SHAPES.items()):
        values[name + ".weight"] = wave(shape, 1.0 + phase)
        values[name + ".bias"] = 0.1 * wave(shape[1:], 5.0 + phase)
    return values
