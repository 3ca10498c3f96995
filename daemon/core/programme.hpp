// SPDX-License-Identifier: MIT
#pragma once

#include "core/turn.hpp"

// E1–E9, B13: plans and their phases, the day's session, the week's questions, stop and clear.
namespace poised::core {

void apply(Turn& turn, const PlanStarted& event);
void apply(Turn& turn, const PlanStopped& event);
void apply(Turn& turn, const PlanHeld& event);
void apply(Turn& turn, const CheckedIn& event);
void apply(Turn& turn, const WarningReported& event);
void apply(Turn& turn, const ExerciseHurt& event);
void apply(Turn& turn, const Cleared& event);

/// The session that is due, open or running is offered no more and goes off the screen.
void drop_session(Turn& turn);
/// What the policy no longer allows ends (E9).
void settle_programme(Turn& turn);
/// Looks anew at when the plan ends that ends to the hour: what o'clock it is has changed.
void watch_acute(Turn& turn);
/// Ends it.
void end_acute(Turn& turn);
Instant programme_deadline(const Turn& turn);

/// The date is `date` now; `stepped` if the clock was set back to it.
void turn_programme_day(Turn& turn, std::int64_t date, bool stepped);

/// The running plan and its phase; null without one, or if the catalogue lacks it.
const PlanSpec* plan_of(const State& state, const Policy& policy);
const PhaseSpec* phase_of(const State& state, const Policy& policy);

/// E2: when the session that could be offered from `at` on finds its free 20 minutes.
Instant session_due_at(const Turn& turn, Instant at);
/// Chooses the exercises for what is about to be shown or run.
void choose_exercises(Turn& turn, std::size_t index);
/// Tells of the session that is about to be offered, and of the questions that go with it (E5).
void offer_session(Turn& turn);
/// B13
void finish_session(Turn& turn);
/// "Not today", or no answer.
void give_up_session(Turn& turn);

/// E8: what a break consists of while everything else is stopped.
inline constexpr const char* step_away = "step-away";
/// The routine of the break `index` as things stand; may be empty.
std::string routine_of(const State& state, const Policy& policy, std::size_t index);

/// E5: the week's questions wait for an answer.
bool questions_wait(const State& state, const Policy& policy);
/// E5: the one note after they went unanswered.
void give_questions_note(Turn& turn);

}  // namespace poised::core
