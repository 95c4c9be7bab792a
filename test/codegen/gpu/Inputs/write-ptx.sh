#!/bin/bash
# write-ptx.sh DIRECTORY models: writes the GPU's code of all examples to DIRECTORY/*.ptx.
# write-ptx.sh DIRECTORY f32|f64 [OPERATOR...]: that of the operators' cases and their gradients, in f64 second derivatives of
# some too; of all operators where none is named. nnc is on the PATH, and check-op where CHECK_OP does not name it.
set -eu
root=$(cd "$(dirname "$0")/../../../.." && pwd)
out=$1
case $2 in
models)
  for text in "$root"/examples/*/*.nn; do
    nnc "$text" --target=cuda --emit=ptx -w -o "$out/$(basename "$text" .nn).ptx"
  done
  ;;
f32 | f64)
  [ $# -gt 2 ] || set -- "$@" $(cd "$root/test/ops" && ls *.mlir | sed 's/\.mlir$//')
  for name in "${@:3}"; do
    "${CHECK_OP:-check-op}" "$root/test/ops/$name.mlir" --graphs --work="$out/$name" > /dev/null
    nnc "$out/$name.$2.mlir" --target=cuda --emit=ptx -w -o "$out/$name.$2.ptx"
  done
  ;;
*) echo "write-ptx.sh: unknown kind '$2'" >&2; exit 1 ;;
esac
