# What `nnc explain --format=tex` writes are articles that LaTeX compiles: without an error, and without a line that is
# wider than the page by more than 40 points.
#
# REQUIRES: latex
# RUN: rm -rf %t && mkdir -p %t && %python %s %nncsrc %t
# RUN: echo '\documentclass{article}\begin{document}\undefinedword\end{document}' > %t/wrong.tex
# RUN: not %python %s --page %t/wrong.tex 2>&1 | FileCheck %s --check-prefix=WRONG
# WRONG: error: {{.*}}wrong.tex: ! Undefined control sequence.
# RUN: echo '\documentclass{article}\begin{document}\mbox{\rule{30cm}{1pt}}\end{document}' > %t/wide.tex
# RUN: not %python %s --page %t/wide.tex 2>&1 | FileCheck %s --check-prefix=WIDE
# WIDE: error: {{.*}}wide.tex: Overfull \hbox (523
import glob
import os
import re
import subprocess
import sys

MOST = 40.0  # points

def compile_page(path):
    # Once: references between pages, which a second run would settle, there are none but a table's column widths.
    done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-draftmode", os.path.basename(path)],
                          cwd=os.path.dirname(path), capture_output=True, encoding="utf-8", errors="replace")
    for line in done.stdout.splitlines():
        wide = re.search(r"Overfull \\hbox \(([\d.]+)pt too wide\)", line)
        if line.startswith("!") or (wide and float(wide.group(1)) > MOST):
            sys.exit("error: %s: %s" % (path, line))
    if done.returncode:
        sys.exit("error: %s: pdflatex ended with %d" % (path, done.returncode))


def main(source, work):
    models = sorted(glob.glob(source + "/examples/*/*.nn") + glob.glob(source + "/test/explain/Inputs/**/*.nn", recursive=True))
    pages = [("rules.tex", ["--rules"])]
    pages += [(os.path.relpath(path, source).replace("/", "-")[:-3] + ".tex", [path]) for path in models]
    pages += [(name[:-4] + "-numbers.tex", [path, "--numbers"]) for name, (path,) in pages[1:] if "worked" in path or "xor" in path]
    for name, arguments in pages:
        subprocess.run(["nnc", "explain", "--format=tex", "-o", os.path.join(work, name)] + arguments, check=True)
        compile_page(os.path.join(work, name))
    print("%d articles" % len(pages))


if sys.argv[1] == "--page":
    compile_page(sys.argv[2])
else:
    main(*sys.argv[1:])
