// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "core/command.hpp"
#include "core/event.hpp"
#include "core/policy.hpp"
#include "core/status.hpp"
#include "simulate/trace.hpp"

// The core without the world: the daemon's own step(), driven by a trace on a virtual clock.
namespace poised::simulate {

/// Something that happens some time after what it reacts to.
struct Reaction {
  core::Duration after{};
  TraceAction action;
};

struct Run {
  core::Policy policy;
  std::vector<TraceLine> lines;          ///< in order of `elapsed`
  std::vector<core::BusyInterval> busy;  ///< the calendar, known from the beginning
  core::WallTime begin;                  ///< wall clock at `elapsed` 0
  core::Duration length{};               ///< the run ends here
  /// What the person does when the core decided something; may be empty.
  std::function<std::vector<Reaction>(const core::Fact&, const core::Policy&)> react;
};

/// A decision, with the wall clock as it read then and the time since the run began.
using OnFact = std::function<void(const core::Fact&, core::WallTime wall, core::Duration elapsed)>;

/// Runs to the end and returns the last status. Deterministic.
core::Status run(const Run& run, const OnFact& on_fact);

/// From `at` to the next day turn of the policy, exclusive of `at` itself.
core::Duration until_day_turn(core::WallTime at, const core::Policy& policy);

}  // namespace poised::simulate
