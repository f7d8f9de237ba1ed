#!/usr/bin/env bash
# Installs a build into a folder of its own and builds the consumer against it, both ways.
#   run.sh BUILD_FOLDER WORK_FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$1 work=$2
compiler=${CXX:-g++}

fail() {
  echo "consumer: $*" >&2
  exit 1
}

expect() {  # expect STATUS PATTERN PROGRAM MANIFEST
  local status=0 output
  output=$("$3" <<<"$4") || status=$?
  [ "$status" -eq "$1" ] || fail "$3 ended with $status, not $1: $output"
  grep -q "$2" <<<"$output" || fail "$3 did not print '$2' but: $output"
}

check() {
  expect 0 ': admitted$' "$1" 'version = "1"
[skills.echo]
runtime = "docker"
[skills.echo.docker]
image = "busybox:1.36"
memory = "64m"
cpus = "1"'
  expect 1 '^error privileged bad 6 ' "$1" 'version = "1"
[skills.bad]
runtime = "docker"
[skills.bad.docker]
image = "busybox:1.36"
extra_args = ["--privileged"]'
  expect 2 'memry' "$1" 'version = "1"
[skills.typo.docker]
image = "busybox:1.36"
memry = "64m"'
}

rm -rf "$work"
mkdir -p "$work"
cmake --install "$build" --prefix "$work/first" >"$work/install.log"
# An installation that is moved must still work.
mv "$work/first" "$work/prefix"

cmake -S "$here" -B "$work/cmake" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_CXX_COMPILER="$compiler" \
  >"$work/configure.log"
cmake --build "$work/cmake" >"$work/build.log" || fail "the CMake consumer does not build: $(tail -n 30 "$work/build.log")"
check "$work/cmake/check"
"$work/cmake/probe" >"$work/probe.log" || fail "the runtime consumer found no place to look for engines"

pkgconfig=$(dirname "$(find "$work/prefix" -name skillrun-policy.pc)")
flags() { PKG_CONFIG_PATH=$pkgconfig pkg-config "$@"; }
# shellcheck disable=SC2046 # the flags are words
"$compiler" -std=c++23 "$here/main.cpp" $(flags --cflags --libs skillrun-policy) -o "$work/check-pkgconfig"
check "$work/check-pkgconfig"
# shellcheck disable=SC2046
"$compiler" -std=c++23 "$here/probe.cpp" $(flags --cflags --libs skillrun-runtime) -o "$work/probe-pkgconfig"
"$work/probe-pkgconfig" >>"$work/probe.log"

# The shared library, which needs no flags of any other.
[ "$(readelf -d "$work"/prefix/lib*/libskillrun.so "$work"/prefix/lib/*/libskillrun.so 2>/dev/null |
  sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')" = libskillrun.so.0 ] || fail "the shared library has another soname"
# shellcheck disable=SC2046
"$compiler" -std=c++23 "$here/main.cpp" $(flags --cflags --libs skillrun) -o "$work/check-shared"
LD_LIBRARY_PATH=$(dirname "$pkgconfig") check "$work/check-shared"
LD_LIBRARY_PATH=$(dirname "$pkgconfig") check "$work/cmake/check-shared"
# Names of its own and nothing else: no other library's, no standard template made of anything.
shared=$(dirname "$pkgconfig")/libskillrun.so
foreign=$(nm -DC --defined-only "$shared" | cut -d' ' -f3- |
  grep -vE '^((vtable|typeinfo|typeinfo name) for )?skillrun::v0::' || true)
[ -z "$foreign" ] || fail "the shared library shows what is not its own: $foreign"
[ "$(nm -DC --defined-only "$shared" | wc -l)" -lt 400 ] || fail "the shared library shows more than its interface"
nm -DC --defined-only "$shared" | grep ' skillrun::v0::check(' >/dev/null || fail "the shared library does not show check()"
# What a static library defines for good would clash with the same library in the program that links it.
for archive in "$(dirname "$pkgconfig")"/libskillrun_*.a; do
  foreign=$(nm -C --defined-only "$archive" 2>/dev/null | grep -E ' [TDBR] ' | grep -v 'skillrun::' || true)
  [ -z "$foreign" ] || fail "$archive defines what is not its own: $foreign"
done

"$work/prefix/bin/skillrun" version >/dev/null || fail "the installed program does not start"
(cd / && "$work/prefix/bin/skillrun" list) | grep -q ffmpeg || fail "the installed program does not find its manifests"
for file in share/skillrun/policies/baseline.yaml share/skillrun/manifests/jq.toml \
  share/skillrun/schemas/manifest.json share/bash-completion/completions/skillrun share/zsh/site-functions/_skillrun \
  share/man/man1/skillrun.1 share/fish/vendor_completions.d/skillrun.fish share/doc/skillrun/README.md; do
  [ -f "$work/prefix/$file" ] || fail "not installed: $file"
done
if grep -rlE 'boost|toml\+\+|yaml-cpp' "$work/prefix/include"; then
  fail "a public header names a third-party library"
fi
