#!/usr/bin/env bash
# XOR, the smallest thing that needs a hidden layer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=build/examples/xor && mkdir -p "$out"

tools/setup.sh nnc nnc-run
build/bin/nnc examples/xor/xor.nn -o "$out/xor.so"
build/bin/nnc-run train "$out/xor.so" --data examples/xor/xor.csv --columns x=a,b --columns y=y \
  --batch 4 --epochs 500 --seed 1 --quiet --save "$out/xor.safetensors" --overwrite
build/bin/nnc-run eval "$out/xor.so" --load "$out/xor.safetensors" --data examples/xor/xor.csv \
  --columns x=a,b --columns y=y
