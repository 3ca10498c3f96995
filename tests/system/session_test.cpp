// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "rigs/logind.hpp"
#include "session.hpp"

// Lock, sleep, seat and session end, with logind's part played by a mock.
namespace poised::test {
namespace {

namespace fs = std::filesystem;
using Inhibitors = std::vector<std::string>;

class ALogin : public Session {
 protected:
  void SetUp() override {
    start_desktop();
    write_config(short_intervals);
    skip_welcome();
  }
  void log_in(const rig::MockLogind::Session& session = {.id = "c1"}) {
    logind_.add(session);
    start_daemon();
    ASSERT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; })) << status().dump(2);
    rig::Person::press("a");
    if (!session.locked) {
      ASSERT_TRUE(is_seen_typing()) << presence_;
    }
  }
  bool held_back(const Inhibitors& by) {
    return wait_for([&] { return logind_.inhibitors() == by; });
  }

  rig::SystemBus system_bus_;
  rig::MockLogind logind_{system_bus_};
  const Inhibitors ours_{"sleep Poised delay"};
};

TEST_F(ALogin, ALockedScreenIsAbsenceAtOnceAndUnlockingPresence) {
  log_in();
  logind_.set("c1", "LockedHint", true);
  EXPECT_TRUE(presence_is("locked")) << presence_;
  rig::Person::press("a");
  EXPECT_TRUE(presence_stays("locked")) << "a key pressed under lock changes nothing";
  logind_.set("c1", "LockedHint", false);
  EXPECT_TRUE(presence_is("active")) << presence_;
}

TEST_F(ALogin, AskingToLockAndToUnlockIsHeard) {
  log_in();
  logind_.ask_to_lock("c1");
  EXPECT_TRUE(presence_is("locked")) << presence_;
  logind_.ask_to_unlock("c1");
  EXPECT_TRUE(presence_is("active")) << presence_;
}

TEST_F(ALogin, ALockThatNobodyConfirmsIsDisprovedByInput) {
  log_in();
  ASSERT_TRUE(presence_is("idle")) << presence_;
  logind_.ask_to_lock("c1");
  ASSERT_TRUE(presence_is("locked")) << presence_;
  rig::Person::press("a");
  EXPECT_TRUE(presence_is("active")) << presence_;
}

TEST_F(ALogin, StartedUnderLockItKnows) {
  log_in({.id = "c1", .locked = true});
  EXPECT_TRUE(presence_is("locked")) << presence_;
}

