// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "rules.hpp"
#include "scenario.hpp"

// A1–A5, A7, A8: meetings, live signals, what is held and what is offered early.
namespace poised::core {
namespace {

Policy rules() {
  auto policy = default_policy();
  policy.availability.pull_forward = false;
  return policy;
}

// ---------------------------------------------------------------------------------------- A1

TEST(A1, ASetReplacesTheLastOneOfItsSource) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 08:50-09:30
    08:10 busy 10:30-11:00
    09:00 -> due stretch
    09:01 idle
    09:01:08 -> prompt stretch normal interval
  )");
}

TEST(A1, IntervalsLessThanJoinApartCountAsOne) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 08:50-09:10 09:14-09:30
    09:00 -> due stretch
    09:00 -> held stretch calendar
    09:32 -> released stretch
    09:33 idle
    09:33:08 -> prompt stretch normal after-meeting
  )");
}

TEST(A1, IntervalsFurtherApartDoNot) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 08:50-09:10 09:15-09:30
    09:00 -> due stretch
    09:00 -> held stretch calendar
    09:12 -> released stretch
    09:13 idle
    09:13:08 -> prompt stretch
  )");
}

TEST(A1, AnIntervalWithoutEndsIsBusyAllTheTime) {
  Rig rig(rules());
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.send(BusyReplaced{"a", {{WallTime::min(), WallTime::max()}}});
  rig.run_through(monday + 9h);
  EXPECT_EQ(rig.now_status().held_by, std::vector<HeldBy>{HeldBy::calendar});
  EXPECT_EQ(rig.facts_of(FactKind::held).at(0).by, std::vector<HeldBy>{HeldBy::calendar});
}

TEST(A1, SourcesAddUp) {
  Rig rig(rules());
  rig.run_to(monday + 8h);
  rig.begin_input();
  const auto at = [&](Duration time) { return wall_of_monday() + time; };
  rig.send(BusyReplaced{"a", {{at(8h + 50min), at(9h + 10min)}}});
  rig.send(BusyReplaced{"b", {{at(9h + 12min), at(9h + 40min)}}});
  rig.run_through(monday + 9h + 41min);
  EXPECT_EQ(rig.count(FactKind::held), 1u);
  EXPECT_EQ(rig.count(FactKind::released), 0u);
  rig.run_through(monday + 9h + 42min);
  EXPECT_EQ(rig.count(FactKind::released), 1u);
}

// ---------------------------------------------------------------------------------------- A2

TEST(A2, ReleasedTwoMinutesAfterTheEnd) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 08:50-09:20
    09:00 -> due stretch
    09:00 -> held stretch calendar
    09:21:50 idle
    09:22 -> released stretch
    09:22 -> prompt stretch normal after-meeting
  )");
}

TEST(A2, BusyIsFromItsStartToBeforeItsEnd) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 09:00-09:20
    08:59:50 idle
    09:00 -> due stretch
    09:00 -> held stretch calendar
    09:01 active
    09:22 -> released stretch
    09:22:30
  )");
}

TEST(A2, SettlingAlsoHoldsWhatBecomesDueWithinIt) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 08:30-08:59
    09:00 -> due stretch
    09:00 -> held stretch calendar
    09:01 -> released stretch
    09:02 idle
    09:02:08 -> prompt stretch
  )");
}

TEST(A2, EverySignalThatSettlesDoesAndTheOthersDoNot) {
  for (const auto* signal : {"mic", "camera", "dnd", "mirrored", "video", "full-screen"}) {
    const std::string by = std::string(signal) == "mirrored" ? "screen-share" : signal;
    expect_scenario(rules(), "08:00 active\n08:50 " + std::string(signal) + " on\n09:05 " + signal +
                                 R"( off
      09:00 -> due stretch
      09:00 -> held stretch )" + by +
                                 R"(
      09:07 -> released stretch
      09:07:30
    )");
  }
  for (const auto* signal : {"call", "screen-share"}) {
    expect_scenario(rules(), "08:00 active\n08:50 " + std::string(signal) + " on\n09:05 " + signal +
                                 R"( off
      09:00 -> due stretch
      09:00 -> held stretch )" + signal +
                                 R"(
      09:05 -> released stretch
      09:05:30
    )");
  }
}

TEST(A2, ReleasedWhenTheLastOfSeveralIsGone) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 08:50-09:20
    08:51 call on
    09:00 -> due stretch
    09:00 -> held stretch calendar call
    09:30 call off
    09:30 -> released stretch
    09:31 idle
    09:31:08 -> prompt stretch normal after-meeting
  )");
}

TEST(A2, AHoldThatTurnsIntoAnotherIsOneHold) {
  expect_scenario(rules(), R"(
    08:00 active
    08:50 call on
    09:00 -> due stretch
    09:00 -> held stretch call
    09:05 pause
    09:06 call off
    09:10 resume
    09:10 -> released stretch
    09:11
  )");
}

