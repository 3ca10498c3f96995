// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "rules.hpp"
#include "scenario.hpp"

// B6, B7: leaving, running, answers.
namespace poised::core {
namespace {

Policy rules() {
  return default_policy();
}

// A person at work whose stretch prompt was shown at 09:00:08.
Rig prompted(Policy policy = default_policy()) {
  Rig rig(std::move(policy));
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.run_to(monday + 9h);
  rig.end_input();
  rig.run_through(monday + 9h + 8s);
  return rig;
}

const char* prompted_text = R"(
    08:00 active
    09:00 idle
    09:00 -> due stretch
    09:00:08 -> prompt stretch normal interval
)";

void expect_after_prompt(const Policy& policy, const std::string& text) {
  expect_scenario(policy, prompted_text + text);
}

// ---------------------------------------------------------------------------------------- B6

TEST(B6, WithdrawsPromptWhenThePersonLeaves) {
  expect_after_prompt(rules(), R"(
    09:02:08 -> withdrawn stretch since 09:00:00
    09:02:08 -> completed stretch natural since 09:00:00
    09:30
  )");
}

TEST(B6, LeavingCountsFromTheLaterOfLastInputAndShowing) {
  expect_after_prompt(rules(), R"(
    09:00:30 active
    09:03 idle
    09:05 -> withdrawn stretch since 09:03:00
    09:05 -> completed stretch natural since 09:03:00
    09:30
  )");
}

TEST(B6, UnderLockTheDurationIsEnough) {
  expect_after_prompt(rules(), R"(
    09:00:30 active
    09:03 lock
    09:04 -> withdrawn stretch since 09:03:00
    09:04 -> completed stretch natural since 09:03:00
    09:30
  )");
}

TEST(B6, AfterALongerPauseTheLockOnlyEndsIt) {
  // The pause reaches two minutes at 09:05, and from then on has lasted since 09:03.
  expect_after_prompt(rules(), R"(
    09:00:30 active
    09:03 idle
    09:04:30 lock
    09:05 -> withdrawn stretch since 09:03:00
    09:05 -> completed stretch natural since 09:03:00
    09:30
  )");
}

TEST(B6, ASecondLessUnderLockIsNotLeaving) {
  expect_after_prompt(rules(), R"(
    09:00:30 active
    09:03 lock
    09:03:59 unlock
    09:04 active
    09:05 answer done
    09:05 -> completed stretch taken
  )");
}

TEST(B6, ABreakLongerThanIdleAfterNeedsItsDuration) {
  expect_scenario(with({"rest"}), R"(
    08:00 active
    10:00 idle
    10:00 -> due rest
    10:00:08 -> prompt rest
    10:10:08 -> withdrawn rest
    10:10:08 -> completed rest natural since 10:00:00
    10:30
  )");
}

TEST(B6, StartRunsTheBreakWhateverPresenceDoes) {
  expect_after_prompt(rules(), R"(
    09:00:20 answer start
    09:00:20 -> started stretch
    09:00:30 lock
    09:01:20 -> completed stretch taken
    09:01:30
  )");
}

TEST(B6, ALongerRoutineTakesItsOwnTime) {
  auto policy = rules();
  entry(policy, "stretch").routine = "desk-relief";
  entry(policy, "stretch").routine_length = 3min;
  expect_after_prompt(policy, R"(
    09:00:20 answer start
    09:00:20 -> started stretch
    09:00:30 active
    09:03:20 -> completed stretch taken
    09:03:30
  )");
}

TEST(B6, TellsWhetherThePersonIsAwayFromTheKeyboardAtTheEnd) {
  for (const auto reporting : {Reporting::at_once, Reporting::late}) {
    Rig rig(default_policy(), reporting);
    rig.run_to(monday + 8h);
    rig.begin_input();
    rig.run_to(monday + 9h);
    rig.end_input();
    rig.run_through(monday + 9h + 8s);
    rig.send(Answered{0, Answer::start});
    rig.run_through(monday + 9h + 2min);
    ASSERT_EQ(rig.finished.size(), 1u);
    EXPECT_TRUE(rig.finished[0].away_from_keyboard);

    rig.begin_input();
    rig.send(TakeBreak{"stretch"});
    rig.run_through(monday + 9h + 4min);
    ASSERT_EQ(rig.finished.size(), 2u);
    EXPECT_FALSE(rig.finished[1].away_from_keyboard);
  }
}

// ---------------------------------------------------------------------------------------- B7

TEST(B7, DoneIsTakenAtOnce) {
  expect_after_prompt(rules(), R"(
    09:00:20 answer done
    09:00:20 -> completed stretch taken
    09:00:20 active
    10:00:20 -> due stretch
    10:00:21
  )");
}

TEST(B7, SnoozeReturnsAfterFiveMinutesOfPresentTime) {
  expect_after_prompt(rules(), R"(
    09:00:20 active
    09:00:20 answer snooze
    09:00:20 -> snoozed stretch
    09:02:20 idle
    09:06:20 active         # four minutes away are not present time
    09:09 idle
    09:09:20 -> prompt stretch normal snoozed
    09:09:30
  )");
}

TEST(B7, TwoSnoozesADuePeriodAndAThirdIsRefused) {
  expect_after_prompt(rules(), R"(
    09:00:20 active
    09:00:20 answer snooze
    09:00:20 -> snoozed stretch
    09:06 idle
    09:06:08 -> prompt stretch normal snoozed
    09:06:10 active
    09:06:10 answer snooze
    09:06:10 -> snoozed stretch
    09:12 idle
    09:12:08 -> prompt stretch normal snoozed
    09:12:10 answer snooze
    09:12:10 -> refused no snooze is left
    09:12:11 answer done
    09:12:11 -> completed stretch taken
  )");
}

TEST(B7, ANewDuePeriodHasItsOwnSnoozes) {
  auto rig = prompted();
  rig.send(Answered{1, Answer::snooze});
  EXPECT_EQ(rig.count(FactKind::snoozed), 1u);
  rig.begin_input();
  rig.run_to(monday + 9h + 6min);
  rig.end_input();
  rig.run_through(monday + 9h + 6min + 8s);
  EXPECT_EQ(rig.shown.snoozes_left, 1u);
  rig.send(Answered{2, Answer::done});
  rig.begin_input();
  rig.run_to(monday + 10h + 7min);
  rig.end_input();
  rig.run_through(monday + 10h + 8min);
  EXPECT_EQ(rig.shown.id, 3u);
  EXPECT_EQ(rig.shown.snoozes_left, 2u);
}

TEST(B7, SkipResetsTheCount) {
  expect_after_prompt(rules(), R"(
    09:00:20 answer skip
    09:00:20 -> skipped stretch
    09:00:20 active
    10:00:20 -> due stretch
    10:00:21
  )");
}

TEST(B7, DismissIsSkip) {
  expect_after_prompt(rules(), R"(
    09:00:20 answer dismiss
    09:00:20 -> skipped stretch
    09:00:21
  )");
}

TEST(B7, SkipsPerDayAreLimitedIfPolicySaysSo) {
  auto policy = rules();
  policy.prompt.max_skips_per_day = 1;
  expect_after_prompt(policy, R"(
    09:00:20 answer skip
    09:00:20 -> skipped stretch
    09:00:20 active
    10:00:20 -> due stretch
    10:01 idle
    10:01:08 -> prompt stretch
    10:01:10 answer skip
    10:01:10 -> refused no skip is left today
    10:01:11 answer done
    10:01:11 -> completed stretch taken
  )");
}

TEST(B7, APromptSaysWhatItStillAllows) {
  auto policy = rules();
  policy.prompt.max_skips_per_day = 0;
  policy.prompt.max_snoozes = 1;
  auto rig = prompted(policy);
  EXPECT_FALSE(rig.shown.skip_allowed);
  EXPECT_EQ(rig.shown.snoozes_left, 1u);
}

TEST(B7, ADismissalThatIsNotAllowedComesBackOnReturn) {
  auto policy = rules();
  policy.prompt.max_skips_per_day = 0;
  auto rig = prompted(policy);
  rig.on_screen = 0;
  rig.send(Answered{1, Answer::dismiss});
  EXPECT_EQ(rig.on_screen, 0u);
  rig.send(LockChanged{true});
  rig.run_to(monday + 9h + 30s);
  rig.send(LockChanged{false});
  EXPECT_EQ(rig.on_screen, 1u);
}

TEST(B7, QuietTodayPausesUntilTheDayTurns) {
  auto policy = rules();
  policy.schedule.enabled = false;
  expect_scenario(policy, R"(
    23:00 active
    24:00 idle
    24:00 -> due stretch
    24:00:08 -> prompt stretch
    24:00:10 answer quiet-today
    24:00:10 -> withdrawn stretch pause
    24:00:10 -> held stretch pause
    24:00:20 active
    28:00 -> released stretch
    28:05 -> prompt stretch low
    28:06
  )");
}

TEST(B7, QuietTodayNeedsNoPrompt) {
  expect_scenario(rules(), R"(
    08:00 active
    08:10 answer quiet-today
    09:00 -> due stretch
    09:00 -> held stretch pause
    09:30 resume
    09:30 -> released stretch
    09:31 idle
    09:31:08 -> prompt stretch
  )");
}

TEST(B7, WhileRunningDoneIsTaken) {
  expect_after_prompt(rules(), R"(
    09:00:20 answer start
    09:00:20 -> started stretch
    09:00:50 answer done
    09:00:50 -> completed stretch taken
    09:02
  )");
}

TEST(B7, WhileRunningSkipAndSnoozeHold) {
  expect_after_prompt(rules(), R"(
    09:00:20 active
    09:00:20 answer start
    09:00:20 -> started stretch
    09:00:30 answer snooze
    09:00:30 -> snoozed stretch
    09:06 idle
    09:06:08 -> prompt stretch normal snoozed
    09:06:10 answer start
    09:06:10 -> started stretch
    09:06:20 answer skip
    09:06:20 -> skipped stretch
    09:08
  )");
}

TEST(B7, WhileRunningStartIsIgnoredAndDismissHidesOnly) {
  auto rig = prompted();
  rig.send(Answered{1, Answer::start});
  const auto facts = rig.facts.size();
  rig.run_to(monday + 9h + 20s);
  rig.send(Answered{1, Answer::start});
  EXPECT_EQ(rig.facts.size(), facts);
  rig.send(Answered{1, Answer::dismiss});
  EXPECT_EQ(rig.facts.size(), facts);
  EXPECT_EQ(rig.on_screen, 0u);
  rig.send(LockChanged{true});
  rig.run_to(monday + 9h + 30s);
  rig.send(LockChanged{false});
  EXPECT_EQ(rig.on_screen, 0u) << "hidden for good";
  rig.run_through(monday + 9h + 2min);
  ASSERT_EQ(rig.count(FactKind::completed), 1u);
  EXPECT_EQ(rig.facts_of(FactKind::completed)[0].how, How::taken);
}

TEST(B7, AnAnswerWithoutAPromptIsRefused) {
  expect_scenario(rules(), R"(
    08:00 active
    08:10 answer done
    08:10 -> refused no prompt is open
    08:11 answer snooze 7
    08:11 -> refused no prompt is open
  )");
}

TEST(B7, AnAnswerToAnEarlierPromptIsRefused) {
  expect_after_prompt(rules(), R"(
    09:00:20 answer skip 1
    09:00:20 -> skipped stretch
    09:00:20 active
    10:00:20 -> due stretch
    10:01 idle
    10:01:08 -> prompt stretch
    10:01:10 answer done 1
    10:01:10 -> refused that prompt is not open
    10:01:11 answer done 2
    10:01:11 -> completed stretch taken
  )");
}

TEST(B7, ExpiresAfterTenMinutesPresentAndReturnsOnceAtLowUrgency) {
  expect_scenario(rules(), R"(
    08:00 active
    09:00 -> due stretch
    09:05 -> prompt stretch low interval
    09:15 -> expired stretch
    09:30:30 idle
    09:30:38 -> prompt stretch low expired
    09:30:40 active
    09:40:38 -> missed stretch
    10:40:38 -> due stretch
    10:41
  )");
}

TEST(B7, ExpiryCountsPresentTimeOnly) {
  expect_scenario(rules(), R"(
    08:00 active
    09:00 -> due stretch
    09:05 -> prompt stretch low
    09:10 lock
    09:10:50 unlock
    09:10:50 active
    09:15:50 -> expired stretch
  )");
}

TEST(B7, ASnoozeAfterTheReturnKeepsItTheLastChance) {
  expect_scenario(rules(), R"(
    08:00 active
    09:00 -> due stretch
    09:05 -> prompt stretch low
    09:15 -> expired stretch
    09:35 -> prompt stretch low expired
    09:36 answer snooze
    09:36 -> snoozed stretch
    09:46 -> prompt stretch low snoozed
    09:56 -> missed stretch
  )");
}

TEST(B7, TheServersTimeoutIsNoAnswer) {
  auto rig = prompted();
  rig.on_screen = 0;
  rig.send(PromptVanished{1});
  rig.begin_input();
  rig.run_to(monday + 9h + 3min);
  EXPECT_EQ(rig.on_screen, 0u) << "not shown again under the person's hands";
  EXPECT_TRUE(rig.now_status().prompt.has_value()) << "still open";
  rig.end_input();
  rig.run_to(monday + 9h + 4min);
  rig.send(LockChanged{true});
  rig.run_to(monday + 9h + 4min + 20s);
  rig.send(LockChanged{false});
  EXPECT_EQ(rig.on_screen, 1u) << "sent again on return";
}

TEST(B7, TakeStartsAtOnceWhateverHolds) {
  expect_scenario(rules(), R"(
    08:00 active
    08:10 pause
    08:20 take stretch
    08:20 -> started stretch
    08:21 -> completed stretch taken
    08:22
  )");
}

TEST(B7, TakeWithdrawsAnotherPromptWhichIsDueAgainAndSpaced) {
  auto policy = with({"rest", "stretch"});
  entry(policy, "rest").interval = 60min;
  expect_scenario(policy, R"(
    08:00 active
    09:00 -> due rest
    09:00 -> due stretch
    09:00:30 idle
    09:00:38 -> prompt rest
    09:00:40 active
    09:00:50 take stretch
    09:00:50 -> withdrawn rest
    09:00:50 -> started stretch
    09:01:50 -> completed stretch taken
    09:01:50 -> held rest spacing
    09:21:50 -> released rest
    09:22 idle
    09:22:08 -> prompt rest
  )");
}

TEST(B7, TakeOfTheOpenBreakStartsIt) {
  expect_after_prompt(rules(), R"(
    09:00:20 take stretch
    09:00:20 -> started stretch
    09:01:20 -> completed stretch taken
    09:02
  )");
}

TEST(B7, ASnoozedRunIsHeldByMeetingsLikeAnyBreak) {
  auto policy = with({"stretch"});
  policy.availability.pull_forward = false;
  expect_scenario(policy, R"(
    08:00 active
    08:00 busy 08:10-08:40
    08:05 take stretch
    08:05 -> started stretch
    08:05:30 answer snooze
    08:05:30 -> snoozed stretch
    08:10:30 -> held stretch calendar
    08:42 -> released stretch
    08:43 idle
    08:43:08 -> prompt stretch normal snoozed
  )");
}

TEST(B7, TakingAHeldBreakEndsItsHold) {
  auto policy = with({"stretch"});
  expect_scenario(policy, R"(
    08:00 active
    08:50 pause
    09:00 -> due stretch
    09:00 -> held stretch pause
    09:01 take stretch
    09:01 -> started stretch
    09:01:10 answer snooze
    09:01:10 -> snoozed stretch
    09:06:10 -> held stretch pause
    09:06:20
  )");
}

TEST(B7, TakeOfAnUnknownBreakIsRefused) {
  expect_scenario(rules(), R"(
    08:00 active
    08:10 take nap
    08:10 -> refused no such break
  )");
}

TEST(B7, TakeWhileAnotherRunsIsRefused) {
  expect_scenario(with({"rest", "stretch"}), R"(
    08:00 active
    08:10 take rest
    08:10 -> started rest
    08:11 take stretch
    08:11 -> refused another break is running
    08:12 take rest
    08:20 -> completed rest taken
  )");
}

TEST(B7, QuietTodayWhileABreakRunsPausesWhatComesAfter) {
  auto rig = prompted();
  rig.send(Answered{0, Answer::start});
  rig.send(Answered{0, Answer::quiet_today});
  ASSERT_EQ(rig.now_status().paused.size(), 1u);
  EXPECT_EQ(rig.now_status().paused[0].key, "quiet-today");
  EXPECT_TRUE(rig.shown_running) << "the run goes on";
}

TEST(B7, WhatVanishesWithoutAPromptIsNothing) {
  Rig rig;
  const auto before = rig.state.prompt;
  rig.send(PromptVanished{0});
  EXPECT_EQ(rig.state.prompt, before);
}

TEST(B7, ATakenBreakIsShownFromItsStart) {
  Rig rig;
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.run_to(monday + 8h + 10min);
  rig.send(TakeBreak{"stretch"});
  rig.run_to(rig.now + 20s);
  EXPECT_EQ(rig.now_status().prompt->shown, 20s);
  EXPECT_EQ(rig.state.prompt.run_since, monday + 8h + 10min);
  rig.send(TakeBreak{"nap"});
  EXPECT_EQ(rig.facts.back().prompt_id, 0u) << "it is about no prompt";
}

TEST(Totals, TellWhatBecameOfThePrompts) {
  auto policy = default_policy();
  policy.prompt.min_gap = {};
  Rig rig(policy);
  rig.run_to(monday + 8h);
  rig.begin_input();
  const auto next_prompt = [&] {
    while (rig.on_screen == 0) rig.run_through(rig.now + 1s);
  };
  next_prompt();
  rig.send(Answered{0, Answer::snooze});
  next_prompt();
  rig.run_through(rig.now + 10min);  // expires
  next_prompt();
  rig.run_through(rig.now + 10min);  // is missed
  next_prompt();
  rig.send(Answered{0, Answer::skip});
  next_prompt();
  rig.send(Answered{0, Answer::done});
  const auto day = rig.now_status().day;
  EXPECT_EQ(day.prompts, 5u);
  EXPECT_EQ(day.snoozed, 1u);
  EXPECT_EQ(day.expired, 1u);
  EXPECT_EQ(day.missed, 1u);
  EXPECT_EQ(day.skipped, 1u);
  EXPECT_EQ(day.taken, 1u);
  EXPECT_EQ(day.natural, 0u);
  EXPECT_EQ(day.held, 0u);
}

}  // namespace
}  // namespace poised::core
