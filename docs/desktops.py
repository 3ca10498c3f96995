#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""desktops.py BUILD_DIR: runs the tests of the input sources and prints docs/desktops.md.

A cell is what the tests named for it say; one that failed, or was not run, says so. Ends with 1 then.
"""

import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from pathlib import Path

COLUMNS = ["idle", "resume", "keyboard/pointer split", "lock", "inhibitor-proof", "compositor restart", "suspend"]
SEAT_WIDE = "no: the protocol tells of the seat as a whole"
LOCK = ("tested", ["ALogin.ALockedScreenIsAbsenceAtOnceAndUnlockingPresence", "ALogin.WhatALockerSaysTwiceIsToldOnce"])
SUSPEND = ("tested with a mocked logind", ["ALogin.AWakeUpWithoutInputIsNotPresence",
                                           "ALogin.TheStateIsSavedBeforeTheMachineSleeps"])


def wayland(name, inhibitors):
    test = "Of/OnDesktop.{}/" + name
    return [
        ("tested", [test.format("IdleIsSeenInTimeAndBackDated")]),
        ("tested", [test.format("ResumeIsSeenAtOnce")]),
        (SEAT_WIDE, [test.format("SaysHowItSeesAndThatItCannotTellDevicesApart")]),
        LOCK,
        inhibitors,
        ("tested", [test.format("TheCompositorMayDieAndComeBack")]),
        SUSPEND,
    ]


X11 = "ActivityX11OnXvfb."
ROWS = {
    "X11 (Xvfb)": [
        ("tested", [X11 + "IdlenessIsBackDatedToTheLastInput"]),
        ("tested", [X11 + "AKeyIsInputOnTheKeyboardAlone"]),
        ("yes, tested", [X11 + "AKeyIsInputOnTheKeyboardAlone", X11 + "AMotionIsInputOnThePointerAlone"]),
        LOCK,
        ("no: a reset of the screen saver looks like input", [X11 + "AResetOfTheScreenSaverLooksLikeInputOnBoth"]),
        ("tested", ["ADisplayOfItsOwn.IsWaitedForWhenItsServerDies"]),
        SUSPEND,
    ],
    "GNOME (mutter)": wayland("Gnome", ("not tested: nothing here keeps Mutter from idling", [])),
    "KDE (kwin_wayland, ext-idle-notify-v1 version 1)": wayland(
        "Kde", ("no before version 2, and that is said", ["OnFake.Version1SaysThatItCountsIt"])),
    "wlroots (phoc, org_kde_kwin_idle)": wayland(
        "Wlroots", ("no: the protocol does not tell; that is said", ["OnFake.Version1SaysThatItCountsIt"])),
    "ext-idle-notify-v1 version 2 (a compositor of the tests' own)": [
        ("tested", ["OnFake.SeatsThatComeAndGoDoNotConfuseIt"]),
        ("tested", ["OnFake.SeatsThatComeAndGoDoNotConfuseIt"]),
        (SEAT_WIDE, []),
        LOCK,
        ("yes, tested", ["OnFake.Version2IgnoresWhatKeepsTheScreenOn"]),
        ("its death is tested", ["OnFake.ItsDeathIsNoticedAtOnce"]),
        SUSPEND,
    ],
    "Weston (tells nothing)": [
        ("cannot be seen, and that is said", ["CannotSee.OnWestonWhichTellsNothing",
                                              "AChoice.OnWestonThereIsNoneAndThatIsSaid"]),
        ("cannot be seen", []), ("no", []), LOCK, ("–", []), ("–", []), SUSPEND,
    ],
    "any other, by logind's idle hint": [
        ("late, as the desktop sets it; tested with a mocked logind", ["ActivityLogind.FollowsTheHintAndSaysThatItIsLate"]),
        ("tested with a mocked logind", ["ActivityLogind.FollowsTheHintAndSaysThatItIsLate"]),
        ("no", []), LOCK, ("as the desktop has it", []), ("–", []), SUSPEND,
    ],
}
INTRODUCTION = """# What is seen on which desktop

Made by `docs/desktops.py` from a run of the tests; do not edit. A cell without “tested” says why.

Without `activity.sources`, the sources are asked in this order, and the first that works is used: `gnome` (Mutter's idle
monitor), `wayland` (ext-idle-notify-v1, else org_kde_kwin_idle), `x11` (XSync; not Xwayland, which sees half of the
input), `logind` (the idle hint, if the desktop has ever set it). Each refuses a desktop that is not its own. They are asked
again when a desktop comes or goes. Where none works, presence is `unknown`: `status`, `doctor` and one notification say so.

Lock, sleep and other people's turns at the seat come from logind and the screen lockers, whatever the source.
"""


def results(build):
    found = {}
    programs = ["plugins/activity_x11_test", "plugins/activity_desktops_test", "plugins/activity_logind_test",
                "system/system_test"]
    wanted = {test for row in ROWS.values() for _, tests in row for test in tests}
    for program in programs:
        with tempfile.NamedTemporaryFile(suffix=".xml") as report:
            subprocess.run([build / "tests" / program, "--gtest_filter=" + ":".join(sorted(wanted)),
                            "--gtest_output=xml:" + report.name], stdout=subprocess.DEVNULL, check=False)
            for case in xml.parse(report.name).iter("testcase"):
                name = case.get("classname") + "." + case.get("name")
                found[name] = case.find("failure") is None and case.get("status") == "run"
    return found


def main():
    found = results(Path(sys.argv[1]))
    well = True
    lines = [INTRODUCTION, "| desktop | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for desktop, row in ROWS.items():
        cells = []
        for text, tests in row:
            bad = [test for test in tests if not found.get(test)]
            well = well and not bad
            cells.append("FAILED: " + ", ".join(bad) if bad else text)
        lines.append(f"| {desktop} | " + " | ".join(cells) + " |")
    print("\n".join(lines))
    return 0 if well else 1


sys.exit(main())
