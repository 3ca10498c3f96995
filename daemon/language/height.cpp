// SPDX-License-Identifier: MIT
#include "language/height.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string_view>

namespace poised {
namespace {

bool measures_in_inches(std::string_view locale) {
  // The C library knows the United States only.
  constexpr std::array<std::string_view, 4> territories{"US", "PR", "LR", "MM"};
  const auto from = locale.find('_');
  if (from == std::string_view::npos) return false;
  const auto territory = locale.substr(from + 1);
  return std::ranges::find(territories, territory.substr(0, territory.find_first_of(".@"))) !=
         territories.end();
}

}  // namespace

std::string height_text(double millimetres) {
  // The locale's own word on measures, without setlocale(), which would change all figures.
  const char* locale = "";
  for (const char* name : {"LC_ALL", "LC_MEASUREMENT", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    locale = value;
    break;
  }
  constexpr double mm_per_inch = 25.4;
  if (measures_in_inches(locale)) return fmt::format("{:.1f} in", millimetres / mm_per_inch);
  const auto tenths = std::lround(millimetres);
  return tenths % 10 == 0 ? fmt::format("{} cm", tenths / 10)
                          : fmt::format("{:.1f} cm", static_cast<double>(tenths) / 10);
}

}  // namespace poised
