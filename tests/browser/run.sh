#!/usr/bin/env bash
# Runs the test of the HTML report where node and chromium are there; says why where they are not.
#   run.sh PROGRAM
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$1

skip() {
  echo "browser: $*" >&2
  [ "${CI:-}" = true ] && exit 1
  exit 77
}

command -v node >/dev/null || skip "node is not installed"
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
  skip "chromium is not installed: scripts/test does it"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
HOME=$work XDG_CONFIG_HOME=$work/config NO_COLOR=1 node "$here/lint_page_test.cjs" "$program" "$browser" "$work"
