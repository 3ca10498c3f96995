// SPDX-License-Identifier: MIT
#include "core/restore.hpp"

#include <algorithm>

#include "core/breaks.hpp"
#include "core/day.hpp"
#include "core/presence.hpp"
#include "core/step.hpp"

namespace poised::core {
namespace {

using std::chrono::seconds;

constexpr Duration neutral_gap = seconds(120);  // B9

Duration gap_of(const Turn& turn, const Restored& event) {
  const auto uptime = turn.now.time_since_epoch();
  if (event.same_boot) return std::max(turn.now - event.saved.boottime, Duration::zero());
  return std::max({uptime, event.utc - event.saved.utc, Duration::zero()});
}

void move(Instant& at, Duration by) {
  if (at != never && at != not_yet) at += by;
}

void move(PresentTime& time, Duration by) {
  move(time.from, by);
  move(time.to, by);
}

// Onto the clock of this boot.
void move(Memory& memory, Duration by) {
  move(memory.absence.since, by);
  for (auto* time : {&memory.present, &memory.session, &memory.posture_timer, &memory.day.present})
    move(*time, by);
  for (auto* list : {&memory.breaks, &memory.parked}) {
    for (auto& entry : *list) {
      move(entry.worked, by);
      move(entry.absence.since, by);
      move(entry.due_since, by);
      move(entry.waits_since, by);
    }
  }
  move(memory.prompt.shown_at, by);
  move(memory.prompt.run_since, by);
  move(memory.prompt.run_until, by);
  for (auto& pause : memory.pauses) {
    if (pause.until) move(*pause.until, by);
  }
}

// Nothing counts between `saved_at` and the first sign of life.
void stop_counts(Memory& memory, Instant saved_at) {
  for (auto* time : {&memory.present, &memory.session, &memory.posture_timer, &memory.day.present})
    time->take_back(saved_at);
  for (auto& entry : memory.breaks) entry.worked.take_back(saved_at);
}

}  // namespace

Saved save(const State& state) {
  Saved saved;
  saved.boottime = state.now;
  saved.utc = WallTime(state.now.time_since_epoch() + state.wall_offset.value_or(Duration::zero()));
  saved.memory = state;
  std::erase_if(saved.memory.pauses, [](const Pause& pause) { return pause.key != "person"; });
  saved.input_on = input_goes_on(state) || state.input.passive ||
                   (state.input.source == SourceState::lost && !state.input.barred);
  saved.locked = state.input.lock != LockState::open;
  saved.last_input = saved.input_on ? state.now : last_evidence(state);
  const auto& devices = state.input.devices;
  saved.keyboard_active = devices[static_cast<std::size_t>(Device::keyboard)].active.at(state.now);
  saved.pointer_active = devices[static_cast<std::size_t>(Device::pointer)].active.at(state.now);
  return saved;
}

void apply(Turn& turn, const Restored& event) {
  auto& state = turn.state;
  const auto& saved = event.saved;
  const auto gap = gap_of(turn, event);
  const bool neutral = gap <= neutral_gap;
  const auto saved_at = turn.now - gap;
  turn.changed = true;

  static_cast<Memory&>(state) = saved.memory;
  move(state, saved_at - saved.boottime);
  stop_counts(state, saved_at);
  if (!event.same_boot && saved.utc > event.utc)
    turn.record(FactKind::note, "B9").text = "saved-in-future";
  state.saved_present = state.present.at(turn.now);

  // The source tells at once how things stand; until then the last state holds.
  auto& input = state.input;
  auto& any = input.devices[static_cast<std::size_t>(Device::any)];
  auto last = saved.last_input;
  move(last, saved_at - saved.boottime);
  if (neutral && state.absence.on) {
    // The gap is no part of the absence.
    move(last, gap);
    move(state.absence.since, gap);
    for (auto& entry : state.breaks) move(entry.absence.since, gap);
  }
  any.last = last;
  any.since = last;
  input.awaits_input = !neutral || state.absence.on;
  if (neutral) {
    any.going_on = any.reported = saved.input_on;
    if (saved.locked) {
      input.lock = LockState::assumed;
      input.barred = true;
    }
  }
  auto& keyboard = input.devices[static_cast<std::size_t>(Device::keyboard)].active;
  auto& pointer = input.devices[static_cast<std::size_t>(Device::pointer)].active;
  keyboard.settled = saved.keyboard_active;
  pointer.settled = saved.pointer_active;

  if (neutral && !state.absence.on) {
    state.present.resume(turn.now);
    state.day.present.resume(turn.now);
    state.session.resume(turn.now);
    state.posture_timer.resume(turn.now);
  } else if (!state.absence.on) {
    state.absence = {true, false, saved_at, false};
  }
  state.prompt.hidden = state.prompt.id != 0;

  state.wall_offset.reset();
  const auto old_utc = saved.utc;
  match_breaks(turn);
  state.wall_offset = old_utc.time_since_epoch() - saved_at.time_since_epoch();
  apply(turn, ClockSet{event.utc});
  refresh_calendar(turn);
}

}  // namespace poised::core
