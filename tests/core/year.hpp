// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "core/policy.hpp"
#include "core/terms.hpp"

// A working year of one person, for what it adds up to and what it costs.
namespace poised::core {

struct Year {
  std::size_t events = 0;
  std::size_t commands = 0;
  std::vector<DayTotals> days;
  Duration spent{};
};

/// Five days a week, 08:00 to 17:00 with lunch; types for four and a half minutes of each five, and
/// answers a prompt ten seconds into the next pause. Only armed deadlines wake the core.
Year live(const Policy& policy);

/// The default policy with `kinds` breaks of different names, intervals and lengths.
Policy of_many_kinds(std::size_t kinds);

}  // namespace poised::core
