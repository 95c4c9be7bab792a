#!/usr/bin/env python3
"""Compiles the examples of documentation to the graph: doc-examples.py NNC PAGE...

The word behind a fence says what stands in it:
  nn           a whole program; nnc must accept it
  nn-frame     what a fragment stands in, `...` being its place; one per page, above the fragments
  nn fragment  statements of a model; accepted inside of the frame
  nn error     a program that nnc must refuse; the block `message` behind it holds lines that must be said
Prints `page:line: what is wrong` for each that is not so, and the number of examples of each page.
"""
import re
import subprocess
import sys

FENCE = re.compile(r"^```(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def compile_text(nnc, text):
    # From the standard input: the page is what is at fault, not a file of its text.
    made = subprocess.run([nnc, "-", "--emit=graph", "-w"], input=text, capture_output=True, text=True)
    return made.returncode, made.stderr


def check(nnc, page):
    text = open(page, encoding="utf-8").read()
    blocks = [(text.count("\n", 0, m.start()) + 1, m.group(1).strip(), m.group(2)) for m in FENCE.finditer(text)]
    frame, problems, count = None, [], 0
    for index, (line, kind, body) in enumerate(blocks):
        where = "%s:%d: " % (page, line)
        if kind == "nn-frame":
            frame = body
            continue
        if kind not in ("nn", "nn fragment", "nn error"):
            if kind.startswith("nn") or (kind == "message" and blocks[index - 1][1] != "nn error"):
                problems.append(where + "no kind of example: '%s'" % kind)
            continue
        count += 1
        if kind == "nn fragment":
            if frame is None:
                problems.append(where + "a fragment without a frame above it")
                continue
            body = frame.replace("  ...\n", body)
        status, said = compile_text(nnc, body)
        if kind != "nn error":
            if status != 0:
                problems.append(where + "is refused:\n" + said)
            continue
        if status != 1:
            problems.append(where + "should be refused with status 1, found %d\n%s" % (status, said))
        after = blocks[index + 1] if index + 1 < len(blocks) else (0, "", "")
        if after[1] != "message" or not after[2].strip():
            problems.append(where + "an error without a block 'message' behind it")
            continue
        for expected in after[2].splitlines():
            if expected not in said:
                problems.append(where + "does not say '%s', but\n%s" % (expected, said))
    return problems, count


def main():
    bad = False
    for page in sys.argv[2:]:
        problems, count = check(sys.argv[1], page)
        for problem in problems:
            print(problem)
        print("%s: %d examples" % (page.rsplit("/", 1)[-1], count))
        bad |= bool(problems)
    return bad


sys.exit(main())
