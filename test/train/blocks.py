# Several train blocks on one model: a gradient penalty with its gradient of a gradient, weights clipped instead, and a
# generator with its moving average. Gradients against differences of the losses, updates against plain NumPy.
#
# RUN: nnc %S/Inputs/blocks.nn --dtype=f64 --split-step -o %t.so
# RUN: %python %s %t.so %t.safetensors
# RUN: FileCheck %s < %t.h
#
# CHECK-DAG: int game_criticize_step(
# CHECK-DAG: int game_criticize_clipped_step(
# CHECK-DAG: int game_imitate_update(game *model, const game_imitate_hyper *hyper);
# CHECK-DAG: double average_decay; ///< default 0.9
import sys

import numpy

import nnc

library, file = sys.argv[1:]
model = nnc.Library(library).model()
random = numpy.random.default_rng(4)
GENERATOR = [n for n, v in model.variables.items() if v.kind == nnc.PARAMETER and n.startswith("generator.")]
CRITIC = [n for n, v in model.variables.items() if v.kind == nnc.PARAMETER and n.startswith("critic.")]
assert len(GENERATOR) == len(CRITIC) == 4


def close(found, wanted, what, tolerance=1e-12):
    error = numpy.abs(numpy.asarray(found) - wanted).max()
    if not error <= tolerance:
        sys.exit("error: %s is %s, expected %s" % (what, found, wanted))


def data():
    return dict(real=random.normal(1, 0.5, (7, 2)), z=random.normal(0, 1, (7, 3)), mix=random.uniform(0, 1, (7, 1)))


def values(m, names):
    return {name: m[name] for name in names}


def check_gradients(block, names, loss, **arguments):
    """The first half of a step against differences of fourth order of what it minimizes."""
    m = model.create(seed=8)
    getattr(m, block + "_gradients")(**arguments)
    largest = 0.0
    for name in names:
        gradient, before = m["%s.gradient.%s" % (block, name)], m[name]
        for position in numpy.ndindex(before.shape):
            def at(offset):
                moved = before.copy()
                moved[position] += offset
                m[name] = moved
                return loss(m)
            h = 1e-3
            difference = (at(-2 * h) - 8 * at(-h) + 8 * at(h) - at(2 * h)) / (12 * h)
            m[name] = before
            if abs(gradient[position] - difference) > 1e-8 * max(1, abs(difference)):
                sys.exit("error: %s of %s%s is %.12g, by differences %.12g" % (block, name, position, gradient[position], difference))
            largest = max(largest, abs(difference))
    assert largest > 1e-2, largest
    others = [n for n in model.variables if n.startswith(block + ".gradient.")]
    assert len(others) == len(names), others


def critic_loss(m, **arguments):
    report = m.criticize_evaluate(**arguments)
    return report["gap"] + 10 * report["unevenness"]


arguments = data()
check_gradients("criticize", CRITIC, lambda m: critic_loss(m, **arguments), **arguments)
check_gradients("imitate", GENERATOR, lambda m: m.imitate_evaluate(z=arguments["z"])["loss"], z=arguments["z"])

# Blocks leave the parameters of others alone, and have steps and slots of their own.
m = model.create(seed=1)
for turn in range(4):
    arguments = data()
    before = values(m, GENERATOR + CRITIC)
    wanted = m.criticize_evaluate(**arguments)
    report = m.criticize_step(**arguments)
    for name in ("gap", "unevenness", "wasserstein", "steep", "steep_count"):
        close(report[name], wanted[name], name)
    assert report["wasserstein"] == -report["gap"] and report["wasserstein_count"] == 1
    assert 0 <= report["steep_count"] <= 7
    for name in GENERATOR:
        close(m[name], before[name], name, 0)
    assert not any(numpy.array_equal(m[name], before[name]) for name in CRITIC[:3])
    before = values(m, GENERATOR + CRITIC)
    averages = {name: m["imitate.average." + name] for name in GENERATOR}
    if turn % 2 == 0:
        m.imitate_step(z=arguments["z"])
        for name in CRITIC:
            close(m[name], before[name], name, 0)
        for name in GENERATOR:
            assert not numpy.array_equal(m[name], before[name]), name
            wanted = 0.9 * averages[name] + 0.1 * m[name] if turn else m[name]
            close(m["imitate.average." + name], wanted, "the average of " + name)
assert m["criticize.step"] == 4 and m["imitate.step"] == 2 and m["criticize_clipped.step"] == 0

# The averaged view computes with the averages.
z = data()["z"]
found = m.sample(z=z)
trained = values(m, GENERATOR)
for name in GENERATOR:
    m[name] = m["imitate.average." + name]
close(m.sample(z=z)["point"], found["steady"], "the averaged generator")
assert numpy.abs(found["steady"] - found["point"]).max() > 1e-6
for name, value in trained.items():
    m[name] = value

# Averages begin as the parameters, come with them from a file, and become them where a file has none.
fresh = model.create(seed=6)
close(fresh.sample(z=z)["steady"], fresh.sample(z=z)["point"], "the averaged generator before training", 0)
m.save(file)
fresh.load(file, parameters_only=True)
close(fresh.sample(z=z)["steady"], found["steady"], "the averaged generator from a file", 0)
assert fresh["criticize.step"] == 0

# Clipped weights stay within their bounds, and are clipped after the optimizer.
m = model.create(seed=2)
for turn in range(3):
    m.criticize_clipped_step(**data())
    for name in CRITIC:
        assert numpy.abs(m[name]).max() <= 0.1, name
assert any(numpy.abs(m[name]).max() == 0.1 for name in CRITIC)
