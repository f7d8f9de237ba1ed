#!/usr/bin/env bash
# Runs the test of the JSON Schemas where node and the validator are there; says why where they are not.
#   run.sh PROGRAM MODULES    MODULES: the node_modules that `npm ci` made of package.json
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$1 modules=$2

skip() {
  echo "schema: $*" >&2
  [ "${CI:-}" = true ] && exit 1
  exit 77
}

command -v node >/dev/null || skip "node is not installed"
[ -d "$modules/ajv" ] || skip "the validator is not installed: scripts/test does it"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
NODE_PATH=$modules XDG_CONFIG_HOME=$work/config NO_COLOR=1 node "$here/schema_test.cjs" "$program" "$here/../.." "$work"
