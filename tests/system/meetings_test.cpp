// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <filesystem>
#include <fstream>

#include "rigs/calendars.hpp"
#include "session.hpp"

// Meetings: a break that falls into one waits for its end, or comes before it.
namespace poised::test {
namespace {

using testing::HasSubstr;

class Meetings : public Session {
 protected:
  void start(const std::string& config, const std::string& interval = "5s") {
    auto intervals = std::string(short_intervals);
    const std::string five = "interval = \"5s\"";
    intervals.replace(intervals.find(five), five.size(), "interval = \"" + interval + "\"");
    write_config(intervals + config);
    skip_welcome();
    start_daemon();
    ASSERT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; })) << status().dump(2);
    ASSERT_TRUE(wait_for([&] { return plugin("calendar")["state"] == "running"; }))
        << status()["plugins"].dump(2);
  }
  /// The meeting that has begun is known.
  bool is_held() {
    return wait_for([&] { return status()["held_by"] == Json::array({"calendar"}); });
  }
  static std::string meeting(std::int64_t from, std::int64_t to) {
    return rig::calendar_text(rig::event_text("meeting", from, to));
  }
};

class MeetingsOnAServer : public Meetings {
 protected:
  void SetUp() override { start_desktop(); }
  std::string account() const {
    return "[plugin.calendar]\npoll = \"10s\"\n[[plugin.calendar.calendars]]\nname = \"work\"\nurl "
           "= \"" +
           server_.url() +
           "\"\ntype = \"caldav\"\nuser = \"alice\"\npassword_command = \"echo secret\"\n";
  }
  static std::string availability(const std::string& lines) {
    return "[availability]\nsettle = \"3s\"\n" + lines + "\n";
  }

  rig::Radicale server_;
  const std::int64_t now_ = std::time(nullptr);
};

