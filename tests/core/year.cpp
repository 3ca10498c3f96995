// SPDX-License-Identifier: MIT
#include "year.hpp"

#include <chrono>
#include <ctime>

#include "core/step.hpp"

namespace poised::core {
namespace {

constexpr Instant first_midnight{24h};  // of 2026-03-02, a Monday
constexpr WallTime first_midnight_utc{24h * 20514};

// Not the time on the wall: other programs run beside the tests.
Duration processor_time() {
  return Duration(static_cast<std::int64_t>(std::clock()) * (1'000'000'000 / CLOCKS_PER_SEC));
}

}  // namespace

Year live(const Policy& policy) {
  Year year;
  State state;
  CommandSink out;
  out.reserve(64);
  std::optional<Instant> armed;
  std::uint64_t open = 0;
  auto now = first_midnight;
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
  feed(ClockSet{first_midnight_utc});
  for (int day = 0; day < 364; ++day) {
    if (day % 7 >= 5) continue;
    const auto midnight = first_midnight + day * 24h;
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
  until(first_midnight + 364 * 24h + 5h);
  year.spent = processor_time() - begin;
  return year;
}

Policy of_many_kinds(std::size_t kinds) {
  auto policy = default_policy();
  policy.breaks.clear();
  for (std::size_t i = 0; i < kinds; ++i) {
    BreakPolicy kind;
    kind.id = "kind-" + std::string(1, static_cast<char>('a' + i / 10)) +
              std::string(1, static_cast<char>('0' + i % 10));
    kind.interval = 60min + static_cast<int>(i) * 1min;
    kind.duration = 30s + static_cast<int>(i) * 1s;
    kind.natural = 5min + static_cast<int>(i) * 1s;
    policy.breaks.push_back(kind);
  }
  return policy;
}

}  // namespace poised::core
