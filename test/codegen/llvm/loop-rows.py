# Loops whose rows do not need one another: which have tasks of rows, and that the numbers are those of every row by
# itself, the same bits for any number of threads.
#
# RUN: nnc %S/Inputs/loop-rows.nn --emit=llvm -o %t.mlir && FileCheck %s --input-file=%t.mlir
# RUN: nnc %S/Inputs/loop-rows.nn -o %t.so && %python %s %t.so
#
# CHECK: llvm.func internal @small.predict.rows0{{.*}}(
# CHECK: llvm.func internal @small.train_step{{.*}}.rows0{{.*}}(
# CHECK: llvm.func internal @small.train_step{{.*}}.rows1{{.*}}(
# CHECK: llvm.func internal @masked.predict.rows0{{.*}}(
# CHECK-NOT: @big.{{.*}}.rows0
# CHECK-NOT: @mixing.{{.*}}.rows0
import sys

import numpy

import nnc

library = nnc.Library(sys.argv[1])
rng = numpy.random.default_rng(3)
for batch in (1, 16, 37):
    x = rng.standard_normal((batch, 7, 3), numpy.float32)
    target = rng.standard_normal((batch, 7, 5), numpy.float32)
    trained = []
    for threads in (1, 2, 3):
        library.set_threads(threads)
        net = library.models["Small"].create(seed=4)
        for _ in range(3):
            net.train_step(x=x, target=target)
        trained.append({name: net[name].tobytes() for name in net.parameter_names()})
    assert trained[0] == trained[1] == trained[2], "batch %d: other bits with other threads" % batch

    net = library.models["Small"].create(seed=4)
    together = net.predict(x=x)["y"]
    for row in range(batch):
        alone = net.predict(x=x[row:row + 1])["y"]
        assert together[row].tobytes() == alone[0].tobytes(), "batch %d: row %d differs from itself alone" % (batch, row)

    # A sequence that ends early keeps its state.
    valid = numpy.arange(7) < rng.integers(1, 8, (batch, 1))
    net = library.models["Masked"].create(seed=4)
    states = net.predict(x=x, valid=valid)["y"]
    for row in range(batch):
        length = valid[row].sum()
        assert (states[row, length - 1:] == states[row, length - 1]).all(), (batch, row)
        alone = net.predict(x=x[row:row + 1], valid=valid[row:row + 1])["y"]
        assert states[row].tobytes() == alone[0].tobytes(), (batch, row)

    # Where rows meet in each turn, all of them do.
    states = library.models["Mixing"].create(seed=4).predict(x=x)["y"]
    h = numpy.zeros((batch, 3))
    for t in range(7):
        h = numpy.tanh(x[:, t] + h)
        assert numpy.abs(states[:, t] - h).max() < 1e-5, (batch, t)
        h -= h.mean(axis=0)
