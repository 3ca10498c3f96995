#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# verify_unit.sh [--system] UNIT…: systemd has nothing to say against the units. systemd-analyze returns 0 for unknown keys and
# bad values, so what it prints counts. The program need not be installed for this.
set -euo pipefail

whose=--user
[[ $1 == --system ]] && {
  whose=--system
  shift
}

scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT
status=0
for unit in "$@"; do
  copy=$scratch/${unit##*/}
  sed "s|^ExecStart=.*|ExecStart=$(type -P true)|" "$unit" >"$copy"
  complaints=$(XDG_RUNTIME_DIR=$scratch systemd-analyze $whose --man=no verify "$copy" 2>&1) || status=1
  if [[ -n $complaints ]]; then
    printf 'unit: %s: %s\n' "$unit" "$complaints" >&2
    status=1
  fi
done
exit "$status"
