#!/usr/bin/env python3
"""Prints `N passed, N failed` for the results file of a lit run: count-results.py results.json [lit's status]."""
import json
import sys

GOOD = {"PASS", "FLAKYPASS", "XFAIL"}
IDLE = {"UNSUPPORTED", "SKIPPED", "EXCLUDED"}


def main():
    with open(sys.argv[1]) as file:
        tests = json.load(file)["tests"]
    lit_failed = len(sys.argv) > 2 and sys.argv[2] != "0"

    passed = sum(test["code"] in GOOD for test in tests)
    idle = [test for test in tests if test["code"] in IDLE]
    failed = [test for test in tests if test["code"] not in GOOD | IDLE]
    for test in idle:
        print("not run here: %s (%s)" % (test["name"], test["output"].strip().splitlines()[0] if test["output"] else test["code"]))
    for test in failed:
        print("failed: %s (%s)" % (test["name"], test["code"]))
    print("%d passed, %d failed" % (passed, len(failed)))
    return 1 if failed or lit_failed or not passed else 0


sys.exit(main())
