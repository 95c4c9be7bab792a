# lit.cfg.py: what a test may use. `lit test/ir/mul.mlir` works on the source tree: this file then finds the
# site configuration of the build tree (build/, or $NNC_BUILD), which knows the tools and loads this file again.
#
# On the PATH, before everything else: nnc, nnc-opt, nnc-run (build/bin), then FileCheck, not, count, mlir-opt,
# llvm-readelf and the rest of LLVM's tools. Substitutions, beside lit's own %s, %S, %t, %T:
#   %python       the interpreter of the project's environment (it has numpy, and finds python/nnc.py)
#   %cc, %cxx     the C and C++ compilers; `%cc -I%nncsrc/runtime` finds nnc.h
#   %cmake        with %ninja, for tests that configure a project of their own
#   %nncsrc       the source tree
#   %nncbuild     the build tree
#   %testbin      the programs made by nnc_add_test_program
# Features for REQUIRES: x86, avx2, avx512 (of this CPU), fashion-mnist (the data is installed), make,
# sanitizer, ptxas (%ptxas; the environment of the build has it), opencl (some OpenCL device: pocl-opencl-icd), chromium
# (with its driver, for the viewer's page), aarch64-emulation (qemu-user-static), latex (pdflatex:
# texlive-latex-base).
import ctypes
import glob
import os
import platform
import shutil

import lit.formats
import lit.TestRunner

if not hasattr(config, "nnc_binary_dir"):
    source_dir = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    build_dir = os.environ.get("NNC_BUILD", os.path.join(source_dir, "build"))
    site_config = os.path.join(build_dir, "test", "lit.site.cfg.py")
    if not os.path.exists(site_config):
        lit_config.fatal("no %s: configure first, or set NNC_BUILD to the build tree" % site_config)
    lit_config.load_config(config, site_config)
    raise SystemExit  # the site configuration has loaded this file; nothing is left to do

config.name = "nnc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.test_source_root = os.path.join(config.nnc_source_dir, "test")
config.test_exec_root = os.path.join(config.nnc_binary_dir, "test")
config.suffixes = [".mlir", ".nn", ".test", ".c", ".cpp", ".py"]
config.excludes = ["Inputs", "support", "lit.cfg.py", "lit.site.cfg.py", "lit.local.cfg"]
if lit_config.maxIndividualTestTimeIsSupported[0]:  # needs psutil, which the project's environment has
    lit_config.maxIndividualTestTime = config.timeout_seconds


def end_with_the_command(execute):
    """lit leaves its timer running, and what was started of a pipeline, when a RUN line names a program that does not
    exist; the worker would then live until the time limit."""

    def run(command, environment, results, helper):
        try:
            return execute(command, environment, results, helper)
        except BaseException:
            if helper.active():
                helper.cancel()
                helper._kill()
            raise

    return run


lit.TestRunner._executeShCmd = end_with_the_command(lit.TestRunner._executeShCmd)

bin_dir = os.path.join(config.nnc_binary_dir, "bin")
config.environment["PATH"] = os.pathsep.join([bin_dir, config.llvm_tools_dir, os.environ["PATH"]])
config.environment["PYTHONPATH"] = os.path.join(config.nnc_source_dir, "python")
config.environment["PYTHONDONTWRITEBYTECODE"] = "1"
for name in ["HOME", "TMPDIR", "CCACHE_DIR"]:
    if name in os.environ:
        config.environment[name] = os.environ[name]

config.substitutions += [
    ("%python", config.python),
    ("%cxx", config.cxx_compiler),
    ("%cc", config.c_compiler),
    ("%cmake", config.cmake),
    ("%ninja", config.ninja),
    ("%nncsrc", config.nnc_source_dir),
    ("%nncbuild", config.nnc_binary_dir),
    ("%testbin", os.path.join(config.nnc_binary_dir, "test", "bin")),
]


def cpu_flags():
    """The features of this machine's CPU, in Linux's names."""
    with open("/proc/cpuinfo") as info:
        for line in info:
            if line.startswith("flags"):
                return set(line.split(":", 1)[1].split())
    return set()


if platform.machine() == "x86_64":
    flags = cpu_flags()
    config.available_features.add("x86")
    if {"avx2", "fma", "bmi2"} <= flags:
        config.available_features.add("avx2")
    if {"avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd"} <= flags:
        config.available_features.add("avx512")
if os.path.exists("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz"):
    config.available_features.add("fashion-mnist")
ptxas = glob.glob(os.path.join(os.path.dirname(os.path.dirname(config.python)), "lib", "python3*", "site-packages", "nvidia", "cu*", "bin", "ptxas"))
if ptxas:
    config.available_features.add("ptxas")
    config.substitutions.append(("%ptxas", ptxas[0]))
try:
    platforms = ctypes.c_uint(0)
    if ctypes.CDLL("libOpenCL.so.1").clGetPlatformIDs(0, None, ctypes.byref(platforms)) == 0 and platforms.value:
        config.available_features.add("opencl")
except OSError:
    pass
if shutil.which("chromium") and shutil.which("chromedriver"):
    config.available_features.add("chromium")
if shutil.which("qemu-aarch64-static") and os.path.isdir(
    os.path.join(config.nnc_binary_dir, "runtime", "aarch64-unknown-linux-gnu")
):
    config.available_features.add("aarch64-emulation")
if shutil.which("pdflatex"):
    config.available_features.add("latex")
if shutil.which("make"):
    config.available_features.add("make")
if config.sanitizers:
    config.available_features.add("sanitizer")
