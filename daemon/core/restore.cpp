// SPDX-License-Identifier: MIT
#include "core/restore.hpp"

#include <algorithm>

#include "core/breaks.hpp"
#include "core/day.hpp"
#include "core/presence.hpp"
#include "core/prompts.hpp"
#include "core/step.hpp"

namespace poised::core {
namespace {

using std::chrono::seconds;

constexpr Duration neutral_gap = seconds(120);  // B9
constexpr Duration plugins_have = seconds(30);  // to say again how things stand
// A clock that was decades off makes any gap; beyond this all are alike, and a state that is moved
// start after start stays within what can be saved.
constexpr Duration longest_gap = std::chrono::hours(4 * 365 * 24);
constexpr Instant farthest_past{-2 * longest_gap};

Duration gap_of(const Turn& turn, const Restored& event) {
  const auto uptime = turn.now.time_since_epoch();
  if (event.same_boot) return std::max(turn.now - event.saved.boottime, Duration::zero());
  return std::min(std::max({uptime, event.utc - event.saved.utc, Duration::zero()}), longest_gap);
}

void move(Instant& at, Duration by) {
  if (at != never && at != not_yet) at = std::max(at + by, farthest_past);
}

void move(PresentTime& time, Duration by) {
  const auto length = time.to - time.from;
  move(time.to, by);
  time.from = time.to - length;
}

std::array<PresentTime*, 6> counters_of(Memory& memory) {
  return {&memory.present,     &memory.session,       &memory.day.present,
          &memory.stand.timer, &memory.stand.stretch, &memory.stand.standing};
}

// Onto the clock of this boot.
void move(Memory& memory, Duration by) {
  move(memory.absence.since, by);
  for (auto* time : counters_of(memory)) move(*time, by);
  for (auto& signal : memory.signals) move(signal.settles, by);
  for (auto* signal : {&memory.meeting, &memory.out_of_office}) move(signal->settles, by);
  for (auto& source : memory.busy) move(source.read_at, by);
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
  for (auto* time : counters_of(memory)) time->take_back(saved_at);
  for (auto& entry : memory.breaks) entry.worked.take_back(saved_at);
}

// The gap is neither work nor rest: as if it had not been.
void leave_out(Memory& memory, Duration gap) {
  const auto leave_out_of = [&](PresentTime& time) {
    if (time.counting) move(time.from, gap);
  };
  for (auto* time : counters_of(memory)) leave_out_of(*time);
  for (auto& entry : memory.breaks) {
    leave_out_of(entry.worked);
    move(entry.absence.since, gap);
  }
  move(memory.absence.since, gap);
}

}  // namespace

Saved save(const State& state) {
  Saved saved;
  saved.boottime = state.now;
  saved.utc = WallTime(state.now.time_since_epoch() + state.wall_offset.value_or(Duration::zero()));
  saved.memory = state;
  std::erase_if(saved.memory.pauses, [](const Pause& pause) { return pause.key != "person"; });
  for (auto& signal : saved.memory.signals) signal.doubted = never;
  saved.awaits_input = state.input.awaits_input;
  saved.locked = state.input.lock != LockState::open;
  const auto& devices = state.input.devices;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    saved.input_on[i] = devices[i].going_on;
    saved.input_reported[i] = devices[i].reported;
  }
  saved.last_input = input_goes_on(state) ? state.now : last_input(state);
  saved.evidence_ended = state.input.passive ? state.now : state.input.evidence_ended;
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
  if (neutral)
    leave_out(state, gap);
  else
    stop_counts(state, saved_at);
  if (!event.same_boot && saved.utc > event.utc)
    turn.record(FactKind::note, "B9").text = "saved-in-future";
  state.saved_present = state.present.at(turn.now);

  // The source tells at once how things stand; until then the last state holds.
  auto& input = state.input;
  input = {};
  auto last = saved.last_input;
  move(last, saved_at - saved.boottime);
  input.evidence_ended = saved.evidence_ended;
  move(input.evidence_ended, saved_at - saved.boottime);
  input.awaits_input = !neutral || saved.awaits_input;
  bool may_move_back = false;
  if (neutral) {
    move(last, gap);
    move(input.evidence_ended, gap);
    for (std::size_t i = 0; i < input.devices.size(); ++i) {
      auto& device = input.devices[i];
      device.going_on = saved.input_on[i];
      device.reported = saved.input_reported[i];
      if (device.reported && (!device.going_on || saved.locked)) device.last = last;
      may_move_back = may_move_back || device.reported;
    }
    if (saved.locked) {
      input.lock = LockState::assumed;
      input.barred = true;
    }
  } else if (!state.absence.on) {
    state.absence = {true, false, saved_at, false};
  }
  if (!may_move_back) input.devices[0].last = last;
  auto& keyboard = input.devices[static_cast<std::size_t>(Device::keyboard)].active;
  auto& pointer = input.devices[static_cast<std::size_t>(Device::pointer)].active;
  keyboard.settled = saved.keyboard_active;
  pointer.settled = saved.pointer_active;

  state.prompt.hidden = state.prompt.id != 0;
  state.desk_mm.reset();
  state.desk_doubted = state.stand.desk ? after(turn.now, plugins_have) : never;
  // Plugins say again what they see; until then it is taken to be as it was.
  for (auto& signal : state.signals) {
    signal.on = signal.on && neutral;
    signal.doubted = signal.on ? after(turn.now, plugins_have) : never;
  }

  match_breaks(turn);
  // The clock as it was, so that ClockSet sees a step.
  state.wall_offset = saved.utc.time_since_epoch() - saved_at.time_since_epoch();
  apply(turn, ClockSet{event.utc});
  refresh_calendar(turn);
  turn.returned = turn.returned || !state.absence.on;
}

}  // namespace poised::core
