# The classic examples of textbooks. The numbers below were worked by hand, formula by formula, apart from nnc; what `nnc
# explain` finds is the same, and beside each adjoint stands a difference quotient that agrees.
#
# RUN: %python %s %S/Inputs/worked %t
#
# RUN: nnc explain %S/Inputs/worked/two-weights.nn --at=x=2 --at=target=1 | FileCheck %s --check-prefix=CHAIN
# CHAIN: w1 {{ *}}0.5 {{ *}}d_w1 {{ *}}-0.2115084 {{ *}}-0.2115084
# CHAIN: derror/dw1 = derror/dsub1 * dsub1/dy * dy/dh * dh/dmul1 * dmul1/dw1
# CHAIN-NEXT: = (-0.5378828)(1)(1)(0.1966119)(2)
# CHAIN-NEXT: = -0.2115084
#
# Through time: an adjoint and a difference in each turn, and the chain rule by the state of the turns.
# RUN: nnc explain %S/Inputs/worked/elman.nn --at=x=1,0.5,-1 --size=time=3 | FileCheck %s --check-prefix=TIME
# TIME: end {{ *}}-0.0591989 {{ *}}d_end {{ *}}-0.0591989 {{ *}}-0.0591989 {{ *}}< 1e-9
# TIME: In the turns of loops, in their order:
# TIME: h[1] {{ *}}0.4621172 {{ *}}d_h[1] {{ *}}-0.02629576 {{ *}}-0.02629576 {{ *}}< 1e-9
# TIME: dh[3]/dh[2] = dhn[2]/dadd1[2] * dadd1[2]/dmul1[2] * dmul1[2]/dh[2]
# TIME-NEXT: = (0.9964955)(1)(0.8)
# TIME-NEXT: = 0.7971964
# TIME: dloss/dw = dloss/dend * dh[3]/dh[2] * dh[2]/dh[1] * dh[1]/dw
# TIME-NEXT: + dloss/dend * dh[3]/dh[2] * dh[2]/dw + dloss/dend * dh[3]/dw
# TIME: = 0.02187635
#
# RUN: not nnc explain %S/Inputs/worked/two-weights.nn --at=x=2,3 2>&1 | FileCheck %s --check-prefix=COUNT
# COUNT: nnc: error: 'x' has 1 elements, of shape []; 2 are given
# RUN: not nnc explain %S/Inputs/worked/two-weights.nn --at=z=2 2>&1 | FileCheck %s --check-prefix=NAME
# NAME: nnc: error: function 'train_step' has no input or parameter 'z'
# RUN: not nnc explain %S/Inputs/worked/two-weights.nn --at=x=two 2>&1 | FileCheck %s --check-prefix=NUMBER
# NUMBER: nnc: error: 'two' in --at=x=two is no number
# RUN: not nnc explain %S/Inputs/worked/two-weights.nn --at=x=%t-none.npy 2>&1 | FileCheck %s --check-prefix=NPY
# NPY: nnc: error: cannot read '{{.*}}-none.npy'
# RUN: not nnc explain %S/Inputs/worked/two-weights.nn --size=batch=0 2>&1 | FileCheck %s --check-prefix=SIZE
# SIZE: nnc: error: expected --size=dimension=n with n of 1 or more, found 'batch=0'
# RUN: not nnc explain %S/Inputs/worked/two-weights.nn --size=batch=2 2>&1 | FileCheck %s --check-prefix=DIMENSION
# DIMENSION: nnc: error: the model has no run-time dimension 'batch'
import json
import re
import subprocess
import sys

import numpy

EXAMPLES = {
    # sigma(0.5 * 2) = 0.7310585786; d_error/d_y = 2 (y - 1)
    "two-weights": (["--at=x=2", "--at=target=1", "--at=w1=0.5", "--at=w2=1"], {
        "h": 0.7310585786, "error": 0.0723294881, "d_y": -0.5378828427, "d_w2": -0.3932238665, "d_h": -0.5378828427,
        "d_w1": -0.2115083711}),
    # 0.5 * 0.15 + 0.1 * 0.2 + 0.35 = 0.445, and so on
    "feedforward": (["--at=x=0.5,0.1", "--at=target=0.2", "--size=batch=1"], {
        "a": [0.445, 0.505, 0.34], "h": [0.6094497836, 0.6236336283, 0.5841905229], "o": 0.2323197847, "y": 0.5578201219,
        "loss": 0.0640176198, "d_o": 0.0882587782, "d_v": [0.0537892933, 0.0550411421, 0.0515599418],
        "d_h": [0.0353035113, 0.0397164502, -0.0441293891],
        "d_w": [0.0042014840, 0.0046610179, -0.0053597781, 0.0008402968, 0.0009322036, -0.0010719556]}),
    # The rows of diag(p) - p pᵀ for z = (1, 2, 3)
    "softmax-jacobian 1": (["--at=z=1,2,3", "--at=pick=1,0,0"], {
        "p": [0.0900305732, 0.2447284711, 0.6652409558], "d_z": [0.0819250691, -0.0220330445, -0.0598920245]}),
    "softmax-jacobian 2": (["--at=z=1,2,3", "--at=pick=0,1,0"], {"d_z": [-0.0220330445, 0.1848364465, -0.1628034020]}),
    "softmax-jacobian 3": (["--at=z=1,2,3", "--at=pick=0,0,1"], {"d_z": [-0.0598920245, -0.1628034020, 0.2226954265]}),
    # z = 0.8 * 1.5 - 0.2 = 1
    "mse-sigmoid": (["--at=x=1.5", "--at=target=1"], {
        "z": 1.0, "y": 0.7310585786, "loss": 0.0723294881, "d_y": -0.5378828427, "d_z": -0.1057541856,
        "d_w": -0.1586312784, "d_b": -0.1057541856}),
    # h = tanh(0.5), tanh(0.25 + 0.8 h1), tanh(-0.5 + 0.8 h2)
    "elman": (["--at=x=1,0.5,-1", "--size=time=3"], {
        "end": -0.0591989025, "loss": 0.0017522550, "d_w": 0.0218763520, "d_u": -0.0476889047,
        # delta_3 = h_3 (1 - h_3^2), delta_t = 0.8 delta_t+1 (1 - h_t^2); d_h begins with 0.8 delta_1
        "hn[t]": [0.4621171573, 0.5509147467, -0.0591989025],
        "d_add1[t]": [-0.0206802389, -0.0328696969, -0.0589914393], "d_h[t]": [-0.0165441911, -0.0262957575, -0.0471931515]}),
}


