# status.sh N command...: succeeds if the command ends with status N.
expected=$1
shift
"$@"
found=$?
[ $found = $expected ] || { echo "expected status $expected, found $found" >&2; exit 1; }
