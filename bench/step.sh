#!/usr/bin/env bash
# step.sh [option...]: one training step of the Fashion-MNIST MLP, nnc beside PyTorch and JAX; options as of step.py.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
env=$root/build/bench-env

"$root/tools/setup.sh" nnc
"$root/tools/make-env.sh" "$env" "$root/bench/requirements.txt"
"$root/build/bin/nnc" "$root/examples/fashion_mnist/mlp.nn" -o "$root/build/bench-mlp.so"
exec "$env/bin/python" "$root/bench/step.py" "$root/build/bench-mlp.so" "$@"
