#!/usr/bin/env python3
"""coverage.py SOURCE TEXT.nn...: what the texts, which are compared with PyTorch, leave out: by name each operator of the
dialect that is in none of their graphs, and each public function, layer and optimizer of the standard library and
function of the language that none of them uses.

What draws has no counterpart with the same numbers: layers that draw are compared as they are outside of training, and their
draws by their distributions in test/e2e, where this looks for them."""
import pathlib
import re
import subprocess
import sys

source, texts = pathlib.Path(sys.argv[1]), sys.argv[2:]
DRAWING = ("uniform", "normal", "bernoulli", "categorical", "random_beta")
INITIALIZERS = ("constant", "truncated", "orthogonal", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal")
# Of numbers and lists that are known while compiling; test/frontend holds these to their values.
COMPILE_TIME = ("floordiv", "ceildiv", "reversed", "length", "per_axis", "given", "size")
RANDOM_OPS = ("nn.random_key", "nn.random_normal", "nn.random_uniform")


def code(path):
    """The text without comments, strings and imports."""
    return re.sub(r'//[^\n]*|"[^"\n]*"', "", pathlib.Path(path).read_text())


def uses(name, text):
    """Whether it is called, applied or handed on."""
    return re.search(r"\b%s\s*\(|(?:\|>|:|=|\()\s*%s\b(?!\s*[:=])" % (name, name), text) is not None


def public():
    """Names of the standard library with a comment, and whether they draw."""
    for path in sorted((source / "frontend/std").glob("*.nn")):
        for found in re.finditer(r"^///[^\n]*\n(fn|layer|optimizer|op) (\w+)(.*?)^}", path.read_text(), re.M | re.S):
            body = re.sub(r"^ *(?:param|state) .*$", "", found.group(3).split("{", 1)[1], flags=re.M)
            draws = any(re.search(r"\b%s\(" % name, body) for name in DRAWING)
            yield found.group(1), found.group(2), draws


def builtins():
    for path in sorted((source / "frontend/builtins").glob("*.cpp")):
        yield from re.findall(r'\{"(\w+)", "[^"]*",', path.read_text())


def operators():
    reference = (source / "docs/operators.md").read_text().split("\n## Structure")[0]
    return re.findall(r"^### (nn\.\w+)$", reference, re.M)


failed = False


def expect(covered, what, where):
    global failed
    if not covered:
        failed = True
        print("error: %s is not compared: expected its use in %s" % (what, where))


compared = "\n".join(code(path) for path in texts)
drawn = "\n".join(code(path) for path in sorted((source / "test/e2e/Inputs").glob("*.nn")))
initial = code(source / "test/e2e/Inputs/initializers.nn")
names = list(public())
for kind, name, draws in names:
    if draws:
        expect(uses(name, drawn), "%s '%s', which draws," % (kind, name), "test/e2e/Inputs/*.nn")
    if not (draws and kind == "fn"):
        expect(uses(name, compared), "%s '%s'" % (kind, name), "test/torch/*.nn")
functions = [name for name in builtins() if name not in COMPILE_TIME]
for name in functions:
    if name in DRAWING:
        expect(uses(name, drawn), "'%s', which draws," % name, "test/e2e/Inputs/*.nn")
    elif name in INITIALIZERS:
        expect(uses(name, initial), "initial value '%s'" % name, "test/e2e/Inputs/initializers.nn")
    else:
        expect(uses(name, compared), "'%s'" % name, "test/torch/*.nn")
graphs = "".join(subprocess.run(["nnc", text, "--dtype=f64", "--emit=backward", "-o", "-"], check=True,
                                capture_output=True, text=True).stdout for text in texts)
met = set(re.findall(r"\bnn\.\w+", graphs))
for name in operators():
    if name not in RANDOM_OPS:
        expect(name in met, name, "a graph of test/torch/*.nn")
print("%d names of the standard library, %d functions of the language, %d operators" % (
    len(names), len(functions), len(operators())))
if min(len(names), len(functions), len(operators())) < 20:
    sys.exit("error: this is not all that there is")
sys.exit(failed)
