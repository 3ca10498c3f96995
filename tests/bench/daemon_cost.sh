#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# daemon_cost.sh POISED [SECONDS]: what a running daemon and its plugins cost, in memory, wake-ups and processor time,
# in a session of their own with nobody there, then with somebody typing. The window is 60 seconds unless given.
set -euo pipefail

poised=$(readlink -f "$1")
window=${2:-60}
settle=45 # for what runs on demand to end
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
# A line a thread: its name, voluntary wake-ups so far, nanoseconds on a processor so far.
threads() {
  local pid task
  for pid in $(processes); do
    for task in "/proc/$pid"/task/*; do
      awk -v task="$task" '/^voluntary_ctxt/ { woken = $2 } FILENAME ~ /schedstat/ { used = $1 }
        END { print task, woken, used }' "$task/status" "$task/schedstat" 2>/dev/null || true
    done
  done
}
# Threads that come or go within the window do not count.
measure() { # LABEL
  threads >"$dir/before"
  pause "$window"
  threads >"$dir/after"
  awk -v label="$1" -v window="$window" '
    NR == FNR { woken[$1] = $2; used[$1] = $3; next }
    $1 in woken { wakeups += $2 - woken[$1]; time += $3 - used[$1] }
    END { printf "%-24s %8.1f wake-ups/min %8.2f ms/min of processor\n", label, wakeups * 60 / window, time * 60 / window / 1e6 }
  ' "$dir/before" "$dir/after"
}

printf '%-24s %8d\n' "processes" "$(processes | wc -l)"
printf '%-24s %8d ms\n' "start to first answer" "$ready_ms"
printf '%-24s %8d kB\n' "PSS" "$(memory Pss)" "anonymous memory" "$(memory Anonymous)"
measure "nobody there"
(while xdotool key shift; do pause 0.2; done) &
children+=($!)
pause 2
measure "five keys a second"
kill -0 "${children[-1]}" || {
  echo "daemon_cost: xdotool: the typing ended before its time" >&2
  exit 1
}
