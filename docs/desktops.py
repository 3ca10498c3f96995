#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""desktops.py BUILD_DIR [PAGE]: prints docs/desktops.md, or what PAGE lacks of it.

A cell is what the tests named for it say: those that ctest has run since they were built, and the others are run now.
One that failed, or was not run, says so. Ends with 1 then. Needs root.
"""

import difflib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from pathlib import Path

COLUMNS = ["idle", "resume", "keyboard/pointer split", "lock", "inhibitor-proof", "compositor restart", "suspend"]
SEAT_WIDE = "no: the protocol tells of the seat as a whole"
LOCK = ("tested", ["ALogin.ALockedScreenIsAbsenceAtOnceAndUnlockingPresence", "ALogin.WhatALockerSaysTwiceIsToldOnce"])
SUSPEND = ("real logind, tested", ["ARealLogin.AScheduledWakeWithoutInputIsNotPresence",
                                   "ARealLogin.SleepWaitsForNothingThatPoisedHolds",
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
    "GNOME (mutter)": wayland("Gnome", ("yes, tested", ["OnMutter.WhatKeepsTheScreenOnIsNoInput"])),
    "KDE (kwin_wayland, ext-idle-notify-v1 version 1)": wayland(
        "Kde", ("no before version 2, and that is said", ["OnFake.Version1SaysThatItCountsIt"])),
    "wlroots (phoc, org_kde_kwin_idle or ext-idle-notify-v1 version 1)": wayland(
        "Wlroots", ("no: neither protocol tells; that is said", ["OnFake.Version1SaysThatItCountsIt"])),
    "ext-idle-notify-v1 version 2 (a compositor of the tests' own)": [
        ("tested", ["OnFake.SeatsThatComeAndGoDoNotConfuseIt"]),
        ("tested", ["OnFake.SeatsThatComeAndGoDoNotConfuseIt"]),
        (SEAT_WIDE, []),
        LOCK,
        ("yes, tested", ["OnFake.Version2IgnoresWhatKeepsTheScreenOn"]),
        ("tested", ["OnFake.ItsDeathIsNoticedAtOnceAndItsReturnToo"]),
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
        ("no", []), LOCK, ("as the desktop has it", []), ("that of logind, tested", ["ActivityLogind.LogindMayBeRestarted"]),
        SUSPEND,
    ],
}
# What is known to go wrong in programs of this kind, and the tests that stand against it.
BUGS = {
    "nothing is seen, and the person taken to be active, or 0 ms idle, for ever": [
        "CannotSee.OnWestonWhichTellsNothing", "AChoice.OnWestonThereIsNoneAndThatIsSaid",
        "ActivityLogind.DoesNotBelieveAHintThatNobodyEverSet", "P5.UnknownGivesNoNaturalCredit"],
    "keyboard or pointer alone is not seen, or only through Xwayland": [
        "Of/OnDesktop.AKeyIsInputAsAMotionIs/Kde", "Of/OnDesktop.AKeyIsInputAsAMotionIs/Wlroots",
        "Of/OnDesktop.AKeyIsInputAsAMotionIs/Gnome", "ActivityX11.RefusesXwaylandItself"],
    "a playing video counts as input, so that a break is never completed, or pauses everything": [
        "OnFake.Version2IgnoresWhatKeepsTheScreenOn", "AnInhibitor.IsIgnoredUnlessSomethingElseIsWanted",
        "AnInhibitor.PausesPrompts"],
    "the shell or compositor restarts, and nothing is heard of any more": [
        "AChoice.OnGnomeIsMutterAndOutlivesIt", "AChoice.OnKdeIsTheCompositorsOwnWordAndOutlivesIt"],
    "idleness is dated from when it was noticed": [
        "Of/OnDesktop.IdleIsSeenInTimeAndBackDated/Kde", "P3.AbsenceBeganAtTheLastInputNotWhenItWasNoticed"],
    "input is missed while a watch is set anew": [
        "Of/OnDesktop.ATypingGapIsWatchedBesidePresence/Kde",
        "ActivityX11OnXvfb.InputBetweenTwoThresholdsEndsTheShorterPauseOnly"],
    "the state is wrong at the start of the session": [
        "Of/OnDesktop.APersonWhoIsAtWorkIsSeenWhenItStarts/Gnome", "ALogin.StartedUnderLockItKnows"],
    "the break moves away while input flaps": ["B4.ShowsAtLowUrgencyWhenNoGapCame",
                                               "OnFake.CapabilitiesThatFlapChangeNothing"],
    "the journal fills up": ["KnownBug.TheJournalFillsUpWhereInputCannotBeSeen"],
    "a break is asked of an empty chair": ["B5.NothingIsShownWhileAbsent"],
    "sleep is booked as work, or a break asked for on waking": [
        "ARealLogin.AScheduledWakeWithoutInputIsNotPresence",
        "Lengths/P4SameEffect.SleepLockAndIdlenessOfEqualLengthAreEqual/0",
        "ATimeNamespace.HowLongItWasAwayIsToldByTheClockThatRunsOnInSuspend"],
    "a break that is slept through is stuck on the screen": ["KnownBug.ABreakThatIsSleptThroughIsStuckOnTheScreen"],
    "no break is asked for any more after sleep": ["KnownBug.NoBreakIsAskedForAnyMoreAfterTheMachineSlept"],
    "a brief lock wipes all progress": ["ALogin.ABriefLockWipesNothing"],
    "a long lock is no break": ["Lengths/P4SameEffect.SleepLockAndIdlenessOfEqualLengthAreEqual/0"],
    "a locked screen is asked for breaks": ["ALogin.NothingIsAskedWhileTheScreenIsLocked"],
    "full-screen windows, calls and shared screens are interrupted": [
        "A5.CallShareAndTheLikeHoldWithoutLimit", "A5.VideoAndFullScreenHoldTwentyMinutesPastDue",
        "MeetingsOnAServer.NothingIsShownUntilTheMeetingIsOverAndHasSettled"],
    "after a meeting a whole interval begins anew": ["A2.ReleasedTwoMinutesAfterTheEnd"],
    "a pause that was set for an hour stays for ever": ["B10.APauseEndsByItself"],
    "breaks outside working hours": ["A6.PromptsOnlyWithinTheHours"],
    "reading, thinking and calls are taken for rest": [
        "P3.APauseShorterThanTheThresholdIsWork", "P1.EveryKindOfPassiveEvidenceCountsAndNoOther"],
    "absences of a few minutes are not credited": ["B2.AnAbsenceOfTheNaturalLengthResetsTheCount"],
    "asked in the middle of a word": ["B4.WaitsForAPauseOfTheGap"],
    "woken every second, awake or asleep": ["AllSources.AreNotWokenInAMinuteWithoutInput",
                                            "ADayWithAccidents.SleepsWhileNobodyIsThere"],
    "short idleness resets the time sat": ["S2.TheTimerRunsThroughShortIdleness"],
    "one plugin that is missing or broken stops everything": ["BadInput.APluginWhoseLibraryIsMissing",
                                                              "BadInput.APluginThatHangs"],
    "statistics are lost, or booked on the wrong day": ["ADayWithAccidents.KeepsTheOpenPromptAndTheCountOverAKill",
                                                        "P7.TheDayTurnsAtFourAndResetsTheTotals"],
    "a step of the clock, or another time zone, moves breaks": [
        "FakedTime.AStepOfTheWallClockMovesNoBreak", "Time.AnotherTimeZoneIsTakenAtOnce"],
    "a changed setting resets all progress": ["ADayWithAccidents.TakesAChangedConfigurationWithoutLosingTheCount"],
}
NOT_OURS = """Two classes are left: a mouse that jitters by itself, and a program that fakes input, cannot be told from a hand by
any of the protocols above; and windows over the screen, which elsewhere appear on one monitor only, take the focus or
are dead to clicks, do not exist here.
"""
INTRODUCTION = """# What is seen on which desktop

