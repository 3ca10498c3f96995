#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""lists_test.py SOURCE BUILD: what is installed is in exactly one Debian package and one RPM, and versions and build
dependencies of the packages are those of the project."""
import fnmatch
import re
import subprocess
import sys
import tempfile
from pathlib import Path

source, build = Path(sys.argv[1]), Path(sys.argv[2])
packaging = source / "packaging"
complaints = []

# The parts of the build need not be there for their destinations to be known.
destinations = set()
with tempfile.TemporaryDirectory() as stage:
    subprocess.run(["cmake", "--install", build, "--prefix", "/usr"], env={"DESTDIR": stage, "PATH": "/usr/bin:/bin"},
                   check=True, stdout=subprocess.DEVNULL)
    for path in Path(stage).rglob("*"):
        if not path.is_dir():
            destinations.add(str(path.relative_to(stage)))
if not any(path.endswith("bin/poised") for path in destinations):
    complaints.append(f"{build}: installs no daemon")


def owners(path, patterns):
    """Those of {owner: patterns} that take the path, or a directory above it."""
    above = [str(parent) for parent in Path(path).parents]
    return [owner for owner, globs in patterns.items()
            if any(fnmatch.fnmatchcase(name, glob) for name in [path, *above] for glob in globs)]


debian = {file.stem: file.read_text().split() for file in (packaging / "debian").glob("*.install")}
rpm_macros = {"_bindir": "usr/bin", "_datadir": "usr/share", "_libdir": "usr/lib/*", "_libexecdir": "usr/libexec",
              "_mandir": "usr/share/man", "_includedir": "usr/include", "_userunitdir": "usr/lib/systemd/user",
              "_unitdir": "usr/lib/systemd/system", "_journalcatalogdir": "usr/lib/systemd/catalog", "_userpresetdir": "usr/lib/systemd/user-preset", "_udevrulesdir": "usr/lib/udev/rules.d"}
spec = (packaging / "rpm/poised.spec").read_text()
rpm = {}
for name, body in re.findall(r"^%files *(\w*)(?: *-f \S+)?\n(.*?)(?=^%(?:files|changelog))", spec, re.M | re.S):
    lines = [line for line in body.splitlines() if line.startswith("%{")]
    # %find_lang finds the translations.
    rpm[name or "poised"] = [re.sub(r"%\{(\w+)\}", lambda m: rpm_macros[m[1]], line) for line in lines]
rpm["poised"].append("usr/share/locale")

for path in sorted(destinations):
    # Where the distributions' own build puts it; this one has another prefix for its libraries.
    multiarch = re.sub(r"^usr/lib/(?!systemd|udev|[^/]*-linux-)", "usr/lib/any-linux-gnu/", path)
    for what, patterns in (("debian", debian), ("rpm", rpm)):
        found = owners(multiarch, patterns)
        if len(found) != 1:
            complaints.append(f"packaging/{what}: {path}: in {' and '.join(found) or 'no package'}")

version = re.search(r"^project\(poised VERSION (\S+)", (source / "CMakeLists.txt").read_text(), re.M)[1]
for file, pattern in (("debian/changelog", r"^poised \((\S+)\)"), ("rpm/poised.spec", r"^Version: +(\S+)"),
                      ("arch/PKGBUILD", r"^pkgver=(\S+)")):
    said = re.search(pattern, (packaging / file).read_text(), re.M)[1]
    if said != version:
        complaints.append(f"packaging/{file}: version {said}, not {version}")

# What only runs, or comes with debhelper's own dependencies.
not_for_building = {"g++", "ccache", "dbus-daemon"}
script = subprocess.run(["bash", "-c", f'VERSION_CODENAME=bookworm; {re.search(r"^debian_packages.*?^}", (source / "dev").read_text(), re.M | re.S)[0]}; debian_packages build'],
                        check=True, capture_output=True, text=True).stdout
wanted = set(script.split()) - not_for_building
control = (packaging / "debian/control").read_text()
declared = re.search(r"^Build-Depends: (.*?)(?=^\S)", control, re.M | re.S)[1]
named = {re.split(r"[ (|]", entry.strip())[0] for entry in declared.split(",")} - {"debhelper-compat"}
for name in sorted(wanted - named):
    complaints.append(f"packaging/debian/control: Build-Depends: {name} is missing")
for name in sorted(named - wanted):
    complaints.append(f"packaging/debian/control: Build-Depends: {name} is nothing that ./dev build needs")

for complaint in complaints:
    print(complaint, file=sys.stderr)
sys.exit(1 if complaints else 0)
