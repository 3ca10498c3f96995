#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cost.sh [--peers] POISED [SECONDS]: what an installed daemon and its plugins cost, with --peers beside other break
# reminders. One after another, under the same conditions: a home, bus, X server, window manager and notification
# server of their own, the program's own defaults, five keys a second and then nobody there. SECONDS is the length of a
# window, 60 unless given.
set -euo pipefail

peers=no
[[ $1 == --peers ]] && {
  peers=yes
  shift
}
poised=$(readlink -f "$1")
poisectl=${poised%/*}/poisectl
window=${2:-60}
settle=20   # after a start, for what runs only then
steady=330 # without input, until idleness was noticed and the screen session has ended
dir=$(mktemp -d)
session=()
end_session() {
  local pid
  for pid in "${session[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
  session=()
}
trap 'end_session; rm -rf "$dir"' EXIT

exec 3<> <(:)
pause() { read -rt "$1" -u 3 || true; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }
wait_until() { # COMMAND…: at most 20 s
  local deadline=$((SECONDS + 20))
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || {
      echo "cost: $*: not so within 20 s" >&2
      exit 1
    }
    pause 0.005
  done
}

unset WAYLAND_DISPLAY XDG_CONFIG_HOME XDG_STATE_HOME XDG_DATA_HOME NOTIFY_SOCKET
begin_session() { # NAME
  # What is written for the measurement is written elsewhere: whatever changes in a home is for programs to see.
  home=$dir/$1 notes=$dir/$1.notes
  export HOME=$home XDG_RUNTIME_DIR=$home/run
  mkdir -p "$home" "$notes"
  mkdir -m 700 "$XDG_RUNTIME_DIR"
  export DBUS_SESSION_BUS_ADDRESS=unix:path=$XDG_RUNTIME_DIR/bus
  mkfifo "$notes/display"
  dbus-daemon --session --address="$DBUS_SESSION_BUS_ADDRESS" --nofork --nopidfile 2>"$notes/bus.log" &
  session+=($!)
  Xvfb -displayfd 4 -screen 0 1280x800x24 -nolisten tcp 4>"$notes/display" 2>"$notes/x.log" &
  session+=($!)
  local number
  read -r number <"$notes/display"
  export DISPLAY=:$number
  wait_until test -S "$XDG_RUNTIME_DIR/bus"
  openbox >/dev/null 2>&1 &
  session+=($!)
  dunst 2>/dev/null &
  session+=($!)
  wait_until dunstctl count
}
begin_typing() {
  (while xdotool key shift; do pause 0.2; done) &
  typing=$!
}
end_typing() {
  kill "$typing" || {
    echo "cost: xdotool: the typing ended before its time" >&2
    exit 1
  }
  wait "$typing" || true
}

# Every process of the program, whatever it started.
processes() { grep -lzsx -- "POISED_COST=$home" /proc/[0-9]*/environ | cut -d/ -f3; }
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
# Wake-ups and ms of processor a minute. Threads that come or go within the window do not count.
measure() {
  threads >"$notes/before"
  pause "$window"
  threads >"$notes/after"
  awk -v window="$window" '
    NR == FNR { woken[$1] = $2; used[$1] = $3; next }
    $1 in woken { wakeups += $2 - woken[$1]; time += $3 - used[$1] }
    END { printf "%.1f|%.2f", wakeups * 60 / window, time * 60 / window / 1e6 }
  ' "$notes/before" "$notes/after"
}

answers() { "$poisectl" status --json; }
# NAME READY COMMAND…: one line of the table.
measure_program() {
  local name=$1 ready=$2 start typed idle
  shift 2
  start=$(now_ms)
  POISED_COST=$home "$@" >"$notes/log" 2>&1 &
  session+=($!)
  # shellcheck disable=SC2086 # a command and its words
  [[ $ready == - ]] || wait_until $ready
  ready=$([[ $ready == - ]] && echo - || echo $(($(now_ms) - start)))
  pause "$settle"
  begin_typing
  pause 2
  typed=$(measure)
  end_typing
  pause "$steady"
  idle=$(measure)
  printf '| %s | %s | %.1f | %.2f | %s | %s | %s | %s | %s |\n' "$name" "$(processes | wc -l)" \
    "$(memory Pss)e-3" "$(memory Anonymous)e-3" "$ready" "${typed%|*}" "${idle%|*}" "${typed#*|}" "${idle#*|}"
}

begin_session poised
mkdir -p "$home/.local/state/poised"
echo '{"schema": 1, "welcomed": true}' >"$home/.local/state/poised/state.json"
echo "| program | processes | PSS, MB | anonymous, MB | ready, ms | wake-ups a minute, typing | idle | ms of processor a minute, typing | idle |"
echo "|---|---|---|---|---|---|---|---|---|"
measure_program poised answers "$poised"

# From the request on the bus to the notification server's answer, with the notification plugin started for it.
dbus-monitor --profile >"$notes/bus.profile" 2>/dev/null &
session+=($!)
wait_until grep -q NameAcquired "$notes/bus.profile"
"$poisectl" take stretch >/dev/null
wait_until grep -q $'\tNotify$' "$notes/bus.profile"
latency=$(awk -F'\t' '$NF == "Take" { from = $2 } $NF == "Notify" && !to { to = $2 } END { printf "%.0f", (to - from) * 1000 }' "$notes/bus.profile")
end_session

if [[ $peers == yes ]]; then
  begin_session workrave
  measure_program Workrave - workrave
  end_session
  begin_session safeeyes
  measure_program "Safe Eyes" - safeeyes
  end_session
fi
printf '\nA prompt was with the notification server %s ms after it was asked for, its plugin started for it.\n' "$latency"
