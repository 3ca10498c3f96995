// SPDX-License-Identifier: MIT
#pragma once

#include "core/turn.hpp"

// P7, A6: the wall clock and the day of the rules.
namespace poised::core {

void apply(Turn& turn, const ClockSet& event);

/// Ends the day once its successor has begun. The day only turns forward.
void turn_day(Turn& turn);
/// Recomputes what depends on wall clock and zone; call after a change of clock or policy.
void refresh_calendar(Turn& turn);
/// What the day amounts to so far.
DayTotals day_totals(const State& state, Instant now);

}  // namespace poised::core
