#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The window does everything without a terminal or a file: each action through AT-SPI, the main path also by mouse and
by keyboard. What is asserted is what the daemon then says."""
import sys
import time
import unittest

from desktop import Atspi, Desktop, Poised, Sounds, Window, descend, iterate, safely, wait_for

from gi.repository import GLib  # noqa: E402

DESKTOP = None
ALWAYS = "[schedule]\nenabled = false\n"


def setUpModule():
    global DESKTOP
    DESKTOP = Desktop(sys.argv[1])


def tearDownModule():
    DESKTOP.close()


def text(*values):
    return GLib.Variant("(" + "s" * len(values) + ")", values)


def of_catalogue(kind, name):
    return next(entry for entry in DESKTOP.ask("Catalogue", text("en"))[kind] if entry["id"] == name)


def exercise(name):
    return of_catalogue("exercises", name)


def sign():
    return DESKTOP.ask("Catalogue", text("en"))["warning_signs"][0]


def plan(name):
    return of_catalogue("plans", name)


class AWindow(unittest.TestCase):
    config = ALWAYS
    policy = ""

    def setUp(self):
        self.poised = Poised(DESKTOP, self.config, policy=self.policy)
        self.addCleanup(lambda: self.poised.process in DESKTOP.processes and self.poised.stop())
        self.window = Window(DESKTOP)
        self.addCleanup(self.window.close)

    def until(self, what, condition):
        return wait_for(what, condition)

    def stays_so(self, condition, why=None):
        """For what must not happen, and would come a while later."""
        end = time.monotonic() + 2
        while time.monotonic() < end:
            self.assertTrue(condition(), why)
            iterate(0.1)

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
        self.window.use("Today")
        self.window.use("Guide me through it")
        self.window.use("Today")
        self.window.use("It is done")
        self.until("end of the break", lambda: DESKTOP.status()["prompt"] is None)

    def test_says_that_the_daemon_is_gone_and_goes_on_when_it_is_back(self):
        self.poised.stop()
        self.until("word of it", lambda: self.window.has_text("Poised is not running."))
        self.poised.start()
        self.until("its return", lambda: not self.window.has_text("Poised is not running."))
        self.window.use("Pause for 1 hour")
        self.until("pause", self.paused)


class Guide(AWindow):
    config = ALWAYS + "[programme]\nplaces = ['desk', 'wall', 'floor']\n"

    def left_out(self):
        return DESKTOP.ask("Settings")["programme.leave_out"]["value"]

    def test_leads_through_an_exercise(self):
        self.window.use("Exercises")
        self.window.use("Begin: Cat and cow")
        self.window.use("Wait")  # so that no step comes by itself
        first = self.window.find("Go on") and self.window.texts()
        self.window.use("Next")
        self.until("next step", lambda: self.window.texts() != first)
        self.window.use("Go on")
        self.window.use("Easier")
        easier = exercise("cat-cow")["easier"]
        self.until("easier version", lambda: self.window.has_text(easier))
        self.window.use("Done")
        self.window.find("Well done.")
        self.window.use("Choose something else")
        self.window.find("Begin: Cat and cow")

    def test_what_hurts_stops_and_can_be_left_out(self):
        self.window.use("Exercises")
        self.window.use("Begin: Cat and cow")
        self.window.use("Hurts")
        self.until("rule to stop", lambda: self.window.has_text("Above 5"))
        self.window.use("Go on, easier")
        self.until("easier version", lambda: self.window.has_text(exercise("cat-cow")["easier"]))
        self.window.use("Hurts")
        self.window.use("Never show it again")
        self.until("its name among what is left out", lambda: "cat-cow" in self.left_out())
        self.window.find("Well done.")
        self.window.use("Back to today")
        self.window.use("Exercises")
        self.window.use("Begin: Cat and cow")
        self.window.use("Hurts")
        self.window.use("It may be a warning sign…")
        self.window.find(f"This applies: {sign()['text']}")

    def hurt(self):
        return {each["exercise"]: each["times"] for each in DESKTOP.ask("Programme")["hurt"]}

    def test_what_hurt_is_remembered_and_comes_easier(self):
        self.window.use("Exercises")
        self.window.use("Begin: Open the chest at home")
        self.window.use("Hurts")
        self.until("note of it", self.hurt)
        first, = self.hurt()
        self.assertEqual(self.hurt(), {first: 1})
        self.window.use("Leave this exercise")
        self.window.use("Done")
        self.window.use("Choose something else")
        self.window.use("Begin: Open the chest at home")
        self.until("easier version", lambda: self.window.has_text(exercise(first)["easier"]))
        self.window.use("Hurts")
        self.until("second time", lambda: self.hurt() == {first: 2})
        self.window.use("Break off")
        self.window.use("Choose something else")
        self.window.use("Begin: Open the chest at home")
        self.window.find("Wait")
        self.assertFalse(self.window.has(exercise(first)["name"]))
        DESKTOP.ask("Erase")
        self.assertEqual(self.hurt(), {})

    def test_where_nothing_of_health_is_asked_what_hurts_is_not_kept(self):
        DESKTOP.ask("Set", text("programme.health_questions", "false"))
        self.window.use("Exercises")
        self.window.use("Begin: Cat and cow")
        self.window.use("Hurts")
        self.window.find("Break off")
        self.stays_so(lambda: self.hurt() == {})
        self.assertFalse(self.window.has_text("switched off"), "nothing that one can do about it")

    def test_leads_through_the_break_that_runs(self):
        self.window.use("Start now: Stretch")
        self.until("running break", lambda: (DESKTOP.status()["prompt"] or {}).get("running"))
        self.window.use("Hurts")
        self.window.use("Leave this exercise")
        self.until("end of the break", lambda: DESKTOP.status()["prompt"] is None)
        self.window.find("Well done.")

    def test_by_mouse_and_keyboard(self):
        self.window.fill_screen()
        self.window.click("Exercises")
        self.window.click("Begin: Hourly micro-break")
        self.window.find("Wait")
        DESKTOP.press("alt", "u")
        self.window.find("Break off")
        self.window.click("Break off")
        self.window.find("Well done.")


class Heard(AWindow):
    """What is heard of a guided run, on a sound server."""
    config = ALWAYS + "[programme]\nplaces = ['desk', 'wall', 'floor']\n"

    def setUp(self):
        self.sounds = Sounds(DESKTOP)
        self.addCleanup(self.sounds.close)
        self.poised = Poised(DESKTOP, self.config)
        self.addCleanup(self.poised.stop)
        self.window = Window(DESKTOP, self.sounds.environment())
        self.addCleanup(self.window.close)

    def test_steps_sides_and_the_end(self):
        self.window.use("Exercises")
        self.window.use("Begin: Cat and cow")
        self.until("sound of the first step", lambda: self.sounds.played() >= 1)
        self.window.use("Wait")
        before = self.sounds.played()
        self.window.use("Next")
        self.until("sound of the next", lambda: self.sounds.played() > before)
        before = self.sounds.played()
        self.window.use("Done")
        self.until("sound of the end", lambda: self.sounds.played() > before)

    def test_nothing_where_cues_are_off_unless_asked_for(self):
        DESKTOP.ask("Set", text("programme.cues", "false"))
        self.window.use("Exercises")
        self.window.use("Begin: Cat and cow")
        self.window.use("Wait")
        self.window.use("Next")
        self.assertFalse(self.window.is_on("Sound"))
        self.stays_so(lambda: self.sounds.played() == 0)
        self.window.use("Sound")
        self.window.use("Next")
        self.until("sound", self.sounds.played)


class Programme(AWindow):
    def plan(self):
        return DESKTOP.ask("Programme")["plan"]

    def begin(self, name):
        self.window.use("Programme")
        self.window.use(f"Begin the plan: {name}")
        self.window.use("None of these: begin")

    def test_begins_after_the_warning_signs_and_stops(self):
        self.begin(plan("acute")["name"])
        self.until("plan", lambda: self.plan() == "acute")
        self.until("its day", lambda: self.window.has_text("Day 1 of 3"))
        self.window.use("Stop the plan…")
        self.window.use("No, keep it")
        self.assertEqual(self.plan(), "acute")
        self.window.use("Stop the plan…")
        self.window.use("Yes, stop it")
        self.until("no plan", lambda: self.plan() is None)

    def test_does_not_begin_with_a_sign(self):
        self.window.use("Programme")
        self.window.use(f"Begin the plan: {plan('progressive')['name']}")
        self.window.use("One of these")
        self.window.find(f"This applies: {sign()['text']}")
        self.assertIsNone(self.plan())

    def test_is_held_and_goes_on(self):
        self.begin(plan("progressive")["name"])
        self.until("plan", lambda: self.plan() == "progressive")
        self.window.use("Hold the plan")
        self.until("hold", lambda: DESKTOP.ask("Programme")["on_hold"])
        self.until("word of it", lambda: self.window.has_text("It is on hold"))
        self.assertFalse(self.window.has("Send the answers"), "no question is asked meanwhile")
        self.window.fill_screen()
        self.window.click("Go on with the plan")
        self.until("end of the hold", lambda: not DESKTOP.ask("Programme")["on_hold"])
        self.until("its end, in the window", lambda: not self.window.has_text("It is on hold"))
        self.window.click("Hold the plan")
        self.until("hold by mouse", lambda: DESKTOP.ask("Programme")["on_hold"])

    def test_a_plan_of_days_cannot_be_held(self):
        self.begin(plan("acute")["name"])
        self.until("plan", lambda: self.plan() == "acute")
        self.until("its day", lambda: self.window.has_text("Day 1 of 3"))
        self.assertFalse(self.window.has("Hold the plan"))

    def test_takes_the_answers_of_the_week(self):
        self.begin(plan("progressive")["name"])
        self.until("plan", lambda: self.plan() == "progressive")
        for name in ("Discomfort: 4", "Stiffness: 3", "A warning sign applies: no", "Send the answers"):
            self.window.use(name)
        self.until("answer", lambda: DESKTOP.ask("Programme")["discomfort_last"] == 4)
        self.assertFalse(self.window.is_on("Discomfort: 4"))

    def test_starts_the_session(self):
        self.begin(plan("progressive")["name"])
        self.window.use("Start today's session")
        self.until("running session", lambda: (DESKTOP.status()["prompt"] or {}).get("break") == "session")
        self.window.use("Done")
        self.until("session that counts", lambda: DESKTOP.ask("Programme")["done_today"])

    def test_stops_at_a_warning_sign_until_somebody_is_cleared(self):
        self.begin(plan("progressive")["name"])
        self.until("plan", lambda: self.plan() == "progressive")
        self.window.use("Something feels wrong")
        self.window.use(f"This applies: {sign()['text']}")
        self.until("stop", lambda: DESKTOP.ask("Programme")["stopped"])
        self.assertEqual(DESKTOP.ask("Programme")["sign"], sign()["id"])
        self.until("what to do", lambda: self.window.has_text("emergency number"))
        self.window.use("A professional said that I can go on")
        self.until("going on", lambda: not DESKTOP.ask("Programme")["stopped"])


class Settings(AWindow):
    def value(self, key):
        return DESKTOP.ask("Settings")[key]["value"]

    def test_are_the_persons_own(self):
        self.window.use("Settings")
        named = {kind: {entry["id"]: entry["name"] for entry in DESKTOP.ask("Catalogue", text("en"))[kind]}
                 for kind in ("equipment", "places", "positions")}
        self.window.use("Sitting and standing: yes")
        self.until("sit–stand", lambda: self.value("stand.enabled") is True)
        self.assertTrue(DESKTOP.status()["stand_enabled"])
        self.window.use("Sitting and standing: no")
        self.until("no sit–stand", lambda: self.value("stand.enabled") is False)
        self.window.use(named["equipment"]["foam-roller"])
        self.until("roller", lambda: self.value("programme.equipment") == ["foam-roller"])
        self.window.use(named["equipment"]["mat"])
        self.until("mat", lambda: set(self.value("programme.equipment")) == {"foam-roller", "mat"})
        self.window.use(named["equipment"]["foam-roller"])
        self.until("no roller", lambda: self.value("programme.equipment") == ["mat"])
        self.window.use(named["places"]["floor"])
        self.until("floor", lambda: set(self.value("programme.places")) == {"desk", "floor"})
        position = next(iter(named["positions"]))
        self.window.use(named["positions"][position])
        self.until("position", lambda: self.value("programme.leave_out") == [position])
        self.window.use("The week's questions: do not ask")
        self.until("no questions", lambda: self.value("programme.health_questions") is False)
        written = self.poised.config_file.read_text()
        self.assertIn(position, written)
        self.assertIn("[schedule]", written, "what stood there before")

    def test_posture_is_said(self):
        self.window.use("Settings")
        self.window.use("Sitting and standing: yes")
        self.window.use("Today")
        self.window.use("I am standing")
        self.until("standing", lambda: DESKTOP.status()["posture"] == "standing")
        self.window.use("I am sitting")
        self.until("sitting", lambda: DESKTOP.status()["posture"] == "sitting")

    def test_a_refusal_is_shown(self):
        with self.assertRaises(GLib.Error) as refused:
            DESKTOP.ask("Set", GLib.Variant("(ss)", ("history.dir", "/tmp")))
        self.assertIn("history.dir: not a setting that can be changed here", refused.exception.message)
        self.poised.config_file.write_text("schema = 1\n[programme\n")
        self.window.use("Settings")
        self.window.use("The week's questions: do not ask")
        self.until("why", lambda: self.window.has_text("poised.toml"))


class Managed(AWindow):
    policy = """schema = 1
