#!/usr/bin/env python3
"""training.py PROGRAM LIBRARY.so: trains a program of this directory for some hundred steps and checks that it does what
it is for. Each function below is about the program of its name."""
import sys

import numpy

import nnc

library = nnc.Library(sys.argv[2])
library.set_threads(1)
random = numpy.random.default_rng(5)


def expect(condition, what):
    if not condition:
        sys.exit("error: " + what)


def fell(losses, factor, what="the loss"):
    first, last = numpy.mean(losses[:10]), numpy.mean(losses[-10:])
    print("%s: from %.4f to %.4f" % (what, first, last))
    expect(last < factor * first, what + " has not fallen enough")


def snapshot(m, prefix):
    return {name: m[name] for name in m.model.variables if name.startswith(prefix)}


def unchanged(m, before):
    return all(numpy.array_equal(m[name], value) for name, value in before.items())


PIXELS = numpy.where(numpy.random.default_rng(1).random(784) < 0.5, -0.8, 0.8)


def real(batch=32):
    return numpy.clip(PIXELS + random.normal(0, 0.1, (batch, 784)), -1, 1)


def adversaries(m, turns, criticize, imitate, z):
    """Both in turns; how far the generator's images are from the real ones, before and after, per pixel."""
    distances = [numpy.abs(m.sample(z=z)["image"] - PIXELS).mean()]
    for _ in range(turns):
        criticize()
        imitate()
    distances.append(numpy.abs(m.sample(z=z)["image"] - PIXELS).mean())
    print("distance of the generator's images: from %.3f to %.3f" % tuple(distances))
    return distances


def gan():
    m = library.model().create(seed=1)
    critic, generator = snapshot(m, "critic."), snapshot(m, "generator.")
    m.discriminate_step(real=real())
    expect(unchanged(m, generator) and not unchanged(m, critic), "the discriminator's step trains the wrong parameters")
    critic = snapshot(m, "critic.")
    m.imitate_step(sizes={"batch": 32})
    expect(unchanged(m, critic) and not unchanged(m, generator), "the generator's step trains the wrong parameters")
    z = random.normal(0, 1, (64, 8))
    caught = []

    def discriminate():
        report = m.discriminate_step(real=real())
        caught.append(report["caught"])
    before, after = adversaries(m, 300, discriminate, lambda: m.imitate_step(sizes={"batch": 32}), z)
    expect(after < 0.3 * before, "the generator has not learned the images")
    expect(numpy.mean(caught[:50]) > 0.5, "the discriminator has not learned either")
    expect(m["discriminate.step"] == 301 and m["imitate.step"] == 301, "steps are not counted by block")


def wgan_gp():
    m = library.model().create(seed=1)
    z = random.normal(0, 1, (64, 8))
    reports = []

    def criticize():
        for _ in range(2):
            reports.append(m.criticize_step(real=real(), lr=5e-4))
    before, after = adversaries(m, 200, criticize, lambda: m.imitate_step(sizes={"batch": 32}, lr=5e-4), z)
    expect(after < 0.5 * before, "the generator has not learned the images")
    # The penalty holds the critic to slopes near 1, so its distance is about that of the images, not larger.
    distances = [report["wasserstein"] for report in reports]
    print("the critic's distance: largest %.2f, last %.2f" % (max(distances), distances[-1]))
    expect(max(distances) < 1.5 * before * 28 * numpy.sqrt(2), "the critic's slopes are not held to 1")
    expect(distances[-1] < 0.6 * max(distances), "the critic's distance has not fallen")
    clipped = library.model().create(seed=1)
    for _ in range(20):
        clipped.criticize_clipped_step(real=real())
        largest = max(numpy.abs(clipped[name]).max() for name in snapshot(clipped, "critic."))
        expect(largest <= numpy.float32(0.01), "weights are not clipped: %g" % largest)


def vae():
    m = library.model().create(seed=1)
    prototypes = (random.random((4, 784)) < 0.3).astype(float)
    losses, divergences = [], []
    for _ in range(300):
        report = m.train_step(image=prototypes[random.integers(0, 4, 32)])
        losses.append(report["rebuilt"])
        divergences.append(report["kl"])
    fell(losses, 0.2, "the loss of what is rebuilt")
    found = m.predict(image=prototypes)
    error = numpy.abs(found["reconstruction"] - prototypes).mean()
    print("mean error of what is rebuilt: %.3f, divergence %.2f" % (error, divergences[-1]))
    expect(error < 0.1, "images are not rebuilt")
    # Four images need log 4 = 1.39 nats of code.
    expect(1.0 < divergences[-1] < 20, "the divergence is %g" % divergences[-1])
    expect(numpy.allclose(m.decode(point=found["code"])["picture"], found["reconstruction"], atol=1e-6), "decode is another decoder")
    # Without the divergence's part it grows.
    free = library.model().create(seed=1)
    for _ in range(300):
        report = free.train_step(image=prototypes[random.integers(0, 4, 32)], beta=0.0)
    expect(report["kl"] > 3 * divergences[-1], "'beta' has no effect")


