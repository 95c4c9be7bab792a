"""Minimax polynomials of Math.cpp by Remez exchange: fit.py prints the coefficients as f32/f64 hex literals."""
from mpmath import mp, mpf, matrix, lu_solve
import mpmath, struct, sys
mp.prec = 200

def remez(f, w, a, b, basis, steps=25, points=150):
    """Minimizes max |w(x) (f(x) - sum c_i x^basis_i)| over [a, b] by Lawson's reweighting; coefficients and the error."""
    xs = [(a+b)/2 + (b-a)/2*mpmath.cos(mp.pi*(2*i+1)/(2*points)) for i in range(points)]
    ws = [w(x) for x in xs]; fs = [f(x)*u for x, u in zip(xs, ws)]
    rows = [[u*x**p for p in basis] for x, u in zip(xs, ws)]
    n = len(basis); q = [mpf(1)/points]*points
    best = None
    for _ in range(steps):
        A = matrix(n, n); y = matrix(n, 1)
        for i in range(n):
            for j in range(i, n):
                A[i, j] = A[j, i] = mpmath.fsum(qq*r[i]*r[j] for qq, r in zip(q, rows))
            y[i] = mpmath.fsum(qq*r[i]*v for qq, r, v in zip(q, rows, fs))
        c = lu_solve(A, y)
        err = [abs(v - mpmath.fsum(c[k]*r[k] for k in range(n))) for r, v in zip(rows, fs)]
        e = max(err)
        if best is None or e < best[1]: best = ([c[k] for k in range(n)], e)
        q = [qq*d for qq, d in zip(q, err)]; t = mpmath.fsum(q)
        if t == 0: break
        q = [qq/t for qq in q]
    return best

def f32(x):
    return struct.unpack('<f', struct.pack('<f', float(x)))[0]
def show(name, cs, e, bits):
    print(name, 'error 2^%.1f' % float(mpmath.log(e, 2)))
    for c in cs:
        print('   ', (f32(c) if bits == 32 else float(c)).hex(), ' %.9g' % float(c) if bits == 32 else ' %.17g' % float(c))

def fit_rounded(f, w, a, b, basis, bits):
    """Fixes coefficients one at a time, lowest first, to their rounded values and refits the rest."""
    fixed = []
    rest = list(basis)
    while rest:
        g = lambda x: f(x) - sum(c*x**p for p, c in fixed)
        cs, e = remez(g, w, a, b, rest)
        c = mpf(f32(cs[0])) if bits == 32 else mpf(float(cs[0]))
        fixed.append((rest.pop(0), c))
    g = lambda x: f(x) - sum(c*x**p for p, c in fixed)
    N = 2000
    e = max(abs(w(x)*g(x)) for x in [a + (b-a)*mpf(i)/N for i in range(N+1)])
    return [c for p, c in fixed], e

h = mp.log(2)/2 * mpf('1.01')
one = lambda x: mpf(1)
eps = mpf(10)**-3
# exp: (exp(r)-1-r)/r^2 so that 1 and r are exact
def q_exp(r): return (mpmath.expm1(r)-r)/r**2 if abs(r) > mpf(10)**-20 else mpf(1)/2
for n in (5, 6):
    cs, e = fit_rounded(q_exp, lambda r: r**2+eps, -h, h, list(range(n)), 32); show('exp %d' % n, cs, e, 32)
for n in (5, 6):
    cs, e = fit_rounded(q_exp, lambda r: abs(r)+eps, -h, h, list(range(n)), 32); show('expm1 (rel) %d' % n, cs, e, 32)
# log: log(1+f) = f - f^2/2 + f^3 P(f)
lo, hi = mp.sqrt(mpf(1)/2)-1, mp.sqrt(2)-1
def q_log(f): return (mpmath.log1p(f)-f+f*f/2)/f**3 if abs(f) > mpf(10)**-12 else mpf(1)/3
for n in (8, 9):
    cs, e = fit_rounded(q_log, lambda f: f**2+eps, lo, hi, list(range(n)), 32); show('log %d' % n, cs, e, 32)
# erf small: erf(x) = x + x*P(x^2)
B = mpf('0.93')
def q_erf(s):
    x = mp.sqrt(s)
    return mpmath.erf(x)/x - 1 if s > mpf(10)**-20 else 2/mp.sqrt(mp.pi)-1
for n in (6, 7):
    cs, e = fit_rounded(q_erf, one, mpf(0), B*B, list(range(n)), 32); show('erf small %d' % n, cs, e, 32)
# erf large: log(erfc(x)) = -x - x*P(x)
def q_erfc(x): return -(mpmath.log(mpmath.erfc(x))+x)/x
for n in (7, 8, 9):
    cs, e = fit_rounded(q_erfc, lambda x: x*mpmath.erfc(x)/mpmath.erf(x), mpf('0.92'), mpf('4.0'), list(range(n)), 32); show('erfc %d' % n, cs, e, 32)
# sin, cos in f64 for f32 results
def q_sin(s):
    x = mp.sqrt(s)
    return (mpmath.sin(x)/x-1)/s if s > mpf(10)**-20 else -mpf(1)/6
def q_cos(s): return (mpmath.cos(mp.sqrt(s))-1+s/2)/s**2 if s > mpf(10)**-10 else mpf(1)/24
S = (mp.pi/4*mpf('1.001'))**2
for n in (4, 5):
    cs, e = fit_rounded(q_sin, lambda s: s+eps, mpf(0), S, list(range(n)), 64); show('sin %d' % n, cs, e, 64)
    cs, e = fit_rounded(q_cos, lambda s: s*s+eps, mpf(0), S, list(range(n)), 64); show('cos %d' % n, cs, e, 64)
# log2(m) = s*P(s^2), s=(m-1)/(m+1), f64
def q_log2(t):
    s = mp.sqrt(t)
    return 2*mpmath.atanh(s)/s/mp.log(2) if t > mpf(10)**-20 else 2/mp.log(2)
smax = (mp.sqrt(2)-1)/(mp.sqrt(2)+1)*mpf('1.001')
for n in (6, 7):
    cs, e = fit_rounded(q_log2, one, mpf(0), smax**2, list(range(n)), 64); show('log2 %d' % n, cs, e, 64)
for n in (8, 9):
    cs, e = fit_rounded(lambda r: mpf(2)**r, one, -mpf('0.501'), mpf('0.501'), list(range(n)), 64); show('exp2 %d' % n, cs, e, 64)
