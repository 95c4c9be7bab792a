"""Copies a checkpoint with its record of the training spoiled: damage.py FROM TO"""
import sys

data = open(sys.argv[1], "rb").read()
assert b'\\"epoch\\":2' in data
open(sys.argv[2], "wb").write(data.replace(b'\\"epoch\\":2', b'\\"epoch\\":-'))
