// SPDX-License-Identifier: MIT
#pragma once

#include "core/turn.hpp"

// B4, B5, B5a, B5c: showing and withdrawing. At most one prompt is open or running.
namespace poised::core {

/// B4, B5: shows what may be shown now. True if it did.
bool show_next(Turn& turn);
/// B5a: takes the open prompt back because of `by`; what it asked for is due again.
void withdraw(Turn& turn, std::uint16_t by);
/// Takes the prompt away because a due period has ended otherwise, or a break is gone. Both of its
/// breaks are due again; the caller ends the due period of the one.
void drop_prompt(Turn& turn, const char* rule);
/// B11: the prompt is closed; spacing is counted from here.
void close_prompt(Turn& turn);

/// B5a: off the screen at lock or sleep, and back if the person has returned.
void hide_prompt(Turn& turn);
void show_again(Turn& turn);
/// Sends the progress of the running break, unless nobody could see it.
void show_run(Turn& turn);
/// Asks for the typing gap only while something depends on it.
void watch_gap(Turn& turn);
/// When show_next() has something to do next.
Instant show_deadline(const Turn& turn);

/// The open or running prompt as it is shown.
Prompt describe(const State& state, const Policy& policy);
/// B7: whether one more skip is allowed today.
bool may_skip(const State& state, const Policy& policy);
/// A fact about the open or running prompt and its breaks.
Fact& record_prompt(Turn& turn, FactKind kind, const char* rule);
/// The breaks of the open or running prompt.
std::array<std::size_t, 2> members_of(const OpenPrompt& prompt);

}  // namespace poised::core
