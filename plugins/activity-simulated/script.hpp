// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <poised/plugin.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace activity_simulated {

enum class Act : std::uint8_t { active, idle, lock, unlock, sleep, wake };

struct Step {
  poised::Duration at;  ///< since midnight of the first day
  Act act;
  poised::Device device;  ///< active, idle: which; any means both
};

/// "08:00" or "08:00:30" since midnight; hours may exceed 23. Throws poised::Failure.
[[nodiscard]] poised::Duration parse_time(std::string_view text);

/// Appends the step of `line`, if it has one. `where` is for messages. Throws poised::Failure on a
/// malformed line or one earlier than the step before it.
void parse_line(std::string_view line, const std::string& where, std::vector<Step>& steps);

}  // namespace activity_simulated
