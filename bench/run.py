#!/usr/bin/env python3
"""Training steps and predictions of nnc beside PyTorch, JAX and ONNX Runtime.

    run.py --nnc NNC [workload...] [--rounds N] [--threads N] [--peers Torch,TorchCompile,Jax] [--json F] [--markdown F]

All train the same network from the same initial parameters on the same batches. The losses of the first steps must
agree, and the parameters after them, or nothing is measured. A ratio is the peer's time divided by nnc's in the same round; the median over the
rounds is printed.
"""
import argparse
import importlib
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import turns  # noqa: E402

WORKLOADS = sorted(name[:-3] for name in os.listdir(os.path.join(HERE, "workloads")) if name.endswith(".nn"))
CHECKED_STEPS = 5
TURN_SECONDS = 0.15
TOLERANCE = 2e-3
# Adam moves parameters whose gradient is rounding noise by whole steps, in either direction.
PARAMETER_TOLERANCE = 0.2


def compile_model(nnc, name, directory):
    """The library, the seconds nnc took, its peak memory and the library's size."""
    library = os.path.join(directory, name + ".so")
    begin = time.monotonic()
    process = subprocess.Popen([nnc, os.path.join(HERE, "workloads", name + ".nn"), "-o", library])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit("run.py: error: nnc could not compile %s" % name)
    return {"library": library, "seconds": time.monotonic() - begin, "memory": usage.ru_maxrss * 1024,
            "size": os.path.getsize(library)}


def machine_limits(threads, directory):
    program = os.path.join(directory, "machine")
    subprocess.run(["cc", "-O3", "-march=native", "-ffp-contract=fast", os.path.join(HERE, "machine.c"), "-lpthread",
                    "-o", program], check=True)
    flops, bandwidth = map(float, subprocess.run([program, str(threads)], check=True, capture_output=True,
                                                 text=True).stdout.split())
    with open("/proc/cpuinfo") as file:
        cpu = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), platform.machine())
    return {"cpu": cpu, "threads": threads, "flops": flops, "bandwidth": bandwidth}


def check_losses(name, peers):
    """Trains each for some steps from the same parameters; ends the program if they part."""
    losses = [peer.ask("run", 0, CHECKED_STEPS)[1] for peer in peers]
    for step, values in enumerate(zip(*losses)):
        if max(values) - min(values) > TOLERANCE * max(1, *values):
            pairs = ", ".join("%s %.6f" % (peer.version, value) for peer, value in zip(peers, values))
            sys.exit("run.py: error: %s: losses differ at step %d: %s" % (name, step + 1, pairs))
    return losses[0]


def check_parameters(name, peers, initial):
    """How far the contenders' parameters are from nnc's after these steps, relative to the way from where they began, as
    norms over all; ends the program if that is far."""
    trained = [peer.ask("get_parameters") for peer in peers]
    distances = []
    for peer, values in zip(peers, trained):
        norm = lambda a, b: math.sqrt(sum(float(((a[key].astype("f8") - b[key]) ** 2).sum()) for key in b))
        ours = {key: trained[0][key] for key in values}
        distances.append(norm(values, ours) / norm(ours, {key: initial[key] for key in values}))
        if distances[-1] > PARAMETER_TOLERANCE:
            sys.exit("run.py: error: %s: after %d steps the parameters of %s are %.3f of the way off" %
                     (name, CHECKED_STEPS, peer.version, distances[-1]))
    return distances


def measure(name, kinds, size, library, options, cpus):
    """One row: the contenders' times on one workload, nnc's first."""
    peers = [turns.Peer(kind, name, size, library, options.threads, cpus) for kind in kinds]
    absent = [peer.absent for peer in peers if peer.absent]
    present = [peer for peer in peers if not peer.absent]
    if peers[0].absent:
        sys.exit("run.py: error: " + peers[0].absent)
    parameters = peers[0].ask("get_parameters")
    for peer in present:
        peer.ask("set_parameters", parameters)
    row = {"name": name, "batch": size, "absent": absent}
    memory = None
    if kinds[0] == "Nnc":
        row["losses"] = check_losses(name, present)
        memory = [peer.ask("peak_memory") for peer in present]  # before parameters are copied for the comparison
        row["parameter_distances"] = check_parameters(name, present, parameters)
        row["least_traffic"] = peers[0].ask("least_traffic")
    # Warm up, and find how many steps make a turn of the slowest.
    slowest = 0.0
    for peer in present:
        peer.ask("run", CHECKED_STEPS, 3)
        slowest = max(slowest, statistics.median(peer.ask("run", CHECKED_STEPS, 5)[0]))
    steps = max(3, min(200, int(TURN_SECONDS / slowest)))
    row["others"] = turns.take_turns(present, options.rounds, CHECKED_STEPS, steps)
    row["contenders"] = []
    for index, peer in enumerate(present):
        seconds = [second for turn in peer.turns for second in turn]
        ratio = statistics.median(statistics.median(theirs) / statistics.median(ours)
                                  for theirs, ours in zip(peer.turns, present[0].turns))
        row["contenders"].append({"name": peer.version, "minimum": min(seconds), "median": statistics.median(seconds),
                                  "ratio": ratio, "memory": memory[index] if memory else peer.ask("peak_memory")})
        peer.stop()
    return row


def shares(row, workload, limits):
    """Of the machine's limits, as nnc's fastest step uses them: multiply-adds, and memory for what has to go over."""
    seconds = row["contenders"][0]["minimum"]
    return (100 * workload.FLOPS / seconds / limits["flops"],
            100 * row["least_traffic"] / seconds / limits["bandwidth"])


