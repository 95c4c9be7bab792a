"""The data of the comparisons: from a name, a shape and a range alone, so that the script that makes the numbers and the
test that checks them have the same digits and no array has to be stored."""
import zlib

import numpy


def fractions(name, shape):
    """Numbers in [0, 1) without a pattern that matters; whole numbers of 1/2**32, so the same on each machine."""
    count = int(numpy.prod(shape, dtype=numpy.int64))
    bits = (numpy.arange(count, dtype=numpy.uint64) * 2654435761 + zlib.crc32(name.encode())) % 2**32
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        bits = (bits ^ (bits >> numpy.uint64(shift))) * factor % 2**32
    return (bits ^ (bits >> numpy.uint64(16))).astype(numpy.float64).reshape(shape) / 2**32


def array(name, spec, step=None):
    """What the spec of a case says: {"shape"} or, by turns of the steps, {"shapes"}; {"kind"} float, int,
    sign (one of two floats) or bool; {"low", "high"} the half-open range or the two; or the {"values"} themselves."""
    if "values" in spec:
        return numpy.array(spec["values"], {"float": "float64", "int": "int32", "bool": "bool"}[spec["kind"]])
    shape = spec["shape"] if step is None or "shape" in spec else spec["shapes"][step % len(spec["shapes"])]
    part = fractions(name if step is None or "shape" in spec else "%s %d" % (name, step), shape)
    if spec["kind"] == "bool":
        return part < 0.5
    if spec["kind"] == "sign":
        return numpy.where(part < 0.5, float(spec["low"]), float(spec["high"]))
    scaled = spec["low"] + part * (spec["high"] - spec["low"])
    return numpy.asarray(numpy.floor(scaled), numpy.int32) if spec["kind"] == "int" else scaled
