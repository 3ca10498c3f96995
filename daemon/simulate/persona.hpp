// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy.hpp"
#include "simulate/runner.hpp"

// People for the simulator: how they work, and how they take a prompt. Seeded; the same seed is the
// same person.
namespace poised::simulate {

/// How a person takes prompts.
enum class Habit : std::uint8_t {
  obeys,         ///< starts each break soon
  ignores,       ///< never answers
  snoozes_once,  ///< snoozes each once, then starts
  mixed          ///< mostly starts, sometimes snoozes, skips or does not answer
};

struct PersonaDay {
  std::vector<TraceLine> lines;
  std::vector<core::BusyInterval> busy;
};

/// The names that persona() knows: office, developer, meetings, call-centre, part-time,
/// night-shift.
const std::vector<std::string>& persona_names();

/// `days` days from local midnight of the day of `from`; weekends are free. Empty for an unknown
/// name.
std::optional<Run> persona(std::string_view name, core::WallTime from, int days, std::uint64_t seed,
                           const core::Policy& policy);

/// For Run::react: answers prompts by `habit`, seeded.
std::function<std::vector<Reaction>(const core::Fact&, const core::Policy&)> reactions(
    Habit habit, std::uint64_t seed);

}  // namespace poised::simulate