TEST_F(MeetingsOnAServer, NothingIsShownUntilTheMeetingIsOverAndHasSettled) {
  const auto end = std::time(nullptr) + 40;
  server_.put("meeting.ics", meeting(now_ - 600, end));
  start(availability("pull_forward = false") + account());
  ASSERT_TRUE(is_held()) << status().dump(2);
  const auto held = work_until("held");
  EXPECT_EQ(held["by"], Json::array({"calendar"}));
  EXPECT_EQ(the_break("stretch")["held_by"], Json::array({"calendar"}));
  const auto next = poisectl({"next"});
  EXPECT_THAT(next, testing::ContainsRegex("calendar until [0-9]+:[0-9]+"));
  EXPECT_THAT(notifications_->calls(), testing::IsEmpty());

  const auto prompt = work_until("prompt", milliseconds(75'000));
  EXPECT_GE(std::time(nullptr), end + 3);
  EXPECT_EQ(prompt["reason"], "after-meeting");
  EXPECT_TRUE(shown(1));
  EXPECT_THAT(notifications_->calls().back().body, HasSubstr("After your meeting"));
  for (const auto& call : notifications_->calls()) {
    EXPECT_THAT(call.title + call.body, testing::Not(HasSubstr("Secret")));
  }
}

TEST_F(MeetingsOnAServer, ByDefaultTheBreakIsOfferedBeforeTheMeeting) {
  server_.put("meeting.ics", meeting(now_ + 240, now_ + 3840));
  // Half of the interval is worked when it is offered.
  start(account(), "16s");
  const auto prompt = work_until("prompt", milliseconds(60'000));
  EXPECT_EQ(prompt["reason"], "pull-forward");
  EXPECT_LT(std::time(nullptr), now_ + 240);
  EXPECT_TRUE(shown(1));
  const std::time_t begins = now_ + 240;
  std::tm parts{};
  localtime_r(&begins, &parts);
  char clock[8];
  std::strftime(clock, sizeof clock, "%H:%M", &parts);
  EXPECT_THAT(notifications_->calls().back().body, HasSubstr(std::string("Before ") + clock));
  for (const auto& call : notifications_->calls()) {
    EXPECT_THAT(call.title + call.body, testing::Not(HasSubstr("Secret")));
  }
}

TEST_F(MeetingsOnAServer, AMeetingThatIsCancelledOnTheServerLetsGo) {
  server_.put("meeting.ics", meeting(now_ - 600, now_ + 3600));
  start(availability("pull_forward = false") + account());
  ASSERT_TRUE(is_held()) << status().dump(2);
  EXPECT_EQ(work_until("held")["by"], Json::array({"calendar"}));
  server_.remove("meeting.ics");
  // The poll, less or more a tenth, what the server takes, and the settling: 14 s if nothing else
  // is going on here.
  work_until("released", milliseconds(40'000));
  work_until("prompt");
  EXPECT_TRUE(shown(1));
}

class MeetingsOnGnome : public Meetings {
 protected:
  void SetUp() override {
    x_server_ = std::make_unique<rig::XServer>(display());
    bus_ = std::make_unique<rig::SessionBus>(evolution_.services());
    dunst_ = std::make_unique<rig::Dunst>(*bus_);
    notifications_ = std::make_unique<rig::NotifyMonitor>(bus_->address());
    decisions_ = std::make_unique<Decisions>(bus_->address());
    evolution_.open(*bus_);
  }

  rig::Evolution evolution_;
};

TEST_F(MeetingsOnGnome, CountWithNoKeySet) {
  const auto now = std::time(nullptr);
  evolution_.create(rig::event_text("meeting", now - 600, now + 3600));
  start("");
  ASSERT_TRUE(is_held()) << status().dump(2);
  EXPECT_EQ(work_until("held")["by"], Json::array({"calendar"}));
  EXPECT_THAT(notifications_->calls(), testing::IsEmpty());
}

// The machine travels, and what names no zone goes with it: the daemon has the calendar told anew.
class MeetingsOnAJourney : public Meetings {};

TEST_F(MeetingsOnAJourney, AreThoseOfWhereTheMachineIs) {
  namespace fs = std::filesystem;
  start_desktop();
  skip_welcome();
  const rig::ScopedVariable tz("TZ", std::nullopt);
  const auto root = home_.path() / "root", localtime = root / "etc/localtime";
  fs::create_directories(root / "etc/poised");
  const auto travel = [&](const char* zone) {
    fs::create_symlink(std::string("/usr/share/zoneinfo/Etc/") + zone, localtime.string() + ".new");
    fs::rename(localtime.string() + ".new", localtime);
  };
  travel("UTC");
  // Ten minutes ago, and for two hours, by the clocks of nine hours to the east.
  const std::time_t begins = std::time(nullptr) - 600 + 9 * 3600;
  std::tm parts{};
  gmtime_r(&begins, &parts);
  char floating[32];
  std::strftime(floating, sizeof floating, "%Y%m%dT%H%M%S", &parts);
  const auto file = home_.path() / "me.ics";
  std::ofstream(file) << rig::calendar_text(
      "BEGIN:VEVENT\r\nUID:f\r\nDTSTART:" + std::string(floating) +
      "\r\nDURATION:PT2H\r\nEND:VEVENT\r\n");
  std::ofstream(root / "etc/poised/poised.toml")
      << short_intervals
      << "[availability]\nsettle = \"1s\"\npull_forward = false\n[[plugin.calendar.calendars]]\n"
      << "path = \"" << file.string() << "\"\n";
  start_daemon({"--config-root", root});
  ASSERT_TRUE(wait_for([&] { return status()["source"]["id"] == "x11"; })) << status().dump(2);
  EXPECT_EQ(work_until("prompt")["break"], "stretch");
  EXPECT_TRUE(the_break("stretch")["held_by"].empty());
  travel("GMT-9");  // nine hours ahead, in POSIX's way of counting
  EXPECT_EQ(work_until("withdrawn")["by"], Json::array({"calendar"}));
  travel("UTC");
  work_until("prompt", milliseconds(60'000));
}

// Nothing of it runs, until the person has the first calendar.
class NoMeetingsOnGnome : public MeetingsOnGnome {
 protected:
  void SetUp() override {
    x_server_ = std::make_unique<rig::XServer>(display());
    bus_ = std::make_unique<rig::SessionBus>(evolution_.services());
    dunst_ = std::make_unique<rig::Dunst>(*bus_);
    decisions_ = std::make_unique<Decisions>(bus_->address());
  }
  std::string calendar_state() const {
    const auto report = status();
    for (const auto& plugin : report["plugins"])
      if (plugin["id"] == "calendar") return plugin["state"];
    return "";
  }
};

TEST_F(NoMeetingsOnGnome, CostNothingAndTheFirstOneCounts) {
  write_config(short_intervals);
  skip_welcome();
  start_daemon();
  ASSERT_TRUE(wait_for([&] { return calendar_state() == "on-demand"; }))
      << status()["plugins"].dump(2);
  work_until("prompt");
  auto typist = std::make_unique<Typist>();
  EXPECT_EQ(calendar_state(), "on-demand");

  const auto now = std::time(nullptr);
  evolution_.open(*bus_);
  evolution_.create(rig::event_text("meeting", now - 600, now + 3600));
  typist.reset();
  EXPECT_EQ(work_until("withdrawn")["by"], Json::array({"calendar"}));
  EXPECT_EQ(calendar_state(), "running");
}

}  // namespace
}  // namespace poised::test
