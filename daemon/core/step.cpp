// SPDX-License-Identifier: MIT
#include "core/step.hpp"

#include <algorithm>

#include "core/answers.hpp"
#include "core/availability.hpp"
#include "core/breaks.hpp"
#include "core/busy.hpp"
#include "core/day.hpp"
#include "core/forget.hpp"
#include "core/presence.hpp"
#include "core/programme.hpp"
#include "core/prompts.hpp"
#include "core/restore.hpp"
#include "core/sit_stand.hpp"

namespace poised::core {
namespace {

using std::chrono::seconds;

constexpr Duration save_every = seconds(60);  // B9, of present time
// Far more rounds than one instant can need: a bound against a rule that contradicts itself.
constexpr int most_rounds = 64;
constexpr std::size_t own_entries = 3;  // of Memory::breaks: the daily limit, session, posture

void apply(Turn&, const TimerElapsed&) {}

void apply(Turn& turn, const PolicyChanged&) {
  match_breaks(turn);
  refresh_calendar(turn);
  settle_programme(turn);
  watch_presence(turn);
}

// Everything but input, which comes and goes by the minute, leaves these where they are.
Instant earliest_of_input(const Turn& turn) {
  return std::min({turn.state.other_deadline, presence_deadline(turn), answer_deadline(turn),
                   show_deadline(turn)});
}

Instant earliest(Turn& turn) {
  auto& state = turn.state;
  state.due_deadline = due_deadline(turn);
  state.other_deadline =
      std::min({state.day_turns, natural_deadline(turn), state.due_deadline, hold_deadline(turn),
                posture_deadline(turn), programme_deadline(turn)});
  state.waits = std::any_of(state.breaks.begin(), state.breaks.end(), [](const auto& entry) {
    return entry.phase == Phase::due && entry.held == 0;
  });
  return earliest_of_input(turn);
}

bool is_input_or_time(const Event& event) {
  return std::holds_alternative<TimerElapsed>(event) ||
         std::holds_alternative<InputResumed>(event) || std::holds_alternative<InputStopped>(event);
}

// (1) of "Order within one instant".
void run_deadlines(Turn& turn, bool answer_follows) {
  turn_day(turn);
  end_acute(turn);
  end_pauses(turn);
  forget_stale_calendars(turn);
  begin_evidence(turn);
  settle_presence(turn);
  end_session(turn);
  leave(turn);
  settle_posture(turn);
  credit_natural(turn);
  end_run(turn);
  if (!answer_follows) expire(turn);
  fall_due(turn);
}

// (3) and (4).
void settle(Turn& turn) {
  settle_holds(turn);
  show_again(turn);
  pull_forward(turn);
  give_sit_note(turn);
  if (show_next(turn)) settle_holds(turn);  // it may have been the last one of the day
  give_questions_note(turn);
}

bool answers(std::span<const Event> events) {
  return std::any_of(events.begin(), events.end(),
                     [](const Event& event) { return std::holds_alternative<Answered>(event); });
}

bool is_about_the_past(const Event& event, Instant now) {
  const auto* stopped = std::get_if<InputStopped>(&event);
  return stopped && stopped->since < now;
}

bool changes_policy(std::span<const Event> events) {
  return std::any_of(events.begin(), events.end(), [](const Event& event) {
    return std::holds_alternative<PolicyChanged>(event);
  });
}

void start(Turn& turn) {
  auto& state = turn.state;
  state.started = true;
  state.now = turn.now;
  state.absence.since = turn.now;
  state.saved_at = turn.now;
  match_breaks(turn);
  watch_presence(turn);
  refresh_calendar(turn);
  turn.changed = false;
}

// What is due by now, and what follows from it, until nothing more does.
void decide(Turn& turn) {
  auto& deadline = turn.state.deadline;
  for (int round = 0; round < most_rounds; ++round) {
    deadline = earliest(turn);
    turn.touched = deadline <= turn.now;
    if (turn.touched) run_deadlines(turn, false);
    settle(turn);
    if (!turn.touched) return;
  }
}

// Each deadline on the way to `now`, as if somebody had been woken for it. True if there was one.
bool advance(Turn& turn, Instant now) {
  const auto& deadline = turn.state.deadline;
  const bool any = deadline < now;
  for (int round = 0; deadline < now && round < most_rounds;) {
    round = deadline > turn.now ? 0 : round + 1;
    turn.now = std::max(turn.now, deadline);
    run_deadlines(turn, false);
    decide(turn);
  }
  turn.now = now;
  return any;
}

void arm(Turn& turn) {
  auto& state = turn.state;
  auto at = state.deadline;
  if (state.present.counting) {
    const auto left = save_every - (turn.present() - state.saved_present);
    if (turn.changed || left <= Duration::zero()) {
      state.saved_present = turn.present();
      turn.out.emplace_back(Save{});
      at = std::min(at, after(turn.now, save_every));
    } else {
      at = std::min(at, after(turn.now, left));
    }
  } else if (turn.changed) {
    state.saved_present = turn.present();
    turn.out.emplace_back(Save{});
  }
  std::optional<Instant> wanted;
  if (at != never) wanted = std::max(at, turn.now + Duration(1));
  if (wanted == state.armed) return;
  state.armed = wanted;
  turn.out.emplace_back(ArmTimer{wanted});
}

}  // namespace

void step(State& state, std::span<const Event> events, Instant now, const Policy& policy,
          CommandSink& out) {
  Turn turn{state, policy, out, state.started ? state.now : now};
  if (!state.started) start(turn);
  now = std::max(now, state.now);
  while (!events.empty() && std::holds_alternative<TimerElapsed>(events.back()))
    events = events.first(events.size() - 1);
  // Deadlines are judged by the policy in hand, so what is counted must fit it first; those on the
  // way, which the old one made, come at the moment of the change.
  const bool fits = state.breaks.size() == policy.breaks.size() + own_entries;
  if (!fits || changes_policy(events)) {
    turn.now = now;
    apply(turn, PolicyChanged{});
  }
  bool decided = advance(turn, now);
  const bool told = !events.empty();
  // The end of input is reported late: it belongs to its own moment, before what is due now.
  turn.touched = state.deadline <= now;
  while (!events.empty() && is_about_the_past(events.front(), now)) {
    apply(turn, std::get<InputStopped>(events.front()));
    events = events.subspan(1);
    begin_evidence(turn);
    settle_presence(turn);
  }
  if (turn.touched) run_deadlines(turn, answers(events));
  for (const auto& event : events) {
    turn.touched = turn.touched || !is_input_or_time(event);
    std::visit([&](const auto& of_kind) { apply(turn, of_kind); }, event);
    if (&event == &events.back()) begin_evidence(turn);
    settle_presence(turn);
    // What became due while no process ran was due before anything that is heard now.
    if (std::holds_alternative<Restored>(event)) run_deadlines(turn, answers(events));
  }
  state.now = now;
  if (told && !turn.touched) state.deadline = earliest_of_input(turn);
  if (turn.touched || state.deadline <= now) {
    decide(turn);
    decided = true;
  }
  if (decided) watch_gap(turn);
  arm(turn);
}

void step(State& state, const Event& event, Instant now, const Policy& policy, CommandSink& out) {
  step(state, std::span<const Event>(&event, 1), now, policy, out);
}

}  // namespace poised::core
