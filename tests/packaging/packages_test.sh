#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# packages_test.sh DIRECTORY: installs the packages of the directory on a fresh Debian with two people at work, as the
# administrator's guide says, and does to them what happens to packages. Needs root.
set -euo pipefail
here=$(readlink -f "$(dirname "$0")")

if [[ ${1-} != --in-namespaces ]]; then
  packages=$(readlink -f "$1")
  # shellcheck source=/dev/null
  root=$packages/root/$(. /etc/os-release && echo "$VERSION_CODENAME")
  # shellcheck source=/dev/null
  . "$here/container.sh"
  debian_root "$(basename "$root")" "$root" systemd systemd-sysv dbus dbus-user-session libpam-systemd procps \
    xvfb xdotool dunst
  work=$(mktemp -d)
  trap 'rm -rf --one-file-system "$work"' EXIT
  unshare --mount --propagation private --pid --fork --kill-child --mount-proc -- \
    bash "$0" --in-namespaces "$packages" "$root" "$work"
  exit
fi
packages=$2 base=$3 work=$4
# shellcheck source=/dev/null
. "$here/container.sh"
guide=$here/../../docs/administrators.md
people='alice bob'
it=$(sed -n 's/^managed_by = "\(.*\)"$/\1/p' "$here/../../config/policy/50-office.toml")

say() { printf '== %s\n' "$*"; }
fail() {
  printf 'FAILED: %s\n' "$*" >&2
  local person
  for person in $people; do
    as "$person" systemctl --user --no-pager --full status poised.service >&2 || true
    as "$person" journalctl --user --no-pager --lines 30 >&2 || true
    as "$person" poisectl status >&2 || true
  done
  exit 1
}
ok() { printf 'ok: %s\n' "$*"; }
# wait_for SECONDS WHAT COMMAND…
wait_for() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || fail "$what"
    pause
  done
  ok "$what"
}
refused() {
  local what=$1
  shift
  if "$@" >"$work/output" 2>&1; then
    cat "$work/output" >&2
    fail "$what: it was not refused"
  fi
  ok "$what"
}

# as PERSON COMMAND…: in their session.
as() {
  local person=$1 id display
  shift
  id=$(inside id -u "$person")
  display=$(inside cat "/run/user/$id/display" 2>/dev/null || true)
  inside runuser -u "$person" -- env HOME="$(inside sh -c "echo ~$person")" XDG_RUNTIME_DIR="/run/user/$id" DISPLAY="$display" \
    DBUS_SESSION_BUS_ADDRESS="unix:path=/run/user/$id/bus" "$@"
}
unit() { as "$1" systemctl --user show --value -p "$2" poised.service; }
unit_is() { [[ $(unit "$1" "$2") == "$3" ]]; }
unit_is_not() { [[ $(unit "$1" "$2") != "$3" ]]; }
shows() { [[ $(as "$1" dunstctl count displayed) -ge 1 ]]; }
# value PERSON KEY: what holds for them.
value() { as "$1" poisectl config explain "$2" --json | sed 's/^{"key":"[^"]*","value":"\?\([^",]*\)"\?,.*/\1/'; }
interval() { as "$1" poisectl status --json | tr -d ' \n' | sed -n 's/.*"id":"stretch"[^}]*"interval_s":\([0-9]*\).*/\1/p'; }
version_of() { inside readlink "/proc/$(unit "$1" MainPID)/exe"; }
runs_what_is_installed() { [[ $(version_of "$1") == /usr/bin/poised ]]; }
shows_nothing() { [[ $(as "$1" dunstctl count displayed) == 0 ]]; }
# Of notifications that are gone again.
said_in_a_notification() { as "$1" dunstctl history | grep -qF "$2"; }
types() { as "$1" xdotool key a; }

log_in() {
  inside systemctl start "desktop@$1.service"
  wait_for 30 "$1 logs in" inside test -S "/run/user/$(inside id -u "$1")/bus"
}
log_out() { inside systemctl stop "desktop@$1.service"; }
# It is restarted here more often than systemd takes for sound.
restart() {
  as "$1" systemctl --user reset-failed poised.service
  as "$1" systemctl --user restart poised.service
}
apt() { inside env DEBIAN_FRONTEND=noninteractive apt-get --quiet --quiet -o Dpkg::Use-Pty=0 "$@" >"$work/apt.log" 2>&1 || {
  cat "$work/apt.log" >&2
  fail "apt-get $*"
}; }
# The repository has what is in /srv/poised.
publish() { (cd "$root/srv/poised" && apt-ftparchive packages . >Packages); }
files_of_the_system() {
  inside find /etc /usr /var /opt -xdev \( -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/cache -o -path /var/log \
    -o -path /var/lib/systemd -o -path /var/tmp -o -path /etc/.pwd.lock \) -prune -o -print | sort
}

