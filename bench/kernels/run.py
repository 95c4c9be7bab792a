#!/usr/bin/env python3
"""Compiles what sizes.def lists, runs the benchmarks and prints a table with ratios.

    run.py --nnc NNC --program KERNELS [--threads N] [--filter REGEX] [--repetitions N] [--markdown FILE]

A ratio is a peer's median time divided by nnc's: above 1, nnc is faster. Repetitions of all benchmarks are interleaved
at random, so that a disturbance of the machine meets all alike.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = {"GEMM": ("gemm", ("m", "n", "k")), "CONV": ("conv", ("batch", "size", "channels", "filters", "window")),
         "MEMORY": ("memory", ("rows", "columns"))}


def compile_libraries(nnc, directory):
    with open(os.path.join(HERE, "sizes.def")) as file:
        lines = re.findall(r"^NNC_(\w+)\((.*)\)$", file.read(), re.M)
    for kind, numbers in lines:
        source, names = KINDS[kind]
        sizes = [number.strip() for number in numbers.split(",")]
        defines = ["-D%s=%s" % pair for pair in zip(names, sizes)]
        subprocess.run([nnc, os.path.join(HERE, source + ".nn"), "-w", "-o",
                        os.path.join(directory, "%s-%s.so" % (source, "x".join(sizes)))] + defines, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--nnc", required=True)
    parser.add_argument("--program", required=True, help="made from kernels.cpp")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--filter", default="", help="of benchmarks, as gemm/Forward/64")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--markdown", help="also write the table here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        compile_libraries(options.nnc, directory)
        result = os.path.join(directory, "result.json")
        # oneDNN's OpenMP threads would otherwise spin through everyone else's turns.
        environment = dict(os.environ, OMP_WAIT_POLICY="passive", OMP_NUM_THREADS=str(options.threads))
        subprocess.run([options.program, directory, str(options.threads), "--benchmark_filter=" + (options.filter or "."),
                        "--benchmark_min_time=0.05", "--benchmark_repetitions=%d" % options.repetitions,
                        "--benchmark_enable_random_interleaving=true", "--benchmark_out_format=json",
                        "--benchmark_out=" + result], check=True, stdout=subprocess.DEVNULL, env=environment)
        with open(result) as file:
            runs = json.load(file)["benchmarks"]
    table = {}
    for run in runs:
        if run["run_type"] == "iteration":
            name = re.sub("/real_time$", "", run["run_name"])
            title, contender = name.rsplit("/", 1)
            table.setdefault(title, {}).setdefault(contender, []).append(run)
    lines = ["| kernel | nnc min / median, us | rate | OpenBLAS | oneDNN |", "|---|---|---|---|---|"]
    for title, contenders in sorted(table.items()):
        times = {name: sorted(run["real_time"] for run in list) for name, list in contenders.items()}
        middle = {name: list[len(list) // 2] for name, list in times.items()}
        best = min(contenders["nnc"], key=lambda run: run["real_time"])
        rate = "%.0f GFLOP/s" % (best["FLOP/s"] / 1e9) if "FLOP/s" in best else "%.1f GB/s" % (best["bytes/s"] / 1e9)
        ratio = lambda name: "%.2f" % (middle[name] / middle["nnc"]) if name in middle else ""
        lines.append("| %s | %.1f / %.1f | %s | %s | %s |" %
                     (title, times["nnc"][0], middle["nnc"], rate, ratio("OpenBLAS"), ratio("oneDNN")))
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    if options.markdown:
        with open(options.markdown, "w") as file:
            file.write(text)


if __name__ == "__main__":
    main()
