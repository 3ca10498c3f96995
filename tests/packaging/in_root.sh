#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# in_root.sh ROOT COMMAND…: runs the command in a copy of this checkout that has a build directory of its own, on another
# system's files. Needs root.
set -euo pipefail

root=$(readlink -f "$1")
shift
build=${root%/*}/build
mkdir -p "$build" "$root/src" "${CCACHE_DIR:=$HOME/.cache/ccache}"
# shellcheck disable=SC2016 # for the inner shell
exec unshare --mount --propagation private --pid --fork --kill-child -- bash -euc '
  root=$1 build=$2 cache=$3
  shift 3
  mount --bind "$root" "$root"
  mount --rbind /dev "$root/dev"
  mount --rbind /sys "$root/sys"
  mount -t proc proc "$root/proc"
  mount -t tmpfs tmpfs "$root/run"
  mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
  mount --bind . "$root/src"
  mount --bind "$build" "$root/src/build"
  mkdir -p "$root/root/.cache/ccache"
  mount --bind "$cache" "$root/root/.cache/ccache"
  # Not chroot, in which neither user namespaces nor containers can be made.
  cd "$root"
  pivot_root . .
  umount --lazy .
  exec env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive sh -c "systemd-machine-id-setup 2>/dev/null; cd /src && exec \"\$@\"" - "$@"' - "$root" "$build" "$CCACHE_DIR" "$@"
