#!/usr/bin/env python3
"""Makes docs/backprop: what the tool says between marks in the chapters, and the drawings.

    make-book.py NNC FROM TO

NNC is the compiler, FROM the folder with the chapters, TO the folder that gets them anew (FROM itself, to bring it up to
date). A chapter is prose with marks, each with what was made the last time behind it:

    <!-- file chain.nn -->                     the text of a model
    <!-- explain chain.nn --at=x=2 -->         what `nnc explain` says of it
    <!-- rule tanh -->                         and of an operator
    <!-- end -->                               of each of these

The drawings are of numbers that compiled libraries compute; nothing of them is known here but how to draw."""
import os
import re
import shlex
import subprocess
import sys
import tempfile

import numpy

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "python"))
import nnc

MARK = re.compile(r"(<!-- (file|explain|rule) (.+?) -->\n).*?(<!-- end -->\n)", re.DOTALL)
BLUE, RED, GREY, INK = "#1f6fb4", "#c8452c", "#d5dce2", "#33414d"


def explained(compiler, folder, arguments):
    text = subprocess.run([compiler, "explain", "--format=md"] + arguments, cwd=folder, check=True, capture_output=True,
                          encoding="utf-8").stdout
    # The chapter has a title; what is made stands below its sections.
    text = re.sub(r"^# .*\n\n", "", text)
    return re.sub(r"^(##+) ", r"#\1 ", text, flags=re.MULTILINE)


def chapter(compiler, folder, text):
    def made(match):
        begin, kind, what, end = match.groups()
        if kind == "file":
            with open(os.path.join(folder, what)) as file:
                inside = "```nn\n%s```\n" % file.read()
        elif kind == "rule":
            inside = explained(compiler, folder, [what])
        else:
            inside = explained(compiler, folder, shlex.split(what))
        return begin + "\n" + inside.strip("\n") + "\n\n" + end
    return MARK.sub(made, text)


def library(compiler, folder, name, work):
    path = os.path.join(work, name + ".so")
    subprocess.run([compiler, os.path.join(folder, name + ".nn"), "--dtype=f64", "-o", path], check=True)
    return nnc.Library(path).model()


class Drawing:
    """An SVG of panels side by side, with axes of their own."""

    def __init__(self, width, height):
        self.parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" '
                      'font-family="sans-serif" font-size="12" fill="%s">' % (width, height, width, height, INK),
                      '<rect width="100%" height="100%" fill="white"/>']

    def panel(self, left, top, width, height, x, y):
        self.left, self.top, self.width, self.height, self.x, self.y = left, top, width, height, x, y

    def place(self, x, y):
        return (self.left + (x - self.x[0]) / (self.x[1] - self.x[0]) * self.width,
                self.top + (self.y[1] - y) / (self.y[1] - self.y[0]) * self.height)

    def line(self, xs, ys, color, width=1.5, dash=""):
        points = " ".join("%.1f,%.1f" % self.place(x, y) for x, y in zip(xs, ys))
        self.parts.append('<polyline points="%s" fill="none" stroke="%s" stroke-width="%s"%s/>' % (
            points, color, width, ' stroke-dasharray="%s"' % dash if dash else ""))

    def dot(self, x, y, color, radius=2):
        self.parts.append('<circle cx="%.1f" cy="%.1f" r="%s" fill="%s"/>' % (*self.place(x, y), radius, color))

    def text(self, x, y, text, anchor="middle", color=INK, size=12):
        self.parts.append('<text x="%.1f" y="%.1f" text-anchor="%s" fill="%s" font-size="%d">%s</text>' % (
            x, y, anchor, color, size, text))

    def grid(self, xs, ys):
        for x in xs:
            self.line((x, x), self.y, GREY, 2 if x == 0 else 1)
            self.text(self.place(x, 0)[0], self.top + self.height + 14, "%g" % x, size=10)
        for y in ys:
            self.line(self.x, (y, y), GREY, 2 if y == 0 else 1)
            self.text(self.left - 5, self.place(0, y)[1] + 4, "%g" % y, "end", size=10)

    def write(self, path):
        with open(path, "w") as file:
            file.write("\n".join(self.parts + ["</svg>", ""]))


