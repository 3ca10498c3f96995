// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "core/policy.hpp"
#include "core/time.hpp"

// Durations, times of day and working hours as people write them.
namespace poised::config {

/// Since midnight; 0 ≤ x < 24 h.
struct TimeOfDay {
  core::Duration since_midnight{};
  bool operator==(const TimeOfDay&) const = default;
};

/// "1h30min"; sub-millisecond parts are cut off. Negative durations do not occur.
std::string format_duration(core::Duration duration);

/// Why a text was not read; `offset` counts characters from 0.
struct TextError {
  std::size_t offset = 0;
  std::string reason;
};

/// Whole numbers with the units d, h, min, s and ms, each at most once, in descending order.
std::variant<core::Duration, TextError> parse_duration(std::string_view text);
/// "Mon-Fri 09:00-12:30", "Sat 10:00-12:00", "Sat-Mon,Wed 22:00-24:00": from < to, at most 24:00.
std::variant<core::HoursRange, TextError> parse_hours(std::string_view text);
std::string format_hours(const core::HoursRange& range);
/// "04:00".
std::variant<TimeOfDay, TextError> parse_time_of_day(std::string_view text);

}  // namespace poised::config
