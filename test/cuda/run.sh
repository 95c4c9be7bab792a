#!/bin/bash
# run.sh [report]: checks what prepare.sh compiled on this machine's GPU, and prints a report: see Inputs/check-cuda.c for what is
# compared, and Inputs/measure-cuda.c for what is measured. Where there is no GPU it says so and ends. The status is 1 if anything failed.
cd "$(dirname "$0")" || exit 1
report=${1:-report.txt}
for archive in *.tar.gz; do
  [ -e "$archive" ] && tar -xzf "$archive"
done
first=$(ls ops/*.so models/*.so bench/*.so limits/*.so 2>/dev/null | head -1)
[ -n "$first" ] || { echo "run.sh: there is nothing to check here; prepare.sh makes it" >&2; exit 1; }
if ./check-cuda "$first" --steps 1 --tolerance 1e30 | grep 'nothing was checked'; then
  exit 0
fi
check() { # check SECONDS LIBRARY options...
  timeout "$1" ./check-cuda "${@:2}"
  status=$?
  [ $status = 124 ] && echo "  FAILED $2: no end within $1 seconds"
  [ $status -gt 124 ] && echo "  FAILED $2: ended by signal $((status - 128))"
}
{
  nvidia-smi --query-gpu=name,driver_version,clocks.max.sm,clocks.max.memory --format=csv 2>/dev/null
  [ -e limits/measured.so ] && { echo "== the GPU's limits, cuBLAS, and kernels beside them"; timeout 120 ./measure-cuda limits/measured.so || echo "  FAILED measure-cuda"; }
  echo "== operators: f64, gradients against differences"
  for library in ops/*.so; do [ -e "$library" ] && check 120 "$library" --steps 3; done
  echo "== examples: 20 steps"
  for library in models/*.so; do [ -e "$library" ] && check 120 "$library"; done
  echo "== workloads: 20 steps, then microseconds per call"
  while read -r name batch; do
    [ -e "bench/$name.so" ] && check 300 "bench/$name.so" --batch "$batch" --tolerance 1e-3 --time 2
  done <<'SIZES'
mlp 64
cnn 64
cnn 1024
higgs 1024
elman 32
lstm 32
resnet 32
gpt 4
gpt 64
SIZES
} 2>&1 | tee "$report"
! grep -q FAILED "$report"
