"""Interrupts a training and prints where: interrupt.py SIGNAL COMMAND..."""
import signal
import subprocess
import sys

number = getattr(signal, sys.argv[1])
# A test that runs in a shell's background inherits the signal ignored, which nnc-run respects.
process = subprocess.Popen(sys.argv[2:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                           preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
for line in process.stdout:
    if line.startswith("epoch 3/"):
        process.send_signal(number)
        break
rest = process.stdout.read()
assert process.wait() == 128 + number, process.returncode
print(rest.splitlines()[-1])
