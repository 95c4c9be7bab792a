"""check-guide.py ROOT FILE.md: what the diffs in a guide add still stands in the files that they name."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
blocks = re.findall(r"^```diff\n(.*?)^```$", (root / sys.argv[2]).read_text(), re.DOTALL | re.MULTILINE)
for block in blocks:
    lines = block.splitlines()
    path = next(line.removeprefix("+++ b/") for line in lines if line.startswith("+++ "))
    added = "\n".join(line[1:] for line in lines if line.startswith("+") and not line.startswith("+++"))
    if not added or added not in (root / path).read_text():
        sys.exit("error: %s shows a change of %s that does not stand there" % (sys.argv[2], path))
if not blocks:
    sys.exit("error: %s shows no diff" % sys.argv[2])
