# RUN: %python %s %nncsrc/test/ops
"""Every op's case, gradients included, keeps its meaning through all passes at -O0 and -O2."""
import pathlib
import subprocess
import sys

failed = 0
cases = sorted(pathlib.Path(sys.argv[1]).glob("*.mlir"))
assert cases, "no cases in " + sys.argv[1]
for case in cases:
    for level in 0, 2:
        command = ["nnc-opt", str(case), "--verify-meaning", "--nn-graph-pipeline=opt-level=%d" % level,
                   "--nn-kernel-pipeline=opt-level=%d" % level, "-o", "/dev/null"]
        run = subprocess.run(command, stderr=subprocess.PIPE, text=True)
        if run.returncode != 0:
            failed += 1
            print("%s at -O%d: exit status %d\n%s" % (case.name, level, run.returncode, run.stderr))
sys.exit(failed != 0)
