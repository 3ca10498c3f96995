// SPDX-License-Identifier: MIT
#pragma once

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

struct Turn {
  State& state;
  const Policy& policy;
  CommandSink& out;
  Instant now;
  bool changed = false;  ///< B9: the state changed, save it

  /// Appends a fact; the reference holds until the next command.
  Fact& record(FactKind kind, const char* rule) {
    changed = true;
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

  /// P: present time so far.
  Duration present() const { return state.present.at(now); }
};

/// `at` + `length`, without overflow.
inline Instant after(Instant at, Duration length) {
  if (at == never || length > never - std::max(at, Instant{})) return never;
  return at + length;
}

BreakSpec spec_of(const State& state, const Policy& policy, std::size_t index);
inline BreakSpec spec_of(const Turn& turn, std::size_t index) {
  return spec_of(turn.state, turn.policy, index);
}

/// Present time counted towards the interval of an entry.
Duration worked_of(const State& state, std::size_t index, Instant now);

}  // namespace poised::core
