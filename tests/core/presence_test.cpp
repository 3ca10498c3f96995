// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "rules.hpp"
#include "scenario.hpp"

// P1–P5: who is there, since when.
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

// ---------------------------------------------------------------------------------------- P1

TEST(P1, PassiveEvidenceCountsAtMostPassiveMaxAfterTheLastInput) {
  auto policy = rules();
  policy.breaks.clear();
  policy.activity.passive_max = 30min;
  expect_scenario(policy, R"(
    08:00 active
    08:10 video on
    08:20 idle
    08:00 -> presence active
    08:22 -> presence passive
    08:52 -> presence idle since 08:50:00
    09:30
  )");
}

TEST(P1, KeyboardAndPointerAreToldApart) {
  Rig rig(rules());
  rig.send(SourceChanged{true, true, "x11", ""});
  rig.run_to(monday + 8h);
  rig.begin_input(Device::keyboard);
  rig.run_to(monday + 8h + 10min);
  rig.begin_input(Device::pointer);
  rig.run_to(monday + 8h + 15min);
  rig.end_input(Device::keyboard);
  rig.run_to(monday + 8h + 20min);
  auto status = rig.now_status();
  EXPECT_EQ(status.keyboard_active, 15min);
  EXPECT_EQ(status.pointer_active, 10min);
  EXPECT_EQ(status.last_keyboard, monday + 8h + 15min);
  EXPECT_EQ(status.last_pointer, std::nullopt) << "it goes on";
  EXPECT_TRUE(status.source_splits);
  EXPECT_EQ(status.presence, Presence::active);
  rig.end_input(Device::pointer);
  rig.run_through(monday + 8h + 22min);
  EXPECT_EQ(rig.now_status().presence, Presence::idle) << "the last input is the latest of both";
}

TEST(P1, EveryKindOfPassiveEvidenceCountsAndNoOther) {
  for (const auto signal : {"call", "mic", "camera", "video", "inhibitor"}) {
    expect_scenario(
        rules(), std::string("08:00 active\n 08:00 -> presence active\n 08:10 ") + signal + R"( on
      08:10 idle
      08:12 -> presence passive
      08:20
    )");
  }
  for (const auto signal : {"screen-share", "dnd", "mirrored", "full-screen"}) {
    expect_scenario(
        rules(), std::string("08:00 active\n 08:00 -> presence active\n 08:10 ") + signal + R"( on
      08:10 idle
      08:12 -> presence idle since 08:10:00
      08:14
    )");
  }
}

TEST(P1, AnInhibitorIsEvidenceAndHoldsNothing) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 -> presence active
    08:10 inhibitor on
    08:30 idle
    08:32 -> presence passive
    09:00 -> due stretch
    09:00 -> prompt stretch
    09:05 answer skip
    09:05 -> skipped
    09:06 inhibitor off
    09:08 -> presence idle since 09:06:00
  )");
}

// ---------------------------------------------------------------------------------------- P2

TEST(P2, ActiveWithinIdleAfterThenIdle) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 -> presence active
    08:10 idle
    08:12 -> presence idle since 08:10:00
    08:13 active
    08:13 -> presence active
  )");
}

TEST(P2, PassiveCountsAsPresent) {
  expect_scenario(rules(), R"(
    08:00 active
    08:10 video on
    08:10 idle
    09:00 -> due stretch
    09:00 -> held stretch video
    09:20 -> released stretch
    09:20 -> prompt stretch
  )");
}

TEST(P2, LockSleepAndInactiveSeatAreAbsenceAtOnceWhateverTheInputSays) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 -> presence active
    08:10 lock
    08:10 -> presence locked
    08:11 active
    08:12 sleep
    08:12 -> presence asleep
    08:13 active
    08:14 wake
    08:14 -> presence locked
    08:15 unlock
    08:15 -> presence active
    08:15 idle
    08:16 seat off
    08:16 -> presence seat-inactive
    08:17 seat on
    08:17 -> presence idle
    08:17:30 active
    08:17:30 -> presence active
  )");
}

// ---------------------------------------------------------------------------------------- P3

TEST(P3, AbsenceBeganAtTheLastInputNotWhenItWasNoticed) {
  for (const auto reporting : {Reporting::at_once, Reporting::late}) {
    auto rig = at_work(reporting);
    rig.end_input();
    rig.run_through(monday + 8h + 32min);
    ASSERT_EQ(rig.facts.back().kind, FactKind::presence);
    EXPECT_EQ(rig.facts.back().since, monday + 8h + 30min);
    EXPECT_EQ(rig.now_status().today, 30min);
  }
}

