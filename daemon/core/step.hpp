// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "core/command.hpp"
#include "core/event.hpp"
#include "core/policy.hpp"
#include "core/state.hpp"
#include "core/time.hpp"

namespace poised::core {

/// Advances `state` to `now`, first through every deadline on the way, each at its own time and in
/// the rules' order, then through `event`. Appends to `out`, never clears it. Deterministic in its
/// inputs; reads no clock, does no I/O, throws nothing but std::bad_alloc. `now` before the last
/// one is taken as the last one: the clock never runs back. [loop-thread]
///
/// Who knows several events of one instant (a trace, a queue) hands them over together: what is
/// shown is decided after all of them, so that nothing is shown and withdrawn at once. An event of
/// the instant of an armed deadline goes without a TimerElapsed before it.
void step(State& state, std::span<const Event> events, Instant now, const Policy& policy,
          CommandSink& out);
void step(State& state, const Event& event, Instant now, const Policy& policy, CommandSink& out);

/// What must survive a restart (B9), as of the last step. Before a deliberate exit step once more
/// (TimerElapsed), so that nothing since then is lost.
Saved save(const State& state);

}  // namespace poised::core
