"""assemble.py PTXAS FILE...: assembles the kernels that `nnc --emit=ptx` wrote, for GPUs of three generations.

Prints what the hungriest kernels take. Fails, by name, where a kernel is no PTX or keeps more in memory than `spills`
below allows: numbers of a thread belong in registers.
"""
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

ARCHITECTURES = ["sm_86", "sm_90", "sm_120"]
# Bytes of spill stores, by the kind of kernel: a thread of attention has whole rows.
SPILLS = {"attention": 1536, "attention_gradient": 10240}


def kernels(path):
    with open(path, encoding="utf-8") as file:
        parts = re.split(r"^// kernel (\S+)\n", file.read(), flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2]))


def assemble(job):
    (name, text), architecture = job
    with tempfile.NamedTemporaryFile("w", suffix=".ptx") as file:
        file.write(text)
        file.flush()
        command = [sys.argv[1], "-v", "--gpu-name=" + architecture, "-o", "/dev/null", file.name]
        result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        return name, architecture, None, 0, result.stderr
    registers = max(map(int, re.findall(r"Used (\d+) registers", result.stderr)))
    spills = sum(map(int, re.findall(r"(\d+) bytes spill stores", result.stderr)))
    return name, architecture, registers, spills, ""


distinct = {}
for path in sys.argv[2:]:
    found = kernels(path)
    if not found:
        sys.exit(f"{path} has no kernels")
    distinct.update(found)
jobs = [(kernel, architecture) for architecture in ARCHITECTURES for kernel in distinct.items()]
failed = False
with ThreadPoolExecutor(2) as pool:
    results = list(pool.map(assemble, jobs))
for name, architecture, registers, spills, error in results:
    allowed = SPILLS.get(re.sub(r"_[0-9a-f]{16}$", "", name), 0)
    if registers is None:
        print(f"{name} is not accepted for {architecture}: {error}")
    elif spills > allowed:
        print(f"{name} spills {spills} bytes on {architecture}, {allowed} allowed")
    else:
        continue
    failed = True
for name, architecture, registers, spills, _ in sorted(results, key=lambda r: -(r[2] or 0))[:5]:
    print(f"{name} on {architecture}: {registers} registers, {spills} bytes spilled")
sys.exit(failed)
