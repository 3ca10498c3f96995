// SPDX-License-Identifier: MIT
#include "config/zone_table.hpp"

#include <algorithm>
#include <chrono>
#include <variant>

#include "config/text.hpp"

namespace poised::config {
namespace {

using std::chrono::seconds;
using zones::UtcSeconds;

constexpr UtcSeconds max_seconds = 9'000'000'000;  // the year 2255

}  // namespace

ZoneTable zone_table(const std::string& zone, core::WallTime from, int days,
                     const ZoneSource& source) {
  const auto read = zones::read_zone(zone, source);
  if (const auto* problem = std::get_if<std::string>(&read))
    return {{}, "time zone: " + one_line(*problem) + "; UTC counts"};
  const auto& found = std::get<zones::Zone>(read);
  // Room for `begin` and `end` within the clock's range.
  const UtcSeconds around = std::clamp<UtcSeconds>(
      std::chrono::floor<seconds>(from.time_since_epoch()).count(), -max_seconds, max_seconds);
  const UtcSeconds begin = around - std::int64_t{31} * 86400;
  const UtcSeconds end = around + std::int64_t{std::clamp(days, 0, 1000)} * 86400;

  std::vector<zones::Change> changes = found.changes;
  if (found.rule && (changes.empty() || changes.back().at < end)) {
    const UtcSeconds last = changes.empty() ? begin - 1 : changes.back().at;
    for (const auto& change : zones::rule_changes(*found.rule, std::max(begin, last), end))
      // Where a table of changes comes first, the rule takes over only after it.
      if (found.changes.empty() || change.at > last) changes.push_back(change);
  }
  ZoneTable table;
  std::int64_t offset = found.first_offset;
  for (const auto& change : changes)
    if (change.at <= begin) offset = change.offset;
  const auto add = [&](UtcSeconds at, std::int64_t value) {
    table.offsets.push_back({core::WallTime(seconds(at)), seconds(value)});
  };
  add(begin, offset);
  for (const auto& change : changes) {
    if (change.at <= begin || change.at > end || change.offset == offset) continue;
    offset = change.offset;
    add(change.at, offset);
  }
  return table;
}

}  // namespace poised::config
