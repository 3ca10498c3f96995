// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

// The two clocks of the core. Neither can be read here: only the event loop advances time, and the
// core is handed an Instant with each event. They are distinct types so that mixing them does not
// compile.
namespace poised::core {

using Duration = std::chrono::nanoseconds;

/// CLOCK_BOOTTIME: counts suspend, never steps. All durations of the rules live on it.
struct BootClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
};
using Instant = BootClock::time_point;

/// UTC as the machine's wall clock shows it: may step either way. Only for working hours,
/// calendars, day boundaries and what people read.
struct WallClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<WallClock>;
  static constexpr bool is_steady = false;
};
using WallTime = WallClock::time_point;

}  // namespace poised::core
