# Tables read by numbers, joined tensors, running sums and largest elements: a compiled model against NumPy, and what it
# does with a number outside of the table.
#
# RUN: nnc %S/Inputs/tokens.nn -o %t.so
# RUN: %python %s %t.so | FileCheck %s
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
