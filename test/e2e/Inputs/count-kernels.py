"""count-kernels.py FILE.mlir...: how many distinct kernels each has."""
import re
import sys

for path in sys.argv[1:]:
    with open(path) as file:
        print("%s: %d kernels" % (path, len(set(re.findall(r"nn\.kernel @(\w+)", file.read())))))
