// SPDX-License-Identifier: MIT
#include "core/answers.hpp"

#include <algorithm>

#include "core/breaks.hpp"
#include "core/presence.hpp"
#include "core/programme.hpp"
#include "core/prompts.hpp"
#include "core/sit_stand.hpp"

namespace poised::core {
namespace {

using std::chrono::seconds;

constexpr Duration left_keyboard = seconds(8);

BreakRecord& shown_break(Turn& turn) {
  return turn.state.breaks[turn.state.prompt.index];
}

bool is_posture(const Turn& turn, std::size_t index) {
  return turn.state.breaks[index].kind == BreakKind::posture;
}

void refuse(Turn& turn, std::uint64_t id, const char* why) {
  const bool before = turn.changed;
  auto& fact = turn.record(FactKind::refused, "B7");
  fact.prompt_id = id;
  fact.text = why;
  turn.changed = before;  // nothing to save
}

// The break whose absence closes the prompt: a stand prompt has none of its own (S2).
std::size_t leavable(const Turn& turn) {
  const auto& prompt = turn.state.prompt;
  // Nor is a session done by being away.
  if (prompt.index == turn.session_index()) return no_break;
  return is_posture(turn, prompt.index) ? prompt.partner : prompt.index;
}

Instant leaves_at(const Turn& turn) {
  const auto& state = turn.state;
  const auto& prompt = state.prompt;
  if (prompt.id == 0 || prompt.running || !state.absence.on) return never;
  const auto index = leavable(turn);
  if (index == no_break) return never;
  auto length = spec_of(turn, index).duration;
  // Who locks the screen has begun the break; an idle desk shows it only after a while.
  if (!state.input.barred || state.breaks[index].kind == BreakKind::daily_limit)
    length = std::max(length, turn.policy.activity.idle_after);
  return after(std::max(state.absence.since, prompt.shown_at), length);
}

Instant expires_at(const Turn& turn) {
  const auto& state = turn.state;
  if (state.prompt.id == 0 || state.prompt.running) return never;
  const auto left = turn.policy.prompt.expires - (turn.present() - state.prompt.expires_from);
  if (left <= Duration::zero()) return turn.now;
  return state.present.counting ? after(turn.now, left) : never;
}

void begin_run(Turn& turn) {
  auto& prompt = turn.state.prompt;
  shown_break(turn).phase = Phase::running;
  prompt.running = true;
  prompt.run_since = turn.now;
  prompt.run_until = after(turn.now, spec_of(turn, prompt.index).run_length);
  prompt.posture = Posture::unknown;
  record_prompt(turn, FactKind::started, "B6");
  show_run(turn);
}

// Everything that was asked for has been done.
void take(Turn& turn) {
  auto& state = turn.state;
  const auto prompt = state.prompt;
  turn.out.emplace_back(WithdrawPrompt{prompt.id});
  close_prompt(turn);
  for (const auto index : {prompt.partner, prompt.index}) {
    if (index == no_break) continue;
    if (is_posture(turn, index))
      accept_posture(turn, prompt.id);
    else
      complete(turn, index, How::taken, prompt.id, "B7");
  }
}

void start(Turn& turn) {
  auto& prompt = turn.state.prompt;
  if (prompt.partner != no_break) {
    // The posture is accepted at once, the stretch runs (B5c).
    prompt.index = std::exchange(prompt.partner, no_break);
    begin_run(turn);
    accept_posture(turn, prompt.id);
  } else if (spec_of(turn, prompt.index).run_length > Duration::zero()) {
    begin_run(turn);
  } else {
    if (!is_posture(turn, prompt.index)) record_prompt(turn, FactKind::started, "B6");
    take(turn);
  }
}

void snooze(Turn& turn) {
  auto& state = turn.state;
  const auto members = members_of(state.prompt);
  const bool used_up = std::any_of(members.begin(), members.end(), [&](std::size_t i) {
    return i != no_break && state.breaks[i].snoozes >= turn.policy.prompt.max_snoozes;
  });
  if (used_up) {
    refuse(turn, state.prompt.id, "no snooze is left");
    return;
  }
  ++state.day.totals.snoozed;
  record_prompt(turn, FactKind::snoozed, "B7").length = turn.policy.prompt.snooze;
  for (const auto i : members) {
    if (i == no_break) continue;
    auto& entry = state.breaks[i];
    ++entry.snoozes;
    entry.phase = Phase::snoozed;
    entry.away_from = turn.present();
    entry.away_for = turn.policy.prompt.snooze;
  }
  turn.out.emplace_back(WithdrawPrompt{state.prompt.id});
  close_prompt(turn);
}

void give_up(Turn& turn, std::size_t index) {
  restart_count(turn, index);
  if (is_posture(turn, index)) decline_posture(turn);
  if (index == turn.session_index()) give_up_session(turn);
}

void skip(Turn& turn) {
  auto& state = turn.state;
  if (!may_skip(state, turn.policy)) {
    refuse(turn, state.prompt.id, "no skip is left today");
    return;
  }
  ++state.day.totals.skipped;
  record_prompt(turn, FactKind::skipped, "B7");
  turn.out.emplace_back(WithdrawPrompt{state.prompt.id});
  const auto members = members_of(state.prompt);
  close_prompt(turn);
  for (const auto i : members) {
    if (i != no_break) give_up(turn, i);
  }
}

void answer_open(Turn& turn, Answer answer) {
  auto& state = turn.state;
  switch (answer) {
    case Answer::start:
      start(turn);
      break;
    case Answer::done:
      take(turn);
      break;
    case Answer::snooze:
      snooze(turn);
      break;
    case Answer::skip:
      skip(turn);
      break;
    case Answer::dismiss:
      // It is off the screen already; if that was not allowed it comes back on return.
      state.prompt.hidden = true;
      skip(turn);
      break;
    case Answer::quiet_today:
      state.day.quiet = true;
      break;
  }
}

void answer_running(Turn& turn, Answer answer) {
  auto& state = turn.state;
  switch (answer) {
    case Answer::start:
      break;
    case Answer::done:
      take(turn);
      break;
    case Answer::snooze:
      snooze(turn);
      break;
    case Answer::skip:
      skip(turn);
      break;
    case Answer::dismiss:
      if (state.prompt.dismissed) break;
      state.prompt.dismissed = true;
      turn.out.emplace_back(WithdrawPrompt{state.prompt.id});
      break;
    case Answer::quiet_today:
      state.day.quiet = true;
      break;
  }
}

}  // namespace

void apply(Turn& turn, const Answered& event) {
  auto& state = turn.state;
  const auto open = state.prompt.id;
  if (open == 0 || (event.prompt_id != 0 && event.prompt_id != open)) {
    if (event.answer == Answer::quiet_today && event.prompt_id == 0) {
      state.day.quiet = true;
      turn.changed = true;
      return;
    }
    refuse(turn, event.prompt_id, open == 0 ? "no prompt is open" : "that prompt is not open");
    return;
  }
  turn.changed = true;
  state.prompt.running ? answer_running(turn, event.answer) : answer_open(turn, event.answer);
}

void apply(Turn& turn, const PromptVanished& event) {
  auto& prompt = turn.state.prompt;
  if (prompt.id != 0 && prompt.id == event.prompt_id) prompt.hidden = true;
}

void apply(Turn& turn, const TakeBreak& event) {
  auto& state = turn.state;
  const auto& breaks = turn.policy.breaks;
  const auto found = std::find_if(breaks.begin(), breaks.end(), [&](const BreakPolicy& policy) {
    return policy.id == event.break_id;
  });
  const bool session = event.break_id == "session" && phase_of(state, turn.policy) != nullptr &&
                       !state.programme.stopped;
  if (found == breaks.end() && !session) {
    refuse(turn, 0, "no such break");
    return;
  }
  const auto index =
      session ? turn.session_index() : static_cast<std::size_t>(found - breaks.begin());
  if (state.prompt.running) {
    if (state.prompt.index != index) refuse(turn, state.prompt.id, "another break is running");
    return;
  }
  const bool is_open = state.prompt.index == index && state.prompt.partner == no_break;
  if (state.prompt.id != 0 && !is_open) withdraw(turn, 0);
  if (state.prompt.id == 0) {
    // A snooze of the run makes a due period of it; nothing holds it any more.
    auto& entry = state.breaks[index];
    if (entry.phase == Phase::counting) entry.due_since = turn.now;
    entry.held = 0;
    state.prompt.id = state.next_id++;
    state.prompt.index = index;
    state.prompt.shown_at = turn.now;
    state.prompt.urgency = Urgency::low;
    choose_exercises(turn, index);
  }
  start(turn);
}

void leave(Turn& turn) {
  if (turn.now < leaves_at(turn)) return;
  auto& state = turn.state;
  const auto index = leavable(turn);
  const auto prompt = state.prompt;
  const auto since = state.absence.since;
  record_prompt(turn, FactKind::withdrawn, "B6").since = since;
  turn.out.emplace_back(WithdrawPrompt{prompt.id});
  if (index != prompt.index) state.breaks[prompt.index].phase = Phase::due;
  close_prompt(turn);
  complete(turn, index, How::natural, prompt.id, "B6", since);
}

void end_run(Turn& turn) {
  auto& state = turn.state;
  const auto& prompt = state.prompt;
  if (!prompt.running || turn.now < prompt.run_until) return;
  const auto last = last_input(state);
  const bool away = state.absence.on ||
                    (!input_goes_on(state) && last != not_yet && turn.now - last >= left_keyboard);
  const auto index = prompt.index;
  const auto id = prompt.id;
  if (state.input.barred)
    turn.out.emplace_back(WithdrawPrompt{id});
  else
    turn.out.emplace_back(ShowFinished{id, away});
  close_prompt(turn);
  complete(turn, index, How::taken, id, "B6");
}

void expire(Turn& turn) {
  if (turn.now < expires_at(turn)) return;
  auto& state = turn.state;
  const auto prompt = state.prompt;
  turn.out.emplace_back(WithdrawPrompt{prompt.id});
  close_prompt(turn);
  const bool alone = prompt.partner == no_break;
  const auto tell = [&](FactKind kind, std::size_t index) -> Fact& {
    auto& fact = turn.record(kind, "B7", state.breaks[index]);
    fact.prompt_id = prompt.id;
    return fact;
  };
  std::size_t returning = no_break;
  for (const auto index : members_of(prompt)) {
    if (index == no_break) continue;
    auto& entry = state.breaks[index];
    // A stand prompt of its own does not return (S2).
    if (entry.expired_once || (alone && is_posture(turn, index))) {
      ++state.day.totals.missed;
      tell(FactKind::missed, index);
      give_up(turn, index);
      continue;
    }
    entry.expired_once = true;
    entry.phase = Phase::expired;
    entry.away_from = turn.present();
    entry.away_for = turn.policy.prompt.return_;
    if (returning == no_break) {
      ++state.day.totals.expired;
      returning = index;
    }
  }
  if (returning == no_break) return;
  auto& fact = tell(FactKind::expired, returning);
  if (!alone && returning == prompt.index && state.breaks[prompt.partner].phase == Phase::expired)
    fact.also.push_back(state.breaks[prompt.partner].id);
}

Instant answer_deadline(const Turn& turn) {
  const auto& prompt = turn.state.prompt;
  if (prompt.id == 0) return never;
  if (prompt.running) return prompt.run_until;
  return std::min(leaves_at(turn), expires_at(turn));
}

}  // namespace poised::core
