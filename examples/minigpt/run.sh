#!/usr/bin/env bash
# A small transformer learns the texts of Debian's licences, then writes one of its own. The model's own sizes (width 512,
# 8 heads, 6 blocks) take minutes; here it is narrower. Options are handed on to `nnc-run train`: run.sh --epochs 3
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=build/examples/minigpt && mkdir -p "$out"
texts=/usr/share/common-licenses # package base-files

tools/setup.sh nnc nnc-run
build/env/bin/python examples/minigpt/make-data.py "$out" \
  $texts/{Apache-2.0,Artistic,GFDL-1.3,GPL-1,GPL-2,GPL-3,LGPL-2.1,LGPL-3,MPL-1.1,MPL-2.0}
build/bin/nnc examples/minigpt/minigpt.nn -D d=128 -D heads=4 -D depth=4 -o "$out/minigpt.so"
build/bin/nnc-run train "$out/minigpt.so" --data "tokens=$out/train-tokens.npy" --data "target=$out/train-target.npy" \
  --test "tokens=$out/test-tokens.npy" --test "target=$out/test-target.npy" \
  --batch 16 --epochs 4 --seed 1 --save "$out/minigpt.safetensors" "$@"
build/env/bin/python examples/minigpt/generate.py "$out/minigpt.so" "$out/minigpt.safetensors" "You may "
