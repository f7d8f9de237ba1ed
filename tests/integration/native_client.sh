#!/bin/sh
# Stands in for an engine's own client where the engine is skillrun's: what the integration tests ask of docker's client,
# from the folders of the native engine and its own commands. What it does not know it refuses.
set -eu

runs=/run/skillrun/native
native() { "$SKILLRUN_PROGRAM" --engine native "$@"; }

# The ids of containers, a line each.
list_containers() {
  for note in "$runs"/*/container.json; do
    [ -e "$note" ] || continue
    sed -E 's/^\{"id":"([0-9a-f]+)".*/\1/' "$note"
    echo
  done | sed '/^$/d'
}

# How those of them are that stand still.
list_states() {
  for file in /sys/fs/cgroup/freezer/skillrun-*/freezer.state /sys/fs/cgroup/skillrun-*/cgroup.freeze; do
    [ -e "$file" ] || continue
    case $(cat "$file") in FROZEN | 1) echo Paused ;; *) echo Up ;; esac
  done
}

# The files of the store that say what a name means.
names_of() { grep -lF "\"name\":\"$1\"" "$SKILLRUN_STORE"/names/* 2>/dev/null || true; }

case "$*" in
  "ps --all --quiet --no-trunc") list_containers ;;
  "ps --all --format {{.Status}}") list_states ;;
  "rm --force "*) native gc >/dev/null ;;
  "rmi --force "*) names_of "$3" | xargs -r rm -f ;;
  "image inspect --format {{.Id}} "*)
    file=$(names_of "$5")
    [ -n "$file" ] && sed -E 's/.*"image":"([^"]+)".*/\1/' "$file"
    ;;
  "volume ls --quiet") ls "$SKILLRUN_STORE/volumes" 2>/dev/null || true ;;
  "volume rm --force "*) rm -rf "$SKILLRUN_STORE/volumes/$4" ;;
  "volume create "*)
    for name in "$@"; do :; done
    mkdir -p "$SKILLRUN_STORE/volumes/$name/_data"
    case $3 in --label=*) label=${3#--label=} ;; *) label= ;; esac
    printf '{"labels":{%s}}' "${label:+\"${label%%=*}\":\"${label#*=}\"}" >"$SKILLRUN_STORE/volumes/$name/volume.json"
    ;;
  *)
    echo "the native engine has no '$*'" >&2
    exit 3
    ;;
esac
