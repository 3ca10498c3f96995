#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Somebody without a terminal goes from the first 72 hours to the third week of the plan: by mouse, on GNOME.

The clock is libfaketime's: each morning the daemon is started with the wall clock of the next day, as on a machine
that was cut off over night. What each day holds is done as anybody would: the session is taken, the week's questions are
answered. The window stays open meanwhile."""
import datetime
import os
import pathlib
import sys
import unittest

import gi
from desktop import PATIENCE, Atspi, Desktop, Poised, Window, children, descend, safely, wait_for

from gi.repository import GLib  # noqa: E402

DESKTOP = None
MONDAY = datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.timezone.utc)
CONFIG = """
[schedule]
enabled = false
[activity]
idle_after = "1h"
[breaks.stretch]
enabled = false
[prompt]
gap = "1s"
gap_max = "1s"
min_gap = "1s"
snooze = "1s"
max_snoozes = 10
[programme]
places = ["desk", "wall", "floor"]
equipment = [%s]
"""


def setUpModule():
    global DESKTOP
    DESKTOP = Desktop(sys.argv[1])


def tearDownModule():
    DESKTOP.close()


def libfaketime():
    found = sorted(pathlib.Path("/usr/lib").rglob("libfaketime.so.1"))
    assert found, "libfaketime.so.1 is missing; it is in the Debian package libfaketime"
    return str(found[0])


def of_shell():
    """What is to be seen in GNOME's own parts of the screen."""
    for application in children(Atspi.get_desktop(0)):
        if application.get_name() == "gnome-shell":
            application.set_cache_mask(Atspi.Cache.NONE)
            yield from (node for node in descend(application) if node.get_state_set().contains(Atspi.StateType.SHOWING))


def in_shell(name):
    """What has that name there, or None."""
    return safely(lambda: next((node for node in of_shell() if node.get_name() == name), None))


def in_banner(name, deadline=PATIENCE):
    try:
        return wait_for(f"“{name}” in GNOME's banner", lambda: in_shell(name), deadline)
    except AssertionError as error:
        seen = safely(lambda: [node.get_name() for node in of_shell() if node.get_name()])
        raise AssertionError(f"{error}; there are: {seen}") from None


class Weeks(unittest.TestCase):
    def begin(self, equipment):
        self.clock = DESKTOP.folder / f"clock-{self.id()}"
        self.day = 0
        self.put_clock(MONDAY)
        self.poised = Poised(DESKTOP, CONFIG % equipment,
                             {"LD_PRELOAD": libfaketime(), "FAKETIME_TIMESTAMP_FILE": str(self.clock),
                              "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
        self.addCleanup(self.poised.cut_off)
        wait_for("source of input", lambda: DESKTOP.status()["source"]["id"] == "gnome")
        self.window = Window(DESKTOP)
        self.addCleanup(lambda: self.window.close())
        self.window.fill_screen()

    def put_clock(self, when):
        # A little later each day, so that three days are 72 hours.
        seconds = (when - datetime.datetime.now(datetime.timezone.utc)).total_seconds() + 60 * self.day
        self.clock.write_text(f"{seconds:+.0f}\n")

    def programme(self):
        return DESKTOP.ask("Programme")

    def next_day(self):
        self.day += 1
        self.poised.cut_off()
        self.put_clock(MONDAY + datetime.timedelta(days=self.day))
        self.poised.start()

    def do_session(self):
        DESKTOP.ask("Take", GLib.Variant("(s)", ("session",)))
        wait_for("session", lambda: (DESKTOP.status()["prompt"] or {}).get("break") == "session")
        DESKTOP.ask("Answer", GLib.Variant("(ts)", (0, "done")))
        wait_for("end of the session", lambda: self.programme()["done_today"])

    def start_plan_by_mouse(self, plan):
        name = next(entry["name"] for entry in DESKTOP.ask("Catalogue", GLib.Variant("(s)", ("en",)))["plans"]
                    if entry["id"] == plan)
        self.window.click("Programme")
        self.window.click(f"Begin the plan: {name}")
        self.window.click("None of these: begin")
        wait_for(f"{plan}; the window says: {self.window.texts()}", lambda: self.programme()["plan"] == plan)

    def answer_by_mouse(self, discomfort):
        self.window.click("Programme")
        for name in (f"Discomfort: {discomfort}", "Stiffness: 2", "A warning sign applies: no", "Send the answers"):
            self.window.click(name)
        wait_for("answers", lambda: self.programme()["discomfort_last"] == discomfort)

    def to_the_third_week(self):
        self.start_plan_by_mouse("acute")
        for _ in range(3):
            self.next_day()
        wait_for("end of the first 72 hours", lambda: self.programme()["plan"] is None)
        self.start_plan_by_mouse("progressive")
        while self.programme()["phase"] != "mobility":
            self.assertLess(self.day, 21, self.programme())
            if self.programme()["day"] % 7 == 0:
                self.answer_by_mouse(4)
            self.do_session()
            self.next_day()
        self.assertEqual(self.programme()["day"], 15)

    def start_in_notification(self):
        """Clicks Start in GNOME's own banner of the session's prompt."""
        # By itself the day's offer needs half an hour at the screen: it is begun and put off, and comes back.
        DESKTOP.press("a")
        DESKTOP.ask("Take", GLib.Variant("(s)", ("session",)))
        wait_for("session", lambda: (DESKTOP.status()["prompt"] or {}).get("running"))

        def offered():
            # libfaketime keeps timers from elapsing: time passes for the rules when they are told of anything.
            DESKTOP.call("org.poised.Poised1", "/org/poised/Poised1", "org.poised.Poised1", "Reload")
            return (DESKTOP.status()["prompt"] or {}).get("running") is False

        # GNOME's own words about a desktop like this one stay until somebody is there, and others are not shown then.
        for offers_left in reversed(range(6)):
            DESKTOP.ask("Answer", GLib.Variant("(ts)", (0, "snooze")))
            wait_for("offer", offered)
            try:
                in_banner("Time for a short break", 5)
                break
            except AssertionError:
                if offers_left == 0:
                    raise
                DESKTOP.press("a")
        for name in ("Time for a short break", "Start"):
            # GNOME shows what there is to choose once the pointer is on the banner.
            box = in_banner(name).get_extents(Atspi.CoordType.SCREEN)
            DESKTOP.move_to(box.x + box.width / 2, box.y + box.height / 2)
        DESKTOP.click()
        wait_for("session", lambda: (DESKTOP.status()["prompt"] or {}).get("running"))

    def exercises(self):
        catalogue = DESKTOP.ask("Catalogue", GLib.Variant("(s)", ("en",)))
        return {entry["id"]: entry for entry in catalogue["exercises"]}

    def test_with_a_roller(self):
        self.begin('"foam-roller", "mat"')
        self.to_the_third_week()
        self.window.close()
        self.start_in_notification()
        self.window = Window(DESKTOP, start=False)
        self.window.find(self.exercises()["foam-roller-extension"]["name"])

    def test_without_a_roller(self):
        self.begin('"mat"')
        self.to_the_third_week()
        self.start_in_notification()
        named = self.exercises()
        self.window.find(named[named["foam-roller-extension"]["substitute"]]["name"])
        self.assertFalse(self.window.has_text(named["foam-roller-extension"]["name"]))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