def char_lstm():
    m = library.model().create(seed=1)
    song = numpy.array([0, 3, 1, 3, 2, 4, 4] * 40)

    def batch():
        begin = random.integers(0, 100, 16)
        piece = numpy.stack([song[b:b + 13] for b in begin])
        return dict(text=piece[:, :-1], target=piece[:, 1:])
    losses = []
    for _ in range(300):
        report = m.train_step(**batch(), lr=1e-2)
        losses.append(report["nats"])
        expect(abs(report["bits_per_character"] - report["nats"] / numpy.log(2)) < 1e-5, "the metric is not the loss in bits")
    # Only where a piece begins between equal characters is there something to guess.
    fell(losses, 0.2)

    def sing(first, count, seed):
        characters = [first]
        for i in range(count):
            characters.append(int(m.generate(previous=numpy.array([characters[-1]]), temperature=0.1, seed=seed + i)["character"][0]))
        return characters
    m.reset("generate")
    tune = sing(0, 20, seed=1)
    print("sings", tune)
    expect(tune == list(song[:21]), "the memory does not carry the song")
    kept = m["state.generate.h"].copy()
    expect(numpy.abs(kept).max() > 0.1, "the entry keeps no state")
    m.reset("generate")
    expect(not m["state.generate.h"].any(), "reset leaves the state")
    expect(sing(0, 20, seed=7) == tune, "after a reset it sings another song")


def spectral():
    m = library.model().create(seed=1)
    direction = random.normal(0, 1, 28)
    losses = []
    for _ in range(300):
        x = random.normal(0, 1, (32, 28))
        losses.append(m.train_step(x=x, y=numpy.sign(x @ direction)[:, None], lr=1e-2)["loss"])
    fell(losses, 0.6)
    a, b = random.normal(0, 2, (2, 500, 28))
    slopes = numpy.abs(m.predict(x=a)["margin"] - m.predict(x=b)["margin"])[:, 0] / numpy.linalg.norm(a - b, axis=1)
    print("steepest slope found: %.4f" % slopes.max())
    expect(0.2 < slopes.max() < 1.05, "the score's slope is %g" % slopes.max())


def transfer():
    m = library.model().create(seed=1)
    patterns = random.normal(0, 1, (3, 28, 28, 1))

    def batch():
        label = random.integers(0, 3, 16)
        return dict(image=patterns[label] + random.normal(0, 0.5, (16, 28, 28, 1)), label=label)
    base, states = snapshot(m, "base."), snapshot(m, "state.")
    losses = [m.warmup_step(**batch())["loss"] for _ in range(60)]
    fell(losses, 0.5, "the loss of the head alone")
    expect(unchanged(m, base), "the warm-up trains the base")
    bottom, top, head = snapshot(m, "base.0."), snapshot(m, "base.1."), snapshot(m, "head.")
    for _ in range(5):
        m.finetune_step(**batch())
    expect(unchanged(m, bottom), "a frozen layer is trained")
    expect(not unchanged(m, top) and not unchanged(m, head), "the fine-tuning trains nothing")
    expect(states and unchanged(m, states), "eval_mode lets the running statistics run")
    expect(m["warmup.step"] == 60 and m["finetune.step"] == 5, "steps are not counted by block")
    # Rates of groups: Adam's first step is the rate, whatever the gradient.
    fresh = library.model().create(seed=2)
    before = snapshot(fresh, "")
    fresh.finetune_step(**batch())
    for name, rate in (("base.1.conv2d1.weight", 1e-5), ("head.dense1.weight", 1e-4), ("head.dense2.bias", 2e-4)):
        moved = numpy.abs(fresh[name] - before[name]).max()
        expect(abs(moved - rate) < 0.02 * rate, "the rate of %s is %g, expected %g" % (name, moved, rate))


