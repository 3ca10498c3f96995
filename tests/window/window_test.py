#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The window does everything without a terminal or a file: each action through AT-SPI, the main path also by mouse and
by keyboard. What is asserted is what the daemon then says."""
import sys
import unittest

from desktop import Desktop, Poised, Window, wait_for

DESKTOP = None
ALWAYS = "[schedule]\nenabled = false\n"


def setUpModule():
    global DESKTOP
    DESKTOP = Desktop(sys.argv[1])


def tearDownModule():
    DESKTOP.close()


class AWindow(unittest.TestCase):
    config = ALWAYS

    def setUp(self):
        self.poised = Poised(DESKTOP, self.config)
        self.addCleanup(lambda: self.poised.process in DESKTOP.processes and self.poised.stop())
        self.window = Window(DESKTOP)
        self.addCleanup(self.window.close)

    def until(self, what, condition):
        return wait_for(what, condition)

    def paused(self):
        return DESKTOP.status()["paused"]


class Today(AWindow):
    def test_pauses_by_assistive_technology(self):
        self.window.use("Pause for 1 hour")
        self.until("pause", self.paused)
        self.until("end of the pause, in the window", lambda: self.window.has_text("Paused until "))
        self.window.use("Resume")
        self.until("end of the pause", lambda: not self.paused())
        self.window.use("Pause for the rest of the day")
        self.until("quiet day", self.paused)

    def test_pauses_by_mouse(self):
        self.window.fill_screen()
        self.window.click("Pause for 1 hour")
        self.until("pause", self.paused)
        self.window.click("Resume")
        self.until("end of the pause", lambda: not self.paused())

    def test_pauses_by_keyboard(self):
        DESKTOP.press("alt", "1")
        self.until("pause", self.paused)
        self.window.find("Resume", lambda node: node.get_n_actions() > 0)
        DESKTOP.press("alt", "r")
        self.until("end of the pause", lambda: not self.paused())

    def test_starts_a_break_and_ends_it(self):
        self.window.use("Start now: Stretch")
        self.until("running break", lambda: (DESKTOP.status()["prompt"] or {}).get("running"))
        self.window.use("It is done")
        self.until("end of the break", lambda: DESKTOP.status()["prompt"] is None)

    def test_says_that_the_daemon_is_gone_and_goes_on_when_it_is_back(self):
        self.poised.stop()
        self.until("word of it", lambda: self.window.has_text("Poised is not running."))
        self.poised.start()
        self.until("its return", lambda: not self.window.has_text("Poised is not running."))
        self.window.use("Pause for 1 hour")
        self.until("pause", self.paused)


class NothingRuns(unittest.TestCase):
    def test_while_it_is_closed(self):
        poised = Poised(DESKTOP, ALWAYS)
        self.addCleanup(poised.stop)
        window = Window(DESKTOP)
        window.use("Close")
        self.assertEqual(window.process.wait(60), 0)
        DESKTOP.processes.remove(window.process)
        self.assertFalse(DESKTOP.has_name("org.poised.Window"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
