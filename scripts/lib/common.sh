# shellcheck shell=bash
# Shared by the scripts of this folder; sourced, never run.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

say() { printf '%s\n' "$*" >&2; }
die() {
  say "$(basename "$0"): $*"
  exit 1
}

# Runs a command as root: directly, or through sudo when there is one.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "this step needs root: run it as root, or install sudo"
  fi
}

# The package names of scripts/packages/NAME.txt, comments left out.
packages_of() {
  local name
  for name in "$@"; do
    sed -e 's/#.*//' "$repository/scripts/packages/$name.txt"
  done | tr -s ' \t\n' '\n' | sed '/^$/d'
}

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Installs what is missing of the named lists, and nothing when nothing is missing.
install_packages() {
  command -v apt-get >/dev/null || die "apt-get was not found: install the packages of scripts/packages/ ($*) by hand"
  local missing=() package
  for package in $(packages_of "$@"); do
    installed "$package" || missing+=("$package")
  done
  if [ ${#missing[@]} -eq 0 ]; then
    say "   all packages are there"
    return
  fi
  say "   installing: ${missing[*]}"
  # Tests start an sshd of their own; that of the machine stays off, as Debian's service reads it here.
  case " ${missing[*]} " in
    *" openssh-server "*) as_root install -D -m 0644 /dev/null /etc/ssh/sshd_not_to_be_run ;;
  esac
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 update >&2 ||
    die "apt-get update failed: see the lines above (is there a network?)"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends \
    "${missing[@]}" >&2 </dev/null || die "apt-get could not install: ${missing[*]}"
}

# Waits until a command succeeds: wait_for SECONDS COMMAND...
wait_for() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $deadline ] || return 1
    sleep 0.1
  done
}

ccache_option() {
  if command -v ccache >/dev/null; then
    printf '%s' -DCMAKE_CXX_COMPILER_LAUNCHER=ccache
  fi
}
