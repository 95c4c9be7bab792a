"""assemble.py PTXAS [--also-of N] FILE...: assembles the kernels that `nnc --emit=ptx` wrote for GPUs of three generations.

Each distinct kernel is assembled for the first of ARCHITECTURES, and for the others all of them, or with --also-of one of N, which
the text of the kernel decides. Registers are limited as the runtime has the driver limit them (runtime/cuda/context.c): two blocks of up to 256 threads on a
multiprocessor, or one where that spills.

Prints what the hungriest kernels take. Fails, by name, where a kernel is no PTX, spills more than `spills` allows, or has more shared
memory than a block gets without asking.
"""
import hashlib
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

ARCHITECTURES = ["sm_90", "sm_86", "sm_120"]
SHARED_BYTES = 48 << 10


def spills(kind, text):
    """Bytes of spill stores that a kernel may have: of f64, a thread's tile of a convolution takes twice the registers."""
    return 512 if kind == "conv" and "fma.rn.f64" in text else 0


def kernels(path):
    with open(path, encoding="utf-8") as file:
        parts = re.split(r"^// kernel (\S+)\n", file.read(), flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2]))


def code(text):
    """What tells kernels apart: not what they are called."""
    return re.sub(r"_kernel_\w+", "", re.sub(r"//.*", "", text))


def registers_for(threads):
    return min(255, 65536 // threads // 8 * 8)


def assemble_for(text, architecture, registers):
    """The largest numbers of registers and of bytes spilled, and of bytes of a thread's stack; or what ptxas says."""
    with tempfile.NamedTemporaryFile("w", suffix=".ptx") as file:
        file.write(text)
        file.flush()
        command = [ptxas, "-v", f"--maxrregcount={registers}", "--gpu-name=" + architecture, "-o", "/dev/null", file.name]
        result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        return None, result.stderr

    def total(what, join=sum):
        return join(map(int, re.findall(what, result.stderr)))

    return (total(r"Used (\d+) registers", max), total(r"(\d+) bytes spill stores"), total(r"(\d+) bytes stack")), ""


def assemble(job):
    (name, text), architecture = job
    needs = [(int(t), int(s)) for t, s in re.findall(r"^// a block: (\d+) threads, (\d+) bytes", text, flags=re.MULTILINE)]
    if not needs:
        return name, architecture, None, 0, 0, "it does not say what its blocks need"
    threads, shared = max(t for t, _ in needs), max(s for _, s in needs)
    found, error = assemble_for(text, architecture, registers_for(max(threads, 512)))
    if found and found[2] and threads < 512:
        found = min(found, assemble_for(text, architecture, registers_for(threads))[0], key=lambda f: f[2])
    return (name, architecture, *(found[:2] if found else (None, 0)), shared, error)


ptxas, *paths = sys.argv[1:]
one_of = 1
if paths[0] == "--also-of":
    one_of, paths = int(paths[1]), paths[2:]
distinct = {}
for path in paths:
    found = kernels(path)
    if not found:
        sys.exit(f"{path} has no kernels")
    for name, text in found:
        distinct.setdefault(code(text), (name, text))
jobs = [
    (kernel, architecture)
    for key, kernel in distinct.items()
    for architecture in ARCHITECTURES
    if architecture == ARCHITECTURES[0] or hashlib.sha256(key.encode()).digest()[0] % one_of == 0
]
failed = False
with ThreadPoolExecutor(2) as pool:
    results = list(pool.map(assemble, jobs))
texts = dict(distinct.values())
for name, architecture, registers, spilled, shared, error in results:
    allowed = spills(re.sub(r"_[0-9a-f]{16}$", "", name), texts[name])
    if registers is None:
        print(f"{name} is not accepted for {architecture}: {error}")
    elif spilled > allowed:
        print(f"{name} spills {spilled} bytes on {architecture}, {allowed} allowed")
    elif shared > SHARED_BYTES:
        print(f"{name} has {shared} bytes of shared memory, {SHARED_BYTES} allowed")
    else:
        continue
    failed = True
print(f"{len(distinct)} kernels, {len(jobs)} assembled, {sum(r[3] > 0 for r in results)} with spills")
for title, place in ("registers", 2), ("bytes of shared memory", 4):
    for result in sorted(results, key=lambda r: -(r[place] or 0))[:3]:
        print(f"{result[0]} on {result[1]}: {result[place]} {title}")
sys.exit(failed)
