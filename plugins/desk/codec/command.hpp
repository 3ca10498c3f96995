// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "codec/mqtt.hpp"

// A desk behind a program of the person's own: words for it, and what it prints. No shell is
// involved.
namespace desk::command {

/// {mm}, {cm} and {in} in each word replaced by the height.
[[nodiscard]] std::vector<std::string> filled(const std::vector<std::string>& words,
                                              std::int32_t height_mm);

/// What a program prints is looked at as far as this.
inline constexpr std::size_t longest_output = 4096;

/// The first group of `pattern` as a number in `unit`; none if it does not match.
[[nodiscard]] std::optional<std::int32_t> height(std::string_view output, const std::regex& pattern,
                                                 mqtt::Unit unit);

// The line protocol of a program that keeps running.
[[nodiscard]] std::string go_to_line(std::int32_t height_mm);
inline constexpr const char* stop_line = "stop\n";
inline constexpr const char* height_line = "height?\n";

struct Line {
  std::optional<std::int32_t> height_mm;
  bool moving = false;
  std::string error;
  bool operator==(const Line&) const = default;
};
/// "height 720", "height 720 moving", "error TEXT"; anything else says nothing.
[[nodiscard]] std::optional<Line> line(std::string_view text);

}  // namespace desk::command
