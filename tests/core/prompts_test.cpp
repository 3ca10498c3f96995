// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "rules.hpp"
#include "scenario.hpp"

// B4, B5, B5a, B8: showing and withdrawing.
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
  // No timer rings at its very nanosecond.
  step(state, TimerElapsed{}, monday + 1h + 1ms, policy, out);
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
    09:03 answer skip
    09:03 -> skipped micro
    09:05 -> prompt stretch low    # it has waited since it became due
    09:23 -> due micro
    09:35 answer skip
    09:35 -> skipped stretch
    09:35 -> prompt micro low
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
