"""Reads a page of `nnc explain` as a student does: each line by what stands before it, in its order, with numbers.

What a page does not print comes from outside: the sizes of values, and what calls such as softmax(x, axis=1) mean. A page is
wrong if it reads a name that no line above says, says a name twice with different meaning, or says what is not so."""
import ast
import re

import numpy

OPERATORS = {ast.Add: numpy.add, ast.Sub: numpy.subtract, ast.Mult: numpy.multiply, ast.Div: numpy.divide,
             ast.Pow: numpy.power, ast.MatMult: numpy.matmul}
COMPARISONS = {ast.Eq: numpy.equal, ast.NotEq: numpy.not_equal, ast.Lt: numpy.less, ast.LtE: numpy.less_equal,
               ast.Gt: numpy.greater, ast.GtE: numpy.greater_equal}
# A name; words of text and of keywords are none.
NAME = re.compile(r"'[^']*'|(?<![\w.])[A-Za-z_][\w.]*=(?!=)|(?<![\w.])[A-Za-z_][\w.]*(?![\w.(])")
SUM = re.compile(r"sum\((\w+) in (.+?)\.\.(.+?)\) (.*)")
LOOP = re.compile(r"A loop over (\w+) = (?:0, 1, \.\.\., (.*?)|(.*), \.\.\., 1, 0)\.( Before the first turn:)?$")
# Words that say something without equations behind them.
ALONE = re.compile(r"A loop over .*[^:]$|That is the loop over .*\.$")
# Equations below these words are about what other lines say.
ASIDE = re.compile(r"(Local Jacobian|Written out for three turns):$")
# Equations below these words are about other names than the page's.
ELSEWHERE = re.compile(r"(The rule, in letters of its own, for|(^|\) )is( by calculus)?|which simplifies to|The chain rule written out.*)$")


# Headings between steps.
NO_STEP = re.compile(r"(Values with several uses|Forward.*)?$")
HEADERS = [["variable", "becomes"], ["result", "is"], ["value", "type", ""], ["value", "is there what here is"]]


class Wrong(Exception):
    pass


def split_arguments(text):
    """Parts between commas that are in no brackets and no quotes."""
    parts, depth, quoted = [""], 0, False
    for c in text:
        quoted ^= c == "'"
        depth += 0 if quoted else (c in "([") - (c in ")]")
        if c == "," and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += c
    return [part.strip() for part in parts if part.strip()]


class Block:
    """Lines below one paragraph or heading."""

    def __init__(self, section, heading, heading_line, words, lines, line):
        self.section, self.heading, self.words, self.lines, self.line = section, heading, words, lines, line
        self.heading_line = heading_line

    def rows(self):
        return [re.split(r"\s{2,}", text.strip()) for text in self.lines]

    def elsewhere(self):
        """Whether what is said here is about other names than the page's, or said at another place."""
        return bool(ELSEWHERE.search(self.words) or self.section == "Simplifications" or ASIDE.search(self.words))

    def definitions(self):
        """The equations that say what a value is; tables of what variables become say none."""
        self.table()
        return self.equations()

    def table(self):
        """(header, rows) of the table at the end, which is taken away. One that is too wide for columns has records:
        `variable  w` and below it `becomes  w - lr * d_w`, in several lines if need be."""
        for header in HEADERS:
            for place, cells in enumerate(self.rows()):
                if cells[:2] == header[:2]:
                    found = self.rows()[place + 1:]
                elif len(cells) == 2 and cells[0] == header[0] and not any(cells == other[:2] for other in HEADERS):
                    found = []
                    for text in self.lines[place:]:
                        label, _, rest = text.strip().partition("  ")
                        if label == header[0]:
                            found.append([rest.strip()])
                        elif label == header[1] and rest:
                            found[-1].append(rest.strip())
                        else:
                            found[-1][-1] += " " + text.strip()
                else:
                    continue
                self.lines = self.lines[:place]
                return header, found
        return None, []

    def equations(self):
        """(target, value, remark), lines that go on joined."""
        found = []
        for text in self.lines:
            text, _, remark = text.partition("  # ")
            if text.startswith("       ") and found:
                target, value, before = found[-1]
                found[-1] = (target, value + " " + text.strip(), before or remark)
                continue
            target, equals, value = text.strip().partition("= " if text.strip().startswith("= ") else " = ")
            if not equals:
                raise Wrong("no equation: %s" % text)
            found.append((target.strip(), value.strip(), remark))
        return found


