#!/usr/bin/env bash
# The script of fish is read, and completes lines.
#   fish.sh PROGRAM SCRIPTS
set -euo pipefail
program=$1 scripts=$2
command -v fish >/dev/null || { echo "fish is not installed" >&2; [ "${CI:-}" = true ] && exit 1; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fish -n "$scripts/skillrun.fish"
mkdir -p "$work/bin" "$work/a folder"
touch "$work/a file.txt"
ln -s "$program" "$work/bin/skillrun"
export PATH=$work/bin:$PATH XDG_CONFIG_HOME=$work HOME=$work
cd "$work"

# expect LINE WORD...: the completions begin with these words.
expect() {
  local line=$1 found word
  shift
  found=$(fish --no-config -c "source '$scripts/skillrun.fish'; complete -C '$line'" | cut -f 1)
  for word in "$@"; do
    grep -qxF -e "$word" <<<"$found" || { echo "fish: '$line' does not give '$word' but: $found" >&2; exit 1; }
  done
}

expect 'skillrun ' run schema completion jq
expect 'skillrun rules priv' privileged privileged-port
expect 'skillrun --color ' auto always never
expect 'skillrun --color=al' --color=always
expect 'skillrun policy show ' baseline restricted
expect 'skillrun run --pull ' missing always never
expect 'skillrun run --workdir a' 'a folder/'
expect 'skillrun jq a' 'a file.txt'
