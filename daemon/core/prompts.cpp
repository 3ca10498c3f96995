// SPDX-License-Identifier: MIT
#include "core/prompts.hpp"

#include <algorithm>

#include "core/availability.hpp"
#include "core/breaks.hpp"
#include "core/presence.hpp"
#include "core/programme.hpp"

namespace poised::core {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration soon_margin = seconds(30);  // B5
constexpr Duration joins_within = minutes(5);  // B5c

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
  for (const auto& entry : state.breaks) {
    if (entry.phase != Phase::due || entry.held != 0) continue;
    const auto i = static_cast<std::size_t>(&entry - state.breaks.data());
    if (best.index == no_break || goes_before(turn, i, best.index)) best.index = i;
    best.latest = std::min(best.latest, latest_show(turn, i));
  }
  return best;
}

// B5c: the stretch that goes with a stand prompt, and the other way round.
std::size_t partner_of(const Turn& turn, std::size_t index) {
  const auto& state = turn.state;
  const bool is_posture = state.breaks[index].kind == BreakKind::posture;
  if (!is_posture && state.breaks[index].id != "stretch") return no_break;
  for (std::size_t i = 0; i < state.breaks.size(); ++i) {
    const auto& entry = state.breaks[i];
    if (is_posture ? entry.kind != BreakKind::ordinary || entry.id != "stretch"
                   : entry.kind != BreakKind::posture)
      continue;
    const auto spec = spec_of(turn, i);
    if (!spec.enabled || (holds_on(turn, i) & ~bit(HeldBy::spacing)) != 0) return no_break;
    const bool due = entry.phase == Phase::due;
    const bool soon = entry.phase == Phase::counting &&
                      spec.interval - worked_of(state, i, turn.now) <= joins_within;
    return due || soon ? i : no_break;
  }
  return no_break;
}

