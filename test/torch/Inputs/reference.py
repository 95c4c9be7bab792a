"""Makes the numbers that a test of this directory compares with, by PyTorch in float64.

A topic is three files: `topic.nn`, models whose RUN lines compile them and call compare.py; `Inputs/topic.py`, which
says the same in PyTorch; `Inputs/topic.json`, the numbers, made by

    python topic.py > topic.json        (in this directory, with PyTorch installed)

In topic.py, one function per model says what it computes from given tensors, and `case` runs it:

    from reference import case, write

    def layer_norm(t, rows):                       # input x: f[rows, 5]; input probe: f[rows, 5]
        x, probe = t("x", rows, 5), t("probe", rows, 5, grad=False)
        y = functional.layer_norm(x, [5], t("norm.scale", 5), t("norm.shift", 5))
        return {"y": y, "total": (y * probe).sum()}

    for rows in (1, 3, 7):
        case("LayerNorm", layer_norm, rows)
    write(__file__)

The tensors' names are those of the model's inputs and parameters, the results' those of its outputs, losses, metrics
and (after one `train_step`) variables. Where there is a result `total`, its gradients by all given tensors are expected
too, save those with `grad=False`: of an input `x` as the model's output `d_x = grad(total, wrt: x)`, of a parameter as
what `train Model { optimizer sgd(lr: 1) }` subtracts. Second derivatives are results like others, made by
torch.autograd.grad. `t.ints`, `t.signs` and `t.bools` give labels, targets of two values, and
masks.

A trajectory is a case with steps: `t.stream`, `t.int_stream` give a function from the step to its batch, whose shapes may
take turns, and results that are lists hold one number per step: losses, or `hyper.lr`, a schedule's value. Where a
model has several train blocks, each makes a step in its turn, and reports as `<block>.loss`.
"""
import json
import os
import sys

import numpy
import torch

import given

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)  # of numbers that optimizers keep, too
cases = []


class Given:
    """The tensors that a case is given, by name; remembers what was asked for."""

    def __init__(self):
        self.specs, self.tensors = {}, {}

    def _tensor(self, name, spec, grad=False):
        self.specs[name] = spec
        tensor = torch.from_numpy(given.array(name, spec))
        self.tensors[name] = tensor.requires_grad_(grad) if grad else tensor
        return self.tensors[name]

    def __call__(self, name, *shape, low=-1.0, high=1.0, grad=True):
        return self._tensor(name, {"kind": "float", "shape": shape, "low": low, "high": high}, grad)

    def exactly(self, name, values, grad=True):
        return self._tensor(name, {"kind": "float", "values": values}, grad)

    def ints(self, name, *shape, low=0, high):
        return self._tensor(name, {"kind": "int", "shape": shape, "low": low, "high": high}).long()

    def signs(self, name, *shape, low=-1, high=1):
        """Floats that are one of the two."""
        return self._tensor(name, {"kind": "sign", "shape": shape, "low": low, "high": high})

    def bools(self, name, *shape):
        return self._tensor(name, {"kind": "bool", "shape": shape})

    def _stream(self, name, spec):
        self.specs[name] = spec
        return lambda step: torch.from_numpy(given.array(name, spec, step))

    def stream(self, name, *shapes, low=-1.0, high=1.0):
        return self._stream(name, {"kind": "float", "shapes": shapes, "low": low, "high": high})

    def int_stream(self, name, *shapes, low=0, high):
        batch = self._stream(name, {"kind": "int", "shapes": shapes, "low": low, "high": high})
        return lambda step: batch(step).long()


def numbers(result):
    """Thirteen digits: the test asks for 1e-10."""
    if isinstance(result, (list, float)):
        flat = [float(value) for value in numpy.ravel(result)]
    else:
        flat = torch.as_tensor(result).detach().double().flatten().tolist()
    return [int(value) if value.is_integer() else float("%.13g" % value) for value in flat]


def case(model, compute, *arguments, steps=None):
    """One comparison: `compute(t, *arguments)` with the tensors `t` gives, returning results by name."""
    t = Given()
    results = dict(compute(t, *arguments))
    if "total" in results and not steps:
        wanted = {name: tensor for name, tensor in t.tensors.items() if tensor.requires_grad}
        gradients = torch.autograd.grad(results["total"], list(wanted.values()), retain_graph=True)
        results.update({"d_" + name: gradient for name, gradient in zip(wanted, gradients)})
    cases.append({"model": model, "steps": steps, "given": t.specs,
                  "expected": {name: numbers(result) for name, result in results.items()}})


def write(script):
    """Prints all cases, one line for each array."""
    print('{"made_by": "%s with PyTorch %s, NumPy %s",\n "cases": [' % (
        os.path.basename(script), torch.__version__.split("+")[0], numpy.__version__))
    for i, entry in enumerate(cases):
        head = {key: value for key, value in entry.items() if key != "expected" and value is not None}
        arrays = ["   %s: %s" % (json.dumps(name), json.dumps(values).replace(" ", ""))
                  for name, values in entry["expected"].items()]
        print('  %s, "expected": {' % json.dumps(head)[:-1])
        print(",\n".join(arrays) + "}}" + ("," if i + 1 < len(cases) else ""))
    print(" ]}")
