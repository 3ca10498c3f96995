#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# repack.sh VERSION DIRECTORY PACKAGE.deb…: the same packages under another version, also inside of the programs, where
# it has to be as long as theirs. What a release is to those who have the one before.
set -euo pipefail

version=$1 out=$2
shift 2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for package in "$@"; do
  before=$(dpkg-deb --field "$package" Version)
  [[ ${#before} == "${#version}" ]] || {
    echo "repack: $version is not as long as $before" >&2
    exit 1
  }
  rm -rf "$scratch/tree"
  dpkg-deb --raw-extract "$package" "$scratch/tree"
  { grep -rlF --null "$before" "$scratch/tree" || true; } |
    xargs -0r sed -i "s/${before//./\\.}/$version/g"
  dpkg-deb --build --root-owner-group -Znone "$scratch/tree" "$out" >/dev/null
done
