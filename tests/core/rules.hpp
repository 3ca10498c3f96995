// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <stdexcept>
#include <string>

#include "core/policy.hpp"

// Policies the tests start from.
namespace poised::core {

inline BreakPolicy& entry(Policy& policy, const std::string& id) {
  for (auto& each : policy.breaks) {
    if (each.id == id) return each;
  }
  throw std::runtime_error("no such break: " + id);
}

/// The defaults, with just these breaks enabled.
inline Policy with(std::initializer_list<const char*> enabled) {
  auto policy = default_policy();
  for (auto& each : policy.breaks) each.enabled = false;
  for (const auto* id : enabled) entry(policy, id).enabled = true;
  return policy;
}

/// The defaults, with one exercise, "turn", and the routine "short" of it.
inline Policy with_an_exercise() {
  auto policy = default_policy();
  ExerciseSpec turn;
  turn.id = "turn";
  turn.places = {"desk"};
  turn.discreet = true;
  turn.set = 60s;
  policy.programme.exercises = {turn};
  policy.programme.routines = {{"short", false, {"turn"}}};
  return policy;
}

}  // namespace poised::core
