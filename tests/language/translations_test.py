#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The files of po/ are whole: the template is that of the sources, every language has every text,
and a translation holds the places for figures that its text holds.

translations_test.py SOURCE_DIRECTORY TEST"""

import pathlib
import re
import subprocess
import sys
import tempfile


def entries(po):
    """Pairs of texts and their translations, all forms of each."""
    found, ids, strings, target = [], [], [], None
    for line in po.read_text(encoding="utf-8").splitlines() + [""]:
        start = re.match(r'(msgid|msgid_plural|msgstr)(?:\[\d\])? "', line)
        if start:
            target = strings if start[1] == "msgstr" else ids
            target.append("")
        if start or line.startswith('"'):
            target[-1] += line[line.index('"') + 1 : -1]
        elif ids:
            found.append((ids, strings))
            ids, strings = [], []
    return found[1:]  # the first is the header


def places(text):
    """What stands between braces, by position: {} counts from 0."""
    given = re.findall(r"\{([^{}]*)\}", text.replace("{{", "").replace("}}", ""))
    out = []
    for position, inside in enumerate(given):
        index, _, form = inside.partition(":")
        out.append((int(index or position), form))
    return sorted(out)


def template_is_fresh(source):
    with tempfile.TemporaryDirectory() as directory:
        fresh = pathlib.Path(directory) / "poised.pot"
        subprocess.run([source / "po/extract.sh", fresh], check=True)
        if fresh.read_bytes() != (source / "po/poised.pot").read_bytes():
            sys.exit("po/poised.pot: not that of the sources; “ninja pot” makes it anew")
    assert len(entries(source / "po/poised.pot")) > 300


def languages_are_complete(source):
    known = {ids[0] for ids, _ in entries(source / "po/poised.pot")}
    languages = sorted((source / "po").glob("*.po"))
    assert languages
    for po in languages:
        answer = subprocess.run(
            ["msgfmt", "--check", "--statistics", "--output-file=/dev/null", po],
            check=True, capture_output=True, text=True, env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        ).stderr.strip()
        if not re.fullmatch(rf"{len(known)} translated messages\.", answer):
            sys.exit(f"{po.name}: {answer} ({len(known)} texts)")
        if {ids[0] for ids, _ in entries(po)} != known:
            sys.exit(f"{po.name}: not the texts of the template; “ninja pot” merges them")


def places_fit(source):
    held = 0
    for po in (source / "po").glob("*.po"):
        for ids, strings in entries(po):
            for string in strings:
                if places(string) != places(ids[-1]):
                    sys.exit(f"{po.name}: “{ids[0]}”: “{string}” has other places in braces")
                held += bool(places(string))
    assert held > 100


if __name__ == "__main__":
    {"template": template_is_fresh, "complete": languages_are_complete, "places": places_fit}[
        sys.argv[2]
    ](pathlib.Path(sys.argv[1]))
