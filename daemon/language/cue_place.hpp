// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace poised {

/// Where in an exercise somebody is.
struct CuePlace {
  std::uint32_t set = 1, sets = 1;
  std::uint32_t repetition = 0, repetitions = 0;  ///< 0: not counted
  std::uint32_t side = 0;                         ///< 0: both at once
  std::string variant;                            ///< "Y"
};

/// "set 2 of 3, first side, 4 of 10"; empty if there is only one of everything.
std::string place_text(const CuePlace& place);

}  // namespace poised
