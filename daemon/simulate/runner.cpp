// SPDX-License-Identifier: MIT
#include "simulate/runner.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "core/local_time.hpp"
#include "core/step.hpp"

namespace poised::simulate {
namespace {

using namespace std::chrono_literals;

// Uptime before the run: an hour, so that "before the run" can be expressed.
constexpr core::Instant run_begins{1h};
constexpr const char* calendar = "calendar";
// A calendar that nobody reads again is given up after a day (A8).
constexpr core::Duration calendar_read_every = 12h;

class Simulation {
 public:
  Simulation(const Run& run, Script& script, const OnDecision& on_decision)
      : run_(run), script_(script), on_decision_(on_decision) {}

  Outcome run() {
    wall_offset_ = run_.begin - run_begins.time_since_epoch();
    remember(core::BusyReplaced{calendar, run_.busy});
    apply(run_begins, first_events(run_begins));
    auto end = core::Instant::max();
    if (run_.length) end = run_begins + *run_.length;
    for (auto now = run_begins; true;) {
      const auto action_at = script_.next();
      if (!action_at && !run_.length && end == core::Instant::max())
        end = now + until_day_turn(wall_at(now), run_.policy);
      const auto next = std::min({deadline_.value_or(core::Instant::max()), calendar_at_,
                                  action_at ? run_begins + *action_at : core::Instant::max()});
      if (next >= end) break;
      // Only what the script does moves the end; the core's own deadlines go on for ever.
      if (action_at) now = run_begins + *action_at;
      advance_to(next);
    }
    if (!stopped_) apply(end, {core::TimerElapsed{}});
    return {core::status(state_, end, run_.policy), wall_at(end), end - run_begins};
  }

 private:
  core::WallTime wall_at(core::Instant at) const { return wall_offset_ + at.time_since_epoch(); }

  // Everything of one moment goes in together: what is due shows only after the moment's last
  // input.
  void advance_to(core::Instant now) {
    events_.clear();
    while (const auto at = script_.next()) {
      if (run_begins + *at > now) break;
      if (auto action = script_.take()) add_events(std::move(*action), now);
    }
    if (now >= calendar_at_) {
      calendar_at_ = now + calendar_read_every;
      events_.emplace_back(core::BusyReplaced{calendar, busy_});
    }
    if (stopped_) return;
    if (events_.empty()) events_.emplace_back(core::TimerElapsed{});
    apply(now, events_);
  }

  std::vector<core::Event> first_events(core::Instant now) const {
    return {core::ClockSet{wall_at(now)}, core::SourceChanged{true, true, "trace", ""},
            core::BusyReplaced{calendar, busy_}};
  }

  void add_events(Action action, core::Instant now) {
    if (auto* event = std::get_if<core::Event>(&action)) {
      remember(*event);
      events_.push_back(std::move(*event));
    } else if (std::holds_alternative<Idle>(action)) {
      for (const auto device : std::exchange(active_, {}))
        events_.emplace_back(core::InputStopped{device, now});
    } else if (const auto* pause = std::get_if<PauseFor>(&action)) {
      events_.emplace_back(core::Paused{
          "person", "", pause->length ? std::optional(now + *pause->length) : std::nullopt});
    } else if (const auto* step = std::get_if<ClockStep>(&action)) {
      wall_offset_ += step->by;
      events_.emplace_back(core::ClockSet{wall_at(now)});
    } else if (auto* recorded = std::get_if<store::Recorded>(&action)) {
      add_recorded(std::move(*recorded), now);
    } else {
      events_.emplace_back(core::TimerElapsed{});
      apply(now, events_);
      events_.clear();
      restart(now);
    }
  }

  // What a daemon was told, with its starts and stops.
  void add_recorded(store::Recorded recorded, core::Instant now) {
    if (recorded.kind == store::Recorded::Kind::told) {
      auto event = store::moved_to(std::move(*recorded.event), now, wall_at(now));
      remember(event);
      events_.push_back(std::move(event));
      return;
    }
    // A kill leaves its last input as the moment at which it ended.
    if (!stopped_ && !events_.empty()) apply(now, events_);
    stopped_ = recorded.kind == store::Recorded::Kind::stop;
    deadline_.reset();
    calendar_at_ = core::Instant::max();  // its readings are recorded, too
    events_.clear();
    if (stopped_) return;
    state_ = core::State{};
    active_.clear();
    busy_.clear();
    signals_ = {};
    inhibitor_ = false;
    desk_.reset();
    source_.reset();
    locked_ = asleep_ = false;
    seat_active_ = true;
    events_.emplace_back(core::ClockSet{wall_at(now)});
    if (recorded.event)
      events_.push_back(store::moved_to(std::move(*recorded.event), now, wall_at(now)));
  }

