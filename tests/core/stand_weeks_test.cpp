// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "rules.hpp"
#include "scenario.hpp"

// S3, S7: how long to stand, and how often to ask, as weeks go by.
namespace poised::core {
namespace {

// Nothing but sit–stand.
Policy rules() {
  auto policy = with({});
  policy.stand.enabled = StandEnabled::on;
  policy.availability.pull_forward = false;
  return policy;
}

// ---------------------------------------------------------------------------------------- S3

// One working day: so many offers taken, then declined.
void day_of(Rig& rig, int day, int taken, int declined) {
  auto at = monday + day * 24h + 8h;
  for (int i = 0; i < taken + declined; ++i) {
    rig.run_to(at);
    rig.begin_input();
    rig.run_to(at + 41min);
    rig.end_input();
    rig.run_through(at + 41min + 10s);
    ASSERT_NE(rig.state.prompt.id, 0u);
    rig.send(Answered{0, i < taken ? Answer::done : Answer::skip});
    at += 55min;  // an absence that sits down again
  }
}

Duration stands_for(Rig rig) {
  rig.run_to(rig.now + 12min);
  rig.begin_input();
  rig.send(PostureSaid{Posture::standing});
  const auto from = rig.now;
  const auto notes = rig.notes.size();
  while (rig.notes.size() == notes && rig.now < from + 2h) rig.run_through(rig.now + 1min);
  return rig.now - from;
}

Policy weekly() {
  auto policy = rules();
  policy.schedule.enabled = false;
  policy.prompt.max_per_day = 100;
  return policy;
}

TEST(S3, GrowsByFiveMinutesAfterAWeekMostlyTaken) {
  Rig rig(weekly());
  day_of(rig, 0, 3, 2);
  EXPECT_EQ(stands_for(rig), 15min);
  day_of(rig, 7, 0, 0);
  rig.run_to(monday + 7 * 24h + 8h);
  EXPECT_EQ(stands_for(rig), 20min) << "three of five are sixty per cent";
  for (int week = 1; week < 5; ++week) day_of(rig, week * 7, 5, 0);
  rig.run_to(monday + 5 * 7 * 24h + 8h);
  EXPECT_EQ(stands_for(rig), 30min) << "no further than stand_max";
}

TEST(S3, WhatHadGrownBeyondALoweredMaximumIsNotKept) {
  Rig rig(weekly());
  for (int week = 0; week < 2; ++week) day_of(rig, week * 7, 5, 0);
  rig.run_to(monday + 14 * 24h + 8h);
  ASSERT_EQ(stands_for(rig), 25min);
  rig.change([](Policy& policy) { policy.stand.stand_max = 20min; });
  day_of(rig, 14, 5, 0);
  rig.run_to(monday + 21 * 24h + 8h);
  rig.change([](Policy& policy) { policy.stand.stand_max = 60min; });
  EXPECT_EQ(stands_for(rig), 20min);
}

TEST(S3, AFewOffersDoNotCount) {
  Rig rig(weekly());
  day_of(rig, 0, 4, 0);
  rig.run_to(monday + 7 * 24h + 8h);
  EXPECT_EQ(stands_for(rig), 15min);
}

TEST(S3, AMiddlingWeekKeepsAndAPoorOneStepsBackOnce) {
  Rig rig(weekly());
  day_of(rig, 0, 5, 0);
  day_of(rig, 7, 5, 0);
  day_of(rig, 14, 2, 1);
  for (int day = 15; day < 17; ++day) day_of(rig, day, 0, 1);
  rig.run_to(monday + 21 * 24h + 8h);
  EXPECT_EQ(stands_for(rig), 25min) << "forty per cent";
  day_of(rig, 21, 1, 1);
  for (int day = 22; day < 25; ++day) day_of(rig, day, 0, 1);
  rig.run_to(monday + 28 * 24h + 8h);
  EXPECT_EQ(stands_for(rig), 20min) << "twenty per cent";
}

TEST(S3, MovesByHandAddToBothSides) {
  Rig rig(weekly());
  day_of(rig, 0, 2, 2);
  for (int i = 0; i < 1; ++i) {
    rig.run_to(rig.now + 11min);
    rig.begin_input();
    rig.send(PostureSaid{Posture::standing});
    rig.run_to(rig.now + 1min);
    rig.end_input();
  }
  rig.run_to(monday + 7 * 24h + 8h);
  EXPECT_EQ(stands_for(rig), 20min) << "three of five";
}

TEST(S3, WithoutGrowthItStays) {
  auto policy = weekly();
  policy.stand.grow = false;
  Rig rig(policy);
  day_of(rig, 0, 5, 0);
  rig.run_to(monday + 7 * 24h + 8h);
  EXPECT_EQ(stands_for(rig), 15min);
}

TEST(S3, AnHourIsTheCeilingWhateverIsConfigured) {
  auto policy = rules();
  policy.stand.stand_for = 2h;
  expect_scenario(policy, R"(
    08:00 active
    08:00 stand
    08:00 -> posture standing said
    09:00 -> note sit
    09:00 -> posture sitting note
    09:10
  )");
}

TEST(S3, TheCeilingPassesPausesButNotLiveSignals) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 stand
    08:00 -> posture standing said
    08:10 pause
    09:00 -> note sit
    09:00 -> posture sitting note
  )");
  expect_scenario(rules(), R"(
    08:00 active
    08:00 stand
    08:00 -> posture standing said
    08:10 call on
    09:20 call off
    09:20 -> note sit
    09:20 -> posture sitting note
  )");
}

TEST(S3, AtADeskTheCeilingNoteComesBesidesTheFirst) {
  expect_scenario(rules(), R"(
    08:00 active
    08:00 desk 1100
    08:00 -> posture standing desk
    08:15 -> note sit
    09:00 -> note sit
    11:00
  )");
}

// ---------------------------------------------------------------------------------------- S7

TEST(S7, TwoInARowDeclinedDoubleTheTimeForTheDay) {
  expect_scenario(rules(), R"(
    08:00 active
    08:40 -> due posture
    08:45 -> prompt posture
    08:46 answer skip
    08:46 -> skipped posture
    09:26 -> due posture
    09:31 -> prompt posture
    09:41 -> missed posture
    11:01 -> due posture
    11:02
  )");
}

TEST(S7, OneTakenBetweenBreaksTheRow) {
  expect_scenario(rules(), R"(
    08:00 active
    08:40 -> due posture
    08:45 -> prompt posture
    08:46 answer skip
    08:46 -> skipped posture
    09:26 -> due posture
    09:31 -> prompt posture
    09:32 answer done
    09:32 -> completed posture taken
    09:32 -> posture standing answer
    09:33 sit
    09:33 -> posture sitting said
    10:13 -> due posture
    10:18 -> prompt posture
    10:19 answer skip
    10:19 -> skipped posture
    10:59 -> due posture
    11:00
  )");
}

TEST(S7, ThreeSuchDaysAskOnceWhetherToSwitchItOff) {
  Rig rig(weekly());
  for (int day = 0; day < 6; ++day) {
    day_of(rig, day, 0, 2);
    const auto asked = std::count_if(rig.notes.begin(), rig.notes.end(),
                                     [](const auto& note) { return note.kind == "ask-stand-off"; });
    EXPECT_EQ(asked, day < 2 ? 0 : 1) << day;
  }
}

}  // namespace
}  // namespace poised::core
