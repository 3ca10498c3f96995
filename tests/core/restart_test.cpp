// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "rules.hpp"
#include "scenario.hpp"

// B9: what survives a restart, and when it is saved.
namespace poised::core {
namespace {

Policy rules() {
  return default_policy();
}

Rig at_work(Duration since_eight, Policy policy = default_policy()) {
  Rig rig(std::move(policy));
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.run_to(monday + 8h + since_eight);
  return rig;
}

Rig prompted(Policy policy = default_policy()) {
  auto rig = at_work(1h, std::move(policy));
  rig.end_input();
  rig.run_through(monday + 9h + 8s);
  return rig;
}

Duration worked(const Rig& rig) {
  return rig.now_status().breaks.back().worked;
}

TEST(B9, AShortGapIsNeutral) {
  auto rig = at_work(30min);
  rig.restart(120s);
  EXPECT_EQ(worked(rig), 30min);
  EXPECT_EQ(rig.now_status().session, 30min);
  EXPECT_EQ(rig.now_status().presence, Presence::active);
  rig.run_to(rig.now + 10min);
  EXPECT_EQ(worked(rig), 40min);
  EXPECT_EQ(rig.count(FactKind::session_start), 1u);
}

TEST(B9, ALongerGapIsAbsenceOfThatLength) {
  auto rig = at_work(40min);
  rig.restart(4min);
  EXPECT_EQ(worked(rig), 40min);
  EXPECT_EQ(rig.count(FactKind::session_end), 0u);

  rig = at_work(40min);
  rig.restart(5min);
  EXPECT_EQ(rig.count(FactKind::completed), 1u);
  EXPECT_EQ(rig.facts_of(FactKind::completed)[0].since, monday + 8h + 40min);
  EXPECT_EQ(rig.count(FactKind::session_end), 1u);
  EXPECT_EQ(rig.facts_of(FactKind::session_end)[0].length, 40min);
  EXPECT_EQ(worked(rig), 0s);
}

TEST(B9, TheGapIsNoPartOfAnAbsenceOnEitherSide) {
  auto rig = at_work(40min);
  rig.end_input();
  rig.run_to(rig.now + 4min);
  rig.restart(90s);
  rig.run_through(rig.now + 59s);
  EXPECT_EQ(rig.count(FactKind::completed), 0u);
  rig.run_through(rig.now + 1s);
  EXPECT_EQ(rig.count(FactKind::completed), 1u);
}

TEST(B9, AnotherBootTakesTheWallClock) {
  auto rig = at_work(40min);
  rig.restart(3h, false);
  EXPECT_EQ(rig.count(FactKind::completed), 1u);
  EXPECT_EQ(rig.now_status().today, 40min);
  rig.begin_input();
  rig.run_to(rig.now + 5min);
  EXPECT_EQ(worked(rig), 5min);
  EXPECT_EQ(rig.now_status().today, 45min);
}

TEST(B9, AQuickRebootIsNeutralIfTheUptimeSaysSo) {
  auto rig = at_work(40min);
  rig.restart(100s, false);
  EXPECT_EQ(worked(rig), 40min);
  EXPECT_EQ(rig.count(FactKind::completed), 0u);
}

TEST(B9, TheUptimeIsTheLeastTheGapCanBe) {
  auto rig = at_work(40min);
  rig.send(TimerElapsed{});
  const auto saved = save(rig.state);
  State state;
  CommandSink out;
  step(state, Restored{saved, false, saved.utc + 10s}, Instant{6min}, rules(), out);
  EXPECT_EQ(status(state, state.now, rules()).breaks.back().worked, 0s) << "six minutes off";
}

TEST(B9, WhatWaitsForAPauseInTheTypingWaitsNoLongerForAReboot) {
  auto rig = at_work(61min);
  ASSERT_EQ(rig.count(FactKind::due), 1u);
  ASSERT_EQ(rig.count(FactKind::prompt), 0u);
  rig.restart(30s, false);
  const auto latest = rig.now - 30s - 1min + rig.policy.prompt.gap_max;
  rig.begin_input();
  rig.run_to(latest);
  EXPECT_EQ(rig.count(FactKind::prompt), 0u);
  rig.run_through(latest);
  EXPECT_EQ(rig.count(FactKind::prompt), 1u);
}

TEST(B9, ACallThatEndedBeforeARebootIsWhenTheAbsenceBegan) {
  auto rig = at_work(40min);
  rig.send(SignalChanged{LiveSignal::call, true});
  rig.end_input();
  rig.run_to(rig.now + 2min);
  rig.send(SignalChanged{LiveSignal::call, false});
  rig.run_to(rig.now + 5s);
  rig.restart(10s, false);
  const auto ended = rig.now - 5s;
  const auto noticed = ended + rig.policy.activity.idle_after;
  rig.run_to(noticed);
  EXPECT_NE(rig.now_status().presence, Presence::idle);
  rig.run_through(noticed);
  EXPECT_EQ(rig.now_status().presence, Presence::idle);
  EXPECT_EQ(rig.facts_of(FactKind::presence).back().since, ended);
}

TEST(B9, ASaveTimeInTheFutureIsWarnedOfAndLosesNothing) {
  auto rig = at_work(40min);
  rig.send(TimerElapsed{});
  const auto saved = save(rig.state);
  State state;
  CommandSink out;
  step(state, Restored{saved, false, saved.utc - 30min}, Instant{30s}, rules(), out);
  EXPECT_EQ(status(state, state.now, rules()).breaks.back().worked, 40min);
  bool warned = false;
  for (const auto& command : out) {
    const auto* record = std::get_if<Record>(&command);
    warned = warned || (record && record->fact.text == "saved-in-future");
  }
  EXPECT_TRUE(warned);
}

TEST(B9, AnOpenPromptContinuesUnderItsIdWithoutANewOne) {
  auto rig = prompted();
  rig.begin_input();
  rig.restart(5s);
  EXPECT_EQ(rig.count(FactKind::prompt), 1u);
  EXPECT_EQ(rig.on_screen, 1u) << "shown again";
  rig.send(Answered{1, Answer::done});
  EXPECT_EQ(rig.count(FactKind::completed), 1u);
}

TEST(B9, AnOpenPromptThatNobodyIsThereForIsShownOnReturn) {
  auto policy = with({"rest"});
  auto rig = at_work(2h, policy);
  rig.end_input();
  rig.run_through(rig.now + 8s);
  ASSERT_EQ(rig.on_screen, 1u);
  rig.run_to(rig.now + 3min);
  rig.restart(5s);
  EXPECT_EQ(rig.on_screen, 0u);
  rig.run_to(rig.now + 1min);
  rig.begin_input();
  EXPECT_EQ(rig.on_screen, 1u);
}

TEST(B9, ARunContinuesAndEndsWhenItWouldHave) {
  auto rig = prompted();
  rig.begin_input();
  rig.send(Answered{1, Answer::start});
  const auto until = rig.now + 1min;
  rig.run_to(rig.now + 20s);
  rig.restart(10s);
  EXPECT_TRUE(rig.shown_running);
  EXPECT_EQ(rig.on_screen, 1u);
  EXPECT_EQ(rig.now_status().prompt->running_until, until);
  rig.run_through(until);
  ASSERT_EQ(rig.count(FactKind::completed), 1u);
  EXPECT_EQ(rig.facts_of(FactKind::completed)[0].at, until);
  EXPECT_EQ(rig.facts_of(FactKind::completed)[0].how, How::taken);
}

TEST(B9, ARunThatWouldHaveEndedMeanwhileIsTaken) {
  auto rig = prompted();
  rig.send(Answered{1, Answer::start});
  rig.restart(4min);
  ASSERT_EQ(rig.count(FactKind::completed), 1u);
  EXPECT_EQ(rig.facts_of(FactKind::completed)[0].how, How::taken);
}

TEST(B9, AnOpenPromptOfSomeoneWhoLeftIsClosed) {
  auto rig = prompted();
  rig.begin_input();
  rig.restart(10min);
  EXPECT_EQ(rig.count(FactKind::withdrawn), 1u);
  ASSERT_EQ(rig.count(FactKind::completed), 1u);
  EXPECT_EQ(rig.facts_of(FactKind::completed)[0].how, How::natural);
}

TEST(B9, IdsNeverRepeat) {
  auto rig = prompted();
  rig.send(Answered{1, Answer::skip});
  rig.restart();
  rig.send(TakeBreak{"stretch"});
  EXPECT_EQ(rig.facts_of(FactKind::started)[0].prompt_id, 2u);
}

TEST(B9, SnoozesAndTheirDeadlineSurvive) {
  auto rig = prompted();
  rig.begin_input();
  rig.send(Answered{1, Answer::snooze});
  rig.run_to(rig.now + 2min);
  rig.restart(30s);
  EXPECT_EQ(rig.now_status().breaks.back().returns_in, 3min);
  EXPECT_EQ(rig.now_status().breaks.back().snoozes_left, 1u);
}

TEST(B9, TotalsAndSkipsOfTheDaySurvive) {
  auto policy = rules();
  policy.prompt.max_skips_per_day = 1;
  auto rig = prompted(policy);
  rig.send(Answered{1, Answer::skip});
  const auto before = rig.now_status().day;
  rig.restart(5s);
  EXPECT_EQ(rig.now_status().day, before);
  rig.begin_input();
  rig.run_to(rig.now + 70min);
  rig.end_input();
  rig.run_through(rig.now + 8s);
  EXPECT_FALSE(rig.shown.skip_allowed);
}

TEST(B9, QuietTodaySurvivesUntilTheDayTurns) {
  auto rig = at_work(10min);
  rig.send(Answered{0, Answer::quiet_today});
  rig.restart(5s);
  EXPECT_EQ(rig.now_status().held_by, std::vector<HeldBy>{HeldBy::pause});
  rig.restart(24h);
  EXPECT_TRUE(rig.now_status().held_by.empty());
}

TEST(B9, ADayThatTurnedMeanwhileIsTurnedOnce) {
  auto rig = at_work(40min);
  const auto days = rig.count(FactKind::day);
  rig.restart(24h);
  EXPECT_EQ(rig.count(FactKind::day), days + 1);
  EXPECT_EQ(rig.facts_of(FactKind::day).back().totals->present, 40min);
  EXPECT_EQ(rig.now_status().today, 0s);
}

TEST(B9, ALockedScreenIsStillLocked) {
  auto rig = at_work(40min);
  rig.send(LockChanged{true});
  rig.run_to(rig.now + 3min);
  rig.restart();
  EXPECT_EQ(rig.now_status().presence, Presence::locked);
  rig.run_through(rig.now + 2min);
  EXPECT_EQ(rig.count(FactKind::completed), 1u) << "five minutes in all";
  rig.send(LockChanged{false});
  EXPECT_EQ(rig.now_status().presence, Presence::active);
}

TEST(B9, AnUnlockDuringTheGapIsNoticed) {
  auto rig = at_work(40min);
  rig.send(LockChanged{true});
  rig.run_to(rig.now + 1min);
  rig.locked = false;
  rig.restart(10s);
  EXPECT_EQ(rig.now_status().presence, Presence::active);
}

TEST(B9, InputUnlocksWhatWasOnlyAssumedLocked) {
  auto rig = at_work(40min);
  rig.send(LockChanged{true});
  const auto saved = save(rig.state);
  State state;
  CommandSink out;
  step(state, Restored{saved, true, saved.utc}, rig.now, rules(), out);
  EXPECT_EQ(status(state, rig.now, rules()).presence, Presence::locked);
  step(state, InputResumed{}, rig.now + 5s, rules(), out);
  EXPECT_EQ(status(state, rig.now + 5s, rules()).presence, Presence::active);
}

TEST(B9, ChangingConfigurationLosesNothing) {
  auto rig = at_work(40min);
  const auto all = rig.policy.breaks;
  rig.change([](Policy& policy) { policy.breaks.clear(); });
  EXPECT_TRUE(rig.now_status().breaks.empty());
  rig.run_to(rig.now + 5min);
  rig.change([&](Policy& policy) { policy.breaks = all; });
  EXPECT_EQ(worked(rig), 40min) << "frozen while it was not configured";
  rig.change([](Policy& policy) { entry(policy, "stretch").enabled = false; });
  rig.run_to(rig.now + 5min);
  rig.change([](Policy& policy) { entry(policy, "stretch").enabled = true; });
  EXPECT_EQ(worked(rig), 40min);
  rig.change([](Policy& policy) { entry(policy, "stretch").interval = 30min; });
  EXPECT_EQ(rig.count(FactKind::due), 1u);
}

TEST(B9, AChangeThatComesWithOverdueDeadlinesIsMadeFirst) {
  auto rig = at_work(59min);
  rig.policy.breaks.insert(rig.policy.breaks.begin(), {"eyes", true, 30min, 20s, 1min, "", {}});
  CommandSink out;
  // Nothing has stepped for ten minutes, and the stretch fell due in them.
  step(rig.state, PolicyChanged{}, rig.now + 10min, rig.policy, out);
  const auto breaks = status(rig.state, rig.now + 10min, rig.policy).breaks;
  ASSERT_EQ(breaks.size(), 4u);
  EXPECT_EQ(breaks[0].id, "eyes");
  EXPECT_EQ(breaks[0].worked, 0s);
  EXPECT_EQ(breaks[3].state, BreakState::waiting);
}

TEST(B9, ABreakThatIsSwitchedOffTakesItsPromptAlong) {
  auto rig = prompted();
  rig.change([](Policy& policy) { entry(policy, "stretch").enabled = false; });
  EXPECT_EQ(rig.count(FactKind::withdrawn), 1u);
  EXPECT_EQ(rig.on_screen, 0u);
  rig = prompted();
  rig.change([](Policy& policy) { policy.breaks.clear(); });
  EXPECT_EQ(rig.count(FactKind::withdrawn), 1u);
  EXPECT_EQ(rig.on_screen, 0u);
}

TEST(B9, ANewBreakDoesNotDisturbTheOpenPrompt) {
  auto rig = prompted();
  rig.change([](Policy& policy) {
    policy.breaks.insert(policy.breaks.begin(), {"eyes", true, 30min, 20s, 1min, "", {}});
  });
  rig.send(Answered{1, Answer::done});
  ASSERT_EQ(rig.count(FactKind::completed), 1u);
  EXPECT_EQ(rig.facts_of(FactKind::completed)[0].break_id, "stretch");
}

TEST(B9, SavesAtEachChangeAndAtMostEachMinuteOfPresentTime) {
  auto rig = at_work(10min);
  auto saves = rig.saves;
  rig.run_through(rig.now + 10min);
  EXPECT_GE(rig.saves - saves, 9u);
  EXPECT_LE(rig.saves - saves, 11u);
  rig.end_input();
  rig.run_through(rig.now + 10min);
  saves = rig.saves;
  rig.run_through(rig.now + 2h);
  EXPECT_EQ(rig.saves, saves) << "nothing changes while nobody is there";
  rig.send(Paused{"person", "", {}});
  EXPECT_EQ(rig.saves, saves + 1);
  rig.send(Answered{99, Answer::done});
  EXPECT_EQ(rig.saves, saves + 1) << "a refusal changes nothing";
  rig.send(Resumed{"person"});
  rig.send(Paused{"person", "", rig.now + 10min});
  saves = rig.saves;
  rig.run_through(rig.now + 11min);
  EXPECT_EQ(rig.saves, saves + 1) << "a pause that ends by itself";
}

TEST(B9, WhatEachDeviceWasUsedForComesBack) {
  Rig rig;
  rig.run_to(monday + 8h);
  rig.begin_input(Device::pointer);
  rig.run_to(monday + 8h + 10min);
  rig.begin_input(Device::keyboard);
  rig.run_to(monday + 8h + 15min);
  rig.send(TimerElapsed{});
  rig.restart(5s);
  EXPECT_EQ(rig.now_status().pointer_active, 15min);
  EXPECT_EQ(rig.now_status().keyboard_active, 5min);
}

TEST(B9, SavesThatARunningBreaksNotificationWasClosed) {
  auto rig = prompted();
  rig.send(Answered{1, Answer::start});
  const auto saves = rig.saves;
  rig.send(Answered{1, Answer::dismiss});
  EXPECT_EQ(rig.saves, saves + 1);
}

TEST(WakeUps, AreTwoAMinuteAtMostUnderTheHandsAndNoneWhileIdle) {
  auto policy = with({"micro", "rest", "stretch"});
  policy.daily_limit.enabled = true;
  Rig rig(policy);
  rig.run_to(monday + 8h);
  rig.begin_input();
  auto wakes = rig.wakes;
  rig.run_through(monday + 12h);
  EXPECT_LE(rig.wakes - wakes, 2u * 4 * 60);
  rig.end_input();
  rig.run_through(rig.now + 15min);
  wakes = rig.wakes;
  rig.run_through(monday + 24h);
  EXPECT_LE(rig.wakes - wakes, 1u) << "the end of the hours, if anything";
}

}  // namespace
}  // namespace poised::core
