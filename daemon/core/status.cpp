// SPDX-License-Identifier: MIT
#include "core/status.hpp"

#include <algorithm>

#include "core/availability.hpp"
#include "core/day.hpp"
#include "core/local_time.hpp"
#include "core/presence.hpp"
#include "core/prompts.hpp"
#include "core/sit_stand.hpp"

namespace poised::core {
namespace {

BreakState state_of(const State& state, const BreakRecord& entry, const BreakSpec& spec) {
  switch (entry.phase) {
    case Phase::counting:
      return spec.enabled ? BreakState::counting : BreakState::disabled;
    case Phase::due:
      if (entry.held != 0) return BreakState::held;
      return state.prompt.id == 0 && !state.absence.on ? BreakState::waiting : BreakState::due;
    case Phase::open:
      return BreakState::open;
    case Phase::running:
      return BreakState::running;
    case Phase::snoozed:
    case Phase::expired:
      return BreakState::snoozed;
  }
  return BreakState::disabled;
}

BreakStatus break_status(const State& state, Instant now, const Policy& policy, std::size_t index) {
  const auto& entry = state.breaks[index];
  const auto spec = spec_of(state, policy, index);
  BreakStatus status;
  status.id = entry.id;
  status.worked = worked_of(state, index, now);
  status.interval = spec.interval;
  status.state = state_of(state, entry, spec);
  status.held_by = list_of(entry.held);
  if (status.state == BreakState::counting && entry.kind != BreakKind::session)
    status.due_in = std::max(spec.interval - status.worked, Duration::zero());
  if (status.state == BreakState::snoozed)
    status.returns_in =
        std::max(entry.away_for - (state.present.at(now) - entry.away_from), Duration::zero());
  const auto most = policy.prompt.max_snoozes;
  status.snoozes_left = most - std::min(most, entry.snoozes);
  return status;
}

// What is known of a device alone, or of all of them where the source cannot tell.
std::optional<Instant> last_of(const State& state, Device which) {
  const auto& device = state.input.devices[static_cast<std::size_t>(which)];
  if (device.going_on || device.last == not_yet) return std::nullopt;
  return device.last;
}

Duration active_of(const State& state, Device which, Instant now) {
  return state.input.devices[static_cast<std::size_t>(which)].active.at(now);
}

// As if something became due: the state itself looks at the clock only when something waits.
class Lookout {
 public:
  Lookout(const State& state, Instant now, const Policy& policy)
      : looking_(state), turn_{looking_, policy, none_, now} {
    look_around(turn_);
  }

  std::uint16_t holds() const { return general_holds(looking_, turn_.now); }

  std::optional<Instant> free_at() {
    constexpr int far_enough = 64;  // a week or more of meetings and hours
    for (int change = 0; change < far_enough && holds() != 0; ++change) {
      const auto next = next_change();
      if (next == never) return std::nullopt;
      turn_.now = next;
      end_pauses(turn_);
      if (next >= looking_.day_turns) looking_.day.quiet = false;
      look_around(turn_);
    }
    return holds() == 0 ? std::optional(turn_.now) : std::nullopt;
  }

 private:
  Instant next_change() const {
    auto next = next_hold_change(looking_, turn_.now);
    if (looking_.day.quiet) next = std::min(next, looking_.day_turns);
    for (const auto& pause : looking_.pauses) next = std::min(next, pause.until.value_or(never));
    return next;
  }

  State looking_;
  CommandSink none_;
  Turn turn_;
};

}  // namespace

WallTime wall_time(const State& state, Instant at) {
  return WallTime(at.time_since_epoch() + state.wall_offset.value_or(Duration::zero()));
}

Status status(const State& state, Instant now, const Policy& policy) {
  now = std::max(now, state.now);
  Status status;
  const auto& input = state.input;
  status.presence = state.presence;
  status.source_working = input.source == SourceState::working;
  status.source_splits = input.splits;
  status.source_id = input.source_id;
  status.source_reason = input.source_reason;
  status.last_keyboard = last_of(state, input.splits ? Device::keyboard : Device::any);
  status.last_pointer = last_of(state, input.splits ? Device::pointer : Device::any);
  status.session = state.in_session ? state.session.at(now) : Duration::zero();
  status.today = state.day.present.at(now);
  status.keyboard_active = active_of(state, Device::keyboard, now);
  status.pointer_active = active_of(state, Device::pointer, now);
  status.posture = state.stand.posture;
  status.posture_for = state.stand.stretch.at(now);
  status.stand_enabled = stand_enabled(state, policy);
  for (std::size_t i = 0; i < state.breaks.size(); ++i) {
    // What is configured by name, and of the rest what is wanted at all.
    const auto kind = state.breaks[i].kind;
    if (kind == BreakKind::ordinary || spec_of(state, policy, i).enabled ||
        (kind == BreakKind::posture && status.stand_enabled))
      status.breaks.push_back(break_status(state, now, policy, i));
  }
  std::sort(status.breaks.begin(), status.breaks.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  if (state.prompt.id != 0) {
    PromptStatus open{describe(state, policy), now - state.prompt.shown_at, {}};
    if (state.prompt.running) open.running_until = state.prompt.run_until;
    status.prompt = std::move(open);
  }
  for (const auto& pause : state.pauses)
    status.paused.push_back({pause.key, pause.reason, pause.until});
  if (state.day.quiet) {
    PauseStatus quiet{"quiet-today", "quiet-today", {}};
    if (state.day_turns != never) quiet.until = state.day_turns;
    status.paused.push_back(std::move(quiet));
  }
  Lookout lookout(state, now, policy);
  status.held_by = list_of(lookout.holds());
  if (!status.held_by.empty()) status.held_until = lookout.free_at();
  status.day = day_totals(state, now);
  return status;
}

}  // namespace poised::core
