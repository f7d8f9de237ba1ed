#!/usr/bin/env bash
# The manual page has no fault that mandoc knows.
#   check.sh PAGE
set -euo pipefail
command -v mandoc >/dev/null || { echo "mandoc is not installed" >&2; [ "${CI:-}" = true ] && exit 1; exit 77; }
# A date would say when the page was made, not what it describes: the version stands there.
faults=$(mandoc -T lint -W warning "$1" | grep -v 'missing date' || true)
[ -z "$faults" ] || { echo "$faults" >&2; exit 1; }
page=$(mandoc -T ascii "$1" | sed 's/.\x08//g')
for word in NAME SYNOPSIS 'GLOBAL OPTIONS' COMMANDS 'EXIT STATUS' ENVIRONMENT FILES EXAMPLES --result-file; do
  grep -qF -e "$word" <<<"$page" || { echo "the page has no $word" >&2; exit 1; }
done
