# Derivations of whole models as they are printed, evaluated line by line: SymPy parses the meaning of each call, NumPy
# does the arithmetic. Gradients, results and all that a step stores equal the compiled library's to 1e-10.
#
# First every operator: the functions of rules.py, whose gradients are made of the adjoint ops as well.
# RUN: mkdir -p %t.d && nnc explain --rules --format=json -o %t.d/rules.json
# RUN: %python %S/rules.py generate %t.d/rules.json %t.d/rules.mlir && nnc %t.d/rules.mlir -o %t.d/rules.so
# RUN: nnc explain %t.d/rules.mlir --format=json -o %t.d/ops.json
# RUN: %python %s check %t.d/ops.json %t.d/rules.so | FileCheck %s --check-prefix=OPS
# OPS: {{[0-9]+}} functions, largest error
#
# Then every text that has gradients: examples, worked examples and the chapters of the book here, programs of the language
# and models that are compared with PyTorch in derivations-*.test. All that lie in a folder are taken.
# RUN: %python %s models %nncsrc %t.d 'examples/*' test/explain/Inputs test/explain/Inputs/worked docs/backprop
#
# A line that is not what the library computes is found.
# RUN: nnc explain %nncsrc/examples/xor/xor.nn --format=json -o %t.d/xor.json
# RUN: nnc %nncsrc/examples/xor/xor.nn --dtype=f64 --split-step -o %t.d/xor.so
# RUN: sed 's/"text": "transpose(tanh1) @ d_logit"/"text": "2 * (transpose(tanh1) @ d_logit)"/' %t.d/xor.json > %t.d/wrong.json
# RUN: not %python %s check %t.d/wrong.json %t.d/xor.so 2>&1 | FileCheck %s --check-prefix=WRONG
# WRONG: error: train_step: the gradient of dense2.weight differs
import ast
import glob
import json
import os
import re
import subprocess
import sys
import time
from statistics import NormalDist

import numpy

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "Inputs"))
import nnc
from evaluate import error, evaluate, parse

TOLERANCE = 1e-10
SEED = 2
OPERATORS = {ast.Add: numpy.add, ast.Sub: numpy.subtract, ast.Mult: numpy.multiply, ast.Div: numpy.divide,
             ast.Pow: numpy.power, ast.MatMult: numpy.matmul}
COMPARISONS = {ast.Eq: numpy.equal, ast.NotEq: numpy.not_equal, ast.Lt: numpy.less, ast.LtE: numpy.less_equal,
               ast.Gt: numpy.greater, ast.GtE: numpy.greater_equal}
NAME = re.compile(r"'[^']*'|[A-Za-z_][\w.]*(?![\w.(])")


# At these sizes programs are checked: sums over indices are evaluated one by one.
SMALL = {
    "examples/fashion_mnist/cnn.nn": ["size=8", "filters=3", "hidden=5"],
    "examples/fashion_mnist/mlp.nn": ["hidden=5"],
    "examples/minigpt/minigpt.nn": ["vocabulary=7", "d=8", "heads=2", "depth=2", "context=6", "dropout=0.25"],
    "test/language/Inputs/char_lstm.nn": ["vocabulary=5", "hidden=3"],
    "test/language/Inputs/bigru.nn": ["hidden=3", "classes=3"],
    "test/language/Inputs/cnn.nn": ["size=8"],
    "test/language/Inputs/deep_sigmoid.nn": ["depth=4", "width=3"],
    "test/language/Inputs/gan.nn": ["latent=3"],
    "test/language/Inputs/minigpt.nn": ["vocabulary=5", "d=8", "heads=2", "depth=2", "context=6"],
    "test/language/Inputs/residual.nn": ["width=2", "depth=1"],
    "test/language/Inputs/seq2seq.nn": ["source_words=5", "target_words=4", "hidden=3", "longest=3"],
    "test/language/Inputs/siamese.nn": ["code=3", "size=6"],
    "test/language/Inputs/smoothing.nn": ["vocabulary=7"],
    "test/language/Inputs/transfer.nn": ["classes=3"],
    "test/language/Inputs/unet.nn": ["widths=2,3", "bottom_width=4", "size=8"],
    "test/language/Inputs/vae.nn": ["latent=2"],
    "test/language/Inputs/wgan_gp.nn": ["latent=3"],
}


