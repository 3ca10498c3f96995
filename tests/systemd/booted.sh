#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# booted.sh COMMAND…: runs the command in a login session of root's on a systemd that was booted for it, with a real
# logind and a sleep that is not one. Its files are this machine's, below a layer that is thrown away. Needs root.
set -euo pipefail

if [[ ${1-} != --in-namespaces ]]; then
  work=$(mktemp -d)
  trap 'rm -rf --one-file-system "$work"' EXIT
  unshare --mount --propagation private --pid --fork --kill-child --mount-proc -- bash "$0" --in-namespaces "$work" "$@"
  exit
fi
work=$2
shift 2

fail() {
  printf 'booted: %s\n' "$*" >&2
  cat "$work/log" >&2
  exit 1
}

# The layer does not reach what is mounted below /, as this checkout may be.
checkout=$(cd "$(dirname "$0")/../.." && pwd) mounted=()
[[ $(findmnt --noheadings --output TARGET --target "$checkout") == / ]] || mounted=(--bind-ro="$checkout")
mkdir "$work/root"
mount --bind / "$work/root"
SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_NSPAWN_LOCK=0 systemd-nspawn --directory "$work/root" --volatile=overlay "${mounted[@]}" --boot \
  --register=no --keep-unit --private-network --resolv-conf=off --timezone=off --link-journal=no \
  --machine "poised-$$" --console=pipe -- systemd.unit=basic.target </dev/null >"$work/log" 2>&1 &
container=$!
inside() { nsenter --target "$leader" --all -- "$@"; }
deadline=$((SECONDS + 60))
until leader=$(pgrep --parent "$container") && inside systemctl is-system-running >/dev/null 2>&1; do
  [[ $SECONDS -lt $deadline && -d /proc/$container ]] || fail "systemd does not come up"
  read -rt 0.1 <> <(:) || true
done
[[ $(inside findmnt --noheadings --output FSTYPE /sys) == tmpfs ]] || fail "/sys is not the container's own"

# Sleep lasts two seconds and only looks like it.
inside bash -euc '
  mount -o remount,rw /sys
  mkdir /sys/power
  echo "freeze mem" >/sys/power/state
  echo "[s2idle] deep" >/sys/power/mem_sleep
  mkdir -p /run/systemd/system/systemd-suspend.service.d /run/systemd/system/systemd-logind.service.d
  printf "[Service]\nExecStart=\nExecStart=/bin/sleep 6\n" >/run/systemd/system/systemd-suspend.service.d/poised.conf
  printf "[Service]\nProtectKernelTunables=no\n" >/run/systemd/system/systemd-logind.service.d/poised.conf
  printf "auth required pam_permit.so\naccount required pam_permit.so\nsession required pam_systemd.so\n" >/etc/pam.d/poised
  systemctl daemon-reload
  systemctl start dbus.socket systemd-logind.service' >>"$work/log" 2>&1 || fail "logind does not come up"

status=0
inside systemd-run --quiet --wait --pipe --collect --uid=0 --property=PAMName=poised --setenv=XDG_SESSION_TYPE=x11 \
  --setenv=XDG_SESSION_CLASS=user --setenv=XDG_SEAT=seat0 --setenv=HOME=/root --setenv=IN_BOOTED_CONTAINER=yes \
  --working-directory="$PWD" "$@" </dev/null || status=$?
kill -s RTMIN+4 "$leader"
wait "$container" || true
exit "$status"
