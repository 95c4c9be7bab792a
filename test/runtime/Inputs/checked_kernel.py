"""Compiles a kernel as -O0 does, with Halide's assertions: checked_kernel.py OUT.o"""
import sys

import halide as hl

x, y, outer = hl.Var("x"), hl.Var("y"), hl.Var("outer")
a, b = hl.ImageParam(hl.Float(32), 2, "a"), hl.ImageParam(hl.Float(32), 2, "b")
depth = hl.Param(hl.Int(32), "depth")
k = hl.RDom([(0, depth)], "k")
product = hl.Func("product")
product[x, y] = 0.0
product[x, y] += a[k, y] * b[x, k]
product.update().split(x, outer, x, 8, hl.TailStrategy.GuardWithIf).vectorize(x).parallel(y)
features = "strict_float-user_context-no_runtime-no_bounds_query"
product.compile_to_object(sys.argv[1], [a, b, depth], "checked_kernel", hl.Target("x86-64-linux-sse41-" + features))
