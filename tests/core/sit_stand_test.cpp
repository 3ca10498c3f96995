// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "rules.hpp"
#include "scenario.hpp"

// S1, S2, S4–S6, A9: posture.
namespace poised::core {
namespace {

// Nothing but sit–stand.
Policy rules() {
  auto policy = with({});
  policy.stand.enabled = StandEnabled::on;
  policy.availability.pull_forward = false;
  return policy;
}

// Stretch at the hour, stand after forty minutes.
Policy both() {
  auto policy = with({"stretch"});
  policy.stand.enabled = StandEnabled::on;
  policy.availability.pull_forward = false;
  return policy;
}

// ---------------------------------------------------------------------------------------- S1

TEST(S1, PostureStartsUnknownAndIsTimedAsSitting) {
  Rig rig(rules());
  rig.run_to(monday + 8h);
  rig.begin_input();
  EXPECT_EQ(rig.now_status().posture, Posture::unknown);
  rig.run_to(monday + 8h + 41min);
  rig.end_input();
  rig.run_through(monday + 8h + 42min);
  ASSERT_EQ(rig.count(FactKind::prompt), 1u);
  EXPECT_EQ(rig.shown.break_id, "posture");
  EXPECT_EQ(rig.shown.posture, Posture::unknown) << "worded: change position";
}

TEST(S1, ADeskTellsThePosture) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 desk 720
    08:00 -> posture sitting desk
    08:10 desk 909
    08:11 desk 910
    08:11 -> posture standing hand
    08:15 desk 905
    08:15 -> posture sitting hand
  )");
}

TEST(S1, ALongAbsenceZeroesTheTimerAndSitsDownWithoutADesk) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 stand
    08:00 -> posture standing said
    08:10 idle
    08:20 -> posture sitting absence
    08:30 active
    09:10 -> due posture
    09:11 idle
    09:11:08 -> prompt posture normal posture standing
  )");
}

TEST(S1, AShorterAbsenceChangesNothing) {
  expect_scenario(rules(), R"(
    08:00 active
    08:30 idle
    08:39:59 active
    08:49:59 -> due posture
    08:50 idle
    08:50:08 -> prompt posture
  )");
}

TEST(S1, ADeskKeepsItsPostureOverAnAbsence) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 desk 720
    08:00 -> posture sitting desk
    08:05 desk 1100
    08:05 -> posture standing hand
    08:10 idle
    08:30 active
    08:45 -> note sit
    08:46
  )");
}

// ---------------------------------------------------------------------------------------- S2

TEST(S2, AskedAfterFortyMinutesSitting) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 sit
    08:00 -> posture sitting said
    08:40 -> due posture
    08:41 idle
    08:41:08 -> prompt posture normal posture standing
    08:41:20 active
    08:41:20 answer start
    08:41:20 -> completed posture taken
    08:41:20 -> posture standing answer
  )");
}

TEST(S2, DoneIsTheSameAsStart) {
  expect_scenario(rules(), R"(
    08:00 active
    08:40 -> due posture
    08:41 idle
    08:41:08 -> prompt posture
    08:41:20 answer done
    08:41:20 -> completed posture taken
    08:41:20 -> posture standing answer
  )");
}

TEST(S2, TheTimerRunsThroughShortIdleness) {
  // Four minutes of reading count; the same under lock do not.
  expect_scenario(rules(), R"(
    08:00 active
    08:10 idle
    08:14 active
    08:20 lock
    08:24 unlock
    08:24 active
    08:44 -> due posture
    08:45 idle
    08:45:08 -> prompt posture
  )");
}

TEST(S2, SkipZeroesTheTimer) {
  expect_scenario(rules(), R"(
    08:00 active
    08:40 -> due posture
    08:41 idle
    08:41:08 -> prompt posture
    08:41:10 active
    08:41:10 answer skip
    08:41:10 -> skipped posture
    09:21:10 -> due posture
    09:22
  )");
}

TEST(S2, SnoozeReturns) {
  expect_scenario(rules(), R"(
    08:00 active
    08:40 -> due posture
    08:41 idle
    08:41:08 -> prompt posture
    08:41:10 active
    08:41:10 answer snooze
    08:41:10 -> snoozed posture
    08:47 idle
    08:47:08 -> prompt posture normal snoozed
  )");
}

