#!/bin/bash
# ptx.sh [DIRECTORY]: NVIDIA's assembler over the code of all examples and all operators' cases with first and second
# derivatives, in f32 and f64, for three generations of GPUs: see test/codegen/gpu/Inputs/assemble.py. No GPU is needed.
#
# NNC_BUILD names the build tree (default: build beside test). The code stays in DIRECTORY (default: cuda-ptx in there).
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${NNC_BUILD:-$root/build}
out=${1:-$build/cuda-ptx}
inputs=$root/test/codegen/gpu/Inputs
export PATH=$build/bin:$build/test/bin:$PATH
ptxas=$(ls "$build"/env/lib/python3*/site-packages/nvidia/cu*/bin/ptxas)
mkdir -p "$out"
for kind in models f32 f64; do
  bash "$inputs/write-ptx.sh" "$out" $kind
done
"$build/env/bin/python" "$inputs/assemble.py" "$ptxas" --also-of 8 "$out"/*.ptx