def blocks_of(text):
    """The blocks of a page, each function's by itself: {(model, function): blocks}."""
    functions, section, heading, heading_line, words = {}, "", "", 0, []
    lines = text.split("\n")

    def add(block_lines, number):
        functions[list(functions)[-1]].append(Block(section, heading, heading_line, " ".join(words), block_lines, number))

    number = 0
    while number < len(lines):
        line, before = lines[number], lines[number - 1] if number else ""
        rule = lines[number + 1] if number + 1 < len(lines) else ""
        if line.startswith("      "):
            first = number
            while number < len(lines) and lines[number].startswith("      "):
                number += 1
            add(lines[first:number], first + 1)
            words = []
            continue
        number += 1
        if re.fullmatch("=+|-+", line) or re.fullmatch("=+", rule) or not line:
            continue
        if re.fullmatch("-+", rule):
            section, heading, words = line, "", []
            if match := re.match(r"(.*), function (\S+)$", line):
                functions[match.groups()] = []
        elif not before:
            heading, heading_line, words = line.strip(), number, []
        else:
            words.append(line.strip())
            if ALONE.search(line.strip()):
                add([], number)
                words = []
    return functions


def arguments_of(node):
    """What a call is made of: of subscripts the tensor and the subscript, of `padded(x)` and `elements(x[...])` that is x."""
    if isinstance(node, ast.Subscript):
        return [arguments_of(node.value)[0] if is_call(node.value, "padded") else node.value, node.slice]
    return arguments_of(node.args[0])[:1] if is_call(node, "elements") else node.args


def is_call(node, name):
    return isinstance(node, ast.Call) and node.func.id == name


