// SPDX-License-Identifier: MIT
#pragma once

#include "core/turn.hpp"

// A2–A6, B10, B11: what holds a prompt back, and what is offered early.
namespace poised::core {

void apply(Turn& turn, const Paused& event);
void apply(Turn& turn, const Resumed& event);
void apply(Turn& turn, const SignalChanged& event);

/// B10: drops the pauses whose end was reached.
void end_pauses(Turn& turn);
/// A2, B5a: what is held now, what is released, and what is withdrawn.
void settle_holds(Turn& turn);
/// A3: offers what a meeting would otherwise push behind it.
void pull_forward(Turn& turn);
/// When end_pauses(), settle_holds() or pull_forward() has something to do next.
Instant hold_deadline(const Turn& turn);
/// Brings hours and meetings up to `turn.now`; both change without anybody being woken for it.
void look_around(Turn& turn);
/// Recomputes whether it is within hours; call after a change of clock or policy.
void refresh_hours(Turn& turn);
/// The last moment at which a due entry is shown, gap or no gap (B4, A2, A3).
Instant latest_show(const Turn& turn, std::size_t index);

/// What would hold the entry if it were due now, as a set of HeldBy.
std::uint16_t holds_on(const Turn& turn, std::size_t index);
/// What would hold anything that became due now.
std::uint16_t general_holds(const State& state, Instant now);
/// A live signal is on, or settles.
bool is_live(const State& state, Instant now);
/// When any of what general_holds() tells may change by itself.
Instant next_hold_change(const State& state, Instant now);

constexpr std::uint16_t bit(HeldBy reason) {
  return static_cast<std::uint16_t>(1u << static_cast<unsigned>(reason));
}
std::vector<HeldBy> list_of(std::uint16_t holds);

}  // namespace poised::core
