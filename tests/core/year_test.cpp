// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <iostream>

#include "rig.hpp"
#include "rules.hpp"

// A working year of one person, at the cost that a daemon may have.
namespace poised::core {
namespace {

struct Year {
  std::size_t events = 0;
  std::size_t commands = 0;
  std::vector<DayTotals> days;
  Duration spent{};
};

// Not the time on the wall: other programs run beside the tests.
Duration processor_time() {
  return Duration(static_cast<std::int64_t>(std::clock()) * (1'000'000'000 / CLOCKS_PER_SEC));
}

// Five days a week, 08:00 to 17:00 with lunch; types for four and a half minutes of each five, and
// answers a prompt at the next pause but one. Only armed deadlines wake the core.
Year live(const Policy& policy) {
  Year year;
  State state;
  CommandSink out;
  out.reserve(64);
  std::optional<Instant> armed;
  std::uint64_t open = 0;
  auto now = monday;
  const auto feed = [&](const Event& event) {
    out.clear();
    step(state, event, now, policy, out);
    ++year.events;
    year.commands += out.size();
    for (const auto& command : out) {
      if (const auto* arm = std::get_if<ArmTimer>(&command)) armed = arm->at;
      if (const auto* show = std::get_if<ShowPrompt>(&command)) open = show->prompt.id;
      if (const auto* record = std::get_if<Record>(&command)) {
        if (record->fact.kind == FactKind::day) year.days.push_back(*record->fact.totals);
      }
    }
  };
  const auto until = [&](Instant to) {
    while (armed && *armed < to) {
      now = *armed;
      feed(TimerElapsed{});
    }
    now = to;
  };
  const auto work = [&](Instant from, Instant to) {
    for (auto at = from; at < to; at += 5min) {
      until(at);
      feed(InputResumed{});
      until(at + 4min + 30s);
      feed(InputStopped{Device::any, now});
      if (open != 0) {
        until(now + 10s);
        feed(Answered{open, Answer::done});
        open = 0;
      }
    }
  };

  const auto begin = processor_time();
  feed(ClockSet{wall_of_monday()});
  for (int day = 0; day < 364; ++day) {
    if (day % 7 >= 5) continue;
    const auto midnight = monday + day * 24h;
    work(midnight + 8h, midnight + 12h);
    until(midnight + 12h);
    feed(LockChanged{true});
    until(midnight + 12h + 45min);
    feed(LockChanged{false});
    work(midnight + 12h + 45min, midnight + 17h);
    until(midnight + 17h);
    feed(SleepChanged{true});
    until(midnight + 24h + 7h + 59min);
    feed(SleepChanged{false});
  }
  until(monday + 364 * 24h + 5h);
  year.spent = processor_time() - begin;
  return year;
}

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

}  // namespace
}  // namespace poised::core
