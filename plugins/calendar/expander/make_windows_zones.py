#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints windows_zones.inc from CLDR's windowsZones.xml (Debian: unicode-cldr-core)."""
import re
import sys

path = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode/cldr/common/supplemental/windowsZones.xml"
rows, shown = {}, ""
for line in open(path, encoding="utf-8"):
    if comment := re.search(r"<!-- (\(UTC.*\)) ?(.*) -->", line):
        shown = " ".join(part for part in comment.groups() if part)
    zone = re.search(r'other="([^"]+)" territory="001" type="([^" ]+)', line)
    if zone:
        rows[zone[1]] = (shown, zone[2])
print("// SPDX-License-Identifier: MIT AND Unicode-3.0")
print("// Copyright © 1991-2013 Unicode, Inc. The names are data of the Unicode CLDR, windowsZones.xml;")
print("// terms of use: https://www.unicode.org/copyright.html. Made by make_windows_zones.py.")
print("// clang-format off")
for name, (shown, zone) in sorted(rows.items(), key=lambda row: row[0].lower()):
    print(f'{{"{name}", "{shown}", "{zone}"}},'.replace("&amp;", "&"))
print("// clang-format on")
