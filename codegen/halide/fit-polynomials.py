"""The polynomials of Math.cpp: how their coefficients are found, and the tool that finds them again.

    python fit-polynomials.py [name...]      all, or those named; needs mpmath (pip install mpmath)

Each row of `polynomials` has a function on an interval, the weight of its error (what makes the error of the finished
function relative), the powers, and the type in which coefficients are kept. Printed are the coefficients, lowest power
first, as the hexadecimal literals that stand in Math.cpp, and the largest weighted error.

The fit minimizes the largest weighted error, by Lawson's iteratively reweighted least squares on Chebyshev points.
Coefficients are rounded one at a time, lowest power first, and the others fitted again, so that they make up for the
rounding.
"""
import struct
import sys
from typing import Callable, NamedTuple

import mpmath
from mpmath import mp, mpf

mp.prec = 200
POINTS, STEPS = 150, 25


class Polynomial(NamedTuple):
    function: Callable  # what the polynomial stands for
    weight: Callable
    low: mpf
    high: mpf
    terms: int
    bits: int  # of the coefficients' type


def least_squares(rows, values, weights):
    """The coefficients c that minimize the weighted sum of (values - rows c)^2."""
    n = len(rows[0])
    normal, right = mpmath.matrix(n, n), mpmath.matrix(n, 1)
    for i in range(n):
        for j in range(i, n):
            normal[i, j] = normal[j, i] = mpmath.fsum(q * r[i] * r[j] for q, r in zip(weights, rows))
        right[i] = mpmath.fsum(q * r[i] * v for q, r, v in zip(weights, rows, values))
    return list(mpmath.lu_solve(normal, right))


def minimax(p, powers, fixed):
    """Coefficients of `powers` for what the fixed ones leave of p's function."""
    points = [(p.low + p.high) / 2 + (p.high - p.low) / 2 * mpmath.cos(mp.pi * (2 * i + 1) / (2 * POINTS))
              for i in range(POINTS)]
    rows = [[p.weight(x) * x ** k for k in powers] for x in points]
    values = [p.weight(x) * (p.function(x) - sum(c * x ** k for k, c in enumerate(fixed))) for x in points]
    weights, best, least = [mpf(1) / POINTS] * POINTS, None, None
    for _ in range(STEPS):
        coefficients = least_squares(rows, values, weights)
        errors = [abs(v - mpmath.fsum(c * r for c, r in zip(coefficients, row))) for row, v in zip(rows, values)]
        if least is None or max(errors) < least:
            best, least = coefficients, max(errors)
        weights = [q * e for q, e in zip(weights, errors)]  # Lawson: more weight where the error is large
        total = mpmath.fsum(weights)
        if total == 0:
            break
        weights = [q / total for q in weights]
    return best


def rounded(x, bits):
    return struct.unpack("<f", struct.pack("<f", float(x)))[0] if bits == 32 else float(x)


def fit(p):
    """Rounded coefficients and the largest weighted error on a fine grid."""
    fixed = []
    while len(fixed) < p.terms:
        fixed.append(mpf(rounded(minimax(p, range(len(fixed), p.terms), fixed)[0], p.bits)))
    grid = [p.low + (p.high - p.low) * mpf(i) / 2000 for i in range(2001)]
    error = max(abs(p.weight(x) * (p.function(x) - sum(c * x ** k for k, c in enumerate(fixed)))) for x in grid)
    return fixed, error


def near_zero(function, limit, tiny=20):
    """A quotient by powers of its argument, with its limit where it would be 0 / 0."""
    return lambda x: function(x) if abs(x) > mpf(10) ** -tiny else limit


def normal_tail(w):
    u = w + 1
    z = (1 / u - 1) / mpf("0.3")
    return mpmath.exp(z * z / 2) * mpmath.erfc(z / mp.sqrt(2)) / 2 / u


def one(_):
    return mpf(1)


third, half = mpf(1) / 3, mpf(1) / 2
slack = mpf(10) ** -3  # keeps the weights from vanishing at 0
exp_limit = mp.log(2) / 2 * mpf("1.01")
sine_limit = (mp.pi / 4 * mpf("1.001")) ** 2
log2_limit = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1) * mpf("1.001")) ** 2
q_exp = near_zero(lambda r: (mpmath.expm1(r) - r) / r ** 2, half)

polynomials = {
    # e^r = 1 + r + r^2 P(r): absolute error, as e^r is near 1.
    "exp": Polynomial(q_exp, lambda r: r ** 2 + slack, -exp_limit, exp_limit, 5, 32),
    # e^r - 1 = r + r^2 P(r): relative error.
    "expm1": Polynomial(q_exp, lambda r: abs(r) + slack, -exp_limit, exp_limit, 6, 32),
    # log(1 + f) = f - f^2/2 + f^3 P(f)
    "log": Polynomial(near_zero(lambda f: (mpmath.log1p(f) - f + f * f / 2) / f ** 3, third, 12),
                      lambda f: f ** 2 + slack, mp.sqrt(half) - 1, mp.sqrt(2) - 1, 9, 32),
    # erf x = x + x P(x^2)
    "erf-small": Polynomial(near_zero(lambda s: mpmath.erf(mp.sqrt(s)) / mp.sqrt(s) - 1, 2 / mp.sqrt(mp.pi) - 1), one,
                            mpf(0), mpf("0.93") ** 2, 7, 32),
    # log erfc x = -x - x P(x); the error is that of erf x = 1 - erfc x.
    "erf-large": Polynomial(lambda x: -(mpmath.log(mpmath.erfc(x)) + x) / x,
                            lambda x: x * mpmath.erfc(x) / mpmath.erf(x), mpf("0.92"), mpf(4), 8, 32),
    # Phi(-z) = u P(u - 1) e^(-z^2 / 2), u = 1 / (1 + 0.3 z): relative error.
    "normal-tail": Polynomial(normal_tail, lambda w: 1 / normal_tail(w), 1 / (1 + mpf("0.3") * mpf("16.1")) - 1, mpf(0),
                              10, 32),
    # sin x = x + x^3 P(x^2), cos x = 1 - x^2/2 + x^4 P(x^2): in f64, for f32 results.
    "sin": Polynomial(near_zero(lambda s: (mpmath.sin(mp.sqrt(s)) / mp.sqrt(s) - 1) / s, -mpf(1) / 6),
                      lambda s: s + slack, mpf(0), sine_limit, 5, 64),
    "cos": Polynomial(near_zero(lambda s: (mpmath.cos(mp.sqrt(s)) - 1 + s / 2) / s ** 2, mpf(1) / 24, 10),
                      lambda s: s * s + slack, mpf(0), sine_limit, 5, 64),
    # log2 m = s P(s^2), s = (m - 1) / (m + 1)
    "log2": Polynomial(near_zero(lambda t: 2 * mpmath.atanh(mp.sqrt(t)) / mp.sqrt(t) / mp.log(2), 2 / mp.log(2)), one,
                       mpf(0), log2_limit, 7, 64),
    "exp2": Polynomial(lambda r: mpf(2) ** r, one, -mpf("0.501"), mpf("0.501"), 9, 64),
}

if __name__ == "__main__":
    unknown = set(sys.argv[1:]) - polynomials.keys()
    if unknown:
        sys.exit("unknown polynomial %s; known are %s" % (", ".join(sorted(unknown)), ", ".join(polynomials)))
    for name in sys.argv[1:] or polynomials:
        coefficients, error = fit(polynomials[name])
        print("%s: error 2^%.1f" % (name, float(mpmath.log(error, 2))))
        for c in coefficients:
            print("    %-24s %.17g" % (float(c).hex(), float(c)))
