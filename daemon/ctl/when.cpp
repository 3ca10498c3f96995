// SPDX-License-Identifier: MIT
#include "ctl/when.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <ctime>
#include <string>
#include <variant>

#include "config/time_text.hpp"
#include "ctl/failure.hpp"
#include "ctl/text.hpp"

namespace poised::ctl {

std::int64_t pause_end_after(std::string_view duration, std::int64_t now) {
  const auto parsed = config::parse_duration(duration);
  if (const auto* error = std::get_if<config::TextError>(&parsed))
    throw Failure(Exit::usage,
                  fmt::format("pause: --for {}: {}", printable(duration), error->reason));
  const auto length = std::chrono::ceil<std::chrono::seconds>(std::get<core::Duration>(parsed));
  if (length.count() == 0)
    throw Failure(Exit::usage, fmt::format("pause: --for {}: no time at all", duration));
  return now + length.count();
}

std::int64_t pause_end_at(std::string_view clock, std::int64_t now) {
  const std::string text(clock);
  const std::time_t start = now;
  const auto parsed_by = [&text](const char* format, std::tm& parts) {
    const char* end = strptime(text.c_str(), format, &parts);
    return end != nullptr && *end == '\0';
  };
  const auto instant_of = [](std::tm parts) {
    parts.tm_sec = 0;
    parts.tm_isdst = -1;  // whichever is in force then
    return std::mktime(&parts);
  };

  std::tm parts{};
  localtime_r(&start, &parts);
  if (parsed_by("%H:%M", parts)) {
    if (const auto today = instant_of(parts); today > start) return today;
    ++parts.tm_mday;
    return instant_of(parts);
  }
  for (const char* format : {"%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"}) {
    std::tm date{};
    if (!parsed_by(format, date)) continue;
    const auto instant = instant_of(date);
    if (instant <= start)
      throw Failure(Exit::failed, fmt::format("pause: --until {}: that is over", text));
    return instant;
  }
  throw Failure(
      Exit::usage,
      fmt::format("pause: --until {}: not a time like 14:00 or 2026-03-02 14:00", printable(text)));
}

}  // namespace poised::ctl