Made by `docs/desktops.py` from a run of the tests; do not edit. A cell without “tested” says why.

Without `activity.sources`, the sources are asked in this order, and the first that works is used: `gnome` (Mutter's idle
monitor), `wayland` (ext-idle-notify-v1, else org_kde_kwin_idle), `x11` (XSync; not Xwayland, which sees half of the
input), `logind` (the idle hint, if the desktop has ever set it). Each refuses a desktop that is not its own. They are asked
again when a desktop comes or goes. Where none works, presence is `unknown`: `status`, `doctor` and one notification say so.

Lock, sleep and other people's turns at the seat come from logind and the screen lockers, whatever the source.

Several graphical sessions of one person at a time, such as one here and one from afar, are one count: there is a source
on each, found by the processes of its login session, and keyboard and pointer are no longer told apart. Prompts go to the
session with the last input. Where sessions share one session bus, they share the notification server that is on it, and
prompts appear where that one shows them.

What keeps the screen on is no input (`activity.inhibitors`). Where it is to count as presence or to pause prompts, it is
heard of from logind, from session managers like GNOME's (MATE and Cinnamon have them) and from KDE's power management. What
the windows of other Wayland compositors ask for, only the compositor knows: it can count, but not pause.
"""


def outcomes(report):
    """What a report of a test program says: the name of each test in it, and whether it passed."""
    return {case.get("classname") + "." + case.get("name"):
            case.find("failure") is None and case.get("status") == "run"
            for case in xml.parse(report).iter("testcase")}


def kept(build, program):
    """What ctest has left of the tests of this program, as it is built now."""
    built = (build / "tests" / program).stat().st_mtime
    found = {}
    for report in (build / "tests/results" / Path(program).name).rglob("*.xml"):
        if report.stat().st_mtime > built:
            found |= outcomes(report)
    return found


def results(build):
    root = Path(__file__).resolve().parent.parent
    booted = [root / "tests/systemd/booted.sh"]
    programs = [([], "core/core_test"), ([], "plugins/activity_x11_test"), ([], "plugins/activity_desktops_test"),
                ([], "plugins/activity_logind_test"), ([], "system/system_test"),
                (booted, "systemd/rooted_test"), ([], "systemd/rooted_test")]
    wanted = {test for row in ROWS.values() for _, tests in row for test in tests}
    wanted |= {test for tests in BUGS.values() for test in tests}
    found = {}
    for _, program in programs:
        found |= kept(build, program)
    with tempfile.TemporaryDirectory(dir=build) as reports:
        for number, (prefix, program) in enumerate(programs):
            # In the container the temporary files of this machine are not seen, nor its own outside.
            inside = bool(prefix)
            names = {test for test in wanted - found.keys() if test.startswith("ARealLogin.") == inside}
            if not names:
                continue
            report = Path(reports) / f"{number}.xml"
            run = [*prefix, build / "tests" / program, "--gtest_filter=" + ":".join(sorted(names))]
            if inside:
                run = [*run, "--gtest_output=xml:/dev/stderr"]
                out = subprocess.run(run, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
                report.write_text(out.stderr[out.stderr.find("<?xml"):])
            else:
                run = [*run, f"--gtest_output=xml:{report}"]
                subprocess.run(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            found |= outcomes(report)
    return found


def main():
    build = Path(sys.argv[1]).resolve()
    found = results(build)
    well = True
    lines = [INTRODUCTION, "| desktop | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for desktop, row in ROWS.items():
        cells = []
        for text, tests in row:
            bad = [test for test in tests if not found.get(test)]
            well = well and not bad
            cells.append("FAILED: " + ", ".join(bad) if bad else text)
        lines.append(f"| {desktop} | " + " | ".join(cells) + " |")
    lines += ["", "## What goes wrong elsewhere", "", "| what goes wrong | tested by |", "|---|---|"]
    for bug, tests in BUGS.items():
        bad = [test for test in tests if not found.get(test)]
        well = well and not bad
        lines.append(f"| {bug} | " + ", ".join(f"`{test}`" + (" FAILED" if test in bad else "") for test in tests) + " |")
    lines += ["", NOT_OURS.rstrip()]
    text = "\n".join(lines) + "\n"
    if len(sys.argv) > 2:  # the page as it is kept
        kept = Path(sys.argv[2]).read_text()
        for line in difflib.unified_diff(kept.splitlines(), text.splitlines(), sys.argv[2], "this run", lineterm=""):
            print(line)
        return 0 if well and kept == text else 1
    print(text, end="")
    return 0 if well else 1


sys.exit(main())
