#!/bin/sh
# SPDX-License-Identifier: MIT
# Says in one line of JSON how Poised fares on this machine: as a discovery script of Intune's custom compliance, with
# compliance-rules.json beside it, or as a script of Landscape's. Runs as the person, or as root for the machine alone.
# Reads health, and of the configuration what is the machine's: nothing of the person's makes it unsound.
installed=false version="" policy=false running=unknown
if command -v poisectl >/dev/null 2>&1; then
  installed=true
  version=$(poisectl version --json 2>/dev/null | sed -n 's/.*"version": *"\([^"]*\)".*/\1/p')
  HOME=/nonexistent XDG_CONFIG_HOME=/nonexistent poisectl config check >/dev/null 2>&1 && policy=true
  case $(poisectl doctor --nagios 2>/dev/null) in
    "POISED OK"*) running=ok ;;
    "POISED WARNING"*) running=warning ;;
    "POISED CRITICAL"*) running=critical ;;
  esac
fi
printf '{"PoisedInstalled":%s,"PoisedVersion":"%s","PoisedConfigurationSound":%s,"PoisedHealth":"%s"}\n' \
  "$installed" "$version" "$policy" "$running"