class Program:
    """The values of one page, as far as it has been read."""

    def __init__(self, sizes, calls, shapes, meaning):
        self.sizes, self.calls, self.shapes, self.meaning = sizes, {}, shapes, meaning
        self.values, self.texts, self.turns = {}, {}, {}
        self.words, self.names, self.trees = {}, [], {}
        self.letters, self.functions = {}, {}
        for call in calls:
            plain = self.plain(call["text"])
            if self.calls.setdefault(plain, call) != call:
                raise Wrong("%s means two things" % call["text"])

    def plain(self, text):
        """Python's names for those of values: `block.in.weight` is none."""
        def word(match):
            name = match.group(0)
            if name[0] == "'" or name[-1] == "=" or name in ("True", "False"):
                return name
            if name not in self.words:
                self.words[name] = "V%d_" % len(self.names)
                self.names.append(name)
            return self.words[name]
        return NAME.sub(word, text)

    def tree(self, text):
        if text not in self.trees:
            plain = self.plain(text)
            try:
                self.trees[text] = (ast.parse(plain, mode="eval").body, plain)
            except SyntaxError:
                raise Wrong("cannot read: %s" % text)
        return self.trees[text]

    def number(self, text):
        return int(self.evaluate(text))

    def evaluate(self, text):
        if match := SUM.match(text):
            turn, low, high, term = match.groups()
            total = 0.0
            for self.turns[turn] in range(self.number(low), self.number(high)):
                total = total + self.evaluate(term)
            del self.turns[turn]
            return total
        with numpy.errstate(all="ignore"):
            return self.walk(*self.tree(text))

    def in_letters(self, letters, functions, text):
        """The value of a text whose names are other than the page's."""
        self.letters, self.functions = letters, functions
        try:
            return self.evaluate(text)
        finally:
            self.letters, self.functions = {}, {}

    def read(self, name, index):
        if name in self.letters:
            return self.letters[name]
        if name in self.turns:
            return float(self.turns[name])
        if name in ("inf", "nan"):
            return float(name)
        if name not in self.values:
            if name in self.sizes:
                return float(self.sizes[name])
            raise Wrong("%s is read, and nothing above says what it is" % name)
        value = self.values[name]
        if not isinstance(value, dict):
            return value[index] if index else value
        if index in value:
            return value[index]
        # All turns of what a loop says, but for its state, which has one index more.
        inner = sorted({key[len(index)] for key in value if key[:len(index)] == index and len(key) > len(index)})
        if not inner or inner != list(range(len(inner))):
            raise Wrong("%s is read at %s, where nothing says what it is" % (name, list(index)))
        return numpy.stack([self.read(name, index + (turn,)) for turn in inner])

    def walk(self, node, code):
        def value(inner):
            return self.walk(inner, code)
        if isinstance(node, ast.Constant):
            return float(node.value)
        if isinstance(node, ast.Name):
            return self.read(self.names[int(node.id[1:-1])], ())
        text = ast.get_source_segment(code, node) if isinstance(node, (ast.Subscript, ast.Call)) else None
        if text in self.calls and not self.functions:
            call = self.calls[text]
            return self.meaning(call, node, [value(argument) for argument in arguments_of(node)[:len(call["arguments"])]])
        if isinstance(node, ast.Subscript):
            if (written := self.original(text)) in self.letters:
                return self.letters[written]
            places = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            return self.read(self.names[int(node.value.id[1:-1])], tuple(int(value(place)) for place in places))
        if isinstance(node, ast.BinOp):
            return OPERATORS[type(node.op)](*(numpy.asarray(value(side), float) for side in (node.left, node.right)))
        if isinstance(node, ast.UnaryOp):
            return -numpy.asarray(value(node.operand), float)
        if isinstance(node, ast.Compare):
            return COMPARISONS[type(node.ops[0])](value(node.left), value(node.comparators[0]))
        function = node.func.id
        if function == "where":
            return numpy.where(*map(value, node.args))
        if function == "transpose" and not node.keywords:
            return numpy.swapaxes(value(node.args[0]), -1, -2)
        if function in self.functions and not node.keywords:
            return self.functions[function](*map(value, node.args))
        raise Wrong("nothing says what is meant by %s" % text)

    def original(self, text):
        return re.sub(r"V(\d+)_", lambda match: self.names[int(match.group(1))], text)

    def target(self, text):
        """Name and index: `h[t + 1]`."""
        match = re.fullmatch(r"([A-Za-z_][\w.]*)(?:\[(.*)\])?", text)
        if not match:
            raise Wrong("says no value: %s" % text)
        index = match.group(2)
        return match.group(1), tuple(self.number(part) for part in index.split(", ")) if index else ()

    def say(self, target, text):
        """`target = text`. What is said again has to be the same."""
        name, index = self.target(target)
        known = self.values.get(name)
        if known is not None and isinstance(known, dict) != bool(index):
            raise Wrong("%s is said with turns and without" % name)
        there = known is not None and (index in known if index else True)
        if there and self.texts.get(target) == text:
            return
        value = self.evaluate(text)
        shape = self.shapes(target)
        value = numpy.asarray(value) if shape is None else numpy.broadcast_to(value, shape)
        if there:
            before = known[index] if index else known
            if numpy.shape(before) != value.shape or not numpy.allclose(before, value, rtol=1e-9, atol=1e-12, equal_nan=True):
                raise Wrong("%s is said twice with different meaning: %s" % (target, text))
            return
        self.texts[target] = text
        if index:
            self.values.setdefault(name, {})[index] = value
        else:
            self.values[name] = value


class Loop:
    def __init__(self, turn, reverse, last):
        self.turn, self.reverse, self.last, self.body = turn, reverse, last, []
        self.start, self.said = [], []  # lines before the first turn, and those of each that are no repetition
        self.length = str(int(last) + 1) if last.isdigit() else last.removesuffix(" - 1")

    def run(self, program):
        turns = range(program.number(self.last) + 1)
        outer = program.turns.pop(self.turn, None)
        for turn in reversed(turns) if self.reverse else turns:
            program.turns[self.turn] = turn
            for statement in self.body:
                statement(program)
        program.turns.pop(self.turn, None)
        if outer is not None:
            program.turns[self.turn] = outer