TEST(A2, IsShownBeforeTheNextMeetingWithRoomForIt) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 08:50-09:10 09:15-09:40
    09:00 -> due stretch
    09:00 -> held stretch calendar
    09:12 -> released stretch
    09:14 -> prompt stretch low after-meeting
    09:14:10 answer done
    09:14:10 -> completed stretch taken
  )");
}

TEST(A2, AMeetingThatBeginsWithdrawsTheOpenPrompt) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 09:05-09:20
    09:00 -> due stretch
    09:01 idle
    09:01:08 -> prompt stretch
    09:01:10 active
    09:05 -> withdrawn stretch calendar
    09:05 -> held stretch calendar
    09:22 -> released stretch
    09:23 idle
    09:23:08 -> prompt stretch normal after-meeting
  )");
}

TEST(A2, AMeetingThatIsCalledOffEndsThere) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 08:30-08:40 08:50-09:50
    09:00 -> due stretch
    09:00 -> held stretch calendar
    09:10 busy 08:30-08:40
    09:12 -> released stretch
    09:12:30
  )");
}

TEST(A2, AMeetingThatTurnsOutToHaveEndedEndsNow) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 08:20-09:20
    08:59:30 busy 08:20-08:40
    09:00 -> due stretch
    09:00 -> held stretch calendar
    09:01:30 -> released stretch
    09:02
  )");
}

TEST(A2, OnlyMeetingsGiveTheReasonAfterMeeting) {
  expect_scenario(rules(), R"(
    08:00 active
    08:50 dnd on
    09:00 -> due stretch
    09:00 -> held stretch dnd
    09:10 dnd off
    09:12 -> released stretch
    09:13 idle
    09:13:08 -> prompt stretch normal interval
  )");
}

// ---------------------------------------------------------------------------------------- A3

Policy eager() {
  return default_policy();
}

TEST(A3, OffersBeforeAMeetingWhatItWouldPushBack) {
  expect_scenario(eager(), R"(
    08:00 active
    08:00 busy 08:50-09:30
    08:40 idle
    08:40:08 -> prompt stretch normal pull-forward
    08:40:20 active
    08:40:20 answer done
    08:40:20 -> completed stretch taken
  )");
}

TEST(A3, WaitsForAGapUntilThereIsJustTimeForIt) {
  auto policy = eager();
  policy.prompt.gap_max = 20min;
  expect_scenario(policy, R"(
    08:00 active
    08:00 busy 08:50-09:30
    08:48:30 -> prompt stretch low pull-forward
    08:48:40 answer skip
    08:48:40 -> skipped stretch
  )");
  expect_scenario(eager(), R"(
    08:00 active
    08:00 busy 08:50-09:30
    08:45 -> prompt stretch low pull-forward
    08:46 answer skip
    08:46 -> skipped stretch
  )");
}

TEST(A3, AShortMeetingBetweenDoesNotHideALongOne) {
  auto policy = rules();
  policy.availability.pull_forward = true;
  expect_scenario(policy, R"(
    08:00 active
    08:00 busy 08:43-08:44 08:50-09:30
    08:39:50 idle
    08:40 -> prompt stretch normal pull-forward
    08:40:10
  )");
}

TEST(A3, SaysWhichMeetingItIsBefore) {
  Rig rig(eager());
  rig.run_to(monday + 8h);
  rig.begin_input();
  const auto at = [&](Duration time) { return wall_of_monday() + time; };
  rig.send(BusyReplaced{"a", {{at(8h + 50min), at(9h + 30min)}}});
  rig.run_to(monday + 8h + 41min);
  rig.end_input();
  rig.run_through(monday + 8h + 42min);
  ASSERT_EQ(rig.count(FactKind::prompt), 1u);
  EXPECT_EQ(rig.shown.before, at(8h + 50min));
}

TEST(A3, NotBeforeAShortMeeting) {
  expect_scenario(eager(), R"(
    08:00 active
    08:00 busy 08:50-09:09
    09:00 -> due stretch
    09:00 -> held stretch calendar
    09:05
  )");
}

TEST(A3, NotIfItWouldBecomeDueOnlyAfterTheMeeting) {
  expect_scenario(eager(), R"(
    08:00 active
    08:00 busy 08:35-09:00
    09:00 -> due stretch
    09:00 -> held stretch calendar
    09:01
  )");
}

TEST(A3, NotWithLessThanHalfTheInterval) {
  expect_scenario(eager(), R"(
    08:00 active
    08:00 busy 08:28-09:30
    09:00 -> due stretch
    09:00 -> held stretch calendar
    09:05
  )");
}