TEST(S2, ExpiryIsMissedTheFirstTime) {
  expect_scenario(rules(), R"(
    08:00 active
    08:40 -> due posture
    08:45 -> prompt posture low
    08:55 -> missed posture
    09:35 -> due posture
    09:36
  )");
}

TEST(S2, LeavingDoesNotCloseItButALongAbsenceDoes) {
  expect_scenario(rules(), R"(
    08:00 active
    08:40 -> due posture
    08:41 idle
    08:41:08 -> prompt posture
    08:51 -> withdrawn posture
    08:51 -> posture sitting absence
    09:00
  )");
}

TEST(S2, LockHidesItUntilThen) {
  Rig rig(rules());
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.run_to(monday + 8h + 41min);
  rig.end_input();
  rig.run_through(monday + 8h + 41min + 8s);
  ASSERT_EQ(rig.on_screen, 1u);
  rig.send(LockChanged{true});
  EXPECT_EQ(rig.on_screen, 0u);
  rig.run_to(rig.now + 9min);
  rig.send(LockChanged{false});
  EXPECT_EQ(rig.on_screen, 1u);
  rig.send(LockChanged{true});
  rig.run_through(rig.now + 10min);
  EXPECT_EQ(rig.count(FactKind::withdrawn), 1u);
  EXPECT_FALSE(rig.now_status().prompt.has_value());
}

TEST(S2, HeldAndSpacedLikeAnyPrompt) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 08:30-08:50
    08:40 -> due posture
    08:40 -> held posture calendar
    08:52 -> released posture
    08:53 idle
    08:53:08 -> prompt posture normal after-meeting
  )");
}

TEST(S2, WithADeskTheDeskIsAskedToMoveAndPostureFollowsItsHeight) {
  Rig rig(rules());
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.send(DeskHeight{720});
  rig.run_to(monday + 8h + 41min);
  rig.end_input();
  rig.run_through(monday + 8h + 41min + 8s);
  rig.send(Answered{1, Answer::start});
  ASSERT_EQ(rig.moves.size(), 1u);
  EXPECT_EQ(rig.moves[0], (MoveDesk{1100, 1, rig.now + 5s}));
  EXPECT_EQ(rig.now_status().posture, Posture::sitting);
  rig.run_to(rig.now + 10s);
  rig.send(DeskHeight{1100});
  EXPECT_EQ(rig.now_status().posture, Posture::standing);
  EXPECT_EQ(rig.facts_of(FactKind::posture).back().text, "desk");
  EXPECT_EQ(rig.count(FactKind::completed), 1u);
}

TEST(S2, NoDeskMovesWhenPresenceIsUnknown) {
  Rig rig(rules());
  rig.run_to(monday + 8h);
  rig.send({DeskHeight{720}, SourceChanged{false, false, "x", "y"}});
  rig.run_through(monday + 8h + 41min);
  ASSERT_EQ(rig.count(FactKind::prompt), 1u);
  rig.send(Answered{1, Answer::start});
  EXPECT_TRUE(rig.moves.empty());
}

TEST(S2, NoDeskMovesBehindALockedScreen) {
  Rig rig(rules());
  rig.run_to(monday + 8h);
  rig.send(DeskHeight{720});
  rig.begin_input();
  rig.run_to(monday + 8h + 41min);
  rig.end_input();
  rig.run_through(monday + 8h + 41min + 8s);
  ASSERT_EQ(rig.count(FactKind::prompt), 1u);
  rig.send(LockChanged{true});
  rig.send(Answered{1, Answer::start});
  EXPECT_TRUE(rig.moves.empty());
}

// ---------------------------------------------------------------------------------------- S4

TEST(S4, AChangeByHandIsATransitionTaken) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 desk 720
    08:00 -> posture sitting desk
    08:40 -> due posture
    08:41 idle
    08:41:08 -> prompt posture
    08:41:30 desk 1100
    08:41:30 -> completed posture taken
    08:41:30 -> posture standing hand
    08:43
  )");
}

TEST(S4, WhoStandsIsNotAskedToStand) {
  auto policy = rules();
  policy.stand.stand_for = 60min;
  expect_scenario(policy, R"(
    08:00 active
    08:30 desk 720
    08:30 -> posture sitting desk
    08:31 desk 1100
    08:31 -> posture standing hand
    09:30
  )");
}