def random_bits(key, count):
    """The first numbers of a key: Philox 4x32-10 (Salmon and others 2011), two numbers of 64 bits from each block."""
    blocks = numpy.arange((count + 1) // 2, dtype=numpy.uint64)
    low, thirty_two = numpy.uint64(0xFFFFFFFF), numpy.uint64(32)
    c = [blocks & low, blocks >> thirty_two, numpy.zeros_like(blocks), numpy.zeros_like(blocks)]
    return philox(c, key)[:count]


def philox(c, key):
    low, thirty_two = numpy.uint64(0xFFFFFFFF), numpy.uint64(32)
    k = [key & 0xFFFFFFFF, key >> 32]
    for _ in range(10):
        p0, p1 = numpy.uint64(0xD2511F53) * c[0], numpy.uint64(0xCD9E8D57) * c[2]
        c = [(p1 >> thirty_two) ^ c[1] ^ numpy.uint64(k[0]), p1 & low,
             (p0 >> thirty_two) ^ c[3] ^ numpy.uint64(k[1]), p0 & low]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return numpy.stack([c[1] << thirty_two | c[0], c[3] << thirty_two | c[2]], axis=1).ravel()


def random_key(value, node, shape):
    stream = ast.literal_eval(next(k.value for k in node.keywords if k.arg == "stream")) & (2 ** 64 - 1)
    key, counter = (int(value(argument)) & (2 ** 64 - 1) for argument in node.args)
    parts = [counter // 2 & 0xFFFFFFFF, counter // 2 >> 32, stream & 0xFFFFFFFF, stream >> 32]
    bits = philox([numpy.array([part], dtype=numpy.uint64) for part in parts], key)[counter % 2]
    return float(int(bits) >> 12)


def random_uniform(value, node, shape):
    bits = random_bits(int(value(node.args[0])), int(numpy.prod(shape)))
    return (bits >> numpy.uint64(11)).astype(float).reshape(shape) * 2.0 ** -53


def random_normal(value, node, shape):
    bits = random_bits(int(value(node.args[0])), int(numpy.prod(shape)))
    places = ((bits >> numpy.uint64(12)).astype(float) + 0.5) * 2.0 ** -52
    return numpy.array([NormalDist().inv_cdf(p) for p in places]).reshape(shape)


RANDOM = {"random_key": random_key, "random_uniform": random_uniform, "random_normal": random_normal}


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
        if function in RANDOM:
            return RANDOM[function](value, node, [self.size(s) for s in call["sizes"]])
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
    if value.index_bound:
        return random.integers(0, value.index_bound, shape, value.dtype)
    return random.integers(1, 3, shape, value.dtype)  # lengths, which divide


def check(derivation, model, instance, random):
    function = model.functions[derivation["function"]]
    sizes = [3 + number for number in range(len(model.symbols))]
    program = Program(derivation, dict(zip(model.symbols, sizes)))
    data = {value.name: draw(value, sizes, random) for value in function.inputs}
    for name, _ in derivation["inputs"]:
        if name in data:
            program.define(name, data[name])
    # Rates that a schedule computes have no default that is a number.
    rates = {value.name: 0.01 for value in function.hypers if value.default is None}
    for value in function.hypers:
        program.define(value.name, rates.get(value.name, value.default))
    program.define("seed", SEED)
    for name in model.variables:
        program.define(name, instance[name])
    gradients = {}
    if derivation["stores"]:
        half = getattr(instance, derivation["function"].replace("_step", "_gradients"))
        half(**data, sizes=dict(zip(model.symbols, sizes)))
        gradients = {name: instance[name] for name in model.variables if ".gradient." in name}
        for name in model.variables:  # state that the half has changed
            instance[name] = program.values[name]
    outputs = getattr(instance, derivation["function"])(**data, **rates, sizes=dict(zip(model.symbols, sizes)))
    program.run(derivation["lines"])
    program.add_calls(derivation["calls"])
    worst, compared = 0.0, 0

    def compare(what, expected, found, tolerance=TOLERANCE):
        nonlocal worst
        difference = error(expected, found)
        if not difference <= tolerance:
            sys.exit("error: %s: %s differs by %.1e" % (derivation["function"], what, difference))
        worst = max(worst, difference)

    for gradient in derivation["gradients"]:
        for name, adjoint in gradient["wrt"]:
            own = "%s.gradient.%s" % (re.sub("_step$", "", derivation["function"]), name)
            if own in gradients:  # that of the loss comes first; those of regularizers join it in what is stored
                compare("the gradient of " + name, gradients.pop(own), program.values[adjoint])
                compared += 1
    if derivation["stores"] and not compared:
        sys.exit("error: %s: no gradient was compared" % derivation["function"])
    for name, text in derivation["results"]:
        if name in outputs:
            compare("result " + name, outputs[name], program.evaluate(text))
    for name, text in derivation["stores"]:
        # Adam divides gradients by their own size: of one that is zero but for rounding, that makes 1e-9.
        compare("what is stored in " + name, instance[name], program.evaluate(text), 1e-8)
    return worst


def check_all(path, library):
    models = nnc.Library(library).models
    random = numpy.random.default_rng(5)
    worst = 0.0
    derivations = json.load(open(path))
    for derivation in derivations:
        model = models[derivation["model"]]
        instance = model.create(seed=SEED)
        for name, variable in model.variables.items():
            if variable.kind == nnc.PARAMETER:
                instance[name] = instance[name] + random.normal(0, 0.1, instance[name].shape)
        worst = max(worst, check(derivation, model, instance, random))
    print("%d functions, largest error %.1e" % (len(derivations), worst))


def check_models(source, work, *folders):
    """Every text of these folders that has gradients."""
    for path in SMALL:
        if not os.path.exists(os.path.join(source, path)):
            sys.exit("error: no %s: SMALL in test/explain/derivations.py names it" % path)
    paths = [os.path.relpath(path, source) for folder in folders for path in sorted(glob.glob("%s/%s/*.nn" % (source, folder)))]
    assert paths, "the folders have moved"
    for path in paths:
        name = os.path.join(work, path.replace("/", "-")[:-3])
        arguments = [os.path.join(source, path)] + ["-D" + option for option in SMALL.get(path, [])]
        begin = time.monotonic()
        done = subprocess.run(["nnc", "explain", "--format=json", "-o", name + ".json"] + arguments, capture_output=True)
        if b"takes no gradient" in done.stderr:
            continue
        if done.returncode:
            sys.exit("error: %s: %s" % (path, done.stderr.decode()))
        subprocess.run(["nnc", "--dtype=f64", "--split-step", "-w", "-o", name + ".so"] + arguments, check=True)
        print("%s: " % path, end="", flush=True)
        check_all(name + ".json", name + ".so")
        print("  %.1f s" % (time.monotonic() - begin))


if __name__ == "__main__":
    {"check": check_all, "models": check_models}[sys.argv[1]](*sys.argv[2:])
