// SPDX-License-Identifier: MIT
#pragma once

#include "core/turn.hpp"

// S1–S7: posture, its timer, what is asked and noted.
namespace poised::core {

void apply(Turn& turn, const DeskHeight& event);
void apply(Turn& turn, const PostureSaid& event);

/// S5
bool stand_enabled(const State& state, const Policy& policy);
/// S3: how long to stand before the note, as it has grown so far.
Duration stand_for(const State& state, const Policy& policy);
/// The longest time sitting of the day, the stretch that goes on included.
Duration longest_sitting(const State& state, Instant now);

/// S2, P7: posture time goes on, or stops at `end` (back-dated).
void resume_posture(State& state, Instant now);
void take_back_posture(State& state, Instant end);

/// S1: what a long absence does to posture, and S5: what switching off does to its prompt.
void settle_posture(Turn& turn);
/// S3, S6: the note that it is time to sit.
void give_sit_note(Turn& turn);
/// When settle_posture() or give_sit_note() has something to do next.
Instant posture_deadline(const Turn& turn);
/// A9: the moment just before a meeting to which the stand prompt that is due at `due` moves.
std::optional<EarlyOffer> before_meeting(const Turn& turn, Instant due);

/// S2: the stand prompt `prompt_id` was accepted; it is off the screen.
void accept_posture(Turn& turn, std::uint64_t prompt_id);
/// S7: it was skipped or missed.
void decline_posture(Turn& turn);

/// S3, S7: the day turned to `date`.
void turn_posture_day(Turn& turn, std::int64_t date);

}  // namespace poised::core
