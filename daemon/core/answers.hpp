// SPDX-License-Identifier: MIT
#pragma once

#include "core/turn.hpp"

// B6, B7: what ends an open prompt or a run: an answer, leaving, the end of the run, expiry.
namespace poised::core {

void apply(Turn& turn, const Answered& event);
void apply(Turn& turn, const PromptVanished& event);
void apply(Turn& turn, const TakeBreak& event);

/// B6: the person left while the prompt was open.
void leave(Turn& turn);
/// B6: the run is over.
void end_run(Turn& turn);
/// B7: nobody answered.
void expire(Turn& turn);
/// When leave(), end_run() or expire() has something to do next.
Instant answer_deadline(const Turn& turn);

}  // namespace poised::core
