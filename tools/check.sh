#!/usr/bin/env bash
# check.sh: sets up as tools/setup.sh does, then runs all tests. The last line reads `N passed, N failed`; the exit
# status is 0 only if none failed and at least one ran.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

"$root/tools/setup.sh" --tests all
results=$root/build/test/results.json
rm -f "$results"
status=0
"$root/build/env/bin/ninja" -C "$root/build" check-nnc </dev/null || status=$?
[ -f "$results" ] || { echo "check.sh: error: the tests did not run" >&2; exit 1; }
exec "$root/build/env/bin/python" "$root/tools/count-results.py" "$results" "$status"