TEST(A3, AtHalfTheIntervalIfThatComesInTime) {
  expect_scenario(eager(), R"(
    08:00 active
    08:00 busy 08:36-09:30
    08:30:10 idle
    08:30:18 -> prompt stretch normal pull-forward
  )");
}

TEST(A3, OnceABreakAndBlock) {
  expect_scenario(eager(), R"(
    08:00 active
    08:00 busy 08:50-09:30
    08:40:10 idle
    08:40:18 -> prompt stretch normal pull-forward
    08:40:20 active
    08:40:30 pause 1
    08:40:30 -> withdrawn stretch pause
    09:00 -> due stretch
    09:00 -> held stretch calendar
    09:05
  )");
}

TEST(A3, AWithdrawnOfferGoesBackToCountingWithoutAHold) {
  expect_scenario(eager(), R"(
    08:00 active
    08:00 busy 08:50-09:10
    08:40:10 idle
    08:40:18 -> prompt stretch normal pull-forward
    08:40:20 active
    08:44 call on
    08:44 -> withdrawn stretch call
    08:46 call off
    09:00 -> due stretch
    09:00 -> held stretch calendar
    09:05
  )");
}

TEST(A3, NotWhileHeldButAsSoonAsItIsNot) {
  expect_scenario(eager(), R"(
    08:00 active
    08:00 busy 08:50-09:30
    08:35 dnd on
    08:41 dnd off           # settles until 08:43
    08:44 idle
    08:44:08 -> prompt stretch normal pull-forward
  )");
}

TEST(A3, NotInTheLastMinuteAndAHalf) {
  expect_scenario(eager(), R"(
    08:00 active
    08:00 busy 08:50-09:30
    08:35 call on
    08:48:31 call off
    09:00 -> due stretch
    09:00 -> held stretch calendar
    09:01
  )");
}

TEST(A3, SwitchedOffNothingIsOffered) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 08:50-09:30
    08:41 idle
    08:42 active
    09:00 -> due stretch
    09:00 -> held stretch calendar
    09:01
  )");
}

TEST(A3, ADeclinedOfferIsCountedLikeAnyOther) {
  auto policy = eager();
  policy.prompt.max_per_day = 0;
  expect_scenario(policy, R"(
    08:00 active
    08:00 busy 08:50-09:30
    09:00 -> due stretch
    09:00 -> held stretch calendar spacing
    09:01
  )");
}

// ---------------------------------------------------------------------------------------- A4

TEST(A4, ACalendarHoldsNinetyMinutesPastFirstDueAtMost) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 08:50-12:00
    09:00 -> due stretch
    09:00 -> held stretch calendar
    10:29:50 idle
    10:30 -> released stretch
    10:30 -> prompt stretch low after-meeting
    10:31 active
    10:31 answer done
    10:31 -> completed stretch taken
  )");
}

TEST(A4, NotWhileALiveSignalHolds) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 08:50-12:00
    08:50 call on
    09:00 -> due stretch
    09:00 -> held stretch calendar call
    11:00 call off
    11:00 -> released stretch
    11:05 -> prompt stretch low after-meeting
  )");
}

TEST(A4, WhatOnlyTheLimitLetsGoIsAlwaysLow) {
  // The call outlasts the limit, the meeting goes on.
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 08:50-12:00
    08:50 call on
    09:00 -> due stretch
    09:00 -> held stretch calendar call
    10:59:50 idle
    11:00 call off
    11:00 -> released stretch
    11:00 -> prompt stretch low after-meeting
  )");
  // The limit comes while the meeting settles.
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 08:50-10:29
    09:00 -> due stretch
    09:00 -> held stretch calendar
    10:29:50 idle
    10:30 -> released stretch
    10:30 -> prompt stretch low after-meeting
  )");
  // A return past the limit was never held.
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 08:50-12:00
    09:00 -> due stretch
    09:00 -> held stretch calendar
    10:30 -> released stretch
    10:31 idle
    10:31:08 -> prompt stretch low after-meeting
    10:31:10 active
    10:32 answer snooze
    10:32 -> snoozed stretch
    10:38 idle
    10:38:08 -> prompt stretch low snoozed
  )");
}

TEST(A4, OutOfOfficeAndPausesAreExempt) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 08:50-12:00/out-of-office
    09:00 -> due stretch
    09:00 -> held stretch calendar
    12:02 -> released stretch
    12:02:30
  )");
  expect_scenario(rules(), R"(
    08:00 active
    08:50 pause
    09:00 -> due stretch
    09:00 -> held stretch pause
    12:00
  )");
}

// ---------------------------------------------------------------------------------------- A5

