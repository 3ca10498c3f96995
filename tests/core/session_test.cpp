// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "rules.hpp"
#include "scenario.hpp"

// P6, P7: screen sessions and days.
namespace poised::core {
namespace {

Policy rules() {
  return default_policy();
}

Rig at_work(Reporting reporting = Reporting::at_once) {
  Rig rig(rules(), reporting);
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.run_to(monday + 8h + 30min);
  return rig;
}

Duration worked(const Rig& rig) {
  return rig.now_status().breaks.back().worked;
}

// ------------------------------------------------------------------------------------ P6, P7

TEST(P6, AScreenSessionStartsWithTheFirstPresenceAndEndsBackDated) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 -> session-start
    08:10 idle
    08:14 active            # four minutes do not end it
    08:20 idle
    08:25 -> session-end 1200s since 08:20:00
    09:00 active
    09:00 -> session-start
  )");
}

TEST(P6, AnAbsenceOfExactlySessionBreakEndsIt) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 -> session-start
    08:10 idle
    08:15 -> session-end 600s
    08:15 active
    08:15 -> session-start
  )");
}

TEST(P6, LockAndSleepEndItTheSameWay) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 -> session-start
    08:10 lock
    08:15 -> session-end 600s since 08:10:00
    08:20 unlock
    08:20 -> session-start
    08:20 active
    08:30 sleep
    08:35 -> session-end 600s since 08:30:00
    08:40 wake
    08:50
  )");
}

TEST(P7, ShortUnlockedIdlenessCountsForTheSessionNotForWork) {
  auto rig = at_work();
  rig.end_input();
  rig.run_to(monday + 8h + 34min);
  rig.begin_input();
  rig.run_to(monday + 8h + 40min);
  EXPECT_EQ(rig.now_status().session, 40min);
  EXPECT_EQ(rig.now_status().posture_for, 40min);
  EXPECT_EQ(rig.now_status().today, 36min);
  EXPECT_EQ(worked(rig), 36min);
}

TEST(P7, TimeUnderLockCountsForNeither) {
  auto rig = at_work();
  rig.send(LockChanged{true});
  rig.run_to(monday + 8h + 34min);
  rig.send(LockChanged{false});
  rig.begin_input();
  rig.run_to(monday + 8h + 40min);
  EXPECT_EQ(rig.now_status().session, 36min);
  EXPECT_EQ(rig.now_status().posture_for, 36min);
}

TEST(P7, TheDayTurnsAtFourAndResetsTheTotals) {
  Rig rig(rules());
  rig.run_to(monday + 23h);
  rig.begin_input();
  rig.run_through(monday + 28h);
  const auto days = rig.facts_of(FactKind::day);
  ASSERT_EQ(days.size(), 2u) << "Sunday's, and Monday's";
  EXPECT_EQ(days[0].at, monday + 4h);
  EXPECT_EQ(days[0].text, "2026-03-01");
  EXPECT_EQ(days[1].at, monday + 28h);
  EXPECT_EQ(days[1].text, "2026-03-02");
  EXPECT_EQ(days[1].totals->present, 5h);
  EXPECT_EQ(days[1].totals->sessions, 1u);
  EXPECT_EQ(rig.now_status().today, 0s);
  EXPECT_EQ(rig.now_status().day.sessions, 0u);
  EXPECT_EQ(rig.now_status().session, 5h) << "the session goes on";
  EXPECT_GT(worked(rig), 0s) << "so does the count";
}

TEST(P7, AStepBackOfUpToADayNeverReopensADay) {
  Rig rig(rules());
  rig.run_to(monday + 5h);
  ASSERT_EQ(rig.count(FactKind::day), 1u);
  rig.step_wall(-2h);  // 03:00 of the same calendar day: it would be Sunday again
  rig.run_to(monday + 8h);
  EXPECT_EQ(rig.count(FactKind::day), 1u) << "the boundary passed again, and nothing turned";
  rig.step_wall(-24h);
  rig.run_through(monday + 28h + 26h);
  EXPECT_EQ(rig.count(FactKind::day), 2u) << "the day after Monday comes when the clock says so";
  EXPECT_EQ(rig.facts_of(FactKind::day)[1].at, monday + 28h + 26h);
}

TEST(P7, ALargerStepBackIsAdoptedWithAWarning) {
  Rig rig(rules());
  rig.run_to(monday + 5h);
  rig.step_wall(-24h * 30);
  ASSERT_EQ(rig.facts.back().kind, FactKind::note);
  EXPECT_EQ(rig.facts.back().text, "clock-set-back");
  EXPECT_EQ(rig.count(FactKind::day), 1u);
  rig.run_through(monday + 28h);
  EXPECT_EQ(rig.count(FactKind::day), 2u);
}

TEST(P7, AStepForwardTurnsTheDayAtOnce) {
  Rig rig(rules());
  rig.run_to(monday + 5h);
  rig.step_wall(72h);
  EXPECT_EQ(rig.count(FactKind::day), 2u);
  rig.step_wall(-2h);
  EXPECT_EQ(rig.count(FactKind::day), 2u);
}

TEST(P7, ASleepOverSeveralDaysTurnsEach) {
  Rig rig(rules());
  rig.run_to(monday + 18h);
  rig.send(SleepChanged{true});
  rig.run_to(monday + 24h * 3 + 8h);
  EXPECT_EQ(rig.count(FactKind::day), 4u);
}

}  // namespace
}  // namespace poised::core
