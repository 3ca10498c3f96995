#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Takes the pictures of this folder: the daemon's own notifications in dunst, and the guide in
# xterm, on a screen of their own. Needs xvfb, dunst, xterm, imagemagick.
#   docs/screenshots/take.sh BUILD_DIRECTORY
set -euo pipefail
build=$(realpath "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exercises=(wall-angel thread-the-needle foam-roller-extension)

work=$(mktemp -d)
chmod 700 "$work"
export HOME=$work XDG_RUNTIME_DIR=$work LC_ALL=C.UTF-8
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_DATA_HOME NO_COLOR WAYLAND_DISPLAY XAUTHORITY
export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent PULSE_SERVER=unix:/nonexistent
processes=()
finish() {
  kill "${processes[@]}" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

exec 3<>"$work/display"
Xvfb -displayfd 3 -screen 0 800x600x24 -nolisten tcp 2>/dev/null &
processes+=($!)
until [[ -s $work/display ]]; do sleep 0.1; done
DISPLAY=:$(<"$work/display")
export DISPLAY
dbus-daemon --session --nofork --print-address=4 4>"$work/bus" 2>/dev/null &
processes+=($!)
until [[ -s $work/bus ]]; do sleep 0.1; done
DBUS_SESSION_BUS_ADDRESS=$(<"$work/bus")
export DBUS_SESSION_BUS_ADDRESS

mkdir -p "$work/.config/dunst" "$work/.config/poised/exercises"
cat >"$work/.config/dunst/dunstrc" <<'END'
[global]
    width = 460
    height = 200
    offset = 20x20
    origin = top-left
    font = DejaVu Sans 11
    format = "<b>%s</b>\n%b"
    markup = full
    icon_position = left
    min_icon_size = 96
    max_icon_size = 128
    padding = 12
    horizontal_padding = 14
    frame_width = 1
    frame_color = "#c0c0c0"
    corner_radius = 8
    progress_bar_height = 8
    progress_bar_frame_width = 0
    progress_bar_max_width = 430
    progress_bar_min_width = 430
    highlight = "#3a7ca5"
    show_indicators = no
[urgency_low]
    background = "#fafafa"
    foreground = "#202020"
    timeout = 0
END
dunst -config "$work/.config/dunst/dunstrc" 2>/dev/null &
processes+=($!)

for id in "${exercises[@]}"; do
  printf '[[routine]]\nid = "only-%s"\nname = "One"\nsummary = "One."\nchoose = "all"\nexercises = ["%s"]\nsource = "ours"\n' "$id" "$id"
done | sed '1i schema = 1' >"$work/.config/poised/exercises/one.toml"

cut_out() { # NAME: what is on the screen, without what is around it
  import -window root "$work/screen.png"
  convert "$work/screen.png" -trim +repage -bordercolor '#808080' -border 1 +dither -colors 64 "PNG8:$here/$1.png"
}

for id in "${exercises[@]}"; do
  cat >"$work/.config/poised/poised.toml" <<END
schema = 1
[breaks.stretch]
routine = "only-$id"
[programme]
places = ["desk", "wall", "floor"]
equipment = ["foam-roller", "mat"]
[schedule]
enabled = false
END
  "$build/bin/poised" >/dev/null 2>&1 &
  daemon=$!
  until "$build/bin/poisectl" status >/dev/null 2>&1; do sleep 0.2; done
  sleep 1
  dunstctl close-all
  "$build/bin/poisectl" take stretch >/dev/null
  # Into the first repetitions.
  sleep 14
  cut_out "notification-$id"
  kill "$daemon"
  wait "$daemon" 2>/dev/null || true
  dunstctl close-all
  rm -rf "$work/.local"

  xterm -fa 'DejaVu Sans Mono' -fs 9 -geometry 80x24+0+0 -bg '#fafafa' -fg '#202020' -xrm 'XTerm*scrollBar: false' \
    -e "$build/bin/poisectl" guide "$id" &
  terminal=$!
  sleep 14
  cut_out "terminal-$id"
  kill "$terminal"
  wait "$terminal" 2>/dev/null || true
done
