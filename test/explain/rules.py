# Every gradient rule as it is printed: SymPy parses the emitted formula, and its value on random numbers equals the
# compiled gradient to 1e-10; so does what calculus gives, which the formula is the simplification of, and the op's result by
# the equation that the rule is given for.
#
# All registered ops are walked, each in its variants: axes, masks, groups, modes. One without a case here fails by name.
#
# RUN: mkdir -p %t.d && nnc explain --rules --format=json -o %t.d/rules.json
# RUN: %python %s generate %t.d/rules.json %t.d/rules.mlir
# RUN: nnc %t.d/rules.mlir -o %t.d/rules.so
# RUN: %python %s check %t.d/rules.json %t.d/rules.so
#
# Each letter of a rule is an operand's, a result's, an attribute's, defined by an equation, or explained; and the plain
# spelling means what SymPy is given.
# RUN: nnc explain --rules -o %t.d/rules.txt
# RUN: %python %s letters %t.d/rules.json %t.d/rules.txt
#
# RUN: %python -c "import json; r = json.load(open(r'%t.d/rules.json')); r.append({'op': 'brand_new', 'formula': []}); json.dump(r, open(r'%t.d/more.json', 'w'))"
# RUN: not %python %s generate %t.d/more.json %t.d/more.mlir 2>&1 | FileCheck %s --check-prefix=MISSING
# MISSING: error: no case for the rule of nn.brand_new
# RUN: sed 's/(1 - (v_y \*\* 2))/(1 - (v_y ** 3))/' %t.d/rules.json > %t.d/wrong.json
# RUN: not %python %s check %t.d/wrong.json %t.d/rules.so 2>&1 | FileCheck %s --check-prefix=WRONG
# WRONG: error: the rule of nn.tanh is wrong
# RUN: sed 's/jacobian(v_h\[(v_t + 1)\], v_x\[v_t\])/jacobian(v_y[v_t], v_x[v_t])/' %t.d/rules.json > %t.d/scan.json
# RUN: not %python %s check %t.d/scan.json %t.d/rules.so 2>&1 | FileCheck %s --check-prefix=SCAN
# SCAN: error: the rule of nn.scan is wrong
# RUN: sed 's/seen\[i, j\]`/visible[i, j]`/' %t.d/rules.json > %t.d/letter.json
# RUN: not %python %s letters %t.d/letter.json %t.d/rules.txt 2>&1 | FileCheck %s --check-prefix=LETTER
# LETTER: error: the rule of nn.attention does not say what seen is
# RUN: sed 's/d_a = d_y \* b$/d_a = d_y * a/' %t.d/rules.txt > %t.d/printed.txt
# RUN: not %python %s letters %t.d/rules.json %t.d/printed.txt 2>&1 | FileCheck %s --check-prefix=PRINTED
# PRINTED: error: the page says of nn.mul: d_a = d_y * a
import json
import os
import re
import sys

import numpy

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "Inputs"))
from rule_cases import CASES, POSITIVE, SCAN

TOLERANCE = 1e-10
# The rule of a loop is about what its turns compute: check_scan takes a cell.
LOOPS = {"scan"}


def op_of(case):
    return case.partition("__")[0]


def is_float(type):
    return "f64>" in type or "f32>" in type


def shape_of(type):
    return tuple(int(n) for n in re.findall(r"(\d+)x", type))


def function(op):
    case = CASES[op]
    operands, text, results, adjoints = case.operands, case.text, case.results, case.adjoints
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
        if op not in CASES and op not in LOOPS:
            sys.exit("error: no case for the rule of nn.%s: expected one in CASES of test/explain/rules.py" % op)
    for op in CASES:
        if op_of(op) not in known:
            sys.exit("error: a case for nn.%s, which has no rule" % op)
    with open(output, "w") as file:
        file.write('nn.model @rules attributes {source_name = "Rules", symbols = [], bounds = array<i64>} {\n')
        file.writelines(function(case) for case in CASES if op_of(case) in known)
        file.write(SCAN + "}\n")


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
    if op == "cast":  # which rounds to f32
        return values.astype(numpy.float32).astype(numpy.float32 if "f32" in type else float)
    return values


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


