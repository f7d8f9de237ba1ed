#!/usr/bin/env bash
# Runs a test of schemas where node, the validators and the other tools that it needs are there; says why where they are
# not.
#   run.sh TEST PROGRAM MODULES [TOOL...]    MODULES: the node_modules that `npm ci` made of package.json
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
test=$1 program=$2 modules=$3
shift 3

skip() {
  echo "schema: $*" >&2
  [ "${CI:-}" = true ] && exit 1
  exit 77
}

for tool in node "$@"; do
  command -v "$tool" >/dev/null || skip "$tool is not installed"
done
cmp -s "$here/package-lock.json" "$modules/../package-lock.json" ||
  skip "the validators are not installed: scripts/test does it"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The tests' own folder does not hold skillrun's own: a skill does not get those with its working directory.
mkdir "$work/tests"
NODE_PATH=$modules XDG_CONFIG_HOME=$work/config NO_COLOR=1 node "$here/$test.cjs" "$program" "$here/../.." "$work/tests"
