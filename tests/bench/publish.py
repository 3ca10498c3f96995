#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""publish.py PAGE NAME BUILD <TABLE: prints the table, and puts it into the page between <!-- NAME --> and <!-- /NAME -->, with
what was measured, on what and when."""

import datetime
import os
import re
import sys
from pathlib import Path

page, name, build = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
table = sys.stdin.read().strip()
print(table)
if "|" not in table:
    sys.exit("publish: no table")
model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.M)
caption = f"{build} on {os.cpu_count()} processors ({model[1] if model else os.uname().machine}), {datetime.date.today()}:"
text, count = re.subn(rf"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)", lambda _: f"{caption}\n\n{table}\n\n", page.read_text(),
                      flags=re.S)
if count != 1:
    sys.exit(f"publish: {page}: no place for {name}")
page.write_text(text)
