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

namespace {

bool parsed_by(const char* format, const std::string& text, std::tm& parts) {
  const char* end = strptime(text.c_str(), format, &parts);
  return end != nullptr && *end == '\0';
}

std::int64_t instant_of(std::tm parts) {
  parts.tm_sec = 0;
  parts.tm_isdst = -1;  // whichever is in force then
  return std::mktime(&parts);
}

}  // namespace

std::int64_t pause_end_at(std::string_view clock, std::int64_t now) {
  const std::string text(clock);
  const std::time_t start = now;
  std::tm parts{};
  localtime_r(&start, &parts);
  if (parsed_by("%H:%M", text, parts)) {
    if (const auto today = instant_of(parts); today > start) return today;
    ++parts.tm_mday;
    return instant_of(parts);
  }
  for (const char* format : {"%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"}) {
    std::tm date{};
    if (!parsed_by(format, text, date)) continue;
    const auto instant = instant_of(date);
    if (instant <= start)
      throw Failure(Exit::failed, fmt::format("pause: --until {}: that is over", text));
    return instant;
  }
  throw Failure(
      Exit::usage,
      fmt::format("pause: --until {}: not a time like 14:00 or 2026-03-02 14:00", printable(text)));
}

std::int64_t moment_in_the_past(std::string_view context, std::string_view option,
                                std::string_view given, std::int64_t now) {
  const std::string text(given);
  const auto failed = [&](Exit exit, const char* reason) {
    return Failure(exit, fmt::format("{}: {} {}: {}", context, option, printable(text), reason));
  };
  const auto past = [&](std::int64_t instant) {
    if (instant > now) throw failed(Exit::failed, "lies in the future");
    return instant;
  };
  const std::time_t start = now;
  std::tm parts{};
  localtime_r(&start, &parts);
  if (text == "today" || text == "yesterday") {
    parts.tm_hour = parts.tm_min = 0;
    if (text == "yesterday") --parts.tm_mday;
    return instant_of(parts);
  }
  if (parsed_by("%H:%M", text, parts)) {
    if (const auto today = instant_of(parts); today <= start) return today;
    --parts.tm_mday;
    return instant_of(parts);
  }
  for (const char* format : {"%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"}) {
    std::tm date{};
    if (parsed_by(format, text, date)) return past(instant_of(date));
  }
  if (const auto instant = parse_instant(text); instant >= 0) return past(instant);
  const auto ago = config::parse_duration(text);
  if (const auto* length = std::get_if<core::Duration>(&ago))
    return now - std::chrono::duration_cast<std::chrono::seconds>(*length).count();
  throw failed(Exit::usage, "not a time like 2026-03-02, 2026-03-02 14:00 or 7d");
}

}  // namespace poised::ctl
