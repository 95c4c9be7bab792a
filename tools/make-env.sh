#!/usr/bin/env bash
# make-env.sh DIR REQUIREMENTS: a Python environment in DIR with the pinned packages of the file, made anew when the
# file, Python or the place changes. The stamp with their hash is written last, so an interrupted run starts over.
set -euo pipefail
env=$1 requirements=$2

python=/usr/bin/python3 # Debian's, to which python3-venv belongs; else the first one on the PATH
[ -x "$python" ] || python=$(command -v python3) || { echo "make-env.sh: error: python3 is missing" >&2; exit 1; }
stamp=$({ echo "$env"; "$python" --version; cat "$requirements"; } | sha256sum)
[ "$(cat "$env/stamp" 2>/dev/null)" = "$stamp" ] && exit

echo "== making the Python environment $env" >&2
rm -rf "$env"
"$python" -m venv "$env" || { echo "make-env.sh: error: '$python -m venv' failed; is python3-venv installed?" >&2; exit 1; }
"$env/bin/python" -m pip install --quiet --disable-pip-version-check --retries 5 --no-deps -r "$requirements" </dev/null ||
  { echo "make-env.sh: error: pip could not install $requirements" >&2; exit 1; }
echo "$stamp" >"$env/stamp"
