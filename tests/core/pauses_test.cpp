// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "rules.hpp"
#include "scenario.hpp"

// B10, B11, A6, and the order within one instant.
namespace poised::core {
namespace {

Policy rules() {
  return default_policy();
}

// --------------------------------------------------------------------------------------- B10

TEST(B10, PromptsResumeWhenTheSetIsEmpty) {
  expect_scenario(rules(), R"(
    08:00 active
    08:10 pause
    08:20 inhibit slides
    09:00 -> due stretch
    09:00 -> held stretch pause
    09:10 resume
    09:20 uninhibit slides
    09:20 -> released stretch
    09:21 idle
    09:21:08 -> prompt stretch
  )");
}

TEST(B10, AHoldNamesTheRuleThatHolds) {
  const auto rule_of_hold = [](Instant from, Duration after_typing, std::vector<Event> events) {
    Rig rig(rules());
    rig.run_to(from);
    rig.begin_input();
    rig.run_to(from + after_typing);
    rig.send(std::move(events));
    rig.run_through(from + 61min);
    const auto held = rig.facts_of(FactKind::held);
    return held.empty() ? std::string() : held.front().rule;
  };
  const auto morning = monday + 8h;
  EXPECT_EQ(rule_of_hold(morning, 30min, {Paused{"person", "", {}}}), "B10");
  EXPECT_EQ(rule_of_hold(monday + 20h, 30min, {TimerElapsed{}}), "A6");
  EXPECT_EQ(rule_of_hold(morning, 30min, {SignalChanged{LiveSignal::dnd, true}}), "A2");
}

TEST(B10, TheStatusTellsWhenTheLastPauseEnds) {
  Rig rig(rules());
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.send(Paused{"person", "", rig.now + 30min});
  EXPECT_EQ(rig.now_status().held_until, rig.now + 30min);
  rig.send(Paused{"slides", "", rig.now + 50min});
  EXPECT_EQ(rig.now_status().held_until, rig.now + 50min);
  rig.send(Paused{"film", "", {}});
  EXPECT_FALSE(rig.now_status().held_until);
}

TEST(B10, AnUnknownReasonIsNotRemoved) {
  expect_scenario(rules(), R"(
    08:00 active
    08:10 inhibit slides
    08:20 uninhibit film
    08:20 resume
    09:00 -> due stretch
    09:00 -> held stretch pause
    09:10
  )");
}

TEST(B10, APauseEndsByItself) {
  expect_scenario(rules(), R"(
    08:00 active
    08:50 pause 15
    09:00 -> due stretch
    09:00 -> held stretch pause
    09:05 -> released stretch
    09:06 idle
    09:06:08 -> prompt stretch
  )");
}

TEST(B10, ANewEndReplacesTheOld) {
  expect_scenario(rules(), R"(
    08:00 active
    08:50 pause 15
    09:00 -> due stretch
    09:00 -> held stretch pause
    09:04 pause 10
    09:14 -> released stretch
    09:15 idle
    09:15:08 -> prompt stretch
  )");
}

TEST(B10, PresentTimeKeepsCounting) {
  Rig rig(rules());
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.send(Paused{"person", "", {}});
  rig.run_to(monday + 8h + 50min);
  EXPECT_EQ(rig.now_status().today, 50min);
  EXPECT_EQ(rig.now_status().breaks.back().worked, 50min);
  ASSERT_EQ(rig.now_status().paused.size(), 1u);
  EXPECT_EQ(rig.now_status().held_by, std::vector<HeldBy>{HeldBy::pause});
}

TEST(B10, APersonsPauseSurvivesRestartAndAnInhibitorDoesNot) {
  Rig rig(rules());
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.send(Paused{"person", "", rig.now + 1h});
  rig.send(Paused{":1.7", "slides", {}});
  rig.plugins_report = false;  // nor does its client ask again
  rig.restart(5s);
  const auto paused = rig.now_status().paused;
  ASSERT_EQ(paused.size(), 1u);
  EXPECT_EQ(paused[0].key, "person");
  EXPECT_EQ(paused[0].until, monday + 9h);
}

// --------------------------------------------------------------------------------------- B11

// Breaks of an hour each that become due in turn.
Policy crowded() {
  auto policy = with({"rest", "stretch"});
  entry(policy, "rest").interval = 70min;
  return policy;
}

TEST(B11, TwentyMinutesPresentLieBetweenTwoPrompts) {
  expect_scenario(crowded(), R"(
    08:00 active
    09:00 -> due stretch
    09:01 idle
    09:01:08 -> prompt stretch
    09:01:10 active
    09:01:10 answer skip
    09:01:10 -> skipped stretch
    09:10 -> due rest
    09:10 -> held rest spacing
    09:21:10 -> released rest
    09:22 idle
    09:22:08 -> prompt rest
  )");
}

TEST(B11, TheGapCountsPresentTime) {
  expect_scenario(crowded(), R"(
    08:00 active
    09:00 -> due stretch
    09:01 idle
    09:01:08 -> prompt stretch
    09:01:10 active
    09:01:10 answer skip
    09:01:10 -> skipped stretch
    09:05 idle
    09:09 active
    09:14 -> due rest
    09:14 -> held rest spacing
    09:25:10 -> released rest
    09:30:10 -> prompt rest low
  )");
}

TEST(B11, ForARunItCountsFromItsEnd) {
  expect_scenario(crowded(), R"(
    08:00 active
    09:00 -> due stretch
    09:01 idle
    09:01:08 -> prompt stretch
    09:01:10 active
    09:01:10 answer start
    09:01:10 -> started stretch
    09:02:10 -> completed stretch taken
    09:10 -> due rest
    09:10 -> held rest spacing
    09:22:10 -> released rest
    09:22:11
  )");
}

TEST(B11, ReturnsAreNotSpaced) {
  expect_scenario(rules(), R"(
    08:00 active
    09:00 -> due stretch
    09:01 idle
    09:01:08 -> prompt stretch
    09:01:10 active
    09:01:10 answer snooze
    09:01:10 -> snoozed stretch
    09:07 idle
    09:07:08 -> prompt stretch normal snoozed
  )");
}

TEST(B11, MicroNeitherStartsNorObeysTheGap) {
  auto policy = with({"micro", "stretch"});
  expect_scenario(policy, R"(
    08:00 active
    08:20 -> due micro
    08:20:10 idle
    08:20:18 -> prompt micro
    08:20:20 active
    08:20:20 answer skip
    08:20:20 -> skipped micro
    08:40:20 -> due micro
    08:40:30 idle
    08:40:38 -> prompt micro
    08:40:40 active
    08:50:38 -> expired micro
    09:00 -> due stretch
    09:00:10 idle
    09:00:18 -> prompt stretch
    09:00:20 active
    09:00:20 answer skip
    09:00:20 -> skipped stretch
    09:05:48 idle
    09:05:56 -> prompt micro low expired
  )");
}

TEST(B11, AWithdrawalByAPauseIsNotSpacedAndNotCounted) {
  auto policy = rules();
  policy.prompt.max_per_day = 1;
  expect_scenario(policy, R"(
    08:00 active
    09:00 -> due stretch
    09:01 idle
    09:01:08 -> prompt stretch
    09:01:10 active
    09:01:20 pause 1
    09:01:20 -> withdrawn stretch pause
    09:01:20 -> held stretch pause
    09:02:20 -> released stretch
    09:03 idle
    09:03:08 -> prompt stretch
    09:03:10 active
    09:03:10 answer skip
    09:03:10 -> skipped stretch
    10:03:10 -> due stretch
    10:03:10 -> held stretch spacing
    12:00
  )");
}

TEST(B11, BeyondTheDaysLimitItIsHeldUntilTheDayTurns) {
  auto policy = rules();
  policy.prompt.max_per_day = 2;
  policy.schedule.enabled = false;
  policy.prompt.gap = 0s;
  expect_scenario(policy, R"(
    24:00 active
    25:00 -> due stretch
    25:00 -> prompt stretch
    25:00:01 answer skip
    25:00:01 -> skipped stretch
    26:00:01 -> due stretch
    26:00:01 -> prompt stretch
    26:00:02 answer skip
    26:00:02 -> skipped stretch
    27:00:02 -> due stretch
    27:00:02 -> held stretch spacing
    28:00 -> released stretch
    28:00 -> prompt stretch
  )");
}

TEST(B11, ARunningBreakBlocksOtherPrompts) {
  expect_scenario(crowded(), R"(
    08:00 active
    09:00 -> due stretch
    09:05 -> prompt stretch low
    09:09:30 answer start
    09:09:30 -> started stretch
    09:10 -> due rest
    09:10:30 -> completed stretch taken
    09:10:30 -> held rest spacing
    09:30:30 -> released rest
    09:31 idle
    09:31:08 -> prompt rest
  )");
}

// ---------------------------------------------------------------------------------------- A6

TEST(A6, PromptsOnlyWithinTheHours) {
  expect_scenario(rules(), R"(
    05:30 active
    06:30 -> due stretch
    06:30 -> held stretch hours
    07:00 -> released stretch
    07:01 idle
    07:01:08 -> prompt stretch
  )");
}

TEST(A6, SeveralRangesADay) {
  auto policy = rules();
  policy.schedule.hours = {{0b0011111, 9h, 12h + 30min}, {0b0001111, 13h, 17h}};
  expect_scenario(policy, R"(
    11:40 active
    12:40 -> due stretch
    12:40 -> held stretch hours
    13:00 -> released stretch
    13:01 idle
    13:01:08 -> prompt stretch
  )");
}

TEST(A6, SwitchedOffThereAreNoHours) {
  auto policy = rules();
  policy.schedule.enabled = false;
  expect_scenario(policy, R"(
    01:00 active
    02:00 -> due stretch
    02:01 idle
    02:01:08 -> prompt stretch
  )");
}

TEST(A6, AClockStepIntoTheHoursReleases) {
  expect_scenario(rules(), R"(
    05:00 active
    06:00 -> due stretch
    06:00 -> held stretch hours
    06:10 clock 2
    06:10 -> released stretch
    06:11 idle
    06:11:08 -> prompt stretch
  )");
}

TEST(A6, WithoutAnyHoursNothingIsShown) {
  auto policy = rules();
  policy.schedule.hours.clear();
  expect_scenario(policy, R"(
    08:00 active
    09:00 -> due stretch
    09:00 -> held stretch hours
    40:00
  )");
}

// ----------------------------------------------------------------------- order in one instant

TEST(Order, AnAnswerBeatsAnExpiryOfTheSameInstant) {
  expect_scenario(rules(), R"(
    08:00 active
    09:00 -> due stretch
    09:05 -> prompt stretch low
    09:15 answer done
    09:15 -> completed stretch taken
    09:16
  )");
}

TEST(Order, ABreakDueAsTheScreenIsLockedIsNotShown) {
  expect_scenario(rules(), R"(
    08:00 active
    08:59:50 idle
    09:00 lock
    09:00 -> due stretch
    09:00:30 unlock
    09:00:38 -> prompt stretch
  )");
}

TEST(Order, ABreakDueAsAPauseBeginsIsHeld) {
  expect_scenario(rules(), R"(
    08:00 active
    08:59:50 idle
    09:00 pause 1
    09:00 -> due stretch
    09:00 -> held stretch pause
    09:01 -> released stretch
    09:01 -> prompt stretch
  )");
}

TEST(Order, NothingIsShownAndWithdrawnInOneInstant) {
  expect_scenario(rules(), R"(
    08:00 active
    08:59:50 idle
    09:00 take stretch      # deadlines first: due, then started
    09:00 -> due stretch
    09:00 -> started stretch
    09:01 -> completed stretch taken
  )");
}

TEST(Order, AHiddenPromptIsNotShownAgainForACallToWithdrawIt) {
  Rig rig;
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.run_to(monday + 9h);
  rig.end_input();
  rig.run_through(monday + 9h + 8s);
  ASSERT_NE(rig.on_screen, 0u);
  rig.on_screen = 0;
  rig.send(PromptVanished{rig.state.prompt.id});
  rig.run_through(monday + 9h + 2min);
  ASSERT_EQ(rig.now_status().presence, Presence::idle);
  rig.send(SignalChanged{LiveSignal::call, true});  // the person speaks, so is back
  EXPECT_EQ(rig.now_status().presence, Presence::passive);
  EXPECT_EQ(rig.facts.back().kind, FactKind::held);
  EXPECT_TRUE(rig.violations.empty());
}

TEST(Order, ATakeBackComesBeforeWhatWouldBeDueByIt) {
  // At 09:00 the pause is two minutes old, and the count falls back to 58 minutes.
  expect_scenario(rules(), R"(
    08:00 active
    08:58 idle
    09:02 active
    09:04 -> due stretch
    09:04 idle
    09:04:08 -> prompt stretch
  )");
}

TEST(Order, APauseThatEndsAsTheBreakFallsDueDoesNotHoldIt) {
  expect_scenario(rules(), R"(
    08:00 active
    08:50 pause 10
    08:59:50 idle
    09:00 -> due stretch
    09:00 -> prompt stretch
  )");
}

}  // namespace
}  // namespace poised::core
