// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "rules.hpp"
#include "scenario.hpp"

// B1–B3: counting, becoming due, natural breaks.
namespace poised::core {
namespace {

Policy rules() {
  return default_policy();
}

Duration worked(const Rig& rig, const char* id) {
  for (const auto& each : rig.now_status().breaks) {
    if (each.id == id) return each.worked;
  }
  return Duration::min();
}

TEST(B1, BecomesDueAfterTheIntervalOfPresentTime) {
  expect_scenario(rules(), R"(
    08:00 active
    09:00 idle
    09:00 -> due stretch
    09:00:08 -> prompt stretch normal interval
  )");
}

TEST(B1, CountsOnlyPresentTime) {
  expect_scenario(rules(), R"(
    08:00 active
    08:30 idle
    08:34 active           # four minutes away: neither work nor rest
    09:03:59 active
    09:04 -> due stretch
    09:04 idle
    09:04:08 -> prompt stretch
  )");
}

TEST(B1, TakesBackWhatWasCountedSinceTheLastInput) {
  Rig rig(rules());
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.run_to(monday + 8h + 10min);
  rig.end_input();
  rig.run_through(monday + 8h + 11min + 59s);
  EXPECT_EQ(worked(rig, "stretch"), 11min + 59s) << "provisional until absence is noticed";
  rig.run_through(monday + 8h + 12min);
  EXPECT_EQ(worked(rig, "stretch"), 10min);
}

TEST(B1, StaysDueWhenTheCountIsTakenBack) {
  expect_scenario(rules(), R"(
    08:00 active
    08:59 idle
    09:00 -> due stretch
    09:00 -> prompt stretch normal interval
    09:01:30 active        # back in time: still open, and answered
    09:02 answer done
    09:02 -> completed stretch taken
  )");
}

TEST(B1, DueInAPauseLeavesThePromptOpenUntilThePersonHasLeft) {
  expect_scenario(rules(), R"(
    08:00 active
    08:59 idle
    09:00 -> due stretch
    09:00 -> prompt stretch
    09:02 -> withdrawn stretch since 08:59:00
    09:02 -> completed stretch natural since 08:59:00
    09:30
  )");
}

TEST(B1, LatchesADueBreakThatIsNotShownYet) {
  auto policy = rules();
  expect_scenario(policy, R"(
    08:00 active
    08:50 pause
    08:59:30 idle
    09:00 -> due stretch
    09:00 -> held stretch pause
    09:02:00 active        # away since 08:59:30, so 59:30 were worked
    09:03 resume
    09:03 -> released stretch
    09:04 idle
    09:04:08 -> prompt stretch
  )");
}

TEST(B1, RebasesDeadlinesThatBeganInThePause) {
  // Snoozed one minute into a pause that turns out to be absence: the five minutes of present time
  // begin anew with the work that follows, not a minute short of it.
  expect_scenario(rules(), R"(
    08:00 active
    09:00 idle
    09:00 -> due stretch
    09:00:08 -> prompt stretch
    09:01 answer snooze
    09:01 -> snoozed stretch
    09:03 active
    09:08 idle
    09:08:08 -> prompt stretch normal snoozed
    09:09
  )");
}

TEST(B2, AnAbsenceOfTheNaturalLengthResetsTheCount) {
  Rig rig(rules());
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.run_to(monday + 8h + 20min);
  rig.end_input();
  rig.run_through(monday + 8h + 25min - 1s);
  EXPECT_EQ(worked(rig, "stretch"), 20min);
  rig.run_through(monday + 8h + 25min);
  EXPECT_EQ(worked(rig, "stretch"), 0s);
  EXPECT_EQ(rig.count(FactKind::completed), 0u)
      << "less than half the interval: no break to speak of";
}

TEST(B2, ANaturalBreakIsCompletedAtTheMomentItIsReached) {
  expect_scenario(rules(), R"(
    08:00 active
    08:30 idle
    08:35 -> completed stretch natural since 08:30:00
    09:00 active
    09:59
  )");
}

TEST(B2, HalfTheIntervalIsEnoughAndASecondLessIsNot) {
  expect_scenario(rules(), R"(
    08:00 active
    08:29:59 idle
    08:40 active
    09:10 idle
    09:15 -> completed stretch natural since 09:10:00
    09:20
  )");
}

TEST(B2, APauseOfExactlyTheNaturalLengthIsABreak) {
  expect_scenario(rules(), R"(
    08:00 active
    08:40 idle
    08:45 -> completed stretch natural
    08:45 active
    09:44:59 idle
    09:45:00 -> due stretch
    09:45:07 -> prompt stretch
    09:45:08
  )");
}

TEST(B2, ASecondLessThanTheNaturalLengthIsNeutral) {
  expect_scenario(rules(), R"(
    08:00 active
    08:40 idle
    08:44:59 active
    09:04:59 -> due stretch
    09:05 idle
    09:05:08 -> prompt stretch
  )");
}

TEST(B2, AShortPauseCountsAsAbsenceForABreakThatIsShorterStill) {
  expect_scenario(with({"micro"}), R"(
    08:00 active
    08:15 idle
    08:15:20 -> completed micro natural since 08:15:00
    08:15:30 active
    08:35:30 -> due micro
    08:36 idle
    08:36:08 -> prompt micro
    08:36:09
  )");
}

TEST(B2, APauseShorterThanTheNaturalLengthOfAShortBreakIsWork) {
  expect_scenario(with({"micro"}), R"(
    08:00 active
    08:15 idle
    08:15:19 active
    08:20 -> due micro
    08:21 idle
    08:21:08 -> prompt micro
    08:21:10
  )");
}

TEST(B2, EachBreakHasItsOwnIdeaOfAbsence) {
  // Twenty seconds reset micro and are work for stretch.
  expect_scenario(with({"micro", "stretch"}), R"(
    08:00 active
    08:15 idle
    08:15:20 -> completed micro natural
    08:15:30 active
    08:35 idle
    08:35:20 -> completed micro natural
    08:35:30 active
    08:55 idle
    08:55:20 -> completed micro natural
    08:55:30 active
    09:00 -> due stretch
    09:01 idle
    09:01:08 -> prompt stretch
    09:01:10
  )");
}

TEST(B2, ReportsCountOneNaturalBreakAnAbsence) {
  Rig rig(with({"rest", "stretch"}));
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.run_to(monday + 9h);
  rig.end_input();
  rig.run_through(monday + 10h);
  EXPECT_EQ(rig.count(FactKind::completed), 2u);
  EXPECT_EQ(rig.now_status().day.natural, 1u);
  rig.begin_input();
  rig.run_to(monday + 10h + 40min);
  rig.end_input();
  rig.run_through(monday + 11h);
  EXPECT_EQ(rig.now_status().day.natural, 2u);
}

TEST(B2, ACompletedBreakResetsEveryOtherWhoseDurationItCovers) {
  Rig rig(with({"micro", "rest", "stretch"}));
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.run_to(monday + 8h + 15min);
  EXPECT_EQ(worked(rig, "micro"), 15min);
  rig.send(TakeBreak{"stretch"});
  rig.run_through(monday + 8h + 16min);
  EXPECT_EQ(rig.count(FactKind::completed), 1u);
  EXPECT_EQ(worked(rig, "stretch"), 0s);
  EXPECT_EQ(worked(rig, "micro"), 0s) << "twenty seconds are within a minute";
  EXPECT_EQ(worked(rig, "rest"), 16min) << "ten minutes are not";
}

TEST(B2, ABreakThatIsCoveredIsNoLongerDue) {
  expect_scenario(with({"rest", "stretch"}), R"(
    08:00 active
    09:00 -> due stretch
    09:00:05 take rest     # before the gap came
    09:00:05 -> started rest
    09:10:05 -> completed rest taken
    10:10:05 -> due stretch
    10:10:06
  )");
}

TEST(B3, AnAbsenceBelowTheNaturalLengthIsNeitherWorkNorRest) {
  Rig rig(rules());
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.run_to(monday + 8h + 30min);
  rig.end_input();
  rig.run_to(monday + 8h + 34min);
  rig.begin_input();
  EXPECT_EQ(worked(rig, "stretch"), 30min);
  rig.run_to(monday + 8h + 40min);
  EXPECT_EQ(worked(rig, "stretch"), 36min);
}

Policy limited() {
  auto policy = with({});
  policy.daily_limit.enabled = true;
  policy.daily_limit.interval = 2h;
  return policy;
}

TEST(DailyLimit, WorksOnTheDaysPresentTimeAndIgnoresRest) {
  expect_scenario(limited(), R"(
    08:00 active
    09:00 idle
    10:00 active
    11:00 -> due daily-limit
    11:01 idle
    11:01:08 -> prompt daily-limit
    11:01:10
  )");
}

TEST(DailyLimit, RepeatsEachHourPresent) {
  expect_scenario(limited(), R"(
    08:00 active
    10:00 -> due daily-limit
    10:01 idle
    10:01:08 -> prompt daily-limit
    10:01:30 answer start
    10:01:30 -> started daily-limit
    10:01:30 -> completed daily-limit taken
    10:01:30 active
    11:00 -> due daily-limit
    11:01 idle
    11:01:08 -> prompt daily-limit
    11:01:10
  )");
}

TEST(DailyLimit, ResetsOnlyAtDayTurn) {
  auto policy = limited();
  policy.schedule.enabled = false;
  expect_scenario(policy, R"(
    23:00 active
    25:00 -> due daily-limit
    25:00:01 idle
    25:00:09 -> prompt daily-limit
    25:00:10 answer done
    25:00:10 -> completed daily-limit taken
    25:01 active
    26:00:00 -> due daily-limit
    26:00:10 idle
    26:00:18 -> prompt daily-limit
    26:00:20 answer skip
    26:00:20 -> skipped daily-limit
    26:01 active
    27:00 -> due daily-limit
    27:00:10 idle
    27:00:18 -> prompt daily-limit
    27:00:20 answer skip
    27:00:20 -> skipped daily-limit
    27:30 active
    29:00:00
  )");
}

TEST(DailyLimit, APromptOfYesterdaysLimitIsWithdrawnAtDayTurn) {
  auto policy = limited();
  policy.schedule.enabled = false;
  policy.prompt.expires = 3h;
  expect_scenario(policy, R"(
    25:30 active
    27:30 -> due daily-limit
    27:35 -> prompt daily-limit low
    28:00 -> withdrawn daily-limit
    28:10
  )");
}

}  // namespace
}  // namespace poised::core
