# Whole programs of the language, trained for some hundred steps: they compile, learn what there is to learn, and what
# they promise besides holds.
#
# RUN: nnc %S/Inputs/ema.nn -o %t.ema.so
# RUN: nnc %S/Inputs/autoencoder.nn -o %t.autoencoder.so
# RUN: %python %s %t.ema.so %t.autoencoder.so
import sys

import numpy

import nnc

random = numpy.random.default_rng(5)
BATCH = 32


def fell(what, losses, factor):
    first, last = numpy.mean(losses[:10]), numpy.mean(losses[-10:])
    print("%s: loss from %.4f to %.4f" % (what, first, last))
    if not last < factor * first:
        sys.exit("error: %s has not learned" % what)


def ema(library):
    m = nnc.Library(library).model().create(seed=1)
    centres = random.normal(0, 1, (10, 784))

    def batch():
        label = random.integers(0, 10, BATCH)
        return (0.3 * centres[label] + random.normal(0, 1, (BATCH, 784))).astype(numpy.float32), label
    losses = []
    for _ in range(300):
        image, label = batch()
        losses.append(m.train_step(image=image, label=label)["loss"])
    fell("ema", losses, 0.5)
    image, label = batch()
    found = m.predict(image=image)["probability"]
    h = image
    names = ["dense1", "dense2"]
    for i, name in enumerate(names):
        h = h @ m["train.average.net.%s.weight" % name] + m["train.average.net.%s.bias" % name]
        h = numpy.maximum(h, 0) if i == 0 else h
    wanted = numpy.exp(h - h.max(1, keepdims=True))
    wanted /= wanted.sum(1, keepdims=True)
    if not numpy.allclose(found, wanted, atol=1e-5):
        sys.exit("error: the predictions are not those of the averaged weights")
    if numpy.allclose(m["net.dense1.weight"], m["train.average.net.dense1.weight"], atol=1e-4):
        sys.exit("error: the averages are the weights")


def autoencoder(library):
    m = nnc.Library(library).model().create(seed=1)
    basis = random.uniform(0, 0.4, (4, 784))

    def batch():
        return (random.uniform(0, 0.6, (BATCH, 4)) @ basis).astype(numpy.float32)
    fell("autoencoder", [m.train_step(image=batch())["loss"] for _ in range(300)], 0.2)
    image = batch()
    found = m.predict(image=image)
    assert found["latent"].shape == (BATCH, 32) and found["reconstruction"].shape == image.shape
    error = ((found["reconstruction"] - image) ** 2).mean()
    if abs(error - m.evaluate(image=image)["loss"]) > 1e-6:
        sys.exit("error: the loss is not that of the reconstruction")


ema(sys.argv[1])
autoencoder(sys.argv[2])
