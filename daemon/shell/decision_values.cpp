// SPDX-License-Identifier: MIT
#include "shell/decision_values.hpp"

#include <algorithm>
#include <optional>

#include "core/status.hpp"

namespace poised::shell {
namespace {

using core::FactKind;

std::int64_t seconds(core::Duration duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

bool held_by(const core::Fact& fact, core::HeldBy what) {
  return std::find(fact.by.begin(), fact.by.end(), what) != fact.by.end();
}

/// When what holds it ends, if all of it has an end that is known.
std::optional<core::WallTime> hold_ends(const core::State& state, const core::Fact& fact) {
  if (fact.by.empty()) return std::nullopt;
  const auto now = core::wall_time(state, fact.at);
  core::WallTime end = now;
  for (const auto what : fact.by) {
    std::optional<core::WallTime> ends;
    if (what == core::HeldBy::calendar) {
      for (const auto& block : state.blocks)
        if (block.from <= now && now < block.to) ends = std::max(ends.value_or(now), block.to);
    } else if (what == core::HeldBy::hours && state.hours_change != core::never) {
      ends = core::wall_time(state, state.hours_change);
    } else if (what == core::HeldBy::pause && !state.day.quiet && !state.pauses.empty()) {
      ends = now;
      for (const auto& pause : state.pauses) {
        if (!pause.until) return std::nullopt;
        ends = std::max(*ends, core::wall_time(state, *pause.until));
      }
    } else if (what == core::HeldBy::pause && state.day_turns != core::never) {
      ends = core::wall_time(state, state.day_turns);
    }
    if (!ends) return std::nullopt;
    end = std::max(end, *ends);
  }
  return end;
}

/// How long ago the last input was; empty while it goes on.
std::optional<core::Duration> gap_before(const core::State& state, core::Instant at) {
  auto last = core::not_yet;
  for (const auto& device : state.input.devices) {
    if (device.going_on) return std::nullopt;
    last = std::max(last, device.last);
  }
  if (last == core::not_yet || last > at) return std::nullopt;
  return at - last;
}

}  // namespace

Json decision_values(const core::State& state, const core::Fact& fact, const core::Policy& policy) {
  auto values = Json::object();
  if (fact.since) values["away_s"] = seconds(fact.at - *fact.since);
  const bool counts = fact.kind == FactKind::due || fact.kind == FactKind::held ||
                      fact.kind == FactKind::released || fact.kind == FactKind::prompt;
  if (!counts) return values;
  const auto status = core::status(state, fact.at, policy);
  const auto about = std::find_if(status.breaks.begin(), status.breaks.end(),
                                  [&](const auto& entry) { return entry.id == fact.break_id; });
  if (about != status.breaks.end()) {
    values["worked_s"] = seconds(about->worked);
    values["interval_s"] = seconds(about->interval);
  }
  const auto entry = std::find_if(state.breaks.begin(), state.breaks.end(),
                                  [&](const auto& one) { return one.id == fact.break_id; });
  const bool was_due = entry != state.breaks.end() && entry->due_since != core::Instant{} &&
                       entry->due_since <= fact.at && fact.kind != FactKind::due;
  if (was_due) values["waited_s"] = seconds(fact.at - entry->due_since);
  if (const auto end = hold_ends(state, fact)) values["until"] = local_time(*end, policy);
  if (held_by(fact, core::HeldBy::spacing)) {
    values["prompts_today"] = state.day.first_shows;
    values["most_a_day"] = policy.prompt.max_per_day;
    if (state.has_closed)
      values["present_since_last_s"] = seconds(state.present.at(fact.at) - state.last_closed);
    values["min_gap_s"] = seconds(policy.prompt.min_gap);
  }
  if (fact.kind == FactKind::prompt) {
    if (const auto gap = gap_before(state, fact.at)) values["gap_s"] = seconds(*gap);
    values["wanted_gap_s"] = seconds(policy.prompt.gap);
    if (state.prompt.id == fact.prompt_id && state.prompt.before)
      values["before"] = local_time(*state.prompt.before, policy);
  }
  return values;
}

}  // namespace poised::shell
