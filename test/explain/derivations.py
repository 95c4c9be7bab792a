# Derivations of whole models as they are printed, evaluated line by line: SymPy parses the meaning of each call, NumPy
# does the arithmetic. Gradients, results and all that a step stores equal the compiled library's to 1e-10.
#
# First every operator: the functions of rules.py, whose gradients are made of the adjoint ops as well.
# RUN: mkdir -p %t.d && nnc explain --rules --format=json -o %t.d/rules.json
# RUN: %python %S/rules.py generate %t.d/rules.json %t.d/rules.mlir && nnc %t.d/rules.mlir -o %t.d/rules.so
# RUN: nnc explain %t.d/rules.mlir --format=json -o %t.d/ops.json
# RUN: %python %s %t.d/ops.json %t.d/rules.so | FileCheck %s --check-prefix=OPS
# OPS: {{[0-9]+}} functions, largest error
#
# Then the examples, loops, and models of layers, losses, optimizers and second derivatives.
# RUN: nnc explain %nncsrc/examples/xor/xor.nn --format=json -o %t.d/xor.json
# RUN: nnc %nncsrc/examples/xor/xor.nn --dtype=f64 --split-step -o %t.d/xor.so
# RUN: %python %s %t.d/xor.json %t.d/xor.so
# RUN: nnc explain %nncsrc/examples/sine/sine.nn --format=json -o %t.d/sine.json
# RUN: nnc %nncsrc/examples/sine/sine.nn --dtype=f64 --split-step -o %t.d/sine.so
# RUN: %python %s %t.d/sine.json %t.d/sine.so
# RUN: nnc explain %nncsrc/examples/fashion_mnist/mlp.nn --format=json -o %t.d/mlp.json
# RUN: nnc %nncsrc/examples/fashion_mnist/mlp.nn --dtype=f64 --split-step -o %t.d/mlp.so
# RUN: %python %s %t.d/mlp.json %t.d/mlp.so
# RUN: nnc explain %S/Inputs/elman.nn --format=json -o %t.d/elman.json
# RUN: nnc %S/Inputs/elman.nn --dtype=f64 --split-step -o %t.d/elman.so
# RUN: %python %s %t.d/elman.json %t.d/elman.so
# RUN: nnc explain %nncsrc/test/torch/recurrent.nn --format=json -o %t.d/recurrent.json
# RUN: nnc %nncsrc/test/torch/recurrent.nn --dtype=f64 --split-step -o %t.d/recurrent.so
# RUN: %python %s %t.d/recurrent.json %t.d/recurrent.so
# RUN: nnc explain %nncsrc/test/torch/activations.nn --format=json -o %t.d/activations.json
# RUN: nnc %nncsrc/test/torch/activations.nn --dtype=f64 --split-step -o %t.d/activations.so
# RUN: %python %s %t.d/activations.json %t.d/activations.so
# RUN: nnc explain %nncsrc/test/torch/notation.nn --format=json -o %t.d/notation.json
# RUN: nnc %nncsrc/test/torch/notation.nn --dtype=f64 --split-step -o %t.d/notation.so
# RUN: %python %s %t.d/notation.json %t.d/notation.so
# RUN: nnc explain %nncsrc/test/torch/optimizers.nn --format=json -o %t.d/optimizers.json
# RUN: nnc %nncsrc/test/torch/optimizers.nn --dtype=f64 --split-step -o %t.d/optimizers.so
# RUN: %python %s %t.d/optimizers.json %t.d/optimizers.so
# RUN: nnc explain %nncsrc/test/torch/gradient-penalty.nn --format=json -o %t.d/penalty.json
# RUN: nnc %nncsrc/test/torch/gradient-penalty.nn --dtype=f64 --split-step -o %t.d/penalty.so
# RUN: %python %s %t.d/penalty.json %t.d/penalty.so
# RUN: nnc explain %nncsrc/examples/iris/iris.nn --format=json -o %t.d/iris.json
# RUN: nnc %nncsrc/examples/iris/iris.nn --dtype=f64 --split-step -o %t.d/iris.so
# RUN: %python %s %t.d/iris.json %t.d/iris.so
# RUN: nnc explain %nncsrc/test/torch/losses.nn --format=json -o %t.d/losses.json
# RUN: nnc %nncsrc/test/torch/losses.nn --dtype=f64 --split-step -o %t.d/losses.so
# RUN: %python %s %t.d/losses.json %t.d/losses.so
# RUN: nnc explain %nncsrc/test/torch/norms.nn --format=json -o %t.d/norms.json
# RUN: nnc %nncsrc/test/torch/norms.nn --dtype=f64 --split-step -o %t.d/norms.so
# RUN: %python %s %t.d/norms.json %t.d/norms.so
# RUN: nnc explain %nncsrc/test/torch/windows.nn --format=json -o %t.d/windows.json
# RUN: nnc %nncsrc/test/torch/windows.nn --dtype=f64 --split-step -o %t.d/windows.so
# RUN: %python %s %t.d/windows.json %t.d/windows.so
# RUN: nnc explain %nncsrc/test/torch/attention.nn --format=json -o %t.d/attention.json
# RUN: nnc %nncsrc/test/torch/attention.nn --dtype=f64 --split-step -o %t.d/attention.so
# RUN: %python %s %t.d/attention.json %t.d/attention.so
#
# A line that is not what the library computes is found.
# RUN: sed 's/"text": "transpose(tanh1) @ d_logit"/"text": "2 * (transpose(tanh1) @ d_logit)"/' %t.d/xor.json > %t.d/wrong.json
# RUN: not %python %s %t.d/wrong.json %t.d/xor.so 2>&1 | FileCheck %s --check-prefix=WRONG
# WRONG: error: train_step: the gradient of dense2.weight differs
import ast
import json
import os
import re
import sys

