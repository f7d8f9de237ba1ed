#!/usr/bin/env bash
# Completes lines in bash as readline would have them: without bash-completion, by the function alone.
#   bash.sh PROGRAM SCRIPTS
set -uo pipefail
program=$1 scripts=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export XDG_CONFIG_HOME=$work/config
mkdir -p bin "a folder"
touch "a file.txt" 'z;touch owned.txt'
ln -s "$program" bin/skillrun
PATH=$work/bin:$PATH
printf 'version = "1"\n[skills.tool.docker]\nimage = "busybox"\n[skills.tool.instances.fast]\n' >skillrun.toml

# shellcheck source=/dev/null
source "$scripts/skillrun.bash"
faults=0

# expect LINE WORD...: what the line, typed up to its end, is completed with. The words are parted as readline parts them.
expect() {
  COMP_LINE=$1 COMP_POINT=${#1}
  shift
  mapfile -t COMP_WORDS < <(grep -oE '[=:@]+|[^[:blank:]=:@]+' <<<"$COMP_LINE")
  [[ $COMP_LINE == *[[:blank:]] ]] && COMP_WORDS+=("")
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  COMPREPLY=()
  _skillrun skillrun
  local found expected
  found=$(printf '%s|' "${COMPREPLY[@]}")
  expected=$(printf '%s|' "$@")
  [ "$found" = "$expected" ] && return
  echo "bash: '$COMP_LINE' gives $found instead of $expected" >&2
  faults=$((faults + 1))
}

expect 'skillrun sche' schema
expect 'skillrun --color ' auto always never
expect 'skillrun --color=al' always
expect 'skillrun --color=' auto always never
expect 'skillrun list --format=j' json
expect 'skillrun rules privileged' privileged privileged-port
expect 'skillrun tool@' fast
expect 'skillrun tool@fa' fast
expect 'skillrun   run   too' tool
expect 'skillrun policy show res' restricted
expect 'skillrun --log-file a' 'a folder' 'a file.txt'
expect 'skillrun run --workdir a' 'a folder'
expect 'skillrun tool a' 'a folder' 'a file.txt'
expect 'skillrun tool z' 'z;touch owned.txt'
[ ! -e owned.txt ] || { echo "bash: a file's name was run" >&2; faults=1; }
[ "$(complete -p skillrun)" = 'complete -F _skillrun skillrun' ] || faults=1
[ $faults -eq 0 ]