def evaluate_equations(equations, values, gradients):
    """Adds to `values` what the equations say; `gradients` have shapes alone."""
    import sympy
    from evaluate import evaluate, parse
    equations = [(parse(e["target"]), parse(e["sympy"])) for e in equations]
    shapes = {name: numpy.shape(value) for name, value in {**values, **gradients}.items()}
    everywhere = sizes_of(equations, shapes)
    said = {}
    for target, value in equations:
        sizes = dict(everywhere)
        if isinstance(target, sympy.Indexed):  # a letter may count something else in another equation
            sizes.update(zip((i.name for i in target.indices), shapes.get(target.base.label.name, ())))
        inner = {**values, **said, **{"size_" + name[2:]: size for name, size in sizes.items()}}
        if isinstance(target, sympy.Indexed):
            names = [i.name for i in target.indices]
            inner.update(zip(names, numpy.ogrid[tuple(slice(sizes[n]) for n in names)]))
            name, shape = target.base.label.name, tuple(sizes[n] for n in names)
        else:
            name, shape = target.name, None
        with numpy.errstate(all="ignore"):  # of branches that are not taken
            found = numpy.asarray(evaluate(value, inner), float)
        said[name] = found if shape is None else numpy.broadcast_to(found, shape)
    return said


def check(path, library):
    import nnc
    from evaluate import error
    known = rules(path)
    instance = nnc.Library(library).model().create(seed=1)
    random = numpy.random.default_rng(3)
    worst, count = 0.0, 0

    def compare(op, what, form, compiled, found):
        nonlocal worst, count
        difference = error(compiled, found) if numpy.shape(compiled) == numpy.shape(found) else numpy.inf
        if not difference <= TOLERANCE:
            sys.exit("error: the rule of nn.%s is wrong: %s by its %s is %s, compiled %s" % (op, what, form, found, compiled))
        worst, count = max(worst, difference), count + 1

    for name, case in CASES.items():
        op = op_of(name)
        rule = known[op]
        data = {letter: sample(letter, type, op, random) for letter, type in {**case.operands, **case.adjoints}.items()}
        data.update({letter: numpy.asarray(value, data[letter].dtype) for letter, value in case.data.items()})
        outputs = {letter[4:]: value for letter, value in getattr(instance, name)(**data).items()}
        numbers = {"v_" + letter: numpy.asarray(value, float) for letter, value in case.numbers(data).items() if value is not None}
        for view in case.views:
            def seen(of):
                return {"v_" + letter: numpy.asarray(view(letter, value), float) for letter, value in of.items()}
            results = {letter: value for letter, value in outputs.items() if letter in case.results}
            gradients = seen({"d_" + letter: outputs["d_" + letter] for letter in case.operands if "d_" + letter in outputs})
            values = {**numbers, **seen(data)}
            forward = evaluate_equations(rule["forward"], dict(values), seen(results))
            for letter, value in seen(results).items():
                if letter not in forward:
                    sys.exit("error: the rule of nn.%s does not say what %s is" % (op, letter[2:]))
                compare(op, letter[2:], "forward equation", value, forward[letter])
            for form in ("before", "formula"):
                if not rule[form]:
                    continue
                found = evaluate_equations(rule[form], {**values, **forward, **seen(results)}, gradients)
                if not set(gradients) <= set(found):
                    sys.exit("error: the rule of nn.%s does not say all of %s" % (op, ", ".join(gradients)))
                for letter, value in gradients.items():
                    compare(op, letter[2:], form, value, found[letter])
    worst = max(worst, check_scan(known["scan"], instance, random, compare))
    print("%d values and adjoints in %d cases of %d rules, largest error %.1e" % (count, len(CASES) + 1, len(known), worst))


def check_scan(rule, instance, random, compare):
    """The cell SCAN by the rule of loops: f and g as matrices of SymPy's, which differentiates them."""
    import sympy
    from evaluate import evaluate, parse
    data = {"x": random.normal(0, 1, (4, 3)), "h": random.normal(0, 1, 3), "w": random.normal(0, 1, 3),
            "d_y": random.normal(0, 1, (4, 3)), "d_h": random.normal(0, 1, 3)}
    outputs = {name[4:]: value for name, value in instance.scan(**data).items()}
    letters = {letter: sympy.Matrix(sympy.symbols("%s0:3" % letter)) for letter in "xhw"}
    x, h, w = letters["x"], letters["h"], letters["w"]
    cells = {"h": sympy.Matrix([sympy.tanh(h[i] * w[i] + x[i] * h[2 - i]) for i in range(3)]),
             "y": sympy.Matrix([h[i] * x[i] + w[i] for i in range(3)])}
    states = [data["h"]]

    def numbers(matrix, t):
        at = {symbol: float(value) for letter, array in (("x", data["x"][t]), ("h", states[t]), ("w", data["w"]))
              for symbol, value in zip(letters[letter], array)}
        return numpy.array(matrix.subs(at).tolist(), float)
    for t in range(4):
        states.append(numbers(cells["h"], t).ravel())
    compare("scan", "h", "forward equation", outputs["h"], states[-1])
    compare("scan", "y", "forward equation", outputs["y"], numpy.array([numbers(cells["y"], t).ravel() for t in range(4)]))

    def jacobians(e, t):
        """The expression with its Jacobians as symbols, and their values at turn t."""
        found = {}
        for number, call in enumerate(sorted((c for c in e.atoms(sympy.Function) if type(c).__name__ == "jacobian"), key=str)):
            of, by = (getattr(part, "base", part) for part in call.args)
            name = "v_J%d" % number
            of, by = (getattr(part, "label", part).name[2:] for part in (of, by))
            found[name] = numbers(cells[of].jacobian(letters[by]), t)
            e = e.subs(call, sympy.Symbol(name, real=True))
        return e, found
    equations = {str(parse(each["target"])): parse(each["sympy"]) for each in rule["formula"]}
    values = {"v_d_y": data["d_y"], "v_d_h": numpy.zeros((5, 3))}
    values["v_d_h"][4] = data["d_h"]
    made = {"x": numpy.zeros((4, 3)), "w": numpy.zeros(3)}
    for t in reversed(range(4)):
        for name, target in (("h", "v_d_h[v_t]"), ("x", "v_d_x[v_t]"), ("w", "v_d_w")):
            e = equations[target]
            if name == "w":  # each turn's term
                e = e.args[0]
            e, found = jacobians(e, t)
            value = evaluate(e, {**values, **found, "v_t": t})
            if name == "h":
                values["v_d_h"][t] = value
            elif name == "x":
                made["x"][t] = value
            else:
                made["w"] += value
    for name, value in (("d_x", made["x"]), ("d_h", values["v_d_h"][0]), ("d_w", made["w"])):
        compare("scan", name, "formula", outputs[name], value)
    return 0.0