TEST(P3, APauseShorterThanTheThresholdIsWork) {
  for (const auto reporting : {Reporting::at_once, Reporting::late}) {
    auto rig = at_work(reporting);
    rig.end_input();
    rig.run_to(monday + 8h + 32min - 1s);
    rig.begin_input();
    EXPECT_EQ(worked(rig), 32min - 1s);
  }
}

TEST(P3, APauseOfExactlyTheThresholdIsAbsence) {
  for (const auto reporting : {Reporting::at_once, Reporting::late}) {
    auto rig = at_work(reporting);
    rig.end_input();
    rig.run_to(monday + 8h + 32min);
    rig.begin_input();
    EXPECT_EQ(worked(rig), 30min);
  }
}

TEST(P3, TheEndOfPassiveEvidenceCountsAsTheLastInputForBackDating) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 -> presence active
    08:10 call on
    08:10 idle
    08:12 -> presence passive
    08:30 call off
    08:32 -> presence idle since 08:30:00
    08:34
  )");
}

TEST(P3, ALateReportFindsTheEndOfPassiveMaxInThePast) {
  auto policy = rules();
  policy.activity.passive_max = 1min;
  expect_scenario(policy, R"(
    08:00 call on
    08:00 active
    08:00 -> presence active
    09:00 -> due stretch
    09:00 -> held stretch call
    09:10 idle
    09:12 -> presence passive
    09:13 -> presence idle since 09:11:00
    09:13:30
  )");
}

TEST(P3, TheEndOfPassiveEvidenceIsNoInputForTheTypingGap) {
  auto policy = rules();
  policy.availability.settle = 1min;
  expect_scenario(policy, R"(
    08:00 active
    08:59 idle
    08:59 camera on
    08:59:57 camera off
    09:00 -> due stretch
    09:00 -> held stretch camera
    09:00:57 -> released stretch
    09:00:57 -> prompt stretch normal after-meeting
  )");
}

// ---------------------------------------------------------------------------------------- P4

class P4SameEffect : public testing::TestWithParam<int> {};

TEST_P(P4SameEffect, SleepLockAndIdlenessOfEqualLengthAreEqual) {
  const auto length = std::chrono::seconds(GetParam());
  struct Outcome {
    Duration worked, session;
    std::size_t completed, sessions;
    bool operator==(const Outcome&) const = default;
  };
  const auto after = [&](const std::function<void(Rig&)>& leave,
                         const std::function<void(Rig&)>& come_back, Reporting reporting) {
    auto rig = at_work(reporting);
    leave(rig);
    rig.run_to(rig.now + length);
    come_back(rig);
    rig.begin_input();
    rig.run_to(rig.now + 1min);
    const bool new_session = length >= 5min;
    return Outcome{worked(rig), new_session ? rig.now_status().session : 0s,
                   rig.count(FactKind::completed), rig.count(FactKind::session_start)};
  };
  for (const auto reporting : {Reporting::at_once, Reporting::late}) {
    const auto idle = after([](Rig& rig) { rig.end_input(); }, [](Rig&) {}, reporting);
    const auto lock = after([](Rig& rig) { rig.send(LockChanged{true}); },
                            [](Rig& rig) { rig.send(LockChanged{false}); }, reporting);
    const auto sleep = after([](Rig& rig) { rig.send(SleepChanged{true}); },
                             [](Rig& rig) { rig.send(SleepChanged{false}); }, reporting);
    EXPECT_EQ(idle, lock);
    EXPECT_EQ(idle, sleep);
    EXPECT_EQ(idle.completed, length >= 5min ? 1u : 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(Lengths, P4SameEffect,
                         testing::Values(120, 121, 299, 300, 301, 3600, 30000));

TEST(P4, ALockShorterThanIdleAfterIsNeitherWorkNorRest) {
  for (const auto reporting : {Reporting::at_once, Reporting::late}) {
    auto rig = at_work(reporting);
    rig.send(LockChanged{true});
    rig.run_to(monday + 8h + 31min);
    rig.send(LockChanged{false});
    rig.begin_input();
    rig.run_to(monday + 8h + 40min);
    EXPECT_EQ(worked(rig), 39min);
  }
}

TEST(P4, AbsenceStartsAtTheLastInputIfTheWholePauseIsLongEnough) {
  for (const auto reporting : {Reporting::at_once, Reporting::late}) {
    auto rig = at_work(reporting);
    rig.end_input();
    rig.run_to(monday + 8h + 31min);
    rig.send(LockChanged{true});
    rig.run_to(monday + 8h + 32min - 1s);
    EXPECT_EQ(worked(rig), 31min) << "so far it starts at the lock";
    rig.run_through(monday + 8h + 32min);
    EXPECT_EQ(worked(rig), 30min);
  }
}

TEST(P4, AbsenceStartsAtTheLockIfThePauseStaysShort) {
  for (const auto reporting : {Reporting::at_once, Reporting::late}) {
    auto rig = at_work(reporting);
    rig.end_input();
    rig.run_to(monday + 8h + 31min);
    rig.send(LockChanged{true});
    rig.run_to(monday + 8h + 31min + 30s);
    rig.send(LockChanged{false});
    rig.run_to(monday + 8h + 32min);
    EXPECT_EQ(worked(rig), 31min + 30s);
  }
}

TEST(P4, UnlockCountsAsOneInput) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 -> presence active
    08:10 lock
    08:10 -> presence locked
    08:20 unlock
    08:20 -> presence active
    08:22 -> presence idle since 08:20:00
    08:24
  )");
}

TEST(P4, ALockThatWasOnlyAskedForIsDisprovedByNewInput) {
  for (const bool certain : {false, true}) {
    auto rig = at_work();
    rig.end_input();
    rig.send(LockChanged{true, certain});
    EXPECT_EQ(rig.now_status().presence, Presence::locked);
    rig.run_to(monday + 8h + 31min);
    rig.begin_input();
    EXPECT_EQ(rig.now_status().presence, certain ? Presence::locked : Presence::active);
  }
}

TEST(P4, WakeDoesNotCountAsInput) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 -> presence active
    08:10 sleep
    08:10 -> presence asleep
    08:20 wake
    08:20 -> presence idle since 08:10:00
    08:30 active
    08:30 -> presence active
  )");
}