FACTORS = re.compile(r"\(([^()]*)\)")


def check_chains(text, adjoints):
    """Products are of as many numbers as derivatives, come to what is said, and that is the adjoint; a derivative with a line
    of its own has that number in products as well. Returns how many chains there are."""
    lines = text.partition("The chain rule written out")[2].split("\n\n")[0].split("\n")
    lines = [line[6:] for line in lines if line.startswith("      ")]
    joined = []
    for line in lines:  # what goes on in further lines
        if joined and not line.startswith("= ") and line.startswith(" "):
            joined[-1] += " " + line.strip()
        else:
            joined.append(line)
    known, chains = {}, 0
    for line in joined:
        if not line.startswith("= "):
            target, _, symbols = line.partition(" = ")
            terms = [term.split(" * ") for term in symbols.split(" + ")]
            numbers = None
            continue
        if "(" in line:
            numbers = [[float(number) for number in FACTORS.findall(term)] for term in line[2:].split(" + ")]
            if [len(term) for term in numbers] != [len(term) for term in terms]:
                sys.exit("error: %s: as many factors as derivatives are expected: %s" % (target, line))
            for names, factors in zip(terms, numbers):
                for name, factor in zip(names, factors):
                    if not numpy.isclose(known.setdefault(name, factor), factor, rtol=1e-6):
                        sys.exit("error: %s: %s is %g here, %g above" % (target, name, factor, known[name]))
            continue
        total = float(line[2:])
        product = sum(numpy.prod(factors) for factors in numbers or [[known.get(terms[0][0], total)]])
        if not numpy.isclose(known.setdefault(target, total), total, rtol=1e-6) or not numpy.isclose(product, total, rtol=2e-6):
            sys.exit("error: %s is said to be %g; the factors come to %g" % (target, total, product))
        if (name := "d_" + target.partition("/d")[2]) in adjoints and "[" not in target:
            chains += 1
            if not numpy.isclose(total, adjoints[name], rtol=1e-6, atol=1e-9):
                sys.exit("error: %s is said to be %g, the adjoint is %g" % (target, total, adjoints[name]))
    return chains


def chains(arguments, path, expected):
    found = numbers(arguments, path)
    text = subprocess.run(["nnc", "explain", path] + arguments, check=True, capture_output=True, text=True).stdout
    adjoints = {name: value[0] for name, value in found.items() if name.startswith("d_") and len(value) == 1}
    if (count := check_chains(text, adjoints)) != expected:
        sys.exit("error: %s: %d chains, %d are expected" % (path, count, expected))
    return text, adjoints


def numbers(arguments, path):
    text = subprocess.run(["nnc", "explain", path, "--format=json"] + arguments, check=True, capture_output=True).stdout
    found = {}
    for derivation in json.loads(text):
        for row in derivation["numbers"]:
            found[row["name"]] = row["value"]
            if "adjoint" in row:
                found[row["adjoint_name"]] = row["adjoint"]
                if not row["error"] <= 1e-9:
                    sys.exit("error: %s: the difference beside %s is off by %.1e" % (path, row["adjoint_name"], row["error"]))
    return found


directory, work = sys.argv[1:]
for name, (arguments, expected) in EXAMPLES.items():
    found = numbers(arguments, "%s/%s.nn" % (directory, name.split()[0]))
    for value, number in expected.items():
        if not numpy.allclose(found[value], numpy.ravel(number), rtol=0, atol=6e-11):
            sys.exit("error: %s: %s is %s, by hand %s" % (name, value, found[value], number))

for name, expected in (("two-weights", 2), ("mse-sigmoid", 2), ("elman", 3)):
    text, adjoints = chains(EXAMPLES[name][0], "%s/%s.nn" % (directory, name), expected)
for what, by in (("(0.9964955)", "(0.9964956)(2)"), ("= 0.02187635", "= 0.03"), ("dh[3]/dh[2] * dh[2]/dw", "dh[3]/dw")):
    assert what in text
    try:
        check_chains(text.replace(what, by, 1), adjoints)
    except SystemExit:
        continue
    sys.exit("error: %s for %s in a chain was not found" % (by, what))

numpy.save(work + ".npy", numpy.array(2.0))
again = numbers(["--at=x=%s.npy" % work, "--at=target=1"], directory + "/two-weights.nn")
assert abs(again["d_w1"][0] + 0.2115083711) < 1e-9, "numbers from a file are those from the command line"
