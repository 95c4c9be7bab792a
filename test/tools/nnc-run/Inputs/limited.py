"""Runs a command that may write no file larger than so many bytes: limited.py BYTES COMMAND..."""
import resource
import subprocess
import sys

limit = int(sys.argv[1])
status = subprocess.run(sys.argv[2:], preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
assert status.returncode == 1, status.returncode
