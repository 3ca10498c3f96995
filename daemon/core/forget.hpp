// SPDX-License-Identifier: MIT
#pragma once

#include "core/turn.hpp"

// Privacy: the person erases what is remembered of them.
namespace poised::core {

/// Erases the day's totals; with `all` also the plan with its answers and what was learnt about
/// standing. What goes on now goes on: the counts towards the next breaks, pauses, the open prompt
/// unless it is the plan's. A stop after a warning sign stays, but not which sign it was (E8).
/// `at` is on the clock of `memory`.
void forget(Memory& memory, Instant at, bool all);

void apply(Turn& turn, const Forgotten& event);

}  // namespace poised::core
