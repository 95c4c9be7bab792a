"""What a page of `nnc explain` says of each step of the backward pass beside its equations: the line of the text, the rule and
its letters, what comes in, sizes, Jacobians. Each is held to what the page's own values are, or to the text."""
import re

import numpy

from evaluate import FUNCTIONS, error
from page import Wrong, split_arguments

TOLERANCE = 1e-9
PLAIN = {**FUNCTIONS, "sqrt": numpy.sqrt, "abs": numpy.abs}
HEADING = re.compile(r"(?:line (\d+): )?(.+?): (.+)$")
SIZES = re.compile(r"(f|i|bool)(?:\[(.*)\])?$")
RULE = re.compile(r"The rule, in letters of its own, for$")
IS = re.compile(r"(?:^|\) )is( by calculus)?$|^which simplifies to$")
HERE = re.compile(r"Here (.+?)\.(?= [A-Z]|$)")
COMES_IN = re.compile(r"What comes in: (.+?)\.(?= [A-Z]|$)")


class Step:
    """A heading below "Backward from" and what stands below it."""

    def __init__(self, heading, line):
        self.heading, self.line = heading, line
        match = HEADING.match(heading)
        if not match:
            raise Wrong("line %d: no heading of a step: %s" % (line, heading))
        self.source_line, self.value, self.rule = match.groups()
        self.forward, self.rule_equations, self.letters = [], [], {}
        self.incoming, self.jacobians, self.targets = [], [], []

    def see(self, block, equations):
        """Takes what the block says; whether it is about the step, and says no value of the page."""
        if match := HERE.search(block.words):
            self.letters = dict(part.split(" = ", 1) for part in split_arguments(match.group(1)))
        if match := COMES_IN.search(block.words):
            self.incoming += match.group(1).split(", ")
        if RULE.search(block.words) or IS.search(block.words):
            self.rule_equations += equations
            return True
        if block.words.endswith("Local Jacobian:"):
            self.jacobians += equations
            return True
        if re.search(r"What comes in(?: is a sum, one term for each use of the value \(fan-out\))?:$", block.words):
            self.incoming += [target for target, _, _ in equations]
        elif not block.words or block.words == "In each turn:":
            if not self.forward:
                self.forward = equations
        self.targets += [target for target, _, _ in equations]
        return False


class Checks:
    """Holds steps to what else is known: the text's lines, the rules, and the derivation as data."""

    def __init__(self, source, rules, derivation):
        self.source, self.rules = source, rules
        self.steps = [step for gradient in derivation["gradients"] for step in gradient["steps"]]
        self.at = 0

    def of(self, step):
        """The checks of a step that has been read; a statement of its loop, if it is in one."""
        if self.at == len(self.steps):
            raise Wrong("line %d: a step that the derivation has not" % step.line)
        data = self.steps[self.at]
        self.at += 1
        rule = self.rules[data["op"]]
        if data["part"] == "loop ends":
            return lambda program: None
        if step.rule != rule["rule"]:
            raise Wrong("line %d: the rule of %s is no %s" % (step.line, data["op"], step.rule))
        if step.rule_equations:
            known = [each["text"] for form in ("forward", "before", "formula") for each in rule[form]]
            printed = ["%s = %s" % (target, text) for target, text, _ in step.rule_equations]
            if printed != known:
                raise Wrong("line %d: the rule of %s is not %s" % (step.line, data["op"], "; ".join(printed)))
        self.source.check(step, data)
        if data["part"] != "whole":
            return lambda program: None
        if step.forward and step.value != step.forward[0][0]:
            raise Wrong("line %d: the step of %s says what %s is" % (step.line, step.value, step.forward[0][0]))

        def check(program):
            self.check_sizes(step, program)
            self.check_incoming(step, program)
            self.check_rule(step, rule, data, program)
            for target, text, _ in step.jacobians:
                adjoints = [each["adjoints"] for each in data["jacobians"] if each["target"] == target]
                if not adjoints:
                    raise Wrong("line %d: a Jacobian that the derivation has not: %s" % (step.line, target))
                self.check_jacobian(step, target, text, adjoints[0], program)
        return check

    def check_sizes(self, step, program):
        for target, text, remark in step.forward:
            match = SIZES.match(remark) if remark else None
            if remark and not match:
                raise Wrong("line %d: no sizes: %s" % (step.line, remark))
            sizes = split_arguments(match.group(2) or "") if match else []
            expected = tuple(program.number(size) for size in sizes)
            if numpy.shape(program.evaluate(target)) != expected:
                raise Wrong("line %d: %s has sizes %s, not %s" % (step.line, target, numpy.shape(program.evaluate(target)), expected))

    def check_incoming(self, step, program):
        """The adjoint of the step's value, which some line above has said."""
        values = [re.sub(r"\[.*", "", target) for target, _, _ in step.forward]
        for name in step.incoming:
            base = re.sub(r"\[.*", "", name)
            if values and not any(re.fullmatch(r"d_%s(_\d+)?" % re.escape(value), base) for value in values):
                raise Wrong("line %d: %s comes in, which is no adjoint of %s" % (step.line, name, ", ".join(values)))
            program.evaluate(name)

    def check_rule(self, step, rule, data, program):
        """The equations of a rule without subscripts hold for what its letters are here."""
        if not step.letters:
            return
        equations = rule["forward"] + rule["before"] + rule["formula"]
        if any(mark in each["text"] for each in equations for mark in "[@") or len(step.incoming) != 1:
            for letter, text in step.letters.items():
                if not text.startswith("("):
                    program.evaluate(text)
            return
        letters = {letter: program.evaluate(text) for letter, text in step.letters.items()}
        letters["d_y"], letters["pi"] = program.evaluate(step.incoming[0]), numpy.pi
        adjoints = {"d_" + each["letter"]: each["target"] for each in data["contributions"]}
        for form in ("forward", "before", "formula"):
            for each in rule[form]:
                target, _, text = each["text"].partition(" = ")
                missing = target.startswith("d_") and target not in adjoints
                if missing:  # a constant operand
                    continue
                value = program.in_letters(letters, PLAIN, text)
                expected = program.evaluate(adjoints[target]) if target in adjoints else letters.get(target)
                if expected is None:
                    letters[target] = value
                elif error(expected, value) > TOLERANCE:
                    raise Wrong("line %d: by the rule, %s; that is not so of %s" % (step.line, each["text"], adjoints.get(target, target)))

    def check_jacobian(self, step, target, text, adjoints, program):
        if not set(adjoints) <= set(step.targets):
            raise Wrong("line %d: %s is of %s, which is not said here" % (step.line, target, ", ".join(adjoints)))
        received = sum(numpy.asarray(program.evaluate(adjoint), float) for adjoint in adjoints)
        incoming = program.evaluate(step.incoming[0])
        if "@" in text:  # of each row, along the axis of the op
            axis = int(re.search(r"axis=(\d+)", step.forward[0][1]).group(1))
            name, index = program.target(step.forward[0][0])
            value = numpy.moveaxis(program.read(name, index), axis, -1)
            rows = [numpy.moveaxis(each, axis, -1).reshape(-1, value.shape[-1]) for each in (incoming, received)]
            matrices = [program.in_letters({step.forward[0][0]: row[:, None]}, {"diag": lambda v: numpy.diag(v[:, 0])}, text)
                        for row in value.reshape(-1, value.shape[-1])]
            found, received = numpy.stack([m.T @ row for m, row in zip(matrices, rows[0])]), rows[1]
        else:
            inner = re.sub(r"\* I$|^I$", "* 1", re.sub(r"^diag\((.*)\)$", r"\1", text)).removeprefix("* ")
            found = incoming * program.evaluate(inner)
        if numpy.shape(found) != numpy.shape(received) or error(received, found) > TOLERANCE:
            raise Wrong("line %d: %s is not that of %s" % (step.line, target, ", ".join(adjoints)))