import numpy

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "Inputs"))
import nnc
from evaluate import error, evaluate, parse

TOLERANCE = 1e-10
OPERATORS = {ast.Add: numpy.add, ast.Sub: numpy.subtract, ast.Mult: numpy.multiply, ast.Div: numpy.divide,
             ast.Pow: numpy.power, ast.MatMult: numpy.matmul}
COMPARISONS = {ast.Eq: numpy.equal, ast.NotEq: numpy.not_equal, ast.Lt: numpy.less, ast.LtE: numpy.less_equal,
               ast.Gt: numpy.greater, ast.GtE: numpy.greater_equal}
NAME = re.compile(r"'[^']*'|[A-Za-z_][\w.]*(?![\w.(])")


class Program:
    """The lines of one function."""

    def __init__(self, derivation, sizes):
        self.sizes = {"v_" + name: size for name, size in sizes.items()}
        self.values, self.calls = {}, {}
        self.words, self.names = {}, []  # Python's names for those of values: `block.in.weight` is none

    def define(self, name, value):
        self.values[name] = numpy.asarray(value)

    def size(self, text):
        return int(evaluate(parse(text), self.sizes))

    def plain(self, text):
        def word(match):
            name = match.group(0)
            if name not in self.values:
                return name
            if name not in self.words:
                self.words[name] = "V%d_" % len(self.names)
                self.names.append(name)
            return self.words[name]
        return NAME.sub(word, text)

    def evaluate(self, text):
        code = self.plain(text)
        tree = ast.parse(code, mode="eval").body
        with numpy.errstate(all="ignore"):
            return self.walk(tree, code)

    def add_calls(self, calls):
        for call in calls:
            self.calls[self.plain(call["text"])] = call

    def walk(self, node, code):
        def value(inner):
            return self.walk(inner, code)
        if isinstance(node, ast.Constant):
            return float(node.value)
        if isinstance(node, ast.Name):
            if re.fullmatch(r"V\d+_", node.id):
                return self.values[self.names[int(node.id[1:-1])]]
            return float(node.id) if node.id in ("inf", "nan") else float(self.sizes["v_" + node.id])
        if isinstance(node, ast.BinOp):
            lhs, rhs = value(node.left), value(node.right)
            if isinstance(node.op, ast.Pow):
                lhs = numpy.asarray(lhs, float)
            return OPERATORS[type(node.op)](*(numpy.asarray(x, float) for x in (lhs, rhs)))
        if isinstance(node, ast.UnaryOp):
            return -numpy.asarray(value(node.operand), float)
        if isinstance(node, ast.Compare):
            return COMPARISONS[type(node.ops[0])](value(node.left), value(node.comparators[0]))
        function = node.func.id
        if function == "where":
            condition, yes, no = map(value, node.args)
            return numpy.where(condition, yes, no)
        if function == "transpose" and not node.keywords:
            return numpy.swapaxes(value(node.args[0]), -1, -2)
        call = self.calls[ast.get_source_segment(code, node)]
        if "sympy" not in call:
            raise NotImplementedError("%s has no meaning" % call["text"])
        inner = dict(self.sizes)
        for number, (argument, sizes) in enumerate(zip(node.args, call["arguments"])):
            inner["v_a%d" % number] = numpy.broadcast_to(value(argument), [self.size(s) for s in sizes])
        shape = tuple(self.size(s) for s in call["sizes"])
        inner.update(("v_i%d" % axis, index) for axis, index in enumerate(numpy.ogrid[tuple(map(slice, shape))]))
        return numpy.broadcast_to(evaluate(parse(call["sympy"]), inner), shape)

    def run(self, lines):
        for line in lines:
            if "loop" in line:
                self.loop(line["loop"])
                continue
            self.add_calls(line["calls"])
            value = self.evaluate(line["text"])
            self.define(line["target"], numpy.broadcast_to(value, [self.size(s) for s in line["sizes"]]))

    def loop(self, loop):
        self.add_calls(loop["calls"])
        def taken(key):
            return {entry["name"]: numpy.broadcast_to(self.evaluate(entry["text"]), [self.size(s) for s in entry["sizes"]])
                    for entry in loop[key]}
        sequences, carries = taken("sequences"), taken("carries")
        for name, value in taken("invariants").items():
            self.define(name, value)
        turns = range(self.size(loop["length"]))
        stacked = [[None] * len(turns) for _ in loop["stacked"]]
        for turn in reversed(turns) if loop["reverse"] else turns:
            self.define(loop["turn"], turn)
            for name, value in sequences.items():
                self.define(name, value[turn])
            for name, value in carries.items():
                self.define(name, value)
            self.run(loop["body"])
            self.add_calls(loop["calls"])
            for number, text in enumerate(loop["stacked"]):
                stacked[number][turn] = self.evaluate(text)
            carries = {name: numpy.broadcast_to(self.evaluate(text), numpy.shape(carries[name]))
                       for name, text in zip(carries, loop["next"])}
        for name, values in zip(loop["stacked_names"], stacked):
            if name:
                self.define(name, numpy.stack(values))
        for name, value in zip(loop["final_names"], carries.values()):
            if name:
                self.define(name, value)


