"""Measures contenders in turns.

Each lives in a process of its own, on the same CPUs. They take turns, some steps at a time, so that whatever else
the machine does falls on all of them; the one that rests sleeps, and each turn begins after a pause in which the
threads that the last one left spinning go to sleep too.
"""
import importlib
import multiprocessing
import os
import sys
import time

import numpy

PAUSE = 0.3  # seconds; Intel's OpenMP spins for 0.2
BATCHES = 16
HERE = os.path.dirname(os.path.abspath(__file__))


def make_batches(workload, size):
    rng = numpy.random.default_rng(1)
    count = BATCHES if size is None or size > 1 else 1
    return [workload.batch(rng) if size is None else workload.batch(rng, size) for _ in range(count)]


def serve(kind, workload, size, library, threads, cpus, pipe):
    """The life of one contender's process: build it, then answer (method, arguments) until told to stop."""
    os.sched_setaffinity(0, cpus)
    os.environ["OMP_NUM_THREADS"] = str(threads)
    sys.path[:0] = [HERE, os.path.join(HERE, "..", "python")]
    import contenders

    workload = importlib.import_module("workloads." + workload)
    try:
        arguments = [library] if kind.startswith("Nnc") else []
        contender = getattr(contenders, kind)(workload, make_batches(workload, size), threads, *arguments)
    except Exception as error:  # a peer that is not there is a row of the table less, with its reason
        pipe.send(("absent", "%s: %s" % (kind, error)))
        return
    pipe.send(("ready", contender.version))
    while True:
        request = pipe.recv()
        if request is None:
            return
        method, *arguments = request
        try:
            pipe.send(getattr(contender, method)(*arguments))
        except Exception as error:
            pipe.send(error)


class Peer:
    def __init__(self, kind, workload, size, library, threads, cpus):
        context = multiprocessing.get_context("spawn")
        self.pipe, far_end = context.Pipe()
        self.process = context.Process(target=serve, daemon=True,
                                       args=(kind, workload, size, library, threads, cpus, far_end))
        self.process.start()
        far_end.close()
        self.kind, self.turns = kind, []
        status, self.version = self.pipe.recv()
        self.absent = self.version if status == "absent" else None

    def ask(self, *request):
        self.pipe.send(request)
        answer = self.pipe.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def stop(self):
        if not self.absent:
            self.pipe.send(None)
        self.process.join()


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


def take_turns(peers, rounds, first, steps):
    """Fills `turns` of each peer with the seconds of its steps; returns the share of the CPUs that other processes
    used meanwhile."""
    process_ids = [peer.process.pid for peer in peers] + [os.getpid()]
    begin, (all_before, own_before) = time.monotonic(), busy_seconds(process_ids)
    for turn in range(rounds):
        for peer in peers[turn % len(peers):] + peers[:turn % len(peers)]:
            time.sleep(PAUSE)
            peer.turns.append(peer.ask("run", first + turn * steps, steps)[0])
    elapsed, (all_after, own_after) = time.monotonic() - begin, busy_seconds(process_ids)
    others = (all_after - all_before) - (own_after - own_before)
    return max(0.0, others) / (elapsed * os.cpu_count())
