#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# seats.sh POISED PEOPLE [SECONDS]: what so many people on one machine cost, each with a home, a bus and a daemon of
# their own. They share one X server and one keyboard, so that all type at once, which is the worst that can be; what
# the X server itself costs is not counted. SECONDS is the length of a window, 60 unless given.
set -euo pipefail

poised=$(readlink -f "$1")
poisectl=${poised%/*}/poisectl
people=$2
window=${3:-60}
dir=$(mktemp -d)
started=()
clean_up() {
  local pid
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$dir"
}
trap clean_up EXIT

exec 3<> <(:)
pause() { read -rt "$1" -u 3 || true; }
unset WAYLAND_DISPLAY XDG_CONFIG_HOME XDG_STATE_HOME XDG_DATA_HOME NOTIFY_SOCKET
export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent/system-bus

mkfifo "$dir/display"
Xvfb -displayfd 4 -screen 0 1280x800x24 -nolisten tcp -maxclients 512 4>"$dir/display" 2>/dev/null &
started+=($!)
read -r number <"$dir/display"
export DISPLAY=:$number

# The words that run a command as person N.
session_of() {
  session=(env HOME="$dir/$1" XDG_RUNTIME_DIR="$dir/$1/run" DBUS_SESSION_BUS_ADDRESS="unix:path=$dir/$1/run/bus")
}
as() {
  session_of "$1"
  shift
  "${session[@]}" "$@"
}
sees_input() { as "$1" "$poisectl" status --json 2>/dev/null | grep -q '"id": "x11"'; }

for ((n = 1; n <= people; n++)); do
  mkdir -p "$dir/$n/.local/state/poised"
  mkdir -m 700 "$dir/$n/run"
  echo '{"schema": 1, "welcomed": true}' >"$dir/$n/.local/state/poised/state.json"
  session_of "$n"
  "${session[@]}" dbus-daemon --session --address="unix:path=$dir/$n/run/bus" --nofork --nopidfile 2>/dev/null &
  started+=($!)
  until [[ -S $dir/$n/run/bus ]]; do pause 0.02; done
  "${session[@]}" POISED_COST="$dir" "$poised" 2>>"$dir/log" &
  started+=($!)
done
deadline=$((SECONDS + 30 + 2 * people))
for ((n = 1; n <= people; n++)); do
  until sees_input "$n"; do
    ((SECONDS < deadline)) || {
      cat "$dir/log" >&2
      echo "seats: person $n: the daemon does not see input" >&2
      exit 1
    }
    pause 0.1
  done
done

processes() { grep -lzsx -- "POISED_COST=$dir" /proc/[0-9]*/environ | cut -d/ -f3; }
mapfile -t pids < <(for pid in $(processes); do [[ $(readlink "/proc/$pid/exe") == "$poised" ]] && echo "$pid"; done)
((${#pids[@]} >= people)) || {
  echo "seats: ${#pids[@]} processes for $people people" >&2
  exit 1
}
memory() { # FIELD, in MB
  local pid
  for pid in "${pids[@]}"; do cat "/proc/$pid/smaps_rollup"; done |
    awk -v field="$1:" '$1 == field { sum += $2 } END { printf "%.1f", sum / 1024 }'
}
processor_ns() {
  local pid
  for pid in "${pids[@]}"; do cat "/proc/$pid"/task/*/schedstat 2>/dev/null || true; done |
    awk '{ sum += $1 } END { printf "%.0f", sum }'
}
measure() { # ms a minute over the window
  local before after
  before=$(processor_ns)
  pause "$window"
  after=$(processor_ns)
  awk -v ns="$((after - before))" -v window="$window" 'BEGIN { printf "%.0f", ns * 60 / window / 1e6 }'
}

pause 20 # for what runs only after a start
started_ms=$(($(processor_ns) / 1000000))
(while xdotool key shift; do pause 0.2; done) &
typing=$!
started+=("$typing")
pause 2
busy=$(measure)
kill "$typing"
pause 150 # until idleness was noticed
idle=$(measure)
((busy > 0)) || {
  echo "seats: typing costs nothing: it was not seen" >&2
  exit 1
}
printf '| people | processes | PSS, MB | anonymous, MB | ms of processor to start | a minute, all typing | a minute, nobody there |\n'
printf '|---|---|---|---|---|---|---|\n'
printf '| %s | %s | %s | %s | %s | %s | %s |\n' "$people" "${#pids[@]}" "$(memory Pss)" "$(memory Anonymous)" "$started_ms" "$busy" "$idle"
