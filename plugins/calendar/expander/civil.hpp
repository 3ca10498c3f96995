// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

// The proleptic Gregorian calendar on plain numbers. Days count from 1970-01-01; local and UTC
// times are seconds from its beginning, so that a local time is one without its zone.
namespace poised::calendar {

using Seconds = std::int64_t;

inline constexpr Seconds seconds_a_day = 86400;
/// After 400 years dates and weekdays repeat.
inline constexpr std::int64_t days_a_cycle = 146097;

struct Date {
  std::int32_t year = 1970;
  std::int32_t month = 1;  ///< 1…12
  std::int32_t day = 1;    ///< 1…31
};

/// Rounded towards the past.
constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - ((a % b != 0 && (a % b < 0) != (b < 0)) ? 1 : 0);
}
constexpr std::int64_t floor_mod(std::int64_t a, std::int64_t b) {
  return a - floor_div(a, b) * b;
}

constexpr bool is_leap(std::int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}
constexpr std::int32_t days_in_year(std::int64_t year) {
  return is_leap(year) ? 366 : 365;
}
constexpr std::int32_t days_in_month(std::int64_t year, std::int32_t month) {
  constexpr std::int8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : lengths[month - 1];
}

constexpr std::int64_t days_of(std::int64_t year, std::int32_t month, std::int32_t day) {
  const std::int64_t y = year - (month <= 2 ? 1 : 0);
  const std::int64_t cycle = floor_div(y, 400);
  const std::int64_t of_cycle = y - cycle * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return cycle * days_a_cycle + of_cycle * 365 + of_cycle / 4 - of_cycle / 100 + of_year - 719468;
}

constexpr Date date_of(std::int64_t days) {
  const std::int64_t shifted = days + 719468;
  const std::int64_t cycle = floor_div(shifted, days_a_cycle);
  const std::int64_t of_cycle = shifted - cycle * days_a_cycle;
  const std::int64_t year =
      (of_cycle - of_cycle / 1460 + of_cycle / 36524 - of_cycle / 146096) / 365;
  const std::int64_t of_year = of_cycle - (365 * year + year / 4 - year / 100);
  const std::int64_t month = (5 * of_year + 2) / 153;
  Date date;
  date.day = static_cast<std::int32_t>(of_year - (153 * month + 2) / 5 + 1);
  date.month = static_cast<std::int32_t>(month < 10 ? month + 3 : month - 9);
  date.year = static_cast<std::int32_t>(year + cycle * 400 + (date.month <= 2 ? 1 : 0));
  return date;
}

/// 0 = Monday.
constexpr std::int32_t weekday_of(std::int64_t days) {
  return static_cast<std::int32_t>(floor_mod(days + 3, 7));
}

}  // namespace poised::calendar
