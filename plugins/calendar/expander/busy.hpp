// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "calendar/expander/calendar_text.hpp"

// When a calendar says that a person is busy.
namespace poised::calendar {

/// UTC; exclusive at its end.
struct Window {
  Seconds from = 0;
  Seconds to = 0;
};

/// One time that an event takes place. Zero length is possible.
struct Occurrence {
  Seconds from = 0;
  Seconds to = 0;  ///< exclusive
  BusyClass busy_class = BusyClass::busy;
  bool all_day = false;
  bool operator==(const Occurrence&) const = default;
};

struct Limits {
  /// Of one event in the window; it is unexpandable beyond.
  std::size_t occurrences = 50'000;
  /// Of one event; beyond, the rest is not looked for, and that is no problem.
  std::size_t wanted = std::numeric_limits<std::size_t>::max();
  /// Of the calendar.
  std::size_t all_occurrences = 1'000'000;
  std::int64_t event_steps = 2'000'000, all_steps = 20'000'000;
};

struct Expansion {
  /// Touching the window, in order of time. What is free (transparent, declined, all day but not
  /// out of office) is among them; what is cancelled is not.
  std::vector<Occurrence> occurrences;
  std::vector<Problem> problems;  ///< each reason once
};

/// `local`: the machine's zone, in which floating times and dates are. Cost grows with the window
/// and the size of the calendar, not with how long ago events began.
Expansion expand(const Calendar& calendar, const LocalZone& local, Window window,
                 const Limits& limits = {});

/// What is not free, cut to the window; each moment once, by its strongest class. Of all-day ones
/// only those out of office can be among `occurrences` with a class.
std::vector<Occurrence> merge_busy(const std::vector<Occurrence>& occurrences, Window window);

}  // namespace poised::calendar