def saliency():
    m = library.model().create(seed=1)
    patterns = random.normal(0, 1, (10, 28, 28, 1))

    def batch(n):
        label = random.integers(0, 10, n)
        return patterns[label] + random.normal(0, 0.5, (n, 28, 28, 1)), label
    losses = []
    for _ in range(60):
        image, label = batch(16)
        losses.append(m.train_step(image=image, label=label)["loss"])
    fell(losses, 0.5)

    def logits(image):
        w, bias = m["net.conv2d1.weight"], m["net.conv2d1.bias"]
        wide = numpy.pad(image, ((0, 0), (1, 1), (1, 1), (0, 0)))
        h = sum(wide[:, i:i + 28, j:j + 28] @ w[i, j] for i in range(3) for j in range(3)) + bias
        h = numpy.maximum(h, 0).reshape(-1, 14, 2, 14, 2, 32).max((2, 4))
        return h.reshape(len(h), -1) @ m["net.dense1.weight"] + m["net.dense1.bias"]
    image, label = batch(2)
    p = numpy.exp(logits(image))
    found = m.predict(image=image)["probability"]
    expect(numpy.allclose(found, p / p.sum(1, keepdims=True), atol=1e-9), "the network is another one")
    asked = (label + 1) % 10
    saliency_map = m.saliency(image=image, **{"class": asked})["map"]
    for place in [(0, 3, 4), (1, 0, 0), (0, 27, 13), (1, 14, 14), (0, 9, 20)]:
        moved = numpy.zeros_like(image)
        moved[place + (0,)] = 1e-6
        slope = (logits(image + moved) - logits(image - moved))[place[0], asked[place[0]]] / 2e-6
        expect(abs(abs(slope) - saliency_map[place + (0,)]) < 1e-6, "the map is not the slope at %s" % (place,))
    start = random.normal(0, 0.1, (3, 28, 28, 1))
    wanted = numpy.array([1, 5, 9])
    picture = m.maximize(start=start, rate=0.1, **{"class": wanted})["picture"]
    before, after = logits(start)[range(3), wanted], logits(picture)[range(3), wanted]
    print("scores from", before.round(2), "to", after.round(2))
    expect(numpy.all(after > before + 5), "pictures do not climb")
    expect(numpy.all(logits(picture).argmax(1) == wanted), "pictures are of other classes")


def siamese():
    m = library.model().create(seed=1)
    patterns = random.normal(0, 1, (6, 28, 28, 1))

    def batch(n=32):
        left = random.integers(0, 6, n)
        right = numpy.where(random.random(n) < 0.5, left, random.integers(0, 6, n))
        pair = [patterns[k] + random.normal(0, 0.3, (n, 28, 28, 1)) for k in (left, right)]
        return dict(left=pair[0], right=pair[1]), (left == right).astype(float)
    losses = []
    for _ in range(300):
        images, same = batch()
        losses.append(m.train_step(**images, same=same)["loss"])
    fell(losses, 0.2)
    images, same = batch(200)
    apart = m.predict(**images)["apart"]
    print("distances: equal %.2f, others %.2f" % (apart[same == 1].mean(), apart[same == 0].mean()))
    told = (apart[same == 1][:, None] < apart[same == 0]).mean()
    expect(told > 0.98, "of two pairs, the equal one is nearer with a rate of %g only" % told)


def seq2seq():
    m = library.model().create(seed=1)

    def batch(n=64):
        """Sentences of three words, translated by reading them backwards; words are 2 to 5, 1 begins."""
        source = random.integers(2, 6, (n, 3))
        target = source[:, ::-1]
        return dict(source=source, given=numpy.concatenate([numpy.ones((n, 1), int), target[:, :-1]], 1), target=target)
    losses = [m.train_step(**batch(), lr=1e-2)["loss"] for _ in range(300)]
    fell(losses, 0.1)
    data = batch()
    found = m.translate(source=data["source"])
    right = (found["sentence"] == data["target"]).mean()
    print("words translated: %.3f" % right)
    expect(right > 0.97, "the decoder by itself translates %g of the words" % right)
    attention = found["attention"]
    expect(attention.shape == (64, 3, 3) and numpy.allclose(attention.sum(-1), 1, atol=1e-5), "attention is no distribution")


def bigru():
    m = library.model().create(seed=1)

    def batch(n=32):
        """What comes last, within the length, decides; padding is noise."""
        series, length = random.normal(0, 1, (n, 8, 12)), random.integers(1, 9, n)
        return dict(series=series, length=length, label=(series[range(n), length - 1, 0] > 0).astype(int))
    fell([m.train_step(**batch(), lr=1e-2)["loss"] for _ in range(200)], 0.6)
    data = batch()
    found = m.predict(series=data["series"], length=data["length"])["probability"]
    noise = data["series"].copy()
    for n, length in enumerate(data["length"]):
        noise[n, length:] = 9
    expect(numpy.allclose(m.predict(series=noise, length=data["length"])["probability"], found, atol=1e-5), "padding has an effect")


def elman():
    m = library.model().create(seed=1)
    losses = []
    for _ in range(300):
        t = random.uniform(0, 6, (16, 1, 1)) + 0.3 * numpy.arange(21).reshape(1, 21, 1)
        wave = numpy.sin(t)
        losses.append(m.train_step(signal=wave[:, :-1], target=wave[:, 1:])["loss"])
    fell(losses, 0.1)


def custom_op():
    m = library.model().create(seed=1)

    def batch(n=32):
        left = random.normal(0, 1, (n, 32, 4))
        same = random.integers(0, 2, (n, 1)).astype(float)
        return dict(left=left + 2 * (same[..., None] - 0.5), right=random.normal(0, 1, (n, 32, 4)) + 1, same=same)
    fell([m.train_step(**batch())["loss"] for _ in range(200)], 0.3)


globals()[sys.argv[1]]()
