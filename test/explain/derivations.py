# Derivations of whole models, read from their printed pages: line by line, in the order in which they are printed, NumPy
# does the arithmetic (Inputs/page.py), with the meaning of calls that SymPy parses. Every name is said before it is read and
# is said once; gradients, results and all that a step stores equal the compiled library's to 1e-10; both sides of each
# simplification are equal; Jacobians are those of the lines below them.
#
# Complete pages are evaluated. Pages that tell equal layers once have no line that the complete page has not, and list the
# names that they leave to the layers that are not shown.
#
# First every operator: the functions of rules.py, whose gradients are made of the adjoint ops as well.
# RUN: mkdir -p %t.d && nnc explain --rules --format=json -o %t.d/rules.json
# RUN: %python %S/rules.py generate %t.d/rules.json %t.d/rules.mlir && nnc %t.d/rules.mlir -o %t.d/rules.so
# RUN: nnc explain %t.d/rules.mlir --every-layer -o %t.d/ops.txt
# RUN: nnc explain %t.d/rules.mlir --format=json -o %t.d/ops.json
# RUN: %python %s check %t.d/ops.txt %t.d/ops.json %t.d/rules.so %t.d/rules.mlir | FileCheck %s --check-prefix=OPS
# OPS: {{[0-9]+}} functions, largest error
#
# Then every text that has gradients: examples, worked examples and the chapters of the book here, programs of the language
# and models that are compared with PyTorch in derivations-*.test. All that lie in a folder are taken.
# RUN: %python %s models %nncsrc %t.d 'examples/*' test/explain/Inputs test/explain/Inputs/worked docs/backprop
#
# A page on which something is not so is found: FAULTS says how pages are changed, and what is said of it.
# RUN: %python %s faults %nncsrc %t.d
import ast
import functools
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
from page import NAME, Program, Wrong, blocks_of, names_in, run
from steps import Checks, Source

TOLERANCE = 1e-10
SEED = 2

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


# A text, what is replaced on its page, by what, and what is found.
XOR, CELL, ELMAN = "examples/xor/xor.nn", "test/explain/Inputs/worked/elman.nn", "test/explain/Inputs/elman.nn"
FAULTS = [
    (XOR, r"= transpose\(tanh1\) @ d_product_2", "= 2 * (transpose(tanh1) @ d_product_2)", "the gradient of dense2.weight differs"),
    (XOR, r"(?m)^      d_logit = .*", "      d_logits = d_logit_via_mul1", "d_logit is read, and nothing above says what it is"),
    (XOR, "      d_logit_via_softplus1 = ", "      d_logit_via_mul1 = ", "d_logit_via_mul1 is said twice with different meaning"),
    (XOR, r"diag\(sigmoid\(logit\)\)", "diag(2 * sigmoid(logit))", "jacobian(softplus1, logit) is not that of d_logit_via_softplus1"),
    (XOR, r"(?m)^      = (.*# after)", r"      = 2 * \1", "is not 2 * "),
    (XOR, r"dense1.weight  f\[2, 8\]", "dense1.weight  f[8, 2]", "dense1.weight has sizes (2, 8)"),
    (XOR, r"# f\[batch, 8\]", "# f[batch, 7]", "has sizes (3, 8), not (3, 7)"),
    (XOR, "line 8: softplus1", "line 1: softplus1", "softplus1 is said to be of line 1 of the text"),
    (XOR, "softplus1: softplus", "softplus1: rectifier", "the rule of softplus is no rectifier"),
    (XOR, r"softplus1: softplus\n.*\n", "softplus1: softplus\n      d_loss = 1\n", "the step of softplus1 says what d_loss is"),
    (XOR, r"d_x = d_y \* sigmoid\(x\)", "d_x = d_y * tanh(x)", "the rule of softplus is not"),
    (XOR, "Here x = logit", "Here x = softplus1", "by the rule, y = log(1 + exp(x)); that is not so of y"),
    (XOR, "What comes in: d_softplus1", "What comes in: d_logit_via_mul1", "d_logit_via_mul1 comes in, which is no adjoint of softplus1"),
    (XOR, "Here a = product_2, b = dense2.bias_repeated", "Here a = product_2, b = product_2", "by the rule, y = a + b"),
    (CELL, r"jacobian\(hn\[t\], add1\[t\]\) = 1", "jacobian(hn[t], add1[t]) = 2", "jacobian(hn[t], add1[t]) is not that of d_add1[t]"),
    (CELL, r"jacobian\(mul1\[t\], h\[t\]\) = u", "jacobian(mul1[t], h[t]) = w", "jacobian(mul1[t], h[t]) is not that of d_h[t]"),
    (CELL, r"d_h\[1\] = d_mul1\[1\]", "d_h[1] = d_mul1[2]", "of the turns that are written out, d_h[1] = d_mul1[2] * u is not"),
    (CELL, r"(?m)^      d_w_at\[0\] = .*\n", "", "not all lines of three turns are written out"),
    (CELL, "line 14: loss", "line 12: loss", "loss is said to be of line 12 of the text"),
    (ELMAN, r"(transpose\(jacobian\(h\[t \+ 1\], w\)\)) @", r"\1 * 2 @", "the rule of scan is not"),
]


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


