// SPDX-License-Identifier: MIT
#include "simulate/persona.hpp"

#include <gmock/gmock.h>

#include "rig.hpp"
#include "simulate/tally.hpp"

namespace poised::simulate {
namespace {

using namespace std::chrono_literals;

core::WallTime monday() {
  return std::get<core::WallTime>(read_time("2026-03-02T00:00", core::Policy()));
}

struct Told {
  Tally tally;
  std::vector<std::string> story;
};

Told told_of(const std::string& name, int days, std::uint64_t seed, Habit habit = Habit::obeys,
             core::Policy policy = core::default_policy()) {
  Run run;
  run.policy = std::move(policy);
  Persona persona(name, monday(), days, seed, habit, run.policy);
  run.begin = persona.begin();
  run.busy = persona.calendar();
  Told told;
  core::Duration last{};
  const auto outcome = simulate::run(run, persona, [&](const Decision& decision) {
    EXPECT_GE(decision.elapsed, last);
    last = decision.elapsed;
    told.tally.take(decision);
    told.story.push_back(std::to_string(decision.elapsed.count()) + " " +
                         core::word(decision.fact.kind) + " " + decision.fact.break_id + " " +
                         std::to_string(decision.fact.prompt_id));
  });
  told.tally.finish(outcome);
  return told;
}

class EachPersona : public testing::TestWithParam<std::string> {};

TEST_P(EachPersona, IsTheSamePersonForTheSameSeed) {
  const auto once = told_of(GetParam(), 5, 7, Habit::mixed);
  EXPECT_EQ(once.story, told_of(GetParam(), 5, 7, Habit::mixed).story);
  EXPECT_NE(once.story, told_of(GetParam(), 5, 8, Habit::mixed).story);
}

TEST_P(EachPersona, WorksADayThatAPersonCould) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto tally = told_of(GetParam(), 5, seed).tally;
    const bool at_night = GetParam() == "night-shift";
    EXPECT_EQ(tally.days, at_night ? 6U : 5U);  // the last shift ends on Saturday
    EXPECT_GT(tally.totals.present, 5 * (GetParam() == "part-time" ? 2h : 4h));
    EXPECT_LT(tally.totals.present, 5 * 10h);
    EXPECT_GT(tally.totals.sessions, 5U);
    EXPECT_EQ(tally.in_meetings, 0U);
    // Outside the default hours nothing is asked.
    EXPECT_EQ(tally.totals.prompts > 0, !at_night);
    EXPECT_GT(at_night ? tally.totals.held : tally.totals.taken + tally.totals.natural, 0U);
  }
}

TEST_P(EachPersona, DoesNotWorkAtTheWeekend) {
  const auto week = told_of(GetParam(), 5, 3).tally;
  const auto longer = told_of(GetParam(), 7, 3).tally;
  EXPECT_EQ(week.days, longer.days);
  EXPECT_EQ(week.totals, longer.totals);
}

INSTANTIATE_TEST_SUITE_P(Personas, EachPersona, testing::ValuesIn(persona_names()),
                         [](const auto& persona) {
                           auto name = persona.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST(Habits, DecideWhatBecomesOfPrompts) {
  const auto obeys = told_of("developer", 10, 1, Habit::obeys).tally.totals;
  EXPECT_GT(obeys.taken, 20U);
  EXPECT_EQ(obeys.snoozed + obeys.skipped + obeys.missed, 0U);

  const auto ignores = told_of("developer", 10, 1, Habit::ignores).tally.totals;
  EXPECT_EQ(ignores.taken + ignores.snoozed + ignores.skipped, 0U);
  EXPECT_GT(ignores.missed, 10U);
  EXPECT_GT(ignores.expired, 5U);
  EXPECT_EQ(ignores.standing, 0s);

  const auto snoozes = told_of("developer", 10, 1, Habit::snoozes).tally.totals;
  EXPECT_GT(snoozes.snoozed, 20U);
  EXPECT_GT(snoozes.taken, 20U);
  EXPECT_GT(snoozes.prompts, obeys.prompts);

  const auto mixed = told_of("developer", 10, 1, Habit::mixed).tally.totals;
  EXPECT_GT(mixed.taken, 0U);
  EXPECT_GT(mixed.snoozed, 0U);
  EXPECT_GT(mixed.skipped, 0U);
  EXPECT_GT(mixed.missed + mixed.expired, 0U);
}

TEST(Habits, MoveTheDeskOfThoseWhoHaveOne) {
  EXPECT_GT(told_of("office", 5, 1).tally.totals.standing, 3h);
  EXPECT_EQ(told_of("meetings", 5, 1).tally.totals.standing, 0s);
  auto policy = core::default_policy();
  policy.stand.enabled = core::StandEnabled::on;
  EXPECT_GT(told_of("meetings", 5, 1, Habit::obeys, policy).tally.totals.standing, 1h);
  policy.stand.enabled = core::StandEnabled::off;
  EXPECT_EQ(told_of("office", 5, 1, Habit::obeys, policy).tally.totals.standing, 0s);
}

TEST(Habits, HaveNamesOfTheirOwn) {
  for (const auto& name : habit_names()) EXPECT_TRUE(habit_of(name)) << name;
  EXPECT_EQ(habit_of("snoozes"), Habit::snoozes);
  EXPECT_EQ(habit_of("sulks"), std::nullopt);
}

}  // namespace
}  // namespace poised::simulate
