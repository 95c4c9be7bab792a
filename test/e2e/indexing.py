# Tables read by numbers, joined tensors, running sums and largest elements: a compiled model against NumPy, and what it
# does with a number outside of the table.
#
# RUN: nnc %S/Inputs/tokens.nn -o %t.so
# RUN: nnc %S/Inputs/positions.nn -o %t.positions.so
# RUN: %python %s %t.so %t.positions.so | FileCheck %s
import sys

import nnc
import numpy

random = numpy.random.default_rng(1)
net = nnc.Library(sys.argv[1]).models["Tokens"].create(seed=3)
batch, time = 5, 4
id = random.integers(0, 7, size=(batch, time)).astype(numpy.int32)
x = random.normal(size=(batch, time)).astype(numpy.float32)
target = random.normal(size=(batch, time, 3)).astype(numpy.float32)
table = net["embedding1.table"]
out = net.predict(id=id, x=x)

# CHECK: rows True
print("rows", numpy.array_equal(out["row"], table[id]))
# CHECK: joined True
print("joined", numpy.array_equal(out["joined"], numpy.concatenate([x, x], axis=1)))
# CHECK: before True
before = numpy.cumsum(x.astype(numpy.float64), axis=1) - x
print("before", numpy.allclose(out["before"], before, atol=1e-6))
# CHECK: largest True True
order = numpy.argsort(-table[id], axis=-1, kind="stable")[..., :2]
print("largest", numpy.array_equal(out["where_largest"], order),
      numpy.array_equal(out["largest"], numpy.take_along_axis(table[id], order, axis=-1)))

# One step of gradient descent: rows that several numbers name collect all of their gradients.
expected = table.astype(numpy.float64)
numpy.subtract.at(expected, id, 2 * (table[id] - target) / target.size)
net.train_step(id=id, target=target, lr=1.0)
# CHECK: learned True
print("learned", numpy.allclose(net["embedding1.table"], expected, atol=1e-6))

# CHECK: element 6 of 'id' is 7, expected 0 to 6
id[1, 2] = 7
try:
    net.predict(id=id, x=x)
except nnc.Error as error:
    print(error)

# A position in an axis of run-time size, and one that is written to: arguments are checked, and a call that is refused
# leaves the state as it was. Computed ones read zeros and write nothing.
net = nnc.Library(sys.argv[2]).models["Positions"].create(seed=3)
x = random.normal(size=(2, 4, 3)).astype(numpy.float32)
here = numpy.int32(3)
out = net.predict(x=x, at=here, place=numpy.int32(4))
# CHECK: read True True True
print("read", numpy.array_equal(out["here"], x[:, 3]), numpy.array_equal(out["after"], 0 * x[:, 3]),
      numpy.array_equal(net["state.kept"], [0, 0, 0, 0, 1]))
# CHECK: 'at' is 4, expected 0 to 3
# CHECK: 'at' is -1, expected 0 to 3
# CHECK: 'place' is 5, expected 0 to 4
for wrong in {"at": numpy.int32(4)}, {"at": numpy.int32(-1)}, {"place": numpy.int32(5)}:
    try:
        net.predict(**{"x": x, "at": here, "place": numpy.int32(2), **wrong})
    except nnc.Error as error:
        print(error)
# CHECK: kept True
print("kept", numpy.array_equal(net["state.kept"], [0, 0, 0, 0, 1]))
# CHECK: longer True
x = random.normal(size=(2, 6, 3)).astype(numpy.float32)
print("longer", numpy.array_equal(net.predict(x=x, at=numpy.int32(5), place=numpy.int32(0))["here"], x[:, 5]))