def draw_activations(compiler, folder, work, path):
    model = library(compiler, folder, "activations", work)
    x = numpy.linspace(-4, 4, 161)
    values = model.create(seed=1).predict(x=x)
    names = {"sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU", "leaky_relu": "leaky ReLU, slope 0.1", "elu": "ELU",
             "swish": "Swish (SiLU)", "softmax": "softmax of (x, 0), first element"}
    drawing = Drawing(780, 640)
    for number, (name, title) in enumerate(names.items()):
        left, top = 40 + 255 * (number % 3), 30 + 210 * (number // 3)
        drawing.panel(left, top, 205, 150, (-4, 4), (-1.25, 2.25))
        drawing.grid((-4, -2, 0, 2, 4), (-1, 0, 1, 2))
        drawing.text(left + 102, top - 10, title)
        for key, color in ((name + "_y", BLUE), (name + "_d", RED)):
            inside = (values[key] >= -1.25) & (values[key] <= 2.25)
            # A jump is a gap, not a slope.
            jumps = numpy.flatnonzero(numpy.abs(numpy.diff(values[key])) > 0.5) + 1
            for part in numpy.split(numpy.arange(len(x)), jumps):
                part = part[inside[part]]
                drawing.line(x[part], values[key][part], color, 2)
    drawing.text(315, 505, "the function", "start", BLUE)
    drawing.text(315, 525, "its derivative", "start", RED)
    drawing.write(path)


def draw_descents(compiler, folder, work, path):
    model = library(compiler, folder, "optimizers", work)
    titles = {"descent": "gradient descent", "momentum": "with momentum", "rms": "RMSprop", "adam": "Adam"}
    drawing = Drawing(780, 460)
    for number, (name, title) in enumerate(titles.items()):
        left, top = 40 + 385 * (number % 2), 30 + 215 * (number // 2)
        drawing.panel(left, top, 335, 160, (-4.5, 1.5), (-1.2, 1.2))
        drawing.grid((-4, -3, -2, -1, 0, 1), (-1, 0, 1))
        for level in (0.5, 2, 4.5, 8, 12.5):  # x^2 / 2 + 10 y^2 = level is an ellipse
            turn = numpy.linspace(0, 2 * numpy.pi, 91)
            x, y = numpy.sqrt(2 * level) * numpy.cos(turn), numpy.sqrt(level / 10) * numpy.sin(turn)
            inside = (x >= -4.5) & (x <= 1.5) & (abs(y) <= 1.2)
            for part in numpy.split(numpy.arange(len(x)), numpy.flatnonzero(numpy.diff(inside)) + 1):
                if inside[part[0]]:
                    drawing.line(x[part], y[part], GREY, 1, "3 3")
        instance = model.create(seed=1)
        xs, ys = [float(instance["x"])], [float(instance["y"])]
        for _ in range(40):
            getattr(instance, name + "_step")()
            xs.append(float(instance["x"]))
            ys.append(float(instance["y"]))
        drawing.line(xs, ys, BLUE, 1.2)
        for x, y in zip(xs, ys):
            drawing.dot(x, y, BLUE)
        drawing.text(left + 167, top - 10, "%s: 40 steps, to (%.2f, %.2f)" % (title, round(xs[-1], 2) + 0.0, round(ys[-1], 2) + 0.0))
    drawing.write(path)


def main(compiler, folder, target):
    compiler = os.path.abspath(compiler)
    os.makedirs(target, exist_ok=True)
    for name in sorted(os.listdir(folder)):
        if name.endswith(".md"):
            with open(os.path.join(folder, name)) as file:
                text = file.read()
            made = chapter(compiler, folder, text)  # before the old text is gone, which may be this one
            with open(os.path.join(target, name), "w") as file:
                file.write(made)
    with tempfile.TemporaryDirectory() as work:
        draw_activations(compiler, folder, work, os.path.join(target, "activations.svg"))
        draw_descents(compiler, folder, work, os.path.join(target, "optimizers.svg"))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: make-book.py NNC FROM TO")
    main(*sys.argv[1:])
