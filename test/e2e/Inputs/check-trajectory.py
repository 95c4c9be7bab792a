#!/usr/bin/env python3
"""check-trajectory.py trajectory.so: each model's 20 steps against the numbers of trajectory.json, to 1e-10."""
import json
import os
import sys

import nnc
import numpy
from trajectory_data import STEPS, batch, parameters

TOLERANCE = 1e-10


def main():
    library = nnc.Library(sys.argv[1])
    with open(os.path.join(os.path.dirname(__file__), "trajectory.json")) as file:
        expected = json.load(file)
    failed = False
    for name, model in sorted(library.models.items()):
        net = model.create()
        for parameter, value in parameters().items():
            net["body." + parameter] = value
        losses = []
        for step in range(STEPS):
            images, labels = batch(step)
            losses.append(net.train_step(x=images, y=labels)["loss"])
        error = max(abs(a - b) for a, b in zip(losses, expected[name]["losses"]))
        for parameter, values in expected[name]["parameters"].items():
            found = net["body." + parameter].reshape(-1)
            error = max(error, numpy.abs(found - values).max())
        good = error <= TOLERANCE
        failed = failed or not good
        print("%s: %s after %d steps, largest difference %.1e" % (name, "agrees" if good else "DIFFERS", STEPS, error))
    return failed


sys.exit(main())
