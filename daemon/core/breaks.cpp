// SPDX-License-Identifier: MIT
#include "core/breaks.hpp"

#include <algorithm>

#include "core/prompts.hpp"

namespace poised::core {
namespace {

constexpr const char* daily_limit_id = "daily-limit";
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
      return state.day.present.counting;
    case BreakKind::posture:
      return state.posture_timer.counting;
  }
  return false;
}

Instant natural_at(const Turn& turn, std::size_t index) {
  const auto& entry = turn.state.breaks[index];
  const auto& policy = turn.policy.breaks[index];
  // An open prompt has its own rule for leaving, and a running break is being had.
  if (!policy.enabled || !entry.absence.on || entry.absence.rested || entry.phase == Phase::open ||
      entry.phase == Phase::running)
    return never;
  return after(entry.absence.since, policy.natural);
}

Instant due_at(const Turn& turn, std::size_t index, const BreakSpec& spec) {
  const auto& state = turn.state;
  const auto& entry = state.breaks[index];
  if (!spec.enabled) return never;
  if (entry.phase == Phase::snoozed || entry.phase == Phase::expired) {
    const auto left = entry.away_for - (turn.present() - entry.away_from);
    if (left <= Duration::zero()) return turn.now;
    return state.present.counting ? after(turn.now, left) : never;
  }
  if (entry.phase != Phase::counting) return never;
  const auto left = spec.interval - worked_of(state, index, turn.now);
  if (left <= Duration::zero()) return turn.now;
  return counts(state, index) ? after(turn.now, left) : never;
}

void end_due_period(BreakRecord& entry) {
  auto fresh = BreakRecord{};
  fresh.id = std::move(entry.id);
  fresh.kind = entry.kind;
  fresh.worked = entry.worked;
  fresh.absence = entry.absence;
  fresh.pulled_for = entry.pulled_for;
  fresh.next_limit = entry.next_limit;
  entry = std::move(fresh);
}

void remap_prompt(Turn& turn, const std::vector<BreakRecord>& before) {
  auto& prompt = turn.state.prompt;
  const auto find = [&](std::size_t index) {
    if (index == no_break) return no_break;
    const auto& breaks = turn.state.breaks;
    const auto found = std::find_if(breaks.begin(), breaks.end(), [&](const auto& entry) {
      return entry.id == before[index].id;
    });
    return found == breaks.end() ? no_break : static_cast<std::size_t>(found - breaks.begin());
  };
  prompt.index = find(prompt.index);
  prompt.partner = find(prompt.partner);
}

}  // namespace

void match_breaks(Turn& turn) {
  auto& state = turn.state;
  auto before = std::move(state.breaks);
  state.breaks.clear();
  auto parked = std::move(state.parked);
  state.parked.clear();

  const auto take = [&](const std::string& id, BreakKind kind) {
    for (auto* from : {&before, &parked}) {
      const auto found = std::find_if(from->begin(), from->end(), [&](const auto& entry) {
        return entry.id == id && entry.kind == kind;
      });
      if (found == from->end()) continue;
      state.breaks.push_back(*found);
      found->kind = kind;
      return;
    }
    BreakRecord fresh;
    fresh.id = id;
    fresh.kind = kind;
    state.breaks.push_back(std::move(fresh));
  };
  for (const auto& policy : turn.policy.breaks) take(policy.id, BreakKind::ordinary);
  take(daily_limit_id, BreakKind::daily_limit);
  take(posture_id, BreakKind::posture);

  if (state.prompt.id != 0) {
    const auto shown = state.prompt;
    remap_prompt(turn, before);
    if (state.prompt.index == no_break) {
      state.prompt = shown;
      turn.record(FactKind::withdrawn, "B9", before[shown.index]).prompt_id = shown.id;
      turn.out.emplace_back(WithdrawPrompt{shown.id});
      state.prompt = {};
    }
  }
  for (auto* from : {&before, &parked}) {
    for (auto& entry : *from) {
      const bool kept = std::any_of(state.breaks.begin(), state.breaks.end(),
                                    [&](const auto& other) { return other.id == entry.id; });
      if (kept) continue;
      entry.worked.take_back(turn.now);
      end_due_period(entry);
      state.parked.push_back(std::move(entry));
    }
  }
  for (std::size_t i = 0; i < state.breaks.size(); ++i) {
    auto& entry = state.breaks[i];
    if (entry.kind == BreakKind::daily_limit && entry.phase == Phase::counting)
      entry.next_limit = next_limit(turn.policy.daily_limit, state.day.present.at(turn.now));
    // A run that was asked for goes on, enabled or not.
    if (spec_of(turn, i).enabled || entry.phase == Phase::counting || entry.phase == Phase::running)
      continue;
    if (entry.phase == Phase::open) drop_prompt(turn, "B9");
    end_due_period(entry);
  }
}

void credit_natural(Turn& turn) {
  auto& state = turn.state;
  for (std::size_t i = 0; i < turn.policy.breaks.size(); ++i) {
    if (turn.now < natural_at(turn, i)) continue;
    auto& entry = state.breaks[i];
    entry.absence.rested = true;
    if (entry.worked.at(turn.now) >= turn.policy.breaks[i].interval / 2)
      complete(turn, i, How::natural, 0, "B2", entry.absence.since);
    else
      restart_count(turn, i);
  }
}

void fall_due(Turn& turn) {
  auto& state = turn.state;
  for (std::size_t i = 0; i < state.breaks.size(); ++i) {
    auto& entry = state.breaks[i];
    if (turn.now < due_at(turn, i, spec_of(turn, i))) continue;
    entry.waits_since = turn.now;
    turn.changed = true;
    if (entry.phase == Phase::counting) {
      entry.due_since = turn.now;
      turn.record(FactKind::due, "B1", entry);
    } else {
      entry.returning = entry.phase == Phase::snoozed ? Returning::snoozed : Returning::expired;
      entry.unspaced = true;
    }
    entry.phase = Phase::due;
  }
}

Instant break_deadline(const Turn& turn) {
  auto deadline = never;
  for (std::size_t i = 0; i < turn.state.breaks.size(); ++i) {
    if (i < turn.policy.breaks.size()) deadline = std::min(deadline, natural_at(turn, i));
    deadline = std::min(deadline, due_at(turn, i, spec_of(turn, i)));
  }
  return deadline;
}

void restart_count(Turn& turn, std::size_t index) {
  auto& state = turn.state;
  auto& entry = state.breaks[index];
  turn.changed = true;
  entry.worked.reset(turn.now);
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
  restart_count(turn, index);
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
