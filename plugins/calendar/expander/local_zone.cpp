// SPDX-License-Identifier: MIT
#include "calendar/expander/local_zone.hpp"

#include <algorithm>
#include <utility>

namespace poised::calendar {
namespace {

constexpr Seconds cycle = days_a_cycle * seconds_a_day;
/// Changes are known up to here; later times are taken back by whole cycles, to 2000 and later.
constexpr Seconds known_until = days_of(2400, 1, 1) * seconds_a_day;
constexpr Seconds most_offset = 26 * 3600;

Seconds cycles_beyond(Seconds time) {
  return time < known_until ? 0 : ((time - known_until) / cycle + 1) * cycle;
}

}  // namespace

LocalZone::LocalZone(const zones::Zone& zone) : first_(zone.first_offset), changes_(zone.changes) {
  if (!zone.rule) return;
  const Seconds last = changes_.empty() ? days_of(1900, 1, 1) * seconds_a_day : changes_.back().at;
  const bool none = changes_.empty();
  if (none && !zone.rule->has_summer) {
    first_ = zone.rule->standard;
    return;
  }
  for (const auto& change : zones::rule_changes(*zone.rule, last, known_until))
    if (none || change.at > last) changes_.push_back(change);
}

LocalZone::LocalZone(Seconds first, std::vector<zones::Change> changes)
    : first_(first), changes_(std::move(changes)) {}

std::size_t LocalZone::index_at(Seconds utc) const {
  const auto next = std::ranges::upper_bound(changes_, utc, {}, &zones::Change::at);
  return static_cast<std::size_t>(next - changes_.begin());
}

Seconds LocalZone::offset_at(Seconds utc) const {
  return offset_of(index_at(utc - cycles_beyond(utc)));
}

LocalZone::Instant LocalZone::to_utc(Seconds local) const {
  if (changes_.empty()) return {local - first_, true};
  const Seconds beyond = cycles_beyond(local);
  const Seconds at = local - beyond;
  std::size_t index = index_at(at - most_offset);
  while (index < changes_.size()) {
    const Seconds utc = at - offset_of(index);
    if (utc < changes_[index].at) return {utc + beyond, true};
    if (at - changes_[index].offset < changes_[index].at) return {utc + beyond, false};
    ++index;
  }
  return {at - offset_of(index) + beyond, true};
}

std::vector<LocalZone::Gap> LocalZone::gaps(Seconds from, Seconds to) const {
  std::vector<Gap> found;
  const Seconds end = std::min(to, known_until);
  for (std::size_t i = index_at(from - most_offset); i < changes_.size(); ++i) {
    const Gap gap{changes_[i].at + offset_of(i), changes_[i].at + changes_[i].offset};
    if (changes_[i].at - most_offset >= end) break;
    if (gap.from < gap.to && gap.to > from && gap.from < end) found.push_back(gap);
  }
  return found;
}

}  // namespace poised::calendar