TEST(P4, AnUnlockBeforeTheWakeCounts) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 -> presence active
    08:10 lock
    08:10 -> presence locked
    08:10 sleep
    08:10 -> presence asleep
    08:20 unlock
    08:20:01 wake
    08:20:01 -> presence active
    08:22 -> presence idle
    08:23
  )");
}

TEST(P4, InputThatIsHeardOfBeforeTheWakeCounts) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 -> presence active
    08:10 sleep
    08:10 -> presence asleep
    08:20 active
    08:20:01 wake
    08:20:01 -> presence active
    08:30
  )");
}

TEST(P4, AsksTheSourceAgainAfterUnlockAndWake) {
  // A source that has seen no pause would not tell of the resumption.
  Rig rig(rules(), Reporting::late);
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.run_to(monday + 8h + 10min);
  rig.send(SleepChanged{true});
  rig.run_to(monday + 8h + 10min + 30s);
  rig.send(SleepChanged{false});
  rig.run_to(monday + 8h + 10min + 40s);
  rig.begin_input();
  EXPECT_EQ(rig.now_status().presence, Presence::active);
  rig.run_to(monday + 8h + 20min);
  EXPECT_EQ(rig.now_status().presence, Presence::active);
}

TEST(P4, RepeatedEventsChangeNothing) {
  Rig rig(rules());
  const auto twice = [&](const Event& event) {
    rig.send(event);
    auto before = rig.state;
    const auto facts = rig.facts.size();
    rig.send(event);
    EXPECT_EQ(rig.facts.size(), facts);
    EXPECT_EQ(rig.state, before);
  };
  rig.run_to(monday + 8h);
  twice(InputResumed{});
  rig.run_to(monday + 8h + 10min);
  twice(InputStopped{Device::any, rig.now});
  twice(InputResumed{});
  rig.run_to(monday + 8h + 20min);
  twice(LockChanged{true});
  twice(SleepChanged{true});
  rig.run_to(monday + 8h + 21min);
  twice(SleepChanged{false});
  twice(LockChanged{false});
  twice(SeatChanged{false});
  twice(SeatChanged{true});
  twice(SignalChanged{LiveSignal::call, true});
  twice(SignalChanged{LiveSignal::call, false});
  twice(SourceChanged{false, false, "x11", "gone"});
  twice(SourceChanged{true, false, "x11", ""});
  twice(ClockSet{rig.wall()});
  twice(PolicyChanged{});
}

TEST(P4, ALateReportOfAnEarlierPauseChangesNothing) {
  auto rig = at_work();
  rig.end_input();
  rig.run_to(monday + 8h + 31min);
  rig.begin_input();
  rig.send(InputStopped{Device::any, monday + 8h + 30min});
  rig.run_to(monday + 8h + 40min);
  EXPECT_EQ(rig.now_status().presence, Presence::active);
  EXPECT_EQ(worked(rig), 40min);
}

TEST(P4, TheClockNeverRunsBack) {
  auto rig = at_work();
  CommandSink out;
  const auto before = rig.state;
  step(rig.state, TimerElapsed{}, monday + 7h, rig.policy, out);
  EXPECT_EQ(rig.state.now, before.now);
  step(rig.state, InputStopped{Device::any, rig.now + 1h}, rig.now, rig.policy, out);
  EXPECT_EQ(status(rig.state, rig.now, rig.policy).last_keyboard, rig.now)
      << "a moment of the future is taken as now";
}

