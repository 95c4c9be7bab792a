#!/usr/bin/env bash
# kernels.sh [--threads N] [--filter REGEX] [--markdown FILE]: single kernels beside OpenBLAS and oneDNN, from nothing; on
# Debian 12, whose packages libbenchmark-dev, libopenblas-dev and libdnnl-dev it asks for.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
build=$root/build/bench-kernels

for package in libbenchmark-dev libopenblas-dev libdnnl-dev; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=" $package"
done
[ -z "${missing:-}" ] || { echo "kernels.sh: error: install the packages${missing}, then run again" >&2; exit 1; }
"$root/tools/setup.sh" nnc
"$root/build/env/bin/cmake" -S "$root/bench/kernels" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_MAKE_PROGRAM="$root/build/env/bin/ninja" >"$root/build/bench-kernels.log"
"$root/build/env/bin/cmake" --build "$build" >>"$root/build/bench-kernels.log"
exec "$root/build/env/bin/python" "$root/bench/kernels/run.py" --nnc "$root/build/bin/nnc" --program "$build/kernels" "$@"
