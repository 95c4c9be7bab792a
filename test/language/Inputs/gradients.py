#!/usr/bin/env python3
"""gradients.py LIBRARY.so [options]: the gradients of all train blocks of a program against differences of its losses.

The library is compiled with --dtype=f64 --split-step: <train>_gradients leaves the gradients where they can be read, and
reports the loss that they are of, so both come from the same function, with the same draws. Agreement is
|a - n| <= 1e-8 * max(1, |a|, |n|), at random coordinates of every parameter.

  --range NAME=LOW:HIGH   an input's integers or numbers lie in [LOW, HIGH)
  --size NAME=N           a run-time dimension, else 3
  --minimize A=W,B=V      what is minimized where there are several losses, else the only one
  --hyper NAME=VALUE      a number of the train block; regularizers are off, as no report counts them
  --coordinates N         how many derivatives in all, else about 160
  --settle N              first lets the states run for N calls, where the text stops gradients at values that converge
"""
import argparse
import sys

import numpy

import nnc

TOLERANCE = 1e-8

parser = argparse.ArgumentParser()
parser.add_argument("library")
for option in ("range", "size", "hyper"):
    parser.add_argument("--" + option, action="append", default=[])
parser.add_argument("--coordinates", type=int, default=160)
parser.add_argument("--minimize", default="")
parser.add_argument("--settle", type=int, default=0)
options = parser.parse_args()
ranges = {name: tuple(map(float, text.split(":"))) for name, text in (item.split("=") for item in options.range)}
sizes = {name: int(text) for name, text in (item.split("=") for item in options.size)}
weights = {name: float(text) for name, text in (item.split("=") for item in options.minimize.split(",") if item)}

random = numpy.random.default_rng(7)
library = nnc.Library(options.library)


class Block:
    """One train block, at random parameters."""

    def __init__(self, model, function):
        self.function, self.name = function, function.name.removesuffix("_gradients")
        self.net = model.create(seed=3)
        self.sizes = {symbol: sizes.get(symbol, 3) for symbol in model.symbols}
        self.data = {value.name: self.draw(value) for value in function.inputs}
        known = {hyper.name for hyper in function.hypers}
        self.hypers = {name: 0.0 for name in known if "regularize" in name}
        self.hypers.update({name: float(text) for name, text in (item.split("=") for item in options.hyper) if name in known})
        prefix = self.name + ".gradient."
        self.parameters = [name.removeprefix(prefix) for name in model.variables if name.startswith(prefix)]
        for name in self.parameters:
            self.net[name] = self.net[name] + random.normal(0, 0.1, self.net[name].shape)
        losses = [value.name for value in function.report if value.role == nnc.LOSS]
        self.weights = {name: weights.get(name, 1.0 if len(losses) == 1 else 0.0) for name in losses}
        for _ in range(options.settle):
            self.call()
        self.kept = {name: self.net[name] for name, variable in model.variables.items()
                     if variable.kind == nnc.STATE or name.startswith((prefix, self.name + ".gradients_waiting"))}
        for name in self.kept:
            if name.startswith(self.name + ".gradient"):
                self.kept[name] = numpy.zeros_like(self.kept[name])
        self.states = [name for name in self.kept if not name.startswith(prefix)]

    def draw(self, value):
        shape = value.shape([self.sizes[symbol] for symbol in self.sizes])
        low, high = ranges.get(value.name, (0, value.index_bound or 2) if value.dtype.kind in "iub" else (None, None))
        if low is None:
            return random.normal(0, 1, shape)
        if value.dtype.kind == "f":
            return random.uniform(low, high, shape)
        return random.integers(int(low), int(high), shape).astype(value.dtype)

    def call(self):
        report = getattr(self.net, self.function.name)(sizes=self.sizes, **self.data, **self.hypers)
        return sum(weight * report[name] for name, weight in self.weights.items())

    def gradients(self):
        for name, value in self.kept.items():
            self.net[name] = value
        self.call()
        return {name: self.net["%s.gradient.%s" % (self.name, name)] for name in self.parameters}

    def loss_at(self, name, value):
        for state in self.states:
            self.net[state] = self.kept[state]
        self.net[name] = value
        return self.call()

    def difference(self, name, before, position):
        """By differences of fourth order; the step shrinks until two agree: to the right side of a kink."""
        def with_step(h):
            def at(offset):
                value = before.copy()
                value.flat[position] += offset
                return self.loss_at(name, value)
            return (at(-2 * h) - 8 * at(-h) + 8 * at(h) - at(2 * h)) / (12 * h)

        # Close together, so that two agree before rounding is as coarse as what they differ by: then they agree by chance.
        candidates = [with_step(1e-3)]
        for h in (3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 3e-7, 1e-7):
            candidates.append(with_step(h))
            if abs(candidates[-1] - candidates[-2]) <= 3e-9:
                break
        self.net[name] = before
        return min(zip(candidates, candidates[1:]), key=lambda pair: abs(pair[0] - pair[1]))[0]

    def check(self):
        gradients, worst, largest, count = self.gradients(), (0.0, ""), 0.0, 0
        each = max(2, options.coordinates // len(self.parameters))
        for name in self.parameters:
            before = self.net[name]
            for position in random.choice(before.size, min(each, before.size), replace=False):
                a, n = gradients[name].flat[position], self.difference(name, before, position)
                error = abs(a - n) / max(1.0, abs(a), abs(n))
                worst = max(worst, (error, "%s[%d]: gradient %.12g, difference %.12g" % (name, position, a, n)))
                largest, count = max(largest, abs(a)), count + 1
        print("%s: %d derivatives of %d parameters up to %.2g, largest error %.1e (%s)" % (
            self.function.name, count, len(self.parameters), largest, *worst))
        if not worst[0] <= TOLERANCE:
            sys.exit("error: a gradient is wrong: " + worst[1])
        if largest < 1e-3:
            sys.exit("error: all gradients are near zero, so this shows nothing")


blocks = [(model, function) for model in library.models.values() for function in model.functions.values()
          if function.kind == "gradients"]
if not blocks:
    sys.exit("error: no train block; compile with --split-step")
for model, function in blocks:
    Block(model, function).check()
