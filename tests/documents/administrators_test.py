#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""administrators_test.py SOURCE_DIRECTORY POISECTL TEST: what the administrator's pages show is so."""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path


def policies_are_sound(source, poisectl):
    policies = sorted((source / "config/policy").glob("*.toml"))
    assert len(policies) >= 4
    guide = (source / "docs/administrators.md").read_text()
    for policy in policies:
        done = subprocess.run([poisectl, "config", "check", "--policy", policy], capture_output=True, text=True,
                              check=False)
        if done.returncode != 0 or "warning" in done.stdout:
            sys.exit(f"{policy.name}: {done.stdout}{done.stderr}")
        assert policy.name in guide, f"{policy.name}: the guide does not name it"
    # As a machine would have them, and that the check can fail.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "etc/poised/policy.d"
        folder.mkdir(parents=True)
        for policy in policies:
            (folder / policy.name).write_text(policy.read_text())
        check = [poisectl, "config", "check", "--config-root", name, "--json"]
        assert json.loads(subprocess.run(check, capture_output=True, text=True, check=True).stdout)["problems"] == []
        (folder / "90-bad.toml").write_text("stand.enabled = true\n")
        done = subprocess.run(check, capture_output=True, text=True, check=False)
        assert done.returncode == 1, done
        bad = Path(name) / "bad.toml"
        bad.write_text("stand.enabled = true\n")
        assert subprocess.run([poisectl, "config", "check", bad], capture_output=True, check=False).returncode == 0
        done = subprocess.run([poisectl, "config", "check", "--policy", bad], capture_output=True, text=True,
                              check=False)
        assert done.returncode == 1 and "no policy may force stand.enabled" in done.stdout, done


def works_council_page_is_fresh(source, poisectl):
    for language, page in (("en", "works-council.md"), ("de", "betriebsrat.md")):
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": language}
        fresh = subprocess.run([poisectl, "privacy", "--page"], env=environment, capture_output=True, text=True,
                               check=True).stdout
        assert len(fresh) > 2000
        if fresh != (source / "docs" / page).read_text():
            sys.exit(f"docs/{page}: not that of the program; LANGUAGE={language} poisectl privacy --page writes it")


def messages_are_explained(source, _):
    ids = set(re.findall(r'KnownMessage\{"([0-9a-f]{32})"', (source / "daemon/shell/log.cpp").read_text()))
    assert len(ids) >= 5
    catalogue = set(re.findall(r"^-- ([0-9a-f]{32})$", (source / "systemd/poised.catalog").read_text(), re.M))
    guide = set(re.findall(r"`([0-9a-f]{32})`", (source / "docs/administrators.md").read_text()))
    assert ids == catalogue == guide, (ids ^ catalogue, ids ^ guide)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "usr/lib/systemd/catalog"
        folder.mkdir(parents=True)
        (folder / "poised.catalog").write_text((source / "systemd/poised.catalog").read_text())
        (Path(name) / "var/lib/systemd/catalog").mkdir(parents=True)
        subprocess.run(["journalctl", f"--root={name}", "--update-catalog"], check=True, capture_output=True)
        listed = subprocess.run(["journalctl", f"--root={name}", "--list-catalog"], check=True, capture_output=True,
                                text=True).stdout
    assert ids == set(re.findall(r"^([0-9a-f]{32}) ", listed, re.M)), listed


def alerts_are_in_the_runbook(source, _):
    alerts = set(re.findall(r"- alert: (\w+)", (source / "packaging/monitoring/poised.rules.yml").read_text()))
    runbook = set(re.findall(r"\bPoised[A-Z]\w+", (source / "docs/helpdesk.md").read_text()))
    assert alerts and alerts == runbook, alerts ^ runbook


def exposure_is_published(source, poisectl):
    unit = Path(poisectl).parents[1] / "systemd/poised.service"
    release = subprocess.run(["systemd-analyze", "--version"], check=True, capture_output=True, text=True).stdout.split()[1]
    with tempfile.TemporaryDirectory() as name:
        told = subprocess.run(["systemd-analyze", "--user", "security", "--offline=true", "--no-pager", unit], check=True,
                              capture_output=True, text=True, env=os.environ | {"XDG_RUNTIME_DIR": name}).stdout
    score = re.search(r"Overall exposure level for poised.service: ([0-9.]+)", told)[1]
    published = dict(re.findall(r"^\| (\d+) \| (\d+\.\d+) \|$", (source / "docs/administrators.md").read_text(), re.M))
    assert published.get(release) == score, f"docs/administrators.md: systemd {release} says {score}, the page {published}"


def commands_are_run(source, poisectl):
    """Each poisectl of both pages, with something in place of what stands for something, where no daemon runs: what needs
    one says so, everything else succeeds."""
    pages = [(source / "docs" / page).read_text() for page in ("administrators.md", "helpdesk.md")]
    commands = {command.strip() for page in pages for command in re.findall(r"\bpoisectl ([^`#|]*?)\s*(?:[`#|]|$)", page, re.M)
                if re.match(r"[a-z]", command)}
    assert len(commands) > 20, commands
    with tempfile.TemporaryDirectory() as name:
        policy = str(source / "config/policy/10-company.toml")
        (Path(name) / "new.toml").write_text("breaks.stretch.interval = \"50min\"\n")
        meant = {"FILE": policy, "FILE…": policy, "DIR": name, "KEY": "breaks.stretch.interval", "ID": "notify",
                 "old.toml": "new.toml", "--policy": "--policy"}
        environment = {"PATH": os.environ["PATH"], "HOME": name, "LC_ALL": "C.UTF-8", "TZ": "UTC", "XDG_RUNTIME_DIR": name,
                       "DBUS_SESSION_BUS_ADDRESS": f"unix:path={name}/bus"}
        of_the_daemon = {"status", "next", "resume", "plugins", "plugins restart", "desk"}
        for command in sorted(commands):
            words = [meant.get(word, word) for word in command.split()]
            if words == ["config", "check", "--policy"]:  # as the guide names it; the line with files is there, too
                words.append(policy)
            done = subprocess.run([poisectl, *words], env=environment, cwd=name, capture_output=True, text=True, check=False)
            if words[0] == "why":
                assert done.returncode == 1 and "nothing has been decided yet" in done.stderr, done
                continue
            wanted = 3 if " ".join(words[:2]) in of_the_daemon or words[0] in of_the_daemon - {"plugins"} else 0
            if words[0] == "doctor":  # says that nothing runs, each in its own way
                assert done.returncode in (0, 1, 3) and "not running" in done.stdout + done.stderr or "--bundle" in words, done
                continue
            assert done.returncode == wanted, done


globals()[sys.argv[3]](Path(sys.argv[1]), sys.argv[2])
