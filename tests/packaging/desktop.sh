#!/bin/sh
# SPDX-License-Identifier: MIT
# Run by a login session of the container: a screen, a notification server, and systemd told of both.
set -eu
ready=$(mktemp -u)
mkfifo "$ready"
Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp 3>"$ready" 2>/dev/null &
read -r number <"$ready"
rm "$ready"
export DISPLAY=":$number"
echo "$DISPLAY" >"$XDG_RUNTIME_DIR/display"
dunst 2>/dev/null &
systemctl --user import-environment DISPLAY XDG_SESSION_CLASS
systemctl --user start desktop-session.target
wait
