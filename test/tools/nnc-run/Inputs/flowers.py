"""Prints a table of flowers, three kinds that a linear classifier can tell apart: flowers.py ROWS [SEED]"""
import random
import sys

KINDS = {"tulip": (2.0, 0.5, 1.0, 0.2), "rose": (0.5, 2.0, 0.3, 1.5), "iris": (1.0, 1.0, 2.5, 0.8)}

rows = int(sys.argv[1])
draw = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
print("width,height,petals,scent,species")
for row in range(rows):
    kind = list(KINDS)[row % 3]
    print(",".join("%.3f" % (mean + draw.gauss(0, 0.2)) for mean in KINDS[kind]) + "," + kind)
