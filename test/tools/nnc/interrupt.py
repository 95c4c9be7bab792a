# A compiler that is interrupted or ended leaves nothing behind: no output, whole or in part, no temporary file, no
# process. Killed outright it may leave a temporary file, but no output that is not whole.
#
# RUN: rm -rf %t && mkdir %t
# RUN: %python %s %nncsrc/examples/fashion_mnist/mlp.nn %t
import os
import signal
import subprocess
import sys
import time

model, directory = sys.argv[1:3]
outputs = {"mlp.so", "mlp.h"}


def run(number, delay):
    """What is left in the directory after a signal at a time."""
    for name in os.listdir(directory):
        os.remove(os.path.join(directory, name))
    # All processes of the compiler hold the pipe; its end is theirs.
    process = subprocess.Popen(["nnc", model, "-o", os.path.join(directory, "mlp.so")], stderr=subprocess.PIPE)
    try:
        process.wait(delay)
    except subprocess.TimeoutExpired:
        process.send_signal(number)
    start = time.monotonic()
    process.stderr.read()
    process.wait()
    if time.monotonic() - start > 10:
        sys.exit("error: processes live on %.1f s after %s" % (time.monotonic() - start, number.name))
    return process.returncode, set(os.listdir(directory))


interrupted = 0
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL):
    for delay in (0.02, 0.1, 0.25, 0.4, 0.6):
        status, left = run(number, delay)
        if status == 0:
            if left != outputs:
                sys.exit("error: status 0 with %s" % left)
            continue
        interrupted += 1
        if number != signal.SIGKILL and left:
            sys.exit("error: %s after %.2f s leaves %s" % (number.name, delay, left))
        if left & outputs:
            sys.exit("error: %s after %.2f s leaves output: %s" % (number.name, delay, left))
# Under nohup, or in the background of a script, a signal that was ignored stays so.
for number in (signal.SIGINT, signal.SIGHUP):
    for name in os.listdir(directory):
        os.remove(os.path.join(directory, name))
    process = subprocess.Popen(["nnc", model, "-o", os.path.join(directory, "mlp.so")],
                               preexec_fn=lambda: signal.signal(number, signal.SIG_IGN))
    time.sleep(0.1)
    process.send_signal(number)
    if process.wait() != 0 or set(os.listdir(directory)) != outputs:
        sys.exit("error: an ignored %s stopped the compiler" % number.name)
if interrupted < 8:
    sys.exit("error: only %d of 20 runs were interrupted" % interrupted)
print("%d runs interrupted" % interrupted)