TEST(S4, ADeskThatIsFoundRaisedEndsTheRequest) {
  auto policy = rules();
  policy.stand.enabled = StandEnabled::on;
  expect_scenario(policy, R"(
    08:00 active
    08:40 -> due posture
    08:41 idle
    08:41:08 -> prompt posture
    08:42 desk 1100
    08:42 -> withdrawn posture
    08:42 -> posture standing desk
    08:43 active
    08:57 -> note sit
    08:57:30
  )");
  expect_scenario(policy, R"(
    08:00 active
    08:30 pause
    08:40 -> due posture
    08:40 -> held posture pause
    08:42 desk 1100
    08:42 -> posture standing desk
    08:43 resume
    08:50 idle
    08:51
  )");
}

TEST(S4, SayingItIsAsGood) {
  expect_scenario(rules(), R"(
    08:00 active
    08:40 -> due posture
    08:41 stand
    08:41 -> completed posture taken
    08:41 -> posture standing said
    08:42
  )");
}

TEST(S4, WhereADeskTellsSayingIsRefused) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 desk 720
    08:00 -> posture sitting desk
    08:10 stand
    08:10 -> refused the desk tells the posture
  )");
}

// ---------------------------------------------------------------------------------------- S5

TEST(S5, AutomaticIsOnlyForThoseWithADesk) {
  auto policy = rules();
  policy.stand.enabled = StandEnabled::automatic;
  expect_scenario(policy, R"(
    08:00 active
    10:00
  )");
  expect_scenario(policy, R"(
    08:00 active
    08:00 desk 720
    08:00 -> posture sitting desk
    08:40 -> due posture
    08:40:30
  )");
  expect_scenario(policy, R"(
    08:00 active
    08:00 stand
    08:00 -> posture standing said
    08:05 sit
    08:05 -> posture sitting said
    08:45 -> due posture
    08:45:30
  )");
}

TEST(S5, OffSilencesAll) {
  auto policy = rules();
  policy.stand.enabled = StandEnabled::off;
  expect_scenario(policy, R"(
    08:00 active
    08:00 desk 720
    08:30 desk 1100
    09:40 desk 720
    11:00
  )");
}

TEST(S5, SwitchingOffTakesThePromptAway) {
  Rig rig(rules());
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.run_through(monday + 8h + 46min);
  ASSERT_EQ(rig.on_screen, 1u);
  rig.change([](Policy& policy) { policy.stand.enabled = StandEnabled::off; });
  EXPECT_EQ(rig.on_screen, 0u);
  EXPECT_FALSE(rig.now_status().stand_enabled);
}

TEST(S5, ADeskThatIsGoneTakesItsPromptAlong) {
  auto policy = rules();
  policy.stand.enabled = StandEnabled::automatic;
  expect_scenario(policy, R"(
    08:00 active
    08:00 desk 720
    08:00 -> posture sitting desk
    08:40 -> due posture
    08:45 -> prompt posture low
    08:46 desk gone
    08:46 -> withdrawn posture
    10:00
  )");
}

// ---------------------------------------------------------------------------------------- S6

TEST(S6, SitIsANoteThatAsksForNothing) {
  Rig rig(rules());
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.send(PostureSaid{Posture::standing});
  rig.run_through(monday + 8h + 15min);
  ASSERT_EQ(rig.notes.size(), 1u);
  EXPECT_EQ(rig.notes[0].kind, "sit");
  EXPECT_EQ(rig.notes[0].length, 15min);
  EXPECT_EQ(rig.on_screen, 0u);
  EXPECT_EQ(rig.count(FactKind::prompt), 0u);
  EXPECT_EQ(rig.now_status().posture, Posture::sitting) << "taken to be so without a desk";
}

