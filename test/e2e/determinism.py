# Same library, same seed: the same bits of every loss and parameter for any number of threads, in two runs, and in a
# second instance of the same process.
#
# RUN: nnc %nncsrc/examples/xor/xor.nn -o %t.xor.so
# RUN: %python %s %nncsrc %t.xor.so
# RUN: nnc %nncsrc/examples/iris/iris.nn -o %t.iris.so
# RUN: %python %s %nncsrc %t.iris.so
# RUN: nnc %nncsrc/examples/sine/sine.nn -o %t.sine.so
# RUN: %python %s %nncsrc %t.sine.so
# RUN: nnc %nncsrc/examples/fashion_mnist/mlp.nn -o %t.mlp.so
# RUN: %python %s %nncsrc %t.mlp.so
import hashlib
import os
import subprocess
import sys

import numpy

BATCHES = (64, 1, 37, 256)  # a change of batch in between
source, library = sys.argv[1:3]
sys.path.insert(0, os.path.join(source, "python"))
import nnc


def train(model):
    """A few steps on random data; a digest of all that they leave."""
    random, instance, digest = numpy.random.default_rng(5), model.create(seed=11), hashlib.sha256()
    for batch in BATCHES * 2:
        sizes = [batch] * len(model.symbols)
        data = {}
        for value in model.functions["train_step"].inputs:
            shape = value.shape(sizes)
            data[value.name] = (random.normal(0, 1, shape) if value.dtype.kind == "f"
                                else random.integers(0, value.index_bound or 2, shape, value.dtype))
        for name, result in sorted(instance.train_step(**data).items()):
            digest.update(name.encode() + numpy.asarray(result).tobytes())
    for name in model.variables:
        array = instance[name]
        if array.dtype.kind == "f" and not numpy.all(numpy.isfinite(array)):
            sys.exit("error: %s is not finite" % name)
        digest.update(array.tobytes())
    return digest.hexdigest()


if len(sys.argv) > 3:  # one run, in a process of its own
    model = nnc.Library(library).model()
    print(train(model), train(model))
    sys.exit()

digests = {}
for threads in (1, 2, 3, 8, 2, 1):
    run = subprocess.run([sys.executable, __file__, source, library, "run"], check=True, capture_output=True, text=True,
                         env=dict(os.environ, NNC_THREADS=str(threads)))
    for digest in run.stdout.split():
        digests.setdefault(digest, set()).add(threads)
if len(digests) != 1:
    sys.exit("error: results depend on the run: digest -> threads: %s" % digests)
print("the same bits for 1, 2, 3 and 8 threads, over two runs and two instances")
