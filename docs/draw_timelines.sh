#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Prints docs/rules.md with each timeline as `poisectl simulate` draws it today. A timeline is the
# block after a line "<!-- simulate ARGUMENTS -->"; file names in ARGUMENTS are those of docs/rules.
#   docs/draw_timelines.sh POISECTL >new.md && mv new.md docs/rules.md
set -euo pipefail
poisectl=$(realpath "$1")
cd "$(dirname "$0")/rules"

draw() {
  local arguments
  read -ra arguments <<<"$1"
  # Without the table, where a timeline stands before it.
  "$poisectl" simulate --tz Europe/Berlin "${arguments[@]}" |
    awk '/^In all/ && told { exit } { told = 1; lines[++n] = $0 } END {
      while (n && lines[n] == "") --n
      for (i = 1; i <= n; ++i) print lines[i]
    }'
}

block=none
while IFS= read -r line; do
  case $block in
    none) printf '%s\n' "$line" ;;
    begins) [[ $line == '```'* ]] && block=old ;;
    old) [[ $line == '```' ]] && block=none ;;
  esac
  if [[ $line =~ ^'<!-- simulate '(.*)' -->'$ ]]; then
    printf '```text\n'
    draw "${BASH_REMATCH[1]}"
    printf '```\n'
    block=begins
  fi
done <../rules.md
[[ $block == none ]] || {
  echo "draw_timelines: rules.md: a timeline does not end" >&2
  exit 1
}
