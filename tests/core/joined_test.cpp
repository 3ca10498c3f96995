// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "rules.hpp"
#include "scenario.hpp"

// B5c, B12: stretch and stand together.
namespace poised::core {
namespace {

// Stretch at the hour, stand after forty minutes.
Policy both() {
  auto policy = with({"stretch"});
  policy.stand.enabled = StandEnabled::on;
  policy.availability.pull_forward = false;
  return policy;
}

// --------------------------------------------------------------------------------------- B5c

TEST(B5c, StretchJoinsAStandPromptThatComesFirst) {
  auto policy = both();
  entry(policy, "stretch").interval = 46min;
  entry(policy, "stretch").routine = "desk-relief";
  expect_scenario(policy, R"(
    08:00 active
    08:40 -> due posture
    08:41 idle              # five minutes to go
    08:41:08 -> prompt posture +stretch normal posture
    08:41:20 answer done
    08:41:20 -> completed stretch taken
    08:41:20 -> completed posture taken
    08:41:20 -> posture standing answer
    08:42
  )");
}

TEST(B5c, NotIfItIsFurtherAway) {
  auto policy = both();
  entry(policy, "stretch").interval = 46min + 9s;
  expect_scenario(policy, R"(
    08:00 active
    08:40 -> due posture
    08:41 idle
    08:41:08 -> prompt posture normal posture
    08:41:09
  )");
}

TEST(B5c, StandJoinsAStretchHeldOnlyBySpacing) {
  auto policy = both();
  policy.stand.sit_for = 61min;
  entry(policy, "stretch").interval = 61min;
  expect_scenario(policy, R"(
    08:00 active
    08:55 take stretch
    08:55 -> started stretch
    08:56 -> completed stretch taken
    09:01 -> due posture
    09:01 -> held posture spacing
    09:16 -> released posture
    09:17 idle
    09:17:08 -> prompt posture
    09:17:10
  )");
  policy.stand.sit_for = 50min;
  policy.prompt.min_gap = 60min;
  entry(policy, "stretch").interval = 56min;
  expect_scenario(policy, R"(
    08:00 active
    08:00 take stretch
    08:00 -> started stretch
    08:01 -> completed stretch taken
    08:50 -> due posture
    08:50 -> held posture spacing
    08:57 -> due stretch
    08:57 -> held stretch spacing
    09:01 -> released stretch
    09:01 -> released posture
    09:02 idle
    09:02:08 -> prompt posture +stretch
    09:02:10
  )");
}

TEST(B5c, APartnerHeldBySpacingJoinsAReturn) {
  auto policy = both();
  entry(policy, "stretch").interval = 30min;
  expect_scenario(policy, R"(
    08:00 active
    08:30 -> due stretch
    08:31 idle
    08:31:08 -> prompt stretch
    08:31:10 active
    08:35 answer snooze
    08:35 -> snoozed stretch
    08:40 -> due posture
    08:40 -> held posture spacing
    08:41 idle
    08:41:08 -> prompt posture +stretch normal snoozed
    08:41:10
  )");
}

TEST(B5c, NeverAPartnerThatIsSnoozed) {
  auto policy = both();
  entry(policy, "stretch").interval = 37min;
  policy.prompt.min_gap = 1min;
  expect_scenario(policy, R"(
    08:00 active
    08:00 sit
    08:00 -> posture sitting said
    08:34 sit
    08:37 -> due stretch
    08:37:10 idle
    08:37:18 -> prompt posture +stretch
    08:37:20 active
    08:37:30 answer snooze
    08:37:30 -> snoozed posture +stretch
    08:40
  )");
  policy.stand.sit_for = 43min;
  expect_scenario(policy, R"(
    08:00 active
    08:37 -> due stretch
    08:37:10 idle
    08:37:18 -> prompt stretch
    08:37:20 active
    08:42 answer snooze
    08:42 -> snoozed stretch
    08:43 -> due posture
    08:44 idle
    08:44:08 -> prompt posture normal posture
    08:44:10
  )");
}

const char* combined_text = R"(
    08:00 active
    08:40 -> due stretch
    08:40 -> due posture
    08:41 idle
    08:41:08 -> prompt posture +stretch
)";

Policy combined() {
  auto policy = both();
  entry(policy, "stretch").interval = 40min;
  entry(policy, "stretch").routine = "desk-relief";
  return policy;
}

TEST(B5c, StartAcceptsThePostureAndRunsTheStretch) {
  expect_scenario(combined(), std::string(combined_text) + R"(
    08:41:20 answer start
    08:41:20 -> started stretch
    08:41:20 -> completed posture taken
    08:41:20 -> posture standing answer
    08:42:20 -> completed stretch taken
    08:42:21
  )");
}

TEST(B5c, OnePromptOneIdCountedOnce) {
  Rig rig(combined());
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.run_through(monday + 8h + 46min);
  ASSERT_EQ(rig.count(FactKind::prompt), 1u);
  EXPECT_EQ(rig.shown.break_id, "posture");
  EXPECT_EQ(rig.shown.also, std::vector<std::string>{"stretch"});
  EXPECT_EQ(rig.shown.routine, "desk-relief");
  EXPECT_EQ(rig.shown.duration, 60s);
  EXPECT_EQ(rig.now_status().day.prompts, 1u);
  EXPECT_EQ(rig.state.day.first_shows, 1u);
}

TEST(B5c, SkipAndSnoozeActOnBoth) {
  expect_scenario(combined(), std::string(combined_text) + R"(
    08:41:20 active
    08:41:20 answer snooze
    08:41:20 -> snoozed posture +stretch
    08:47 idle
    08:47:08 -> prompt posture +stretch normal snoozed
    08:47:10 active
    08:47:10 answer skip
    08:47:10 -> skipped posture +stretch
    09:27:10 -> due stretch
    09:27:10 -> due posture
    09:27:11
  )");
}

TEST(B5c, ExpiryActsOnBothAndOnlyWhatWasShownAgainIsMissed) {
  expect_scenario(combined(), R"(
    08:00 active
    08:40 -> due stretch
    08:40 -> due posture
    08:45 -> prompt posture +stretch low
    08:55 -> expired posture +stretch
    09:15 -> prompt posture +stretch low expired
    09:25 -> missed posture
    09:25 -> missed stretch
  )");
}

TEST(B5c, LeavingCompletesTheStretchAndThePostureIsDueAgain) {
  expect_scenario(combined(), std::string(combined_text) + R"(
    08:43:08 -> withdrawn posture +stretch since 08:41:00
    08:43:08 -> completed stretch natural since 08:41:00
    08:43:08 -> held posture spacing
    08:46 active
    09:06 -> released posture
    09:07 idle
    09:07:08 -> prompt posture normal posture
    09:07:10
  )");
}

TEST(B5c, AHoldWithdrawsBoth) {
  expect_scenario(combined(), std::string(combined_text) + R"(
    08:41:20 active
    08:42 pause 5
    08:42 -> withdrawn posture +stretch pause
    08:42 -> held stretch pause
    08:42 -> held posture pause
    08:47 -> released stretch
    08:47 -> released posture
    08:48 idle
    08:48:08 -> prompt posture +stretch
  )");
}

TEST(B5c, StandingUpByHandClosesBoth) {
  expect_scenario(combined(), std::string(combined_text) + R"(
    08:41:20 stand
    08:41:20 -> completed posture taken
    08:41:20 -> posture standing said
    08:42
  )");
}

TEST(B5c, TakingTheStretchLeavesThePostureDue) {
  expect_scenario(combined(), std::string(combined_text) + R"(
    08:41:20 take stretch
    08:41:20 -> withdrawn posture +stretch
    08:41:20 -> started stretch
    08:42:20 -> completed stretch taken
    08:42:20 -> held posture spacing
    08:42:21
  )");
}

TEST(B5c, AStretchThatJoinsOutOfTimeIsNotDue) {
  auto policy = both();
  entry(policy, "stretch").interval = 41min + 20s;
  expect_scenario(policy, R"(
    08:00 active
    08:40 -> due posture
    08:41 idle
    08:41:08 -> prompt posture +stretch normal posture
    08:41:10
  )");
}

TEST(B5c, ThePromptTakesReasonAndUrgencyOfTheOneThatMatters) {
  // The stand prompt is offered before the meeting, the stretch is due.
  auto policy = both();
  policy.stand.in_meetings = true;
  entry(policy, "stretch").interval = 30min;
  Rig rig(policy);
  rig.run_to(monday + 8h);
  rig.begin_input();
  const auto at = [&](Duration time) { return wall_of_monday() + time; };
  rig.send(BusyReplaced{"a", {{at(8h + 35min), at(9h + 5min)}}});
  rig.run_to(monday + 8h + 31min);
  rig.end_input();
  rig.run_through(monday + 8h + 31min + 8s);
  ASSERT_EQ(rig.shown.also, std::vector<std::string>{"stretch"});
  EXPECT_EQ(rig.shown.reason, PromptReason::pull_forward);
  EXPECT_EQ(rig.shown.before, at(8h + 35min));
  EXPECT_EQ(rig.shown.urgency, Urgency::normal);

  // The stretch comes back after it expired: that is low, whoever comes along.
  auto slow = both();
  entry(slow, "stretch").interval = 20min;
  slow.stand.sit_for = 44min;
  expect_scenario(slow, R"(
    08:00 active
    08:20 -> due stretch
    08:20:10 idle
    08:20:18 -> prompt stretch normal interval
    08:20:20 active
    08:30:18 -> expired stretch
    08:44 -> due posture
    08:44 -> held posture spacing
    08:45:18 idle
    08:45:26 -> prompt posture +stretch low expired
    08:45:30
  )");
}

// --------------------------------------------------------------------------------------- B12

TEST(B12, StandingUpResetsTheStretch) {
  auto policy = both();
  entry(policy, "stretch").interval = 50min;
  expect_scenario(policy, R"(
    08:00 active
    08:40 -> due posture
    08:41 idle
    08:41:08 -> prompt posture
    08:41:20 active
    08:41:20 answer done
    08:41:20 -> completed posture taken
    08:41:20 -> posture standing answer
    08:56:20 -> note sit
    08:56:20 -> posture sitting note
    09:31:20 -> due stretch
    09:31:21
  )");
}

}  // namespace
}  // namespace poised::core
