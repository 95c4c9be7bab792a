#!/usr/bin/env python3
"""make-data.py DIRECTORY FILE...: texts as sequences of 128 characters and of those that follow each.

Writes train-tokens.npy, train-target.npy, and test-... of each text's last tenth. Character 0 is the end of a line, others
are 1 to 95 as ASCII has them from the space on; what is not ASCII is left out."""
import os
import sys

import numpy

CONTEXT, STRIDE = 128, 64
directory, *paths = sys.argv[1:]
windows = {"train": [], "test": []}
for path in paths:
    with open(path, "rb") as file:
        text = numpy.frombuffer(file.read(), numpy.uint8)
    text = text[(text == ord("\n")) | ((text >= 32) & (text < 127))].astype(numpy.int32)
    codes = numpy.where(text == ord("\n"), 0, text - 31)
    cut = len(codes) * 9 // 10
    for kind, part in (("train", codes[:cut]), ("test", codes[cut:])):
        windows[kind] += [part[i:i + CONTEXT + 1] for i in range(0, len(part) - CONTEXT, STRIDE)]
for kind, rows in windows.items():
    rows = numpy.stack(rows)
    numpy.save(os.path.join(directory, kind + "-tokens.npy"), numpy.ascontiguousarray(rows[:, :-1]))
    numpy.save(os.path.join(directory, kind + "-target.npy"), numpy.ascontiguousarray(rows[:, 1:]))
    print("%s: %d sequences" % (kind, len(rows)))
