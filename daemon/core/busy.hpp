// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "core/turn.hpp"

// A1, A7, A8: busy times as the calendars tell them.
namespace poised::core {

void apply(Turn& turn, const BusyReplaced& event);

/// A8: drops the sets that were read too long ago.
void forget_stale_calendars(Turn& turn);
Instant stale_deadline(const State& state);

/// Rebuilds the blocks; call after a change of clock, policy or sets.
void refresh_blocks(Turn& turn);
/// Brings State::meeting and State::out_of_office up to `turn.now`.
void look_at_blocks(Turn& turn);

/// Those that begin after `now`, in order.
std::span<const Block> upcoming_blocks(const State& state, Instant now);

/// `at` on the clock of this boot.
inline Instant instant_of(const State& state, WallTime at) {
  return Instant(at.time_since_epoch() - *state.wall_offset);
}

}  // namespace poised::core