// B5: a longer break that would come right after the shorter one takes its place.
std::size_t longer_soon(const Turn& turn, std::size_t shorter) {
  const auto& state = turn.state;
  const auto length = spec_of(turn, shorter).duration;
  const auto partner = partner_of(turn, shorter);
  auto best = shorter;
  for (std::size_t i = 0; i < state.breaks.size(); ++i) {
    // A session waits for its free time, not for an interval.
    if (state.breaks[i].phase != Phase::counting || i == partner || i == turn.session_index())
      continue;
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

Urgency urgency_of(const Turn& turn, const BreakRecord& entry, bool in_gap) {
  const bool in_meeting = (general_holds(turn.state, turn.now) & bit(HeldBy::calendar)) != 0;
  if (!in_gap || in_meeting || entry.low || entry.returning == Returning::expired)
    return Urgency::low;
  return turn.policy.prompt.critical ? Urgency::critical : Urgency::normal;
}

void show(Turn& turn, std::size_t index, bool in_gap) {
  auto& state = turn.state;
  auto& entry = state.breaks[index];
  const bool returns = entry.returning != Returning::no || entry.unspaced;
  if (entry.phase == Phase::counting) turn.record(FactKind::due, "B5", entry);
  if (!entry.unspaced) ++state.day.first_shows;
  ++state.day.totals.prompts;

  auto& prompt = state.prompt;
  prompt = {};
  prompt.id = state.next_id++;
  prompt.index = index;
  prompt.shown_at = turn.now;
  prompt.expires_from = turn.present();
  prompt.urgency = urgency_of(turn, entry, in_gap);
  prompt.reason = reason_of(entry);
  if (prompt.reason == PromptReason::pull_forward) prompt.before = entry.pulled_for;
  if (const auto partner = partner_of(turn, index); partner != no_break) {
    const auto& other = state.breaks[partner];
    prompt.urgency = std::min(prompt.urgency, urgency_of(turn, other, in_gap));
    // The words that come first in precedence have the greater value.
    if (const auto reason = reason_of(other); reason > prompt.reason) {
      prompt.reason = reason;
      if (reason == PromptReason::pull_forward) prompt.before = other.pulled_for;
    }
    prompt.partner = partner;
    if (entry.kind != BreakKind::posture) std::swap(prompt.index, prompt.partner);
  }
  if (state.breaks[prompt.index].kind == BreakKind::posture)
    prompt.posture = state.stand.posture == Posture::sitting ? Posture::standing : Posture::unknown;

  for (const auto i : members_of(prompt)) {
    if (i == no_break) continue;
    auto& member = state.breaks[i];
    if (member.phase == Phase::counting) member.due_since = turn.now;
    member.phase = Phase::open;
    member.unspaced = false;
    member.held = 0;
  }
  const bool is_session = prompt.index == turn.session_index();
  const bool joined = prompt.partner != no_break;
  choose_exercises(turn, joined ? prompt.partner : prompt.index);
  // E2: what comes back is still the day's one offer.
  if (is_session && (!returns || state.programme.offered == 0)) offer_session(turn);
  const auto shown = describe(state, turn.policy);
  auto& fact = record_prompt(turn, FactKind::prompt, "B4");
  fact.urgency = shown.urgency;
  fact.reason = shown.reason;
  fact.posture = shown.posture;
  fact.routine = shown.routine;
  fact.exercises = shown.exercises;
  turn.out.emplace_back(ShowPrompt{shown});
}

// Its breaks are due again.
void reopen(Turn& turn, bool unspaced) {
  auto& state = turn.state;
  for (const auto i : members_of(state.prompt)) {
    if (i == no_break) continue;
    auto& entry = state.breaks[i];
    entry.phase = Phase::due;
    entry.waits_since = turn.now;
    entry.unspaced = unspaced;
  }
  turn.out.emplace_back(WithdrawPrompt{state.prompt.id});
  state.prompt = {};
}

}  // namespace

std::array<std::size_t, 2> members_of(const OpenPrompt& prompt) {
  return {prompt.index, prompt.partner};
}

Fact& record_prompt(Turn& turn, FactKind kind, const char* rule) {
  const auto& prompt = turn.state.prompt;
  auto& fact = turn.record(kind, rule, turn.state.breaks[prompt.index]);
  fact.prompt_id = prompt.id;
  if (prompt.partner != no_break) fact.also.push_back(turn.state.breaks[prompt.partner].id);
  return fact;
}

bool may_skip(const State& state, const Policy& policy) {
  const auto& most = policy.prompt.max_skips_per_day;
  return !most || state.day.totals.skipped < *most;
}

Prompt describe(const State& state, const Policy& policy) {
  const auto& open = state.prompt;
  const auto& entry = state.breaks[open.index];
  Prompt prompt;
  prompt.id = open.id;
  prompt.break_id = entry.id;
  prompt.posture = open.posture;
  prompt.urgency = open.urgency;
  prompt.reason = open.reason;
  prompt.before = open.before;
  prompt.skip_allowed = may_skip(state, policy);
  auto snoozes = entry.snoozes;
  auto run = open.index;
  if (open.partner != no_break) {
    const auto& partner = state.breaks[open.partner];
    prompt.also.push_back(partner.id);
    snoozes = std::max(snoozes, partner.snoozes);
    run = open.partner;
  }
  prompt.snoozes_left = policy.prompt.max_snoozes - std::min(policy.prompt.max_snoozes, snoozes);
  prompt.duration = spec_of(state, policy, run).run_length;
  prompt.routine = routine_of(state, policy, run);
  if (!prompt.routine.empty()) prompt.exercises = state.programme.chosen;
  prompt.checkin = state.breaks[run].kind == BreakKind::session && questions_wait(state, policy);
  return prompt;
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
  record_prompt(turn, FactKind::withdrawn, by != 0 ? "B5a" : "B7").by = list_of(by);
  reopen(turn, by != 0);
}

void drop_prompt(Turn& turn, const char* rule) {
  record_prompt(turn, FactKind::withdrawn, rule);
  reopen(turn, true);
}

void close_prompt(Turn& turn) {
  auto& state = turn.state;
  if (state.breaks[state.prompt.index].id != "micro") {
    state.has_closed = true;
    state.last_closed = turn.present();
  }
  state.prompt = {};
}

void hide_prompt(Turn& turn) {
  auto& prompt = turn.state.prompt;
  if (prompt.id == 0) return;
  prompt.hidden = true;
  turn.out.emplace_back(WithdrawPrompt{prompt.id});
}

void show_run(Turn& turn) {
  auto& prompt = turn.state.prompt;
  prompt.hidden = turn.state.input.barred;
  if (prompt.hidden) return;
  turn.out.emplace_back(
      ShowRunning{describe(turn.state, turn.policy), prompt.run_since, prompt.run_until});
}

void show_again(Turn& turn) {
  auto& prompt = turn.state.prompt;
  if (!std::exchange(turn.returned, false) || turn.state.absence.on) return;
  if (prompt.id == 0 || !prompt.hidden || prompt.dismissed) return;
  prompt.hidden = false;
  if (prompt.running)
    show_run(turn);
  else
    turn.out.emplace_back(ShowPrompt{describe(turn.state, turn.policy)});
}

void watch_gap(Turn& turn) {
  auto& state = turn.state;
  // Also for what waits behind an open prompt: whether there is a gap has to be known once that
  // one closes.
  const bool waits = !state.absence.on &&
                     std::any_of(state.breaks.begin(), state.breaks.end(), [](const auto& entry) {
                       return entry.phase == Phase::due && entry.held == 0;
                     });
  const bool needed = state.prompt.running || waits;
  const auto threshold = needed ? turn.policy.prompt.gap : Duration::zero();
  if (threshold == state.gap_threshold) return;
  state.gap_threshold = threshold;
  turn.out.emplace_back(WatchIdle{typing_gap_watch, threshold, false});
}

Instant show_deadline(const Turn& turn) {
  if (!turn.state.waits) return never;
  const auto best = next_candidate(turn);
  return best.index == no_break ? never : std::min(best.latest, gap_opens_at(turn));
}

}  // namespace poised::core
