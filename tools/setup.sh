#!/usr/bin/env bash
# setup.sh: from a fresh Debian 12 machine to a built tree; seconds when nothing has changed.
#
#   tools/setup.sh [--no-build] [--tests] [target...]    targets are ninja's; all of them when none is named
#
# 1. Debian packages of tools/packages.txt that are missing (as root, else through sudo); with --tests, those of
#    tools/test-packages.txt as well.
# 2. The Python environment build/env, from tools/requirements.txt: Halide, CMake, ninja, lit.
# 3. CMake, with the preset `release`, into build/.
# 4. ninja.
# Steps 2 and 3 leave a stamp with the hash of what they were made from, and are skipped while it holds. An
# interrupted run leaves no stamp, so the next one does the step again.
#
# NNC_NO_PACKAGES=1 skips step 1: for other systems, where these packages have been provided by hand.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"
build=$root/build
env=$build/env

bold='' plain=''
[ ! -t 2 ] || [ -n "${NO_COLOR:-}" ] || bold=$'\033[1m' plain=$'\033[0m'
say() { printf '%s== %s%s\n' "$bold" "$*" "$plain" >&2; }
die() { printf 'setup.sh: error: %s\n' "$*" >&2; exit 1; }

listed() { sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$1"; }

# The packages of the list that are not fully installed, on one line.
missing_packages() {
  local package
  for package in $(listed tools/packages.txt; [ -z "$tests" ] || listed tools/test-packages.txt); do
    case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
      installed) ;;
      *) printf '%s ' "$package" ;;
    esac
  done
}

# Runs apt-get, waiting for other users of its locks: the option covers dpkg's, the loop those of the lists.
apt() {
  local sudo=() attempt
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "packages are missing and this is neither root nor a machine with sudo: install ${missing}"
    sudo=(sudo)
  fi
  for attempt in 1 2 3 4 5 6; do
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 \
      "$@" </dev/null >"$build/apt.log" 2>&1 && return
    grep -q 'Could not get lock' "$build/apt.log" || break
    sleep 10
  done
  cat "$build/apt.log" >&2
  die "apt-get $1 failed (its output is above, and in $build/apt.log)"
}

install_packages() {
  command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
    die "this is not Debian: provide what tools/packages.txt lists, then run again with NNC_NO_PACKAGES=1"
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  local id version
  id=$(. /etc/os-release && echo "${ID:-unknown}") version=$(. /etc/os-release && echo "${VERSION_ID:-unknown}")
  [ "$id $version" = "debian 12" ] ||
    die "this is $id $version, not Debian 12: provide ${missing}and run again with NNC_NO_PACKAGES=1"
  say "installing Debian packages: $missing"
  apt update
  # shellcheck disable=SC2086 # a list of names
  apt install -y --no-install-recommends $missing
}

configure() {
  local stamp
  # ninja itself reruns CMake when a CMakeLists.txt changes; this is for what ninja does not see.
  stamp=$({ cat "$env/stamp" CMakePresets.json; echo "${CC:-} ${CXX:-} ${CFLAGS:-} ${CXXFLAGS:-} ${LDFLAGS:-}"; } | sha256sum)
  [ -f "$build/build.ninja" ] && [ "$(cat "$build/stamp" 2>/dev/null)" = "$stamp" ] && return
  say "configuring build/"
  "$env/bin/cmake" --preset release --fresh >"$build/configure.log" 2>&1 || {
    cat "$build/configure.log" >&2
    die "CMake failed (its output is above, and in $build/configure.log)"
  }
  echo "$stamp" >"$build/stamp"
}

run_build=1 tests=
while :; do
  case ${1:-} in
    --no-build) run_build=0 ;;
    --tests) tests=1 ;;
    *) break ;;
  esac
  shift
done

mkdir -p "$build"
exec 9>"$build/.lock"
flock -n 9 || { say "waiting for another setup.sh in this tree"; flock 9; }

[ -n "${NNC_NO_PACKAGES:-}" ] || install_packages
tools/make-env.sh "$env" tools/requirements.txt
configure
if [ "$run_build" = 1 ]; then
  # Silent when there is nothing to do.
  "$env/bin/ninja" -C "$build" -n "$@" 9>&- | grep -q 'no work to do' || say "building"
  "$env/bin/ninja" -C "$build" --quiet "$@" 9>&- || die "the build failed"
fi
