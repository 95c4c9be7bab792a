"""count-cases.py DIRECTORY LEAST: how many errors the -invalid tests of a directory expect, by file.

Every one is a case: an error message that FileCheck looks for. Fails where there are fewer than LEAST."""
import pathlib
import re
import sys

expectation = re.compile(r"^\s*(?://)?\s*[A-Z][A-Z0-9_]*(?:-NEXT|-SAME|-DAG)?: .*error: ", re.M)
total = 0
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*-invalid.*")):
    cases = len(expectation.findall(path.read_text()))
    print("%4d  %s" % (cases, path.name))
    total += cases
    if cases == 0:
        sys.exit("no case in %s" % path)
print("%4d  cases" % total)
if total < int(sys.argv[2]):
    sys.exit("expected %s cases or more" % sys.argv[2])
