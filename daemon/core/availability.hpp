// SPDX-License-Identifier: MIT
#pragma once

#include "core/turn.hpp"

// A1–A9, B10, B11: what holds a prompt back.
namespace poised::core {

void apply(Turn& turn, const Paused& event);
void apply(Turn& turn, const Resumed& event);

/// B10: drops the pauses whose end was reached.
void end_pauses(Turn& turn);
/// A2, B5a: what is held now, what is released, and what is withdrawn.
void settle_holds(Turn& turn);
/// When end_pauses() or settle_holds() has something to do next.
Instant hold_deadline(const Turn& turn);
/// Recomputes whether it is within hours; call after a change of clock or policy.
void refresh_hours(Turn& turn);

/// What would hold the entry if it were due now, as a set of HeldBy.
std::uint16_t holds_on(const Turn& turn, std::size_t index);
/// What would hold anything that became due now.
std::uint16_t general_holds(const State& state);

std::vector<HeldBy> list_of(std::uint16_t holds);

}  // namespace poised::core
