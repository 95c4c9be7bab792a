# Every gradient rule as it is printed: SymPy parses the emitted formula, and its value on random numbers equals the
# compiled gradient to 1e-10; so does what calculus gives, which the formula is the simplification of.
#
# All registered ops are walked. One without a case here fails by name.
#
# RUN: mkdir -p %t.d && nnc explain --rules --format=json -o %t.d/rules.json
# RUN: %python %s generate %t.d/rules.json %t.d/rules.mlir
# RUN: nnc %t.d/rules.mlir -o %t.d/rules.so
# RUN: %python %s check %t.d/rules.json %t.d/rules.so
#
# RUN: %python -c "import json; r = json.load(open(r'%t.d/rules.json')); r.append({'op': 'brand_new', 'formula': []}); json.dump(r, open(r'%t.d/more.json', 'w'))"
# RUN: not %python %s generate %t.d/more.json %t.d/more.mlir 2>&1 | FileCheck %s --check-prefix=MISSING
# MISSING: error: no case for the rule of nn.brand_new
# RUN: sed 's/(1 - (v_y \*\* 2))/(1 - (v_y ** 3))/' %t.d/rules.json > %t.d/wrong.json
# RUN: not %python %s check %t.d/wrong.json %t.d/rules.so 2>&1 | FileCheck %s --check-prefix=WRONG
# WRONG: error: the rule of nn.tanh is wrong
import json
import os
import re
import sys

import numpy

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "Inputs"))
TOLERANCE = 1e-10

UNARY = """neg exp expm1 log log1p sqrt rsqrt abs sin cos erf tanh sigmoid log_sigmoid softplus relu leaky_relu elu silu gelu
gelu_tanh""".split()
BINARY = "add sub mul div mod pow maximum minimum".split()
V = "tensor<5xf64>"
WINDOW = "window [3] strides [2] dilations [1] low [1] high [1]"
CONV = "strides [2] dilations [1] low [1] high [1] groups 1"
X, P, K = "tensor<2x6x2xf64>", "tensor<2x3x2xf64>", "tensor<3x2x2xf64>"
WINDOW_NUMBERS = {"stride": 2, "dilation": 1, "low": 1, "taps": 3}
Q, S = "tensor<4x3xf64>", "tensor<4xf64>"

