"""Reads equations in the plain spelling of `nnc explain` (codegen/explain/Formula.h says how it is meant) into what SymPy parses.

Written apart from nnc's own parser and printers, so that what stands on a page and what is evaluated are held together."""
import re

TOKEN = re.compile(r"\s*(\d+\.\d+|\d+(?=\.\.)|\d+|[A-Za-z_]\w*|\*\*|\.\.|==|!=|<=|>=|[-+*/@()\[\],<>=])")
RELATIONS = {"==": "Eq", "!=": "Ne", "<": "Lt", "<=": "Le", ">": "Gt", ">=": "Ge"}
FOLDS = {"sum": "Sum", "prod": "Product", "max": "MaxOver", "min": "MinOver"}
NAMES = {"maximum": "Max", "minimum": "Min", "abs": "Abs", "ceil": "ceiling"}


class Reader:
    def __init__(self, text):
        self.tokens, place = [], 0
        while place < len(text.rstrip()):
            match = TOKEN.match(text, place)
            if not match:
                raise ValueError("no formula: %s" % text)
            self.tokens.append(match.group(1))
            place = match.end()
        self.tokens.append("")
        self.at = 0

    def next(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def accept(self, *wanted):
        return self.next() if self.tokens[self.at] in wanted else None

    def expect(self, wanted):
        if not self.accept(wanted):
            raise ValueError("expected %s before %s" % (wanted, " ".join(self.tokens[self.at:])))

    def comparison(self, is_condition=False):
        left = self.sum()
        sign = self.accept(*RELATIONS)
        if not sign:
            return "Ne(%s, 0)" % left if is_condition else left
        relation = "%s(%s, %s)" % (RELATIONS[sign], left, self.sum())
        return relation if is_condition else "Piecewise((1, %s), (0, True))" % relation

    def sum(self):
        left = self.product()
        while sign := self.accept("+", "-"):
            left = "(%s %s %s)" % (left, sign, self.product())
        return left

    def product(self):
        left = self.sign()
        while sign := self.accept("*", "/", "@"):
            left = ("matmul(%s, %s)" if sign == "@" else "(%%s %s %%s)" % sign) % (left, self.sign())
        return left

    def sign(self):
        return "(-%s)" % self.sign() if self.accept("-") else self.power()

    def power(self):
        base = self.atom()
        return "(%s ** %s)" % (base, self.sign()) if self.accept("**") else base

    def list(self, end):
        items = [self.comparison()]
        while self.accept(","):
            items.append(self.comparison())
        self.expect(end)
        return items

    def atom(self):
        token = self.next()
        if token == "(":
            inside = self.comparison()
            self.expect(")")
            return inside
        if token[0].isdigit():
            return token
        if self.accept("["):
            return "v_%s[%s]" % (token, ", ".join(self.list("]")))
        if not self.accept("("):
            return "v_" + token
        if token in FOLDS:
            return self.fold(token)
        if token == "where":
            condition = self.comparison(True)
            self.expect(",")
            yes, no = self.list(")")
            return "Piecewise((%s, %s), (%s, True))" % (yes, condition, no)
        return "%s(%s)" % (NAMES.get(token, token), ", ".join(self.list(")")))

    def fold(self, how):
        bounds = []
        while True:
            name = self.next()
            low, high = "0", "size_%s" % name
            if self.accept("in"):
                low = self.sum()
                self.expect("..")
                high = self.sum()
            bounds.append("(v_%s, %s, %s - 1)" % (name, low, high))
            if not self.accept(","):
                break
        self.expect(")")
        return "%s(%s, %s)" % (FOLDS[how], self.product(), ", ".join(bounds))


def sympy_text(text):
    reader = Reader(text)
    result = reader.comparison()
    if reader.tokens[reader.at]:
        raise ValueError("expected the end before %s" % " ".join(reader.tokens[reader.at:]))
    return result
