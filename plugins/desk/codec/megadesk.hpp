// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "motion/driver.hpp"

// Megadesk, the board that drives an IKEA Bekant: its readable serial protocol. Heights are counts
// of its encoder.
namespace desk::megadesk {

// All that may be sent (D10): neither save nor recalibrate.
[[nodiscard]] std::string query();
[[nodiscard]] std::string go_to(std::int32_t counts);
[[nodiscard]] std::string move_by(std::int32_t counts);
[[nodiscard]] std::string recall(unsigned slot);
[[nodiscard]] std::string read_lowest();
[[nodiscard]] std::string read_highest();

struct Reply {
  char kind = '=';  ///< '=' height, 'R' and 'L' stored values, 'E' error
  std::int32_t value = 0;
  std::int32_t slot = 0;
  bool operator==(const Reply&) const = default;
};
inline constexpr std::int32_t lowest_slot = 11, highest_slot = 12;

class Parser {
 public:
  std::vector<Reply> feed(std::string_view text);
  void reset() { buffer_.clear(); }

 private:
  std::string buffer_;
};

[[nodiscard]] std::int32_t millimetres(std::int32_t counts);
[[nodiscard]] std::int32_t counts(std::int32_t millimetres);

}  // namespace desk::megadesk