def random_key(call, arguments, shape):
    stream = call["stream"] & (2 ** 64 - 1)
    key, counter = (int(argument) & (2 ** 64 - 1) for argument in arguments)
    parts = [counter // 2 & 0xFFFFFFFF, counter // 2 >> 32, stream & 0xFFFFFFFF, stream >> 32]
    bits = philox([numpy.array([part], dtype=numpy.uint64) for part in parts], key)[counter % 2]
    return float(int(bits) >> 12)


def random_uniform(call, arguments, shape):
    bits = random_bits(int(arguments[0]), int(numpy.prod(shape)))
    return (bits >> numpy.uint64(11)).astype(float).reshape(shape) * 2.0 ** -53


def random_normal(call, arguments, shape):
    bits = random_bits(int(arguments[0]), int(numpy.prod(shape)))
    places = ((bits >> numpy.uint64(12)).astype(float) + 0.5) * 2.0 ** -52
    return numpy.array([NormalDist().inv_cdf(p) for p in places]).reshape(shape)


RANDOM = {"random_key": random_key, "random_uniform": random_uniform, "random_normal": random_normal}


def program_of(derivation, sizes):
    """The values of a page at these sizes, with what it does not print from the derivation as data."""
    symbols = {"v_" + name: size for name, size in sizes.items()}

    def size(text):
        return int(evaluate(parse(text), symbols))

    def meaning(call, node, arguments):
        shape = tuple(map(size, call["sizes"]))
        if isinstance(node, ast.Call) and node.func.id in RANDOM:
            return RANDOM[node.func.id](call, arguments, shape)
        if "sympy" not in call:
            raise Wrong("%s has no meaning" % call["text"])
        inner = dict(symbols)
        for number, (argument, its) in enumerate(zip(arguments, call["arguments"])):
            inner["v_a%d" % number] = numpy.broadcast_to(argument, [size(s) for s in its])
        inner.update(("v_i%d" % axis, index) for axis, index in enumerate(numpy.ogrid[tuple(map(slice, shape))]))
        return numpy.broadcast_to(evaluate(parse(call["sympy"]), inner), shape)

    lines = derivation["lines"] + derivation["results"] + derivation["simplifications"]
    lines += [store for update in derivation["updates"] for store in update["stores"]]
    lines += [step for gradient in derivation["gradients"] for step in gradient["steps"]]
    shapes = {line["target"]: line["sizes"] for line in derivation["lines"]}

    def shape_of(target):
        return [size(s) for s in shapes[target]] if target in shapes else None
    return Program(sizes, [call for line in lines for call in line["calls"]], shape_of, meaning)


def draw(value, sizes, random):
    shape = value.shape(sizes)
    if value.dtype.kind == "f":  # positive, for logarithms; in f32 exact, for conversions
        return (numpy.abs(random.normal(0, 1, shape)) + 0.5).astype(numpy.float32).astype(value.dtype)
    if value.dtype.kind == "b":
        return random.integers(0, 2, shape).astype(bool)
    if value.index_bound:
        return random.integers(0, value.index_bound, shape, value.dtype)
    return random.integers(1, 3, shape, value.dtype)  # lengths, which divide


def compare_sides(where):
    """Tells of a simplification that is not so."""
    def see(block, equations, program):
        def differ(a, b):
            try:
                return error(program.evaluate(a), program.evaluate(b)) > TOLERANCE
            except ValueError:  # their sizes do not fit
                return True
        for number, (target, text, remark) in enumerate(equations):
            before = equations[number - 1][1] if not target else text if remark == "before" else None
            if before is None:
                before = target
            if remark != "before" and differ(before, text):
                sys.exit("error: %s: line %d: %s is not %s" % (where, block.line, before, text))
    return see


def check(blocks, derivation, model, instance, random, source, rules):
    where = "%s.%s" % (derivation["model"], derivation["function"])
    function = model.functions[derivation["function"]]
    sizes = dict(zip(model.symbols, range(3, 3 + len(model.symbols))))
    program = program_of(derivation, sizes)
    data = {value.name: draw(value, list(sizes.values()), random) for value in function.inputs}
    # Rates that a schedule computes have no default that is a number.
    rates = {value.name: 0.01 for value in function.hypers if value.default is None}
    program.values.update({value.name: numpy.asarray(rates.get(value.name, value.default)) for value in function.hypers})
    program.values.update({**data, "seed": numpy.asarray(SEED)})
    program.values.update({name: numpy.asarray(instance[name]) for name, _ in derivation["variables"]})
    gradients = {}
    if derivation["updates"]:
        before = {name: instance[name] for name in model.variables}
        half = getattr(instance, derivation["function"].replace("_step", "_gradients"))
        half(**data, sizes=sizes)
        gradients = {name: instance[name] for name in model.variables if ".gradient." in name}
        for name in model.variables:  # state that the half has changed
            instance[name] = before[name]
    outputs = getattr(instance, derivation["function"])(**data, **rates, sizes=sizes)
    try:
        stores, results = run(blocks, program, compare_sides(where), Checks(source, rules, derivation))
        worst, compared = 0.0, 0

        def compare(what, expected, found, tolerance=TOLERANCE):
            nonlocal worst
            difference = error(expected, found)
            if not difference <= tolerance:
                sys.exit("error: %s: %s differs by %.1e" % (where, what, difference))
            worst = max(worst, difference)

        for gradient in derivation["gradients"]:
            for name, adjoint in gradient["wrt"]:
                own = "%s.gradient.%s" % (re.sub("_step$", "", derivation["function"]), name)
                if own in gradients:  # that of the loss comes first; those of regularizers join it in what is stored
                    compare("the gradient of " + name, gradients.pop(own), program.read(adjoint, ()))
                    compared += 1
        for result in derivation["results"]:
            name = result["name"]
            if name in outputs:
                compare("result " + name, outputs[name], results[name] if name in results else program.read(name, ()))
    except Wrong as wrong:
        sys.exit("error: %s: %s" % (where, wrong))
    if derivation["updates"]:
        changed = {name for name in before if not numpy.array_equal(before[name], instance[name])}
        if changed - set(stores):
            sys.exit("error: %s: the page does not say what becomes of %s" % (where, ", ".join(sorted(changed - set(stores)))))
        if not compared:
            sys.exit("error: %s: no gradient was compared" % where)
    for name, value in stores.items():
        # Adam divides gradients by their own size: of one that is zero but for rounding, that makes 1e-9.
        compare("what is stored in " + name, instance[name], value, 1e-8)
    return worst


def check_files(page, data, library, text):
    worst, count = check_all(open(page).read(), data, library, text)
    print("%d functions, largest error %.1e" % (count, worst))


def check_all(page, data, library, text):
    source, rules = Source(text), all_rules()
    models = nnc.Library(library).models
    random = numpy.random.default_rng(5)
    worst = 0.0
    blocks = blocks_of(page)
    derivations = json.load(open(data))
    if sorted(blocks) != sorted((each["model"], each["function"]) for each in derivations):
        sys.exit("error: %s: functions are missing" % text)
    for derivation in derivations:
        model = models[derivation["model"]]
        instance = model.create(seed=SEED)
        for name, variable in model.variables.items():
            if variable.kind == nnc.PARAMETER:
                instance[name] = instance[name] + random.normal(0, 0.1, instance[name].shape)
        worst = max(worst, check(blocks[derivation["model"], derivation["function"]], derivation, model, instance, random,
                                 source, rules))
    return worst, len(derivations)


def check_faults(source, work):
    """Pages with one fault each: every one is found, and what is found is that."""
    for text, what, by, message in FAULTS:
        path, name = os.path.join(source, text), os.path.join(work, text.replace("/", "-")[:-3])
        page = open(name + ".txt").read()
        wrong, count = re.subn(what, by, page, count=1)
        if not count:
            sys.exit("error: %s: the page has no %s" % (text, what))
        try:
            check_all(wrong, name + ".json", name + ".so", path)
        except SystemExit as found:
            if message not in str(found):
                sys.exit("error: %s: %s for %s: found: %s" % (text, by, what, found))
        else:
            sys.exit("error: %s: %s for %s was not found" % (text, by, what))
    print("%d faults" % len(FAULTS))


@functools.cache
def all_rules():
    text = subprocess.run(["nnc", "explain", "--rules", "--format=json"], check=True, capture_output=True).stdout
    return {rule["op"]: rule for rule in json.loads(text)}


def check_short(page, complete):
    """A short page says what the complete one says, and leaves no name unsaid but those that it lists."""
    complete_blocks = blocks_of(open(complete).read())
    whole = {key: lines_of(blocks) for key, blocks in complete_blocks.items()}
    for key, blocks in blocks_of(open(page).read()).items():
        said, read, listed = lines_of(blocks)
        known, _, _ = whole[key]
        stars = [re.compile(re.escape(name).replace(r"\*", r"\d+") + "$") for name in said if "*" in name]
        for target, texts in said.items():
            for text in texts:
                if text is not None and "..." not in text and text not in known.get(target, ()):
                    sys.exit("error: %s: %s = %s is not on the complete page" % (".".join(key), target, text))
        check_forward(".".join(key), blocks, complete_blocks[key])
        for name, line in read.items():
            if name not in said and name not in listed and not any(star.match(name) for star in stars) and name in known:
                sys.exit("error: %s: line %d reads %s, which nothing says" % (".".join(key), line, name))


def check_forward(where, blocks, complete):
    """A line of the forward pass is on the short page as well, unless it is of a layer like one that is shown: then no step of
    that page is about it, and a line that stands there says the same of other names."""
    def forward(blocks):
        return {target: text for block in blocks if block.heading.startswith("Forward") and not block.table()[0]
                for target, text, _ in block.equations()}
    def shape(text):
        return NAME.sub("_", text)
    shown = forward(blocks)
    shapes = {shape(text) for text in shown.values()}
    steps = {target for block in blocks if block.section.startswith("Backward") and not block.elsewhere()
             for target, _, _ in block.equations()}
    for target, text in forward(complete).items():
        if target not in shown and (target in steps or shape(text) not in shapes):
            sys.exit("error: %s: the forward pass lacks %s = %s" % (where, target, text))


def lines_of(blocks):
    """({target without turns: texts}, {name that is read: line}, names left to layers that are not shown)."""
    said, read, listed = {}, {}, set()
    for block in blocks:
        header, rows = block.table()
        if header == ["value", "type", ""]:
            said.update({row[0]: {None} for row in rows})
        elif header == ["value", "is there what here is"]:
            listed.update(row[0] for row in rows)
        elif block.section != "Numbers" and not block.elsewhere():
            for target, text, _ in block.equations():
                said.setdefault(target.partition("[")[0], set()).add(text)
                for name in names_in(text):
                    read.setdefault(name, block.line)
    return said, read, listed


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
        for output, options in ((".txt", ["--every-layer"]), (".short.txt", []), (".json", ["--format=json"])):
            done = subprocess.run(["nnc", "explain", "-o", name + output] + options + arguments, capture_output=True)
            if done.returncode:
                break
        if b"takes no gradient" in done.stderr:
            continue
        if done.returncode:
            sys.exit("error: %s: %s" % (path, done.stderr.decode()))
        subprocess.run(["nnc", "--dtype=f64", "--split-step", "-w", "-o", name + ".so"] + arguments, check=True)
        print("%s: " % path, end="", flush=True)
        check_short(name + ".short.txt", name + ".txt")
        check_files(name + ".txt", name + ".json", name + ".so", os.path.join(source, path))
        print("  %.1f s" % (time.monotonic() - begin))


if __name__ == "__main__":
    {"check": check_files, "models": check_models, "faults": check_faults}[sys.argv[1]](*sys.argv[2:])
