#!/usr/bin/env python3
"""How long explanations take: `nnc explain` and the viewer of the largest example, worked numbers of every example.

    explain.py --nnc NNC [--repeat N]

Printed are the minimum and the median of N runs (5) of the whole program, from its start to its end, and what it needs of
memory; of the viewer also the page's size, how many elements it has once it is open, and how long Chromium takes to open
it, from the start of the navigation to the end of the page's load event, by when its script has run. Making the viewer
compiles all kernels and is measured once. An example whose numbers are refused is a line with the reason.

Needs chromium and chromium-driver for the viewer, without which that part is left out.
"""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.append(os.path.join(ROOT, "test", "view", "Inputs"))
from browser import Browser  # noqa: E402

LARGEST = "minigpt/minigpt.nn"


def run(command):
    """Seconds, peak memory in bytes, and what the program complained about if it failed."""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    complaint = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    return time.monotonic() - begin, usage.ru_maxrss * 1024, complaint.strip().split("\n")[0] if status else None


def show(what, command, repeat):
    runs = [run(command)]
    if runs[0][2]:
        print("| %s | %s | |" % (what, runs[0][2]))
        return
    runs += [run(command) for _ in range(repeat - 1)]
    seconds = [each[0] for each in runs]
    print("| %s | %.2f / %.2f s | %.0f MB |" % (what, min(seconds), statistics.median(seconds), max(each[1] for each in runs) / 1e6))


def opening_times(page, repeat):
    """Milliseconds of each opening, each in a browser that has just started, and the number of elements."""
    times = []
    for _ in range(repeat):
        with Browser() as browser:
            browser.open(page)
            times.append(browser.run("return performance.getEntriesByType('navigation')[0].duration"))
            assert browser.run("return document.body.dataset.ready") == "yes"
            elements = browser.run("return document.querySelectorAll('*').length")
    return times, elements


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--nnc", required=True, help="the compiler")
    parser.add_argument("--repeat", type=int, default=5, help="how often each is run (default: 5)")
    options = parser.parse_args()
    examples = os.path.join(ROOT, "examples")
    largest = os.path.join(examples, LARGEST)

    print("| command | minimum / median | memory |\n|---|---|---|")
    show("explain " + LARGEST, [options.nnc, "explain", largest], options.repeat)
    show("explain --format=html " + LARGEST, [options.nnc, "explain", "--format=html", largest], options.repeat)
    models = sorted(os.path.join(directory, name) for directory in os.listdir(examples)
                    for name in os.listdir(os.path.join(examples, directory)) if name.endswith(".nn"))
    for model in models:
        show("explain --numbers " + model, [options.nnc, "explain", "--numbers", os.path.join(examples, model)], options.repeat)
    if not shutil.which("chromedriver"):
        print("The viewer is left out: there is no chromedriver.", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as directory:
        page = os.path.join(directory, "viewer.html")
        command = [options.nnc, largest, "--emit=viewer", "-o", page]
        show("--emit=viewer " + LARGEST, command, 1)
        times, elements = opening_times(page, options.repeat)
        print("| opening the viewer of %s | %.2f / %.2f s | page of %.2f MB, %d elements |" % (
            LARGEST, min(times) / 1e3, statistics.median(times) / 1e3, os.path.getsize(page) / 1e6, elements))


if __name__ == "__main__":
    main()
