// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/command.hpp"
#include "core/event.hpp"
#include "core/policy.hpp"
#include "core/state.hpp"

// Inside the core only: what every rule needs while step() runs.
namespace poised::core {

/// Thresholds and lengths of one entry of Memory::breaks, whatever its kind.
struct BreakSpec {
  bool enabled = false;
  Duration interval{};
  Duration duration{};
  Duration natural{};
  Duration run_length{};
};

/// A break that is offered early, for the sake of a busy block (A3, A9).
struct EarlyOffer {
  Instant at;
  WallTime before;  ///< the start of the block
};

struct Turn {
  State& state;
  const Policy& policy;
  CommandSink& out;
  Instant now;
  bool changed = false;   ///< B9: the state changed, save it
  bool touched = false;   ///< something besides input and time may have moved a deadline
  bool returned = false;  ///< the person came back: what is hidden is shown again, after the holds

  /// Appends a fact; the reference holds until the next command.
  Fact& record(FactKind kind, const char* rule) {
    changed = touched = true;
    auto& fact = std::get<Record>(out.emplace_back(Record{})).fact;
    fact.kind = kind;
    fact.at = now;
    fact.rule = rule;
    return fact;
  }
  Fact& record(FactKind kind, const char* rule, const BreakRecord& about) {
    auto& fact = record(kind, rule);
    fact.break_id = about.id;
    return fact;
  }

  /// Index of the stand prompt's entry, the last one.
  std::size_t posture_index() const { return state.breaks.size() - 1; }

  std::size_t session_index() const { return state.breaks.size() - 2; }

  /// P: present time so far.
  Duration present() const { return state.present.at(now); }
};

/// `at` + `length`, without overflow.
inline Instant after(Instant at, Duration length) {
  if (at == never || length > never - std::max(at, Instant{})) return never;
  return at + length;
}

/// That of the day's session.
BreakSpec session_spec(const State& state, const Policy& policy);
/// That of the stand prompt.
BreakSpec stand_spec(const State& state, const Policy& policy);

inline BreakSpec spec_of(const State& state, const Policy& policy, std::size_t index) {
  const auto& entry = state.breaks[index];
  switch (entry.kind) {
    case BreakKind::ordinary: {
      const auto& of = policy.breaks[index];
      // E3: as long as what was chosen for it.
      const bool shown = state.prompt.index == index || state.prompt.partner == index;
      const auto chosen = shown ? state.programme.chosen_length : Duration::zero();
      return {of.enabled, of.interval, of.duration, of.natural,
              std::max({of.duration, of.routine_length, chosen})};
    }
    case BreakKind::daily_limit:
      return {policy.daily_limit.enabled, entry.next_limit, {}, Duration::max(), {}};
    case BreakKind::session:
      return session_spec(state, policy);
    case BreakKind::posture:
      break;
  }
  return stand_spec(state, policy);
}
inline BreakSpec spec_of(const Turn& turn, std::size_t index) {
  return spec_of(turn.state, turn.policy, index);
}

/// Present time counted towards the interval of an entry.
inline Duration worked_of(const State& state, std::size_t index, Instant now) {
  const auto& entry = state.breaks[index];
  switch (entry.kind) {
    case BreakKind::ordinary:
      return entry.worked.at(now);
    case BreakKind::daily_limit:
    case BreakKind::session:
      return state.day.present.at(now);
    case BreakKind::posture:
      break;
  }
  return state.stand.timer.at(now);
}

}  // namespace poised::core
