// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "core/terms.hpp"
#include "simulate/runner.hpp"

namespace poised::simulate {

/// What a run amounted to: the sums of its days, but for the longest sitting.
struct Tally {
  core::DayTotals totals;
  std::uint32_t days = 0;          ///< with anybody at the screen
  std::uint32_t in_meetings = 0;   ///< prompts shown while in one
  std::uint32_t most_prompts = 0;  ///< on one day

  void take(const Decision& decision);
  /// The day that was going on at the end.
  void finish(const Outcome& outcome);

 private:
  void take(const core::DayTotals& day);
};

}  // namespace poised::simulate
