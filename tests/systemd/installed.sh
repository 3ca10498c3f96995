#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# installed.sh BUILD_DIR COMMAND…: runs the command where the build is what is installed below /usr/local. Needs root.
set -euo pipefail

build=$(readlink -f "$1")
shift
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
DESTDIR=$stage cmake --install "$build" >"$stage.log" || {
  cat "$stage.log"
  exit 1
}
rm "$stage.log"
# shellcheck disable=SC2016 # for the inner shell
unshare --mount --propagation private -- bash -c 'mount --bind "$0/usr/local" /usr/local && exec "$@"' "$stage" "$@"
