#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""prometheus_test.py MONITORING_DIR BIN_DIR: the daemon writes its figures, the collector gathers them, node_exporter
serves them, and Prometheus with the packaged rules answers what IT asks. All of it real, on ports of the test's own."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "rigs"))
from waiting import wait_for  # noqa: E402


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Rig:
    def __init__(self, work, bin_dir):
        self.work, self.bin = work, bin_dir
        self.running = []
        (work / "home/.config/poised").mkdir(parents=True)
        (work / "home/.config/poised/poised.toml").write_text('[telemetry]\nexport = "file"\n')
        for folder in ("run/1000", "textfile"):
            (work / folder).mkdir(parents=True)
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(work / "home"), "LC_ALL": "C.UTF-8",
            "XDG_RUNTIME_DIR": str(work / "run/1000"),
            "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent/system-bus",
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={work}/bus"}

    def start(self, *command, **options):
        log = open(self.work / f"{Path(command[0]).name}.log", "ab")  # the child's, for as long as it lives
        process = subprocess.Popen([str(word) for word in command], env=self.environment, stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=log, **options)
        self.running.append(process)
        return process

    def stop(self):
        for process in reversed(self.running):
            process.kill()
            process.wait()

    def start_desktop(self):
        self.start("dbus-daemon", "--session", f"--address={self.environment['DBUS_SESSION_BUS_ADDRESS']}", "--nofork")
        wait_for("the bus is there", (self.work / "bus").exists)
        read, write = os.pipe()
        self.start("Xvfb", "-displayfd", write, "-nolisten", "tcp", pass_fds=[write])
        os.close(write)
        with os.fdopen(read) as display:
            self.environment["DISPLAY"] = ":" + display.readline().strip()
        self.start("dunst")

    def collect(self):
        subprocess.run([self.bin / "poised-collect", self.work / "run", self.work / "textfile/poised.prom"], check=True)


def fetch(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


def reachable(url):
    try:
        return fetch(url)
    except OSError:
        return None


def main():
    monitoring, bin_dir = Path(sys.argv[1]), Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        rig = Rig(work, bin_dir)
        try:
            check(rig, work, monitoring)
        finally:
            rig.stop()


def check(rig, work, monitoring):
    rig.start_desktop()
    daemon = rig.start(rig.bin / "poised")
    figures = work / "run/1000/poised/health.prom"
    wait_for("the daemon writes its figures", figures.exists)
    wait_for("its plugins work", lambda: 'plugin="notify"} 1\n' in figures.read_text())
    assert "poised_input_seen 1\n" in figures.read_text()
    rig.collect()

    exporter = free_port()
    rig.start("prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile",
              f"--collector.textfile.directory={work}/textfile", f"--web.listen-address=127.0.0.1:{exporter}")
    page = wait_for("node_exporter serves", lambda: reachable(f"http://127.0.0.1:{exporter}/metrics"))
    assert "node_textfile_scrape_error 0\n" in page, page
    assert "poised_up 1\n" in page, page

    shutil.copy(monitoring / "poised.rules.yml", work)
    (work / "prometheus.yml").write_text(json.dumps({
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": ["poised.rules.yml"],
        "scrape_configs": [{"job_name": "node", "static_configs": [{"targets": [f"127.0.0.1:{exporter}"]}]}]}))
    port = free_port()
    rig.start("prometheus", f"--config.file={work}/prometheus.yml", f"--storage.tsdb.path={work}/data",
              f"--web.listen-address=127.0.0.1:{port}")

    def ask(query):
        answer = reachable(f"http://127.0.0.1:{port}/api/v1/query?{urllib.parse.urlencode({'query': query})}")
        return json.loads(answer)["data"]["result"] if answer else []

    def value(query):
        result = ask(query)
        return result[0]["value"][1] if result else None

    version = json.loads(subprocess.run([rig.bin / "poised", "--version", "--json"], capture_output=True, text=True,
                                        check=True).stdout)["version"]
    wait_for("Prometheus knows the version", lambda: ask(f'poised_build_info{{version="{version}"}}'))
    wait_for("the rules count it", lambda: value("poised:hosts:by_version") == "1")
    assert value('poised_plugin_up{plugin="notify"}') == "1"
    assert value("time() - poised_collector_last_run_timestamp_seconds < 120") is not None
    assert not ask('ALERTS{alertname="PoisedDied"}')

    # A daemon that was killed is told from one that was stopped.
    daemon.kill()
    daemon.wait()
    rig.collect()
    wait_for("the death is noticed", lambda: value("poised_up") == "0")
    wait_for("the alert is on its way", lambda: ask('ALERTS{alertname="PoisedDied",alertstate="pending"}'))

    # What somebody put there does not reach anybody.
    figures.write_text('poised_build_info{version="x"} 1\nkim_was_away_seconds 3600\n')
    rig.collect()
    wait_for("the forgery is told", lambda: value("poised_collector_refused") == "1")
    assert not ask("kim_was_away_seconds")
    assert "node_textfile_scrape_error 0\n" in fetch(f"http://127.0.0.1:{exporter}/metrics")


main()
