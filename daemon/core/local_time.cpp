// SPDX-License-Identifier: MIT
#include "core/local_time.hpp"

#include <algorithm>

namespace poised::core {
namespace {

using std::chrono::hours;
constexpr Duration day_length = hours(24);

std::int64_t floor_day(Duration local) {
  return std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<86400>>>(local).count();
}

auto segment_after(const Policy& policy, WallTime utc) {
  return std::upper_bound(policy.zone.begin(), policy.zone.end(), utc,
                          [](WallTime time, const ZoneOffset& entry) { return time < entry.from; });
}

}  // namespace

std::chrono::seconds zone_offset(const Policy& policy, WallTime utc) {
  if (policy.zone.empty()) return {};
  const auto next = segment_after(policy, utc);
  return next == policy.zone.begin() ? next->offset : std::prev(next)->offset;
}

Duration local_time(const Policy& policy, WallTime utc) {
  return utc.time_since_epoch() + zone_offset(policy, utc);
}

WallTime first_at_local(const Policy& policy, Duration local) {
  // No offset exceeds 26 h, so the segment in force that long before cannot be too late.
  WallTime begin = WallTime(local) - hours(26);
  auto next = segment_after(policy, begin);
  for (;;) {
    const auto at = std::max(begin, WallTime(local) - zone_offset(policy, begin));
    if (next == policy.zone.end() || at < next->from) return at;
    begin = next->from;
    ++next;
  }
}

std::int64_t local_day(const Policy& policy, WallTime utc) {
  return floor_day(local_time(policy, utc) - policy.session.day_starts);
}

WallTime start_of_day(const Policy& policy, std::int64_t day) {
  return first_at_local(policy, day * day_length + policy.session.day_starts);
}

int weekday(std::int64_t day) {
  // 1970-01-01 was a Thursday.
  return static_cast<int>(((day + 3) % 7 + 7) % 7);
}

bool within_hours(const Policy& policy, WallTime utc) {
  if (!policy.schedule.enabled) return true;
  const auto local = local_time(policy, utc);
  const auto date = floor_day(local);
  const auto time = local - date * day_length;
  const auto bit = 1u << weekday(date);
  return std::any_of(policy.schedule.hours.begin(), policy.schedule.hours.end(),
                     [&](const HoursRange& range) {
                       return (range.weekdays & bit) != 0 && range.from <= time && time < range.to;
                     });
}

WallTime hours_change_after(const Policy& policy, WallTime utc) {
  const auto horizon = utc + hours(9 * 24);
  if (!policy.schedule.enabled) return horizon;
  const bool now = within_hours(policy, utc);
  for (auto at = utc; at < horizon;) {
    const auto next_segment = segment_after(policy, at);
    const auto segment_end = next_segment == policy.zone.end() ? horizon : next_segment->from;
    const auto offset = zone_offset(policy, at);
    const auto local = at.time_since_epoch() + offset;
    const auto date = floor_day(local);
    auto next = std::min(horizon, segment_end);
    for (const auto& range : policy.schedule.hours) {
      for (const auto edge : {range.from, range.to}) {
        const auto today = date * day_length + edge;
        next = std::min(next, WallTime((today > local ? today : today + day_length) - offset));
      }
    }
    if (next == horizon || within_hours(policy, next) != now) return next;
    at = next;
  }
  return horizon;
}

}  // namespace poised::core
