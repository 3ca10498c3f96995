// SPDX-License-Identifier: MIT
#include "simulate/runner.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "core/step.hpp"

namespace poised::simulate {
namespace {

using namespace std::chrono_literals;

// Uptime before the run: an hour, so that "before the run" can be expressed.
constexpr core::Instant run_begins{1h};

class Simulation {
 public:
  Simulation(const Run& run, const OnFact& on_fact) : run_(run), on_fact_(on_fact) {
    for (const auto& line : run.lines) queue_.emplace(run_begins + line.elapsed, line.action);
  }

  core::Status run() {
    wall_offset_ = run_.begin - run_begins.time_since_epoch();
    apply(run_begins, first_events());
    const auto end = run_begins + run_.length;
    while (true) {
      const auto next_action = queue_.empty() ? core::Instant::max() : queue_.begin()->first;
      const auto next = std::min(deadline_.value_or(core::Instant::max()), next_action);
      if (next >= end) break;
      // Everything of one moment goes in together: what is due shows only after the moment's last
      // input.
      std::vector<core::Event> events;
      for (auto at = queue_.begin(); at != queue_.end() && at->first <= next; at = queue_.erase(at))
        add_events(at->second, next, events);
      if (events.empty()) events.push_back(core::TimerElapsed{});
      apply(next, events);
    }
    apply(end, {core::TimerElapsed{}});
    return core::status(state_, end, run_.policy);
  }

 private:
  core::WallTime wall_at(core::Instant at) const { return wall_offset_ + at.time_since_epoch(); }

  std::vector<core::Event> first_events() {
    std::vector<core::Event> events{core::ClockSet{wall_at(run_begins)},
                                    core::SourceChanged{true, true, "trace", ""}};
    if (!run_.busy.empty()) events.push_back(core::BusyReplaced{"calendar", run_.busy});
    return events;
  }

  void add_events(const TraceAction& action, core::Instant now, std::vector<core::Event>& events) {
    if (const auto* event = std::get_if<core::Event>(&action)) {
      remember(*event);
      events.push_back(*event);
    } else if (std::holds_alternative<Idle>(action)) {
      // Repeated, it changes nothing: the last input stays where it was.
      if (active_.empty()) return;
      for (const auto device : std::exchange(active_, {}))
        events.push_back(core::InputStopped{device, now});
    } else if (const auto* pause = std::get_if<PauseFor>(&action)) {
      events.push_back(core::Paused{
          "person", "", pause->length ? std::optional(now + *pause->length) : std::nullopt});
    } else if (const auto* step = std::get_if<ClockStep>(&action)) {
      wall_offset_ += step->by;
      events.push_back(core::ClockSet{wall_at(now)});
    } else {
      apply(now, events);
      events.clear();
      restart(now);
    }
  }

  /// What the world would tell a daemon that has just started.
  void remember(const core::Event& event) {
    if (const auto* resumed = std::get_if<core::InputResumed>(&event)) {
      if (std::find(active_.begin(), active_.end(), resumed->device) == active_.end())
        active_.push_back(resumed->device);
    } else if (const auto* lock = std::get_if<core::LockChanged>(&event)) {
      standing_[0] = lock->locked ? std::optional<core::Event>(event) : std::nullopt;
    } else if (const auto* sleep = std::get_if<core::SleepChanged>(&event)) {
      standing_[1] = sleep->asleep ? std::optional<core::Event>(event) : std::nullopt;
    } else if (const auto* signal = std::get_if<core::SignalChanged>(&event)) {
      standing_[2 + static_cast<int>(signal->signal)] =
          signal->on ? std::optional<core::Event>(event) : std::nullopt;
    } else if (std::holds_alternative<core::DeskHeight>(event)) {
      standing_[-1] = event;
    }
  }

  void restart(core::Instant now) {
    const auto saved = core::save(state_);
    state_ = core::State{};
    deadline_.reset();
    auto events = first_events();
    events[0] = core::ClockSet{wall_at(now)};
    events.insert(events.begin() + 1, core::Restored{saved, true, wall_at(now)});
    for (const auto& [key, event] : standing_)
      if (event) events.push_back(*event);
    for (const auto device : active_) events.push_back(core::InputResumed{device});
    apply(now, events);
  }

  void apply(core::Instant now, const std::vector<core::Event>& events) {
    if (events.empty()) return;
    commands_.clear();
    core::step(state_, events, now, run_.policy, commands_);
    // Reactions may add to the queue, never to this moment's commands.
    for (const auto& command : commands_) {
      if (const auto* timer = std::get_if<core::ArmTimer>(&command)) deadline_ = timer->at;
      const auto* record = std::get_if<core::Record>(&command);
      if (!record) continue;
      on_fact_(record->fact, core::wall_time(state_, record->fact.at),
               record->fact.at - run_begins);
      if (!run_.react) continue;
      for (auto& reaction : run_.react(record->fact, run_.policy))
        queue_.emplace(now + reaction.after, std::move(reaction.action));
    }
  }

  const Run& run_;
  const OnFact& on_fact_;
  core::State state_;
  core::CommandSink commands_;
  std::multimap<core::Instant, TraceAction> queue_;  // equal times keep their order
  std::optional<core::Instant> deadline_;
  core::WallTime wall_offset_{};
  std::vector<core::Device> active_;
  std::map<int, std::optional<core::Event>> standing_;
};

}  // namespace

core::Status run(const Run& run, const OnFact& on_fact) {
  return Simulation(run, on_fact).run();
}

core::Duration until_day_turn(core::WallTime at, const core::Policy& policy) {
  const auto local = at.time_since_epoch() + core::Duration(core::zone_offset(policy, at)) -
                     policy.session.day_starts;
  const auto today = std::chrono::floor<std::chrono::days>(local);
  const auto next_local = core::Duration(today) + 24h + policy.session.day_starts;
  return utc_of_local(next_local, policy) - at;
}

}  // namespace poised::simulate
