// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// Time zones out of zone files (RFC 8536) and POSIX rules, in full strictness. No I/O: the caller
// reads the files. Needs nothing of the project.
namespace poised::zones {

using UtcSeconds = std::int64_t;  ///< since 1970

/// More than any zone file holds.
inline constexpr std::size_t max_zone_bytes = std::size_t{1} << 18;

/// A day of the year and a local time on it.
struct RuleDate {
  enum class Form : std::uint8_t { julian, day_of_year, weekday } form = Form::weekday;
  int day = 0;    ///< julian: 1…365 without 29 February; day_of_year: 0…365
  int month = 0;  ///< weekday: 1…12
  int week = 0;   ///< weekday: 1…5, 5 = the last
  int weekday = 0;
  std::int64_t time = 2 * 3600;
};

/// POSIX's TZ: the zone for all time to come.
struct Rule {
  std::int64_t standard = 0;
  bool has_summer = false;
  std::int64_t summer = 0;
  RuleDate begins;
  RuleDate ends;
};

struct Change {
  UtcSeconds at = 0;
  std::int64_t offset = 0;
};

struct Zone {
  std::int64_t first_offset = 0;  ///< before the first change
  std::vector<Change> changes;    ///< ascending
  std::optional<Rule> rule;       ///< after the last change
};

/// The zone of a file of version 2 or later, or why there is none.
std::variant<Zone, std::string> parse_zone_file(std::string_view bytes);

/// A POSIX rule as TZ takes it: "CET-1CEST,M3.5.0,M10.5.0/3".
std::optional<Rule> parse_rule(std::string_view text);

/// Changes the rule makes that matter between the two times, ascending.
std::vector<Change> rule_changes(const Rule& rule, UtcSeconds from, UtcSeconds to);

/// Whether `name` may be looked for below the directory of zone files: "Europe/Berlin".
bool is_zone_name(std::string_view name);

}  // namespace poised::zones
