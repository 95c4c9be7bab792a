#!/usr/bin/env bash
# Regression: sin(x) from noisy points. The test points carry no noise, so the test loss is the distance to sin itself.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=build/examples/sine && mkdir -p "$out"

tools/setup.sh nnc nnc-run
build/env/bin/python examples/sine/make-data.py "$out/train.csv" "$out/test.csv"
build/bin/nnc examples/sine/sine.nn -o "$out/sine.so"
build/bin/nnc-run train "$out/sine.so" --data "$out/train.csv" --test "$out/test.csv" \
  --batch 50 --epochs 100 --seed 1 --quiet
