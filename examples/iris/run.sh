#!/usr/bin/env bash
# Iris: four measurements, three species; a fifth of the flowers is kept for validation.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=build/examples/iris && mkdir -p "$out"

tools/setup.sh nnc nnc-run
[ -f "$out/iris.csv" ] || build/env/bin/python examples/iris/fetch.py "$out/iris.csv"
build/bin/nnc examples/iris/iris.nn -o "$out/iris.so"
build/bin/nnc-run train "$out/iris.so" --data "$out/iris.csv" --columns species=species --columns 'features=*' \
  --batch 16 --epochs 100 --validation 0.2 --seed 1 --quiet
