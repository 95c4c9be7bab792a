#!/usr/bin/env python3
"""compare.py LIBRARY.so NUMBERS.json [TOLERANCE]: a library compiled for f64 against an independent framework's numbers.

Each case of the file (reference.py says what it holds) sets the parameters, calls every function of its model whose
inputs it gives, and compares results, losses, gradients and variables: |a - b| <= 1e-10 * max(1, |a|, |b|). Each expected array must be met
by something the model gives, and each parameter must be given, so nothing is compared by luck or left out unseen."""
import json
import sys

import numpy

import given
import nnc

TOLERANCE = float(sys.argv[3]) if len(sys.argv) > 3 else 1e-10


def difference(found, expected):
    """The largest, in the project's metric; infinite where the sizes differ or one alone is not a number."""
    found, expected = numpy.ravel(numpy.asarray(found, numpy.float64)), numpy.array(expected, numpy.float64)
    if found.shape != expected.shape:
        return numpy.inf
    same = (found == expected) | (numpy.isnan(found) & numpy.isnan(expected))
    with numpy.errstate(invalid="ignore"):
        error = numpy.abs(found - expected) / numpy.maximum(1.0, numpy.maximum(numpy.abs(found), numpy.abs(expected)))
    return float(numpy.where(same, 0.0, numpy.where(numpy.isnan(error), numpy.inf, error)).max(initial=0.0))


class Case:
    def __init__(self, model, entry):
        self.model, self.entry, self.expected = model, entry, entry["expected"]
        self.errors = {}
        self.net = model.create()
        self.variables = {}
        for name, variable in model.variables.items():
            if name in entry["given"]:
                self.variables[name] = given.array(name, entry["given"][name])
            elif variable.kind == nnc.PARAMETER:
                sys.exit("error: %s: the case does not give parameter '%s'" % (model.name, name))
            else:
                self.variables[name] = self.net[name]

    def compare(self, name, found):
        if name in self.expected:
            self.errors[name] = max(self.errors.get(name, 0.0), difference(found, self.expected[name]))

    def call(self, function, step=None):
        """Its results; the inputs are those of the case."""
        arguments = {value.name: given.array(value.name, self.entry["given"][value.name], step)
                     for value in function.inputs if value.name in self.entry["given"]}
        return getattr(self.net, function.name)(**arguments)

    def gives(self, function):
        return all(value.name in self.entry["given"] or value.default is not None for value in function.inputs)

    def reset(self):
        for name, value in self.variables.items():
            self.net[name] = value

    def hypers(self, function):
        values = (nnc.c_double * len(function.hypers))()
        self.net.check(self.model.raw.hyper_defaults(self.net.handle, function.index, values))
        return {"hyper." + hyper.name: value for hyper, value in zip(function.hypers, values)}

    def run(self):
        functions = [function for function in self.model.functions.values() if self.gives(function)]
        if "steps" in self.entry:
            self.run_steps([function for function in functions if function.kind == "step"])
        else:
            for function in functions:
                if function.kind in ("predict", "evaluate"):
                    self.reset()
                    for name, found in self.call(function).items():
                        self.compare(name, found)
            for function in functions:
                if function.kind == "step":
                    self.reset()
                    for name, found in self.call(function).items():
                        self.compare(name, found)
                    for name, before in self.variables.items():
                        self.compare(name, self.net[name])
                        if self.model.variables[name].kind == nnc.PARAMETER:
                            self.compare("d_" + name, before - self.net[name])
        missing = [name for name in self.expected if name not in self.errors]
        if missing:
            sys.exit("error: %s gives no '%s'" % (self.model.name, "', '".join(missing)))

    def run_steps(self, functions):
        """Several train blocks take turns in each step; what they report then has their names before it."""
        self.reset()
        found = {}
        for step in range(self.entry["steps"]):
            for function in functions:
                prefix = function.name.removesuffix("step").replace("_", ".") if len(functions) > 1 else ""
                for name, value in {**self.hypers(function), **self.call(function, step)}.items():
                    found.setdefault(prefix + name, []).append(value)
        for name, values in found.items():
            self.compare(name, values)
        for name in self.variables:
            self.compare(name, self.net[name])


def main():
    library = nnc.Library(sys.argv[1])
    with open(sys.argv[2]) as file:
        cases = json.load(file)["cases"]
    worst, failed = {}, False
    for entry in cases:
        case = Case(library.models[entry["model"]], entry)
        case.run()
        for name, error in case.errors.items():
            if not error <= TOLERANCE:
                failed = True
                print("error: %s: '%s' differs by %.1e, given %s" % (
                    entry["model"], name, error, json.dumps(entry["given"])))
        worst.setdefault(entry["model"], []).append(max(case.errors.values()))
    for name in library.models:
        if name not in worst:
            failed = True
            print("error: no case is about model %s" % name)
        else:
            print("%s: %d cases, largest difference %.1e" % (name, len(worst[name]), max(worst[name])))
    return failed


if __name__ == "__main__":
    sys.exit(main())
