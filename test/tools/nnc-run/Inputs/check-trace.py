# check-trace.py TRACE STEPS: a Chrome trace as nnc-run profile writes it.
import json
import sys

with open(sys.argv[1]) as file:
    spans = [event for event in json.load(file)["traceEvents"] if event["ph"] == "X"]
calls = [span for span in spans if span["cat"] == "call"]
kernels = [span for span in spans if span["cat"] != "call"]
assert len(calls) == int(sys.argv[2]), calls
assert len(kernels) % len(calls) == 0 and kernels, len(kernels)
per_call = len(kernels) // len(calls)
nanosecond = 1.001e-3  # rounding of microseconds in decimals
for number, call in enumerate(calls):
    end = call["ts"]
    for kernel in kernels[number * per_call:(number + 1) * per_call]:
        assert kernel["ts"] >= end - nanosecond, (kernel, end)
        end = kernel["ts"] + kernel["dur"]
        roles = set(kernel["cat"].split(","))
        assert roles <= {"forward", "recompute", "adjoint", "accumulate", "optimizer"}, kernel
        assert kernel["args"]["kernel"] and ":" in kernel["args"]["place"], kernel
    assert end <= call["ts"] + call["dur"] + nanosecond, (call, end)
assert {kernel["cat"] for kernel in kernels} >= {"forward", "adjoint,optimizer"}, kernels
