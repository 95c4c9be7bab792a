# No op of a backward pass or an optimizer lacks its provenance: in the joint graph and in the kernels of every example, of
# every program of the language and of every model that is compared with PyTorch, and of every operator's gradient.
#
# RUN: mkdir -p %t && nnc explain --rules --format=json -o %t/rules.json
# RUN: %python %nncsrc/test/explain/rules.py generate %t/rules.json %t/rules.mlir
# RUN: sed 's/nn.func predict/nn.func step/' %t/rules.mlir > %t/steps.mlir
# RUN: %python %s %nncsrc %t/steps.mlir
import glob
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor


def check(path):
    for stage in ("backward", "kernels"):
        dump = subprocess.run(["nnc", path, "--emit=" + stage, "--mlir-print-debuginfo", "-w"], capture_output=True)
        if dump.returncode:
            return "%s: %s" % (path, dump.stderr.decode())
        if b"nn.provenance<" not in dump.stdout and b"nn.func step" in dump.stdout:
            return "%s: the locations were not printed" % path
        done = subprocess.run(["nnc-opt", "--nn-check-provenance", "-o", "/dev/null"], input=dump.stdout, capture_output=True)
        if done.returncode:
            return "%s: --emit=%s: %s" % (path, stage, done.stderr.decode())
    return ""


source, rules = sys.argv[1:]
folders = ["examples/*", "test/language/Inputs", "test/torch", "test/train/Inputs", "test/explain/Inputs/**", "docs/backprop"]
paths = [rules] + [path for folder in folders for path in sorted(glob.glob("%s/%s/*.nn" % (source, folder), recursive=True))]
assert len(paths) > 60, "the folders have moved"
with ThreadPoolExecutor(2) as pool:
    failed = [text for text in pool.map(check, paths) if text]
print("\n".join(failed))
sys.exit(bool(failed))
