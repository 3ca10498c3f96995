// SPDX-License-Identifier: MIT
#include "core/prompts.hpp"

#include <algorithm>

#include "core/availability.hpp"
#include "core/breaks.hpp"
#include "core/presence.hpp"

namespace poised::core {
namespace {

using std::chrono::seconds;

constexpr Duration soon_margin = seconds(30);  // B5
constexpr Duration left_keyboard = seconds(8);

BreakRecord& shown_break(Turn& turn) {
  return turn.state.breaks[turn.state.prompt.index];
}

void refuse(Turn& turn, std::uint64_t id, const char* why) {
  const bool before = turn.changed;
  auto& fact = turn.record(FactKind::refused, "B7");
  fact.prompt_id = id;
  fact.text = why;
  turn.changed = before;
}

Fact& record_prompt(Turn& turn, FactKind kind, const char* rule) {
  auto& fact = turn.record(kind, rule, shown_break(turn));
  fact.prompt_id = turn.state.prompt.id;
  return fact;
}

// B11: spacing is counted from here. What had to wait for this prompt waits for its own gap anew.
void close_prompt(Turn& turn) {
  auto& state = turn.state;
  for (auto& entry : state.breaks) {
    if (entry.phase == Phase::due) entry.waits_since = turn.now;
  }
  if (shown_break(turn).id != "micro") {
    state.has_closed = true;
    state.last_closed = turn.present();
  }
  state.prompt = {};
}

Instant leaves_at(const Turn& turn) {
  const auto& state = turn.state;
  const auto& prompt = state.prompt;
  if (prompt.id == 0 || prompt.running || !state.absence.on) return never;
  const auto kind = state.breaks[prompt.index].kind;
  if (kind == BreakKind::posture) return never;
  auto length = spec_of(turn, prompt.index).duration;
  // Who locks the screen has begun the break; an idle desk shows it only after a while.
  if (!state.input.barred || kind == BreakKind::daily_limit)
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

// The moment from which nobody is disturbed in mid-sentence; never while input goes on.
Instant gap_opens_at(const Turn& turn) {
  const auto& state = turn.state;
  if (turn.policy.prompt.gap == Duration::zero() || state.input.source == SourceState::lost)
    return turn.now;
  if (input_goes_on(state)) return never;
  const auto last = last_input(state);
  return last == not_yet ? turn.now : after(last, turn.policy.prompt.gap);
}

bool goes_before(const Turn& turn, std::size_t a, std::size_t b) {
  const auto length_a = spec_of(turn, a).duration, length_b = spec_of(turn, b).duration;
  if (length_a != length_b) return length_a > length_b;
  return turn.state.breaks[a].id < turn.state.breaks[b].id;
}

struct Candidate {
  std::size_t index = no_break;
  Instant latest = never;  ///< shown then, gap or no gap
};

Candidate next_candidate(const Turn& turn) {
  const auto& state = turn.state;
  Candidate best;
  if (state.prompt.id != 0 || state.absence.on) return best;
  for (std::size_t i = 0; i < state.breaks.size(); ++i) {
    const auto& entry = state.breaks[i];
    if (entry.phase != Phase::due || entry.held != 0) continue;
    if (best.index == no_break || goes_before(turn, i, best.index)) best.index = i;
    best.latest = std::min(best.latest, after(entry.waits_since, turn.policy.prompt.gap_max));
  }
  return best;
}

// B5: a longer break that would come right after the shorter one takes its place.
std::size_t longer_soon(const Turn& turn, std::size_t shorter) {
  const auto& state = turn.state;
  const auto length = spec_of(turn, shorter).duration;
  auto best = shorter;
  for (std::size_t i = 0; i < state.breaks.size(); ++i) {
    if (state.breaks[i].phase != Phase::counting) continue;
    const auto spec = spec_of(turn, i);
    if (!spec.enabled || spec.duration <= length || holds_on(turn, i) != 0) continue;
    if (spec.interval - worked_of(state, i, turn.now) > length + soon_margin) continue;
    if (best == shorter || goes_before(turn, i, best)) best = i;
  }
  return best;
}

PromptReason reason_of(const BreakRecord& entry) {
  if (entry.returning == Returning::snoozed) return PromptReason::snoozed;
  if (entry.returning == Returning::expired) return PromptReason::expired;
  if (entry.pulled) return PromptReason::pull_forward;
  if (entry.after_meeting) return PromptReason::after_meeting;
  return entry.kind == BreakKind::posture ? PromptReason::posture : PromptReason::interval;
}

void show(Turn& turn, std::size_t index, bool in_gap) {
  auto& state = turn.state;
  auto& entry = state.breaks[index];
  if (entry.phase == Phase::counting) {
    entry.due_since = entry.waits_since = turn.now;
    turn.record(FactKind::due, "B5", entry);
  }
  entry.phase = Phase::open;
  entry.shown = true;
  if (!entry.unspaced) ++state.day.first_shows;
  entry.unspaced = false;
  ++state.day.totals.prompts;

  auto& prompt = state.prompt;
  prompt = {};
  prompt.id = state.next_id++;
  prompt.index = index;
  prompt.shown_at = turn.now;
  prompt.expires_from = turn.present();
  prompt.reason = reason_of(entry);
  const bool low = !in_gap || entry.low || entry.returning == Returning::expired;
  prompt.urgency = low                           ? Urgency::low
                   : turn.policy.prompt.critical ? Urgency::critical
                                                 : Urgency::normal;
  const auto shown = describe(state, turn.policy);
  auto& fact = record_prompt(turn, FactKind::prompt, "B4");
  fact.also = shown.also;
  fact.urgency = shown.urgency;
  fact.reason = shown.reason;
  fact.posture = shown.posture;
  fact.routine = shown.routine;
  turn.out.emplace_back(ShowPrompt{shown});
}

void show_run(Turn& turn) {
  auto& prompt = turn.state.prompt;
  prompt.hidden = turn.state.input.barred;
  if (prompt.hidden) return;
  turn.out.emplace_back(
      ShowRunning{describe(turn.state, turn.policy), prompt.run_since, prompt.run_until});
}

void take(Turn& turn) {
  const auto index = turn.state.prompt.index;
  const auto id = turn.state.prompt.id;
  close_prompt(turn);
  complete(turn, index, How::taken, id, "B7");
}

void start(Turn& turn) {
  auto& prompt = turn.state.prompt;
  const auto length = spec_of(turn, prompt.index).run_length;
  record_prompt(turn, FactKind::started, "B6");
  if (length == Duration::zero()) {
    turn.out.emplace_back(WithdrawPrompt{prompt.id});
    take(turn);
    return;
  }
  shown_break(turn).phase = Phase::running;
  prompt.running = true;
  prompt.run_since = turn.now;
  prompt.run_until = after(turn.now, length);
  show_run(turn);
}

void snooze(Turn& turn) {
  auto& state = turn.state;
  auto& entry = shown_break(turn);
  if (entry.snoozes >= turn.policy.prompt.max_snoozes) {
    refuse(turn, state.prompt.id, "no snooze is left");
    return;
  }
  ++entry.snoozes;
  ++state.day.totals.snoozed;
  entry.phase = Phase::snoozed;
  entry.away_from = turn.present();
  entry.away_for = turn.policy.prompt.snooze;
  record_prompt(turn, FactKind::snoozed, "B7").length = entry.away_for;
  turn.out.emplace_back(WithdrawPrompt{state.prompt.id});
  close_prompt(turn);
}

bool may_skip(const State& state, const Policy& policy) {
  const auto& most = policy.prompt.max_skips_per_day;
  return !most || state.day.totals.skipped < *most;
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
  const auto index = state.prompt.index;
  close_prompt(turn);
  restart_count(turn, index);
}

void answer_open(Turn& turn, Answer answer) {
  auto& state = turn.state;
  switch (answer) {
    case Answer::start:
      start(turn);
      break;
    case Answer::done:
      turn.out.emplace_back(WithdrawPrompt{state.prompt.id});
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
      turn.out.emplace_back(WithdrawPrompt{state.prompt.id});
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

Prompt describe(const State& state, const Policy& policy) {
  const auto& open = state.prompt;
  const auto& entry = state.breaks[open.index];
  Prompt prompt;
  prompt.id = open.id;
  prompt.break_id = entry.id;
  prompt.posture = open.posture;
  if (entry.kind == BreakKind::ordinary) prompt.routine = policy.breaks[open.index].routine;
  prompt.duration = spec_of(state, policy, open.index).run_length;
  prompt.urgency = open.urgency;
  prompt.reason = open.reason;
  prompt.before = open.before;
  prompt.snoozes_left =
      policy.prompt.max_snoozes - std::min(policy.prompt.max_snoozes, entry.snoozes);
  prompt.skip_allowed = may_skip(state, policy);
  return prompt;
}

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
  if (found == breaks.end()) {
    refuse(turn, 0, "no such break");
    return;
  }
  const auto index = static_cast<std::size_t>(found - breaks.begin());
  if (state.prompt.running) {
    if (state.prompt.index != index) refuse(turn, state.prompt.id, "another break is running");
    return;
  }
  if (state.prompt.id != 0 && state.prompt.index != index) {
    withdraw(turn, 0);
  }
  if (state.prompt.id == 0) {
    state.prompt.id = state.next_id++;
    state.prompt.index = index;
    state.prompt.shown_at = turn.now;
    state.prompt.urgency = Urgency::low;
  }
  start(turn);
}

void leave(Turn& turn) {
  if (turn.now < leaves_at(turn)) return;
  auto& state = turn.state;
  const auto index = state.prompt.index;
  const auto id = state.prompt.id;
  const auto since = state.absence.since;
  record_prompt(turn, FactKind::withdrawn, "B6").since = since;
  turn.out.emplace_back(WithdrawPrompt{id});
  close_prompt(turn);
  complete(turn, index, How::natural, id, "B6", since);
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
  auto& entry = shown_break(turn);
  const auto index = state.prompt.index;
  turn.out.emplace_back(WithdrawPrompt{state.prompt.id});
  if (entry.expired_once) {
    ++state.day.totals.missed;
    record_prompt(turn, FactKind::missed, "B7");
    close_prompt(turn);
    restart_count(turn, index);
    return;
  }
  ++state.day.totals.expired;
  record_prompt(turn, FactKind::expired, "B7");
  entry.expired_once = true;
  entry.phase = Phase::expired;
  entry.away_from = turn.present();
  entry.away_for = turn.policy.prompt.return_;
  close_prompt(turn);
}

bool show_next(Turn& turn) {
  const auto best = next_candidate(turn);
  if (best.index == no_break) return false;
  const bool in_gap = turn.now >= gap_opens_at(turn);
  if (!in_gap && turn.now < best.latest) return false;
  show(turn, longer_soon(turn, best.index), in_gap);
  return true;
}

void withdraw(Turn& turn, std::uint16_t by) {
  auto& state = turn.state;
  auto& entry = shown_break(turn);
  record_prompt(turn, FactKind::withdrawn, by != 0 ? "B5a" : "B7").by = list_of(by);
  turn.out.emplace_back(WithdrawPrompt{state.prompt.id});
  entry.phase = Phase::due;
  entry.waits_since = turn.now;
  entry.unspaced = by != 0;
  state.prompt = {};
}

void drop_prompt(Turn& turn, const char* rule) {
  record_prompt(turn, FactKind::withdrawn, rule);
  turn.out.emplace_back(WithdrawPrompt{turn.state.prompt.id});
  turn.state.prompt = {};
}

void hide_prompt(Turn& turn) {
  auto& prompt = turn.state.prompt;
  if (prompt.id == 0) return;
  prompt.hidden = true;
  turn.out.emplace_back(WithdrawPrompt{prompt.id});
}

void show_again(Turn& turn) {
  auto& prompt = turn.state.prompt;
  if (prompt.id == 0 || !prompt.hidden || prompt.dismissed) return;
  prompt.hidden = false;
  if (prompt.running)
    show_run(turn);
  else
    turn.out.emplace_back(ShowPrompt{describe(turn.state, turn.policy)});
}

void watch_gap(Turn& turn) {
  auto& state = turn.state;
  const bool needed = state.prompt.running || next_candidate(turn).index != no_break;
  const auto threshold = needed ? turn.policy.prompt.gap : Duration::zero();
  if (threshold == state.gap_threshold) return;
  state.gap_threshold = threshold;
  turn.out.emplace_back(WatchIdle{typing_gap_watch, threshold, false});
}

Instant prompt_deadline(const Turn& turn) {
  const auto& prompt = turn.state.prompt;
  if (prompt.running) return prompt.run_until;
  if (prompt.id != 0) return std::min(leaves_at(turn), expires_at(turn));
  const auto best = next_candidate(turn);
  return best.index == no_break ? never : std::min(best.latest, gap_opens_at(turn));
}

}  // namespace poised::core
