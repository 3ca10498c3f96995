#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Sourced: a machine of its own, with systemd as it boots on real ones, in a container without a network. Needs root.

# The mirror that this system's apt takes its own release from.
apt_mirror() {
  local mirror
  # shellcheck disable=SC2016 # they are apt's own
  mirror=$(apt-get indextargets --format '$(SITE) $(COMPONENT)' 'Created-By: Packages' |
    awk '$2 == "main" { print $1; exit }')
  [[ -n $mirror ]] || {
    echo "container: apt's sources: no mirror found" >&2
    return 1
  }
  printf '%s\n' "$mirror"
}

# debian_root SUITE DIRECTORY PACKAGE…: a fresh Debian with these packages, unless it is there from before.
debian_root() {
  local suite=$1 root=$2 mirror
  shift 2
  [[ $(cat "$root.packages" 2>/dev/null) == "$*" && -d $root ]] && return
  mirror=$(apt_mirror)
  rm -rf --one-file-system "$root" "$root.packages"
  mkdir -p "$(dirname "$root")"
  mmdebstrap --quiet --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt=force-unsafe-io --include="$(IFS=, && echo "$*")" "$suite" "$root" "$mirror" >&2
  echo "$*" >"$root.packages"
}

# boot ROOT: boots what is in ROOT; sets $container and $leader. Landlock is there as on a real machine.
boot() {
  local deadline=$((SECONDS + 120))
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_NSPAWN_LOCK=0 systemd-nspawn --directory "$1" --boot --register=no --keep-unit \
    --private-network --resolv-conf=off --timezone=off --link-journal=no --machine "poised-$$" --console=pipe \
    --system-call-filter='landlock_create_ruleset landlock_add_rule landlock_restrict_self' \
    -- systemd.unit=multi-user.target </dev/null >"$1.boot.log" 2>&1 &
  container=$!
  until leader=$(pgrep --parent "$container") && inside systemctl is-system-running 2>/dev/null |
    grep -qE 'running|degraded'; do
    if [[ $SECONDS -ge $deadline || ! -d /proc/$container ]]; then
      cat "$1.boot.log" >&2
      echo "container: systemd does not come up" >&2
      return 1
    fi
    pause
  done
}
inside() { nsenter --target "$leader" --all -- "$@"; }
power_off() {
  kill -s RTMIN+4 "$leader"
  wait "$container" || true
}

# Gives the others a moment; only ever between two looks at something that is waited for.
pause() { read -rt 0.1 <> <(:) || true; }