TEST(A5, CallShareAndTheLikeHoldWithoutLimit) {
  for (const auto* signal : {"call", "mic", "camera", "screen-share", "dnd"}) {
    expect_scenario(rules(), "08:00 active\n08:50 " + std::string(signal) + R"( on
      09:00 -> due stretch
      09:00 -> held stretch )" + signal +
                                 R"(
      14:00
    )");
  }
}

TEST(A5, VideoAndFullScreenHoldTwentyMinutesPastDue) {
  for (const auto* signal : {"video", "full-screen"}) {
    expect_scenario(rules(), "08:00 active\n08:50 " + std::string(signal) + R"( on
      09:00 -> due stretch
      09:00 -> held stretch )" + signal +
                                 R"(
      09:19:50 idle
      09:20 -> released stretch
      09:20 -> prompt stretch normal interval
    )");
  }
}

TEST(A5, ARepeatedSignalDoesNotSettleAnew) {
  expect_scenario(rules(), R"(
    08:00 active
    08:50 mic on
    08:59 mic off
    09:00 mic off
    09:00 -> due stretch
    09:00 -> held stretch mic
    09:01 -> released stretch
    09:01:30
  )");
}

TEST(A5, ASignalSurvivesARestartUntilItsPluginHasSpoken) {
  expect_scenario(rules(), R"(
    08:00 active
    08:50 call on
    09:00 -> due stretch
    09:00 -> held stretch call
    09:10 restart
    09:10:30 -> released stretch
    09:11
  )");
  expect_scenario(rules(), R"(
    08:00 active
    08:50 call on
    09:00 -> due stretch
    09:00 -> held stretch call
    09:10 restart
    09:10:20 call on
    09:20
  )");
}

// ---------------------------------------------------------------------------------------- A7

TEST(A7, AllDayEventsDoNotMakeBusyButOutOfOfficeSilencesTheDay) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 00:00-24:00/all-day
    09:00 -> due stretch
    09:01 idle
    09:01:08 -> prompt stretch
  )");
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 00:00-24:00/all-day-out-of-office
    09:00 -> due stretch
    09:00 -> held stretch calendar
    18:00
  )");
}

TEST(A7, TentativeIsBusyUnlessPolicySaysOtherwise) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 08:50-09:30/tentative
    09:00 -> due stretch
    09:00 -> held stretch calendar
    09:10
  )");
  auto policy = rules();
  policy.availability.tentative_is_busy = false;
  expect_scenario(policy, R"(
    08:00 active
    08:00 busy 08:50-09:30/tentative
    09:00 -> due stretch
    09:01 idle
    09:01:08 -> prompt stretch
  )");
}

// ---------------------------------------------------------------------------------------- A8

TEST(A8, TheLastGoodSetIsUsedForADay) {
  auto policy = rules();
  policy.schedule.enabled = false;
  Rig rig(policy);
  rig.run_to(monday + 8h);
  const auto at = [&](Duration time) { return wall_of_monday() + time; };
  rig.send(BusyReplaced{"a", {{at(31h), at(34h), BusyClass::out_of_office}}});
  rig.run_to(monday + 30h + 30min);
  rig.begin_input();
  rig.run_through(monday + 31h + 31min);
  EXPECT_EQ(rig.count(FactKind::held), 1u);
  EXPECT_EQ(rig.count(FactKind::released), 0u);
  rig.run_through(monday + 32h);
  EXPECT_EQ(rig.count(FactKind::released), 0u) << "it settles";
  rig.run_through(monday + 32h + 2min);
  EXPECT_EQ(rig.count(FactKind::released), 1u);
}

TEST(A8, ReadingTheSameSetAgainIsASuccess) {
  Rig rig(rules());
  rig.run_to(monday + 8h);
  const auto at = [&](Duration time) { return wall_of_monday() + time; };
  const BusyReplaced busy{"a", {{at(33h), at(34h)}}};
  rig.send(busy);
  rig.run_to(monday + 20h);
  rig.send(busy);
  rig.run_to(monday + 33h + 30min);
  EXPECT_EQ(rig.now_status().held_by, std::vector<HeldBy>{HeldBy::calendar});
}

TEST(A8, TheSetSurvivesARestart) {
  Rig rig(rules());
  rig.run_to(monday + 8h);
  const auto at = [&](Duration time) { return wall_of_monday() + time; };
  rig.send(BusyReplaced{"a", {{at(8h), at(10h)}}});
  rig.restart(10min);
  EXPECT_EQ(rig.now_status().held_by, std::vector<HeldBy>{HeldBy::calendar});
}

TEST(Calendar, FollowsTheWallClock) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 10:50-11:30
    09:00 clock 2           # it is 11:00 now
    09:00 -> due stretch
    09:00 -> held stretch calendar
    09:32 -> released stretch
    09:33
  )");
}

}  // namespace
}  // namespace poised::core
