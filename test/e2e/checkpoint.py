# checkpoint: the same gradients from less memory. Each model is compiled three times: as it is, with a checkpoint around
# each block, and with one around half of those as well.
#
# RUN: nnc %S/Inputs/deep.nn --dtype=f64 -o %t.kept.so
# RUN: nnc %S/Inputs/deep.nn --dtype=f64 -D again=true -o %t.again.so
# RUN: nnc %S/Inputs/deep.nn --dtype=f64 -D again=true -D nested=true -o %t.nested.so
# RUN: nnc %S/Inputs/deep.nn --dtype=f64 -D again=true -O0 -o %t.plain.so
# RUN: %python %s %t.kept.so %t.again.so %t.nested.so %t.plain.so | FileCheck %s
import sys

import nnc
import numpy

random = numpy.random.default_rng(5)
kept, again, nested, plain = (nnc.Library(path) for path in sys.argv[1:])


def step(library, name, data):
    """The parameters after a step from the same seed, its loss, and the bytes of its workspace."""
    model = library.models[name]
    net = model.create(seed=11)
    loss = net.train_step(**data)["loss"]
    workspace = model.functions["train_step"].raw.workspace
    assert workspace.term_count == 1, "all sizes are known while compiling"
    return {v: net[v] for v in model.variables}, loss, workspace.terms[0].coefficient


for name, rows, width, shape in (("Deep", 32, 16, (32, 16)), ("Loop", 4, 6, (4, 40, 6))):
    data = {"x": random.normal(size=shape), "target": random.normal(size=(rows, width))}
    expected, loss, memory = step(kept, name, data)
    moved = max(numpy.abs(expected[v] - kept.models[name].create(seed=11)[v]).max() for v in expected)
    assert moved > 1e-3, "a step that moves nothing shows nothing"
    for kind, library in (("again", again), ("nested", nested), ("plain", plain)):
        found, found_loss, found_memory = step(library, name, data)
        error = max(numpy.abs(found[v] - expected[v]).max() for v in expected)
        print(name, kind, "loss", abs(found_loss - loss) <= 1e-14, "gradients", error <= 1e-14)
        if kind != "plain":
            print(name, kind, "memory %.2f of %d bytes" % (found_memory / memory, memory))
# CHECK: Deep again loss True gradients True
# CHECK-NEXT: Deep again memory 0.{{[0-4]}}
# CHECK-NEXT: Deep nested loss True gradients True
# CHECK-NEXT: Deep nested memory 0.{{[0-4]}}
# CHECK-NEXT: Deep plain loss True gradients True
# CHECK-NEXT: Loop again loss True gradients True
# CHECK-NEXT: Loop again memory 0.{{[0-4]}}
# CHECK: Loop nested loss True gradients True
# CHECK: Loop plain loss True gradients True
