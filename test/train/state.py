# State: read as of the start of an application, moved on in text order, shared by those that name it, private to
# entries, kept in files, set back by reset.
#
# RUN: nnc %S/Inputs/state.nn --dtype=f64 -o %t.so
# RUN: %python %s %t.so %t.safetensors
# RUN: FileCheck %s < %t.h
#
# CHECK: /// Sets the state that an entry keeps between its calls back to what it was at first. entry: "count", "count_down",
# CHECK-NEXT: /// or NULL for all.
# CHECK-NEXT: int keeper_reset(keeper *model, const char *entry);
import sys

import numpy

import nnc

library, file = sys.argv[1:]
model = nnc.Library(library).model()
m = model.create()


def expect(found, wanted, what):
    if not numpy.array_equal(found, wanted):
        sys.exit("error: %s is %s, expected %s" % (what, found, wanted))


# sum: 1 -> (reads 1) 2*1+10 = 12 -> (reads 12) 2*12+100 = 124
expect(list(m.twice(a=10, b=100).values()), [1, 12], "twice")
expect(m["state.tally.sum"], 124, "the sum")
expect(m.once(a=1)["only"], 124, "once, which shares the layer")
expect(m["state.tally.sum"], 249, "the sum")
expect(m.peek(a=3)["twice_a"], 6, "peek")
expect(m["state.tally.sum"], 249, "the sum after a call that does not need it")

expect(m.count(v=[7, 8, 9])["turn"], 5, "the first turn")
found = m.count(v=[1, 2, 3])
expect(found["turn"], 6, "the second turn")
expect(found["before"], [7, 8, 9], "what was seen before")
expect(m.count_down()["turn"], 10, "the other entry's turn")
expect(m.count_down()["turn"], 9, "the other entry's turn")

# Files keep state; reset sets back what one entry alone moves on.
m.save(file)
other = model.create(seed=3)
other.load(file, parameters_only=True)
expect(other.count(v=[0, 0, 0])["turn"], 7, "the turn after a file")
other.reset("count")
found = other.count(v=[0, 0, 0])
expect(found["turn"], 5, "the turn after a reset")
expect(found["before"], [0.5, 1.5, 2.5], "what was seen after a reset")
expect(other.count_down()["turn"], 8, "the turn of the entry that was not reset")
expect(other["state.tally.sum"], 249, "the sum, which two entries share")
other.reset()
expect(other.count_down()["turn"], 10, "the turn after a reset of all")
expect(other["state.tally.sum"], 249, "the sum, which two entries share")
try:
    m.reset("twice")
    sys.exit("error: reset accepted an entry without state of its own")
except nnc.Error as error:
    assert "reset: 'Keeper' has no entry 'twice' that keeps state" in str(error), error

# Training moves state at every call, also at those that only accumulate; evaluation moves nothing.
x = numpy.array([[1.0, 2.0], [3.0, 6.0]])
t = numpy.zeros((2, 1))
before = m["scale.weight"]
m.train_step(x=x, t=t)
expect(m["state.watch.mean_seen"], [1, 2], "the mean after a step")
expect(m["scale.weight"], before, "the weight while gradients accumulate")
m.evaluate(x=x, t=t)
m.predict(x=x)
expect(m["state.watch.mean_seen"], [1, 2], "the mean after an evaluation")
m.train_step(x=x, t=t)
expect(m["state.watch.mean_seen"], [1.5, 3], "the mean after two steps")
if numpy.array_equal(m["scale.weight"], before):
    sys.exit("error: two steps have updated nothing")
