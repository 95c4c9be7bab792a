#!/usr/bin/env python3
"""generate.py LIBRARY.so PARAMETERS.safetensors [TEXT [TEMPERATURE]]: continues a text up to the model's 128 characters,
one character at a call."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../python"))
import nnc  # noqa: E402
import numpy  # noqa: E402

CONTEXT = 128
library, parameters, *rest = sys.argv[1:]
text = rest[0] if rest else "The "
temperature = float(rest[1]) if len(rest) > 1 else 0.5
net = nnc.Library(library).model().create(seed=1)
net.load(parameters, parameters_only=True)
net.reset("generate")
codes = [0 if c == "\n" else min(max(ord(c) - 31, 0), 95) for c in text][:CONTEXT - 1]
for i in range(CONTEXT - 1):
    token = numpy.array([codes[i]], numpy.int32)
    out = net.generate(token=token, temperature=temperature, seed=i)
    if i + 1 == len(codes):
        codes.append(int(out["next_token"][0]))
print("".join("\n" if c == 0 else chr(c + 31) for c in codes))
