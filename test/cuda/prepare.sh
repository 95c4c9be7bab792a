#!/bin/bash
# prepare.sh DIRECTORY ["PART..."]: compiles, on a machine without a GPU, what run.sh checks on one with it: nothing of nnc,
# LLVM or Python is needed there. Everything goes to DIRECTORY, with run.sh: `DIRECTORY/run.sh` is the other half. Each part
# is one archive, as what may be carried to a machine is often little; run.sh takes the parts that it finds.
#
#   ops/      each operator's cases with first and second derivatives in f64, as the tests of operators make them
#   models/   the examples in f32 and f64
#   bench/    the speed benchmark's workloads in f32
#   limits/   what Inputs/measure-cuda.c times beside the GPU's own limits and cuBLAS
#
# NNC_BUILD names the build tree (default: build beside test). CPU code is for x86-64-v3.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${NNC_BUILD:-$root/build}
[ $# -ge 1 ] || { echo "usage: prepare.sh DIRECTORY [ops|models|bench|limits]" >&2; exit 1; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
parts=${2:-ops models bench limits}
export PATH=$build/bin:$PATH

compile() { # compile LIBRARY TEXT options...
  nnc "$2" "${@:3}" --target=x86-64-v3,cuda -w -o "$out/$1.so" && rm -f "$out/$1.h"
}

for part in $parts; do
  mkdir -p "$out/$part"
  case $part in
  ops)
    for cases in "$root"/test/ops/*.mlir; do
      name=$(basename "$cases" .mlir)
      graph=$build/test/ops/Output/$name.mlir.tmp.f64.mlir # where the test of the operator leaves it
      if [ ! -e "$graph" ]; then
        mkdir -p "$out/graphs"
        graph=$out/graphs/$name.f64.mlir
        "$build/test/bin/check-op" "$cases" "--work=$out/graphs/$name" > /dev/null
      fi
      compile "ops/$name" "$graph"
    done
    rm -rf "$out/graphs"
    ;;
  models)
    for text in "$root"/examples/*/*.nn; do
      name=$(basename "$text" .nn)
      small=$([ "$name" = minigpt ] && echo "-Dd=12 -Dheads=2 -Ddepth=2 -Dcontext=9 -Dvocabulary=11" || true)
      compile "models/$name.f32" "$text" $small
      compile "models/$name.f64" "$text" $small --dtype=f64
    done
    ;;
  bench)
    for text in "$root"/bench/workloads/*.nn; do
      compile "bench/$(basename "$text" .nn)" "$text"
    done
    ;;
  limits) compile limits/measured "$here/Inputs/measured.nn" ;;
  *) echo "prepare.sh: unknown part '$part'" >&2; exit 1 ;;
  esac
  tar -C "$out" -czf "$out/$part.tar.gz" "$part" && rm -rf "${out:?}/$part"
done
for program in check-cuda measure-cuda; do
  cc -std=gnu11 -O2 -I"$root" "$here/Inputs/$program.c" -ldl -lm -o "$out/$program"
done
cp "$here/run.sh" "$out/run.sh"
du -sh "$out" "$out"/*.tar.gz
# What is carried to a machine at once may be no larger.
large=$(find "$out" -name '*.tar.gz' -size +64M)
[ -z "$large" ] || { echo "prepare.sh: more than 64 MiB: $large" >&2; exit 1; }
