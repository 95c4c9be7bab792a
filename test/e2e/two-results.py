# A kernel of two results whose sizes are static around, and of run time within.
#
# RUN: nnc %S/Inputs/two-results.nn --dtype=f64 -o %t.so
# RUN: %python %s %t.so | FileCheck %s
import sys

import nnc
import numpy

random = numpy.random.default_rng(1)
net = nnc.Library(sys.argv[1]).models["Grid"].create(seed=1)
for time in (1, 5, 17):
    q, m = random.normal(size=(2, 3, time, 4)), random.normal(size=(2, 3, time, time))
    out = net.predict(q=q, m=m)
    e = numpy.exp(0.5 * (q @ q.swapaxes(2, 3)))
    print(time, numpy.allclose(out["e"], e, rtol=1e-12), numpy.allclose(out["em"], e * m, rtol=1e-12))
# CHECK: 1 True True
# CHECK: 5 True True
# CHECK: 17 True True
