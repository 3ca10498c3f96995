// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "rules.hpp"
#include "scenario.hpp"

// B4–B8: showing, leaving, answers.
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

// ---------------------------------------------------------------------------------------- B4

TEST(B4, ShowsAtOnceIfTheLastInputIsOldEnough) {
  expect_scenario(rules(), R"(
    08:00 active
    08:59:52 idle
    09:00:00 -> due stretch
    09:00:00 -> prompt stretch normal
  )");
}

TEST(B4, WaitsForAPauseOfTheGap) {
  expect_scenario(rules(), R"(
    08:00 active
    08:59:53 idle
    09:00:00 -> due stretch
    09:00:00.5
    09:00:01 -> prompt stretch normal
  )");
}

TEST(B4, AShorterPauseIsNoGap) {
  expect_scenario(rules(), R"(
    08:00 active
    09:00 -> due stretch
    09:00:30 idle
    09:00:37 active
    09:02 idle
    09:02:08 -> prompt stretch normal
  )");
}

TEST(B4, ShowsAtLowUrgencyWhenNoGapCame) {
  expect_scenario(rules(), R"(
    08:00 active
    09:00 -> due stretch
    09:05 -> prompt stretch low interval
    09:06
  )");
}

TEST(B4, AGapAtTheVeryEndIsStillAGap) {
  expect_scenario(rules(), R"(
    08:00 active
    09:00 -> due stretch
    09:04:52 idle
    09:05 -> prompt stretch normal
  )");
}

TEST(B4, WithoutAGapTheUrgencyIsNormal) {
  auto policy = rules();
  policy.prompt.gap = 0s;
  expect_scenario(policy, R"(
    08:00 active
    09:00 -> due stretch
    09:00 -> prompt stretch normal
  )");
}

TEST(B4, GapMaxStartsAnewAtRelease) {
  expect_scenario(rules(), R"(
    08:00 active
    08:50 pause
    09:00 -> due stretch
    09:00 -> held stretch pause
    09:20 resume
    09:20 -> released stretch
    09:25 -> prompt stretch low
  )");
}

TEST(B4, GapMaxStartsAnewOnReturnFromAbsence) {
  expect_scenario(rules(), R"(
    08:00 active
    09:00 -> due stretch
    09:01 lock
    09:03:30 unlock
    09:03:30 active
    09:08:30 -> prompt stretch low
    09:09
  )");
}

TEST(B4, GapMaxStartsAnewAfterASnooze) {
  expect_after_prompt(rules(), R"(
    09:00:10 active
    09:00:10 answer snooze
    09:00:10 -> snoozed stretch
    09:10:10 -> prompt stretch low snoozed
    09:10:11
  )");
}

TEST(B4, PointerAndKeyboardBothEndAGap) {
  expect_scenario(rules(), R"(
    08:00 active keyboard
    08:59 active pointer
    09:00 -> due stretch
    09:00 idle keyboard    # the pointer goes on
    09:01 idle pointer
    09:01:08 -> prompt stretch normal
  )");
}

TEST(B4, AsksForTheGapOnlyWhileSomethingWaitsForIt) {
  CommandSink out;
  State state;
  const auto policy = rules();
  const auto watches = [&] {
    std::vector<WatchIdle> found;
    for (const auto& command : out) {
      if (const auto* watch = std::get_if<WatchIdle>(&command)) found.push_back(*watch);
    }
    out.clear();
    return found;
  };
  step(state, InputResumed{}, monday, policy, out);
  EXPECT_EQ(watches(), (std::vector<WatchIdle>{{presence_watch, 2min, false}}));
  step(state, TimerElapsed{}, monday + 1h, policy, out);
  EXPECT_EQ(watches(), (std::vector<WatchIdle>{{typing_gap_watch, 8s, false}}));
  step(state, InputStopped{Device::any, monday + 1h + 1s}, monday + 1h + 9s, policy, out);
  EXPECT_EQ(watches(), (std::vector<WatchIdle>{{typing_gap_watch, 0s, false}}));
}

// ---------------------------------------------------------------------------------------- B5

TEST(B5, NothingIsShownWhileAbsent) {
  // Due in the first second of a pause that is long enough for a gap only after lock.
  expect_scenario(rules(), R"(
    08:00 active
    09:00 -> due stretch
    09:00:05 lock
    09:02:30 unlock
    09:02:38 -> prompt stretch
    09:02:40
  )");
}

TEST(B5, NothingIsShownWhilePaused) {
  expect_scenario(rules(), R"(
    08:00 active
    08:30 pause 60
    09:00 -> due stretch
    09:00 -> held stretch pause
    09:10 idle
    09:11 active
    09:30 -> released stretch
    09:31 idle
    09:31:08 -> prompt stretch
  )");
}

TEST(B5, OneMomentBreaksTheTieByTheLongestDuration) {
  auto policy = with({"micro", "stretch"});
  entry(policy, "micro").interval = 60min;
  expect_scenario(policy, R"(
    08:00 active
    09:00 -> due micro
    09:00 -> due stretch
    09:00:30 idle
    09:00:38 -> prompt stretch
  )");
}

