#!/usr/bin/env bash
# Fashion-MNIST from text to test accuracy: sets up, builds, compiles mlp.nn to a library and trains it.
# With --cnn as first option it is cnn.nn, a convolutional network, for 5 epochs. Other options are handed on to
# `nnc-run train`: run.sh --cnn --epochs 3 --threads 1
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=build/examples/fashion_mnist && mkdir -p "$out"
data=/usr/share/datasets/fashion-mnist

model=mlp epochs=10
if [ "${1:-}" = --cnn ]; then
  model=cnn epochs=5
  shift
fi

tools/setup.sh nnc nnc-run
build/bin/nnc "examples/fashion_mnist/$model.nn" -o "$out/$model.so"
exec build/bin/nnc-run train "$out/$model.so" \
  --data image=$data/train-images-idx3-ubyte.gz --data label=$data/train-labels-idx1-ubyte.gz \
  --test image=$data/t10k-images-idx3-ubyte.gz --test label=$data/t10k-labels-idx1-ubyte.gz \
  --epochs $epochs --batch 64 --seed 1 "$@"