def draw(value, sizes, random):
    shape = value.shape(sizes)
    if value.dtype.kind == "f":  # positive, for logarithms; in f32 exact, for conversions
        return (numpy.abs(random.normal(0, 1, shape)) + 0.5).astype(numpy.float32).astype(value.dtype)
    if value.dtype.kind == "b":
        return random.integers(0, 2, shape).astype(bool)
    return random.integers(0, value.index_bound or 2, shape, value.dtype)


def check(derivation, model, instance, random):
    function = model.functions[derivation["function"]]
    sizes = [3 + number for number in range(len(model.symbols))]
    program = Program(derivation, dict(zip(model.symbols, sizes)))
    data = {value.name: draw(value, sizes, random) for value in function.inputs}
    for name, _ in derivation["inputs"]:
        if name in data:
            program.define(name, data[name])
    for value in function.hypers:
        program.define(value.name, value.default)
    for name in model.variables:
        program.define(name, instance[name])
    gradients = {}
    if derivation["stores"]:
        half = getattr(instance, derivation["function"].replace("_step", "_gradients"))
        half(**data)
        gradients = {name: instance[name] for name in model.variables if ".gradient." in name}
        for name in model.variables:  # state that the half has changed
            instance[name] = program.values[name]
    outputs = getattr(instance, derivation["function"])(**data)
    program.run(derivation["lines"])
    program.add_calls(derivation["calls"])
    worst = 0.0

    def compare(what, expected, found):
        nonlocal worst
        difference = error(expected, found)
        if not difference <= TOLERANCE:
            sys.exit("error: %s: %s differs by %.1e" % (derivation["function"], what, difference))
        worst = max(worst, difference)

    for gradient in derivation["gradients"][:1]:  # of the loss; those of penalties join it in what is stored
        for name, adjoint in gradient["wrt"]:
            for own, expected in gradients.items():
                if own.endswith(".gradient." + name):
                    compare("the gradient of " + name, expected, program.values[adjoint])
    for name, text in derivation["results"]:
        if name in outputs:
            compare("result " + name, outputs[name], program.evaluate(text))
    for name, text in derivation["stores"]:
        compare("what is stored in " + name, instance[name], program.evaluate(text))
    return worst


def main(path, library):
    models = nnc.Library(library).models
    random = numpy.random.default_rng(5)
    worst = 0.0
    derivations = json.load(open(path))
    for derivation in derivations:
        model = models[derivation["model"]]
        instance = model.create(seed=2)
        for name, variable in model.variables.items():
            if variable.kind == nnc.PARAMETER:
                instance[name] = instance[name] + random.normal(0, 0.1, instance[name].shape)
        worst = max(worst, check(derivation, model, instance, random))
    print("%d functions, largest error %.1e" % (len(derivations), worst))


main(*sys.argv[1:])
