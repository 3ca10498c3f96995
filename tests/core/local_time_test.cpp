// SPDX-License-Identifier: MIT
#include "core/local_time.hpp"

#include <gtest/gtest.h>

#include "rig.hpp"

namespace poised::core {
namespace {

constexpr WallTime utc(int year, unsigned month, unsigned day, Duration time = {}) {
  using namespace std::chrono;
  return WallTime(
      sys_days{std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)}
          .time_since_epoch() +
      time);
}

// Berlin, 2026: summer time from 29 March 01:00 UTC to 25 October 01:00 UTC.
Policy berlin() {
  auto policy = default_policy();
  policy.zone = {
      {utc(2025, 10, 26, 1h), 1h}, {utc(2026, 3, 29, 1h), 2h}, {utc(2026, 10, 25, 1h), 1h}};
  return policy;
}

TEST(Zone, TheOffsetIsThatOfTheLatestEntry) {
  const auto policy = berlin();
  EXPECT_EQ(zone_offset(policy, utc(2026, 3, 29, 1h - 1ns)), 1h);
  EXPECT_EQ(zone_offset(policy, utc(2026, 3, 29, 1h)), 2h);
  EXPECT_EQ(zone_offset(policy, utc(2027, 1, 1)), 1h);
  EXPECT_EQ(zone_offset(policy, utc(2020, 1, 1)), 1h) << "before the table: its first entry";
  EXPECT_EQ(zone_offset(Policy{}, utc(2026, 1, 1)), 0s);
}

TEST(Zone, ALocalMomentIsFoundAlsoWhereClocksChange) {
  const auto policy = berlin();
  const auto local = [](int month, int day, Duration time) {
    return utc(2026, static_cast<unsigned>(month), static_cast<unsigned>(day), time)
        .time_since_epoch();
  };
  EXPECT_EQ(first_at_local(policy, local(3, 2, 9h)), utc(2026, 3, 2, 8h));
  EXPECT_EQ(first_at_local(policy, local(3, 29, 2h + 30min)), utc(2026, 3, 29, 1h))
      << "skipped: the moment of the change";
  EXPECT_EQ(first_at_local(policy, local(3, 29, 3h)), utc(2026, 3, 29, 1h));
  EXPECT_EQ(first_at_local(policy, local(10, 25, 2h + 30min)), utc(2026, 10, 25, 30min))
      << "twice: the first";
  EXPECT_EQ(first_at_local(policy, local(10, 25, 3h)), utc(2026, 10, 25, 2h));
}

TEST(Zone, TheDayOfTheRulesTurnsAtItsLocalHour) {
  const auto policy = berlin();
  const auto day = local_day(policy, utc(2026, 3, 28, 12h));
  EXPECT_EQ(local_day(policy, utc(2026, 3, 29, 2h - 1ns)), day);
  EXPECT_EQ(local_day(policy, utc(2026, 3, 29, 2h)), day + 1) << "04:00 summer time";
  EXPECT_EQ(start_of_day(policy, day + 1), utc(2026, 3, 29, 2h));
  EXPECT_EQ(start_of_day(policy, local_day(policy, utc(2026, 10, 25, 12h))), utc(2026, 10, 25, 3h));
  EXPECT_EQ(weekday(day), 5) << "a Saturday";
}

TEST(Zone, ADayThatTurnsInTheSkippedHourTurnsAtTheChange) {
  auto policy = berlin();
  policy.session.day_starts = 2h + 30min;
  const auto day = local_day(policy, utc(2026, 3, 28, 12h));
  EXPECT_EQ(start_of_day(policy, day + 1), utc(2026, 3, 29, 1h));
  EXPECT_EQ(local_day(policy, utc(2026, 3, 29, 1h)), day + 1);
}

TEST(Hours, AreWallClockInSummerAndWinter) {
  const auto policy = berlin();
  EXPECT_FALSE(within_hours(policy, utc(2026, 3, 27, 6h - 1ns)));
  EXPECT_TRUE(within_hours(policy, utc(2026, 3, 27, 6h))) << "Friday 07:00 winter time";
  EXPECT_FALSE(within_hours(policy, utc(2026, 3, 28, 9h))) << "Saturday";
  EXPECT_FALSE(within_hours(policy, utc(2026, 3, 30, 5h - 1ns)));
  EXPECT_TRUE(within_hours(policy, utc(2026, 3, 30, 5h))) << "Monday 07:00 summer time";
  EXPECT_FALSE(within_hours(policy, utc(2026, 3, 30, 17h)));
}

// The change that is announced must be where looking at every minute finds it.
TEST(Hours, TheNextChangeIsWhereTheClockSays) {
  auto policy = berlin();
  const std::vector<std::vector<HoursRange>> schedules{
      {{0b0011111, 7h, 19h}},
      {{0b0011111, 9h, 12h + 30min}, {0b0001111, 13h, 17h}},
      {{0b1111111, 2h + 30min, 3h + 15min}},
      {{0b1111111, 0h, 24h}},
      {{0b0111111, 22h, 24h}, {0b1111111, 0h, 2h + 30min}},
      {},
  };
  std::size_t changes = 0;
  for (const auto& hours : schedules) {
    policy.schedule.hours = hours;
    for (const auto start : {utc(2026, 3, 27), utc(2026, 10, 23)}) {
      auto next = hours_change_after(policy, start);
      for (auto at = start; at < start + 24h * 4; at += 1min) {
        if (at < next) {
          ASSERT_EQ(within_hours(policy, at), within_hours(policy, next - 1ns));
          continue;
        }
        ASSERT_EQ(at, next) << "changes fall on whole minutes here";
        ASSERT_NE(within_hours(policy, at), within_hours(policy, at - 1ns));
        next = hours_change_after(policy, at);
        ++changes;
      }
    }
  }
  EXPECT_GT(changes, 40u);
}

TEST(Hours, ADayOfTwentyFiveHoursCountsAll) {
  Rig rig(berlin());
  rig.step_wall(utc(2026, 10, 24, 12h) - rig.wall());
  const auto days = rig.count(FactKind::day);
  const auto start = rig.now;
  rig.run_through(start + 24h * 2);
  const auto turns = rig.facts_of(FactKind::day);
  ASSERT_EQ(turns.size(), days + 2);
  EXPECT_EQ(turns[days].at - start, 15h) << "04:00 winter time is 03:00 UTC";
  EXPECT_EQ(turns[days + 1].at - turns[days].at, 24h);
}

}  // namespace
}  // namespace poised::core
