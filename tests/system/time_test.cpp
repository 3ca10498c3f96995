// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "session.hpp"

// What the clocks of a machine do to a day: others add hours to breaks, or book the night as work.
namespace poised::test {
namespace {

namespace fs = std::filesystem;

class Time : public Session {
 protected:
  void SetUp() override {
    start_desktop();
    skip_welcome();
  }
  /// "+01:00", as the decisions are told in.
  std::string offset_of_decisions() {
    const auto next = Json::parse(poisectl({"next", "--json"}));
    for (const auto& entry : next["next"])
      if (entry["at"].is_string()) return entry["at"].get<std::string>().substr(19);
    return {};
  }
  void wait_for_source() {
    ASSERT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; })) << status().dump(2);
  }
};

TEST_F(Time, AnotherTimeZoneIsTakenAtOnce) {
  const rig::ScopedVariable tz("TZ", std::nullopt);
  const auto root = home_.path() / "root", localtime = root / "etc/localtime";
  fs::create_directories(root / "etc/poised");
  std::ofstream(root / "etc/poised/poised.toml") << "[schedule]\nenabled = false\n";
  const auto move_to = [&](const std::string& zone) {
    fs::create_symlink("/usr/share/zoneinfo/" + zone, localtime.string() + ".new");
    fs::rename(localtime.string() + ".new", localtime);
  };
  move_to("Asia/Tokyo");
  start_daemon({"--config-root", root});
  wait_for_source();
  rig::Person::press("a");
  EXPECT_TRUE(wait_for([&] { return offset_of_decisions() == "+09:00"; })) << offset_of_decisions();
  move_to("Asia/Kolkata");
  EXPECT_TRUE(wait_for([&] { return offset_of_decisions() == "+05:30"; })) << offset_of_decisions();
}

// Not the second before, which two clocks that are read one after the other would make of it.
TEST_F(Time, WhatEndsAtAFullMinuteIsToldSo) {
  const rig::ScopedVariable tz("TZ", "UTC");
  const auto hour = [now = std::time(nullptr) / 3600](int from_now) {
    return fmt::format("{:02}", (now + from_now) % 24);
  };
  write_config("[schedule]\nenabled = true\nhours = [\"Mon-Sun " + hour(2) + ":00-" + hour(2) +
               ":59\"]\n");
  start_daemon();
  wait_for_source();
  rig::Person::press("a");
  const auto clock = [](const Json& instant) { return instant.get<std::string>().substr(11, 8); };
  EXPECT_TRUE(wait_for([&] {
    const auto next = Json::parse(poisectl({"next", "--json"}))["next"][0]["held_until"];
    return next.is_string() && clock(next) == hour(2) + ":00:00";
  })) << poisectl({"next", "--json"});
  poisectl({"pause", "--until", hour(3) + ":30"});
  EXPECT_EQ(clock(status()["paused"][0]["until"]), hour(3) + ":30:00");
}

class FakedTime : public Time {
 protected:
  /// The daemon's wall clock is `words` from the real one, as libfaketime understands them.
  void set_wall_clock(const std::string& words) {
    const auto file = home_.path() / "faketime";
    std::ofstream(file.string() + ".new") << words << '\n';
    fs::rename(file.string() + ".new", file);
  }
  std::vector<std::unique_ptr<rig::ScopedVariable>> variables_;
};

// Wall-clock arithmetic: a clock set back by three hours must not put a break off by three hours.
TEST_F(FakedTime, AStepOfTheWallClockMovesNoBreak) {
  std::string library;
  for (const auto& entry :
       fs::recursive_directory_iterator("/usr/lib", fs::directory_options::skip_permission_denied))
    if (entry.path().filename() == "libfaketime.so.1") library = entry.path();
  ASSERT_FALSE(library.empty())
      << "libfaketime.so.1 is missing; it is in the Debian package libfaketime";
  write_config("[schedule]\nenabled = false\n[breaks.rest]\nenabled = true\n");
  set_wall_clock("+0");
  {
    const rig::ScopedVariable preload("LD_PRELOAD", library);
    const rig::ScopedVariable times("FAKETIME_TIMESTAMP_FILE",
                                    (home_.path() / "faketime").string());
    const rig::ScopedVariable fresh("FAKETIME_NO_CACHE", "1");
    const rig::ScopedVariable steady("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    start_daemon();
  }
  wait_for_source();
  rig::Person::press("a");
  ASSERT_TRUE(wait_for([&] { return status()["presence"] == "active"; }));
  const auto at = [&] {
    return Json::parse(poisectl({"next", "--json"}))["next"][0]["at"].get<std::string>();
  };
  const auto due = [&] { return the_break("stretch")["due_in_s"].get<int>(); };
  const auto before = due();
  const auto shown_before = at();
  for (const char* step : {"-3h", "+30d", "+0"}) {
    set_wall_clock(step);
    daemon_->signal(SIGHUP);  // the kernel tells of a step of its own; see the test of the clock
    if (std::string(step) != "+0") {
      EXPECT_TRUE(wait_for([&] { return at() != shown_before; })) << step << " was not noticed";
    }
    EXPECT_LE(due(), before) << step;
    EXPECT_GE(due(), before - 90) << step;
  }
}

}  // namespace
}  // namespace poised::test
