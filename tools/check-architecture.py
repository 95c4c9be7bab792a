#!/usr/bin/env python3
"""Holds the directions of dependencies: check-architecture.py [root]

Reads every #include (and TableGen `include`) of the tree and compares it with LAYERS below, which is the whole
rule: what a directory may know of the project's other directories and of the libraries it is built on. A
directory with sources that is missing from the table is an error, so a new one has to say where it stands.
Also refuses paths of somebody's machine in any file, and names long files (a hint, not an error).
"""
import os
import re
import sys

# directory: (what it may include from the tree, itself apart; the libraries it may include)
# The longest matching directory decides; what ends in .h is that one header.
MLIR = {"llvm", "mlir"}
ANY = {"*"}
LAYERS = {
    "runtime": (set(), set()),
    "runtime/embed": (set(), set()),
    "ir": ({"runtime/nnc.h", "runtime/random.h"}, MLIR),
    "ir/interpreter": ({"ir", "runtime/nnc.h", "runtime/random.h"}, MLIR),
    "frontend": ({"ir"}, MLIR),
    "passes": ({"ir"}, MLIR),
    "codegen": ({"ir"}, MLIR),
    "codegen/explain": ({"ir", "ir/interpreter", "passes", "codegen"}, MLIR),
    "codegen/view": ({"ir", "passes", "codegen", "codegen/explain"}, MLIR),
    "codegen/halide": ({"ir", "codegen", "runtime/normal_quantile.h", "runtime/cpu.h"}, MLIR | {"Halide"}),
    "codegen/llvm": ({"ir", "codegen", "runtime"}, MLIR),
    "codegen/link": ({"ir", "codegen", "runtime/embed"}, MLIR | {"lld"}),
    "tools": (ANY, MLIR),
    "tools/nnc-run": ({"runtime/nnc.h"}, set()),
    "examples": (set(), set()),
    "bench": (ANY, ANY),
    "test": (ANY, ANY),
}
LIBRARIES = ("llvm", "mlir", "lld", "clang", "Halide")
SOURCES = (".c", ".h", ".cpp", ".td", ".def")
TEXT = SOURCES + (".txt", ".cmake", ".py", ".sh", ".md", ".nn", ".mlir", ".test", ".json", ".in", ".yml")
LONG = 600

INCLUDE = re.compile(r'^\s*#?\s*include\s*[<"]([^">]+)[">]', re.MULTILINE)
MACHINE_PATH = re.compile(r"(?<![\w.$}*])/(?:root|home|work|Users)/[\w.]")


def layer_of(path, table=LAYERS):
    """The longest directory of the table that holds `path`, or None."""
    while path:
        path = os.path.dirname(path)
        if path in table:
            return path
    return None


def is_allowed(target, target_layer, allowed):
    return "*" in allowed or target in allowed or target_layer in allowed


def check_includes(root, path, text, problems):
    layer = layer_of(path)
    if layer is None:
        if path.endswith(SOURCES):
            problems.append("%s:1: its directory is not in LAYERS of tools/check-architecture.py" % path)
        return
    tree, libraries = LAYERS[layer]
    for match in INCLUDE.finditer(text):
        included = match.group(1)
        line = text.count("\n", 0, match.start(1)) + 1
        library = next((l for l in LIBRARIES if included.startswith(l)), None)
        if "/" not in included and os.path.exists(os.path.join(root, os.path.dirname(path), included)):
            included = os.path.join(os.path.dirname(path), included)
        target_layer = layer_of(included)
        if target_layer is not None:
            if target_layer != layer and not is_allowed(included, target_layer, tree):
                allowed = ", ".join(sorted(tree)) or "nothing of the tree"
                problems.append('%s:%d: %s includes "%s"; it may include %s' % (path, line, layer, included, allowed))
        elif library and not is_allowed(library, None, libraries):
            problems.append("%s:%d: %s includes <%s>; it must not know %s" % (path, line, layer, included, library))


def text_files(root):
    for directory, names, files in os.walk(root):
        names[:] = sorted(n for n in names if not n.startswith(("build", ".git", "__pycache__")))
        for name in sorted(files):
            if name.endswith(TEXT):
                yield os.path.relpath(os.path.join(directory, name), root)


def main():
    root = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), ".."))
    problems, long_files = [], []
    count = 0
    for path in text_files(root):
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
            text = file.read()
        count += 1
        if path.endswith(SOURCES):
            check_includes(root, path, text, problems)
        for match in MACHINE_PATH.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            problems.append("%s:%d: path of somebody's machine: %s" % (path, line, match.group(0)))
        lines = text.count("\n")
        if lines > LONG and path.endswith(SOURCES + (".py", ".sh")):
            long_files.append("%s: %d lines; is there a seam?" % (path, lines))

    for note in long_files:
        print("note: " + note)
    for problem in problems:
        print("error: " + problem)
    print("%d files, %d errors" % (count, len(problems)))
    return 1 if problems else 0


sys.exit(main())
