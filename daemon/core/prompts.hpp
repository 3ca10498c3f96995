// SPDX-License-Identifier: MIT
#pragma once

#include "core/turn.hpp"

// B4–B8: showing, answering, withdrawing. At most one prompt is open or running.
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
/// B4, B5: shows what may be shown now. True if it did.
bool show_next(Turn& turn);
/// B5a: takes the open prompt back because of `by`; it is due again.
void withdraw(Turn& turn, std::uint16_t by);
/// Takes the prompt away because its due period has ended otherwise, or its break is gone.
void drop_prompt(Turn& turn, const char* rule);

/// B5a: off the screen at lock or sleep, and back on return.
void hide_prompt(Turn& turn);
void show_again(Turn& turn);
/// Asks for the typing gap only while something depends on it.
void watch_gap(Turn& turn);

/// When leave(), end_run(), expire() or show_next() has something to do next.
Instant prompt_deadline(const Turn& turn);

/// The open or running prompt as it is shown.
Prompt describe(const State& state, const Policy& policy);

}  // namespace poised::core
