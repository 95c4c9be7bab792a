"""Trains on a terminal of its own (progress.test) and looks at what is drawn."""
import os
import pty
import re
import subprocess
import sys

COMMAND = ["nnc-run", "train", "iris.so", "--data", "flowers.csv", "--batch", "1", "--epochs", "400", "--print-every",
           "400"]


def draw(columns, *options, terminal=True, **variables):
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm", "COLUMNS": str(columns), **variables}
    parent, child = pty.openpty()
    process = subprocess.Popen(COMMAND + list(options), env=environment, stdout=subprocess.PIPE,
                               stderr=child if terminal else subprocess.PIPE)
    os.close(child)
    drawn = b""
    if terminal:
        while True:
            try:
                piece = os.read(parent, 65536)
            except OSError:  # what a terminal says when the last program has left it
                break
            if not piece:
                break
            drawn += piece
    printed, errors = process.communicate()
    os.close(parent)
    assert process.returncode == 0, (printed, errors)
    assert b"epoch 400/400  loss" in printed, printed
    return (drawn if terminal else errors).decode()


def frames(drawn):
    return [re.sub(r"\x1b\[[0-9;]*[mK]", "", frame) for frame in drawn.split("\r") if "epoch" in frame]


wide = draw(120, LANG="C.UTF-8")
assert re.search(r"epoch \d+/400  [\u2501\u2500]{8,30}  step \d+/3000  loss \S+  accuracy \S+  [\d,]+ samples/s  \d+:\d\d left",
                 frames(wide)[0]), wide
assert "\x1b[36m" in wide and wide.endswith("\r\x1b[K"), wide
assert all(len(frame) < 120 for frame in frames(wide)), wide

plain = draw(120, NO_COLOR="1", LC_ALL="C", LANG="C.UTF-8")
assert "\x1b[36m" not in plain and re.search(r"  [=-]{8,30}  ", frames(plain)[0]), plain

narrow = draw(40)
assert all(len(frame) < 40 for frame in frames(narrow)), narrow
assert "loss" in frames(narrow)[0] and "accuracy" not in frames(narrow)[0], narrow
assert all(len(frame) < 10 for frame in frames(draw(10)))

assert draw(120, TERM="dumb") == ""  # a line every ten seconds at most
assert draw(120, "--progress", "none") == ""
assert draw(120, terminal=False) == ""
