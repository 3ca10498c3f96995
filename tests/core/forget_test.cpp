// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "core/forget.hpp"
#include "rig.hpp"
#include "rules.hpp"

// Privacy: what "forget" leaves, and that what goes on is not disturbed.
namespace poised::core {
namespace {

Policy rules() {
  auto policy = with_an_exercise();
  policy.stand.enabled = StandEnabled::on;
  policy.stand.grow = true;
  policy.daily_limit.enabled = true;
  policy.programme.plans = {{"plan", true, false, false, "", {{"first", 7, "short", 1}}}};
  return policy;
}

/// Two hours into a working day, with something of everything behind it.
Rig someone() {
  Rig rig(rules());
  rig.state.stand.said = true;
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.send(PlanStarted{"plan"});
  rig.send(CheckedIn{4, 3, false});
  rig.run_to(monday + 10h);
  rig.state.stand.grown = 5min;
  rig.state.stand.offers = 4;
  rig.state.stand.declined_in_row = rig.state.stand.doubled_days = 1;
  EXPECT_GT(rig.state.day.totals.prompts, 0U);
  EXPECT_GT(rig.now_status().today, 100min);
  return rig;
}

TEST(Forget, EndsNothingThatGoesOn) {
  auto rig = someone();
  const auto before = rig.now_status();
  rig.send(Forgotten{false});
  const auto after = rig.now_status();
  EXPECT_EQ(after.today, Duration::zero());
  EXPECT_EQ(after.keyboard_active, Duration::zero());
  EXPECT_EQ(after.day.prompts, 0U);
  EXPECT_EQ(after.day.standing, Duration::zero());
  EXPECT_EQ(after.session, before.session);
  ASSERT_EQ(after.breaks.size(), before.breaks.size());
  for (std::size_t i = 0; i < before.breaks.size(); ++i) {
    if (before.breaks[i].id == "daily-limit" || before.breaks[i].id == "session") continue;
    EXPECT_EQ(after.breaks[i].worked, before.breaks[i].worked) << before.breaks[i].id;
  }
  EXPECT_EQ(rig.state.programme.plan, "plan");
  EXPECT_EQ(rig.state.programme.last, 4U);
  rig.run_to(monday + 11h);
  EXPECT_EQ(rig.now_status().today, 1h);
  EXPECT_TRUE(rig.violations.empty()) << rig.violations.front();
}

TEST(Forget, AllTakesThePlanItsAnswersAndWhatWasLearntToo) {
  auto rig = someone();
  rig.send(ExerciseHurt{rig.policy.programme.exercises.at(0).id});
  ASSERT_FALSE(rig.state.programme.hurt.empty());
  rig.send(Forgotten{true});
  Programme expected;
  expected.today = rig.state.programme.today;
  EXPECT_EQ(rig.state.programme, expected);
  EXPECT_EQ(rig.state.stand.grown, Duration::zero());
  EXPECT_EQ(rig.state.stand.offers, 0U);
  EXPECT_EQ(rig.state.stand.declined_in_row, 0U);
  EXPECT_EQ(rig.state.stand.doubled_days, 0U);
  std::vector<std::string> ids;
  for (const auto& entry : rig.state.breaks) ids.push_back(entry.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"micro", "rest", "stretch", "daily-limit", "session",
                                           "posture"}));
  rig.run_to(monday + 17h);
  EXPECT_TRUE(rig.violations.empty()) << rig.violations.front();
}

TEST(Forget, WithdrawsThePlansOwnPrompt) {
  Rig rig(rules());
  rig.run_to(monday + 8h);
  rig.begin_input();
  rig.send(PlanStarted{"plan"});
  rig.run_to(monday + 8h + 40min);
  ASSERT_NE(rig.on_screen, 0U) << "no session was offered";
  ASSERT_EQ(rig.state.prompt.index + 2, rig.state.breaks.size());
  rig.send(Forgotten{true});
  EXPECT_EQ(rig.on_screen, 0U);
  EXPECT_EQ(rig.state.prompt.id, 0U);
  EXPECT_TRUE(rig.violations.empty()) << rig.violations.front();
}

TEST(Forget, KeepsTheStopAfterAWarningSignButNotTheSign) {
  auto rig = someone();
  rig.send(WarningReported{"numbness"});
  rig.send(Forgotten{true});
  EXPECT_TRUE(rig.state.programme.stopped);
  EXPECT_EQ(rig.state.programme.sign, "warning");
  rig.send(Cleared{});
  EXPECT_FALSE(rig.state.programme.stopped);
}

TEST(Forget, OfASavedStateIsTheSameAsOfARunningOne) {
  auto rig = someone();
  rig.send(TimerElapsed{});
  auto saved = save(rig.state);
  forget(saved.memory, saved.boottime, true);
  rig.send(Forgotten{true});
  EXPECT_EQ(saved.memory.day, rig.state.day);
  EXPECT_EQ(saved.memory.programme, rig.state.programme);
  EXPECT_EQ(saved.memory.stand, rig.state.stand);
}

TEST(Forget, TheDailyLimitCountsAnew) {
  auto rig = someone();
  const auto limit = [&] {
    for (const auto& entry : rig.now_status().breaks)
      if (entry.id == "daily-limit") return *entry.due_in;
    return Duration::zero();
  };
  EXPECT_LT(limit(), rig.policy.daily_limit.interval);
  rig.send(Forgotten{false});
  EXPECT_EQ(limit(), rig.policy.daily_limit.interval);
}

}  // namespace
}  // namespace poised::core