# ------------------------------------------------------------------------------------------------ the machine

root=$work/root
mkdir "$root" "$work/upper" "$work/layer"
mount -t overlay overlay -o "lowerdir=$base,upperdir=$work/upper,workdir=$work/layer" "$root"
mkdir -p "$root/srv/poised"
cp "$packages"/*.deb "$root/srv/poised/"
publish
cat >"$root/etc/apt/sources.list.d/poised.sources" <<'SOURCES'
Types: deb
URIs: file:/srv/poised
Suites: ./
Trusted: yes
SOURCES
# What they depend on comes from the release; after this there is no network.
cp /etc/resolv.conf "$root/etc/resolv.conf"
for step in update 'install --download-only poised poised-calendar poised-desk'; do
  # shellcheck disable=SC2086 # words
  chroot "$root" apt-get --quiet --quiet --yes $step >"$work/apt.log" 2>&1 || { cat "$work/apt.log" >&2; exit 1; }
done
mv "$root"/var/cache/apt/archives/*.deb "$root/srv/poised/"
rm -rf "$root"/etc/apt/sources.list "$root"/etc/apt/sources.list.d/0* "$root"/var/lib/apt/lists/*
publish

cp "$here/desktop.pam" "$root/etc/pam.d/desktop"
cp "$here/desktop.sh" "$root/usr/local/bin/desktop"
cp "$here/desktop@.service" "$root/etc/systemd/system/"
cp "$here/desktop-session.target" "$root/etc/systemd/user/"
# Of what a notification offers, the person picks what says no.
install -D /dev/stdin "$root/usr/local/bin/pick" <<<$'#!/bin/sh\ngrep -m1 "Not for me"'
install -D -m 644 /dev/stdin "$root/etc/xdg/dunst/dunstrc.d/50-pick.conf" <<<$'[global]\ndmenu = /usr/local/bin/pick'
for person in $people carol; do chroot "$root" useradd --create-home "$person"; done
chroot "$root" useradd --system --create-home --home-dir /home/sddm sddm
chroot "$root" useradd --create-home --uid 59999 greeter
mkdir "$root/etc/desktop"
echo XDG_SESSION_CLASS=greeter >"$root/etc/desktop/greeter"
boot "$root"
trap 'power_off' EXIT
before=$(files_of_the_system)

# ------------------------------------------------------------------------------------------------ the guide

say "the three commands of the guide"
mapfile -t commands < <(sed -n '/^<!-- three commands -->/,/^```$/p' "$guide" | grep -v '^<!--\|^```\|^$')
((${#commands[@]} == 3)) || fail "docs/administrators.md has ${#commands[@]} commands, not three"
for command in "${commands[@]}"; do
  printf '# %s\n' "$command"
  inside env DEBIAN_FRONTEND=noninteractive bash -c "cd && $command" >"$work/output" 2>&1 || {
    cat "$work/output" >&2
    fail "$command"
  }
done
[[ $(inside systemctl --global is-enabled poised.service) == enabled ]] || fail "the preset enables the unit"
for person in $people; do log_in "$person"; done
for person in $people; do
  wait_for 30 "$person: the unit is active" unit_is "$person" ActiveState active
  wait_for 30 "$person: a notification is on the screen" shows "$person"
  [[ $(interval "$person") == 3600 ]] || fail "$person: the policy's interval holds, not $(interval "$person")"
  as "$person" poisectl status --json >"$work/output"
  grep -q '"managed": true' "$work/output" || fail "$person: the status says that it is managed"
  grep -q "\"managed_by\": \"$it\"" "$work/output" || fail "$person: the status says by whom"
  as "$person" dunstctl close-all
  said_in_a_notification "$person" "managed by $it" || fail "$person: the first notification says by whom"
done

# ------------------------------------------------------------------------------------------------ who gets it

say "who gets it"
inside loginctl --no-legend list-sessions
inside systemd-run --quiet --uid=carol --property=PAMName=desktop --setenv=XDG_SESSION_TYPE=tty --unit=ssh-login sleep infinity
wait_for 30 "carol logs in without a desktop" inside test -S "/run/user/$(inside id -u carol)/bus"
unit_is carol ActiveState inactive || fail "a login without a desktop gets it"
for person in root sddm greeter; do
  log_in "$person"
  wait_for 30 "$person: the session has begun" as "$person" systemctl --user is-active graphical-session.target
  unit_is "$person" ConditionResult no || fail "$person gets it"
  unit_is "$person" ActiveState inactive || fail "$person gets it"
done
ok "not root, greeters and logins without a desktop"

# ------------------------------------------------------------------------------------------------ policy

say "what is locked"
config=/home/alice/.config/poised
inside runuser -u alice -- mkdir -p $config
holds() {
  as alice systemctl --user reload poised.service
  [[ $(interval alice) == 3600 && $(value alice breaks.stretch.interval) == 1h ]] || fail "$1: $(interval alice)"
  ok "$1 does not override it"
}
inside runuser -u alice -- sh -c "printf 'schema = 1\n[breaks.stretch]\ninterval = \"2h\"\n' >$config/poised.toml"
holds "a user file"
inside runuser -u alice -- sh -c "mkdir -p /home/alice/own/poised/policy.d && cp $config/poised.toml /home/alice/own/poised/ &&
  cp $config/poised.toml /home/alice/own/poised/policy.d/"
as alice systemctl --user set-environment XDG_CONFIG_HOME=/home/alice/own XDG_CONFIG_DIRS=/home/alice/own \
  XDG_DATA_DIRS=/home/alice/own POISED_CONFIG_ROOT=/home/alice/own
restart alice
wait_for 30 "alice: it runs again" as alice poisectl status
holds "the environment"
as alice systemctl --user unset-environment XDG_CONFIG_HOME XDG_CONFIG_DIRS XDG_DATA_DIRS POISED_CONFIG_ROOT
refused "the command line cannot set it" as alice poisectl config set breaks.stretch.interval 2h
refused "an installed daemon takes no other root" as alice poised --config-root /home/alice/own
grep -q config-root "$work/output" || { cat "$work/output" && fail "it is the other root that is refused"; }
as alice busctl --user call org.poised.Poised1 /org/poised/Poised1 org.poised.Poised1 Reload
holds "D-Bus"
as alice busctl --user introspect --no-pager org.poised.Poised1 /org/poised/Poised1 >"$work/output" ||
  fail "D-Bus tells what there is"
grep -q '^org\.poised\.Poised1 .*interface' "$work/output" || { cat "$work/output" && fail "D-Bus tells of the daemon"; }
grep -w writable "$work/output" && fail "a property can be written over D-Bus"
inside runuser -u alice -- rm -r /home/alice/own $config/poised.toml

say "what is the employee's"
inside mkdir -p /etc/poised/policy.d
inside sh -c 'printf "schema = 1\n[stand]\nenabled = { required = true }\n" >/etc/poised/policy.d/60-stand.toml'
refused "a policy that forces standing is rejected" inside poisectl config check
inside sh -c 'printf "schema = 1\n[stand]\nenabled = { default = true }\n" >/etc/poised/policy.d/60-stand.toml'
inside poisectl config check >/dev/null
as alice poisectl config set stand.enabled false >/dev/null
[[ $(value alice stand.enabled) == false && $(value bob stand.enabled) == true ]] ||
  fail "sit-stand can be switched off: alice $(value alice stand.enabled), bob $(value bob stand.enabled)"
ok "sit-stand can be switched off"
as alice poisectl privacy >"$work/output"
for word in /home/alice/.local/state/poised/history.db "kept for 90 days" "Read by" "poisectl forget"; do
  grep -qF "$word" "$work/output" || { cat "$work/output" && fail "the privacy page says $word"; }
done
outcomes() { as "$1" poisectl history --json | grep -c '"outcome"'; }
as alice poisectl take stretch >/dev/null
as alice poisectl 'done' >/dev/null
kept() { [[ $(outcomes alice) -ge 1 ]]; }
wait_for 30 "a break that was taken is in the history" kept
as alice poisectl forget --all >/dev/null
[[ $(outcomes alice || true) == 0 ]] || fail "the history can be erased"
ok "what is kept can be read, and erased"
inside sh -c 'echo "d /var/lib/histories 1777" >/etc/tmpfiles.d/histories.conf && systemd-tmpfiles --create histories.conf
  printf "schema = 1\n[history]\ndir = \"/var/lib/histories/%%u\"\n" >/etc/poised/policy.d/70-history.toml'
inside runuser -u alice -- mkdir /var/lib/histories/bob
for person in alice bob; do
  restart "$person"
  as "$person" poisectl take stretch >/dev/null
  as "$person" poisectl 'done' >/dev/null
done
wait_for 30 "a history lies where the policy says" kept
[[ $(inside stat --format=%U:%a /var/lib/histories/alice /var/lib/histories/alice/history.db | tr '\n' ' ') == "alice:700 alice:600 " ]] ||
  fail "nobody else can read it"
trap_is_told() { as bob journalctl --user --no-pager --unit poised.service | grep -q "histories/bob: belongs to somebody else"; }
wait_for 30 "a folder that somebody else made is refused" trap_is_told
inside runuser -u alice -- rmdir /var/lib/histories/bob
inside rm /etc/poised/policy.d/70-history.toml /etc/tmpfiles.d/histories.conf
restart alice
inside rm -r /var/lib/histories
ok "one folder can hold the histories of all, each readable by its person alone"
as bob systemctl --user mask --now poised.service 2>/dev/null
unit_is bob ActiveState inactive || fail "bob can mask it"
as bob poisectl doctor >"$work/output" 2>&1 || { cat "$work/output"; fail "doctor has nothing against a mask"; }
[[ $(as bob poisectl doctor --nagios) == "POISED OK: switched off by the person"* ]] ||
  fail "monitoring calls a mask OK: $(as bob poisectl doctor --nagios)"
probe=$(sed -n 's/^    \(runuser -u USER .* --nagios\)$/\1/p' "$guide")
[[ -n $probe ]] || fail "docs/administrators.md has the line for Nagios"
[[ $(inside sh -c "${probe//USER/bob}") == "POISED OK: switched off by the person"* && $(inside sh -c "${probe//USER/alice}") =~ ^POISED\ (OK|WARNING) ]] ||
  fail "the guide's line for Nagios: $(inside sh -c "${probe//USER/bob}"; inside sh -c "${probe//USER/alice}")"
as bob systemctl --user unmask poised.service 2>/dev/null
as bob systemctl --user start poised.service
ok "the unit can be masked, and doctor calls that fine"

# ------------------------------------------------------------------------------------------------ the unit

say "the unit"
as alice systemd-analyze --user --man=no verify poised.service >"$work/output" 2>&1 || fail "$(cat "$work/output")"
[[ ! -s $work/output ]] || fail "systemd-analyze verify: $(cat "$work/output")"
ok "systemd-analyze has nothing to say"
# Told and not judged by: it rates what the unit asks for, and cannot see what holds, nor what the plugins add.
as alice systemd-analyze --user --no-pager security poised.service | tail -n 1
as alice poisectl doctor || fail "doctor finds nothing wrong"
sandbox() { as alice poisectl doctor --json >"$work/output" && grep -q "$1" "$work/output"; }
for word in '"system_calls_filtered": true' '"no_new_privileges": true' '"activity-x11": "landlock'; do
  sandbox "$word" || { cat "$work/output" && fail "doctor sees for itself that the sandbox holds: $word"; }
done
ok "doctor sees for itself that the sandbox holds"
inside sh -c 'mkdir -p /etc/systemd/user/poised.service.d && printf "[Service]\nNoNewPrivileges=no\nSystemCallFilter=\n\
SystemCallArchitectures=\nRestrictAddressFamilies=\nRestrictNamespaces=no\nRestrictRealtime=no\nRestrictSUIDSGID=no\n\
LockPersonality=no\nMemoryDenyWriteExecute=no\n" >/etc/systemd/user/poised.service.d/10-test.conf'
as alice systemctl --user daemon-reload
restart alice
refused "doctor objects where a drop-in took the sandbox away" as alice poisectl doctor
grep -qi sandbox "$work/output" || { cat "$work/output" && fail "doctor names the sandbox"; }

inside rm /etc/systemd/user/poised.service.d/10-test.conf
as alice systemctl --user daemon-reload
restart alice
figures=/var/lib/prometheus/node-exporter/poised.prom
discovered() { as "$1" sh /usr/share/poised/monitoring/discover.sh; }
apt --yes install poised-monitoring
expected="{\"PoisedInstalled\":true,\"PoisedVersion\":\"$(dpkg-deb --field "$(echo "$packages"/poised_*.deb)" Version)\",\"PoisedConfigurationSound\":true"
[[ $(discovered alice) =~ ^"$expected",\"PoisedHealth\":\"(ok|warning)\"}$ ]] || fail "device management is told: $(discovered alice)"
[[ $(discovered root) == "$expected,\"PoisedHealth\":\"unknown\"}" ]] || fail "root is told of the machine: $(discovered root)"
ok "device management is told how it fares"
[[ $(inside systemctl is-enabled poised-collect.timer || true) == disabled ]] || fail "the collector's timer is off until it is turned on"
inside mkdir -p "${figures%/*}"
inside sh -c 'printf "schema = 1\n[telemetry]\nexport = { default = \"file\" }\n" >/etc/poised/policy.d/90-monitoring.toml'
inside systemctl --quiet enable --now poised-collect.timer
gathered() { inside systemctl start poised-collect.service && inside grep -q '^poised_up 1$' "$figures"; }
wait_for 30 "the machine's figures are gathered" gathered
inside rm /etc/poised/policy.d/90-monitoring.toml

say "the journal"
# noted PERSON MESSAGE_ID SUBJECT: with the explanation from the catalogue.
noted() {
  as "$1" journalctl --user --no-pager --catalog "MESSAGE_ID=$2" >"$work/output" 2>&1 && grep -qF -- "Subject: $3" "$work/output"
}
inside runuser -u alice -- sh -c "mkdir -p $config && printf 'schema = 1\n[prompt]\ngap = \"long\"\n' >$config/poised.toml"
inside sh -c 'printf "stand.enabled = true\n" >/etc/poised/policy.d/80-bad.toml'
restart alice
wait_for 30 "a setting that cannot be used" noted alice 3c13c29026cb4841a884e4713acc6f95 "A setting of Poised cannot be used"
wait_for 30 "a policy that cannot be used" noted alice b9dcadbc249c4e709f10771ab9239cfe "A policy of the organisation cannot be used"
inside rm /etc/poised/policy.d/80-bad.toml
inside runuser -u alice -- rm "$config/poised.toml"
source_of_input() { inside pgrep -u alice -f 'plugin-host activity-x11'; }
wait_for 30 "the plugin for X11 runs" source_of_input
inside kill -KILL "$(source_of_input)"
wait_for 30 "a plugin that died" noted alice 6a35f7e4a81e49ee8e7ecd350d1ad2d0 "The plugin activity-x11 of Poised does not work"
state=/home/alice/.local/state/poised
inside sh -c "mount --bind $state $state && mount -o remount,bind,ro $state"
as alice poisectl pause --for 1h >/dev/null
wait_for 30 "a state that cannot be written" noted alice 38cdf49fff2c4c8fa4d0e3bf1f269d80 "Poised cannot write what it keeps"
inside umount $state
as alice poisectl resume >/dev/null
as bob systemctl --user stop poised.service
inside rm /home/bob/.local/state/poised/state.json
as bob dunstctl close-all
as bob systemctl --user start poised.service
wait_for 30 "bob: it introduces itself" shows bob
as bob dunstctl context
wait_for 30 "a person who does not want it" noted bob e35173ae72964ff49be6c6a0bc7b277b "The person does not want Poised"
wait_for 30 "bob: it leaves" unit_is_not bob ActiveState active
as bob systemctl --user unmask poised.service 2>/dev/null
as bob systemctl --user start poised.service

inside sh -c 'mkdir -p /etc/systemd/user/poised.service.d && printf "[Service]\nWatchdogSec=2s\nRestartSec=100ms\n" \
  >/etc/systemd/user/poised.service.d/10-test.conf'
as alice systemctl --user daemon-reload
restart alice
first=$(unit alice MainPID)
inside kill -STOP "$first"
wait_for 60 "a stuck daemon is ended by the watchdog and started afresh" unit_is alice NRestarts 1
wait_for 30 "it is active again" unit_is alice ActiveState active
inside rm -r /etc/systemd/user/poised.service.d
as alice systemctl --user daemon-reload
restart alice

# ------------------------------------------------------------------------------------------------ upgrade

say "an upgrade with people at work"
# Short intervals, by policy, so that a prompt comes in the middle of it.
inside sh -c 'cat >/etc/poised/policy.d/70-short.toml' <<'POLICY'
schema = 1
[activity]
idle_after = { required = "5s" }
[breaks.stretch]
interval = { required = "5s" }
natural = { required = "5s" }
duration = { required = "2s" }
[prompt]
gap = { required = "1s" }
gap_max = { required = "2s" }
min_gap = { required = "1s" }
[schedule]
enabled = { required = false }
POLICY
inside rm /etc/poised/policy.d/50-office.toml
mkdir "$work/next"
next=0.1.9
before_version=$(dpkg-deb --field "$(echo "$packages"/poised_*.deb)" Version)
"$here/repack.sh" $next "$root/srv/poised" "$packages"/*.deb
publish
apt update
for person in $people; do
  as "$person" dunstctl close-all
  wait_for 30 "$person: no notification is left" shows_nothing "$person"
done
pids=$(unit alice MainPID)
(while types alice; do pause; done) >/dev/null 2>&1 &
typing=$!
apt --yes upgrade
[[ $(inside poised --version) == *$next* ]] || fail "the upgrade is installed"
wait_for 60 "a prompt of before the upgrade" shows alice
as alice poisectl skip >/dev/null
wait_for 30 "it is gone" shows_nothing alice
wait_for 60 "in mid-session a prompt still comes" shows alice
kill "$typing"
as alice poisectl skip >/dev/null
for person in $people; do
  wait_for 60 "$person: the daemon follows once they are away" runs_what_is_installed "$person"
  unit_is "$person" ActiveState active || fail "$person: it is active"
done
[[ $(unit alice MainPID) == "$pids" ]] || fail "alice: it is the same process"
as alice poisectl doctor || fail "doctor finds nothing wrong after an upgrade"

say "a downgrade"
# They depend on each other's very version. The fields are dpkg-query's own.
# shellcheck disable=SC2016
mapfile -t installed < <(inside dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' 'poised*' | sed -n 's/^ii *//p')
apt --yes --allow-downgrades install "${installed[@]/%/=$before_version}"
[[ $(inside poised --version) == *$before_version* ]] || fail "the downgrade is installed"
for person in $people; do
  wait_for 60 "$person: the daemon follows" runs_what_is_installed "$person"