[policy]
managed_by = "Example GmbH"
[programme]
health_questions = { forbidden = true }
"""

    def test_what_is_locked_says_by_whom(self):
        self.window.use("Settings")
        self.until("reason", lambda: self.window.has_text("Set by Example GmbH: it cannot be changed here."))
        self.assertEqual(sum("Set by" in text for text in self.window.texts()), 1, "at what is locked only")
        locked = self.window.find("The week's questions: ask")
        self.assertFalse(locked.get_state_set().contains(Atspi.StateType.SENSITIVE))
        free = self.window.find("Sitting and standing: yes")
        self.assertTrue(free.get_state_set().contains(Atspi.StateType.SENSITIVE))


class Privacy(AWindow):
    def test_says_what_is_stored_and_erases_it(self):
        DESKTOP.ask("StartPlan", text("progressive"))
        self.window.use("Privacy")
        self.until("where", lambda: self.window.has_text(str(self.poised.state / "state.json")))
        self.until("how long", lambda: self.window.has_text("Kept for 90 days."))
        self.window.use("Erase everything…")
        self.window.use("No, keep it")
        self.assertEqual(DESKTOP.ask("Programme")["plan"], "progressive")
        self.window.use("Erase everything…")
        self.window.use("Yes, erase everything")
        self.window.find("Everything is erased.")
        self.assertIsNone(DESKTOP.ask("Programme")["plan"])
        self.assertNotIn("progressive", (self.poised.state / "state.json").read_text())
        history = self.poised.state / "history.db"
        self.assertNotIn(b"progressive", history.read_bytes() if history.exists() else b"")


class Workstation(AWindow):
    def test_advises_and_makes_a_page(self):
        item = DESKTOP.ask("Catalogue", text("en"))["assessment"][0]
        self.window.use("Workstation")
        self.window.use(f"{item['ask']} No")
        self.until("advice", lambda: self.window.has_text(item["if_not"]))
        self.window.use("Copy")
        self.window.find("Copied.")

    def test_saves_the_page(self):
        item = DESKTOP.ask("Catalogue", text("en"))["assessment"][0]
        self.window.use("Workstation")
        self.window.use(f"{item['ask']} No")
        self.window.use("Save as a page…")
        dialog = self.until("dialog", lambda: self.window.other("Save the page"))
        file = DESKTOP.folder / "home/workstation.txt"

        def in_dialog(roles, name):
            return safely(lambda: next((node for node in descend(dialog) if node.get_role_name() in roles
                                        and name in node.get_name().split()), None))
        entry = self.until("entry for the name", lambda: in_dialog(["text"], "Name"))
        self.until("proposed name to be typed over",
                   lambda: entry.get_state_set().contains(Atspi.StateType.FOCUSED))
        self.assertTrue(in_dialog(["push button", "button"], "Save").do_action(0))
        self.until("word of it", lambda: self.window.has_text("Saved as "))
        page = file.read_text()
        self.assertIn(f"[-] {item['ask']}\n    {item['if_not']}", page)
        for word in ("pain", "discomfort", "sign"):
            self.assertNotIn(word, page.lower())
        self.assertEqual(page.count("["), len(DESKTOP.ask("Catalogue", text("en"))["assessment"]))


class WithAFigure(AWindow):
    def figures_while_led(self):
        """What the figure looks like while it goes from step to step."""
        self.window.fill_screen()
        self.window.use("Exercises")
        self.window.use("Begin: Cat and cow")
        self.window.use("Wait")
        named = [picture["alt"] for picture in exercise("cat-cow")["pictures"]]
        figure = self.until("figure", lambda: next(filter(None, map(self.window.look_for, named)), None))
        box = self.window.on_screen(figure)
        seen = set()
        for _ in range(6):
            self.window.use("Next")
            # As long as it could move for; how many pictures fit in depends on the desktop.
            end = time.monotonic() + 1
            while time.monotonic() < end:
                seen.add(DESKTOP.screenshot(box).get_pixels())
        return len(seen)


class Look(WithAFigure):
    def background(self):
        """The colour of an empty part of the window, as it is on the screen."""
        picture = DESKTOP.screenshot()
        start = (picture.get_height() - 40) * picture.get_rowstride() + (picture.get_width() - 40) * picture.get_n_channels()
        return tuple(picture.get_pixels()[start:start + 3])

    def test_follows_high_contrast(self):
        self.window.fill_screen()
        usual = self.background()
        DESKTOP.set("org.gnome.desktop.a11y.interface", high_contrast="true")
        self.addCleanup(DESKTOP.set, "org.gnome.desktop.a11y.interface", high_contrast="false")
        self.until("another background", lambda: self.background() != usual)

    def test_figures_stand_still_where_the_desktop_wants_no_animation(self):
        self.assertLessEqual(self.figures_while_led(), len(exercise("cat-cow")["pictures"]))


class Moving(WithAFigure):
    def setUp(self):
        DESKTOP.set("org.gnome.desktop.interface", enable_animations="true")
        self.addCleanup(DESKTOP.set, "org.gnome.desktop.interface", enable_animations="false")
        super().setUp()

    def test_figures_move_elsewhere(self):
        self.assertGreater(self.figures_while_led(), len(exercise("cat-cow")["pictures"]) + 2)


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
