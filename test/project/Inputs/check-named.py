#!/usr/bin/env python3
"""check-named.py SOURCE PAGE: whether the page of the language names every function of the language and everything in the
reference of the standard library. What is missing is said by name."""
import pathlib
import re
import sys

source, page = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).read_text()
named = set(re.findall(r"`[^`]*`", page))
words = {word for part in named for word in re.findall(r"\w+", part)}
wanted = re.findall(r"^(?:fn|layer|optimizer|op) (\w+)", (source / "docs/library.md").read_text(), re.M)
for path in sorted((source / "frontend/builtins").glob("*.cpp")):
    wanted += re.findall(r'\{"(\w+)", "[^"]*",', path.read_text())
missing = sorted(set(wanted) - words)
for name in missing:
    print("error: %s does not name '%s'" % (sys.argv[2], name))
print("%d names" % len(set(wanted)))
sys.exit(bool(missing) or len(wanted) < 100)