// Others ask a locked or blank screen for breaks.
TEST_F(ALogin, NothingIsAskedWhileTheScreenIsLocked) {
  log_in();
  logind_.set("c1", "LockedHint", true);
  ASSERT_TRUE(presence_is("locked")) << presence_;
  {
    const Typist who_does_not_know_it;
    let_pass(milliseconds(7'000));  // longer than the interval of the break
  }
  EXPECT_TRUE(notifications_->calls().empty());
  logind_.set("c1", "LockedHint", false);
  EXPECT_EQ(work_until("prompt")["break"], "stretch") << "and it is asked after that";
}

TEST_F(ALogin, ABriefLockWipesNothing) {
  log_in();
  while (the_break("stretch")["worked_s"].get<int>() < 2) rig::Person::press("a");
  const auto before = the_break("stretch")["worked_s"].get<int>();
  logind_.set("c1", "LockedHint", true);
  ASSERT_TRUE(presence_is("locked")) << presence_;
  logind_.set("c1", "LockedHint", false);
  ASSERT_TRUE(presence_is("active")) << presence_;
  EXPECT_GE(the_break("stretch")["worked_s"].get<int>(), before);
}

TEST_F(ALogin, TheStateIsSavedBeforeTheMachineSleeps) {
  log_in();
  ASSERT_TRUE(held_back(ours_));
  fs::remove(state_file());
  logind_.prepare_for_sleep(true);
  ASSERT_TRUE(held_back({})) << "sleep may go on";
  EXPECT_TRUE(fs::exists(state_file()));
  EXPECT_TRUE(presence_is("asleep")) << presence_;
  logind_.prepare_for_sleep(false);
  EXPECT_TRUE(held_back(ours_)) << "for the next time";
}

// Others ask for a break, or count work, when the machine wakes by itself.
TEST_F(ALogin, AWakeUpWithoutInputIsNotPresence) {
  log_in();
  ASSERT_TRUE(held_back(ours_));
  logind_.prepare_for_sleep(true);
  ASSERT_TRUE(presence_is("asleep")) << presence_;
  logind_.prepare_for_sleep(false);
  EXPECT_TRUE(presence_is("idle")) << presence_;
  rig::Person::press("a");
  EXPECT_TRUE(presence_is("active")) << presence_;
}

TEST_F(ALogin, AnotherPersonsTurnAtTheSeatIsAbsence) {
  log_in();
  logind_.set("c1", "Active", false);
  EXPECT_TRUE(presence_is("seat-inactive")) << presence_;
  logind_.set("c1", "Active", true);
  rig::Person::press("a");
  EXPECT_TRUE(presence_is("active")) << presence_;
}

TEST_F(ALogin, P8OneOfTwoDesktopsIsEnough) {
  log_in();
  logind_.set("c1", "LockedHint", true);
  ASSERT_TRUE(presence_is("locked")) << presence_;
  logind_.add({.id = "c2", .type = "x11", .seat = "far", .remote = true});
  EXPECT_TRUE(presence_is("active")) << presence_;
  const auto doctor = poisectl_that_may_fail({"doctor"});
  EXPECT_NE(doctor.find("x11, active, remote"), std::string::npos) << doctor;
  logind_.set("c2", "LockedHint", true);
  EXPECT_TRUE(presence_is("locked")) << presence_;
  logind_.remove("c2");
  logind_.set("c1", "LockedHint", false);
  EXPECT_TRUE(presence_is("active")) << presence_;
}

TEST_F(ALogin, TheEndOfTheLastDesktopIsAbsenceAndSaved) {
  log_in();
  fs::remove(state_file());
  logind_.remove("c1");
  EXPECT_TRUE(presence_is("seat-inactive")) << presence_;
  EXPECT_TRUE(fs::exists(state_file()));
}

TEST_F(ALogin, LogindMayBeRestarted) {
  log_in();
  ASSERT_TRUE(held_back(ours_));
  logind_.kill();
  EXPECT_TRUE(wait_for([&] {
    return poisectl_that_may_fail({"doctor"}).find("org.freedesktop.login1: has left the bus") !=
           std::string::npos;
  }));
  logind_.start();
  logind_.add({.id = "c1"});
  ASSERT_TRUE(held_back(ours_));
  logind_.set("c1", "LockedHint", true);
  EXPECT_TRUE(presence_is("locked")) << presence_;
  EXPECT_EQ(poisectl_that_may_fail({"doctor"}).find("login1"), std::string::npos);
}

TEST_F(ALogin, TheSystemBusMayGoAndComeBack) {
  log_in();
  system_bus_.kill();
  EXPECT_TRUE(wait_for([&] {
    return poisectl_that_may_fail({"doctor"}).find("logind: system bus: ") != std::string::npos;
  }));
  ASSERT_TRUE(presence_is("idle")) << "the daemon goes on";
  system_bus_.restart();
  rig::MockLogind logind(system_bus_);
  logind.add({.id = "c1", .locked = true});
  rig::Person::press("a");
  EXPECT_TRUE(presence_is("locked")) << presence_ << poisectl_that_may_fail({"doctor"});
}

TEST_F(ALogin, WhatALockerSaysTwiceIsToldOnce) {
  log_in();
  auto locker = std::make_unique<rig::BusPeer>(bus_->address());
  std::vector<std::string> told;
  const auto gather = [&](const std::string& until) {
    while (const auto decision = decisions_->next(rig::patience)) {
      if ((*decision)["event"] != "presence") continue;
      told.push_back((*decision)["to"]);
      if (told.back() == until) return;
    }
  };
  while (decisions_->next(milliseconds(0))) continue;
  const auto say = [&](const char* interface, bool on) {
    for (const char* path : {"/ScreenSaver", "/org/freedesktop/ScreenSaver"})
      locker->emit(path, interface, "ActiveChanged", g_variant_new("(b)", on));
  };
  say("org.freedesktop.ScreenSaver", true);
  say("org.gnome.ScreenSaver", true);
  logind_.set("c1", "LockedHint", true);
  gather("locked");
  logind_.set("c1", "LockedHint", false);
  say("org.freedesktop.ScreenSaver", false);
  EXPECT_TRUE(presence_stays("locked")) << "one of them still says so";
  say("org.gnome.ScreenSaver", false);
  gather("active");
  EXPECT_EQ(told, (std::vector<std::string>{"locked", "active"}));

  say("org.freedesktop.ScreenSaver", true);
  ASSERT_TRUE(presence_is("locked")) << presence_;
  locker.reset();
  EXPECT_TRUE(presence_is("active")) << "a locker that is gone locks nothing";
}

TEST_F(ALogin, ALockerThatIsOnAlreadyIsAsked) {
  const rig::Program locker(
      {"/usr/bin/python3", "-m", "dbusmock", "--session", "--template", "gnome_screensaver"});
  rig::wait_for_name(bus_->address(), "org.gnome.ScreenSaver");
  rig::BusPeer peer(bus_->address());
  peer.call("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "Lock");
  log_in({.id = "c1", .locked = true});  // whatever logind says of it
  logind_.set("c1", "LockedHint", false);
  EXPECT_TRUE(presence_stays("locked")) << presence_;
  peer.call("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "SetActive",
            g_variant_new("(b)", FALSE));
  EXPECT_TRUE(presence_is("active")) << presence_;
}

class NoLogind : public Session {};

TEST_F(NoLogind, IsSaidAndTheRestWorks) {
  start_desktop();
  skip_welcome();
  start_daemon();
  const auto doctor = poisectl_that_may_fail({"doctor"});
  EXPECT_NE(doctor.find("logind: system bus: "), std::string::npos) << doctor;
  EXPECT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; })) << status().dump(2);
}

}  // namespace
}  // namespace poised::test
