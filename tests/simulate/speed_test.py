#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A long trace through `poisectl simulate --json`: memory must not grow with it.

Prints what it took. The aim is 2 s for a million lines with a release build; a build with
assertions on a busy machine gets more.

    speed_test.py POISECTL
"""
import datetime
import os
import subprocess
import sys
import tempfile

MOST_SECONDS = 8
MOST_GROWTH_KB = 2048


def write_trace(path, lines):
    """Typing and pauses, lunch every so often, and an answer now and then."""
    at = datetime.datetime(2026, 3, 2, 8)
    with open(path, "w") as file:
        for i in range(lines):
            what = "idle" if i % 2 else "active keyboard"
            if i % 200 == 199:
                what = "answer start"
            file.write(f"{at.isoformat()} {what}\n")
            at += datetime.timedelta(seconds=11 if i % 2 else 37)
            if i % 600 == 599:
                at += datetime.timedelta(minutes=45)


def simulate(poisectl, trace, out):
    """Processor seconds and the peak of memory in kB (this interpreter's own is the least)."""
    with open(out, "w") as file:
        child = subprocess.Popen(
            [poisectl, "simulate", "--tz", "UTC", "--json", "--trace", trace], stdout=file)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"poisectl ended with {child.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss


def main():
    with tempfile.TemporaryDirectory() as directory:
        trace, out = os.path.join(directory, "trace"), os.path.join(directory, "out")
        write_trace(trace, 1000)
        _, small = simulate(sys.argv[1], trace, out)
        write_trace(trace, 1_000_000)
        seconds, large = simulate(sys.argv[1], trace, out)
        with open(out) as file:
            prompts = sum('"event":"prompt"' in line for line in file)
    print(f"1 000 000 lines: {seconds:.2f} s of processor time, {large} kB at most "
          f"({small} kB for 1000 lines), {prompts} prompts")
    if prompts < 100:
        sys.exit("that was no test: hardly a prompt")
    if large > small + MOST_GROWTH_KB:
        sys.exit("memory grows with the trace")
    if seconds > MOST_SECONDS:
        sys.exit("far too slow")


main()
