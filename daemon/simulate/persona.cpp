// SPDX-License-Identifier: MIT
#include "simulate/persona.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <random>
#include <set>

#include "core/status.hpp"

namespace poised::simulate {
namespace {

using namespace std::chrono_literals;

/// A stretch of the day that has a fixed place in it, as local time of day.
struct Slot {
  core::Duration from, to;
};

struct Habits {
  std::vector<Slot> work;      ///< at the desk, but for what is below
  std::vector<Slot> meetings;  ///< in the calendar; spent away from input
  bool calls = false;  ///< meetings are calls: the microphone is in use, and there is some input
  int longest_burst_s = 240;  ///< of typing or pointing without a pause of a few seconds
  double reading = 0.12;      ///< share of pauses that last up to a few minutes
  double leaving = 0.015;     ///< share of pauses in which the person walks off
  std::uint8_t weekdays = 0b0011111;
};

const std::map<std::string, Habits, std::less<>>& all_habits() {
  static const std::map<std::string, Habits, std::less<>> habits{
      {"office",
       {.work = {{8h + 30min, 12h + 15min}, {13h, 17h + 15min}},
        .meetings = {{10h, 10h + 45min}, {14h, 15h}}}},
      {"developer",
       {.work = {{9h + 15min, 12h + 45min}, {13h + 30min, 18h + 30min}},
        .meetings = {{9h + 45min, 10h}},
        .calls = true,
        .longest_burst_s = 420,
        .reading = 0.2,
        .leaving = 0.008}},
      {"meetings",
       {.work = {{8h, 12h}, {12h + 45min, 17h + 30min}},
        .meetings = {{8h + 30min, 9h + 30min},
                     {9h + 30min, 10h + 30min},
                     {11h, 12h},
                     {13h, 14h},
                     {14h, 14h + 30min},
                     {15h, 16h + 30min}},
        .calls = true}},
      {"call-centre",
       {.work = {{8h, 11h + 30min}, {12h, 16h + 30min}},
        .meetings = {},
        .longest_burst_s = 90,
        .reading = 0.3,
        .leaving = 0.01}},
      {"part-time", {.work = {{9h, 13h}}, .meetings = {{11h, 11h + 30min}}}},
      {"night-shift",
       {.work = {{0h, 2h + 30min}, {3h + 15min, 6h}, {22h, 24h}},
        .meetings = {},
        .weekdays = 0b0011111}}};
  return habits;
}

class Writer {
 public:
  Writer(const Habits& habits, std::uint64_t seed, core::WallTime begin, const core::Policy& policy)
      : habits_(habits), random_(seed), begin_(begin), policy_(policy) {}

  void day(core::Duration midnight) {
    const auto slack = seconds(-900, 900);
    for (const auto& work : habits_.work) {
      const auto from = std::max(midnight, midnight + work.from + (work.from > 0h ? slack : 0s));
      spend(midnight, from, midnight + work.to + seconds(-600, work.to < 24h ? 600 : 0));
    }
  }

  std::vector<TraceLine> take_lines() { return std::move(lines_); }
  std::vector<core::BusyInterval> take_busy() { return std::move(busy_); }

 private:
  core::Duration seconds(int least, int most) {
    return std::chrono::seconds(std::uniform_int_distribution<int>(least, most)(random_));
  }
  bool chance(double share) { return std::bernoulli_distribution(share)(random_); }

  void add(core::Duration local, TraceAction action) {
    const auto at = utc_of_local(local, policy_);
    const auto elapsed =
        std::max(at - begin_, lines_.empty() ? core::Duration{} : lines_.back().elapsed);
    lines_.push_back({at, elapsed, std::move(action)});
  }

  /// Works from `from` to `to` (local), going to the meetings in between, then locks the screen.
  void spend(core::Duration midnight, core::Duration from, core::Duration to) {
    auto now = from;
    add(now, core::Event(core::LockChanged{false}));
    for (const auto& meeting : habits_.meetings) {
      const auto begin = midnight + meeting.from, end = midnight + meeting.to;
      if (begin < now || end > to) continue;
      work(now, begin);
      busy_.push_back(
          {utc_of_local(begin, policy_), utc_of_local(end, policy_), core::BusyClass::busy, false});
      now = habits_.calls ? call(begin, end + seconds(-120, 240)) : end + seconds(-60, 240);
    }
    work(now, to);
    add(to, Idle{});
    add(to, core::Event(core::LockChanged{true}));
  }

