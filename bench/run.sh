#!/usr/bin/env bash
# run.sh [workload...] [option...]: the benchmark, from nothing; workloads and options as of run.py.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
env=$root/build/bench-env

"$root/tools/setup.sh" nnc
"$root/tools/make-env.sh" "$env" "$root/bench/requirements.txt"
exec "$env/bin/python" "$root/bench/run.py" --nnc "$root/build/bin/nnc" "$@"