class Source:
    """The text that the page is of. A value of the text is in the statement that names it; what has a name of nnc's own is in a
    line of a model, and where it is written with a sign, in one with that sign or with a call."""

    SIGNS = {"mul": "*", "add": "+", "sub": "-", "div": "/", "pow": "**", "matmul": "@"}
    NAMED = re.compile(r"\s*(?:let|loss|metric|output)\s+([A-Za-z_][\w, ]*?)\s*(?:\[[^=]*\]\s*)?(?:=|$)")
    DECLARED = re.compile(r"(use|const|model|fn|layer|op|input|param|state|buffer|train)\b")  # where nothing is computed
    STATEMENT = re.compile(r"\s*(?:let|loss|metric|output|input|param|state|buffer|next|last|emit|return|if|for|}|$)")

    def __init__(self, path):
        self.path = path
        self.lines = open(path).read().split("\n")
        self.places, self.around, around = {}, [], 0
        for number, line in enumerate(self.lines, 1):
            if re.match(r"(model|layer|fn|op|train)\b", line):
                around = number
            self.around.append(around)
            match = self.NAMED.match(line)
            if match and not re.search(r"=\s*\[?[A-Z]\w*\(", line):  # layers are named there, and used elsewhere
                for name in match.group(1).split(", "):
                    self.places.setdefault(name, []).append(number)

    def end(self, number):
        """The last line of the statement that begins there."""
        while number < len(self.lines) and not self.STATEMENT.match(self.lines[number]):
            number += 1
        return number

    def block(self, number):
        """What tells the block of a line: its heading and how far the line is indented."""
        line = self.lines[number - 1] if number <= len(self.lines) else ""
        return self.around[min(number, len(self.lines)) - 1], len(line) - len(line.lstrip())

    def check(self, step, data):
        if not step.source_line:
            return
        number = int(step.source_line)
        line = self.lines[number - 1] if 0 < number <= len(self.lines) else ""
        code = line.split("//")[0].strip()
        if self.path.endswith(".mlir"):
            good = "nn.%s " % data["op"] in line or "nn.grad" in line
        else:
            name = re.sub(r"\[.*", "", step.value)
            places = self.places.get(name, [])
            good = bool(code) and code not in ("{", "}") and not self.DECLARED.match(code)
            # Of a layer or a function a value has the place of its use, or one in there.
            here = [place for place in places if self.block(place) == self.block(number)]
            if here and len(here) == len(places) and data["part"] == "whole":
                good = good and (any(place <= number <= self.end(place) for place in here)
                                 or bool(re.search(r"\b%s\b" % re.escape(name), code))
                                 # An output and an adjoint may have one name; the adjoint is of a line that reads what it is of.
                                 or bool(re.search(r"\b%s\b" % re.escape(name.removeprefix("d_")), code)))
            elif data["op"] in self.SIGNS:
                good = good and (self.SIGNS[data["op"]] in code or "(" in code or "|>" in code or "grad" in code or "sum" in code)
        if not good:
            raise Wrong("line %d: %s is said to be of line %d of the text: %s" % (step.line, step.value, number, code))
