// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "rig.hpp"

// Scenarios as text. A line is "HH:MM[:SS] WORDS"; what follows "->" is what the core must have
// decided at that moment; a time alone says until when to go on. Blank lines and "#" comments are
// free.
//
//   09:00 active            input begins and goes on; also "active keyboard", "active pointer"
//   09:30 idle              that was the last input
//   10:00 -> prompt stretch
//
// Events: active, idle, lock, unlock, sleep, wake, seat on|off, source on|off, inhibitor on|off,
// answer WORD [ID], vanish ID, take BREAK, pause [MINUTES], resume, inhibit KEY, uninhibit KEY,
// restart [SECONDS], clock ±HOURS, SIGNAL on|off, busy FROM-TO…, desk MM|gone, sit, stand.
//
// All facts must be expected, in order, except those of kinds that no line of the scenario names
// and that only keep the books: presence, session-start, session-end, day. An expected line may
// leave out words at the end of a fact.
namespace poised::core {

/// Runs the text four times: with input reported at once and late, with armed deadlines only and
/// with a step each second. Fails the current test wherever they differ from the expectation.
/// Times are those of Monday, local to a zone that is UTC.
void expect_scenario(const Policy& policy, const std::string& text);

}  // namespace poised::core
