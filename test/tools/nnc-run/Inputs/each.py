"""Trains with each of the files as one input, and prints the exit status and what was said:
each.py features=|species=|"" LIBRARY FILE...

Nothing may be left behind by a training that fails."""
import os
import subprocess
import sys

prefix, library, files = sys.argv[1], sys.argv[2], sys.argv[3:]
others = {"features=": ["--data", "species=labels.idx"], "species=": ["--data", "features=good.idx"], "": []}[prefix]
for name in files:
    run = subprocess.run(["nnc-run", "train", library, "--data", prefix + name, *others, "--save", "saved",
                          "--checkpoint", "checkpoint", "--overwrite"], capture_output=True, text=True, timeout=60)
    message = run.stderr.strip() or "[%s]" % name
    assert message.count("\n") == 0, message
    print(run.returncode, message, flush=True)
    if run.returncode:
        assert not any(os.path.exists(left) for left in ["saved", "checkpoint", "checkpoint.lock"]), name
    else:
        os.remove("saved")
        os.remove("checkpoint")
