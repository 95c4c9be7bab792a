"""Evaluates expressions as `nnc explain --format=json` emits them: SymPy parses them, NumPy does the arithmetic.

Indices are arrays that broadcast against each other, so one walk over an expression computes all elements of a result.
Nothing here comes from nnc but the text."""
import math
import re

import numpy
import sympy

FUNCTIONS = {
    "sigmoid": lambda x: 1 / (1 + numpy.exp(-x)), "erf": numpy.vectorize(math.erf), "round_even": numpy.rint,
    "trunc": numpy.trunc, "exp": numpy.exp, "log": numpy.log, "tanh": numpy.tanh, "sin": numpy.sin, "cos": numpy.cos,
    "matmul": numpy.matmul, "transpose": lambda x: numpy.swapaxes(x, -1, -2), "Abs": numpy.abs, "sign": numpy.sign, "floor": numpy.floor, "ceiling": numpy.ceil,
    "mod": numpy.mod}
OWN = {name: sympy.Function(name, real=True)
       for name in ("sigmoid", "round_even", "trunc", "mod", "MaxOver", "MinOver", "matmul", "transpose", "jacobian")}
# SymPy's own Sum draws conditions out of a sum even where they are about its variable (1.14.0), and comparisons take choices
# apart likewise: folds and choices stay as they are.
OWN.update({name: sympy.Function(name, real=True) for name in ("Sum", "Product", "Piecewise")})
FOLDS = {"Sum": (0.0, numpy.add), "Product": (1.0, numpy.multiply), "MaxOver": (-math.inf, numpy.maximum),
         "MinOver": (math.inf, numpy.minimum)}
RELATIONS = {sympy.Eq: numpy.equal, sympy.Ne: numpy.not_equal, sympy.Lt: numpy.less, sympy.Le: numpy.less_equal,
             sympy.Gt: numpy.greater, sympy.Ge: numpy.greater_equal}
parsed = {}


def parse(text):
    """An expression of SymPy's; names with subscripts are indexed bases, all others symbols."""
    if text not in parsed:
        indexed = set(re.findall(r"\b(\w+)\[", text))
        names = {name: sympy.IndexedBase(name, real=True) if name in indexed else sympy.Symbol(name, real=True)
                 for name in re.findall(r"\b(?:v_|size_)\w*", text)}
        parsed[text] = sympy.sympify(text, locals={**OWN, **names, "pi": sympy.pi, "v_pi": sympy.pi})
    return parsed[text]


def evaluate(e, values):
    """The value of `e`; `values` has numbers and arrays by name."""
    if e.is_Number or e.is_NumberSymbol or e in (sympy.oo, -sympy.oo):
        return float(e)
    if e in (sympy.true, sympy.false):
        return bool(e)
    if e.is_Symbol:
        return values[e.name]
    if isinstance(e, sympy.Indexed):
        array = numpy.asarray(values[e.base.label.name])
        # All branches of a choice are evaluated, so places outside of a tensor are read too, and not used.
        places = [numpy.clip(numpy.asarray(evaluate(i, values)).astype(int), 0, max(size - 1, 0))
                  for i, size in zip(e.indices, array.shape)]
        return array[tuple(places)]
    kind = type(e).__name__
    if kind in FOLDS:
        body, limits = e.args[0], e.args[1:]
        total, combine = FOLDS[kind]
        ranges = [[int(n) for n in (evaluate(low, values), evaluate(high, values))] for _, low, high in limits]
        for place in numpy.ndindex(*[max(high - low + 1, 0) for low, high in ranges]):
            inner = dict(values)
            inner.update((limit[0].name, low + k) for limit, (low, _), k in zip(limits, ranges, place))
            total = combine(total, evaluate(body, inner))
        return total
    if kind == "Piecewise":
        value = math.nan
        for branch, condition in reversed(e.args):
            value = numpy.where(evaluate(condition, values), evaluate(branch, values), value)
        return value
    if type(e) in RELATIONS:
        return RELATIONS[type(e)](*[evaluate(a, values) for a in e.args])
    arguments = [evaluate(a, values) for a in e.args]
    if e.is_Add:
        return sum(arguments[1:], arguments[0])
    if e.is_Mul:
        return math.prod(arguments[1:], start=arguments[0])
    if e.is_Pow:
        return numpy.power(numpy.asarray(arguments[0], float), arguments[1])
    if isinstance(e, (sympy.Max, sympy.And)):
        return numpy.maximum.reduce(numpy.broadcast_arrays(*arguments)) if isinstance(e, sympy.Max) \
            else numpy.logical_and.reduce(numpy.broadcast_arrays(*arguments))
    if isinstance(e, (sympy.Min, sympy.Or)):
        return numpy.minimum.reduce(numpy.broadcast_arrays(*arguments)) if isinstance(e, sympy.Min) \
            else numpy.logical_or.reduce(numpy.broadcast_arrays(*arguments))
    if isinstance(e, sympy.Not):
        return numpy.logical_not(arguments[0])
    if isinstance(e, sympy.exp):
        return numpy.exp(arguments[0])
    if kind in FUNCTIONS:
        return FUNCTIONS[kind](*arguments)
    raise NotImplementedError("%s in %s" % (kind, e))


def error(expected, found):
    """The largest disagreement, relative to what is larger than 1."""
    expected, found = numpy.broadcast_arrays(numpy.asarray(expected, float), numpy.asarray(found, float))
    if expected.size == 0:
        return 0.0
    both = numpy.isnan(expected) & numpy.isnan(found)
    expected, found = numpy.where(both, 0.0, expected), numpy.where(both, 0.0, found)
    scale = numpy.maximum(1.0, numpy.maximum(numpy.abs(expected), numpy.abs(found)))
    return float(numpy.max(numpy.abs(expected - found) / scale))