def title(row):
    return row["name"] + ("" if row["batch"] is None else ", predict, batch %d" % row["batch"])


def describe(row, workload, compiled, limits):
    lines = [title(row)]
    for contender in row["contenders"]:
        lines.append("  %-24s %10.1f us min %10.1f median %7.2f x nnc %7.0f MB" %
                     (contender["name"], contender["minimum"] * 1e6, contender["median"] * 1e6, contender["ratio"],
                      contender["memory"] / 1e6))
    if row["batch"] is None:
        lines.append("  %.0f %% of the multiply-add peak, at least %.0f %% of the bandwidth; compiled in %.2f s with %.0f MB to %.0f KB" %
                     (*shares(row, workload, limits), compiled["seconds"], compiled["memory"] / 1e6, compiled["size"] / 1e3))
        lines.append("  parameters after %d steps, distance from nnc's: %s" %
                     (CHECKED_STEPS, ", ".join("%.1e" % distance for distance in row["parameter_distances"][1:])))
    if row["others"] > 0.05:
        lines.append("  warning: other processes used %.0f %% of the CPUs" % (100 * row["others"]))
    return "\n".join(lines + ["  absent: " + reason for reason in row["absent"]])


def short(seconds):
    return "%.3g us" % (seconds * 1e6) if seconds < 1e-3 else "%.3g ms" % (seconds * 1e3)


def markdown(rows, limits):
    """The tables of docs/benchmarks.md."""
    times = lambda c: "%s / %s" % (short(c["minimum"]), short(c["median"]))
    fastest = lambda row: min(row["contenders"][1:], key=lambda peer: peer["ratio"], default=None)
    lines = ["%s, %d threads: %.0f GFLOP/s of multiply-adds, %.1f GB/s." %
             (limits["cpu"], limits["threads"], limits["flops"] / 1e9, limits["bandwidth"] / 1e9), ""]
    training = [item for item in rows if item[0]["batch"] is None]
    if training:
        names = []
        for row, _, _ in training:
            names += [c["name"] for c in row["contenders"][1:] if c["name"] not in names]
        lines += ["| training step | nnc | %s | fastest peer / nnc | multiply-add peak | bandwidth | memory, nnc / fastest peer | "
                  "compiled in | library |" % " | ".join(names), "|---" * (len(names) + 8) + "|"]
        for row, workload, compiled in training:
            peers = {c["name"]: c for c in row["contenders"][1:]}
            best = fastest(row)
            flops, bandwidth = shares(row, workload, limits)
            lines.append("| %s | %s | %s | %s | %.0f %% | %.0f %% | %s | %.2f s | %.0f KB |" %
                         (title(row), times(row["contenders"][0]),
                          " | ".join(times(peers[name]) if name in peers else "absent" for name in names),
                          "%.2f" % best["ratio"] if best else "", flops, bandwidth,
                          "%.0f / %.0f MB" % (row["contenders"][0]["memory"] / 1e6, best["memory"] / 1e6) if best else "",
                          compiled["seconds"], compiled["size"] / 1e3))
        ratios = [fastest(row)["ratio"] for row, _, _ in training if fastest(row)]
        if ratios:
            lines += ["", "Geometric mean of the ratios: %.2f." % statistics.geometric_mean(ratios)]
    predictions = [item for item in rows if item[0]["batch"] is not None]
    if predictions:
        lines += ["", "| prediction | nnc | peer | peer / nnc |", "|---|---|---|---|"]
        for row, _, _ in predictions:
            best = fastest(row)
            lines.append("| %s | %s | %s | %s |" % (title(row).replace(", predict", ""), times(row["contenders"][0]),
                                                    "%s (%s)" % (times(best), best["name"]) if best else "absent",
                                                    "%.2f" % best["ratio"] if best else ""))
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("workloads", nargs="*", metavar="workload", help="of " + ", ".join(WORKLOADS))
    parser.add_argument("--nnc", required=True, help="the compiler")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--peers", default="Torch,TorchCompile,Jax")
    parser.add_argument("--no-predict", action="store_true", help="training only")
    parser.add_argument("--json", help="also write the numbers here")
    parser.add_argument("--markdown", help="also write the table here")
    options = parser.parse_args()
    if unknown := [name for name in options.workloads if name not in WORKLOADS]:
        parser.error("unknown workload %s; expected one of %s" % (unknown[0], ", ".join(WORKLOADS)))
    cpus = sorted(os.sched_getaffinity(0))[:options.threads]
    peers = [name for name in options.peers.split(",") if name]
    rows = []
    with tempfile.TemporaryDirectory() as directory:
        limits = machine_limits(options.threads, directory)
        print("%(cpu)s, %(threads)d threads: %%.0f GFLOP/s, %%.1f GB/s" % limits %
              (limits["flops"] / 1e9, limits["bandwidth"] / 1e9), flush=True)
        for name in options.workloads or WORKLOADS:
            workload = importlib.import_module("workloads." + name)
            compiled = compile_model(options.nnc, name, directory)
            jobs = [(["Nnc"] + peers, None)]
            if not options.no_predict:
                jobs += [(["NncPredict", "Onnx"], size) for size in getattr(workload, "INFERENCE_BATCHES", ())]
            for kinds, size in jobs:
                row = measure(name, kinds, size, compiled["library"], options, cpus)
                rows.append((row, workload, compiled))
                print(describe(row, workload, compiled, limits), flush=True)
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"machine": limits, "rows": [dict(row, compile=compiled) for row, _, compiled in rows]}, file,
                      indent=2)
    if options.markdown:
        with open(options.markdown, "w") as file:
            file.write(markdown(rows, limits))


if __name__ == "__main__":
    main()
