// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "rigs/bus.hpp"
#include "session.hpp"

// Lock, sleep, seat and inhibitors by the real logind of the systemd that booted.sh has booted: in
// the person's own login session, with a sleep of two seconds that only looks like one.
namespace poised::test {
namespace {

namespace fs = std::filesystem;
constexpr const char* logind = "org.freedesktop.login1";

class ARealLogin : public Session {
 protected:
  void SetUp() override {
    ASSERT_NE(std::getenv("IN_BOOTED_CONTAINER"), nullptr) << "run this by booted.sh";
    ASSERT_NE(std::getenv("XDG_SESSION_ID"), nullptr) << "logind made no session";
    own_ = std::getenv("XDG_SESSION_ID");
    start_desktop();
    skip_welcome();
    write_config(short_intervals);
  }
  void begin() {
    start_daemon();
    ASSERT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; })) << status().dump(2);
    ASSERT_TRUE(is_seen_typing()) << presence_;
  }
  void TearDown() override {
    Session::TearDown();
    lock_hint(false);
    loginctl({"unlock-session", own_});
  }
  static void loginctl(std::vector<std::string> words) {
    words.insert(words.begin(), rig::find_program("loginctl", "systemd"));
    rig::run(words);
  }
  /// What the desktop tells logind once its screen is locked.
  void lock_hint(bool locked) {
    rig::BusPeer peer("unix:path=/run/dbus/system_bus_socket");
    const auto reply =
        peer.call(logind, "/org/freedesktop/login1", "org.freedesktop.login1.Manager", "GetSession",
                  g_variant_new("(s)", own_.c_str()));
    const char* path = nullptr;
    g_variant_get(reply.get(), "(&o)", &path);
    peer.call(logind, path, "org.freedesktop.login1.Session", "SetLockedHint",
              g_variant_new("(b)", locked));
  }
  /// `systemd-inhibit --list` has a line with this text.
  static bool is_inhibited_by(const std::string& text) {
    return rig::run({rig::find_program("systemd-inhibit", "systemd"), "--list", "--no-pager"})
               .find(text) != std::string::npos;
  }

  rig::ScopedVariable real_system_bus_{"DBUS_SYSTEM_BUS_ADDRESS", std::nullopt};
  std::string own_;
};

TEST_F(ARealLogin, IsLockedAndUnlocked) {
  begin();
  EXPECT_EQ(poisectl({"doctor"}).find("logind: "), std::string::npos);
  loginctl({"lock-session", own_});
  EXPECT_TRUE(presence_is("locked")) << presence_;
  lock_hint(true);
  rig::Person::press("a");
  EXPECT_TRUE(presence_stays("locked")) << "a key pressed under lock changes nothing";
  lock_hint(false);
  EXPECT_TRUE(presence_is("active")) << presence_;
}

