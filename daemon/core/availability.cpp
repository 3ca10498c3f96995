// SPDX-License-Identifier: MIT
#include "core/availability.hpp"

#include <algorithm>

#include "core/local_time.hpp"
#include "core/prompts.hpp"

namespace poised::core {
namespace {

constexpr const char* person = "person";

constexpr std::uint16_t bit(HeldBy reason) {
  return static_cast<std::uint16_t>(1u << static_cast<unsigned>(reason));
}

// B11: a break of seconds lives beside the others.
bool is_micro(const BreakRecord& entry) {
  return entry.id == "micro";
}

bool used_up(const Turn& turn) {
  return turn.state.day.first_shows >= turn.policy.prompt.max_per_day;
}

Duration gap_left(const Turn& turn) {
  if (!turn.state.has_closed) return {};
  return turn.policy.prompt.min_gap - (turn.present() - turn.state.last_closed);
}

bool is_spaced(const Turn& turn, const BreakRecord& entry) {
  if (entry.unspaced) return false;
  return used_up(turn) || (!is_micro(entry) && gap_left(turn) > Duration::zero());
}

void look_at_hours(Turn& turn) {
  auto& state = turn.state;
  if (turn.now < state.hours_change) return;
  const auto wall = WallTime(turn.now.time_since_epoch() + *state.wall_offset);
  state.hours_open = within_hours(turn.policy, wall);
  state.hours_change = turn.now + (hours_change_after(turn.policy, wall) - wall);
}

}  // namespace

std::vector<HeldBy> list_of(std::uint16_t holds) {
  std::vector<HeldBy> list;
  for (unsigned i = 0; i <= static_cast<unsigned>(HeldBy::spacing); ++i) {
    if (holds & (1u << i)) list.push_back(static_cast<HeldBy>(i));
  }
  return list;
}

void apply(Turn& turn, const Paused& event) {
  auto& pauses = turn.state.pauses;
  turn.changed = true;
  const auto found = std::find_if(pauses.begin(), pauses.end(),
                                  [&](const Pause& pause) { return pause.key == event.key; });
  const Pause pause{event.key, event.reason, event.until};
  if (found == pauses.end())
    pauses.push_back(pause);
  else
    *found = pause;
  end_pauses(turn);
}

void apply(Turn& turn, const Resumed& event) {
  auto& state = turn.state;
  turn.changed = true;
  std::erase_if(state.pauses, [&](const Pause& pause) { return pause.key == event.key; });
  if (event.key == person) state.day.quiet = false;
}

void end_pauses(Turn& turn) {
  const auto ended = std::erase_if(turn.state.pauses, [&](const Pause& pause) {
    return pause.until && *pause.until <= turn.now;
  });
  if (ended > 0) turn.changed = true;
}

void refresh_hours(Turn& turn) {
  auto& state = turn.state;
  state.hours_open = true;
  state.hours_change = state.wall_offset ? not_yet : never;
  look_at_hours(turn);
}

std::uint16_t general_holds(const State& state) {
  std::uint16_t holds = 0;
  if (!state.pauses.empty() || state.day.quiet) holds |= bit(HeldBy::pause);
  if (!state.hours_open) holds |= bit(HeldBy::hours);
  return holds;
}

std::uint16_t holds_on(const Turn& turn, std::size_t index) {
  auto holds = general_holds(turn.state);
  if (is_spaced(turn, turn.state.breaks[index])) holds |= bit(HeldBy::spacing);
  return holds;
}

void settle_holds(Turn& turn) {
  auto& state = turn.state;
  look_at_hours(turn);
  if (state.prompt.id != 0 && !state.prompt.running) {
    const auto holds =
        static_cast<std::uint16_t>(holds_on(turn, state.prompt.index) & ~bit(HeldBy::spacing));
    if (holds != 0) withdraw(turn, holds);
  }
  for (std::size_t i = 0; i < state.breaks.size(); ++i) {
    auto& entry = state.breaks[i];
    if (entry.phase != Phase::due) continue;
    const auto before = entry.held;
    entry.held = holds_on(turn, i);
    if (before == 0 && entry.held != 0) {
      ++state.day.totals.held;
      turn.record(FactKind::held, entry.held == bit(HeldBy::spacing) ? "B11" : "B5", entry).by =
          list_of(entry.held);
    } else if (before != 0 && entry.held == 0) {
      entry.waits_since = turn.now;
      turn.record(FactKind::released, before == bit(HeldBy::spacing) ? "B11" : "B5", entry);
    }
  }
}

Instant hold_deadline(const Turn& turn) {
  const auto& state = turn.state;
  auto deadline = never;
  for (const auto& pause : state.pauses) {
    if (pause.until) deadline = std::min(deadline, *pause.until);
  }
  bool waits = state.prompt.id != 0 && !state.prompt.running;
  for (const auto& entry : state.breaks) {
    if (entry.phase != Phase::due) continue;
    waits = true;
    if ((entry.held & bit(HeldBy::spacing)) && state.present.counting && !used_up(turn))
      deadline = std::min(deadline, after(turn.now, gap_left(turn)));
  }
  // Hours matter only to what would be shown, or is.
  return waits ? std::min(deadline, state.hours_change) : deadline;
}

}  // namespace poised::core
