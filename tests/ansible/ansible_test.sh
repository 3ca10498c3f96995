#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ansible_test.sh PACKAGES: the role, played on a booted container: a repository with suites for canary, stable and the
# version before, made by reprepro from the .debs in PACKAGES as the guide says; two runs, of which the second changes
# nothing; a policy that is refused; a person logged in, whose manager is reloaded; a new version from canary to stable and
# back again; and everything taken away. Needs root.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packages=$(readlink -f "$1")
[[ ${IN_BOOTED_CONTAINER:-} == yes ]] || exec "$here/../systemd/booted.sh" "$here/ansible_test.sh" "$packages"

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}
ok() { printf 'ok: %s\n' "$*"; }

next=0.1.9
work=$(mktemp -d)
export HOME=$work/home ANSIBLE_HOME=$work/ansible ANSIBLE_NOCOLOR=1 ANSIBLE_LOCALHOST_WARNING=False LC_ALL=C.UTF-8
export ANSIBLE_ROLES_PATH=$here/../../packaging/ansible/roles
mkdir "$HOME"
mkdir -m 700 "$work/gnupg"

# What the guide says after the mark.
guide=$here/../../docs/administrators.md
commands() {
  sed -n "/^<!-- $1 -->\$/,/^\`\`\`\$/p" "$guide" | grep -v '^<!--\|^```'
}
run_of_guide() {
  local words
  words=$(commands "$1")
  [[ -n $words ]] || fail "the guide says how: $1"
  (cd "$work" && REPREPRO_BASE_DIR=$work/repository bash -euc "$words") >"$work/log" 2>&1 || { cat "$work/log" >&2 && fail "$words"; }
}

# The repository: an identity for the test, and three suites.
export GNUPGHOME=$work/gnupg
gpg() { command gpg --quiet --no-permission-warning --no-secmem-warning --trust-model always "$@"; }
gpg --batch --passphrase '' --quick-generate-key 'Test <test@example.com>' ed25519 sign never
key=$(gpg --list-keys --with-colons | awk -F: '$1 == "fpr" { print $10; exit }')
gpg --export "$key" >"$work/poised.gpg"
mkdir -p "$work/repository/conf"
for suite in canary stable previous; do
  printf 'Codename: %s\nComponents: main\nArchitectures: %s\nSignWith: %s\n\n' "$suite" "$(dpkg --print-architecture)" "$key"
done >"$work/repository/conf/distributions"
repository() { reprepro --silent --basedir "$work/repository" "$@"; }
mkdir "$work/build"
ln -s "$packages" "$work/build/package"
run_of_guide canary
repository export
ok "reprepro has it in canary"

# Nothing but that repository can be reached from here.
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*
chmod -R a+rX "$work/repository" && chmod a+x "$work"

play() { # SUITE [VARIABLE=VALUE | --OPTION]…
  local suite=$1
  shift
  local words=() word
  for word in "$@"; do
    if [[ $word == --* ]]; then words+=("$word"); else words+=(--extra-vars "$word"); fi
  done
  ansible-playbook --inventory localhost, --connection local "$here/site.yml" \
    --extra-vars "poised_repository=file:$work/repository poised_suite=$suite poised_repository_key=$work/poised.gpg" \
    "${words[@]}" >"$work/log" 2>&1
}
changed() { sed -n 's/.*changed=\([0-9]*\).*/\1/p' "$work/log"; }
played() { play "$@" || { cat "$work/log" >&2 && fail "play $*"; }; }

# A person is there before it is.
useradd --create-home kim
loginctl enable-linger kim
deadline=$((SECONDS + 30))
until [[ $(systemctl is-active "user@$(id -u kim).service") == active ]]; do
  ((SECONDS < deadline)) || fail "kim's manager"
  read -rt 0.1 <> <(:) || true
done

play stable && fail "stable has nothing yet"
ok "a machine of the stable ring does not get what was not released"

