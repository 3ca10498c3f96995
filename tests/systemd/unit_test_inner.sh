#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Run by unit_test.sh inside the namespaces.
set -euo pipefail
stage=$1

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  systemctl --user --no-pager --full status poised.service >&2 || true
  exit 1
}
# wait_for WHAT COMMAND…: until the command succeeds, at most 20 s.
wait_for() {
  local what=$1 deadline=$((SECONDS + 20))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || fail "$what"
    read -rt 0.05 <> <(:) || true
  done
  printf 'ok: %s\n' "$what"
}
show() { systemctl --user show --value -p "$1" poised.service; }
is() { [[ $(show "$1") == "$2" ]]; }
is_not() { [[ $(show "$1") != "$2" ]]; }
pid_changed() { is ActiveState active && is_not MainPID "$1" && is_not MainPID 0; }

mount --make-rprivate /
umount -l /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /root
mount --bind "$stage/usr/local" /usr/local
mkdir -p /run/systemd/system /run/user/0
export HOME=/root XDG_RUNTIME_DIR=/run/user/0 DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/0/bus
unset DISPLAY WAYLAND_DISPLAY XDG_CONFIG_HOME XDG_STATE_HOME XDG_DATA_HOME NOTIFY_SOCKET

# The manager would start a bus of its own only where the distribution's unit for it is installed.
mkdir -p $XDG_RUNTIME_DIR/systemd/user $HOME/.config/systemd/user/poised.service.d
ln -s /dev/null $XDG_RUNTIME_DIR/systemd/user/dbus.socket
ln -s /dev/null $XDG_RUNTIME_DIR/systemd/user/dbus.service
dbus-daemon --session --address="$DBUS_SESSION_BUS_ADDRESS" --nofork --nopidfile 2>/dev/null &
cat >$HOME/.config/systemd/user/poised.service.d/test.conf <<'CONF'
[Unit]
# The test's person is root.
ConditionUser=
[Service]
WatchdogSec=5s
RestartSec=100ms
CONF
cat >$HOME/.config/systemd/user/test-session.target <<'CONF'
[Unit]
BindsTo=graphical-session.target
CONF
/lib/systemd/systemd --user &
wait_for "the user manager runs" systemctl --user is-system-running

# A desktop: screen, keyboard and notifications.
mkfifo /run/display
Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp 3>/run/display 2>/run/xvfb.log &
read -r number </run/display
export DISPLAY=:$number
printf '#!/bin/sh\ngrep -m1 "Not for me"\n' >/run/pick
chmod +x /run/pick
printf '[global]\ndmenu = /run/pick\n' >/run/dunstrc
dunst -conf /run/dunstrc >/run/dunst.log 2>&1 &
systemctl --user import-environment DISPLAY

systemctl --user preset poised.service
[[ -L $HOME/.config/systemd/user/graphical-session.target.wants/poised.service ]] ||
  fail "the preset enables the unit"
systemctl --user start test-session.target
wait_for "a graphical session starts it, and it says that it is ready" is ActiveState active
first=$(show MainPID)
poisectl status --json >/dev/null || fail "poisectl reaches it"

# The unit's filters must leave room for what the plugins do.
sees_input() { poisectl status --json | grep -q '"keyboard_idle_s": [0-9]'; }
wait_for "input is seen" sees_input
poisectl doctor || fail "doctor finds nothing wrong"
report=$(poisectl doctor --json)
grep -q '"system_calls_filtered": true' <<<"$report" || fail "doctor sees the filters"
grep -q '"no_new_privileges": true' <<<"$report" || fail "doctor sees that there are no new privileges"
grep -q '"activity-x11": "landlock' <<<"$report" || fail "doctor sees the sandbox of a plugin"
# There is no system bus here, and no sound server.
[[ $(poisectl doctor --nagios) == "POISED WARNING: session: logind: "*"errors=0"* ]] ||
  fail "monitoring is told what cannot be seen: $(poisectl doctor --nagios)"
poisectl take stretch
shows_notification() { [[ $(dunstctl count displayed) -ge 1 ]]; }
shows_nothing() { [[ $(dunstctl count displayed) -eq 0 ]]; }
wait_for "a break that runs is on the screen" shows_notification

grep -q '^Seccomp:[[:space:]]*2$' "/proc/$first/status" || fail "system calls are filtered"
grep -q '^NoNewPrivs:[[:space:]]*1$' "/proc/$first/status" || fail "no new privileges"

systemctl --user reload poised.service
is MainPID "$first" || fail "a reload keeps the process"
echo "ok: reload"

pinged=$(show WatchdogTimestampMonotonic)
wait_for "the watchdog is pinged" is_not WatchdogTimestampMonotonic "$pinged"
pinged=$(show WatchdogTimestampMonotonic)
wait_for "the watchdog is pinged again" is_not WatchdogTimestampMonotonic "$pinged"
is NRestarts 0 || fail "nothing was restarted so far, not $(show NRestarts) times"

kill -STOP "$first"
wait_for "a stuck daemon is ended by the watchdog and started afresh" pid_changed "$first"
second=$(show MainPID)
kill -KILL "$second"
wait_for "a killed daemon is started afresh" pid_changed "$second"
is NRestarts 2 || fail "restarted twice, not $(show NRestarts) times"

systemctl --user stop test-session.target
wait_for "the end of the session ends it" is ActiveState inactive
is Result success || fail "stopped cleanly, not with $(show Result)"
is ExecMainStatus 0 || fail "exit status 0, not $(show ExecMainStatus)"
[[ -z $(pgrep -x poised) ]] || fail "nothing is left running"
echo "ok: stop"

# The first start introduces itself; whoever declines is left alone for good.
rm "$HOME/.local/state/poised/state.json"
dunstctl close-all
wait_for "nothing is on the screen" shows_nothing
systemctl --user start test-session.target
wait_for "it introduces itself" shows_notification
dunstctl context
wait_for "who declines is obeyed" is ActiveState inactive
is Result success || fail "left cleanly, not with $(show Result)"
[[ $(systemctl --user is-enabled poised.service 2>&1) == masked ]] || fail "it does not come back"
[[ $(poisectl doctor --nagios) == "POISED OK: switched off by the person"* ]] || fail "doctor calls that OK"
echo "ok: not for me"
