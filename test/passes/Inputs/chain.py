"""Prints a model that is a chain of `count` elementwise ops."""
import sys

count = int(sys.argv[1])
print("model Chain {\n  input a0: f[batch, 16]")
for i in range(count):
    print("  let a%d = tanh(a%d)" % (i + 1, i))
print("  output y = a%d\n}" % count)
