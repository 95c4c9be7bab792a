"""newest-glibc.py 2.36 < `llvm-readelf -V`: fails if a library asks for a newer glibc, or for none at all."""
import re
import sys

oldest = tuple(map(int, sys.argv[1].split(".")))
versions = {tuple(map(int, v.split("."))) for v in re.findall(r"GLIBC_([0-9.]+)", sys.stdin.read())}
assert versions, "no versions: references would bind to the oldest symbols"
newer = sorted(v for v in versions if v > oldest)
if newer:
    sys.exit("asks for GLIBC %s" % ", ".join(".".join(map(str, v)) for v in newer))