// ---------------------------------------------------------------------------------------- P5

TEST(P5, ASourceThatDiesHoldsItsLastStateForTenSeconds) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 -> presence active
    08:10 source off
    08:10:10 -> note no-input-source
    08:10:10 -> presence unknown
    08:20
  )");
}

TEST(P5, ASourceThatComesBackInTimeIsNeverUnknown) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 -> presence active
    08:10 source off
    08:10:09 source on
    08:20
  )");
}

TEST(P5, FromTheStartItIsUnknownAfterTenSeconds) {
  expect_scenario(rules(), R"(
    08:00 source off
    08:00:10 -> note no-input-source
    08:00:10 -> session-start
    08:00:10 -> presence unknown
    08:20
  )");
}

TEST(P5, BeforeAnySourceHasReportedThePersonIsAbsent) {
  expect_scenario(rules(), R"(
    08:00 source on
    12:00
  )");
}

TEST(P5, TheNoteIsShownOnceAndGivesTheReason) {
  Rig rig(rules());
  for (int i = 0; i < 3; ++i) {
    rig.send(SourceChanged{false, false, "x11", "no display"});
    rig.run_to(rig.now + 1min);
    EXPECT_EQ(rig.now_status().presence, Presence::unknown);
    EXPECT_EQ(rig.now_status().source_reason, "no display");
    rig.send(SourceChanged{true, false, "x11", ""});
    rig.run_to(rig.now + 1min);
  }
  ASSERT_EQ(rig.notes.size(), 1u);
  EXPECT_EQ(rig.notes[0].kind, "no-input-source");
  EXPECT_EQ(rig.notes[0].detail, "no display");
}

TEST(P5, UnknownCountsAsPresentAndWaitsForNoGap) {
  expect_scenario(rules(), R"(
    08:00 source off
    08:00:10 -> note
    09:00:10 -> due stretch
    09:00:10 -> prompt stretch normal
  )");
}

TEST(P5, UnknownGivesNoNaturalCredit) {
  expect_scenario(rules(), R"(
    08:00 active
    08:40 source off
    08:40 idle
    08:40:10 -> note
    09:00 -> due stretch
    09:00 -> prompt stretch
    09:01
  )");
}

TEST(P5, LockAndSleepStillApply) {
  expect_scenario(rules(), R"(
    08:00 source off
    08:00:10 -> note
    08:40 lock
    08:45 -> completed stretch natural since 08:40:00
    08:50 unlock
    08:50
    09:50 -> due stretch
    09:50 -> prompt stretch
  )");
}

TEST(P5, OnReturnTheIdleTimeBackDatesTheGap) {
  for (const auto reporting : {Reporting::at_once, Reporting::late}) {
    auto rig = at_work(reporting);
    rig.send(SourceChanged{false, false, "x11", "crashed"});
    rig.run_to(monday + 8h + 50min);
    EXPECT_EQ(worked(rig), 50min);
    rig.send(
        {SourceChanged{true, false, "x11", ""}, InputStopped{Device::any, monday + 8h + 31min}});
    EXPECT_EQ(rig.now_status().presence, Presence::idle);
    EXPECT_EQ(rig.facts_of(FactKind::completed).size(), 1u) << "nineteen minutes away";
    EXPECT_EQ(rig.facts_of(FactKind::completed)[0].since, monday + 8h + 31min);
    EXPECT_EQ(rig.now_status().today, 31min);
  }
}

TEST(P5, OnReturnWithInputTheGapWasWork) {
  auto rig = at_work();
  rig.send(SourceChanged{false, true, "x11", "crashed"});
  rig.run_to(monday + 8h + 50min);
  rig.send(SourceChanged{true, true, "x11", ""});
  rig.send(InputResumed{Device::keyboard});
  rig.run_to(monday + 8h + 55min);
  EXPECT_EQ(worked(rig), 55min);
  rig.send({InputStopped{Device::keyboard, rig.now}, InputStopped{Device::pointer, rig.now}});
  rig.run_through(monday + 8h + 57min);
  EXPECT_EQ(rig.now_status().presence, Presence::idle) << "what was assumed can be stopped";
}

TEST(P5, ASourceOfAnotherKindTakesOver) {
  Rig rig(rules());
  rig.send(SourceChanged{true, true, "x11", ""});
  rig.send(InputResumed{Device::keyboard});
  rig.run_to(rig.now + 10min);
  rig.send(SourceChanged{true, false, "gnome", ""});
  rig.run_to(rig.now + 10min);
  EXPECT_EQ(rig.now_status().presence, Presence::active);
  rig.send(InputStopped{Device::any, rig.now});
  rig.run_through(rig.now + 2min);
  EXPECT_EQ(rig.now_status().presence, Presence::idle);
}

}  // namespace
}  // namespace poised::core
