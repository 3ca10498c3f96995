// SPDX-License-Identifier: MIT
#include "simulate/trace.hpp"

#include <gtest/gtest.h>

#include <chrono>

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

std::string why_not(std::string_view text) {
  const auto trace = read_trace(text, "day.trace", core::Policy());
  return trace.error ? trace.error->text() : "";
}

TEST(Times, AreLocalUnlessTheySayOtherwise) {
  const auto at = core::WallTime(std::chrono::seconds(1772438400));
  EXPECT_EQ(parse_time("2026-03-02T09:00:00", berlin()), at);
  EXPECT_EQ(parse_time("2026-03-02 09:00", berlin()), at);
  EXPECT_EQ(parse_time("2026-03-02T08:00:00Z", berlin()), at);
  EXPECT_EQ(parse_time("2026-03-02T04:30:00-03:30", berlin()), at);
  EXPECT_EQ(parse_time("2026-03-02T08:00:00", core::Policy()), at);
}

TEST(Times, ThatTheZoneSkipsOrRepeatsHaveOneMeaning) {
  EXPECT_EQ(parse_time("2026-03-29T02:30:00", berlin()),
            parse_time("2026-03-29T03:00:00", berlin()));
  EXPECT_EQ(parse_time("2026-03-29T01:59:59", berlin()),
            parse_time("2026-03-29T00:59:59Z", berlin()));
  EXPECT_EQ(parse_time("2026-10-25T02:30:00", berlin()),
            parse_time("2026-10-25T00:30:00Z", berlin()));
  EXPECT_EQ(parse_time("2026-10-25T03:00:00", berlin()),
            parse_time("2026-10-25T02:00:00Z", berlin()));
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

TEST(Traces, AreReadLineByLine) {
  const auto trace = read_trace(
      "# a morning\n2026-03-02T08:00:00 active keyboard  # at the desk\n\n2026-03-02T08:10:00 "
      "idle\n"
      "2026-03-02T08:10:00 call on\n2026-03-02T09:00:00 pause 30m\n2026-03-02T09:00:01 answer "
      "quiet-today",
      "t", core::Policy());
  ASSERT_FALSE(trace.error) << trace.error->text();
  ASSERT_EQ(trace.lines.size(), 5u);
  EXPECT_EQ(std::get<core::InputResumed>(std::get<core::Event>(trace.lines[0].action)).device,
            core::Device::keyboard);
  EXPECT_EQ(trace.lines[1].elapsed, 10min);
  EXPECT_TRUE(std::holds_alternative<Idle>(trace.lines[1].action));
  EXPECT_EQ(trace.lines[2].elapsed, 10min);
  EXPECT_EQ(std::get<PauseFor>(trace.lines[3].action).length, 30min);
}

TEST(Traces, KeepElapsedTimeApartFromTheWallClock) {
  const auto trace = read_trace(
      "2026-03-02T08:00:00 active\n2026-03-02T09:00:00 clock -1h\n2026-03-02T08:30:00 idle\n", "t",
      core::Policy());
  ASSERT_FALSE(trace.error) << trace.error->text();
  EXPECT_EQ(trace.lines[2].elapsed, 90min);
}

TEST(Traces, ThatAreWrongNameTheirLine) {
  EXPECT_EQ(why_not("yesterday active\n"),
            "day.trace:1: “yesterday” is not a time such as 2026-03-02T08:00:00");
  EXPECT_EQ(why_not("2026-03-02T08:00:00\n"), "day.trace:1: an event is missing after the time");
  EXPECT_EQ(why_not("\n2026-03-02T08:00:00 dance\n"), "day.trace:2: “dance”: no such event");
  EXPECT_EQ(why_not("2026-03-02T08:00:00 call\n"), "day.trace:1: call: expected on or off");
  EXPECT_EQ(why_not("2026-03-02T08:00:00 lock now\n"),
            "day.trace:1: lock: expected nothing after it");
  EXPECT_EQ(why_not("2026-03-02T08:00:00 active keyboard too\n"),
            "day.trace:1: “too” is one word too many");
  EXPECT_EQ(why_not("2026-03-02T08:00:00 active\n2026-03-02T07:59:59 idle\n"),
            "day.trace:2: 2026-03-02T07:59:59 lies before the line above it");
  EXPECT_EQ(
      why_not(
          "2026-03-02T08:00:00 active\n2026-03-02T09:00:00 clock -1h\n2026-03-02T07:59:59 idle\n"),
      "day.trace:3: 2026-03-02T07:59:59 lies before the line above it");
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