  /// What the world would tell a daemon that has just started.
  void remember(const core::Event& event) {
    if (const auto* resumed = std::get_if<core::InputResumed>(&event)) {
      if (std::find(active_.begin(), active_.end(), resumed->device) == active_.end())
        active_.push_back(resumed->device);
    } else if (const auto* lock = std::get_if<core::LockChanged>(&event)) {
      locked_ = lock->locked;
    } else if (const auto* sleep = std::get_if<core::SleepChanged>(&event)) {
      asleep_ = sleep->asleep;
    } else if (const auto* seat = std::get_if<core::SeatChanged>(&event)) {
      seat_active_ = seat->active;
    } else if (const auto* signal = std::get_if<core::SignalChanged>(&event)) {
      signals_[static_cast<std::size_t>(signal->signal)] = signal->on;
    } else if (const auto* inhibitor = std::get_if<core::InhibitorChanged>(&event)) {
      inhibitor_ = inhibitor->on;
    } else if (const auto* desk = std::get_if<core::DeskHeight>(&event)) {
      desk_ = *desk;
    } else if (const auto* source = std::get_if<core::SourceChanged>(&event)) {
      source_ = *source;
    } else if (const auto* busy = std::get_if<core::BusyReplaced>(&event)) {
      busy_ = busy->intervals;
    }
  }

  void restart(core::Instant now) {
    const auto saved = core::save(state_);
    state_ = core::State{};
    deadline_.reset();
    auto events = first_events(now);
    events.insert(events.begin() + 1, core::Restored{saved, true, wall_at(now)});
    if (source_) events.emplace_back(*source_);
    if (locked_) events.emplace_back(core::LockChanged{true});
    if (asleep_) events.emplace_back(core::SleepChanged{true});
    if (!seat_active_) events.emplace_back(core::SeatChanged{false});
    for (std::size_t i = 0; i < signals_.size(); ++i) {
      if (signals_[i])
        events.emplace_back(core::SignalChanged{static_cast<core::LiveSignal>(i), true});
    }
    if (inhibitor_) events.emplace_back(core::InhibitorChanged{true});
    if (desk_) events.emplace_back(*desk_);
    for (const auto device : active_) events.emplace_back(core::InputResumed{device});
    apply(now, events);
  }

  bool in_meeting(core::Instant at) const {
    const auto on = [&](core::LiveSignal signal) {
      return signals_[static_cast<std::size_t>(signal)];
    };
    const auto wall = wall_at(at);
    return on(core::LiveSignal::call) || on(core::LiveSignal::mic) ||
           on(core::LiveSignal::camera) || on(core::LiveSignal::screen_share) ||
           std::any_of(busy_.begin(), busy_.end(), [&](const core::BusyInterval& busy) {
             return !busy.all_day && busy.from <= wall && wall < busy.to;
           });
  }

  void tell(const core::Fact& fact) {
    const auto elapsed = fact.at - run_begins;
    const bool asks = fact.kind == core::FactKind::prompt;
    on_decision_({fact, core::wall_time(state_, fact.at), elapsed, state_.present.at(fact.at),
                  asks && in_meeting(fact.at)});
    script_.told(fact, elapsed);
  }

  void apply(core::Instant now, const std::vector<core::Event>& events) {
    commands_.clear();
    core::step(state_, events, now, run_.policy, commands_);
    for (const auto& command : commands_) {
      if (const auto* timer = std::get_if<core::ArmTimer>(&command)) deadline_ = timer->at;
      if (const auto* record = std::get_if<core::Record>(&command)) tell(record->fact);
    }
  }

  const Run& run_;
  Script& script_;
  const OnDecision& on_decision_;
  core::State state_;
  core::CommandSink commands_;
  std::vector<core::Event> events_;  // of the moment
  std::optional<core::Instant> deadline_;
  core::Instant calendar_at_ = run_begins + calendar_read_every;
  core::WallTime wall_offset_{};

  // How the world stands.
  std::vector<core::Device> active_;
  std::vector<core::BusyInterval> busy_;
  std::array<bool, core::live_signal_count> signals_{};
  bool inhibitor_ = false;
  std::optional<core::DeskHeight> desk_;
  std::optional<core::SourceChanged> source_;
  bool stopped_ = false;
  bool locked_ = false, asleep_ = false, seat_active_ = true;
};

}  // namespace

Outcome run(const Run& run, Script& script, const OnDecision& on_decision) {
  return Simulation(run, script, on_decision).run();
}

core::Duration until_day_turn(core::WallTime at, const core::Policy& policy) {
  return core::start_of_day(policy, core::local_day(policy, at) + 1) - at;
}

}  // namespace poised::simulate
