# The entry that reads one character at a call, keeping keys and values as state, gives what the whole sequence gives:
# logits to 1e-10 in f64 and so the same characters; before training and after it, from a fresh state and after a reset.
#
# RUN: nnc %nncsrc/examples/minigpt/minigpt.nn --dtype=f64 -D d=24 -D heads=3 -D depth=2 -D context=11 -D vocabulary=13 \
# RUN:   -D streams=2 -o %t.so
# RUN: %python %s %t.so | FileCheck %s
# RUN: nnc %S/Inputs/rotary.nn --dtype=f64 -o %t.rotary.so
# RUN: %python %s %t.rotary.so | FileCheck %s
import sys

import nnc
import numpy

STREAMS, CONTEXT, VOCABULARY = 2, 11, 13
random = numpy.random.default_rng(3)
model = nnc.Library(sys.argv[1]).model()
net = model.create(seed=2)
for name in net.parameter_names():  # initial values so small that all characters were alike would show little
    net[name] = net[name] + random.normal(0, 0.3, net[name].shape)


def compare(label):
    """Greedy: each next character is the one of the largest logit."""
    tokens = random.integers(0, VOCABULARY, (STREAMS, 1), numpy.int32)
    worst, same, distinct = 0.0, True, set()
    for _ in range(CONTEXT):
        whole = net.predict(tokens=tokens)["logit"][:, -1]
        step = net.generate(token=tokens[:, -1].copy(), temperature=1.0, seed=1)["next_logit"]
        worst = max(worst, numpy.abs(whole - step).max())
        following = step.argmax(-1).astype(numpy.int32)
        same = same and numpy.array_equal(following, whole.argmax(-1))
        distinct.update(following.tolist())
        tokens = numpy.concatenate([tokens, following[:, None]], axis=1)[:, :CONTEXT]
    print(label, "logits", worst <= 1e-10, "characters", same, "some differ", len(distinct) > 1)


# CHECK: fresh logits True characters True some differ True
compare("fresh")
# CHECK: reset logits True characters True some differ True
net.reset("generate")
compare("reset")
for _ in range(10):
    data = random.integers(0, VOCABULARY, (5, CONTEXT), numpy.int32)
    net.train_step(tokens=data, target=data[:, ::-1].copy())
net.reset("generate")
# CHECK: trained logits True characters True some differ True
compare("trained")
