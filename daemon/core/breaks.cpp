// SPDX-License-Identifier: MIT
#include "core/breaks.hpp"

#include <algorithm>

#include "core/programme.hpp"
#include "core/prompts.hpp"
#include "core/sit_stand.hpp"

namespace poised::core {
namespace {

constexpr const char* daily_limit_id = "daily-limit";
constexpr const char* session_id = "session";
constexpr const char* posture_id = "posture";

// The first moment of the day's present time at which the limit speaks up after `present`.
Duration next_limit(const DailyLimitPolicy& policy, Duration present) {
  if (present < policy.interval) return policy.interval;
  return policy.interval + ((present - policy.interval) / policy.repeat + 1) * policy.repeat;
}

bool counts(const State& state, std::size_t index) {
  switch (state.breaks[index].kind) {
    case BreakKind::ordinary:
      return state.breaks[index].worked.counting;
    case BreakKind::daily_limit:
    case BreakKind::session:
      return state.day.present.counting;
    case BreakKind::posture:
      return state.stand.timer.counting;
  }
  return false;
}

Instant natural_at(const BreakRecord& entry, const BreakPolicy& policy) {
  // An open prompt has its own rule for leaving, and a running break is being had.
  if (!policy.enabled || !entry.absence.on || entry.absence.rested || entry.phase == Phase::open ||
      entry.phase == Phase::running)
    return never;
  return after(entry.absence.since, policy.natural);
}

// B7: when it returns from a snooze or an expiry.
Instant returns_at(const Turn& turn, const BreakRecord& entry) {
  const auto left = entry.away_for - (turn.present() - entry.away_from);
  if (left <= Duration::zero()) return turn.now;
  return turn.state.present.counting ? after(turn.now, left) : never;
}

Instant interval_ends_at(const Turn& turn, std::size_t index, const BreakSpec& spec) {
  const auto left = spec.interval - worked_of(turn.state, index, turn.now);
  if (left <= Duration::zero()) return turn.now;
  return counts(turn.state, index) ? after(turn.now, left) : never;
}

// A9
std::optional<EarlyOffer> early_offer(const Turn& turn, std::size_t index, Instant due) {
  if (turn.state.breaks[index].kind != BreakKind::posture || due == never) return std::nullopt;
  return before_meeting(turn, due);
}

Instant due_at(const Turn& turn, std::size_t index) {
  const auto& entry = turn.state.breaks[index];
  switch (entry.phase) {
    case Phase::counting:
      break;
    case Phase::snoozed:
    case Phase::expired:
      return spec_of(turn, index).enabled ? returns_at(turn, entry) : never;
    case Phase::due:
    case Phase::open:
    case Phase::running:
      return never;
  }
  const auto spec = spec_of(turn, index);
  if (!spec.enabled) return never;
  const auto at = interval_ends_at(turn, index, spec);
  if (entry.kind == BreakKind::session) return session_due_at(turn, at);
  const auto early = early_offer(turn, index, at);
  return early ? early->at : at;
}

void end_due_period(BreakRecord& entry) {
  if (entry.phase == Phase::counting) return;
  auto fresh = BreakRecord{};
  fresh.id = std::move(entry.id);
  fresh.kind = entry.kind;
  fresh.worked = entry.worked;
  fresh.absence = entry.absence;
  fresh.pulled_for = entry.pulled_for;
  fresh.next_limit = entry.next_limit;
  entry = std::move(fresh);
}

// What the policy no longer asks for is not asked for; a run that was begun goes on.
void drop_unwanted_prompt(Turn& turn) {
  const auto& state = turn.state;
  for (const auto index : members_of(state.prompt)) {
    if (state.prompt.id == 0 || index == no_break) continue;
    const auto& entry = state.breaks[index];
    bool wanted = true;
    if (entry.kind == BreakKind::ordinary) {
      const auto& breaks = turn.policy.breaks;
      const auto found = std::find_if(breaks.begin(), breaks.end(), [&](const BreakPolicy& policy) {
        return policy.id == entry.id;
      });
      wanted = found != breaks.end() && (found->enabled || state.prompt.running);
    } else if (entry.kind == BreakKind::daily_limit) {
      wanted = turn.policy.daily_limit.enabled;
    } else if (entry.kind == BreakKind::session) {
      wanted = session_spec(state, turn.policy).enabled;
    } else {
      wanted = stand_enabled(state, turn.policy);
    }
    if (!wanted) drop_prompt(turn, "B9");
  }
}

}  // namespace

void match_breaks(Turn& turn) {
  auto& state = turn.state;
  state.all_present = false;
  state.due_deadline = not_yet;
  drop_unwanted_prompt(turn);
  const auto before = std::move(state.breaks);
  state.breaks.clear();
  auto parked = std::move(state.parked);
  state.parked.clear();

  const auto same = [](const std::string& id, BreakKind kind) {
    return [&id, kind](const BreakRecord& entry) { return entry.id == id && entry.kind == kind; };
  };
  const auto take = [&](const std::string& id, BreakKind kind) {
    for (const auto* from : {&before, &std::as_const(parked)}) {
      const auto found = std::find_if(from->begin(), from->end(), same(id, kind));
      if (found == from->end()) continue;
      state.breaks.push_back(*found);
      return;
    }
    BreakRecord fresh;
    fresh.id = id;
    fresh.kind = kind;
    state.breaks.push_back(std::move(fresh));
  };
  for (const auto& policy : turn.policy.breaks) take(policy.id, BreakKind::ordinary);
  take(daily_limit_id, BreakKind::daily_limit);
  take(session_id, BreakKind::session);
  take(posture_id, BreakKind::posture);

  for (auto* index : {&state.prompt.index, &state.prompt.partner}) {
    if (*index == no_break) continue;
    const auto& entry = before[*index];
    const auto found =
        std::find_if(state.breaks.begin(), state.breaks.end(), same(entry.id, entry.kind));
    *index = static_cast<std::size_t>(found - state.breaks.begin());
  }
  for (const auto* from : {&before, &std::as_const(parked)}) {
    for (const auto& entry : *from) {
      if (std::any_of(state.breaks.begin(), state.breaks.end(), same(entry.id, entry.kind)))
        continue;
      auto& kept = state.parked.emplace_back(entry);
      kept.worked.take_back(turn.now);
      end_due_period(kept);
    }
  }
  for (std::size_t i = 0; i < state.breaks.size(); ++i) {
    auto& entry = state.breaks[i];
    if (entry.kind == BreakKind::daily_limit && entry.phase == Phase::counting)
      entry.next_limit = next_limit(turn.policy.daily_limit, state.day.present.at(turn.now));
    const bool is_shown = entry.phase == Phase::open || entry.phase == Phase::running;
    if (!is_shown && !spec_of(turn, i).enabled) end_due_period(entry);
  }
}

void credit_natural(Turn& turn) {
  auto& state = turn.state;
  if (state.all_present) return;
  for (std::size_t i = 0; i < turn.policy.breaks.size(); ++i) {
    auto& entry = state.breaks[i];
    if (turn.now < natural_at(entry, turn.policy.breaks[i])) continue;
    entry.absence.rested = true;
    if (entry.worked.at(turn.now) >= turn.policy.breaks[i].interval / 2)
      complete(turn, i, How::natural, 0, "B2", entry.absence.since);
    else
      restart_count(turn, i);
  }
}

void fall_due(Turn& turn) {
  auto& state = turn.state;
  if (turn.now < state.due_deadline) return;
  for (std::size_t i = 0; i < state.breaks.size(); ++i) {
    auto& entry = state.breaks[i];
    if (turn.now < due_at(turn, i)) continue;
    entry.waits_since = turn.now;
    turn.changed = turn.touched = true;
    if (entry.phase == Phase::counting) {
      entry.due_since = turn.now;
      const auto spec = spec_of(turn, i);
      if (worked_of(state, i, turn.now) >= spec.interval) {
        turn.record(FactKind::due, entry.kind == BreakKind::posture ? "S2" : "B1", entry);
      } else {
        entry.pulled = true;
        entry.pulled_for = early_offer(turn, i, interval_ends_at(turn, i, spec))->before;
      }
    } else {
      entry.returning = entry.phase == Phase::snoozed ? Returning::snoozed : Returning::expired;
      entry.unspaced = true;
    }
    entry.phase = Phase::due;
  }
}

Instant natural_deadline(const Turn& turn) {
  auto deadline = never;
  if (turn.state.all_present) return deadline;
  auto entry = turn.state.breaks.begin();
  for (const auto& policy : turn.policy.breaks)
    deadline = std::min(deadline, natural_at(*entry++, policy));
  return deadline;
}

Instant due_deadline(const Turn& turn) {
  const auto& state = turn.state;
  auto deadline = never;
  // As due_at(), but for the many that merely count, of which the nearest decides.
  auto nearest = Duration::max();
  auto entry = state.breaks.begin();
  for (const auto& policy : turn.policy.breaks) {
    if (entry->phase == Phase::counting && entry->worked.counting && policy.enabled)
      nearest = std::min(nearest, policy.interval - entry->worked.at(turn.now));
    else if (entry->phase != Phase::due && policy.enabled)
      deadline =
          std::min(deadline, due_at(turn, static_cast<std::size_t>(entry - state.breaks.begin())));
    ++entry;
  }
  for (auto i = turn.policy.breaks.size(); i < state.breaks.size(); ++i)
    deadline = std::min(deadline, due_at(turn, i));
  return std::min(deadline, after(turn.now, std::max(nearest, Duration::zero())));
}

void stop_offering(Turn& turn, BreakRecord& entry) {
  turn.changed = turn.touched = true;
  end_due_period(entry);
}

void restart_count(Turn& turn, std::size_t index) {
  auto& state = turn.state;
  auto& entry = state.breaks[index];
  turn.changed = turn.touched = true;
  entry.worked.reset(turn.now);
  if (entry.kind == BreakKind::posture) state.stand.timer.reset(turn.now);
  if (entry.kind == BreakKind::daily_limit)
    entry.next_limit = next_limit(turn.policy.daily_limit, state.day.present.at(turn.now));
  end_due_period(entry);
}

void complete(Turn& turn, std::size_t index, How how, std::uint64_t prompt_id, const char* rule,
              std::optional<Instant> since) {
  auto& state = turn.state;
  auto& fact = turn.record(FactKind::completed, rule, state.breaks[index]);
  fact.how = how;
  fact.prompt_id = prompt_id;
  fact.since = since;
  if (how == How::taken) {
    ++state.day.totals.taken;
  } else if (!state.natural_counted) {
    state.natural_counted = true;
    ++state.day.totals.natural;
  }
  const bool is_session = state.breaks[index].kind == BreakKind::session;
  restart_count(turn, index);
  if (is_session) finish_session(turn);
  const auto covered = spec_of(turn, index).duration;
  for (std::size_t i = 0; i < turn.policy.breaks.size(); ++i) {
    if (i == index || turn.policy.breaks[i].duration > covered) continue;
    auto& other = state.breaks[i];
    if (other.phase == Phase::running) {
      other.worked.reset(turn.now);
      continue;
    }
    if (other.phase == Phase::open) drop_prompt(turn, "B2");
    restart_count(turn, i);
  }
}

}  // namespace poised::core