  core::Duration call(core::Duration from, core::Duration to) {
    add(from, core::Event(core::SignalChanged{core::LiveSignal::mic, true}));
    for (auto now = from + seconds(30, 240); now < to; now += seconds(60, 400)) {
      add(now, core::Event(core::InputResumed{core::Device::pointer}));
      now += seconds(2, 20);
      add(now, Idle{});
    }
    const auto end = std::max(
        to, lines_.back().at.time_since_epoch() + core::zone_offset(policy_, lines_.back().at));
    add(end, core::Event(core::SignalChanged{core::LiveSignal::mic, false}));
    return end;
  }

  void work(core::Duration now, core::Duration until) {
    while (now < until) {
      add(now, core::Event(core::InputResumed{chance(0.6) ? core::Device::keyboard
                                                          : core::Device::pointer}));
      now = std::min(now + seconds(15, habits_.longest_burst_s), until);
      add(now, Idle{});
      now += chance(habits_.leaving)   ? seconds(240, 900)
             : chance(habits_.reading) ? seconds(20, 200)
                                       : seconds(3, 15);
    }
  }

  const Habits& habits_;
  std::mt19937_64 random_;
  core::WallTime begin_;
  const core::Policy& policy_;
  std::vector<TraceLine> lines_;
  std::vector<core::BusyInterval> busy_;
};

}  // namespace

const std::vector<std::string>& persona_names() {
  static const std::vector<std::string> names{"office",      "developer", "meetings",
                                              "call-centre", "part-time", "night-shift"};
  return names;
}

std::optional<Run> persona(std::string_view name, core::WallTime from, int days, std::uint64_t seed,
                           const core::Policy& policy) {
  const auto habits = all_habits().find(name);
  if (habits == all_habits().end()) return std::nullopt;
  const auto local = from.time_since_epoch() + core::Duration(core::zone_offset(policy, from));
  const auto first_day = std::chrono::floor<std::chrono::days>(local);
  Run run;
  run.policy = policy;
  run.begin = utc_of_local(first_day, policy);
  Writer writer(habits->second, seed, run.begin, policy);
  for (int day = 0; day < days; ++day) {
    const auto midnight = first_day + std::chrono::days(day);
    const std::chrono::weekday weekday{std::chrono::sys_days(midnight)};
    if (habits->second.weekdays & (1u << (weekday.iso_encoding() - 1))) writer.day(midnight);
  }
  run.lines = writer.take_lines();
  run.busy = writer.take_busy();
  const auto end = utc_of_local(first_day + std::chrono::days(days), policy);
  // To the day turn after the last day, so that its totals are told.
  run.length = end - run.begin + until_day_turn(end, policy) + 1s;
  return run;
}

std::function<std::vector<Reaction>(const core::Fact&, const core::Policy&)> reactions(
    Habit habit, std::uint64_t seed) {
  struct Memory {
    std::mt19937_64 random;
    std::set<std::uint64_t> snoozed;
  };
  auto memory = std::make_shared<Memory>(Memory{std::mt19937_64(seed), {}});
  return [habit, memory](const core::Fact& fact,
                         const core::Policy& policy) -> std::vector<Reaction> {
    if (fact.kind != core::FactKind::prompt) return {};
    auto& random = memory->random;
    const core::Duration soon =
        std::chrono::seconds(std::uniform_int_distribution<int>(3, 25)(random));
    const auto answer = [&](core::Answer what) {
      return std::vector<Reaction>{{soon, core::Event(core::Answered{fact.prompt_id, what})}};
    };
    const auto take = [&] {
      auto list = answer(core::Answer::start);
      core::Duration length = 0s;
      for (const auto& entry : policy.breaks)
        if (entry.id == fact.break_id) length = std::max(entry.duration, entry.routine_length);
      // Up from the chair, and at work again a little after it.
      list.push_back({soon, Idle{}});
      list.push_back({soon + length + 5s, core::Event(core::InputResumed{core::Device::keyboard})});
      return list;
    };
    switch (habit) {
      case Habit::ignores:
        return {};
      case Habit::obeys:
        return take();
      case Habit::snoozes_once:
        return memory->snoozed.insert(fact.prompt_id).second &&
                       fact.reason != core::PromptReason::snoozed
                   ? answer(core::Answer::snooze)
                   : take();
      case Habit::mixed: {
        const auto dice = std::uniform_int_distribution<int>(0, 9)(random);
        if (dice < 6) return take();
        if (dice == 6) return answer(core::Answer::snooze);
        if (dice == 7) return answer(core::Answer::skip);
        if (dice == 8) return answer(core::Answer::dismiss);
        return {};
      }
    }
    return {};
  };
}

}  // namespace poised::simulate
