#!/usr/bin/env python3
"""One training step of the Fashion-MNIST MLP (batch 64, Adam): step.py mlp.so [--rounds N] [--threads N] [--json F]

nnc, PyTorch and JAX train the same network from the same initial parameters on the same batches, each in a process
of its own with the same CPUs. They take turns, some hundred steps at a time, so that whatever else the machine does
falls on all of them; the one that rests sleeps, and each turn begins after a pause in which the threads that the
last one left spinning go to sleep too. The losses of the first steps must agree, or nothing is measured.

A ratio is the peer's time divided by nnc's in the same round; what is printed is the median over the rounds.
"""
import argparse
import gzip
import json
import multiprocessing
import os
import statistics
import sys
import time

import numpy

BATCH = 64
BATCHES = 200
CHECKED_STEPS = 10
WARM_UP_STEPS = 100
STEPS = 200  # in a turn
PAUSE = 0.3  # seconds; Intel's OpenMP spins for 0.2
DATA = "/usr/share/datasets/fashion-mnist/train-%s-ubyte.gz"


def read_batches():
    """The first batches of Fashion-MNIST: float32 images in [0, 1] and int32 labels."""
    count = BATCHES * BATCH
    with gzip.open(DATA % "images-idx3") as file:
        images = numpy.frombuffer(file.read(16 + count * 784), numpy.uint8, offset=16)
    with gzip.open(DATA % "labels-idx1") as file:
        labels = numpy.frombuffer(file.read(8 + count), numpy.uint8, offset=8)
    images = images.reshape(BATCHES, BATCH, 784).astype(numpy.float32) / numpy.float32(255)
    return images, labels.reshape(BATCHES, BATCH).astype(numpy.int32)


def serve(kind, library, threads, cpus, pipe):
    """The life of one contender's process: build it, then answer (method, arguments) until told to stop."""
    os.sched_setaffinity(0, cpus)
    os.environ["OMP_NUM_THREADS"] = str(threads)
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:0] = [here, os.path.join(here, "..", "python")]
    import contenders

    images, labels = read_batches()
    arguments = [library] if kind == "Nnc" else []
    contender = getattr(contenders, kind)(*arguments, images, labels, threads)
    pipe.send(contender.version)
    while True:
        request = pipe.recv()
        if request is None:
            return
        method, *arguments = request
        pipe.send(getattr(contender, method)(*arguments))


class Peer:
    def __init__(self, kind, options, cpus):
        context = multiprocessing.get_context("spawn")
        self.pipe, far_end = context.Pipe()
        arguments = (kind, options.library, options.threads, cpus, far_end)
        self.process = context.Process(target=serve, args=arguments, daemon=True)
        self.process.start()
        far_end.close()
        self.kind, self.version, self.turns = kind, self.pipe.recv(), []

    def ask(self, *request):
        self.pipe.send(request)
        return self.pipe.recv()


def busy_seconds(process_ids):
    """CPU seconds of the whole machine so far, and of these processes."""
    tick = os.sysconf("SC_CLK_TCK")
    with open("/proc/stat") as file:
        user, nice, system, _, _, irq, softirq, steal = map(int, file.readline().split()[1:9])
    own = 0
    for process_id in process_ids:
        with open("/proc/%d/stat" % process_id) as file:
            own += sum(map(int, file.read().rsplit(")", 1)[1].split()[11:13]))
    return (user + nice + system + irq + softirq + steal) / tick, own / tick


def check_losses(peers):
    """Trains each for some steps from the same parameters; ends the program if they part."""
    losses = [peer.ask("run", 0, CHECKED_STEPS)[1] for peer in peers]
    for step, values in enumerate(zip(*losses)):
        if max(values) - min(values) > 1e-3 * max(1, *values):
            pairs = ", ".join("%s %.6f" % (peer.version, value) for peer, value in zip(peers, values))
            sys.exit("step.py: error: losses differ at step %d: %s" % (step + 1, pairs))
    print("losses of the first %d steps agree: %.5f ... %.5f" % (CHECKED_STEPS, losses[0][0], losses[0][-1]))


def measure(peers, rounds):
    """Takes the turns; returns the share of the CPUs that other processes used meanwhile."""
    process_ids = [peer.process.pid for peer in peers] + [os.getpid()]
    for peer in peers:
        peer.ask("run", CHECKED_STEPS, WARM_UP_STEPS)
    begin, (all_before, own_before) = time.monotonic(), busy_seconds(process_ids)
    for turn in range(rounds):
        for peer in peers[turn % len(peers):] + peers[:turn % len(peers)]:
            time.sleep(PAUSE)
            peer.turns.append(peer.ask("run", turn * STEPS, STEPS)[0])
    elapsed, (all_after, own_after) = time.monotonic() - begin, busy_seconds(process_ids)
    others = (all_after - all_before) - (own_after - own_before)
    return max(0.0, others) / (elapsed * os.cpu_count())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("library")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", help="also write the numbers here")
    options = parser.parse_args()
    cpus = sorted(os.sched_getaffinity(0))[:options.threads]

    peers = [Peer(kind, options, cpus) for kind in ("Nnc", "Torch", "Jax")]
    parameters = peers[0].ask("get_parameters")
    for peer in peers:
        peer.ask("set_parameters", parameters)
    check_losses(peers)
    others = measure(peers, options.rounds)

    print("microseconds per step, %d rounds of %d steps, %d threads:" % (options.rounds, STEPS, options.threads))
    print("  %-20s %9s %9s %9s" % ("", "minimum", "median", "peer/nnc"))
    rows = []
    for peer in peers:
        steps = [seconds * 1e6 for turn in peer.turns for seconds in turn]
        ratio = statistics.median(statistics.median(theirs) / statistics.median(ours)
                                  for theirs, ours in zip(peer.turns, peers[0].turns))
        row = {"name": peer.version, "minimum_us": min(steps), "median_us": statistics.median(steps), "ratio": ratio}
        print("  %-20s %9.1f %9.1f %9.2f" % tuple(row.values()))
        rows.append(row)
    print("other processes used %.1f %% of the machine's CPUs meanwhile" % (100 * others))
    if others > 0.05:
        print("warning: the machine was not quiet; peers with spinning barriers lose most by it")
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"threads": options.threads, "batch": BATCH, "others": others, "steps": rows}, file, indent=2)
    for peer in peers:
        peer.pipe.send(None)


if __name__ == "__main__":
    main()
