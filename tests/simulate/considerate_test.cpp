// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "rig.hpp"
#include "simulate/persona.hpp"
#include "simulate/tally.hpp"

// What the defaults ask of an ordinary person, and that docs/rules.md says the same.
namespace poised::simulate {
namespace {

using namespace std::chrono_literals;

constexpr int seeds = 10;
constexpr int days = 5;  // the first week of each person

struct Numbers {
  unsigned days = 0;
  unsigned prompts = 0;     ///< shown, returns included
  unsigned asked = 0;       ///< without returns
  unsigned most_a_day = 0;  ///< shown
  unsigned in_meetings = 0;
  unsigned too_near = 0;  ///< asked within 20 minutes present of the last one's end
  core::Duration longest_sitting{};
};

/// One week of one person, added to `numbers`.
void live(std::uint64_t seed, Habit habit, Numbers& numbers) {
  Run run;
  run.policy = core::default_policy();
  const auto monday = std::get<core::WallTime>(read_time("2026-03-02T00:00", run.policy));
  Persona persona("office", monday, days, seed, habit, run.policy);
  run.begin = persona.begin();
  run.busy = persona.calendar();
  Tally tally;
  std::optional<core::Duration> closed;  // present time at the end of the last prompt
  bool withdrawn_for_a_hold = false;
  std::uint64_t open = 0;
  const auto outcome = simulate::run(run, persona, [&](const Decision& decision) {
    using core::FactKind;
    tally.take(decision);
    // What ended in a pause that turns out to be absence ended at its beginning (B1).
    if (closed) closed = std::min(*closed, decision.present);
    const auto& fact = decision.fact;
    switch (fact.kind) {
      case FactKind::prompt: {
        open = fact.prompt_id;
        const bool returns = fact.reason == core::PromptReason::snoozed ||
                             fact.reason == core::PromptReason::expired;
        if (!returns) ++numbers.asked;
        if (closed && !returns && !withdrawn_for_a_hold && decision.present - *closed < 20min) {
          ++numbers.too_near;
          ADD_FAILURE() << "seed " << seed << ", habit " << static_cast<int>(habit) << ": prompt "
                        << fact.prompt_id << " (" << fact.break_id << ") "
                        << (decision.present - *closed) / 1s << " s after the last, at "
                        << decision.wall.time_since_epoch() / 1s;
        }
        withdrawn_for_a_hold = false;
        break;
      }
      case FactKind::withdrawn:
        // Shown again after the hold, it is the same one still.
        withdrawn_for_a_hold = !fact.by.empty();
        if (!withdrawn_for_a_hold) closed = decision.present;
        break;
      case FactKind::completed:
      case FactKind::snoozed:
      case FactKind::skipped:
      case FactKind::expired:
      case FactKind::missed:
        if (fact.prompt_id == open && open != 0) closed = decision.present;
        break;
      default:
        break;
    }
  });
  tally.finish(outcome);
  numbers.days += tally.days;
  numbers.prompts += tally.totals.prompts;
  numbers.most_a_day = std::max(numbers.most_a_day, tally.most_prompts);
  numbers.in_meetings += tally.in_meetings;
  numbers.longest_sitting = std::max(numbers.longest_sitting, tally.totals.longest_sitting);
}

Numbers live(Habit habit) {
  Numbers numbers;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) live(seed, habit, numbers);
  return numbers;
}

std::string table_row(const std::string& name, const Numbers& numbers) {
  char text[160];
  std::snprintf(
      text, sizeof text, "| %-11s | %15.1f | %8.1f | %9u | %11u | %11lld min |", name.c_str(),
      static_cast<double>(numbers.asked) / numbers.days,
      static_cast<double>(numbers.prompts) / numbers.days, numbers.most_a_day, numbers.in_meetings,
      static_cast<long long>(
          std::chrono::duration_cast<std::chrono::minutes>(numbers.longest_sitting).count()));
  return text;
}

TEST(AConsiderateDay, AsksLittleAndNeverInMeetings) {
  const auto obeys = live(Habit::obeys);
  const auto ignores = live(Habit::ignores);
  const auto snoozes = live(Habit::snoozes);
  const std::vector<std::string> table{
      "| Prompts are | Asked, each day | Returned | Most      | In meetings | Longest sitting |",
      table_row("started", obeys), table_row("ignored", ignores), table_row("snoozed", snoozes)};
  for (const auto& line : table) std::cout << line << '\n';

  ASSERT_EQ(obeys.days, seeds * days);
  EXPECT_GT(obeys.prompts, obeys.days * 3);  // it does ask
  EXPECT_LE(obeys.most_a_day, 8U);
  EXPECT_LE(obeys.longest_sitting, 50min);
  for (const auto* numbers : {&obeys, &ignores, &snoozes}) {
    EXPECT_EQ(numbers->in_meetings, 0U);
    EXPECT_EQ(numbers->too_near, 0U);
  }
  // Whoever ignores everything is asked no more often for it.
  EXPECT_LE(ignores.asked, obeys.asked);
  EXPECT_LE(snoozes.most_a_day, 13U);

  std::ifstream file(RULES_DOCUMENT);
  std::ostringstream text;
  text << file.rdbuf();
  for (std::size_t i = 1; i < table.size(); ++i)
    EXPECT_NE(text.str().find(table[i]), std::string::npos)
        << "docs/rules.md has no line " << table[i];
}

}  // namespace
}  // namespace poised::simulate
