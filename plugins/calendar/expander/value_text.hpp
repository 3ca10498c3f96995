// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "calendar/expander/civil.hpp"

// The values of iCalendar (RFC 5545, 3.3) that have to do with time.
namespace poised::calendar {

std::string_view trimmed(std::string_view text);
/// Equal but for the case of ASCII letters.
bool same_word(std::string_view a, std::string_view b);

struct TimeText {
  Seconds at = 0;  ///< local, or UTC
  bool is_date = false;
  bool is_utc = false;
};
/// "20261121", "20261121T093000", "20261121T093000Z"; the seconds may be missing. Dates that are in
/// no calendar are no times. The year is 1 to 9999.
std::optional<TimeText> parse_time(std::string_view text);

/// A nominal part and an exact one: "P1D" ends at the same time of day, "PT24H" after 24 hours.
struct Span {
  std::int64_t days = 0;
  Seconds seconds = 0;
};
/// "P1W", "P1DT2H", "-PT15M"; at most some thousand years.
std::optional<Span> parse_span(std::string_view text);

/// "+0100", "-023045".
std::optional<Seconds> parse_offset(std::string_view text);

}  // namespace poised::calendar
