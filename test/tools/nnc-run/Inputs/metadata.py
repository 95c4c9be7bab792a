"""Prints what nnc-run has written into a safetensors file: metadata.py FILE"""
import json
import struct
import sys

with open(sys.argv[1], "rb") as file:
    (size,) = struct.unpack("<Q", file.read(8))
    strings = json.loads(file.read(size))["__metadata__"]
record = next(json.loads(text) for name, text in strings.items() if name.endswith("nnc_run"))
print(sorted(record))
training = record["training"]
print(" ".join("%s %s" % (name, training[name]) for name in ["epoch", "position", "seed", "batch"]))
