#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""rules_test.py MONITORING_DIR BIN_DIR: Prometheus takes the rules, they fire when they should, and every query of rules
and dashboard asks for a figure that poised-collect gives."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FIGURES = """poised_build_info{version="0.1.0"} 1
poised_policy_info{policy="0a1b2c3d"} 1
poised_plugin_up{plugin="notify"} 1
poised_problems{severity="error"} 0
"""


def promtool(*words, cwd=None, text=None):
    done = subprocess.run(["promtool", *words], cwd=cwd, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"promtool {' '.join(words)}: {done.stdout}{done.stderr}")


def main():
    monitoring, bin_dir = Path(sys.argv[1]), Path(sys.argv[2])
    rules = (monitoring / "poised.rules.yml").read_text()
    dashboard = json.loads((monitoring / "grafana-dashboard.json").read_text())
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    assert len(queries) == len(dashboard["panels"]) > 0
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        shutil.copy(monitoring / "poised.rules.yml", work)
        shutil.copy(Path(__file__).parent / "rules_test.yml", work)
        promtool("check", "rules", "poised.rules.yml", cwd=work)
        promtool("test", "rules", "rules_test.yml", cwd=work)

        # What is asked of a source is a query that Prometheus can read.
        as_rules = {"groups": [{"name": "dashboard", "rules": [
            {"record": f"panel:{number}", "expr": query} for number, query in enumerate(queries)]}]}
        (work / "dashboard.yml").write_text(json.dumps(as_rules))
        promtool("check", "rules", "dashboard.yml", cwd=work)

        # The figures themselves, as the collector gives them.
        (work / "run/1000/poised").mkdir(parents=True)
        (work / "run/1000/poised/health.prom").write_text(FIGURES)
        subprocess.run([bin_dir / "poised-collect", work / "run", work / "out.prom"], check=True)
        given = (work / "out.prom").read_text()
        promtool("check", "metrics", text=given)

    known = set(re.findall(r"^# TYPE (\S+)", given, re.M)) | set(re.findall(r"record: (\S+)", rules))
    asked = set(re.findall(r"\bpoised[_:][a-z_:]+", rules + " ".join(queries)))
    assert "poised_up" in known, given
    assert asked <= known, f"nobody gives {sorted(asked - known)}"
    unused = {figure for figure in known if figure.startswith("poised_")} - asked
    assert unused <= {"poised_input_seen", "poised_history_written"}, f"nobody looks at {sorted(unused)}"


main()