TEST(S6, HeldByPauseHoursLiveSignalsAndAnOpenPromptOnly) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 stand
    08:00 -> posture standing said
    08:10 pause
    08:20 resume
    08:20 -> note sit
    08:20 -> posture sitting note
  )");
  expect_scenario(rules(), R"(
    08:00 active
    08:00 stand
    08:00 -> posture standing said
    08:10 dnd on
    08:20 dnd off
    08:22 -> note sit
    08:22 -> posture sitting note
  )");
  expect_scenario(rules(), R"(
    06:30 active
    06:30 stand
    06:30 -> posture standing said
    07:00 -> note sit
    07:00 -> posture sitting note
  )");
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 08:00-10:00
    08:00 stand
    08:00 -> posture standing said
    08:15 -> note sit
    08:15 -> posture sitting note
  )");
  auto policy = both();
  policy.stand.stand_for = 60min;
  entry(policy, "stretch").interval = 58min;
  policy.stand.reset_after = 2h;
  expect_scenario(policy, R"(
    07:59 active
    08:00 desk 720
    08:00 -> posture sitting desk
    08:00 desk 1100
    08:00 -> posture standing hand
    08:58 -> due stretch
    08:58:10 idle
    08:58:18 -> prompt stretch
    08:58:20 active
    09:00 -> note sit
    09:02
  )");
}

TEST(S6, WaitsForTheReturnOfWhoIsAbsent) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 stand
    08:00 -> posture standing said
    08:13 idle
    08:19 active
    08:21 -> note sit
    08:21 -> posture sitting note
  )");
}

// ---------------------------------------------------------------------------------------- A9

Policy in_meetings() {
  auto policy = rules();
  policy.stand.in_meetings = true;
  return policy;
}

TEST(A9, IsOfferedInTheFiveMinutesBeforeAMeeting) {
  expect_scenario(in_meetings(), R"(
    08:00 active
    08:00 busy 08:35-09:05
    08:30 idle              # five minutes before, ten before its time
    08:30:08 -> prompt posture normal pull-forward
    08:30:20 answer done
    08:30:20 -> completed posture taken
    08:30:20 -> posture standing answer
  )");
  expect_scenario(in_meetings(), R"(
    08:00 active
    08:00 busy 08:50-09:20
    08:45 -> due posture    # due at 08:40, put off to stand in the meeting
    08:45:30 idle
    08:45:38 -> prompt posture normal posture
  )");
}

TEST(A9, NotBeforeOtherMeetings) {
  for (const auto* busy : {"08:35-08:49", "08:35-09:21", "08:29-09:00"}) {
    expect_scenario(in_meetings(), std::string("08:00 active\n08:00 busy ") + busy + R"(
      08:40 -> due posture
      08:40 -> held posture calendar
      08:41
    )");
  }
  expect_scenario(rules(), R"(
    08:00 active
    08:00 busy 08:35-09:05
    08:40 -> due posture
    08:40 -> held posture calendar
    08:41
  )");
}

// ------------------------------------------------------------------------------------- totals

TEST(Totals, LongestSittingAndStanding) {
  Rig rig(rules());
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.send(DeskHeight{720});
  rig.run_to(monday + 8h + 30min);
  rig.send(DeskHeight{1100});
  rig.run_to(monday + 8h + 50min);
  rig.send(DeskHeight{720});
  rig.run_to(monday + 9h);
  EXPECT_EQ(rig.now_status().day.longest_sitting, 30min);
  EXPECT_EQ(rig.now_status().day.standing, 20min);
  EXPECT_EQ(rig.now_status().posture_for, 10min);
  rig.run_to(monday + 9h + 25min);
  rig.end_input();
  rig.run_through(monday + 28h);
  const auto day = rig.facts_of(FactKind::day).back();
  EXPECT_EQ(day.totals->longest_sitting, 35min);
  EXPECT_EQ(day.totals->standing, 20min);
  EXPECT_EQ(rig.now_status().day.standing, 0s);
}

TEST(Totals, PostureSurvivesARestart) {
  Rig rig(rules());
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.send(PostureSaid{Posture::standing});
  rig.run_to(monday + 8h + 10min);
  rig.restart(30s);
  EXPECT_EQ(rig.now_status().posture, Posture::standing);
  EXPECT_EQ(rig.now_status().posture_for, 10min);
  rig.run_through(rig.now + 5min);
  EXPECT_EQ(rig.notes.size(), 1u);
}

TEST(S3, StandingEndsWithTheLastInput) {
  auto policy = default_policy();
  policy.stand.enabled = StandEnabled::on;
  Rig rig(policy);
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.send(PostureSaid{Posture::standing});
  rig.run_to(monday + 8h + 10min);
  rig.end_input();
  rig.run_to(monday + 9h);
  EXPECT_EQ(rig.now_status().day.standing, 10min);
}

}  // namespace
}  // namespace poised::core
