#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# daemon_cost.sh POISED [SECONDS]: what a running daemon and its plugins cost, in memory, wake-ups and processor time,
# in a session of their own with nobody there, then with somebody typing. The window is 60 seconds unless given.
set -euo pipefail

poised=$(readlink -f "$1")
window=${2:-60}
settle=10
dir=$(mktemp -d)
marker=POISED_COST=$dir
children=()
clean_up() {
  local pid
  for pid in "${children[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$dir"
}
trap clean_up EXIT

export HOME=$dir XDG_RUNTIME_DIR=$dir/run
unset WAYLAND_DISPLAY XDG_CONFIG_HOME XDG_STATE_HOME NOTIFY_SOCKET
mkdir -m 700 "$XDG_RUNTIME_DIR"
export DBUS_SESSION_BUS_ADDRESS=unix:path=$XDG_RUNTIME_DIR/bus
dbus-daemon --session --address="$DBUS_SESSION_BUS_ADDRESS" --nofork --nopidfile 2>"$dir/bus.log" &
children+=($!)
exec 3<> <(:)
mkfifo "$dir/display"
Xvfb -displayfd 4 -screen 0 1280x800x24 -nolisten tcp 4>"$dir/display" 2>"$dir/x.log" &
children+=($!)
read -r number <"$dir/display"
export DISPLAY=:$number
dunst >"$dir/dunst.log" 2>&1 &
children+=($!)

pause() { read -rt "$1" -u 3 || true; }

start=$(date +%s%N)
env "$marker" "$poised" >"$dir/poised.log" 2>&1 &
children+=($!)
until "${poised%/*}/poisectl" status --json >/dev/null 2>&1; do
  kill -0 "${children[-1]}" || {
    cat "$dir/poised.log" >&2
    exit 1
  }
  pause 0.01
done
ready_ms=$((($(date +%s%N) - start) / 1000000))
pause "$settle"

# The daemon and every process of its plugins.
processes() {
  grep -lzsx -- "$marker" /proc/[0-9]*/environ | cut -d/ -f3
}
memory() { # FIELD of smaps_rollup, in kB
  local pid
  for pid in $(processes); do cat "/proc/$pid/smaps_rollup"; done | awk -v field="$1:" '$1 == field { sum += $2 } END { print sum + 0 }'
}
wakeups() {
  local pid
  for pid in $(processes); do cat "/proc/$pid"/task/*/status; done | awk '/^voluntary_ctxt/ { sum += $2 } END { print sum + 0 }'
}
processor_ns() {
  local pid
  for pid in $(processes); do cat "/proc/$pid"/task/*/schedstat; done | awk '{ sum += $1 } END { printf "%d", sum }'
}
measure() { # LABEL
  local woken used
  woken=$(wakeups)
  used=$(processor_ns)
  pause "$window"
  woken=$(($(wakeups) - woken))
  used=$(($(processor_ns) - used))
  awk -v label="$1" -v woken="$woken" -v used="$used" -v window="$window" \
    'BEGIN { printf "%-24s %8.1f wake-ups/min  %8.2f ms/min of processor\n", label, woken * 60 / window, used * 60 / window / 1e6 }'
}

printf '%-24s %8d\n' "processes" "$(processes | wc -l)"
printf '%-24s %8d ms\n' "start to first answer" "$ready_ms"
printf '%-24s %8d kB\n' "PSS" "$(memory Pss)" "anonymous memory" "$(memory Anonymous)"
measure "nobody there"
(while xdotool key shift mousemove_relative -- 1 0 mousemove_relative -- -1 0; do pause 0.2; done) 2>/dev/null &
children+=($!)
pause 2
measure "five inputs a second"
