// SPDX-License-Identifier: MIT
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "calendar/expander/busy.hpp"
#include "zones/zone_source.hpp"

// Calendars as texts, busy times as lines "2026-03-02T09:00 2026-03-02T10:00 busy" in local time.
namespace poised::calendar::test {

inline LocalZone zone(const std::string& name) {
  const auto read = zones::read_zone(name);
  EXPECT_TRUE(std::holds_alternative<zones::Zone>(read)) << name;
  return LocalZone(std::get<zones::Zone>(read));
}

inline std::optional<zones::Zone> load(const std::string& name) {
  const auto read = zones::read_zone(name);
  const auto* found = std::get_if<zones::Zone>(&read);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

/// "2026-03-02T09:00" on the clock of `local`, or without 'T…' its midnight.
inline Seconds at(const std::string& text, const LocalZone& local) {
  std::string plain;
  for (const char c : text)
    if (c != '-' && c != ':') plain += c;
  const auto time = parse_time(plain);
  EXPECT_TRUE(time.has_value()) << text;
  return local.to_utc(time->at).utc;
}

inline std::string shown(Seconds utc, const LocalZone& local) {
  const Seconds time = local.to_local(utc);
  const auto date = date_of(floor_div(time, seconds_a_day));
  const auto of_day = floor_mod(time, seconds_a_day);
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d", date.year, date.month, date.day,
                static_cast<int>(of_day / 3600), static_cast<int>(of_day / 60 % 60));
  std::string result = text;
  if (of_day % 60 != 0) {
    std::snprintf(text, sizeof text, ":%02d", static_cast<int>(of_day % 60));
    result += text;
  }
  return result;
}

class CalendarTest : public testing::Test {
 protected:
  void live_in(const std::string& name) { local_ = zone(name); }
  void look_at(const std::string& from, const std::string& to) {
    window_ = {at(from, local_), at(to, local_)};
  }
  Calendar read(const std::string& text) {
    CalendarReader reader(zones_, addresses_);
    // In pieces, as it comes over a pipe.
    for (std::size_t i = 0; i < text.size(); i += 7)
      reader.feed(std::string_view(text).substr(i, 7));
    return reader.finish();
  }
  Expansion expansion(const std::string& text) {
    auto calendar = read(text);
    auto result = expand(calendar, local_, window_, limits_);
    problems_.clear();
    for (const auto& problem : calendar.problems) problems_.push_back(problem.reason);
    for (const auto& problem : result.problems) problems_.push_back(problem.reason);
    return result;
  }
  std::vector<std::string> lines(const std::vector<Occurrence>& occurrences) const {
    constexpr const char* names[] = {"free", "unexpandable", "tentative", "busy", "out-of-office"};
    std::vector<std::string> result;
    for (const auto& one : occurrences)
      result.push_back(shown(one.from, local_) + " " + shown(one.to, local_) + " " +
                       names[static_cast<std::size_t>(one.busy_class)]);
    return result;
  }
  /// What `poisectl calendar busy` prints.
  std::vector<std::string> busy(const std::string& text) {
    return lines(merge_busy(expansion(text).occurrences, window_));
  }
  /// The beginning of each occurrence.
  std::vector<std::string> starts(const std::string& text) {
    std::vector<std::string> result;
    for (const auto& one : expansion(text).occurrences) result.push_back(shown(one.from, local_));
    return result;
  }

  static std::string calendar(const std::string& components) {
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + components + "END:VCALENDAR\r\n";
  }
  static std::string event(const std::string& properties) {
    return "BEGIN:VEVENT\r\n" + properties + "END:VEVENT\r\n";
  }
  /// One event of these lines.
  static std::string one(const std::string& properties) { return calendar(event(properties)); }

  LocalZone local_ = zone("Europe/Berlin");
  Window window_{at("2026-03-02", local_), at("2026-03-09", local_)};
  Limits limits_;
  std::vector<std::string> addresses_;
  std::vector<std::string> problems_;
  ZoneBook zones_{load};
};

}  // namespace poised::calendar::test