TEST(B5, EqualDurationsGoByName) {
  auto policy = with({"rest", "stretch"});
  entry(policy, "rest").interval = 60min;
  entry(policy, "rest").duration = 60s;
  expect_scenario(policy, R"(
    08:00 active
    09:00 -> due rest
    09:00 -> due stretch
    09:00:30 idle
    09:00:38 -> prompt rest
  )");
}

TEST(B5, OnePromptAtMostIsOpen) {
  auto policy = with({"micro", "stretch"});
  policy.prompt.expires = 40min;
  expect_scenario(policy, R"(
    08:00 active
    08:20 -> due micro
    08:25 -> prompt micro low
    08:26 answer done
    08:26 -> completed micro taken
    08:46 -> due micro
    08:51 -> prompt micro low
    09:00 -> due stretch
    09:10 answer skip       # stretch waits for a gap from here on
    09:10 -> skipped micro
    09:15 -> prompt stretch low
    09:30 -> due micro
    09:35 answer skip
    09:35 -> skipped stretch
    09:40 -> prompt micro low
  )");
}

TEST(B5, ALongerBreakThatIsDueSoonIsShownInstead) {
  auto policy = with({"micro", "stretch"});
  entry(policy, "stretch").interval = 20min + 50s;
  expect_scenario(policy, R"(
    08:00 active
    08:19:50 idle
    08:20 -> due micro
    08:20 -> due stretch
    08:20 -> prompt stretch
  )");
  entry(policy, "stretch").interval = 20min + 51s;
  expect_scenario(policy, R"(
    08:00 active
    08:19:50 idle
    08:20 -> due micro
    08:20 -> prompt micro
    08:20:01
  )");
}

// --------------------------------------------------------------------------------------- B5a

TEST(B5a, APauseWithdrawsTheOpenPromptAndItComesBack) {
  expect_after_prompt(rules(), R"(
    09:00:10 pause 10
    09:00:10 -> withdrawn stretch pause
    09:00:10 -> held stretch pause
    09:00:20 active
    09:10:10 -> released stretch
    09:11 idle
    09:11:08 -> prompt stretch normal
  )");
}

TEST(B5a, NoSnoozeAndNoExpiryIsSpent) {
  auto rig = prompted();
  rig.send(Paused{"person", "", {}});
  rig.run_to(monday + 9h + 1min);
  rig.begin_input();
  rig.send(Resumed{"person"});
  rig.run_to(monday + 9h + 2min);
  rig.end_input();
  rig.run_through(monday + 9h + 3min);
  ASSERT_EQ(rig.count(FactKind::prompt), 2u);
  EXPECT_EQ(rig.shown.snoozes_left, 2u);
  // Ten minutes of present time from the second showing, two of them at most in this pause.
  rig.begin_input();
  rig.run_through(monday + 9h + 12min + 7s);
  EXPECT_EQ(rig.count(FactKind::expired), 0u);
  rig.run_through(monday + 9h + 12min + 8s);
  EXPECT_EQ(rig.count(FactKind::expired), 1u);
}

TEST(B5a, TheEndOfHoursWithdraws) {
  expect_scenario(rules(), R"(
    17:58 active
    18:58 -> due stretch
    18:58:10 idle
    18:58:18 -> prompt stretch
    18:58:30 active
    19:00 -> withdrawn stretch hours
    19:00 -> held stretch hours
    19:10
  )");
}

TEST(B5a, ARunningRoutineGoesOn) {
  expect_after_prompt(rules(), R"(
    09:00:10 answer start
    09:00:10 -> started stretch
    09:00:20 pause
    09:01:10 -> completed stretch taken
  )");
}

TEST(B5a, LockHidesThePromptAndReturnShowsItAgain) {
  auto rig = prompted();
  EXPECT_EQ(rig.on_screen, 1u);
  rig.run_to(monday + 9h + 20s);
  rig.send(LockChanged{true});
  EXPECT_EQ(rig.on_screen, 0u);
  rig.run_to(monday + 9h + 50s);
  rig.send(LockChanged{false});
  EXPECT_EQ(rig.on_screen, 1u);
  EXPECT_EQ(rig.count(FactKind::prompt), 1u) << "the same prompt, not another one";
  EXPECT_TRUE(rig.violations.empty());
}

TEST(B5a, LockHidesTheProgressOfARunAndReturnShowsItAgain) {
  auto rig = prompted();
  rig.send(Answered{1, Answer::start});
  EXPECT_TRUE(rig.shown_running);
  rig.run_to(monday + 9h + 20s);
  rig.send(LockChanged{true});
  EXPECT_EQ(rig.on_screen, 0u);
  rig.run_to(monday + 9h + 40s);
  rig.send(LockChanged{false});
  EXPECT_EQ(rig.on_screen, 1u);
  EXPECT_TRUE(rig.shown_running);
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

// ---------------------------------------------------------------------------------------- B8

TEST(B8, CriticalOnlyIfThePersonSetsIt) {
  EXPECT_EQ(prompted().shown.urgency, Urgency::normal);
  auto policy = rules();
  policy.prompt.critical = true;
  EXPECT_EQ(prompted(policy).shown.urgency, Urgency::critical);
}

TEST(B8, WhatIsLowStaysLow) {
  auto policy = rules();
  policy.prompt.critical = true;
  expect_scenario(policy, R"(
    08:00 active
    09:00 -> due stretch
    09:05 -> prompt stretch low
  )");
}

}  // namespace
}  // namespace poised::core