WORDS_OF_MATHEMATICS = {"pi"}
FUNCTIONS_OF_LOOPS = {"f", "g"}


def check_letters(path, page):
    """What rules read is said; what the page prints is what SymPy is given."""
    import sympy
    from evaluate import FOLDS, parse
    from formula import sympy_text
    known = rules(path)
    for op, rule in known.items():
        letters = set(rule["operands"]) | set(rule["results"])
        said = letters | {"d_" + letter for letter in letters} | WORDS_OF_MATHEMATICS
        explained = set(re.findall(r"`(\w+)", rule["words"]))
        attributes = {name for name in ("scale", "slope", "alpha") if op in ("attention", "attention_gradient", "leaky_relu", "elu")}
        for form in ("forward", "before", "formula"):
            for each in rule[form]:
                target, value = parse(each["target"]), parse(each["sympy"])
                bound = {str(s)[2:] for s in target.free_symbols if str(s).startswith("v_")} if isinstance(target, sympy.Indexed) else set()
                names = {s.name[2:] for s in value.atoms(sympy.Symbol) if s.name.startswith("v_")}
                bound |= {limit.args[0].name[2:] for fold in value.atoms(sympy.Function) if type(fold).__name__ in FOLDS
                          for limit in fold.args[1:]}
                for name in sorted(names - bound - said - explained - attributes):
                    sys.exit("error: the rule of nn.%s does not say what %s is" % (op, name))
                said.add(getattr(target, "base", target).name if not isinstance(target, sympy.Indexed) else target.base.label.name[2:])
                said.add(str(target)[2:])
                left, _, right = each["text"].partition(" = ")
                if op not in LOOPS and (parse(sympy_text(left)), parse(sympy_text(right))) != (target, value):
                    sys.exit("error: the rule of nn.%s: %s is not %s" % (op, each["text"], each["sympy"]))
    # The page, rule by rule: its equations are those of the data, in their order.
    printed, op = {}, None
    for line, below in zip(page_lines := open(page).read().split("\n"), page_lines[1:] + [""]):
        if re.fullmatch("-+", below) and line:
            op = line.split(":")[0]
        elif line.startswith("      ") and op in known:
            text = line.split("  # ")[0]
            printed.setdefault(op, [])
            if text.startswith("       "):  # a line that goes on
                printed[op][-1] += " " + text.strip()
            else:
                printed[op].append(text.strip())
    for op, rule in known.items():
        expected = [each["text"] for form in ("forward", "before", "formula") for each in rule[form]]
        for found, text in zip(printed.get(op, []), expected):
            if found != text:
                sys.exit("error: the page says of nn.%s: %s; the rule is %s" % (op, found, text))
        for text in printed.get(op, [])[len(expected):]:
            if not text.startswith("jacobian("):
                sys.exit("error: the page says of nn.%s: %s, which is not in its rule" % (op, text))
        if len(printed.get(op, [])) < len(expected):
            sys.exit("error: the page does not say of nn.%s: %s" % (op, expected[len(printed.get(op, []))]))


if __name__ == "__main__":
    {"generate": generate, "check": check, "letters": check_letters}[sys.argv[1]](*sys.argv[2:])
