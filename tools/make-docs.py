#!/usr/bin/env python3
"""make-docs.py LLVM-TBLGEN NNC OUTPUT-DIRECTORY: writes the reference of the operators (operators.md) from their
definitions in ir/ops/*.td and the rules that NNC explains, and that of the standard library (library.md) from the comments
of frontend/std/*.nn.

`ninja nnc-docs` runs it; nothing of it is written by hand."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import textwrap

SOURCE = pathlib.Path(__file__).resolve().parent.parent
SPELLING = {"add": "a + b", "sub": "a - b", "mul": "a * b", "div": "a / b", "mod": "a % b",
            "pow": "a ** b", "neg": "-a", "and": "a && b",
            "compare": "a == b, a != b, a < b, a <= b, a > b, a >= b", "or": "a || b", "not": "!a", "cast": "a as f",
            "select": "where(c, a, b)", "matmul": "a @ b"}


def families():
    text = (SOURCE / "ir/ops/Families.def").read_text()
    return re.findall(r"^NNC_(?:STRUCTURE_)?FAMILY\((\w+)\)", text, re.MULTILINE)


def prose(text):
    return textwrap.dedent(text).strip()


class Records:
    """What TableGen knows of one family."""

    def __init__(self, tblgen, include, family):
        dump = subprocess.run([tblgen, "--dump-json", "-I", str(SOURCE), "-I", include,
                               str(SOURCE / "ir/ops" / (family + ".td"))], check=True, capture_output=True, text=True)
        self.all = json.loads(dump.stdout)

    def ops(self):
        names = [name for name in self.all["!instanceof"]["NN_Op"]]
        return [self.all[name] for name in sorted(names, key=lambda name: self.all[name]["opName"])]

    def signature(self, dag):
        """Names with what they may be."""
        lines = []
        for value, name in dag["args"]:
            record = self.all[value["def"]]
            text = record.get("summary") or ""
            default = record.get("defaultValue")
            if default:
                text += ", by default " + default
            lines.append("- `%s`: %s" % (name, text or value["def"]))
        return lines


def errors():
    """The bounds of f32 functions, with and without fused multiply-add."""
    text = (SOURCE / "codegen/halide/MathErrors.def").read_text()
    return {op: (bound, unfused) for op, bound, unfused in re.findall(r"^NNC_F32_ERROR\((\w+), (\S+), (\S+)\)$", text, re.M)}


def mathematics(equations):
    """Equations as GitHub sets them, which knows no \\operatorname."""
    lines = [re.sub(r"\\operatorname\{(.*?)\}", r"\\mathop{\\mathrm{\1}}", each["latex"]).replace(" = ", " &= ", 1)
             for each in equations]
    return ["```math", "\\begin{aligned}", "\\\\\n".join(lines), "\\end{aligned}", "```", ""]


def gradient(rule):
    """The rule by its name, in plain text and set."""
    def inline(equations):
        return ", ".join("`%s`" % each["text"] for each in equations)
    keeps = ", ".join("`%s`" % name for name in rule["saves"]) or "nothing"
    return ["Gradient, *%s*, of %s%s:" % (rule["rule"], inline(rule["forward"]),
                                          " (%s)" % rule["words"] if rule["words"] else ""), "",
            "%s. It keeps %s." % (inline(rule["formula"]), keeps), ""] + mathematics(rule["formula"])


def operator(records, op, rules):
    spelling = SPELLING.get(op["opName"])
    lines = ["### nn.%s" % op["opName"], "", op["summary"][:1].upper() + op["summary"][1:] + "."
             + (" In the text: `%s`." % spelling if spelling else ""), "", prose(op["description"]), ""]
    if op["opName"] in errors():
        bound, unfused = errors()[op["opName"]]
        lines += ["f32 results are within %s units in the last place of the exact value%s." % (
            bound, "" if unfused == bound else " (%s on CPUs without fused multiply-add)" % unfused), ""]
    for title, dag in (("Operands and attributes", op["arguments"]), ("Results", op["results"])):
        if dag["args"]:
            lines += ["%s:" % title, ""] + records.signature(dag) + [""]
    rule = rules.get(op["opName"], {})
    if "rule" in rule:
        lines += gradient(rule)
    elif "reason" in op:
        lines += ["No gradient: %s." % op["reason"], ""]
    return lines


def operators(tblgen, include, rules):
    lines = ["# The operators of the nn dialect", "",
             "Made by `ninja nnc-docs` from ir/ops/*.td. Gradients are in letters of their own, those of the operands in their order; "
             "`d_x`, set as x with a bar, is the adjoint of x: the loss differentiated by it. What an "
             "operator does with NaN, infinities, signed zeros and empty rows stands in its description; where it says "
             "nothing, that follows from IEEE 754. Denormal numbers (below 1.2e-38 in f32, 2.2e-308 in f64) count as zeros "
             "of their sign in every operator, and a result that would be one is such a zero; where the result is an operand as "
             "it is (of a select, a maximum, a move, log1p of a number near zero) it may be handed on as it is.", ""]
    for family in families():
        records = Records(tblgen, include, family)
        lines += ["## %s" % family, ""]
        for op in records.ops():
            for field in ("summary", "description"):
                if not op.get(field, "").strip():
                    sys.exit("error: nn.%s has no %s" % (op["opName"], field))
            lines += operator(records, op, rules)
    return lines


def declarations(path):
    """Pairs of a declaration's head and its comment; private helpers, which have none, are left out."""
    comment, head = [], []
    for line in path.read_text().splitlines():
        if head:
            head.append(line)
        elif line.startswith("///"):
            comment.append(line[3:].strip())
        elif re.match(r"(fn|layer|optimizer|op|const)\b", line):
            head = [line]
        else:
            comment = []
        if head and head[-1].rstrip().endswith(("{", "}")):
            if comment:
                text = re.sub(r"\s*\{.*$", "", "\n".join(head), flags=re.DOTALL)
                yield text, " ".join(comment)
            comment, head = [], []


def library():
    lines = ["# The standard library", "",
             "Made by `ninja nnc-docs` from the comments of frontend/std/*.nn, which `use nn` brings. Elementwise operators "
             "(operators.md) are functions as well: `tanh(x)`.", ""]
    for path in sorted((SOURCE / "frontend/std").glob("*.nn")):
        lines += ["## %s" % path.stem.capitalize(), ""]
        for head, comment in declarations(path):
            lines += ["```\n%s\n```" % head, "", comment, ""]
    return lines


def main():
    tblgen = pathlib.Path(shutil.which(sys.argv[1])).resolve()
    include = str(tblgen.parent.parent / "include")  # MLIR's definitions lie beside the tool
    explained = subprocess.run([sys.argv[2], "explain", "--rules", "--format=json"], check=True, capture_output=True, text=True)
    rules = {rule["op"]: rule for rule in json.loads(explained.stdout)}
    output = pathlib.Path(sys.argv[3])
    output.mkdir(parents=True, exist_ok=True)
    for name, lines in (("operators.md", operators(tblgen, include, rules)), ("library.md", library())):
        (output / name).write_text("\n".join(lines).rstrip() + "\n")


main()