def run(blocks, program, see, checks):
    """Says all lines of a page in their order. Returns what variables become and what results are, by name. `see` is told of
    equations between values that are no definitions; `checks` of each step below "Backward from"."""
    from steps import Step
    stores, results, loops, step = {}, {}, [], None

    def do(statement):
        if loops:
            loops[-1].body.append(statement)
        else:
            statement(program)

    def end_step():
        nonlocal step
        if step:
            do(checks.of(step))
        step = None

    done = None
    for block in blocks:
        begins = LOOP.search(block.words)
        opened = begins and Loop(begins.group(1), begins.group(3) is not None, begins.group(2) or begins.group(3))
        is_step = block.section.startswith("Backward from") and not NO_STEP.match(block.heading)
        if step and (not is_step or step.line != block.heading_line):
            end_step()
        if is_step and not step:
            step = Step(block.heading, block.heading_line)
        if not block.lines:
            if step:
                step.see(block, [])
            if begins:
                end_step()
                loops.append(opened)
            else:  # that is the loop
                done = loops.pop()
                do(done.run)
            continue
        if block.section == "Numbers" or "The chain rule written out" in block.words:
            continue
        header, rows = block.table()
        if header and header[0] == "value":
            check_types(rows, program)
            continue
        equations = block.equations()
        isAside = step and step.see(block, equations)
        if re.search("After the loop over .*:$", block.words):
            done = loops.pop()
            do(done.run)
        if isAside:
            continue
        if block.section == "Simplifications":
            see(block, equations, program)
            continue
        if ASIDE.search(block.words):
            check_turns(equations, done)
            continue
        for target, text, _ in equations:
            if "..." in text:
                raise Wrong("%s is not said in full" % target)
            def say(program, target=target, text=text, line=block.line):
                try:
                    program.say(target, text)
                except Wrong as wrong:
                    raise Wrong("line %d, %s = %s: %s" % (line, target, text, wrong)) from None
            do(say)
            if loops and not begins and not (step and step.forward is equations):
                loops[-1].said.append((target, text))
            if begins:
                opened.start.append((target, text))
        for row in rows:
            (stores if header[0] == "variable" else results)[row[0]] = program.evaluate(" ".join(row[1:]))
        if begins:  # what stands before the first turn is outside
            end_step()
            loops.append(opened)
    end_step()
    if loops:
        raise Wrong("a loop has no end")
    return stores, results


def check_types(rows, program):
    """Sizes of inputs, parameters and state."""
    for name, kind, *_ in rows:
        element, _, sizes = kind.partition("[")
        sizes = tuple(program.number(size) for size in split_arguments(sizes.rstrip("]")))
        if name in program.values and numpy.shape(program.values[name]) != sizes:
            raise Wrong("%s has sizes %s, not %s" % (name, numpy.shape(program.values[name]), kind))


SUBSCRIPTS = re.compile(r"(?<=\w)\[([^\]]*)\]")


def at_turn(text, loop, turn):
    """A line of a loop of three turns at one of them: what is x[t + 1] in general is x[2]."""
    def place(match):
        parts = [part.strip() for part in match.group(1).split(",")]
        for number, part in enumerate(parts):
            words = {loop.turn: turn, loop.length: 3}
            numbers = [str(words.get(word, word)) for word in re.split(r" ([+-]) ", part)]
            if all(re.fullmatch(r"\d+|[+-]", word) for word in numbers):
                value = int(numbers[0])
                for sign, other in zip(numbers[1::2], numbers[2::2]):
                    value += int(other) if sign == "+" else -int(other)
                parts[number] = str(value)
        return "[%s]" % ", ".join(parts)
    # A turn's number by itself is one as well.
    return re.sub(r"(?<![\w.'])%s(?![\w.(=])" % loop.turn, str(turn), SUBSCRIPTS.sub(place, text))


def check_turns(equations, loop):
    """Three turns written out are the lines of the loop, turn by turn in the order of the loop."""
    turns = (2, 1, 0) if loop.reverse else (0, 1, 2)
    expected = [tuple(at_turn(side, loop, 0) for side in line) for line in loop.start]
    expected += [tuple(at_turn(side, loop, turn) for side in line) for turn in turns for line in loop.said]
    for found, line in zip(equations, expected):
        if found[:2] != line:
            raise Wrong("of the turns that are written out, %s = %s is not %s = %s" % (*found[:2], *line))
    if len(equations) != len(expected):
        raise Wrong("not all lines of three turns are written out")


def names_in(text):
    """The names that an expression reads, without subscripts' and sizes' text."""
    if match := SUM.match(text):
        return names_in(match.group(4)) - {match.group(1)} | names_in(match.group(3))
    return {name for name in NAME.findall(text) if name[0] != "'" and name[-1] != "=" and name not in ("True", "False", "inf", "nan")}
