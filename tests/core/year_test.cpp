// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <iostream>

#include "rules.hpp"
#include "year.hpp"

// A working year of one person, at the cost that a daemon may have.
namespace poised::core {
namespace {

// Instrumented and unoptimized builds are slower by nature.
constexpr int allowance() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
  return 50;
#elif !defined(NDEBUG) || defined(_GLIBCXX_ASSERTIONS)
  return 10;
#else
  return 5;
#endif
}

TEST(Year, ADayIsTheSameEveryDay) {
  const auto year = live(default_policy());
  ASSERT_GE(year.days.size(), 364u);
  std::size_t working_days = 0;
  for (const auto& day : year.days) {
    if (day.present == Duration::zero()) continue;
    ++working_days;
    EXPECT_EQ(day.present, 8h + 15min - 30s - 30s) << "but for the end of each half";
    EXPECT_EQ(day.sessions, 2u);
    EXPECT_EQ(day.prompts, 6u);
    EXPECT_EQ(day.taken, 6u);
    EXPECT_EQ(day.natural, 2u) << "lunch and the evening";
    EXPECT_EQ(day.missed + day.expired + day.skipped + day.snoozed + day.held, 0u);
  }
  EXPECT_EQ(working_days, 260u);
}

Year best_of_five(const Policy& policy, const char* name) {
  auto best = live(policy);
  for (int i = 0; i < 4; ++i) {
    auto again = live(policy);
    if (again.spent < best.spent) best = std::move(again);
  }
  std::cout << name << ": " << best.spent / std::chrono::microseconds(1) << " us a year, "
            << best.events << " events, "
            << best.spent.count() / static_cast<std::int64_t>(best.events) << " ns an event, "
            << best.commands << " commands\n";
  return best;
}

TEST(Year, CostsLittle) {
  const auto plain = best_of_five(default_policy(), "defaults");
  auto policy = with({"micro", "rest", "stretch"});
  policy.daily_limit.enabled = true;
  const auto busy = best_of_five(policy, "every break");
  for (const auto& year : {plain, busy}) {
    EXPECT_GT(year.events, 100'000u);
    EXPECT_LT(year.spent / static_cast<std::int64_t>(year.events), 100ns * allowance());
  }
  EXPECT_LT(plain.spent, 10ms * allowance());
}

// Each kind decides something of its own several times a day; the events in between cost the same.
TEST(Year, CostsInProportionToWhatIsDecided) {
  const auto one = best_of_five(of_many_kinds(1), "one kind");
  const auto many = best_of_five(of_many_kinds(50), "fifty kinds");
  EXPECT_GT(many.commands, one.commands + 100'000);
  EXPECT_LT(many.spent, one.spent * 50);
}

}  // namespace
}  // namespace poised::core
