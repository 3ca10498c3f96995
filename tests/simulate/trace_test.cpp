// SPDX-License-Identifier: MIT
#include "simulate/trace.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <sstream>
#include <vector>

#include "simulate/runner.hpp"

namespace poised::simulate {
namespace {

using namespace std::chrono_literals;

// Berlin's rule around the spring change of 2026: 29 March, 01:00 UTC; and the autumn one: 25
// October, 01:00 UTC.
core::Policy berlin() {
  core::Policy policy;
  policy.zone = {{core::WallTime(0s), 1h},
                 {core::WallTime(std::chrono::seconds(1774746000)), 2h},
                 {core::WallTime(std::chrono::seconds(1792890000)), 1h}};
  return policy;
}

struct Line {
  core::Duration elapsed;
  Action action;
};

std::vector<Line> read_all(const std::string& text, const core::Policy& policy = {}) {
  std::istringstream stream(text);
  TraceReader reader(stream, "day.trace", policy);
  std::vector<Line> lines;
  while (const auto at = reader.next()) lines.push_back({*at, *reader.take()});
  return lines;
}

std::string why_not(const std::string& text, const core::Policy& policy = {}) {
  try {
    read_all(text, policy);
  } catch (const BadTrace& bad) {
    return bad.what();
  }
  return {};
}

/// Empty if it is no time.
std::optional<core::WallTime> parse_time(std::string_view text, const core::Policy& policy) {
  const auto read = read_time(text, policy);
  const auto* at = std::get_if<core::WallTime>(&read);
  return at ? std::optional(*at) : std::nullopt;
}

TEST(Times, AreLocalUnlessTheySayOtherwise) {
  const auto at = core::WallTime(std::chrono::seconds(1772438400));
  EXPECT_EQ(parse_time("2026-03-02T09:00:00", berlin()), at);
  EXPECT_EQ(parse_time("2026-03-02 09:00", berlin()), at);
  EXPECT_EQ(parse_time("2026-03-02T08:00:00Z", berlin()), at);
  EXPECT_EQ(parse_time("2026-03-02T04:30:00-03:30", berlin()), at);
  EXPECT_EQ(parse_time("2026-03-02T08:00:00", core::Policy()), at);
}

TEST(Times, HaveDecimalsOfASecond) {
  const auto at = *parse_time("2026-03-02T09:00:00", berlin());
  EXPECT_EQ(parse_time("2026-03-02T09:00:00.25", berlin()), at + 250ms);
  EXPECT_EQ(parse_time("2026-03-02T08:00:00.000000001Z", berlin()), at + 1ns);
  EXPECT_FALSE(parse_time("2026-03-02T09:00:00.", berlin()));
  EXPECT_FALSE(parse_time("2026-03-02T09:00:00.0000000001", berlin()));
}

TEST(Times, ThatTheZoneSkipsAreNone) {
  EXPECT_EQ(std::get<std::string>(read_time("2026-03-29T02:30:00", berlin())),
            "2026-03-29T02:30:00 does not exist: the clocks are put forward over it");
  EXPECT_FALSE(parse_time("2026-03-29T02:00:00", berlin()));
  EXPECT_EQ(parse_time("2026-03-29T01:59:59", berlin()),
            parse_time("2026-03-29T00:59:59Z", berlin()));
  EXPECT_EQ(parse_time("2026-03-29T03:00:00", berlin()),
            parse_time("2026-03-29T01:00:00Z", berlin()));
  EXPECT_EQ(why_not("2026-03-29T01:00 active\n2026-03-29T02:10 idle\n", berlin()),
            "day.trace:2: 2026-03-29T02:10 does not exist: the clocks are put forward over it");
}

TEST(Times, ThatComeTwiceAreTheFirstUnlessThatIsOver) {
  EXPECT_EQ(parse_time("2026-10-25T02:30:00", berlin()),
            parse_time("2026-10-25T00:30:00Z", berlin()));
  EXPECT_EQ(parse_time("2026-10-25T03:00:00", berlin()),
            parse_time("2026-10-25T02:00:00Z", berlin()));
  const auto lines = read_all(
      "2026-10-25T01:00 active\n2026-10-25T02:50 idle\n2026-10-25T02:10 lock\n"
      "2026-10-25T03:00 unlock\n",
      berlin());
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[1].elapsed, 110min);
  EXPECT_EQ(lines[2].elapsed, 130min);
  EXPECT_EQ(lines[3].elapsed, 180min);
}

TEST(Times, ThatAreNoneAreRefused) {
  for (const auto* text :
       {"", "2026-03-02", "2026-13-02T08:00:00", "2026-02-30T08:00:00", "2026-03-02T24:00:00",
        "2026-03-02T08:60:00", "2026-03-02T8:00:00", "26-03-02T08:00:00", "2026-03-02T08:00:00+1",
        "2026-03-02T08:00:00x", "2026-03-0aT08:00:00"})
    EXPECT_FALSE(parse_time(text, core::Policy())) << text;
}

TEST(Lengths, TakeTheirUnitsInOrder) {
  EXPECT_EQ(parse_length("30m"), 30min);
  EXPECT_EQ(parse_length("1h30min"), 90min);
  EXPECT_EQ(parse_length("-1h", true), -1h);
  EXPECT_EQ(parse_length("2d"), 48h);
  for (const auto* text : {"", "30", "m", "-1h", "30min1h", "1h1h", "1x", "99999999999h"})
    EXPECT_FALSE(parse_length(text)) << text;
}

TEST(Lengths, EndBeforeTheyOverflow) {
  EXPECT_EQ(parse_length("36525d"), 36525 * 24h);
  EXPECT_FALSE(parse_length("36525d1h"));
  EXPECT_FALSE(parse_length("9223372036854775807d"));
}

TEST(Appointments, HaveABeginningAndALaterEnd) {
  const auto read = [](std::string_view text) { return read_busy(text, berlin()); };
  const auto busy = std::get<core::BusyInterval>(read("2026-03-02T10:00/2026-03-02T11:00:30"));
  EXPECT_EQ(busy.from, parse_time("2026-03-02T10:00", berlin()));
  EXPECT_EQ(busy.to - busy.from, 1h + 30s);
  EXPECT_EQ(std::get<std::string>(read("2026-03-02T10:00")),
            "expected FROM/TO such as 2026-03-02T10:00/2026-03-02T11:00, not “2026-03-02T10:00”");
  EXPECT_EQ(std::get<std::string>(read("2026-03-02T10:00/2026-03-02T10:00")),
            "2026-03-02T10:00/2026-03-02T10:00 ends before it begins");
  EXPECT_EQ(std::get<std::string>(read("2026-03-02T10:00/noon")),
            "“noon” is not a time such as 2026-03-02T08:00:00");
}

TEST(Traces, AreReadLineByLine) {
  const auto lines = read_all(
      "# a morning\n2026-03-02T08:00:00 active keyboard  # at the desk\n\n2026-03-02T08:10:00 "
      "idle\r\n"
      "2026-03-02T08:10:00 call on\n2026-03-02T09:00:00 pause 30m\n2026-03-02T09:00:01 answer "
      "quiet-today");
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(std::get<core::InputResumed>(std::get<core::Event>(lines[0].action)).device,
            core::Device::keyboard);
  EXPECT_EQ(lines[1].elapsed, 10min);
  EXPECT_TRUE(std::holds_alternative<Idle>(lines[1].action));
  EXPECT_EQ(lines[2].elapsed, 10min);
  EXPECT_EQ(std::get<PauseFor>(lines[3].action).length, 30min);
}

TEST(Traces, KnowEveryEventOfTheirLanguage) {
  const auto lines = read_all(
      "2026-03-02T08:00 active\n2026-03-02T08:00 active pointer\n2026-03-02T08:00 lock\n"
      "2026-03-02T08:00 unlock\n2026-03-02T08:00 sleep\n2026-03-02T08:00 wake\n"
      "2026-03-02T08:00 screen-share on\n2026-03-02T08:00 dnd off\n2026-03-02T08:00 video on\n"
      "2026-03-02T08:00 full-screen on\n2026-03-02T08:00 mic on\n2026-03-02T08:00 camera on\n"
      "2026-03-02T08:00 mirrored-display on\n2026-03-02T08:00 desk 720\n2026-03-02T08:00 desk "
      "gone\n2026-03-02T08:00 take stretch\n2026-03-02T08:00 sit\n2026-03-02T08:00 stand\n"
      "2026-03-02T08:00 pause\n2026-03-02T08:00 resume\n2026-03-02T08:00 seat off\n"
      "2026-03-02T08:00 source off\n2026-03-02T08:00 busy none\n"
      "2026-03-02T08:00 busy 2026-03-02T09:00/2026-03-02T10:00 2026-03-02T11:00/2026-03-02T12:00\n"
      "2026-03-02T08:00 restart\n2026-03-02T08:00 clock +30min\n"
      "2026-03-02T08:30 inhibitor on\n");
  ASSERT_EQ(lines.size(), 27U);
  const auto event = [&](std::size_t i) { return std::get<core::Event>(lines[i].action); };
  EXPECT_EQ(event(4), core::Event(core::SleepChanged{true}));
  EXPECT_EQ(event(6), core::Event(core::SignalChanged{core::LiveSignal::screen_share, true}));
  EXPECT_EQ(event(13), core::Event(core::DeskHeight{720}));
  EXPECT_EQ(event(14), core::Event(core::DeskHeight{}));
  EXPECT_EQ(event(17), core::Event(core::PostureSaid{core::Posture::standing}));
  EXPECT_EQ(std::get<PauseFor>(lines[18].action), PauseFor{});
  EXPECT_EQ(event(20), core::Event(core::SeatChanged{false}));
  EXPECT_EQ(std::get<core::BusyReplaced>(event(22)).intervals.size(), 0U);
  EXPECT_EQ(std::get<core::BusyReplaced>(event(23)).intervals.size(), 2U);
  EXPECT_EQ(std::get<Restart>(lines[24].action), Restart{});
  EXPECT_EQ(std::get<ClockStep>(lines[25].action).by, 30min);
  EXPECT_EQ(event(26), core::Event(core::InhibitorChanged{true}));
}

TEST(Traces, ReadThePlan) {
  const auto event = [](const std::string& text) {
    return std::get<core::Event>(read_all("2026-03-02T08:00 " + text).at(0).action);
  };
  EXPECT_EQ(event("plan start acute"), core::Event(core::PlanStarted{"acute"}));
  EXPECT_EQ(event("plan stop"), core::Event(core::PlanStopped{}));
  EXPECT_EQ(event("plan hold"), core::Event(core::PlanHeld{true}));
  EXPECT_EQ(event("plan resume"), core::Event(core::PlanHeld{false}));
  EXPECT_EQ(event("checkin pain=4 stiffness=3 warning=no"),
            core::Event(core::CheckedIn{4, 3, false}));
  EXPECT_EQ(event("checkin pain=4 warning=yes"), core::Event(core::CheckedIn{4, 0, true}));
  EXPECT_EQ(event("warning numbness"), core::Event(core::WarningReported{"numbness"}));
  EXPECT_EQ(event("hurts wall-angel"), core::Event(core::ExerciseHurt{"wall-angel"}));
  EXPECT_EQ(event("cleared"), core::Event(core::Cleared{}));
  EXPECT_EQ(
      why_not("2026-03-02T08:00 plan start"),
      "day.trace:1: plan: expected the name of a plan: acute, progressive, maintenance, home");
  for (const auto* answers :
       {"", " pain=11", " pain=-1", " pain=yes", " warning=4", " foo=4", " pain=4 foo=no"})
    EXPECT_EQ(why_not(std::string("2026-03-02T08:00 checkin") + answers),
              "day.trace:1: checkin: expected answers: pain=0 to 10, stiffness=0 to 10, "
              "warning=yes or no")
        << answers;
  EXPECT_EQ(why_not("2026-03-02T08:00 warning"), "day.trace:1: warning: expected the sign's name");
  EXPECT_EQ(why_not("2026-03-02T08:00 hurts"), "day.trace:1: hurts: expected the exercise's name");
}

TEST(Traces, KeepElapsedTimeApartFromTheWallClock) {
  const auto lines = read_all(
      "2026-03-02T08:00:00 active\n2026-03-02T09:00:00 clock -1h\n2026-03-02T08:30:00 idle\n");
  EXPECT_EQ(lines.at(2).elapsed, 90min);
}

TEST(Traces, CanBeginBeforeTheirFirstLine) {
  std::istringstream stream("2026-03-02T08:00 active\n2026-03-02T09:00 idle\n");
  const core::Policy policy;
  TraceReader reader(stream, "day.trace", policy);
  EXPECT_EQ(reader.begin(), parse_time("2026-03-02T08:00", policy));
  reader.begin_at(*parse_time("2026-03-02T07:00", policy));
  EXPECT_EQ(reader.next(), 1h);
  reader.take();
  EXPECT_EQ(reader.next(), 2h);
}

TEST(Traces, ThatAreWrongNameTheirLine) {
  EXPECT_EQ(why_not("yesterday active\n"),
            "day.trace:1: “yesterday” is not a time such as 2026-03-02T08:00:00");
  EXPECT_EQ(why_not("2026-03-02T08:00:00\n"), "day.trace:1: an event is missing after the time");
  EXPECT_EQ(why_not("\n2026-03-02T08:00:00 dance\n"), "day.trace:2: “dance”: no such event");
  EXPECT_EQ(why_not("2026-03-02T08:00:00 call\n"), "day.trace:1: call: expected on or off");
  EXPECT_EQ(why_not("2026-03-02T08:00:00 lock now\n"),
            "day.trace:1: lock: “now” is one word too many");
  EXPECT_EQ(why_not("2026-03-02T08:00:00 active keyboard too\n"),
            "day.trace:1: active: “too” is one word too many");
  EXPECT_EQ(why_not("2026-03-02T08:00:00 desk high\n"),
            "day.trace:1: desk: expected a height in millimetres");
  EXPECT_EQ(why_not("2026-03-02T08:00:00 busy 9-10\n"),
            "day.trace:1: busy: expected FROM/TO such as 2026-03-02T10:00/2026-03-02T11:00, not "
            "“9-10”");
  EXPECT_EQ(why_not("2026-03-02T08:00:00 clock 200000d\n"),
            "day.trace:1: clock: expected a length such as -1h");
  EXPECT_EQ(why_not("2026-03-02T08:00:00 active\n2026-03-02T07:59:59 idle\n"),
            "day.trace:2: 2026-03-02T07:59:59 lies before the line above it");
  EXPECT_EQ(
      why_not(
          "2026-03-02T08:00:00 active\n2026-03-02T09:00:00 clock -1h\n2026-03-02T07:59:59 idle\n"),
      "day.trace:3: 2026-03-02T07:59:59 lies before the line above it");
  EXPECT_EQ(why_not("2026-03-02T08:00 idle\n" + std::string(longest_trace_line + 1, '#') + "\n"),
            "day.trace:2: longer than 65535 characters");
  EXPECT_EQ(why_not("2026-03-02T08:00 idle\n" + std::string(longest_trace_line, '#') + "\n"), "");
}

TEST(DayTurn, ComesAtTheSameLocalTimeOnDaysOfAnyLength) {
  auto policy = berlin();
  const auto at = [&](const char* text) { return *parse_time(text, policy); };
  EXPECT_EQ(until_day_turn(at("2026-03-02T04:00:00"), policy), 24h);
  EXPECT_EQ(until_day_turn(at("2026-03-02T03:59:00"), policy), 1min);
  EXPECT_EQ(until_day_turn(at("2026-03-28T04:00:00"), policy), 23h);
  EXPECT_EQ(until_day_turn(at("2026-10-24T04:00:00"), policy), 25h);
}

}  // namespace
}  // namespace poised::simulate
