// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "core/command.hpp"
#include "core/policy.hpp"
#include "core/status.hpp"
#include "simulate/script.hpp"

// The core without the world: the daemon's own step(), driven by a script on a virtual clock.
namespace poised::simulate {

struct Run {
  core::Policy policy;
  std::vector<core::BusyInterval> busy;  ///< the calendar, known from the beginning
  core::WallTime begin;                  ///< wall clock at `elapsed` 0
  std::optional<core::Duration> length;  ///< empty: to the day turn after the script's last event
};

/// A decision, and what else was so at its moment.
struct Decision {
  const core::Fact& fact;
  core::WallTime wall;       ///< the wall clock as it read then
  core::Duration elapsed{};  ///< since the run began; never decreasing
  core::Duration present{};  ///< present time since the run began
  bool in_meeting = false;   ///< in the calendar, or on a call, microphone, camera or shared screen
};
using OnDecision = std::function<void(const Decision&)>;

struct Outcome {
  core::Status status;
  core::WallTime wall;  ///< at the end
  core::Duration elapsed{};
};

/// Runs to the end. Deterministic. Throws what the script throws.
Outcome run(const Run& run, Script& script, const OnDecision& on_decision);

/// From `at` to the next day turn of the policy, exclusive of `at` itself.
core::Duration until_day_turn(core::WallTime at, const core::Policy& policy);

}  // namespace poised::simulate
