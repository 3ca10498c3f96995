#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# unit_test.sh BUILD_DIR: installs the build and lets a real systemd user manager run it as a person's session would.
# Needs root; everything happens in mount, cgroup and process namespaces of its own and ends with them.
set -euo pipefail

build=$(readlink -f "$1")
inner=$(readlink -f "$(dirname "$0")")/unit_test_inner.sh

stage=$(mktemp -d)
cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
cgroup=$cgroups/poised-unit-test.$$
clean_up() {
  # The processes of the namespace are gone, but the kernel may take a moment over their groups.
  while read -r group; do
    rmdir "$group" 2>/dev/null || true
  done < <(find "$cgroup" -depth -type d 2>/dev/null)
  rm -rf "$stage"
}
trap clean_up EXIT

DESTDIR=$stage cmake --install "$build" >"$stage.log" || {
  cat "$stage.log"
  exit 1
}
rm "$stage.log"
mkdir "$cgroup"
(
  echo "$BASHPID" >"$cgroup/cgroup.procs"
  exec unshare --mount --cgroup --pid --fork --kill-child --mount-proc -- bash "$inner" "$stage"
)