// A machine that wakes by itself, at a time that was set, is no person who is back.
TEST_F(ARealLogin, AScheduledWakeWithoutInputIsNotPresence) {
  begin();
  ASSERT_TRUE(wait_for([] { return is_inhibited_by("Poised"); }));
  while (the_break("stretch")["worked_s"].get<int>() < 2) rig::Person::press("a");
  fs::remove(state_file());
  rig::run({rig::find_program("systemctl", "systemd"), "suspend", "--no-block"});
  ASSERT_TRUE(presence_is("asleep")) << presence_;
  EXPECT_TRUE(fs::exists(state_file())) << "it is saved before the machine sleeps";
  ASSERT_TRUE(presence_is("idle")) << presence_;
  const auto worked = the_break("stretch")["worked_s"].get<int>();
  const auto shown_before = notifications_->banners();
  let_pass(milliseconds(7'000));  // longer than the break's interval
  EXPECT_EQ(status()["presence"], "idle");
  EXPECT_LE(the_break("stretch")["worked_s"].get<int>(), worked);
  EXPECT_EQ(notifications_->banners(), shown_before);
  EXPECT_TRUE(wait_for([] { return is_inhibited_by("Poised"); })) << "for the next time";
  rig::Person::press("a");
  EXPECT_TRUE(presence_is("active")) << presence_;
}

TEST_F(ARealLogin, SleepWaitsForNothingThatPoisedHolds) {
  begin();
  ASSERT_TRUE(wait_for([] { return is_inhibited_by("Poised"); }));
  const auto before = rig::Clock::now();
  rig::run({rig::find_program("systemctl", "systemd"), "suspend", "--no-block"});
  ASSERT_TRUE(wait_for([] { return !is_inhibited_by("Poised"); }));
  // logind would wait for a minute.
  EXPECT_LT(rig::Clock::now() - before, std::chrono::seconds(20));
  EXPECT_TRUE(presence_is("idle")) << presence_;
}

TEST_F(ARealLogin, AnotherPersonsTurnAtTheSeatIsAbsence) {
  begin();
  rig::Program other(
      {rig::find_program("systemd-run", "systemd"), "--quiet", "--pipe", "--wait", "--collect",
       "--uid=nobody", "--property=PAMName=poised", "--setenv=XDG_SESSION_TYPE=x11",
       "--setenv=XDG_SEAT=seat0", "--setenv=XDG_SESSION_CLASS=user", "sh", "-c",
       "echo $XDG_SESSION_ID; exec sleep 600"},
      {.read_output = true});
  auto id = other.read_until("\n");
  id.erase(id.find('\n'));
  loginctl({"activate", id});
  EXPECT_TRUE(presence_is("seat-inactive")) << presence_;
  loginctl({"activate", own_});
  rig::Person::press("a");
  EXPECT_TRUE(presence_is("active")) << presence_;
  loginctl({"terminate-session", id});
}

TEST_F(ARealLogin, P8ASecondDesktopIsFoundAndWatched) {
  begin();
  const std::string here = std::getenv("DISPLAY");
  const rig::XServer far;
  const rig::ScopedVariable back("DISPLAY", here);
  rig::Program session(
      {rig::find_program("systemd-run", "systemd"), "--quiet", "--pipe", "--wait", "--collect",
       "--uid=0", "--property=PAMName=poised", "--setenv=XDG_SESSION_TYPE=x11",
       "--setenv=XDG_SESSION_CLASS=user", "--setenv=DISPLAY=" + far.display(),
       "--setenv=DBUS_SESSION_BUS_ADDRESS=" + bus_->address(), "sh", "-c",
       "echo $XDG_SESSION_ID; exec sleep 600"},
      {.read_output = true});
  auto id = session.read_until("\n");
  id.erase(id.find('\n'));
  const auto is_watched = [&] {
    const auto report = status();
    for (const auto& plugin : report["plugins"])
      if (plugin["id"] == "activity-x11@" + id) return plugin["state"] == "running";
    return false;
  };
  ASSERT_TRUE(wait_for(is_watched)) << status().dump(2);
  ASSERT_TRUE(presence_is("idle")) << presence_;
  {
    const rig::ScopedVariable there("DISPLAY", far.display());
    rig::Person::press("a");
  }
  EXPECT_TRUE(presence_is("active")) << presence_;
  loginctl({"terminate-session", id});
  EXPECT_TRUE(wait_for([&] { return !is_watched(); })) << status().dump(2);
}

TEST_F(ARealLogin, MayHaveItsLogindRestarted) {
  begin();
  ASSERT_TRUE(wait_for([] { return is_inhibited_by("Poised"); }));
  rig::run({rig::find_program("systemctl", "systemd"), "restart", "systemd-logind"});
  EXPECT_TRUE(wait_for([] { return is_inhibited_by("Poised"); })) << "by the new one, too";
  lock_hint(true);
  EXPECT_TRUE(presence_is("locked")) << presence_;
}

TEST_F(ARealLogin, KnowsWhatKeepsTheScreenOn) {
  std::string config = short_intervals;
  const std::string table = "[activity]\n";
  config.insert(config.find(table) + table.size(), "inhibitors = \"pause\"\n");
  write_config(config);
  begin();
  EXPECT_TRUE(status()["paused"].empty());
  {
    const rig::Program player({rig::find_program("systemd-inhibit", "systemd"), "--what=idle",
                               "--who=player", "--why=plays", "sleep", "600"});
    EXPECT_TRUE(wait_for([&] { return !status()["paused"].empty(); }));
  }
  EXPECT_TRUE(wait_for([&] { return status()["paused"].empty(); })) << status().dump(2);
}

}  // namespace
}  // namespace poised::test
