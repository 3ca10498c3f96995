#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Breaks the core in many small ways and counts how many of them its tests notice.

Flips comparisons, negates conditions, swaps operators, changes constants, drops statements in
daemon/core/*.cpp, one at a time; compiles that file, links the tests of the core with it, runs them.
What does not compile does not count. Writes docs/mutation.md; reasons given there for mutants that
survive are kept. Exit status 1 if fewer than the wanted share are killed.

usage: mutate_core.py BUILD_DIR [--count N] [--seed S] [--only SURVIVORS|FILE] [--list] [--no-report]

BUILD_DIR is a configured and built tree with the tests.
"""
import argparse
import concurrent.futures
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "daemon" / "core"
REPORT = ROOT / "docs" / "mutation.md"
WANTED = 90  # per cent
DAYS = 150  # of each property; a broken rule shows within a few
# The fast ones first: most mutants do not get further.
STAGES = [("core/core_test", "-Everybody.*:Days.*:Year.*"),
          ("catalogue/catalogue_test", "Programme.*"),
          ("core/core_test", "Everybody.*:Days.*:Year.ADay*")]
NO_REASON = "**no reason given**"
UNCOMPILED = "mutation-uncompiled.json"
MOST_MEMORY = 1 << 30  # bytes: a broken loop collects facts without end


class Mutant:
    def __init__(self, path, text, number, after, kind):
        self.path, self.text, self.number, self.kind = path, text, number, kind
        self.before, self.after = text[number], after
        self.outcome = None

    def key(self):
        return (self.path.name, self.before.strip(), self.after.strip())

    def source(self):
        return "\n".join([*self.text[:self.number], self.after, *self.text[self.number + 1:], ""])


def code_end(line):
    """Where the comment begins; strings hold no slashes in the core."""
    at = line.find("//")
    return len(line) if at < 0 else at


def in_string(line, at):
    return line.count('"', 0, at) % 2 == 1


SWAPS = [
    (r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "),
    (r" < ", " >= "), (r" > ", " <= "), (r" == ", " != "), (r" != ", " == "),
    (r" && ", " || "), (r" \|\| ", " && "), (r" \+ ", " - "), (r" - ", " + "),
    (r" \* ", " / "), (r" / ", " * "), (r" \+= ", " -= "), (r" -= ", " += "),
    (r" & ", " | "), (r" \| ", " & "), (r"std::max\b", "std::min"), (r"std::min\b", "std::max"),
    (r"\btrue\b", "false"), (r"\bfalse\b", "true"), (r"(?<=[ (])!(?=[a-z(])", ""),
    (r"\+\+(?=[a-z])", "--"),
]
DECLARES = re.compile(r"^(const |constexpr |auto |using |namespace |struct |class |enum |template|"
                      r"static |std::[a-z_:<>]+ [a-z_]+[;({=]|[A-Z][A-Za-z:]+ [a-z_]+[;({= ]|int |bool )")


def mutants_of(path):
    found = []
    text = path.read_text().splitlines()
    for number, line in enumerate(text):
        bare = line.strip()
        if not bare or bare.startswith(("//", "#")):
            continue
        end = code_end(line)
        add = lambda after, kind: found.append(Mutant(path, text, number, after, kind))
        for pattern, by in SWAPS:
            for match in re.finditer(pattern, line[:end]):
                if in_string(line, match.start()):
                    continue
                add(line[:match.start()] + by + line[match.end():], "operator")
        for match in re.finditer(r"(?<![\w.])(\d+)(?![\w.x])", line[:end]):
            if in_string(line, match.start()):
                continue
            value = int(match.group(1))
            for other in {value + 1, max(value - 1, 0)} - {value}:
                add(line[:match.start()] + str(other) + line[match.end():], "constant")
        condition = re.match(r"^(\s*(?:\} else )?(?:if|while) \()(.*)(\)(?: \{| [^()]*.*)?)$", line[:end])
        if condition:
            depth, close = 1, None
            begin = len(condition.group(1))
            for at in range(begin, end):
                depth += {"(": 1, ")": -1}.get(line[at], 0)
                if depth == 0:
                    close = at
                    break
            inside = line[begin:close] if close else ""
            if close and ";" not in inside and not re.match(r"(const )?auto\b", inside):
                add(f"{line[:begin]}!({inside}){line[close:]}", "condition")
                tail = line[close + 1:end].strip()
                if tail in ("return;", "continue;", "break;", "return false;", "return true;",
                            "return never;", "return best;", "return no_break;"):
                    add(f"{line[:begin]}{inside}) {{}}", "dropped")
        if (line[:end].rstrip().endswith(";") and not DECLARES.match(bare)
                and not bare.startswith(("return", "break", "continue", "case", "default", "}", "if ", "for ",
                                         "while ", "else", "&&", "||", "?", ":"))
                and bare.count("(") == bare.count(")") and bare.count("{") == bare.count("}")):
            previous = text[number - 1].strip() if number else ""
            if previous.endswith((";", "{", "}", ")", ":", "else")) or previous.startswith("//"):
                add(line[:len(line) - len(line.lstrip())] + ";", "dropped")
    return found


def sample(mutants, count, seed):
    """Spread over the files by their size, the same for the same seed."""
    chosen = random.Random(seed).sample(mutants, min(count, len(mutants)))
    return sorted(chosen, key=lambda m: (m.path.name, m.number))


class Laboratory:
    def __init__(self, build):
        self.build = build
        self.timeouts = [600] * len(STAGES)
        commands = json.loads((build / "compile_commands.json").read_text())
        self.compile = {Path(c["file"]).name: c["command"] for c in commands
                        if Path(c["file"]).parent == CORE}
        self.links = {program: self.link_of(program) for program, _ in STAGES}

    def link_of(self, program):
        name = Path(program).name
        lines = subprocess.run(["ninja", "-C", str(self.build), "-t", "commands", name],
                               check=True, capture_output=True, text=True).stdout.splitlines()
        line = next(line for line in reversed(lines) if f"{name}.dir" in line and " -o " in line and " -c " not in line)
        # Neither test discovery nor anything else after the linking.
        return next(part for part in line.split("&&") if " -o " in part)

    def run(self, command, timeout, cwd=None):
        try:
            done = subprocess.run(command, shell=isinstance(command, str), cwd=cwd or self.build,
                                  capture_output=True, text=True, timeout=timeout)
        except subprocess.TimeoutExpired:
            return None
        return done.returncode

    def passes_stage(self, folder, number):
        """True, False, or None if it did not end in time."""
        program, tests = STAGES[number]
        code = self.run(["prlimit", f"--as={MOST_MEMORY}", "env", f"POISED_TEST_DAYS={DAYS}",
                         "POISED_TEST_SHRINK=0", str(folder / program), "--gtest_fail_fast", "--gtest_brief=1",
                         f"--gtest_filter={tests}"], self.timeouts[number], self.build)
        return None if code is None else code == 0

    def check_unbroken(self):
        """Nothing is proven by tests that fail anyway; and their time is the measure of an endless one."""
        measured = []
        for number, (program, tests) in enumerate(STAGES):
            begin = time.monotonic()
            if not self.passes_stage(self.build / "tests", number):
                sys.exit(f"mutate_core: {program}: {tests}: fails without any mutation")
            measured.append(max(20, 6 * (time.monotonic() - begin)))
        self.timeouts = measured

    def passes(self, folder):
        for number, (program, _) in enumerate(STAGES):
            if not (folder / program).exists():
                (folder / program).parent.mkdir(exist_ok=True)
                # An object named before the library takes the place of its member.
                link = re.sub(r" -o \S+", f" -o {folder / program} {folder}/mutant.o", self.links[program], count=1)
                if self.run(link, 300) != 0:
                    return "does not link"
            passed = self.passes_stage(folder, number)
            if not passed:
                return "killed (endless)" if passed is None else "killed"
        return "survived"

    def test(self, mutant):
        with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
            folder = Path(folder)
            source = folder / mutant.path.name
            source.write_text(mutant.source())
            command = self.compile[mutant.path.name]
            command = re.sub(r"^\S*ccache ", "", command)
            command = re.sub(r" -O\d?| -g\d?| -Werror", "", command)
            command = re.sub(r" -o \S+", f" -o {folder}/mutant.o", command)
            command = re.sub(r" -c \S+", f" -w -O0 -I{CORE.parent} -c {source}", command)
            if self.run(command, 300) != 0:
                return "does not compile"
            return self.passes(folder)


def reported_survivors():
    """What the report says of each, by what was changed."""
    survivors = {}
    if REPORT.exists():
        for line in REPORT.read_text().splitlines():
            cells = re.findall(r"``\s?(.*?)\s?``", line)
            if line.startswith("| ") and len(cells) == 3:
                survivors[tuple(cells)] = line.rsplit("|", 2)[-2].strip()
    return survivors


def known_reasons():
    return {key: reason for key, reason in reported_survivors().items() if reason != NO_REASON}


def code(text):
    return f"`` {text.strip()} ``".replace("|", "\\|")


def write_report(mutants, counted, killed, seed, total):
    reasons = {tuple(c.replace("\\|", "|") for c in k): v for k, v in known_reasons().items()}
    survivors = [m for m in counted if m.outcome == "survived"]
    share = 100 * killed / len(counted)
    lines = [
        "<!-- Written by tests/mutation/mutate_core.py (./dev prove); reasons are kept. -->",
        "# Mutation check of the core", "",
        f"Of {total} ways to break `daemon/core` by one small change, {len(mutants)} were tried (seed {seed}); "
        f"{len(counted)} of them compile. The tests of the core notice {killed}: {share:.1f} %.", "",
    ]
    by_kind = {}
    for mutant in counted:
        row = by_kind.setdefault(mutant.kind, [0, 0])
        row[0] += 1
        row[1] += mutant.outcome != "survived"
    lines += ["| kind | tried | noticed |", "|---|---|---|"]
    lines += [f"| {kind} | {row[0]} | {row[1]} |" for kind, row in sorted(by_kind.items())]
    lines += ["", "## Not noticed", "", "| file | line | becomes | why |", "|---|---|---|---|"]
    for m in survivors:
        reason = reasons.get(m.key(), NO_REASON)
        lines.append(f"| `` {m.path.name} `` | {code(m.before)} | {code(m.after)} | {reason} |")
    REPORT.write_text("\n".join(lines) + "\n")
    return sum(m.key() not in reasons for m in survivors)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n\n")[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="a file of the core, or 'survivors' of the last report")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--no-report", action="store_true")
    options = parser.parse_args()

    everything = [m for path in sorted(CORE.glob("*.cpp")) for m in mutants_of(path)]
    mutants = sample(everything, options.count, options.seed)
    if options.only == "survivors":
        reported = {tuple(c.replace("\\|", "|") for c in k) for k in reported_survivors()}
        mutants = [m for m in mutants if m.key() in reported]
    elif options.only:
        mutants = [m for m in mutants if m.path.name == options.only]
    if options.list:
        for m in mutants:
            print(f"{m.path.name}:{m.number + 1}: {m.before.strip()}  =>  {m.after.strip()}")
        return 0
    laboratory = Laboratory(options.build.resolve())
    laboratory.check_unbroken()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        running = {pool.submit(laboratory.test, m): m for m in mutants}
        for number, done in enumerate(concurrent.futures.as_completed(running), 1):
            mutant = running[done]
            mutant.outcome = done.result()
            mark = "" if mutant.outcome.startswith("killed") else \
                f"\n    {mutant.before.strip()}\n    {mutant.after.strip()}"
            print(f"{number}/{len(mutants)} {mutant.path.name}:{mutant.number + 1} {mutant.kind}: "
                  f"{mutant.outcome}{mark}", flush=True)
    if options.only == "survivors":
        # The others are as they were: their outcomes are those of the whole run before.
        again = {m.key() for m in mutants}
        rest = [m for m in sample(everything, options.count, options.seed) if m.key() not in again]
        uncompiled = json.loads((options.build / UNCOMPILED).read_text())
        for m in rest:
            m.outcome = "does not compile" if list(m.key()) in uncompiled else "killed"
        mutants += rest
    else:
        (options.build / UNCOMPILED).write_text(json.dumps(
            [m.key() for m in mutants if m.outcome.startswith("does not")]))
    counted = [m for m in mutants if m.outcome == "survived" or m.outcome.startswith("killed")]
    killed = sum(m.outcome != "survived" for m in counted)
    share = 100 * killed / max(len(counted), 1)
    print(f"{killed} of {len(counted)} mutants killed: {share:.1f} % (wanted: {WANTED} %)")
    unexplained = 0
    if not options.no_report and options.only in (None, "survivors"):
        unexplained = write_report(mutants, counted, killed, options.seed, len(everything))
        print(f"{REPORT.relative_to(ROOT)}: {unexplained} survivors without a reason")
    return 0 if share >= WANTED and not unexplained else 1


if __name__ == "__main__":
    sys.exit(main())
