#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""network_home_test.py BIN_DIR: a home on a file server, by SSHFS with a real server behind it: the history uses no shared
memory there, the person is told whose server it is, and a server that does not answer for a while costs no count."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "rigs"))
from waiting import PATIENCE, wait_for  # noqa: E402

SERVER = "files.example.org"


def sftp_server():
    for folder in ("lib/openssh", "libexec/openssh", "lib/ssh"):
        if (program := Path("/usr") / folder / "sftp-server").exists():
            return program
    return sys.exit("network_home_test: sftp-server: not found (Debian package openssh-sftp-server)")


def waits_for_files(process):
    return "request_wait" in Path(f"/proc/{process.pid}/wchan").read_text()


class FileServer:
    """What is in `exported`, at `point`, over the protocol of SSH's file transfer."""

    def __init__(self, exported, point):
        self.point = point
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self.server = subprocess.Popen([sftp_server()], stdin=ours, stdout=ours)
            self.client = subprocess.Popen(["sshfs", "-f", "-o", f"passive,fsname={SERVER}:/homes", f":{exported}", point],
                                           stdin=theirs, stdout=theirs)
        wait_for("the home is mounted", lambda: os.path.ismount(point))

    def stop(self):
        self.server.send_signal(signal.SIGCONT)
        subprocess.run(["fusermount3", "-u", "-z", self.point], check=True)
        self.client.wait(PATIENCE)
        self.server.wait(PATIENCE)


class Person:
    def __init__(self, home, work, bin_dir):
        self.home, self.bin = home, bin_dir
        run = work / f"run-{home.name}"
        run.mkdir(mode=0o700)
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "XDG_RUNTIME_DIR": str(run),
            "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent/system-bus",
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={run}/bus"}
        self.running = []
        self.start("dbus-daemon", "--session", f"--address=unix:path={run}/bus", "--nofork", "--nopidfile")
        wait_for("the bus runs", (run / "bus").exists)
        self.daemon = self.start(bin_dir / "poised")
        wait_for("the daemon runs", lambda: self.ctl("status").returncode == 0)

    def start(self, *command):
        process = subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.running.append(process)
        return process

    def stop(self):
        for process in reversed(self.running):
            process.kill()
            process.wait()

    def ctl(self, *words):
        return subprocess.run([self.bin / "poisectl", *words], env=self.environment, capture_output=True, text=True,
                              check=False, timeout=PATIENCE)

    def outcomes(self):
        told = self.ctl("history", "--json")
        return [] if told.returncode else [entry["outcome"] for entry in json.loads(told.stdout)["breaks"]]

    def stretch(self):
        for word in (("take", "stretch"), ("done",)):
            done = self.ctl(*word)
            assert done.returncode == 0, done

    def journal(self):
        """How the history is written: SQLite's file says so in its header."""
        header = (self.home / ".local/state/poised/history.db").read_bytes()[18:20]
        return {b"\1\1": "rollback", b"\2\2": "write-ahead"}[header]


def main():
    bin_dir = Path(sys.argv[1])
    people, server = [], None
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        for folder in ("exported/kim/.local/state", "mounted", "local/.local/state"):
            (work / folder).mkdir(parents=True)
        try:
            server = FileServer(work / "exported", work / "mounted")
            local = Person(work / "local", work, bin_dir)
            people.append(local)
            kim = Person(work / "mounted/kim", work, bin_dir)
            people.append(kim)
            for person in people:
                person.stretch()
                wait_for("the stretch is in the history", lambda at=person: at.outcomes() == ["taken"])
            assert local.journal() == "write-ahead" and kim.journal() == "rollback", (local.journal(), kim.journal())
            assert SERVER not in local.ctl("privacy").stdout
            assert f"your home is on\n              {SERVER}" in kim.ctl("privacy").stdout, kim.ctl("privacy").stdout

            # A server that does not answer for a while, as when it is restarted: whatever waits for it, goes on after it.
            server.server.send_signal(signal.SIGSTOP)
            asked = kim.start(bin_dir / "poisectl", "take", "stretch")
            wait_for("something waits for it", lambda: waits_for_files(kim.daemon) or waits_for_files(asked))
            server.server.send_signal(signal.SIGCONT)
            assert asked.wait(PATIENCE) == 0
            assert kim.ctl("done").returncode == 0
            wait_for("that stretch is in the history, too", lambda: kim.outcomes() == ["taken", "taken"])
            assert kim.daemon.poll() is None
        finally:
            for person in people:
                person.stop()
            if server:
                server.stop()


main()
