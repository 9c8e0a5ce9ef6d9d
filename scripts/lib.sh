# shellcheck shell=bash
# What scripts/build, run, test and .ci/run have in common: one line a step, missing packages, the release build.
# Sourced, never run. It sets `top` and changes no folder: the caller's arguments may be relative.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

step() { printf '%s: %s\n' "${0#"$top"/}" "$*" >&2; }
die() {
  step "$@"
  exit 1
}

# as_root CMD…: run it as root; false when there is no way to. sudo may ask for a password on a terminal only.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}
can_be_root() { [ "$(id -u)" = 0 ] || { command -v sudo && { [ -t 0 ] || sudo -n true; }; } >/dev/null 2>&1; }

# missing ROLE: the packages of packages.txt for ROLE that are not installed, on one line.
missing() {
  local wanted installed
  wanted=$(awk -v role="$1" '$1 == role { print $2 }' "$top/scripts/packages.txt" | sort)
  # shellcheck disable=SC2086,SC2016  # words wanted; the ${…} are dpkg-query's
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
    awk '$1 == "installed" { print $2 }' | sort -u) || true
  comm -23 <(echo "$wanted") <(echo "$installed") | paste -sd' '
}

# install PACKAGE…: quietly, and without starting the services among them, now or at the next boot.
install() {
  local log policy='' service
  log=$(mktemp)
  # Maintainer scripts ask /usr/sbin/policy-rc.d before they start anything; 101 is "no". One that exists is left alone.
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    policy=/usr/sbin/policy-rc.d
    # shellcheck disable=SC2064  # the value of now
    trap "as_root rm -f $policy" EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
  fi
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 --no-install-recommends)
  if ! as_root "${apt[@]}" install "$@" >"$log" 2>&1 </dev/null; then
    step "apt-get update: the package lists are absent or old"
    as_root "${apt[@]}" update >"$log" 2>&1 </dev/null || true  # a broken source may be one that we do not need
    as_root "${apt[@]}" install "$@" >"$log" 2>&1 </dev/null || die "apt-get install failed: $(grep -m1 '^E:' "$log")"
  fi
  rm -f "$log"
  if [ -n "$policy" ]; then
    as_root rm -f "$policy"
    trap - EXIT
  fi
  for service in redis-server nginx postgresql munge slurmctld slurmd; do
    case " $* " in *" $service "*) as_root /usr/sbin/update-rc.d "$service" disable ;; esac
  done
}

# need ROLE: see to it that ROLE's packages are there. Without test packages the tests still run, and say what they skip.
need() {
  local packages why
  command -v dpkg-query >/dev/null || {
    step "not a Debian: not looking for the packages of scripts/packages.txt ($1)"
    return 0
  }
  packages=$(missing "$1")
  [ -n "$packages" ] || return 0
  if can_be_root; then
    step "installing what $1 needs: $packages"
    # shellcheck disable=SC2086  # words wanted
    install $packages
    return 0
  fi
  why="missing packages, and neither root nor sudo to install them; run as root: apt-get install $packages"
  [ "$1" = test ] || die "$why"
  step "$why"
}

# configure PRESET [-DNAME=VALUE…]: once, and again when the presets have changed, or what is installed: what was missing
# may be there now. Ninja notices other changes by itself.
configure() {
  local folder launcher=() log
  folder=$(build_folder "$1")
  [ ! -e "$folder/build.ninja" ] || [ "$top/CMakePresets.json" -nt "$folder/build.ninja" ] ||
    [ /var/lib/dpkg/status -nt "$folder/build.ninja" ] || return 0
  step "configuring $folder (preset $1)"
  ! command -v ccache >/dev/null || launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  log=$(mktemp)
  (cd "$top" && cmake --preset "$@" "${launcher[@]}") >"$log" 2>&1 || {
    cat "$log" >&2
    die "cmake --preset $1 failed: its words are above"
  }
  touch "$folder/build.ninja"
  rm -f "$log"
}
build_folder() { if [ "$1" = release ]; then echo "$top/build"; else echo "$top/build-$1"; fi; }

# build PRESET TARGET…
build() {
  local preset=$1 quiet=--quiet
  shift
  configure "$preset"
  [ ! -t 2 ] || quiet=
  step "building ${*:-everything} in $(build_folder "$preset"), $(nproc) jobs"
  ninja ${quiet:+"$quiet"} -C "$(build_folder "$preset")" -j "$(nproc)" "$@" >&2
}

# run_ctest FOLDER CTEST-ARGUMENT…: ctest, then why it skipped what it skipped, then ctest's closing lines.
run_ctest() {
  local folder=$1 status=0
  shift
  rm -f "$folder/ctest.xml"
  ctest --test-dir "$folder" --output-on-failure --no-tests=error -j2 --output-junit "$folder/ctest.xml" "$@" 2>&1 \
    </dev/null | tee "$folder/ctest-words.txt" | sed '/% tests passed, /,$d' || status=$?
  if [ -e "$folder/ctest.xml" ]; then
    python3 "$top/scripts/skipped.py" "$folder/ctest.xml" || status=1
  fi
  sed -n '/% tests passed, /,$p' "$folder/ctest-words.txt"
  return "$status"
}
