#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Busy times of seven days in calendars of 10 000 and 100 000 events: poisectl beside khal and a plain loop over
# libical, in one run. usage: tests/bench/calendar.sh [BIN_DIR]. Peers that are not installed are left out, and said so.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
bin=$(readlink -f "${1:-$here/../../build/dev/bin}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

measure() { # NAME COMMAND…: seconds and peak memory
  local name=$1
  shift
  /usr/bin/time -o time -f '%e s %M kB' "$@" >out 2>/dev/null || true
  printf '%-28s %s\n' "$name" "$(cat time)"
}

have_libical=
if pkg-config --exists libical 2>/dev/null; then
  read -ra flags < <(pkg-config --cflags --libs libical)
  cc -O2 "$here/calendar_libical.c" -o libical_loop "${flags[@]}" && have_libical=yes
fi
for events in 10000 100000; do
  python3 "$here/calendar_text.py" "$events" "$events.ics"
  echo "$events events, $(stat -c %s "$events.ics") bytes"
  for _ in 1 2 3; do
    measure '  poisectl calendar busy' "$bin/poisectl" calendar busy --tz UTC \
      --from 2026-11-21 --to 2026-11-28 "$events.ics"
  done
  if [[ $have_libical ]]; then
    measure '  libical, loop over rules' ./libical_loop "$events.ics" 1795219200 1795824000
  else
    echo '  libical: not installed'
  fi
done
if command -v khal >/dev/null; then
  mkdir -p vdir
  cp 10000.ics all.ics
  python3 - <<'SPLIT'
text = open("all.ics", encoding="utf-8", newline="").read()
head, *events = text.split("BEGIN:VEVENT")
for number, event in enumerate(events):
    event = event.split("END:VEVENT")[0]
    with open(f"vdir/{number}.ics", "w", encoding="utf-8", newline="") as file:
        file.write(f"{head}BEGIN:VEVENT{event}END:VEVENT\r\nEND:VCALENDAR\r\n")
SPLIT
  printf '[calendars]\n[[all]]\npath = %s/vdir\n[locale]\ndateformat = %%Y-%%m-%%d\nlongdateformat = %%Y-%%m-%%d\n' \
    "$work" >khal.conf
  export XDG_DATA_HOME=$work/data XDG_CACHE_HOME=$work/cache
  measure '  khal, 10000, cold' khal -c khal.conf list 2026-11-21 7d
  measure '  khal, 10000, warm' khal -c khal.conf list 2026-11-21 7d
else
  echo '  khal: not installed'
fi
