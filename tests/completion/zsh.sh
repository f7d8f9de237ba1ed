#!/usr/bin/env bash
# The script of zsh is read, and completes a line in a zsh of its own.
#   zsh.sh PROGRAM SCRIPTS
set -euo pipefail
program=$1 scripts=$2
command -v zsh >/dev/null || { echo "zsh is not installed" >&2; [ "${CI:-}" = true ] && exit 1; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
zsh -n "$scripts/skillrun.zsh"
mkdir -p "$work/bin" "$work/functions"
ln -s "$program" "$work/bin/skillrun"
cp "$scripts/skillrun.zsh" "$work/functions/_skillrun"
cat >"$work/complete.zsh" <<'EOF'
zmodload zsh/zpty
zpty shell zsh -f -i
send() { zpty -w shell $1; }
send "PROMPT= RPROMPT=; cd $1; PATH=$1/bin:\$PATH XDG_CONFIG_HOME=$1; fpath=($1/functions \$fpath)"
send 'autoload -Uz compinit; compinit -u -D; setopt no_auto_menu; LISTMAX=1000'
send 'print READ"Y"'
local out
zpty -r -m shell out '*READY*'

# complete LINE WORD: waits until the completed line shows the word; a line that is not completed never does.
complete_line() {
  zpty -w -n shell $'\C-a\C-k'"$1"$'\t'
  zpty -r -m shell out "*$2*"
  print -r -- "completed $2"
}
complete_line 'skillrun rules root-us' root-user
complete_line 'skillrun schema mani' manifest
complete_line 'skillrun --color=nev' never
complete_line 'skillrun shellch' shellcheck
EOF
timeout 45 zsh -f "$work/complete.zsh" "$work" >"$work/out" 2>&1 || true
for word in root-user manifest never shellcheck; do
  grep -qx "completed $word" "$work/out" || { echo "zsh: no '$word' in:"; cat -v "$work/out"; exit 1; } >&2
done