# op: (operands with types, the op as text, its result's name and type, {names of the formula that are attributes})
CASES = {
    "cast": ({"x": V}, "nn.cast %x : tensor<5xf64> -> tensor<5xf32>", "tensor<5xf32>", {}),
    "select": ({"condition": "tensor<5xi1>", "yes": V, "no": V},
               "nn.select %condition, %yes, %no : tensor<5xi1>, tensor<5xf64>", V, {}),
    "access": ({"x": "tensor<4xf64>"}, "nn.access %x [(2*d0 + 1) over 3] else 0.0 : tensor<4xf64> -> tensor<6xf64>",
               "tensor<6xf64>", {"coefficient": 2, "constant": 1, "divisor": 3}),
    "concat": ({"part": "tensor<4xf64>", "rest": "tensor<3xf64>"},
               "nn.concat %rest, %part along 0 : tensor<3xf64>, tensor<4xf64>", "tensor<7xf64>", {"offset": 3}),
    "attention": ({"q": Q, "k": "tensor<5x3xf64>", "v": "tensor<5x2xf64>"},
                  "nn.attention %q, %k, %v scale 0.5 : tensor<4x3xf64>, tensor<5x3xf64>, tensor<5x2xf64>",
                  {"y": "tensor<4x2xf64>", "statistic": S}, {"scale": 0.5, "d_statistic": None}),
    "attention_gradient": (
        {"q": Q, "k": "tensor<5x3xf64>", "v": "tensor<5x2xf64>", "statistic": S, "dy": "tensor<4x2xf64>", "correction": S},
        "nn.attention_gradient %q, %k, %v, %statistic, %dy, %correction scale 0.5 : tensor<4x3xf64>, tensor<5x3xf64>, "
        "tensor<5x2xf64>, tensor<4xf64>, tensor<4x2xf64>, tensor<4xf64>",
        {"dq": Q, "dk": "tensor<5x3xf64>", "dv": "tensor<5x2xf64>"}, {"scale": 0.5}),
    "conv": ({"x": X, "w": K}, "nn.conv %x, %w " + CONV + " : " + X + ", " + K, P, WINDOW_NUMBERS),
    "conv_input_gradient": ({"dy": P, "w": K}, "nn.conv_input_gradient %dy, %w " + CONV + " : " + P + ", " + K + " -> " + X, X,
                            WINDOW_NUMBERS),
    "conv_filter_gradient": ({"x": X, "dy": P}, "nn.conv_filter_gradient %x, %dy " + CONV + " : " + X + ", " + P + " -> " + K,
                             K, WINDOW_NUMBERS),
    "gather": ({"table": "tensor<6x3xf64>", "index": "tensor<4xi32>"},
               "nn.gather %table, %index axis 0 : tensor<6x3xf64>, tensor<4xi32>", "tensor<4x3xf64>", {}),
    "scatter_add": ({"x": "tensor<4x3xf64>", "index": "tensor<4xi32>"},
                    "nn.scatter_add %x, %index axis 0 : tensor<4x3xf64>, tensor<4xi32> -> tensor<6x3xf64>",
                    "tensor<6x3xf64>", {}),
    "cumsum": ({"x": V}, "nn.cumsum %x along 0 : tensor<5xf64>", V, {}),
    "matmul": ({"lhs": "tensor<3x4xf64>", "rhs": "tensor<4x2xf64>"},
               "nn.matmul %lhs, %rhs : tensor<3x4xf64>, tensor<4x2xf64>", "tensor<3x2xf64>", {}),
    "max_pool": ({"x": X}, "nn.max_pool %x " + WINDOW + " : " + X, P, {}),
    "max_unpool": ({"values": P, "index": "tensor<2x3x2xi32>"},
                   "nn.max_unpool %values, %index " + WINDOW + " : " + P + ", tensor<2x3x2xi32> -> " + X, X, {}),
    "max_pool_gather": ({"x": X, "index": "tensor<2x3x2xi32>"},
                        "nn.max_pool_gather %x, %index " + WINDOW + " : " + X + ", tensor<2x3x2xi32>", P, {}),
    "avg_pool": ({"x": X}, "nn.avg_pool %x " + WINDOW + " : " + X, P, {"count": [2.0, 3.0, 3.0], **WINDOW_NUMBERS}),
    "avg_unpool": ({"values": P}, "nn.avg_unpool %values " + WINDOW + " : " + P + " -> " + X, X,
                   {"count": [2.0, 3.0, 3.0], **WINDOW_NUMBERS}),
    "sum": ({"x": V}, "nn.sum %x over [0] : tensor<5xf64>", "tensor<f64>", {}),
    "mean": ({"x": V}, "nn.mean %x over [0] : tensor<5xf64>", "tensor<f64>", {"n": 5}),
    "prod": ({"x": V}, "nn.prod %x over [0] : tensor<5xf64>", "tensor<f64>", {}),
    "max": ({"x": V}, "nn.max %x over [0] : tensor<5xf64>", "tensor<f64>", {}),
    "min": ({"x": V}, "nn.min %x over [0] : tensor<5xf64>", "tensor<f64>", {}),
    # nearest: element i of 7 is element floor(i * 3 / 7) of 3
    "resample": ({"x": "tensor<3xf64>"}, "nn.resample %x along 0 by \"nearest\" : tensor<3xf64> -> tensor<7xf64>",
                 "tensor<7xf64>", {"weight": [[float(j == i * 3 // 7) for j in range(3)] for i in range(7)]}),
    "resample_adjoint": ({"x": "tensor<7xf64>"},
                         "nn.resample_adjoint %x along 0 by \"nearest\" : tensor<7xf64> -> tensor<3xf64>", "tensor<3xf64>",
                         {"weight": [[float(j == i * 3 // 7) for j in range(3)] for i in range(7)]}),
    "broadcast": ({"x": "tensor<3xf64>"}, "nn.broadcast %x dims [1] : tensor<3xf64> -> tensor<4x3xf64>", "tensor<4x3xf64>", {}),
    "reshape": ({"x": "tensor<6xf64>"}, "nn.reshape %x : tensor<6xf64> -> tensor<6xf64>", "tensor<6xf64>", {}),
    "transpose": ({"x": "tensor<3x4xf64>"}, "nn.transpose %x by [1, 0] : tensor<3x4xf64>", "tensor<4x3xf64>", {}),
    "hold": ({"x": V, "until": "tensor<i32>"}, "nn.hold %x until %until : tensor<5xf64>, tensor<i32>", V, {}),
    "softmax": ({"x": V}, "nn.softmax %x along 0 : tensor<5xf64>", V, {}),
    "log_softmax": ({"x": V}, "nn.log_softmax %x along 0 : tensor<5xf64>", V, {}),
    "logsumexp": ({"x": V}, "nn.logsumexp %x along 0 : tensor<5xf64>", "tensor<f64>", {}),
    "softmax_cross_entropy": ({"logits": V, "label": "tensor<i32>"},
                              "nn.softmax_cross_entropy %logits, %label : tensor<5xf64>, tensor<i32>", "tensor<f64>", {}),
}
for op in UNARY:
    CASES[op] = ({"x": V}, "nn.%s %%x : tensor<5xf64>" % op, V, {"slope": 0.01, "alpha": 1.0})
for op in BINARY:
    CASES[op] = ({"lhs": V, "rhs": V}, "nn.%s %%lhs, %%rhs : tensor<5xf64>" % op, V, {})
POSITIVE = {"log", "log1p", "sqrt", "rsqrt", "pow"}
# The rule of a loop is about Jacobians of its body; derivations.py evaluates it turn by turn.
ELSEWHERE = {"scan"}


def results_of(op):
    result = CASES[op][2]
    return result if isinstance(result, dict) else {"y": result}


def is_float(type):
    return "f64>" in type or "f32>" in type


def shape_of(type):
    return tuple(int(n) for n in re.findall(r"(\d+)x", type))


def adjoints_of(op):
    """What the results are weighted with, by the names of the formula."""
    names = {"d_" + name: type for name, type in results_of(op).items()}
    return {name: type for name, type in names.items() if CASES[op][3].get(name, 0) is not None}


def function(op):
    operands, text, _, _ = CASES[op]
    results, adjoints = results_of(op), adjoints_of(op)
    wrt = [name for name, type in operands.items() if is_float(type)]
    arguments = ", ".join("%%%s: %s {nn.name = \"%s\"}" % (name, type, name) for name, type in {**operands, **adjoints}.items())
    outputs = list(results.items()) + [("d_" + name, operands[name]) for name in wrt]
    lines = ["  nn.func predict @%s(%s) -> (%s) {" % (op, arguments, ", ".join(
        "%s {nn.name = \"%s\"}" % (type, "out_" + name) for name, type in outputs))]
    lines.append("    %s = %s" % (", ".join("%" + name for name in results), text))
    total = None
    for number, (adjoint, type) in enumerate(adjoints.items()):
        element = "f32" if "f32" in type else "f64"
        term = "%%weighted%d" % number
        lines.append("    %s = nn.mul %%%s, %%%s : %s" % (term, adjoint[2:], adjoint, type))
        if shape_of(type):
            axes = ", ".join(str(axis) for axis in range(len(shape_of(type))))
            lines.append("    %%sum%d = nn.sum %s over [%s] : %s" % (number, term, axes, type))
            term = "%%sum%d" % number
        if total:
            lines.append("    %%total%d = nn.add %s, %s : tensor<%s>" % (number, total, term, element))
            term = "%%total%d" % number
        total = term
    types = ", ".join(operands[name] for name in wrt)
    gradients = ", ".join("%grad_" + name for name in wrt)
    lines.append("    %s = nn.grad %s wrt %s : (tensor<%s>, %s) -> (%s)" % (
        gradients, total, ", ".join("%" + name for name in wrt), element, types, types))
    values = ["%" + name for name in results] + ["%grad_" + name for name in wrt]
    lines.append("    nn.return %s : %s" % (", ".join(values), ", ".join(type for _, type in outputs)))
    return "\n".join(lines + ["  }", ""])


def rules(path):
    return {rule["op"]: rule for rule in json.load(open(path)) if "no_gradient" not in rule}


def generate(path, output):
    known = rules(path)
    for op in known:
        if op not in CASES and op not in ELSEWHERE:
            sys.exit("error: no case for the rule of nn.%s: expected one in CASES of test/explain/rules.py" % op)
    for op in CASES:
        if op not in known:
            sys.exit("error: a case for nn.%s, which has no rule" % op)
    with open(output, "w") as file:
        file.write('nn.model @rules attributes {source_name = "Rules", symbols = [], bounds = array<i64>} {\n')
        file.writelines(function(op) for op in known if op in CASES)
        file.write("}\n")


def sample(name, type, op, random):
    shape = shape_of(type)
    if type.endswith("i1>"):
        return random.integers(0, 2, shape).astype(bool)
    if type.endswith("i32>"):
        if op in ("max_unpool", "max_pool_gather"):  # windows meet elements 0..1, 1..3, 3..5
            return random.integers([0, 1, 3], [2, 4, 6], (2, 2, 3)).transpose(0, 2, 1).astype(numpy.int32)
        return random.integers(0, 5, shape).astype(numpy.int32)
    values = random.normal(0, 1, shape)
    if op in POSITIVE and not name.startswith("d_"):
        values = numpy.abs(values) + 0.5
    return values.astype(numpy.float32) if "f32" in type else values


def sizes_of(equations, shapes):
    """The sizes of subscripts, from the tensors where they stand alone; and shapes of what the equations define."""
    import sympy
    from evaluate import parse
    sizes = {}
    for target, value in equations:
        for indexed in value.atoms(sympy.Indexed) | target.atoms(sympy.Indexed):
            shape = shapes.get(indexed.base.label.name)
            for symbol, size in zip(indexed.indices, shape or ()):
                if symbol.is_Symbol:
                    sizes[symbol.name] = size
        if isinstance(target, sympy.Indexed) and all(i.name in sizes for i in target.indices if i.is_Symbol):
            shapes.setdefault(target.base.label.name, tuple(sizes[i.name] for i in target.indices))
    return sizes


def check(path, library):
    import sympy
    import nnc
    from evaluate import error, evaluate, parse
    instance = nnc.Library(library).model().create(seed=1)
    random = numpy.random.default_rng(3)
    worst, count = 0.0, 0
    for op, rule in rules(path).items():
        if op in ELSEWHERE:
            continue
        operands, _, _, numbers = CASES[op]
        data = {name: sample(name, type, op, random) for name, type in {**operands, **adjoints_of(op)}.items()}
        outputs = {name[4:]: value for name, value in getattr(instance, op)(**data).items()}
        for form in ("before", "formula"):
            if not rule[form]:
                continue
            values = {"v_" + name: numpy.asarray(value, float) for name, value in {**outputs, **data}.items()}
            values.update({"v_" + name: numpy.asarray(value) for name, value in numbers.items() if value is not None})
            if op == "max_pool":  # the formula's index: the place of the value, which occurs once
                values["v_index"] = numpy.argmax(data["x"][:, None] == outputs["y"][:, :, None], axis=2)
            gradients = {"v_d_" + name: outputs["d_" + name] for name in operands if "d_" + name in outputs}
            for name in gradients:
                values.pop(name)
            equations = [(parse(e["target"]), parse(e["sympy"])) for e in rule[form]]
            shapes = {name: numpy.shape(value) for name, value in {**values, **gradients}.items()}
            sizes = sizes_of(equations, shapes)
            values.update(("size_" + name[2:], size) for name, size in sizes.items())
            for target, value in equations:
                inner = dict(values)
                if isinstance(target, sympy.Indexed):
                    names = [i.name for i in target.indices]
                    inner.update(zip(names, numpy.ogrid[tuple(slice(sizes[n]) for n in names)]))
                    name, shape = target.base.label.name, tuple(sizes[n] for n in names)
                else:
                    name, shape = target.name, None
                found = numpy.asarray(evaluate(value, inner), float)
                values[name] = found if shape is None else numpy.broadcast_to(found, shape)
            found = [name for name in gradients if name in values]
            if not found or (op != "concat" and len(found) != len(gradients)):
                sys.exit("error: the rule of nn.%s does not say all of %s" % (op, ", ".join(gradients)))
            for name in found:
                # The cast between float types rounds: its adjoint is a number of f32.
                difference = error(gradients[name], values[name])
                if not difference <= TOLERANCE:
                    sys.exit("error: the rule of nn.%s is wrong: %s by its %s is %s, compiled %s" % (
                        op, name[2:], form, values[name], gradients[name]))
                worst, count = max(worst, difference), count + 1
    print("%d adjoints by %d rules, largest error %.1e" % (count, len(CASES), worst))


if __name__ == "__main__":
    {"generate": generate, "check": check}[sys.argv[1]](*sys.argv[2:])