done
as alice poisectl doctor || fail "doctor finds nothing wrong after a downgrade"

say "an administrator's word"
inside systemctl --global --quiet disable poised.service
apt --yes upgrade
[[ $(inside systemctl --global is-enabled poised.service || true) == disabled ]] || fail "an upgrade enables it again"
ok "disabled stays disabled over an upgrade"

# ------------------------------------------------------------------------------------------------ removal

say "removal"
inside systemctl --global --quiet enable poised.service
apt --yes purge 'poised*'
for person in $people; do
  wait_for 60 "$person: it leaves" unit_is_not "$person" ActiveState active
  unit_is "$person" Result success || fail "$person: it left with $(unit "$person" Result)"
done
inside pgrep -x poised && fail "something is left running"
inside test -e "$figures" && fail "figures that nobody gathers any more are left"
[[ $(inside systemctl is-active poised-collect.timer || true) == inactive ]] || fail "the collector's timer has ended"
apt --yes autoremove --purge
inside rm -r /etc/poised /var/lib/prometheus
left=$(comm -13 <(echo "$before") <(files_of_the_system))
[[ -z $left ]] || fail "left behind: $left"
ok "nothing is left behind but what is the people's own"
inside test -d /home/alice/.local/state/poised || fail "their history is theirs to keep"

say "switched off by an administrator's preset"
for person in $people; do log_out "$person"; done
inside mkdir -p /etc/systemd/user-preset
inside sh -c 'echo "disable poised.service" >/etc/systemd/user-preset/10-it.preset'
apt --yes install poised
[[ $(inside systemctl --global is-enabled poised.service || true) == disabled ]] || fail "the preset does not count"
log_in alice
wait_for 30 "alice: the session has begun" as alice systemctl --user is-active graphical-session.target
unit_is alice ActiveState inactive || fail "it runs nevertheless"
ok "nobody gets it"
