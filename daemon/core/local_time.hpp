// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "core/policy.hpp"
#include "core/time.hpp"

// Wall-clock arithmetic on the policy's zone table. Local times are Durations since 1970-01-01
// 00:00 of the local calendar.
namespace poised::core {

/// UTC offset of local time at `utc`.
std::chrono::seconds zone_offset(const Policy& policy, WallTime utc);

Duration local_time(const Policy& policy, WallTime utc);

/// The first moment at which the local clock shows `local` or later; right through both kinds of
/// clock change.
WallTime first_at_local(const Policy& policy, Duration local);

/// The day of the rules: the local date of (wall clock − day_starts), in days since 1970-01-01.
std::int64_t local_day(const Policy& policy, WallTime utc);
WallTime start_of_day(const Policy& policy, std::int64_t day);
/// 0 = Monday.
int weekday(std::int64_t day);

/// A6: whether `utc` lies within the hours of the schedule.
bool within_hours(const Policy& policy, WallTime utc);
/// A moment after `utc` until which within_hours() does not change; at most some nine days ahead.
WallTime hours_change_after(const Policy& policy, WallTime utc);

}  // namespace poised::core
