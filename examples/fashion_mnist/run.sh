#!/usr/bin/env bash
# Fashion-MNIST from text to test accuracy: sets up, builds, compiles mlp.nn to a library and trains it.
# Options are handed on to `nnc-run train`: run.sh --epochs 3 --threads 1
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=build/examples/fashion_mnist && mkdir -p "$out"
data=/usr/share/datasets/fashion-mnist

tools/setup.sh nnc nnc-run
build/bin/nnc examples/fashion_mnist/mlp.nn -o "$out/mlp.so"
exec build/bin/nnc-run train "$out/mlp.so" \
  --data image=$data/train-images-idx3-ubyte.gz --data label=$data/train-labels-idx1-ubyte.gz \
  --test image=$data/t10k-images-idx3-ubyte.gz --test label=$data/t10k-labels-idx1-ubyte.gz \
  --epochs 10 --batch 64 --seed 1 "$@"
