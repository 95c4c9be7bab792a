#!/usr/bin/env python3
"""make-data.py train.csv test.csv: points of sin(x) on [-pi, pi]; those for training with noise, those for testing without."""
import math
import random
import sys

random.seed(1)
for path, count, noise in ((sys.argv[1], 1000, 0.1), (sys.argv[2], 200, 0.0)):
    with open(path, "w") as file:
        file.write("x,y\n")
        for _ in range(count):
            x = random.uniform(-math.pi, math.pi)
            file.write("%.6f,%.6f\n" % (x, math.sin(x) + random.gauss(0.0, noise)))