played canary poised_monitoring=true
(($(changed) > 4)) || fail "the first run changed $(changed)"
[[ $(systemctl --global is-enabled poised.service) == enabled ]] || fail "enabled for everybody"
[[ $(systemctl --user --machine kim@ show --property NeedDaemonReload --value poised.service) == no ]] || fail "kim's manager was reloaded"
[[ $(systemctl --user --machine kim@ show --property LoadState --value poised.service) == loaded ]] || fail "kim's manager knows the unit"
[[ $(systemctl is-active poised-collect.timer) == active && $(systemctl is-enabled poised-collect.timer) == enabled ]] || fail "the collector runs"
ok "the first run changed $(changed)"

played canary poised_monitoring=true
[[ $(changed) == 0 ]] || { cat "$work/log" >&2 && fail "the second run changed $(changed)"; }
ok "the second run changed nothing"
played canary poised_monitoring=true '{"poised_tags": ["finance"]}' --check --diff
if ! grep -q '^+finance$' "$work/log" || [[ $(changed) != 1 ]]; then
  cat "$work/log" >&2
  fail "a dry run says what it would do"
fi
[[ $(cat /etc/poised/tags) == call-centre ]] || fail "a dry run does nothing"
ok "a dry run says what it would do"

poisectl config check >/dev/null || fail "what was rolled out is sound"
explained=$(runuser -u kim -- poisectl config explain --json plugins.isolation)
[[ $explained == *'"locked":true'*10-company.toml* ]] || fail "the policy locks: $explained"
mkdir -p /home/kim/.config/poised
printf '[plugins]\nisolation = "in-process"\n' >/home/kim/.config/poised/poised.toml
[[ $(runuser -u kim -- poisectl config show --json) == *'"plugins.isolation":{"value":"process","layer":"policy"'* ]] || fail "kim cannot override it"
ok "the policy holds for a person"

cp /etc/poised/policy.d/10-company.toml "$work/before"
play canary '{"poised_policies": [{"name": "10-company.toml", "content": "stand.enabled = true\n"}]}' && fail "a policy that forces people to stand is played"
grep -q "no policy may force stand.enabled" "$work/log" || { cat "$work/log" >&2 && fail "it says why"; }
cmp "$work/before" /etc/poised/policy.d/10-company.toml || fail "the policy in force stays"
ok "a policy that takes what belongs to the person is refused, and the one in force stays"

played canary 'poised_enabled=false'
[[ $(systemctl --global is-enabled poised.service || true) == disabled ]] || fail "disabled for everybody"
[[ $(cat /etc/systemd/user-preset/10-poised.preset) == "disable poised.service" ]] || fail "disabled by a preset"
ok "it can be switched off for everybody"

in_suite() { repository list "$1" poised | awk '{ print $3 }'; }
run_of_guide stable
released=$(dpkg-deb --field "$(echo "$packages"/poised_*.deb)" Version)
[[ $(in_suite stable) == "$released" ]] || fail "stable has $released"
rm "$work/build/package"
mkdir "$work/build/package"
"$here/../packaging/repack.sh" "$next" "$work/build/package" "$packages"/*.deb
run_of_guide canary
version() { dpkg-query --show --showformat='${Version}' "$1"; }
played stable 'poised_state=latest'
[[ $(version poised) == "$released" ]] || fail "a machine of the stable ring does not get $next yet"
played canary 'poised_state=latest' poised_monitoring=true
[[ $(version poised) == "$next" && $(version poised-monitoring) == "$next" ]] || fail "the canary ring gets $next"
ok "a new version reaches the canary ring alone"
run_of_guide stable
played stable 'poised_state=latest' poised_monitoring=true
[[ $(version poised) == "$next" && $(in_suite previous) == "$released" ]] || fail "stable has $next"
run_of_guide back
run_of_guide 'back on the machine'
[[ $(version poised) == "$released" && $(version poised-monitoring) == "$released" ]] || fail "back to $released: $(version poised)"
ok "from canary to stable, and back to the version before"

played stable 'poised_state=absent'
for package in poised poised-monitoring; do
  dpkg-query --show $package >/dev/null 2>&1 && fail "$package is gone"
done
[[ ! -e /etc/poised && ! -e /etc/apt/sources.list.d/poised.sources ]] || fail "nothing is left"
[[ -e /home/kim/.config/poised/poised.toml ]] || fail "what is kim's stays"
played stable 'poised_state=absent'
[[ $(changed) == 0 ]] || fail "taken away twice"
ok "all of it is taken away, and what is the person's stays"
